package auditrules

import (
	"encoding/binary"
	"strings"
	"testing"
)

var env = Env{
	Arch:  "x86_64",
	IsDir: func(p string) bool { return strings.HasSuffix(p, ".d") || p == "/etc/apparmor" },
	UID:   func(n string) (uint32, bool) { return 0, n == "root" },
}

func parse(t *testing.T, text string) Rule {
	t.Helper()
	l, err := Parse(text, env)
	if err != nil || l.Rule == nil {
		t.Fatalf("%s: %v", text, err)
	}
	return *l.Rule
}

func TestParseGivesOneSpelling(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"-w /etc/sudoers -p wa -k scope", "-a always,exit -S all -F path=/etc/sudoers -F perm=wa -k scope"},
		{"-w /etc/sudoers.d/ -p aw", "-a always,exit -S all -F dir=/etc/sudoers.d -F perm=wa"},
		{"-w /x", "-a always,exit -S all -F path=/x -F perm=rwxa"},
		{"-a exit,always -F arch=b64 -S mount -F auid>=1000 -F auid!=unset -k m", "-a always,exit -F arch=x86_64 -S mount -F auid!=4294967295 -F auid>=1000 -k m"},
		{"-a always,exit -F arch=b32 -S open -F exit=-EACCES -F loginuid!=-1", "-a always,exit -F arch=i386 -S open -F auid!=4294967295 -F exit=-13"},
		{"-a always,exit -F arch=b64 -C euid!=uid -F auid!=4294967295 -S execve", "-a always,exit -F arch=x86_64 -S execve -F auid!=4294967295 -C uid!=euid"},
		{"-a always,exit -F path=/usr/bin/su -F perm=x -F uid=root", "-a always,exit -S all -F path=/usr/bin/su -F perm=x -F uid=0"},
		{"-a never,task", "-a never,task"},
		{"-A always,exit -F arch=b64 -S clock_settime -F a0=0x0 -F key=t", "-A always,exit -F arch=x86_64 -S clock_settime -F a0=0 -k t"},
	} {
		if got := parse(t, c.text).String(); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

func TestParseRefusesWhatAuditctlRefuses(t *testing.T) {
	for _, text := range []string{
		"", "-w relative -p wa", "-w /a -p z", "-w /a -S open", "-a always", "-a always,nowhere", "-F uid=0", "-a always,exit -S no_such_call",
		"-a always,exit -F arch=b64 -S openat # comment", "-a always,exit -F nofield=1", "-a always,exit -F uid=nobody_here", "-e two",
		"-a always,exit -C uid=path", "-a always,exit -F arch=vax", "-a always,exit -F exit=-ENOSUCH", "-a always,exit -F", "-w /a\x00b",
		"-a always,exit -F success=maybe", "-a always,exclude -S open", "-k" + strings.Repeat(" x", MaxLine),
	} {
		if l, err := Parse(text, env); err == nil {
			t.Errorf("%.60q was taken as %+v", text, l)
		}
	}
}

func TestCover(t *testing.T) {
	for _, c := range []struct {
		name, demand string
		rules        []string
		want         string // "yes", "no" or "doubt"
	}{
		{"the same rule", "-w /etc/sudoers -p wa", []string{"-w /etc/sudoers -p wa -k a"}, "yes"},
		{"written as a system call rule", "-w /etc/sudoers -p wa", []string{"-a always,exit -F path=/etc/sudoers -F perm=wa"}, "yes"},
		{"more permissions than asked", "-w /etc/sudoers -p wa", []string{"-w /etc/sudoers -p rwxa"}, "yes"},
		{"fewer permissions", "-w /etc/sudoers -p wa", []string{"-w /etc/sudoers -p w"}, "no"},
		{"a watch on the directory above", "-w /etc/sudoers.d/x -p wa", []string{"-w /etc/sudoers.d -p wa"}, "yes"},
		{"a directory is not met by its inode", "-w /etc/sudoers.d -p wa", []string{"-a always,exit -F path=/etc/sudoers.d -F perm=wa"}, "no"},
		{"a sibling with the same beginning", "-w /etc/sudoers.db -p wa", []string{"-w /etc/sudoers.d -p wa"}, "no"},
		{"an extra condition narrows", "-w /etc/sudoers -p wa", []string{"-a always,exit -F path=/etc/sudoers -F perm=wa -F auid>=1000"}, "no"},
		{"a lower bound is broader", "-a always,exit -F arch=b64 -S mount -F auid>=1000 -F auid!=unset", []string{"-a always,exit -F arch=b64 -S mount -F auid>=500"}, "yes"},
		{"a higher bound is narrower", "-a always,exit -F arch=b64 -S mount -F auid>=1000", []string{"-a always,exit -F arch=b64 -S mount -F auid>=2000"}, "no"},
		{"calls shared between rules", "-a always,exit -F arch=b64 -S adjtimex,settimeofday", []string{"-a always,exit -F arch=b64 -S adjtimex", "-a always,exit -F arch=b64 -S settimeofday"}, "yes"},
		{"one call is missing", "-a always,exit -F arch=b64 -S adjtimex,settimeofday", []string{"-a always,exit -F arch=b64 -S adjtimex"}, "no"},
		{"the other architecture", "-a always,exit -F arch=b32 -S adjtimex", []string{"-a always,exit -F arch=b64 -S adjtimex"}, "no"},
		{"all calls of every architecture", "-a always,exit -F arch=b32 -S adjtimex", []string{"-a always,exit -S all"}, "yes"},
		{"a watch is not met by one architecture", "-w /x -p wa", []string{"-a always,exit -F arch=b64 -F path=/x -F perm=wa"}, "no"},
		{"never comes first", "-w /x -p wa", []string{"-a never,exit -F uid=root", "-w /x -p wa"}, "doubt"},
		{"never about another path", "-w /x -p wa", []string{"-a never,exit -F path=/y", "-w /x -p wa"}, "yes"},
		{"never comes after", "-w /x -p wa", []string{"-w /x -p wa", "-a never,exit -F uid=root"}, "yes"},
		{"never is put in front", "-w /x -p wa", []string{"-w /x -p wa", "-A never,exit -F uid=root"}, "doubt"},
		{"tasks are not audited", "-w /x -p wa", []string{"-a never,task", "-w /x -p wa"}, "doubt"},
		{"the records are dropped", "-w /x -p wa", []string{"-w /x -p wa", "-a always,exclude -F msgtype=SYSCALL"}, "doubt"},
		{"nothing", "-w /x -p wa", nil, "no"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var rules []Rule
			for _, text := range c.rules {
				rules = append(rules, parse(t, text))
			}
			got := Cover(parse(t, c.demand), rules, "x86_64")
			word := "no"
			switch {
			case got.Doubt != "":
				word = "doubt"
			case got.Covered:
				word = "yes"
			}
			if word != c.want {
				t.Errorf("%s: %+v", word, got)
			}
		})
	}
}

