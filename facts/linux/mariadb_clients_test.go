package linux

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

func TestMariaDBUserFiles(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, `
-- /etc/passwd --
root:x:0:0:root:/root:/bin/bash
toor:x:0:0:root:/root:/bin/bash
ann:x:1000:1000::/home/ann:/bin/bash
bob:x:1001:1001::/home/bob:/bin/bash
none:x:1003:1003::/nonexistent:/bin/bash
-- /etc/group --
root:x:0:
-- /root/.my.cnf mode=0644 --
[client]
# password = later
password =
-- /home/ann/.my.cnf mode=0600 --
[mysql]
loose-password = "hunter2"
-- /home/ann/.mylogin.cnf mode=0600 --
hidden
-- /srv/shared.cnf mode=0640 --
[client]
password=hunter2
-- /home/bob/.my.cnf link=/srv/shared.cnf --
`), Sources(), "mariadb_user_files")
	if strings.Contains(hosttest.Lines(v), "hunter2") {
		t.Error("a secret is in the fact")
	}
	for path, want := range map[string]string{
		"[0].user": "root", "[0].file.path": "/root/.my.cnf", "[0].file.mode": "0644", "[0].has_password": "false",
		"[1].user": "ann", "[1].file.mode": "0600", "[1].has_password": "true",
		"[2].file.path": "/home/ann/.mylogin.cnf", "[2].has_password": "true",
		"[4]": "no such path", "[3].user": "bob", "[3].file.mode": "0640", "[3].has_password": "true",
	} {
		if got := hosttest.Leaf(v, path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
}
