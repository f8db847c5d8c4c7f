package linux

import (
	"testing"

	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

// debianProfile is what Debian's /etc/profile does.
const debianProfile = `
-- /etc/passwd --
root:x:0:0:root:/root:/bin/bash
-- /etc/group --
-- /etc/profile --
if [ "$(id -u)" -eq 0 ]; then
  PATH="/usr/local/sbin:/usr/bin:/none"
else
  PATH="/usr/local/bin:/usr/bin:"
fi
export PATH
if [ "${PS1-}" ]; then
  if [ "${BASH-}" ] && [ "$BASH" != "/bin/sh" ]; then
    if [ -f /etc/bash.bashrc ]; then
      . /etc/bash.bashrc
    fi
  else
    if [ "$(id -u)" -eq 0 ]; then
      PS1='# '
    fi
  fi
fi
if [ -d /etc/profile.d ]; then
  for i in /etc/profile.d/*.sh; do
    if [ -r $i ]; then
      . $i
    fi
  done
  unset i
fi
-- /etc/bash.bashrc --
[ -z "${PS1-}" ] && return
umask 022
-- /usr/local/sbin dir mode=0775 --
-- /usr/local/bin dir --
-- /usr/bin --
`

func TestShellStartup(t *testing.T) {
	tmout := "-- /etc/profile.d/tmout.sh --\nTMOUT=600\nreadonly TMOUT\nexport TMOUT\n"
	for _, c := range []struct{ more, path, want string }{
		{"", "user.tmout_set", "false"},
		{"", "user.tmout", "unknown: no start file sets TMOUT"},
		{"", "user.tmout_readonly", "false"},
		{"", "user.umask", "0022"},
		{"", "user.path[2].problem", "empty: the current directory"},
		{"", "root.path[0].problem", "writable by others than its owner"},
		{"", "root.path[1].problem", "not a directory"},
		{"", "root.path[2].problem", "does not exist"},
		{"", "root.path[2].mode", "unknown: /none does not exist"},
		{tmout, "user.tmout", "600"},
		{tmout, "user.tmout_readonly", "true"},
		{tmout, "user.tmout_exported", "true"},
		{tmout, "root.tmout", "600"},
		{"-- /etc/profile.d/tmout.sh.bak --\nTMOUT=600\n", "user.tmout_set", "false"},
		{"-- /etc/profile.d/a.sh --\ncase $HOST in a) TMOUT=1;; esac\n", "user.tmout", "unknown: /etc/profile.d/a.sh:1: it depends on a condition that is not decided"},
		{"-- /etc/profile.d/a.sh --\numask 077\n", "root.umask", "0077"},
		{"-- /root/.profile --\n. ~/.bashrc\n-- /root/.bashrc --\numask 0027\n", "root.umask", "0027"},
		{"-- /root/.profile --\n. ~/.bashrc\n-- /root/.bashrc --\numask 0027\n", "user.umask", "0022"},
		{"-- /root/.bash_profile --\numask 077\n-- /root/.profile --\numask 0\n", "root.umask", "0077"},
		{"-- /root/.bashrc --\numask 0\n", "root.umask", "0022"},
		{"-- /root/.bashrc --\numask 0\n", "statements[4].path", "/root/.bashrc"},
		{"-- /root/.bashrc --\numask 0\n", "statements[4].value", "0000"},
		{"-- /etc/environment --\nexport TMOUT=\"30\"\n", "user.tmout", "30"},
		{"-- /etc/environment --\n#TMOUT=30\n", "user.tmout_set", "false"},
		{"-- /etc/environment fifo --\n", "user.tmout", "unknown: open /etc/environment: not a regular file: a FIFO"},
		{"-- /etc/profile.d/a.sh fifo --\n", "user.umask", "unknown: open /etc/profile.d/a.sh: not a regular file: a FIFO"},
		{"-- /etc/profile.d/a.sh fifo --\n", "statements[4]", "unknown: open /etc/profile.d/a.sh: not a regular file: a FIFO"},
		{"-- /etc/profile.d/a.sh --\nTMOUT=600\nreadonly TMOUT\n-- /etc/profile.d/b.sh --\nTMOUT=0\n", "user.tmout", "600"},
		{"-- /etc/profile.d/a.sh --\nTMOUT=soon\n", "user.tmout", "0"},
	} {
		v := hosttest.Read(t, hosttest.New(t, debianProfile+c.more), Sources(), "shell_startup")
		if got := hosttest.Leaf(v, c.path); got != c.want {
			t.Errorf("shell_startup.%s is %q, want %q, with\n%s", c.path, got, c.want, c.more)
		}
	}
}
