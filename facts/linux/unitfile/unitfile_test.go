package unitfile

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// tree is a directory as a host's root. Links in it are written so that they lead to the right place from outside.
type tree string

func (t tree) real(name string) string {
	for range 10 {
		link, err := os.Readlink(filepath.Join(string(t), name))
		if err != nil || link == "/dev/null" {
			break
		}
		if !filepath.IsAbs(link) {
			link = filepath.Join(filepath.Dir(name), link)
		}
		name = link
	}
	return filepath.Join(string(t), name)
}

func (t tree) ReadFile(name string) ([]byte, error) { return os.ReadFile(t.real(name)) }
func (t tree) ReadDir(name string) ([]fs.DirEntry, error) {
	return os.ReadDir(filepath.Join(string(t), name))
}
func (t tree) Readlink(name string) (string, error) {
	return os.Readlink(filepath.Join(string(t), name))
}
func (t tree) Stat(name string) (fs.FileInfo, error) { return os.Stat(t.real(name)) }

const units = `
-- usr/lib/systemd/system/ssh.service --
[Unit]
Description=Secure shell
[Service]
Type=notify
User=root
ExecStart=/usr/sbin/sshd -D \
# a comment between
   $OPTS
[Install]
WantedBy=multi-user.target
Alias=sshd.service
-- usr/lib/systemd/system/ssh.service.d/10-vendor.conf --
[Service]
User=vendor
-- etc/systemd/system/ssh.service.d/10-vendor.conf --
[Service]
User=admin
-- run/systemd/system/ssh.service.d/20-run.conf --
[Service]
ExecStart=
ExecStart=/opt/sshd
-- etc/systemd/system/sshd.service.d/15-alias.conf --
[Service]
Type=exec
-- etc/systemd/system/multi-user.target.wants/ssh.service link=/usr/lib/systemd/system/ssh.service --
-- etc/systemd/system/sshd.service link=/usr/lib/systemd/system/ssh.service --
-- usr/lib/systemd/system/off.service --
[Install]
WantedBy=multi-user.target
-- usr/lib/systemd/system/plain.service --
[Service]
ExecStart=/bin/true
-- usr/lib/systemd/system/sysinit.target.wants/plain.service link=../plain.service --
-- usr/lib/systemd/system/also.service --
[Install]
Also=off.service
-- usr/lib/systemd/system/dead.service --
[Install]
WantedBy=multi-user.target
-- etc/systemd/system/dead.service link=/dev/null --
-- run/systemd/system/plain2.service link=/dev/null --
-- usr/lib/systemd/system/plain2.service --
-- usr/lib/systemd/system/empty.service --
-- usr/lib/systemd/system/getty@.service --
[Service]
ExecStart=-/sbin/agetty %I
[Install]
WantedBy=getty.target
DefaultInstance=tty1
-- etc/systemd/system/getty.target.wants/getty@tty1.service link=/lib/systemd/system/getty@.service --
-- usr/lib/systemd/system/t@.service --
[Install]
WantedBy=multi-user.target
-- etc/systemd/system/multi-user.target.wants/t@x.service link=/usr/lib/systemd/system/t@.service --
-- usr/lib/systemd/system/rt.service --
[Install]
WantedBy=multi-user.target
-- run/systemd/system/multi-user.target.wants/rt.service link=/usr/lib/systemd/system/rt.service --
-- opt/linked.service --
[Install]
WantedBy=multi-user.target
-- etc/systemd/system/linked.service link=/opt/linked.service --
-- usr/lib/systemd/system/vendor-alias.service link=off.service --
-- run/systemd/generator.late/old.service --
[Service]
ExecStart=/etc/init.d/old start
-- usr/lib/systemd/system/other.service --
[Install]
Alias=wanted-name.service
-- etc/systemd/system/multi-user.target.wants/renamed.service link=/usr/lib/systemd/system/other.service --
-- etc/systemd/system/gone.service link=/usr/lib/systemd/system/gone.service --
-- usr/lib/systemd/system/a-b-c.service --
[Service]
User=1
-- etc/systemd/system/a-.service.d/5.conf --
[Service]
User=a
-- etc/systemd/system/a-b-.service.d/5.conf --
[Service]
User=ab
-- etc/systemd/system/service.d/9.conf --
[Service]
Group=all
-- etc/systemd/system/service.d/5.conf --
[Service]
User=all
-- etc/systemd/system/a-b-c.service.d/9.conf link=/dev/null --
`

