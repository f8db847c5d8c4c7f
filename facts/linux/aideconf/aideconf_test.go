package aideconf

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
)

type files map[string]string

func (f files) ReadFile(name string) ([]byte, error) {
	if s, ok := f[name]; ok {
		return []byte(s), nil
	}
	return nil, errors.New("no such file")
}
func (f files) List(dir string) (names []string, err error) {
	for _, n := range slices.Sorted(maps.Keys(f)) {
		if rest, ok := strings.CutPrefix(n, dir+"/"); ok {
			names = append(names, rest)
		}
	}
	return names, nil
}
func (f files) Executable(name string) (bool, error)    { return strings.HasPrefix(f[name], "#!"), nil }
func (f files) Exists(name string) (exists, known bool) { _, ok := f[name]; return ok, true }

func TestMatch(t *testing.T) {
	for conf, want := range map[string]string{
		"/usr/sbin/auditctl p+i+n+u+g+s+b+acl+xattrs+sha512": "p i n u g s b acl xattrs sha512",
		"/usr R":                               "p ftype i l n u g acl selinux xattrs e2fsattrs caps s m c md5",
		"A = p+i\nB = A-i+sha512\n/usr/sbin B": "p sha512",
		"/usr p\n/usr/sbin/audit.* sha512\n/usr/sbin/a i": "sha512",
		"/usr/sbin p\n=/usr/sbin/auditctl$ sha512":        "sha512",
		"/usr/sbin/auditctl$ d p\n/usr i":                 "i",
		"/usr p\n!/usr/sbin/audit":                        "left out",
		"/usr p\n!/usr/sbin/auditctl$ d":                  "p",
		"/etc p":                                          "none",
		"/usr/sbin/auditctl H":                            "H sha256 sha512",
		"@@define S /usr/sbin\n@@{S}/auditctl p":          "p",
		"@@{S}/auditctl p":                                "unsure: /c:1: the variable S is not known",
		"/usr p\n/var/@@{X}/y i":                          "p",
		"@@ifdef X\n/usr p\n@@else\n/usr i\n@@endif":      "i",
		"@@ifndef X\n/usr p\n@@endif":                     "p",
		"@@if not exists /c\n/usr p\n@@endif\n/usr i":     "i",
		"@@ifhost a\n/usr p\n@@endif\n/usr i":             "unsure: /c:2: stands under a condition that is not decided",
		"@@include /d .*\n":                               "p",
		"@@x_include /x .*\n@@if not defined RUN\n@@define RUN run\n@@endif\n/@@{RUN}/a p\n/usr i":  "i",
		"@@x_include /x .*\n@@if not defined HOST\n@@define HOST h\n@@endif\n/@@{HOST}/a p\n/usr i": "unsure: /c:5: the variable HOST is not known",
		"@@x_include /x .*\n/@@{HOST}/b p\n/usr i":                                                  "i",
		"@@x_include /x .*\n/@@{HOST}/auditctl p\n/usr i":                                           "unsure: /c:2: the variable HOST is not known",
		"/usr Nope":              "unsure: /c:1: there is no group Nope",
		"/usr/(?<!x)sbin p":      "unsure: /c:1: the regular expression is not understood: error parsing regexp: invalid named capture: `(?<!x)sbin)`",
		"/usr|/etc p":            "p",
		"/usr/sbinx?/auditctl p": "p",
	} {
		c := Load(files{"/c": conf, "/d/1": "/usr/sbin p", "/x/1": "#!/bin/sh\necho @@define HOST x"}, "/c")
		r, unsure := c.Match("/usr/sbin/auditctl", 'f')
		got := "none"
		switch {
		case unsure != "":
			got = "unsure: " + unsure
		case r != nil && r.Sign == '!':
			got = "left out"
		case r != nil:
			got = strings.Join(r.Attrs, " ")
		}
		if got != want {
			t.Errorf("%q: %q, want %q (%v)", conf, got, want, c.Problems)
		}
	}
}

func TestLoadTellsWhatItDidNotRead(t *testing.T) {
	c := Load(files{"/c": "database_in=file:/db\n@@x_include /d .*\n@@include /none\ngibberish\n@@if defined Z\n", "/d/x": "#!/bin/sh", "/d/y": "/y p"}, "/c")
	if len(c.Executables) != 1 || len(c.Rules) != 1 || c.Settings[0].Value != "file:/db" {
		t.Errorf("%+v", c)
	}
	want := []string{"/none:0: no such file", "/c:4: is not understood", "/c:0: an @@if is not closed"}
	if !slices.Equal(c.Problems, want) {
		t.Errorf("%q", c.Problems)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("A = p+i\n@@define X y\n/@@{X}/z f A-i\n!/q\n@@ifdef X\n@@include /c\n@@endif\n")
	f.Fuzz(func(t *testing.T, text string) {
		Load(files{"/c": text}, "/c").Match("/usr/sbin/auditctl", 'f')
	})
}
