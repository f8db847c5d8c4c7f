package linux

import (
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

const unitFixture = `
-- /lib link=usr/lib --
-- /usr/lib/systemd/system/ssh.service --
[Unit]
Description=Secure shell
[Service]
Type=notify
ExecStartPre=/usr/sbin/sshd -t
ExecStart=-@/usr/sbin/sshd sshd -D --token=secret
NoNewPrivileges=yes
ProtectSystem=full
[Install]
WantedBy=multi-user.target
Alias=sshd.service
-- /etc/systemd/system/ssh.service.d/user.conf --
[Service]
User=sshd
-- /usr/lib/systemd/system/ssh.socket --
[Socket]
ListenStream=22
ListenStream=
ListenStream=0.0.0.0:2222
ListenDatagram=/run/x
[Install]
WantedBy=sockets.target
-- /etc/systemd/system/multi-user.target.wants/ssh.service link=/lib/systemd/system/ssh.service --
-- /etc/systemd/system/sshd.service link=/lib/systemd/system/ssh.service --
-- /usr/lib/systemd/system/apt-daily.timer --
[Timer]
OnCalendar=daily
Unit=ssh.service
[Install]
WantedBy=timers.target
-- /etc/systemd/system/timers.target.wants/apt-daily.timer link=/usr/lib/systemd/system/apt-daily.timer --
-- /usr/lib/systemd/system/journal.service --
[Service]
ExecStart="/usr/lib/with space" arg
-- /usr/lib/systemd/system/sysinit.target.wants/journal.service link=../journal.service --
-- /etc/systemd/system/cups.service link=/dev/null --
-- /etc/init.d/legacy mode=0755 --
#!/bin/sh
-- /etc/rc2.d/S01legacy link=../init.d/legacy --
-- /etc/init.d/idle mode=0755 --
#!/bin/sh
-- /usr/lib/systemd/system/getty@.service --
[Service]
ExecStart=/sbin/agetty
-- /etc/systemd/system/getty.target.wants/getty@tty1.service link=/lib/systemd/system/getty@.service --
`

func TestService(t *testing.T) {
	h := hosttest.Offline(t, unitFixture)
	for _, c := range []struct{ name, attr, want string }{
		{"ssh", "name", "ssh.service"},
		{"ssh", "exists", "true"},
		{"ssh", "enabled", "true"},
		{"ssh", "unit_file_state", "enabled"},
		{"ssh", "active", "unknown: " + facts.Offline},
		{"ssh", "fragment_path", "/usr/lib/systemd/system/ssh.service"},
		{"ssh", "drop_ins[0]", "/etc/systemd/system/ssh.service.d/user.conf"},
		{"ssh", "user", "sshd"},
		{"ssh", "type", "notify"},
		{"ssh", "exec_start[0]", "/usr/sbin/sshd"},
		{"ssh", "exec_start[1]", "no such path"},
		{"ssh", "hardening.no_new_privileges", "true"},
		{"ssh", "hardening.protect_home", "no"},
		{"ssh", "wanted_by[0]", "multi-user.target"},
		{"ssh", "triggered_by[0].unit", "apt-daily.timer"},
		{"ssh", "triggered_by[1].unit", "ssh.socket"},
		{"ssh", "triggered_by[1].enabled", "false"},
		{"ssh", "triggered_by[1].listens[0]", "0.0.0.0:2222"},
		{"sshd", "unit", "ssh.service"},
		{"sshd.service", "enabled", "true"},
		{"sshd.service", "unit_file_state", "alias"},
		{"ssh.socket", "enabled", "false"},
		{"ssh.socket", "unit_file_state", "disabled"},
		{"ssh.socket", "listens[1]", "/run/x"},
		{"ssh.socket", "exec_start", "unknown: ssh.socket is no service"},
		{"apt-daily.timer", "enabled", "true"},
		{"journal", "unit_file_state", "static"},
		{"journal", "enabled", "false"},
		{"journal", "wanted_by[0]", "sysinit.target"},
		{"journal", "exec_start[0]", "/usr/lib/with space"},
		{"journal", "user", "root"},
		{"cups", "masked", "true"},
		{"cups", "enabled", "false"},
		{"cups", "load_state", "masked"},
		{"cups", "user", "unknown: cups.service is masked"},
		{"legacy", "exists", "true"},
		{"legacy", "enabled", "true"},
		{"idle", "enabled", "false"},
		{"getty@tty1", "enabled", "true"},
		{"getty@tty2", "enabled", "false"},
		{"none", "exists", "false"},
		{"none", "active", "false"},
		{"none", "enabled", "false"},
		{"none", "masked", "false"},
		{"none", "user", "unknown: none.service does not exist"},
	} {
		if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "service", c.name), c.attr); got != c.want {
			t.Errorf("service(%q).%s is %q, want %q", c.name, c.attr, got, c.want)
		}
	}
}

