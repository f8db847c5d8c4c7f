package actions

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
)

const people = `
-- /etc/passwd --
root:x:0:0:root:/root:/bin/bash
alice:x:1000:1000::/home/alice:/bin/bash
-- /etc/group --
root:x:0:
daemon:x:1:
adm:x:4:
shadow:x:42:
crontab:x:101:
alice:x:1000:
`

func TestFileModeChangesWhatItIsTold(t *testing.T) {
	b := newBench(t, people+`
-- /etc/crontab mode=0664 --
-- /etc/dir dir mode=0755 --
-- /etc/dir/run mode=0755 --
-- /etc/dir/text mode=0646 --
-- /etc/link link=crontab --
-- /etc/twice --
-- /bin/tool mode=6755 --
`)
	if err := os.Link(b.root.at("/etc/twice"), b.root.at("/etc/again")); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		path string
		args args
		want string
	}{
		{"/etc/crontab", args{"max": "0600"}, "0600 0:0"},
		{"/etc/crontab", args{"mode": "0640"}, "0640 0:0"},
		{"/etc/crontab", args{"remove": "go-rwx"}, "0600 0:0"},
		{"/etc/crontab", args{"remove": "0022", "add": "u+x,o+r"}, "0744 0:0"},
		{"/etc/crontab", args{"add": "+t"}, "1664 0:0"},
		{"/etc/dir", args{"add": "a+s"}, "6755 0:0"},
		{"/etc/crontab", args{"owner": "alice", "groups": []string{"shadow", "nobody"}}, "0664 1000:42"},
		{"/etc/crontab", args{"max": "0600", "groups": []string{"shadow", "root"}}, "0600 0:0"},
		{"/etc/crontab", args{"max": "0664"}, ""},
		{"/bin/tool", args{"owner": "alice"}, "0755 1000:0"},
		{"/bin/tool", args{"owner": "alice", "mode": "4755"}, "4755 1000:0"},
		{"/bin/tool", args{"max": "6750"}, "6750 0:0"},
	} {
		b.fresh()
		test.args["path"] = test.path
		b.want("file_mode", test.args)
		got := ""
		for _, s := range b.draft.Steps() {
			got = s.After.Summary
		}
		if got != test.want {
			t.Errorf("%v: %q, want %q", test.args, got, test.want)
		}
	}
	b.fresh()
	for words, a := range map[string]args{
		"is a symlink to crontab, which is not followed": {"path": "/etc/link", "max": "0600"},
		"has 2 hard links":                 {"path": "/etc/twice", "max": "0600"},
		"/etc/nothing is not there":        {"path": "/etc/nothing", "max": "0600"},
		"there is no user nobody":          {"path": "/etc/crontab", "owner": "nobody"},
		"there is no group nobody":         {"path": "/etc/crontab", "group": "nobody"},
		"error: \"0999\" are no bits":      {"path": "/etc/crontab", "max": "0999"},
		"error: \"../x\" is not a clean":   {"path": "../x", "max": "0600"},
		"error: only is file or directory": {"path": "/etc/dir", "max": "0600", "recurse": true, "only": "socket"},
	} {
		b.refuses(words, "file_mode", a)
	}
	b.want("file_mode", args{"path": "/etc/crontab", "mode": "0600"})
	b.refuses(`wants the mode of /etc/crontab to be "0600"`, "file_mode", args{"path": "/etc/crontab", "mode": "0644"})
	b.want("file_mode", args{"path": "/etc/crontab", "remove": "o-w"})
	if s, _ := b.step("/etc/crontab"); len(s.Sources) != 2 {
		t.Errorf("a step is for %v, and not for whom it serves as well", s.Sources)
	}
	b.carryOut()
	b.settled("file_mode", args{"path": "/etc/crontab", "mode": "0600"})

	b.fresh()
	b.want("file_mode", args{"path": "/etc/dir", "remove": "o-rwx", "recurse": true})
	var got []string
	for _, s := range b.draft.Steps() {
		got = append(got, s.Target+" "+s.After.Summary)
	}
	if want := []string{"/etc/dir 0750 0:0", "/etc/dir/run 0750 0:0", "/etc/dir/text 0640 0:0"}; !slices.Equal(got, want) {
		t.Errorf("all below: %q", got)
	}
	b.fresh()
	b.want("file_mode", args{"path": "/etc/dir", "add": "go+X", "max": "0644", "recurse": true, "only": "file"})
	if steps := b.draft.Steps(); len(steps) != 2 || steps[0].After.Summary != "0644 0:0" {
		t.Errorf("files below: %v", steps)
	}

	b.fresh()
	b.want("key_mode", args{"path": "/bin/tool", "mode": "0640", "group": "shadow"})
	if s, _ := b.step("/bin/tool"); s.After.Summary != "0640 0:42" {
		t.Error(s.After.Summary)
	}
	b.refuses("is no file", "key_mode", args{"path": "/etc/dir", "mode": "0640"})
	b.refuses("is a symlink to", "key_mode", args{"path": "/etc/link", "mode": "0640"})
}

