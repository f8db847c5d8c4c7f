package actions

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/remediate/plan"
)

// Day 20000 is 2024-10-04; the bench's today is day 20780.
const accounts = `
-- /etc/passwd mode=0644 --
root:x:0:0:root:/root:/bin/bash
daemon:x:1:1::/usr/sbin:/bin/sh
alice:x:1000:1000::/home/alice:/bin/bash
bob:x:1001:1001::/home/bob:/bin/bash
old:$1$a$b:1002:1002::/home/old:/bin/bash
-- /etc/shadow mode=0640 --
root:*:20000:0:99999:7:::
daemon:*:20000:0:99999:7:::
alice:$y$j9T$saltsaltsalt$abcdefghijklmnopqrstuvwxyzabcdefghijklmnopq:20700:0:99999:7:::
bob:$y$j9T$saltsaltsalt$abcdefghijklmnopqrstuvwxyzabcdefghijklmnopq:20000:0:99999:7:::
-- /etc/group mode=0644 --
root:x:0:
sudo:x:27:alice,bob
alice:x:1000:
bob:x:1001:
sysa:x:999:
-- /etc/gshadow mode=0640 --
root:*::
sudo:*::alice,bob
sysa:!::
-- /etc/shells --
/bin/bash
/bin/sh
-- /etc/login.defs --
UID_MIN 1000
-- /etc/sudoers mode=0440 --
root ALL=(ALL:ALL) ALL
%sudo ALL=(ALL:ALL) ALL
-- /bin/bash mode=0755 --
-- /bin/sh mode=0755 --
-- /usr/sbin/nologin mode=0755 --
`

func TestUserChangesOneAccount(t *testing.T) {
	b := newBench(t, accounts)
	calls := []args{
		{"name": "daemon", "shell": "/usr/sbin/nologin"},
		{"name": "bob", "locked": true, "max_days": 365, "warn_days": 7, "inactive_days": 45, "min_days": -1},
		{"name": "old", "locked": true, "home": "/home/old"},
		{"name": "alice", "add_groups": []string{"sysa"}, "remove_groups": []string{"bob"}, "primary_group": "sysa"},
	}
	for _, a := range calls {
		b.want("user", a)
	}
	for _, s := range b.draft.Steps() {
		if text := s.Before.Summary + s.After.Summary + s.Diff; s.Risk != plan.Lockout || strings.Contains(text, "$") {
			t.Errorf("%s: risk %s: %s", s, s.Risk, text)
		}
	}
	b.refuses("tailor one of them", "user", args{"name": "bob", "locked": false})
	b.refuses("tailor one of them", "user", args{"name": "alice", "remove_groups": []string{"sysa"}})
	b.carryOut()
	hash := ":$y$j9T$saltsaltsalt$abcdefghijklmnopqrstuvwxyzabcdefghijklmnopq:"
	for file, want := range map[string]string{
		"/etc/passwd": "daemon:x:1:1::/usr/sbin:/usr/sbin/nologin\nalice:x:1000:999::/home/alice:/bin/bash\nbob:x:1001:1001::/home/bob:/bin/bash\nold:!$1$a$b:1002:1002::/home/old:/bin/bash\n",
		"/etc/shadow": "alice" + hash + "20700:0:99999:7:::\nbob:!" + hash[1:] + "20000::365:7:45::\n",
		"/etc/group":  "sysa:x:999:alice\n", "/etc/gshadow": "sysa:!::alice\n",
	} {
		if got := b.file(file); !strings.Contains(got, want) {
			t.Errorf("%s is\n%swant\n%s", file, got, want)
		}
	}
	for _, a := range calls {
		b.settled("user", a)
	}
	b.fresh()
	b.want("user", args{"name": "bob", "locked": false})
	b.carryOut()
	if got := b.file("/etc/shadow"); !strings.Contains(got, "bob"+hash) {
		t.Error("it is not unlocked:", got)
	}
	b.refuses("has no password to unlock", "user", args{"name": "daemon", "locked": false})
	b.refuses("no account nobody", "user", args{"name": "nobody", "locked": true})
	b.refuses("is no program", "user", args{"name": "daemon", "shell": "/bin/zsh"})
	b.refuses("/etc/shadow has no line for old", "user", args{"name": "old", "max_days": 5})
	b.refuses("there is no group x", "user", args{"name": "alice", "add_groups": []string{"x"}})
	b.refuses("is no name of an account", "user", args{"name": "a:b", "locked": true})
}

func TestNobodyIsShutOutWhoIsNeeded(t *testing.T) {
	b := newBench(t, accounts+"-- /run/systemd/sessions/3 --\nUID=1001\nSTATE=active\n-- /run/systemd/sessions/4 --\nUID=1000\nSTATE=closing\n")
	for _, a := range []args{
		{"name": "bob", "locked": true}, {"name": "bob", "shell": "/usr/sbin/nologin"}, {"name": "bob", "expire_password": true}, {"name": "bob", "max_days": 365},
	} {
		b.fresh()
		b.refuses("bob is logged in and would be", "user", a)
	}
	b.fresh()
	b.want("user", args{"name": "bob", "max_days": 1000})
	b.want("user", args{"name": "alice", "max_days": 365})

	alone := newBench(t, accounts)
	alone.want("user", args{"name": "bob", "locked": true})
	for _, a := range []args{
		{"name": "alice", "locked": true}, {"name": "alice", "shell": "/usr/sbin/nologin"}, {"name": "alice", "expire_password": true},
		{"name": "alice", "max_days": 30}, {"name": "alice", "remove_groups": []string{"sudo"}},
	} {
		alone.refuses("alice is the last one who can log in and become root", "user", a)
	}
	alone.refuses("alice is the last one", "group", args{"name": "sudo", "members": []string{"bob"}})
	alone.fresh()
	alone.want("group", args{"name": "sudo", "remove_members": []string{"bob"}})
	alone.refuses("alice is the last one", "user", args{"name": "alice", "remove_groups": []string{"sudo"}})
}

func TestGroupIsMadeChangedAndRemoved(t *testing.T) {
	b := newBench(t, accounts)
	made, members := args{"name": "sugroup", "state": "present"}, args{"name": "sudo", "members": []string{"alice"}}
	b.want("group", made)
	b.want("group", args{"name": "wheel", "state": "present"})
	b.want("group", members)
	b.refuses("tailor one", "group", args{"name": "sudo", "members": []string{"bob"}})
	b.refuses("tailor one", "group", args{"name": "wheel", "state": "absent"})
	b.refuses("there is no group nogroup", "group", args{"name": "nogroup", "members": []string{}})
	b.refuses("there is no user zoe", "group", args{"name": "sysa", "members": []string{"zoe"}})
	b.refuses("alice is the primary group of alice", "group", args{"name": "alice", "state": "absent"})
	b.carryOut()
	if got := b.file("/etc/group"); !strings.Contains(got, "sudo:x:27:alice\n") || !strings.HasSuffix(got, "sugroup:x:600:\nwheel:x:599:\n") {
		t.Error(got)
	}
	if got := b.file("/etc/gshadow"); !strings.Contains(got, "sudo:*::alice\n") || !strings.HasSuffix(got, "sugroup:!::\nwheel:!::\n") {
		t.Error(got)
	}
	b.settled("group", made)
	b.settled("group", members)
	b.fresh()
	b.want("group", args{"name": "sugroup", "state": "absent"})
	b.carryOut()
	if strings.Contains(b.file("/etc/group")+b.file("/etc/gshadow"), "sugroup") {
		t.Error("the group is still there")
	}
	b.settled("group", args{"name": "sugroup", "state": "absent"})
}