func TestServicesListsUnitsOnce(t *testing.T) {
	v := hosttest.Read(t, hosttest.Offline(t, unitFixture), Sources(), "services")
	var names []string
	for i := range v.LengthInt() {
		names = append(names, hosttest.Leaf(v, facts.JoinIndex("", i)+".name"))
	}
	want := []string{"apt-daily.timer", "cups.service", "getty@.service", "getty@tty1.service", "idle.service", "journal.service",
		"legacy.service", "ssh.service", "ssh.socket"}
	if len(names) != len(want) {
		t.Fatalf("%q, want %q", names, want)
	}
	for i := range want {
		if names[i] != want[i] {
			t.Errorf("%q, want %q", names, want)
		}
	}
	if hosttest.Leaf(v, "[2].template") != "true" || hosttest.Leaf(v, "[7].enabled") != "true" {
		t.Error(hosttest.Lines(v))
	}
}

func TestServiceAsTheManagerSays(t *testing.T) {
	m := &runningUnits{units: map[string]unitState{
		"ssh.service": {"loaded", "active", "running"}, "up.service": {"loaded", "activating", "start"},
		"down.service": {"loaded", "failed", "failed"}, "gone.service": {"not-found", "active", "running"},
	}, origin: facts.From("D-Bus")}
	for _, c := range []struct {
		names []string
		want  bool
		state string
	}{
		{[]string{"ssh.service"}, true, "active"},
		{[]string{"sshd.service", "ssh.service"}, true, "active"},
		{[]string{"up.service"}, true, "activating"},
		{[]string{"down.service"}, false, "failed"},
		{[]string{"unloaded.service"}, false, "inactive"},
		{[]string{"gone.service"}, true, "active"},
	} {
		var s Service
		s.from(m, c.names)
		if got, ok := s.Active.Get(); !ok || got != c.want || s.ActiveState.Or("") != c.state {
			t.Errorf("%v: active %v (%v), state %q", c.names, got, ok, s.ActiveState.Or(""))
		}
	}
}

func TestServiceOddities(t *testing.T) {
	for _, c := range []struct{ name, files, unit, attr, want string }{
		{"a FIFO as unit", "-- /etc/systemd/system/a.service fifo --\n", "a", "enabled",
			"unknown: open /etc/systemd/system/a.service: not a regular file: a FIFO"},
		{"a NUL byte", "-- /etc/systemd/system/a.service --\n[Service]\nUser=\x00\n", "a", "exists",
			"unknown: /etc/systemd/system/a.service:2: a NUL byte"},
		{"links in a circle", "-- /etc/systemd/system/a.service link=/etc/systemd/system/b.service --\n-- /etc/systemd/system/b.service link=/etc/systemd/system/a.service --\n",
			"a", "exists", "unknown: a.service: too many links"},
		{"a dangling link", "-- /etc/systemd/system/a.service link=/opt/none --\n", "a", "exists", "false"},
		{"a boolean that is none", "-- /etc/systemd/system/a.service --\n[Service]\nDynamicUser=maybe\n", "a", "dynamic_user",
			"unknown: /etc/systemd/system/a.service:2: DynamicUser is no boolean"},
		{"another machine's manager", "-- /etc/systemd/system/a.service --\n[Service]\nUser=x\n", "a", "active",
			"unknown: the D-Bus of this host is out of reach"},
	} {
		h := hosttest.New(t, c.files)
		if got := hosttest.Leaf(hosttest.Read(t, h, Sources(), "service", c.unit), c.attr); got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.name, c.attr, got, c.want)
		}
	}
}
