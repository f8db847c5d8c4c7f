package hosttests

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

// mkconfig stands for grub-mkconfig, which wants to see disks: it reads its files in the same way.
const mkconfig = `#!/bin/sh
. /etc/default/grub
for x in /etc/default/grub.d/*.cfg; do [ -e "$x" ] && . "$x"; done
{ [ ! -x /etc/grub.d/07_holdfast ] || /etc/grub.d/07_holdfast; printf 'menuentry "Debian" {\n\tlinux /vmlinuz root=/dev/sda1 ro %s %s\n}\n' "$GRUB_CMDLINE_LINUX" "$GRUB_CMDLINE_LINUX_DEFAULT"; } > "$2.new" && mv "$2.new" "$2"
`

func TestFixGrub(t *testing.T) {
	h := testhost.New(t, testhost.Options{})
	h.WriteFile("/etc/default/grub", 0o644, "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\nGRUB_CMDLINE_LINUX=\"net.ifnames=0\"\n")
	h.Boot()
	f := &fixes{t: t, host: h}
	words := func(list ...string) fix { return fix{"grub", map[string]any{"add": list}} }
	if got := f.refused(words("audit=1")); !strings.Contains(got, "no grub.cfg here") {
		t.Error(got)
	}
	h.WriteFile("/usr/sbin/grub-mkconfig", 0o755, mkconfig)
	const before = "# by hand\nmenuentry 'Debian' {\n\tlinux /vmlinuz root=/dev/sda1 ro net.ifnames=0 quiet\n}\n"
	h.WriteFile("/boot/grub/grub.cfg", 0o600, before)
	done := f.apply(words("audit=1"), words("apparmor=1", "security=apparmor"), words("quiet"))
	if got := h.ReadFile("/etc/default/grub.d/60-holdfast.cfg"); got != "# Written by Holdfast for 1.1, 1.2.\nGRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX audit=1 apparmor=1 security=apparmor\"\n" {
		t.Error(got)
	}
	r := read(t, h, key{"boot"}).object("boot")
	for _, list := range []string{"common_arguments", "defaults"} {
		if got := joined(r[list]); !strings.Contains(got, "net.ifnames=0,audit=1,apparmor=1,security=apparmor,quiet") {
			t.Errorf("%s: %s", list, got)
		}
	}
	h.WriteFile("/usr/sbin/grub-mkconfig", 0o755, "#!/bin/sh\nexit 1\n") // the way back does without
	f.rollback(done)
	if got := h.MustRun("sh", "-c", "cat /boot/grub/grub.cfg; stat -c %a /boot/grub/grub.cfg"); got != before+"600\n" {
		t.Error(got)
	}
	if h.Run("test", "-e", "/etc/default/grub.d/60-holdfast.cfg").Code == 0 {
		t.Error("the drop-in is still there")
	}
	if out := f.do("apply", "fails", words("audit=1")); !strings.Contains(out.Error, "rolled back") || h.ReadFile("/boot/grub/grub.cfg") != before {
		t.Error(out.Error)
	}
	if got := f.refused(words("audit=1"), words("audit=0")); !strings.Contains(got, "tailor") {
		t.Error(got)
	}
	h.WriteFile("/etc/default/grub", 0o644, "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet audit=0\"\nGRUB_CMDLINE_LINUX=\"\"\n")
	if got := f.refused(words("audit=1")); !strings.Contains(got, "has audit=0, which counts more") {
		t.Error(got)
	}
	h.WriteFile("/usr/sbin/grub-mkconfig", 0o755, mkconfig)
	const defaults = "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet audit=0\"\nGRUB_CMDLINE_LINUX=\"\"\n"
	done = f.apply(fix{"grub", map[string]any{"remove": []string{"audit=0"}}})
	if got := h.ReadFile("/etc/default/grub"); !strings.Contains(got, ": was \"GRUB_CMDLINE_LINUX_DEFAULT=\\\"quiet audit=0\\\"\"\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n") {
		t.Error(got)
	}
	if r := read(t, h, key{"boot"}).object("boot"); strings.Contains(joined(r["common_arguments"]), "audit=0") {
		t.Error(r["common_arguments"])
	}
	f.rollback(done)
	if h.ReadFile("/etc/default/grub") != defaults || h.ReadFile("/boot/grub/grub.cfg") != before {
		t.Error("not as it was")
	}
	password := func(file string) fix {
		return fix{"grub", map[string]any{"superuser": "operator", "password_file": file}}
	}
	const hash = "grub.pbkdf2.sha512.10000.0123456789ABCDEF.FEDCBA9876543210"
	h.WriteFile("/root/grub", 0o644, "PBKDF2 hash of your password is "+hash+"\n")
	if got := f.refused(password("/root/grub")); !strings.Contains(got, "root's alone") {
		t.Error(got)
	}
	h.MustRun("chmod", "600", "/root/grub")
	done = f.apply(password("/root/grub"))
	for _, c := range done.Changes {
		if strings.Contains(c.Diff+c.Before+c.After, "FEDCBA") {
			t.Errorf("the plan shows the hash: %s", c.Diff)
		}
	}
	r = read(t, h, key{"boot"}).object("boot")
	if joined(r["superusers"]) != "operator" || r["password_hashed"] != true {
		t.Errorf("superusers %v, hashed %v", r["superusers"], r["password_hashed"])
	}
	if got := h.MustRun("stat", "-c", "%a %U", "/etc/grub.d/07_holdfast"); got != "700 root\n" || !strings.Contains(h.ReadFile("/boot/grub/grub.cfg"), "--unrestricted $menuentry_id_option") {
		t.Error(got)
	}
	f.rollback(done)
	if h.ReadFile("/boot/grub/grub.cfg") != before || h.Run("test", "-e", "/etc/grub.d/07_holdfast").Code == 0 {
		t.Error("not as it was")
	}
}
