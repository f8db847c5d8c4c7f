package hosttests

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

func TestFixMountOptions(t *testing.T) {
	h := testhost.New(t, testhost.Options{})
	const table = "# /etc/fstab: static file systems\n" +
		"tmpfs\t/srv/data   tmpfs  size=1m,mode=1777\t0  0 # scratch\n\n" +
		"tmpfs /srv/bare tmpfs\n"
	h.WriteFile("/etc/fstab", 0o644, table)
	h.WriteFile("/etc/systemd/system/srv-unit.mount", 0o644, "[Mount]\nWhat=tmpfs\nWhere=/srv/unit\nType=tmpfs\nOptions=size=1m,dev\n[Install]\nWantedBy=local-fs.target\n")
	h.MustRun("systemctl", "enable", "--quiet", "srv-unit.mount")
	h.MustRun("mkdir", "-p", "/srv/data", "/srv/bare", "/srv/unit")
	h.Boot()
	f := &fixes{t: t, host: h}
	options := func(path string, args ...string) fix {
		return fix{"mount_option", map[string]any{"path": path, "add": args}}
	}
	fstype := func() string {
		return h.MustRun("findmnt", "--noheadings", "--list", "--output", "TARGET,VFS-OPTIONS,FS-OPTIONS")
	}
	before := fstype()

	t.Run("in fstab and now, and back", func(t *testing.T) {
		done := f.apply(options("/srv/data", "nodev"), options("/srv/data", "noexec"), options("/srv/bare", "nosuid"))
		want := "# /etc/fstab: static file systems\n" +
			"# Holdfast (1.1, 1.2): was \"tmpfs\\t/srv/data   tmpfs  size=1m,mode=1777\\t0  0 # scratch\"\n" +
			"tmpfs\t/srv/data   tmpfs  size=1m,mode=1777,nodev,noexec\t0  0 # scratch\n\n" +
			"# Holdfast (1.3): was \"tmpfs /srv/bare tmpfs\"\n" +
			"tmpfs /srv/bare tmpfs defaults,nosuid\n"
		if got := h.ReadFile("/etc/fstab"); got != want {
			t.Errorf("%s", got)
		}
		if out := h.Run("findmnt", "--verify"); out.Code != 0 {
			t.Error(out.Stdout, out.Stderr)
		}
		r := read(t, h, key{"mount", "/srv/data"}).object("mount", "/srv/data")
		for _, list := range []string{"options", "configured_options"} {
			if got := joined(r[list]); !strings.Contains(got, "nodev") || !strings.Contains(got, "noexec") || strings.Contains(got, "nosuid") {
				t.Errorf("%s: %s", list, got)
			}
		}
		if out := h.Run("sh", "-c", "cp /bin/true /srv/data && /srv/data/true"); out.Code == 0 {
			t.Error("a program still runs from there")
		}
		f.rollback(done)
		if got := h.ReadFile("/etc/fstab"); got != table {
			t.Error(got)
		}
		if got := fstype(); got != before {
			t.Errorf("%s\nwas:\n%s", got, before)
		}
	})
	t.Run("a mount unit", func(t *testing.T) {
		done := f.apply(options("/srv/unit", "nodev"), options("/srv/unit", "nosuid"))
		const want = "# Written by Holdfast for 1.1, 1.2.\n[Mount]\nOptions=size=1m,nodev,nosuid\n"
		if got := h.ReadFile("/etc/systemd/system/srv-unit.mount.d/60-holdfast.conf"); got != want {
			t.Error(got)
		}
		if got := h.MustRun("systemctl", "show", "--value", "--property=Options", "srv-unit.mount"); !strings.Contains(got, "nodev") {
			t.Error(got)
		}
		f.rollback(done)
		h.WriteFile("/etc/systemd/system/srv-unit.mount.d/70-site.conf", 0o644, "[Mount]\nOptions=size=2m\n")
		if got := f.refused(options("/srv/unit", "nodev")); !strings.Contains(got, "70-site.conf sets the options of srv-unit.mount after") {
			t.Error(got)
		}
		h.MustRun("rm", "/etc/systemd/system/srv-unit.mount.d/70-site.conf")
	})
	t.Run("what systemd mounts of its own accord", func(t *testing.T) {
		done := f.apply(options("/dev/shm", "noexec"))
		if got := h.ReadFile("/etc/fstab"); !strings.HasSuffix(got, "\n# Holdfast (1.1): was not here\ntmpfs /dev/shm tmpfs rw,nosuid,nodev,noexec 0 0\n") {
			t.Error(got)
		}
		f.rollback(done)
	})
	t.Run("after a reboot", func(t *testing.T) {
		f.apply(options("/srv/data", "nodev", "nosuid", "noexec"), options("/srv/unit", "noexec"))
		h.Reboot()
		for _, p := range []string{"/srv/data", "/srv/unit"} {
			if got := joined(read(t, h, key{"mount", p}).object("mount", p)["options"]); !strings.Contains(got, "noexec") {
				t.Errorf("%s: %s", p, got)
			}
		}
	})
	t.Run("refused", func(t *testing.T) {
		if got := f.refused(options("/home", "nodev")); !strings.Contains(got, "no mount of its own") {
			t.Error(got)
		}
		h.MustRun("sh", "-c", "cp /bin/sleep /srv/bare/sleeper && systemd-run --quiet --unit=sleeper /srv/bare/sleeper infinity && until grep -qs sleeper /proc/*/maps; do :; done")
		if got := f.refused(options("/srv/bare", "noexec")); !strings.Contains(got, "/srv/bare/sleeper") {
			t.Error(got)
		}
		h.MustRun("systemctl", "stop", "sleeper")
		if got := f.refused(options("/srv/bare", "hidepid=2")); !strings.Contains(got, "next boot") {
			t.Error(got)
		}
		if got := f.refused(options("/srv/bare", "nodev"), fix{"mount_option", map[string]any{"path": "/srv/bare", "remove": []string{"nodev"}}}); !strings.Contains(got, "tailor") {
			t.Error(got)
		}
	})
}

// joined are the strings of a fact's list, in one.
func joined(v any) string {
	var out []string
	list, _ := v.([]any)
	for _, x := range list {
		s, _ := x.(string)
		out = append(out, s)
	}
	return strings.Join(out, ",")
}
