package mountunit

import "testing"

func TestNamesAreThoseOfSystemdEscape(t *testing.T) {
	for path, name := range map[string]string{
		"/":                 "-.mount",
		"/tmp":              "tmp.mount",
		"/var//log/":        "var-log.mount",
		"/var/log-audit":    `var-log\x2daudit.mount`,
		"/.hidden/.b":       `\x2ehidden-.b.mount`,
		"/with blank/é":     `with\x20blank-\xc3\xa9.mount`,
		`/back\slash`:       `back\x5cslash.mount`,
		"/a:b_c.d/0":        "a:b_c.d-0.mount",
		"/dev/disk@by+uuid": `dev-disk\x40by\x2buuid.mount`,
	} {
		if got := Name(path); got != name {
			t.Errorf("Name(%q) is %q, want %q", path, got, name)
		}
		if back, ok := Path(name); !ok || Name(back) != name {
			t.Errorf("Path(%q) is %q", name, back)
		}
	}
	for _, name := range []string{"", ".mount", "tmp.service", `a\x2.mount`, `a\n.mount`} {
		if p, ok := Path(name); ok {
			t.Errorf("%q stands for %q", name, p)
		}
	}
}

func TestTheLastSettingCounts(t *testing.T) {
	var u Unit
	if err := u.Add("tmp.mount", "[Unit]\nOptions=no\n[Mount]\nWhat = tmpfs\nWhere=/tmp\nOptions=mode=1777,\\\n# in between\n  nosuid\n"); err != nil {
		t.Fatal(err)
	}
	if u.Options.Value != "mode=1777, nosuid" || u.Options.Line != 6 || u.What.Value != "tmpfs" {
		t.Errorf("%+v", u)
	}
	if err := u.Add("drop.conf", "; comment\r\n[Mount]\r\nOptions=nodev 100%%\r\n[Install]\nOptions=z\nrubbish\n"); err != nil {
		t.Fatal(err)
	}
	if u.Options != (Setting{"nodev 100%", "drop.conf", 3}) || u.Where.Value != "/tmp" {
		t.Errorf("%+v", u)
	}
	if err := u.Add("spec.conf", "[Mount]\nOptions=uid=%U\n"); err == nil || err.Error() != "spec.conf:2: a specifier that systemd expands" {
		t.Error(err)
	}
}

func FuzzAdd(f *testing.F) {
	f.Add("[Mount]\nOptions=\\\n#\n a\\", `a\x2d-b.mount`)
	f.Fuzz(func(t *testing.T, content, name string) {
		var u Unit
		_ = u.Add("f", content)
		if p, ok := Path(name); ok && p == "" {
			t.Error("a name stands for no path")
		}
	})
}