func lay(t *testing.T, archive string) string {
	root := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name, link, isLink := strings.Cut(f.Name, " link=")
		full := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if isLink {
			err = os.Symlink(link, full)
		} else {
			err = os.WriteFile(full, f.Data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	_ = os.Symlink("usr/lib", filepath.Join(root, "lib"))
	return root
}

func absent(err error) bool { return errors.Is(err, fs.ErrNotExist) }

func index(t *testing.T) (*Index, string) {
	root := lay(t, units)
	x, err := NewIndex(tree(root), absent)
	if err != nil {
		t.Fatal(err)
	}
	return x, root
}

var states = map[string]string{
	"ssh.service": "enabled", "sshd.service": "alias", "off.service": "disabled", "plain.service": "static",
	"also.service": "indirect", "dead.service": "masked", "plain2.service": "masked-runtime", "getty@.service": "enabled",
	"getty@tty1.service": "enabled", "getty@tty2.service": "disabled", "rt.service": "enabled-runtime",
	"linked.service": "linked", "vendor-alias.service": "alias", "old.service": "generated", "other.service": "disabled",
	"t@.service": "indirect", "t@x.service": "enabled", "t@y.service": "disabled",
	"empty.service": "masked", "gone.service": "", "none.service": "",
}

func TestState(t *testing.T) {
	x, _ := index(t)
	for name, want := range states {
		u, err := x.Load(name)
		got := ""
		if u != nil {
			got = x.State(u)
		}
		if err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q", name, got, err, want)
		}
	}
}

// The same files put before systemctl itself, where the machine has it.
func TestStateIsWhatSystemctlSays(t *testing.T) {
	systemctl, err := exec.LookPath("systemctl")
	if err != nil {
		t.Skip("this machine has no systemctl")
	}
	_, root := index(t)
	for name, want := range states {
		out, err := exec.Command(systemctl, "--root="+root, "is-enabled", name).Output()
		got := strings.TrimSpace(string(out))
		if got != want {
			t.Errorf("systemctl says %s is %q (%v), we say %q", name, got, err, want)
		}
	}
}

func TestLoadMerges(t *testing.T) {
	x, _ := index(t)
	u, err := x.Load("sshd.service")
	if err != nil {
		t.Fatal(err)
	}
	if u.ID != "ssh.service" || u.Path != "/usr/lib/systemd/system/ssh.service" || !slices.Equal(u.Aliases, []string{"sshd.service"}) {
		t.Errorf("%+v", u)
	}
	want := []string{"/etc/systemd/system/ssh.service.d/10-vendor.conf", "/etc/systemd/system/sshd.service.d/15-alias.conf",
		"/run/systemd/system/ssh.service.d/20-run.conf", "/etc/systemd/system/service.d/5.conf", "/etc/systemd/system/service.d/9.conf"}
	if !slices.Equal(u.DropIns, want) {
		t.Error(u.DropIns)
	}
	if s, _ := Last(u.Settings, "Service", "User"); s.Value != "all" || s.Line != 2 {
		t.Error("5.conf sorts behind 10-vendor.conf:", s)
	}
	if s, _ := Last(u.Settings, "Service", "Type"); s.Value != "exec" {
		t.Error("an alias' drop-in counts:", s)
	}
	if all := All(u.Settings, "Service", "ExecStart"); len(all) != 1 || all[0].Value != "/opt/sshd" {
		t.Error(all)
	}
}

func TestDropInPrecedence(t *testing.T) {
	x, _ := index(t)
	u, err := x.Load("a-b-c.service")
	if err != nil {
		t.Fatal(err)
	}
	if s, _ := Last(u.Settings, "Service", "User"); s.Value != "ab" {
		t.Error("the longer prefix wins over the shorter and the type:", s)
	}
	if s, ok := Last(u.Settings, "Service", "Group"); ok {
		t.Error("a drop-in linked to /dev/null masks that of the type:", s)
	}
}

func TestContinuation(t *testing.T) {
	got, err := Parse("f", []byte("[S]\r\nA=1 \\\r\n# c\r\n 2\r\nnothing\nB = x # no comment\n"))
	if err != nil || len(got) != 2 || strings.Join(strings.Fields(got[0].Value), " ") != "1 2" || got[0].Line != 2 || got[1].Value != "x # no comment" {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := Parse("f", []byte("[S]\nA=\x00\n")); err == nil {
		t.Error("a NUL byte was read over")
	}
}

func TestWantedBy(t *testing.T) {
	x, _ := index(t)
	if got := x.WantedBy("plain.service"); len(got) != 1 || got[0].By != "sysinit.target" || got[0].Dir != "/usr/lib/systemd/system" {
		t.Error(got)
	}
}

func TestNames(t *testing.T) {
	if Template("getty@tty1.service") != "getty@.service" || Template("getty@.service") != "" || Template("a.service") != "" {
		t.Error("Template")
	}
	for name, want := range map[string]bool{"a.service": true, "a": false, "a b.service": false, ".service": false, "a.conf": false, "-.mount": true, `dev-\x2d.swap`: true} {
		if ValidName(name) != want {
			t.Errorf("ValidName(%q) is %v", name, !want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("[Service]\nExecStart=/bin/a \\\n b\n;c\nUser=\n"))
	f.Add([]byte("=\n[]\n[x\n[S]\n=\\\n\\"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, _ := Parse("f", b)
		for _, s := range got {
			if s.Line == 0 || s.Section == "" {
				t.Errorf("%+v", s)
			}
			Last(got, s.Section, s.Key)
			All(got, s.Section, s.Key)
		}
	})
}
