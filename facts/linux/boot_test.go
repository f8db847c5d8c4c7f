package linux

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

const bootHost = `
-- /proc/cmdline --
BOOT_IMAGE=/vmlinuz root=UUID=1 ro audit=1 quiet audit=0 -- apparmor=1
-- /sys/firmware/efi dir --
-- /etc/passwd --
-- /etc/group --
-- /etc/default/grub --
# comment
GRUB_CMDLINE_LINUX_DEFAULT="quiet splash"
GRUB_CMDLINE_LINUX="audit=1"
-- /etc/default/grub.d/50-more.cfg --
GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX audit_backlog_limit=8192"
-- /boot/grub/grub.cfg mode=0600 --
set superusers="root"
password_pbkdf2 root grub.pbkdf2.sha512.10000.SECRET.HASH
menuentry 'Debian' --unrestricted {
	linux /vmlinuz-6.1 root=UUID=1 ro audit=1 apparmor=1 quiet
}
submenu 'Advanced' {
	menuentry 'Debian (recovery)' {
		linux /vmlinuz-6.1 root=UUID=1 ro audit=1 single audit=0
	}
}
menuentry 'memtest' {
	linux16 /memtest86+x64.bin
}
if [ -f ${config_directory}/custom.cfg ]; then
  source ${config_directory}/custom.cfg
elif [ -z "${config_directory}" -a -f  $prefix/custom.cfg ]; then
  source $prefix/custom.cfg
fi
`

func TestBoot(t *testing.T) {
	for _, c := range []struct{ name, more, attr, want string }{
		{"", "", "exists", "true"},
		{"", "", "efi", "true"},
		{"", "", "config.mode", "0600"},
		{"", "", "running", "BOOT_IMAGE=/vmlinuz,root=UUID=1,ro,audit=1,quiet,audit=0"},
		{"", "", "effective_running", "BOOT_IMAGE=/vmlinuz,root=UUID=1,ro,quiet,audit=0"},
		{"", "", "defaults", "audit=1,audit_backlog_limit=8192,quiet,splash"},
		{"", "", "recovery_defaults", "audit=1,audit_backlog_limit=8192"},
		{"", "", "superusers", "root"},
		{"", "", "password_hashed", "true"},
		{"", "", "plaintext_password", "false"},
		{"", "", "entries[0].unrestricted", "true"},
		{"", "", "entries[1].title", "Debian (recovery)"},
		{"", "", "entries[1].submenus[0]", "Advanced"},
		{"", "", "entries[2].title", "no such path"},
		{"", "", "common_arguments", "root=UUID=1,ro"},
		{"custom.cfg comes last", "-- /boot/grub/custom.cfg --\nset superusers=\"root,eve\"\npassword eve secret\n", "superusers", "root,eve"},
		{"one of two has a plain password", "-- /boot/grub/custom.cfg --\nset superusers=\"root,eve\"\npassword eve secret\n", "password_hashed", "false"},
		{"", "-- /boot/grub/custom.cfg --\npassword eve secret\n", "plaintext_password", "true"},
		{"a superuser without a password", "-- /boot/grub/custom.cfg --\nset superusers=eve\n", "password_hashed", "false"},
		{"an unreadable custom.cfg", "-- /boot/grub/custom.cfg fifo --\n", "password_hashed", "unknown: open /boot/grub/custom.cfg: not a regular file: a FIFO"},
		{"a broken custom.cfg", "-- /boot/grub/custom.cfg --\nset x='\n", "superusers", "unknown: /boot/grub/custom.cfg is no script of GRUB that could be read to its end"},
		{"custom.cfg is read once", "-- /boot/grub/custom.cfg --\nmenuentry x {\nlinux /k ro\n}\n", "entries[3].title", "no such path"},
		{"computed defaults", "-- /etc/default/grub.d/60-computed.cfg --\nGRUB_CMDLINE_LINUX=$(cat /x)\n", "recovery_defaults", "unknown"},
		{"a variable of GRUB", "-- /boot/grub/custom.cfg --\nmenuentry x {\nlinux /k $y audit=1\n}\n", "common_arguments", "unknown: /boot/grub/custom.cfg:2: a variable of GRUB in $y"},
	} {
		v := hosttest.Read(t, hosttest.New(t, bootHost+c.more), Sources(), "boot")
		got := joined(v, c.attr)
		if c.want == "unknown" {
			got, _, _ = strings.Cut(got, ":")
		}
		if got != c.want {
			t.Errorf("%s: boot.%s is %q, want %q", c.name, c.attr, got, c.want)
		}
		if strings.Contains(hosttest.Lines(v), "SECRET") || strings.Contains(hosttest.Lines(v), "= secret") {
			t.Errorf("%s: a password is in the fact", c.name)
		}
	}
}

func TestBootWithoutGrub(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, "-- /proc/cmdline --\nquiet\n-- /sys/firmware/x --\n"), Sources(), "boot")
	for attr, want := range map[string]string{
		"exists": "false", "superusers": "unknown: there is no grub.cfg below /boot", "password_hashed": "unknown: there is no grub.cfg below /boot",
		"efi": "false", "running": "quiet", "defaults": "unknown: /etc/default/grub does not exist", "config.exists": "false",
	} {
		if got := joined(v, attr); got != want {
			t.Errorf("%s is %q, want %q", attr, got, want)
		}
	}
}

func TestBootOfAnImage(t *testing.T) {
	v := hosttest.Read(t, hosttest.Offline(t, bootHost), Sources(), "boot")
	for attr, want := range map[string]string{"running": "unknown: " + facts.Offline, "efi": "unknown: " + facts.Offline, "superusers": "root"} {
		if got := joined(v, attr); got != want {
			t.Errorf("%s is %q, want %q", attr, got, want)
		}
	}
}

func TestAnUnreadableGrubConfigIsUnknown(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, "-- /boot/grub/grub.cfg fifo --\n-- /etc/passwd --\n-- /etc/group --\n"), Sources(), "boot")
	for attr, want := range map[string]string{"exists": "true", "superusers": "unknown: open /boot/grub/grub.cfg: not a regular file: a FIFO", "config.type": "fifo"} {
		if got := joined(v, attr); got != want {
			t.Errorf("%s is %q, want %q", attr, got, want)
		}
	}
}