// kernelForm writes a rule as audit_krule_to_data in kernel/auditfilter.c does.
func kernelForm(list, action uint32, syscalls []int, fields [][3]uint32, buf string) []byte {
	b := make([]byte, ruleHeader, ruleHeader+len(buf))
	put := func(i int, v uint32) { binary.NativeEndian.PutUint32(b[4*i:], v) }
	put(0, list)
	put(1, action)
	put(2, uint32(len(fields)))
	for _, n := range syscalls {
		i := 3 + n/32
		put(i, binary.NativeEndian.Uint32(b[4*i:])|1<<(n%32))
	}
	if syscalls == nil {
		for i := range 64 {
			put(3+i, ^uint32(0))
		}
	}
	for i, f := range fields {
		put(67+i, f[0])
		put(131+i, f[1])
		put(195+i, f[2])
	}
	put(259, uint32(len(buf)))
	return append(b, buf...)
}

func TestDecodeIsTheParsedRule(t *testing.T) {
	const eq, ne, ge = 0x40000000, 0x30000000, 0x60000000
	for _, c := range []struct {
		text string
		wire []byte
	}{
		{"-w /etc/sudoers -p wa -k scope", kernelForm(4, 2, nil, [][3]uint32{{105, 12, eq}, {106, 10, eq}, {210, 5, eq}}, "/etc/sudoersscope")},
		{"-a always,exit -F arch=b64 -S mount -F auid>=1000 -F auid!=unset -k m", kernelForm(4, 2, []int{165}, [][3]uint32{{11, 0xC000003E, eq}, {9, 1000, ge}, {9, 4294967295, ne}, {210, 1, eq}}, "m")},
		{"-a always,exit -F arch=b64 -S mount -F auid!=unset", kernelForm(4, 2, []int{165}, [][3]uint32{{11, 0xC000003E, eq}, {24, 1, eq}}, "")},
		{"-a always,exit -F arch=b64 -S open -F exit=-EACCES", kernelForm(4, 2, []int{2}, [][3]uint32{{11, 0xC000003E, eq}, {103, 0xFFFFFFF3, eq}}, "")},
		{"-a always,exit -F arch=b64 -S execve -C euid!=uid", kernelForm(4, 2, []int{59}, [][3]uint32{{11, 0xC000003E, eq}, {111, 11, ne}}, "")},
		{"-a never,task", kernelForm(1, 0, nil, nil, "")},
	} {
		got, err := Decode(c.wire)
		want := parse(t, c.text)
		if err != nil || !got.Same(want) {
			t.Errorf("%s: decoded as %s, %v", c.text, got, err)
		}
	}
	for _, bad := range [][]byte{nil, make([]byte, 10), kernelForm(99, 2, nil, nil, ""), kernelForm(4, 2, nil, [][3]uint32{{105, 500, eq}}, "/x")} {
		if r, err := Decode(bad); err == nil {
			t.Errorf("decoded %s", r)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("-a always,exit -F arch=b64 -S mount,open -F auid>=1000 -C uid!=euid -k x")
	f.Add("-w /etc -p wa")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := Parse(text, env)
		if err != nil || l.Rule == nil {
			return
		}
		if !Cover(*l.Rule, []Rule{*l.Rule}, "x86_64").Covered && l.Rule.Action == "always" && l.Rule.List == "exit" && !l.Rule.Syscalls.Empty() {
			t.Errorf("%q does not record what it records", text)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add(kernelForm(4, 2, nil, [][3]uint32{{105, 4, 0x40000000}}, "/etc"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		if r, err := Decode(b); err == nil {
			_ = r.String()
		}
	})
}
