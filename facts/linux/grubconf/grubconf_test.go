package grubconf

import (
	"fmt"
	"strings"
	"testing"
)

const cfg = `# made by grub-mkconfig
set superusers="root, admin"
export superusers
password_pbkdf2 root grub.pbkdf2.sha512.10000.AAAA.BBBB
password admin letmein
if [ x"${feature_menuentry_id}" = xy ]; then
  menuentry_id_option="--id"
else
  menuentry_id_option=""
fi
function load_video {
  if [ x$feature_all_video_module = xy ]; then insmod all_video; else insmod vga; fi
}
set extra="audit=1 quiet"
menuentry 'Debian GNU/Linux' --class debian --unrestricted $menuentry_id_option 'gnulinux-simple' {
	load_video
	if [ x$grub_platform = xxen ]; then insmod xzio; fi
	echo	'Loading Linux ...'
	linux	/vmlinuz root=UUID=1 ro  "dyndbg=file a" ${extra}
	initrd	/initrd.img
}
submenu 'Advanced options' {
	menuentry 'Debian (recovery)' --users "ops" {
		linux	/vmlinuz root=UUID=1 ro single $vt_handoff
	}
}
menuentry "UEFI Firmware Settings" {
	fwsetup
}
if [ -f  ${config_directory}/custom.cfg ]; then
  source ${config_directory}/custom.cfg
fi
`

func TestParse(t *testing.T) {
	c := Parse(cfg)
	if got := fmt.Sprint(c.Whole(), c.Superusers, c.SuperusersLine, c.Hashed, c.Plain, c.Undecided, c.Sources); got !=
		"true [root admin] 2 [root] [admin][${config_directory}/custom.cfg]" {
		t.Error(got)
	}
	var got []string
	for _, e := range c.Entries {
		got = append(got, fmt.Sprintf("%s|%v|%v|%v|%s|%s|%s|%d", e.Title, e.Submenus, e.Unrestricted, e.Users, e.Kernel, e.Args, e.Undecided, e.Line))
	}
	want := []string{
		`Debian GNU/Linux|[]|true|[]|/vmlinuz|root=UUID=1 ro "dyndbg=file a" audit=1 quiet||19`,
		`Debian (recovery)|[Advanced options]|false|[ops]|/vmlinuz|root=UUID=1 ro single|a variable of GRUB in $vt_handoff|24`,
		`UEFI Firmware Settings|[]|false|[]||||0`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestWhatDecidesWhoMayBoot(t *testing.T) {
	for _, c := range []struct{ name, script, want string }{
		{"nothing", "set timeout=5", "true [] [] "},
		{"emptied again", `set superusers="root"` + "\nset superusers=\"\"", "true [] [] "},
		{"unset again", `set superusers="root"` + "\nunset superusers", "true [] [] "},
		{"without set", `superusers=root`, "true [root] [] "},
		{"in a comment", `# set superusers=root`, "true [] [] "},
		{"under a condition", "if true; then\nset superusers=root\nfi", "true [] [] superusers are set under a condition"},
		{"in a menu entry", "menuentry x {\nset superusers=root\n}", "true [] [] "},
		{"from a variable with a value", "set u=root\nset superusers=$u", "true [root] [] "},
		{"from a variable without", "set superusers=$u", "true [] [] superusers come from a variable"},
		{"in single quotes there are no variables", "set superusers='$u'", "true [$u] [] "},
		{"a hash of another kind", "password_pbkdf2 root plain", "true [] [] "},
		{"several commands in a line", "set superusers=a; password_pbkdf2 a grub.pbkdf2.x", "true [a] [a] "},
		{"an open quote", "set superusers='a", "false [] [] "},
		{"an open block", "menuentry a {\nlinux /x", "false [] [] "},
		{"a block too many", "}", "false [] [] "},
		{"CRLF", "set superusers=a\r\n", "true [a] [] "},
		{"a continued line", "set \\\n superusers=a", "true [a] [] "},
	} {
		conf := Parse(c.script)
		if got := fmt.Sprintf("%v %v %v %s", conf.Whole(), conf.Superusers, conf.Hashed, conf.Undecided); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestAnEntryWithSeveralKernelsIsUndecided(t *testing.T) {
	c := Parse("menuentry x {\nif a; then\nlinux /a audit=0\nelse\nlinux /b audit=1\nfi\n}")
	if e := c.Entries[0]; e.Undecided == "" {
		t.Errorf("%+v", e)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(cfg)
	f.Add("menuentry { } } if fi done \\\n'\"$ ${ ${a} superusers=$")
	f.Add(strings.Repeat("if { ", 100))
	f.Fuzz(func(t *testing.T, s string) {
		c := Parse(s)
		for _, e := range c.Entries {
			if e.Line < 0 || len(e.Submenus) > MaxDepth {
				t.Errorf("%+v", e)
			}
		}
	})
}
