package auditrules

import "testing"

func TestEncodeIsWhatDecodeReads(t *testing.T) {
	env := Env{Arch: "x86_64", IsDir: func(p string) bool { return p == "/etc" }, UID: func(string) (uint32, bool) { return 33, true }}
	for _, text := range []string{
		"-w /etc/passwd -p wa -k identity", "-w /etc -p rwxa -k a -k b", "-a always,exit -F arch=b64 -S mount,umount2 -F auid>=1000 -F auid!=unset -k mounts",
		"-a always,exit -F arch=b32 -S settimeofday -k time-change", "-a always,exit -F arch=b64 -S openat -F exit=-EACCES -F a0=0x10",
		"-a always,exit -F arch=b64 -C euid!=uid -F auid!=unset -S execve -k user_emulation", "-a never,task",
		"-A always,exit -F arch=b64 -S all -F uid=www-data -F gid<=7 -F success=0", "-a always,exit -F path=/usr/bin/passwd -F perm=x -F exe=/bin/x",
		"-a always,exit -F dir=/srv -F a1&3 -F a2&=4",
	} {
		l, err := Parse(text, env)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		payload, err := Encode(*l.Rule)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		back, err := Decode(payload)
		if err != nil || !back.Same(*l.Rule) || back.String() != mended(*l.Rule) {
			t.Errorf("%s\n is encoded as %s (%v)\n and is        %s", text, back, err, mended(*l.Rule))
		}
		again, err := Parse(l.Rule.String(), Env{Arch: env.Arch, IsDir: func(string) bool { return false }})
		if err != nil || !again.Rule.Same(*l.Rule) {
			t.Errorf("%s: its canonical spelling %s is read as %v (%v)", text, l.Rule, again.Rule, err)
		}
	}
	for _, bad := range []Rule{{}, {List: "exit"}, {List: "exit", Action: "always", Fields: []Field{{"nonsense", "=", "1"}}}, {List: "exit", Action: "always", Fields: []Field{{"uid", "~", "1"}}}, {List: "exit", Action: "always", Fields: []Field{{"uid", "=", "one"}}}, {List: "exclude", Action: "never", Fields: []Field{{"msgtype", "=", "CWD"}}}} {
		if _, err := Encode(bad); err == nil {
			t.Errorf("%#v was encoded", bad)
		}
	}
}

// mended is the spelling without what the kernel does not tell: where the rule was put.
func mended(r Rule) string {
	r.Prepend = false
	return r.String()
}
