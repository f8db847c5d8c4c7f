package modprobeconf

import (
	"fmt"
	"strings"
	"testing"
)

func TestInstall(t *testing.T) {
	for _, c := range []struct{ name, files, module, want string }{
		{"plain", "install cramfs /bin/false", "cramfs", "/bin/false f0:1"},
		{"the first match counts", "install cramfs /bin/true\ninstall cramfs modprobe x", "cramfs", "/bin/true f0:1"},
		{"dashes are underscores", "install usb-storage /bin/false", "usb_storage", "/bin/false f0:1"},
		{"and the other way round", "install usb_storage /bin/false", "usb-storage", "/bin/false f0:1"},
		{"patterns", "install cram* /bin/false", "cramfs", "/bin/false f0:1"},
		{"a command with blanks", "install\t a \t sh -c  'x y'", "a", "sh -c  'x y' f0:1"},
		{"no command", "install a", "a", "none"},
		{"comments", "#install a b\n # install a b\n\ninstall a c", "a", "c f0:4"},
		{"a continued line", "install a \\\n  /bin/false\ninstall b c", "a", "/bin/false f0:1"},
		{"the line after a continued one", "install a \\\n  /bin/false\ninstall b c", "b", "c f0:3"},
		{"another backslash is dropped", `install a echo\;`, "a", "echo; f0:1"},
		{"a name with a carriage return is no module", "install a\r\n", "a", "none"},
		{"upper case is another module", "install CRAMFS /bin/false", "cramfs", "none"},
		{"other commands", "options a b\nremove a c\nsoftdep a pre: b\nrubbish", "a", "none"},
		{"an unread file before the line", "!\n--\ninstall a b", "a", "error f0"},
		{"an unread file after it", "install a b\n--\n!", "a", "b f0:1"},
		{"an unread file and no line", "install a b\n--\n!", "c", "error f1"},
	} {
		conf := parse(c.files)
		r, ok, err := conf.Install(c.module)
		if got := result(r.Command, r, ok, err); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestBlacklisted(t *testing.T) {
	conf := parse("blacklist usb-storage more\nblacklist pat*\nblacklist crlf\r\n--\n!")
	conf.Argument("modprobe.blacklist=a,b-c", "/proc/cmdline")
	conf.Argument("module_blacklist=d", "/proc/cmdline")
	for module, want := range map[string]string{
		"usb_storage": "yes f0:1", "a": "yes /proc/cmdline:0", "b_c": "yes /proc/cmdline:0", "d": "yes /proc/cmdline:0",
		"pattern": "error f1", "crlf": "error f1",
	} {
		r, ok, err := conf.Blacklisted(module)
		if got := result("yes", r, ok, err); got != want {
			t.Errorf("%s: %q, want %q", module, got, want)
		}
	}
	if _, ok := conf.Refused("d"); !ok {
		t.Error("the kernel loads d")
	}
	if _, ok := conf.Refused("a"); ok {
		t.Error("the kernel refuses a, which only modprobe does")
	}
}

func TestDenies(t *testing.T) {
	for command, want := range map[string]string{
		"/bin/false":                         "true true",
		"/usr/bin/true":                      "true true",
		"/bin/true # never":                  "true true",
		"exit 1":                             "true true",
		"/bin/false || modprobe --ignore x":  "false false",
		"/bin/true; insmod x":                "false false",
		"/sbin/modprobe --ignore-install x":  "false false",
		"/usr/local/bin/false":               "false false",
		"/bin/false\r":                       "false false",
		"/bin/false $(insmod x)":             "false false",
		"":                                   "false false",
		"/bin/falsehood":                     "false false",
		"/bin/true\t":                        "true true",
		"sh -c true":                         "false false",
		"/bin/false & insmod /tmp/cramfs.ko": "false false",
	} {
		denies, sure := Denies(command)
		if got := fmt.Sprint(denies, sure); got != want {
			t.Errorf("%q: %s, want %s", command, got, want)
		}
	}
}

func parse(files string) *Config {
	conf := &Config{}
	for i, content := range strings.Split(files, "\n--\n") {
		if content == "!" {
			conf.Unread(fmt.Sprintf("f%d", i))
			continue
		}
		conf.Add(fmt.Sprintf("f%d", i), content)
	}
	return conf
}

func result(what string, r Rule, ok bool, err error) string {
	switch {
	case err != nil:
		return "error " + err.Error()
	case !ok:
		return "none"
	}
	return fmt.Sprintf("%s %s:%d", what, r.File, r.Line)
}

func FuzzAdd(f *testing.F) {
	f.Add("install a[-] /bin/false\\\n x\nblacklist -\nalias a b\n\\", "a-b")
	f.Fuzz(func(t *testing.T, content, module string) {
		conf := parse(content)
		if r, ok, err := conf.Install(module); ok && (err != nil || r.Command == "" || r.Line < 1) {
			t.Errorf("%+v %v", r, err)
		}
		_, _, _ = conf.Blacklisted(module)
	})
}
