package shellstart

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// tree is a host whose files are in memory.
type tree struct{ fstest.MapFS }

func (t tree) ReadFile(name string) ([]byte, error) {
	return t.MapFS.ReadFile(strings.TrimPrefix(name, "/"))
}
func (t tree) Stat(name string) (fs.FileInfo, error) {
	return t.MapFS.Stat(strings.TrimPrefix(name, "/"))
}
func (t tree) Glob(p string) ([]string, error) {
	found, err := t.MapFS.Glob(strings.TrimPrefix(p, "/"))
	for i := range found {
		found[i] = "/" + found[i]
	}
	slices.Sort(found)
	return found, err
}

func login(files map[string]string) *Login {
	t := tree{fstest.MapFS{}}
	for name, text := range files {
		t.MapFS[strings.TrimPrefix(name, "/")] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	l := New(t, map[string]string{"UID": "0", "USER": "root", "HOME": "/root", "PS1": "x", "BASH": "/bin/bash", "-": "himBHs"})
	l.Watch = []string{"TMOUT", "PATH"}
	return l
}

func show(v Value) string {
	s := "unset"
	if v.Set {
		s = v.Text
	}
	if v.Reason != "" {
		s = "unknown"
	}
	if v.Flags != "" {
		return s + " flags?"
	}
	if v.Exported {
		s += " x"
	}
	if v.Readonly {
		s += " r"
	}
	return s
}

func TestTMOUT(t *testing.T) {
	for script, want := range map[string]string{
		"TMOUT=900": "900",
		"TMOUT=900\nreadonly TMOUT\nexport TMOUT":                        "900 x r",
		"readonly TMOUT=900 ; export TMOUT":                              "900 x r",
		"typeset -xr TMOUT=900":                                          "900 x r",
		"declare -r -x TMOUT=900":                                        "900 x r",
		"TMOUT=900; readonly TMOUT; TMOUT=0":                             "900 r",
		"readonly TMOUT=900; unset TMOUT":                                "900 r",
		"export TMOUT=900; unset TMOUT":                                  "unset",
		"TMOUT=900; TMOUT=0":                                             "0",
		"T=60; TMOUT=$((T*10))":                                          "unknown",
		"T=60; TMOUT=${T}0":                                              "600",
		"TMOUT=$(cat /etc/tmout)":                                        "unknown",
		"TMOUT=\"900\"":                                                  "900",
		"# TMOUT=900":                                                    "unset",
		"if [ -f /etc/x ]; then TMOUT=900; fi":                           "unset",
		"if [ -f /etc/profile ]; then TMOUT=9; fi":                       "9",
		"if grep -q x y; then TMOUT=900; fi":                             "unknown flags?",
		"if foo; then TMOUT=9; else TMOUT=9; fi":                         "9",
		"if foo; then TMOUT=9; elif bar; then TMOUT=8; else TMOUT=9; fi": "unknown",
		"TMOUT=5; foo && TMOUT=6":                                        "unknown",
		"true && TMOUT=6":                                                "6",
		"false || TMOUT=6":                                               "6",
		"(TMOUT=6)":                                                      "unset",
		"TMOUT=6 | cat":                                                  "unset",
		"TMOUT=6 cmd":                                                    "unset",
		"{ TMOUT=6; }":                                                   "6",
		"f() { TMOUT=6; }":                                               "unset",
		"f() { TMOUT=6; return; TMOUT=7; }; f":                           "6",
		"f() { g; }; g() { f; }; TMOUT=1; f":                             "unknown flags?",
		"TMOUT=1; return; TMOUT=2":                                       "1",
		"TMOUT=1; foo && return; TMOUT=2":                                "unknown",
		"[ -z \"$PS1\" ] && return; TMOUT=2":                             "2",
		"case $- in *i*) ;; *) return;; esac; TMOUT=2":                   "2",
		"case $TERM in xterm) TMOUT=2;; esac":                            "unknown flags?",
		"case x in x) TMOUT=2;; *) TMOUT=3;; esac":                       "2",
		"for t in 1 2 3; do TMOUT=$t; done":                              "3",
		"for t in $LIST; do TMOUT=$t; done":                              "unknown flags?",
		"while foo; do TMOUT=3; done":                                    "unknown flags?",
		"eval \"$(dircolors -b)\"; TMOUT=4":                              "4",
		"TMOUT=4; eval \"$X\"":                                           "unknown flags?",
		"readonly TMOUT=4; eval \"$X\"":                                  "4 r",
		"foo && readonly TMOUT; TMOUT=4":                                 "unknown flags?",
		"TMOUT=4; . /etc/more":                                           "7 x",
		"TMOUT=4; . /etc/none":                                           "4",
		"TMOUT=4; . $WHERE":                                              "unknown flags?",
		"TMOUT=4; read TMOUT":                                            "unknown",
		"TMOUT=4; $X":                                                    "unknown flags?",
		"TMOUT=4; if":                                                    "unknown flags?",
		"TMOUT=4\r\n":                                                    "unknown flags?",
		"[[ $UID == 0 && -n $PS1 ]] && TMOUT=3":                          "3",
		"[ \"$(id -u)\" -ne 0 ] && TMOUT=3":                              "unset",
		"[ $(/usr/bin/whoami) = root ] && TMOUT=3":                       "3",
		"! false && TMOUT=3":                                             "3",
		"TMOUT=9; TMOUT+=00":                                             "900",
		"((TMOUT=5))":                                                    "unknown",
		"let TMOUT=5":                                                    "unknown",
		"export -n TMOUT; TMOUT=5":                                       "unknown flags?",
		"local=1; declare -p TMOUT":                                      "unset",
	} {
		l := login(map[string]string{"/etc/profile": script, "/etc/more": "export TMOUT=7\n"})
		l.Source("/etc/profile")
		if got := show(l.Vars["TMOUT"]); got != want {
			t.Errorf("%q leaves %q, want %q (%+v)", script, got, want, l.Vars["TMOUT"])
		}
	}
}

func TestUmask(t *testing.T) {
	for script, want := range map[string]string{
		"umask 027":            "0027",
		"umask 0077 # strict":  "0077",
		"umask 27":             "0027",
		"umask -S":             "unset",
		"umask":                "unset",
		"umask u=rwx,g=rx,o=":  "0027",
		"umask a=rx":           "0222",
		"umask u=rwx,go=":      "0077",
		"umask g-w":            "unknown",
		"umask 089":            "unknown",
		"umask $X":             "unknown",
		"umask 077; umask 022": "0022",
		"if foo; then umask 022; else umask 077; fi":                                                 "unknown",
		"if [ $UID -gt 199 ] && [ \"`id -gn`\" = \"`id -un`\" ]; then umask 002; else umask 022; fi": "0022",
		"umask 027 &": "unset",
	} {
		l := login(map[string]string{"/etc/profile": script})
		l.Source("/etc/profile")
		if got := show(l.Umask); got != want {
			t.Errorf("%q leaves %q, want %q", script, got, want)
		}
	}
}

func TestPATH(t *testing.T) {
	for script, want := range map[string]string{
		`PATH="/bin:/sbin"; export PATH`:           "/bin:/sbin x",
		`PATH=/bin; PATH=$PATH:`:                   "/bin:",
		`PATH=/bin; export PATH="$HOME/bin:$PATH"`: "/root/bin:/bin x",
		`PATH=~/bin`:                              "/root/bin",
		`PATH=${PATH:+$PATH:}/x`:                  "/x",
		`PATH=${PATH:-/d}`:                        "/d",
		`PATH=/a; PATH=${PATH%a}`:                 "unknown",
		"for d in /opt/*; do PATH=$PATH:$d; done": ":/opt/a:/opt/b",
	} {
		l := login(map[string]string{"/etc/profile": script, "/opt/a": "", "/opt/b": ""})
		l.Source("/etc/profile")
		if got := show(l.Vars["PATH"]); got != want {
			t.Errorf("%q leaves %q, want %q", script, got, want)
		}
	}
}

func TestStatementsTellWhereAndWhether(t *testing.T) {
	l := login(map[string]string{"/etc/profile": "\nif foo; then\n umask 022\nfi\nexport TMOUT=5\n"})
	l.Source("/etc/profile")
	if len(l.Statements) != 2 || !l.Statements[0].Conditional || l.Statements[0].Line != 3 || l.Statements[1].Conditional || !l.Statements[1].Exported {
		t.Errorf("%+v", l.Statements)
	}
}

func TestSourceIsBounded(t *testing.T) {
	for name, script := range map[string]string{
		"itself":       ". /etc/profile",
		"twice itself": ". /etc/profile; . /etc/profile",
		"loops":        "f() { for i in 1 2 3 4 5 6 7 8 9; do " + strings.Repeat("for j in 1 2 3 4 5 6 7 8 9; do ", 8) + ":; " + strings.Repeat("done; ", 9) + "}; f",
		"nesting":      strings.Repeat("$(", 50000),
		"doubling":     "A=xxxxxxxxxxxxxxxx\n" + strings.Repeat("A=$A$A$A$A$A$A$A$A\n", 60) + "TMOUT=$A",
	} {
		l := login(map[string]string{"/etc/profile": "TMOUT=1\n" + script})
		l.Source("/etc/profile")
		if got := show(l.Vars["TMOUT"]); !strings.HasPrefix(got, "unknown") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func FuzzSource(f *testing.F) {
	f.Add("if [ \"$(id -u)\" -eq 0 ]; then PATH=/bin; fi; export PATH; umask 027; for i in /etc/*; do . $i; done")
	f.Add("case $- in *i*) typeset -xr TMOUT=9;; esac; f() { return; }; f && unset TMOUT")
	f.Fuzz(func(t *testing.T, script string) {
		l := login(map[string]string{"/etc/profile": script})
		l.Source("/etc/profile")
	})
}