func TestAModeChangeKeepsTheACLInStep(t *testing.T) {
	entry := func(tag, perm byte) []byte { return []byte{tag, 0, perm, 0, 0, 0, 0, 0} }
	acl := slices.Concat([]byte{2, 0, 0, 0}, entry(0x01, 6), entry(0x02, 6), entry(0x04, 4), entry(0x10, 6), entry(0x20, 4))
	capability := []byte("x")
	w := &modeWish{bits: []func(uint32, bool) uint32{func(m uint32, _ bool) uint32 { return m & 0o640 }}}
	f := remediate.File{Type: remediate.Regular, Mode: 0o664, Xattrs: map[string][]byte{accessACL: acl, "security.capability": capability}}
	got := w.apply(f).Xattrs
	want := slices.Concat([]byte{2, 0, 0, 0}, entry(0x01, 6), entry(0x02, 6), entry(0x04, 4), entry(0x10, 4), entry(0x20, 0))
	if !slices.Equal(got[accessACL], want) || len(got) != 2 || f.Xattrs[accessACL][len(acl)-6] != 4 {
		t.Errorf("%v, want %v", got, want)
	}
	owner := uint32(7)
	w.owner = &owner
	if got := w.apply(f).Xattrs; got["security.capability"] != nil {
		t.Error("a file with another owner keeps its capabilities")
	}
}

func TestFileSetsContentLinesAndAbsence(t *testing.T) {
	b := newBench(t, people+`
-- /etc/shells mode=0644 --
# valid shells
/bin/sh
/usr/sbin/nologin
/bin/bash
-- /etc/issue mode=0644 --
Debian
-- /etc/foreign.conf mode=0600 --
a = 1
-- /etc/key.conf mode=0644 --
x=1
y=2
x=3
-- /etc/dir dir --
-- /etc/link link=issue --
`)
	nologin := args{"path": "/etc/shells", "match": `^\S*/nologin\b`}
	b.want("file", nologin)
	tmout := args{"path": "/etc/profile.d/50-tmout.sh", "content": "typeset -xr TMOUT=900\n", "mode": "0640", "owner": "root", "group": "adm"}
	b.want("file", tmout)
	b.want("file", tmout)
	issue := args{"path": "/etc/issue", "content": "Go away.\n"}
	b.want("file", issue)
	foreign := args{"path": "/etc/foreign.conf", "content": "a = 2\n", "mode": "0644"}
	b.want("file", foreign)
	line := args{"path": "/etc/key.conf", "match": "^x=", "line": "x=4"}
	b.want("file", line)
	b.want("file", args{"path": "/etc/key.conf", "line": "z=5"})
	newLine := args{"path": "/etc/new", "match": "^x=", "line": "x=4"}
	b.want("file", newLine)
	if _, f := b.step("/etc/profile.d/50-tmout.sh"); f.Mode != 0o640 || f.GID != 4 {
		t.Errorf("a file that is made: %s", f.Summary())
	}
	if s, f := b.step("/etc/foreign.conf"); f.Mode != 0o600 || !strings.Contains(s.Diff, "not shown") {
		t.Errorf("a file that is there: %s\n%s", f.Summary(), s.Diff)
	}
	b.carryOut()
	for name, want := range map[string]string{
		"/etc/shells":                "# valid shells\n/bin/sh\n# Holdfast (1.1): was \"/usr/sbin/nologin\"\n/bin/bash\n",
		"/etc/profile.d/50-tmout.sh": "# Written by Holdfast for 1.2, 1.3.\ntypeset -xr TMOUT=900\n",
		"/etc/issue":                 "Go away.\n",
		"/etc/foreign.conf":          "# Written by Holdfast for 1.5.\na = 2\n",
		"/etc/key.conf":              "# Holdfast (1.6): was \"x=1\"\ny=2\n# Holdfast (1.6): was \"x=3\"\nx=4\n# Holdfast (1.7): the next line was added\nz=5\n",
		"/etc/new":                   "# Written by Holdfast for 1.8.\nx=4\n",
	} {
		if got := b.file(name); got != want {
			t.Errorf("%s is\n%swant\n%s", name, got, want)
		}
	}
	for _, a := range []args{nologin, tmout, issue, foreign, line, newLine} {
		b.settled("file", a)
	}
	b.fresh()
	gone := args{"path": "/etc/foreign.conf", "absent": true}
	b.want("file", gone)
	b.refuses("wants that /etc/foreign.conf is absent", "file", foreign)
	b.refuses(`wants all of`, "file", args{"path": "/etc/issue", "content": b.contradict(issue)})
	b.refuses("is a directory", "file", args{"path": "/etc/dir", "absent": true})
	b.refuses("is a directory", "file", args{"path": "/etc/dir", "line": "x"})
	b.refuses("is a symlink", "file", args{"path": "/etc/link", "content": "x"})
	b.refuses("error: error parsing regexp", "file", args{"path": "/etc/key.conf", "match": "("})
	b.carryOut()
	b.settled("file", gone)
	b.want("file", args{"path": "/etc/sudoers.d/x", "content": "Defaults use_pty\n", "validate": "sudoers"})
	if s, _ := b.step("/etc/sudoers.d/x"); s.Risk != plan.Lockout || !slices.Equal(s.Validate, []string{"sudoers"}) {
		t.Errorf("risk %s, validators %q", s.Risk, s.Validate)
	}
}

// contradict plans a call, and gives other content for the same file.
func (b *bench) contradict(a args) string {
	b.want("file", a)
	return a["content"].(string) + "else"
}
