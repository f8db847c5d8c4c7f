package linux

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/shellstart"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "shell_startup",
		Doc:   "PATH, umask and TMOUT as the start files of an interactive login bash leave them. Files are followed, not run: what they compute is unknown.",
		Reads: "/etc/environment, /etc/profile and what it sources, /etc/bash.bashrc, root's ~/.bash_profile, ~/.bash_login, ~/.profile, ~/.bashrc",
	}, collectShellStartup))
}

// ShellStartup is what login shells start with.
type ShellStartup struct {
	User       ShellLogin                 `fact:"user" doc:"An ordinary user, by the files of the system alone."`
	Root       ShellLogin                 `fact:"root" doc:"root, with the files of its home directory."`
	Statements facts.List[ShellStatement] `fact:"statements" doc:"Every umask command and every assignment of TMOUT or PATH in those files, whether or not a login comes by it."`
	Files      []string                   `fact:"files" doc:"The files that were read."`
}

// ShellLogin is the state of one login shell.
type ShellLogin struct {
	Missing facts.Missing

	UmaskSet      facts.V[bool]       `fact:"umask_set" doc:"Whether a start file sets the umask; else it is what login gave (pam_umask, login_defs.umask)."`
	Umask         facts.V[string]     `fact:"umask" doc:"The umask that the start files set, four octal digits."`
	TmoutSet      facts.V[bool]       `fact:"tmout_set" doc:"Whether TMOUT is set."`
	Tmout         facts.V[int64]      `fact:"tmout" doc:"Seconds after which an idle shell logs out; 0 or less: never."`
	TmoutReadonly facts.V[bool]       `fact:"tmout_readonly" doc:"Whether TMOUT can't be changed any more."`
	TmoutExported facts.V[bool]       `fact:"tmout_exported" doc:"Whether shells started from this one inherit TMOUT."`
	Path          facts.List[PathDir] `fact:"path" doc:"The elements of PATH, in order."`
}

// PathDir is one element of a PATH.
type PathDir struct {
	Origin facts.Origin

	Path    string          `fact:"path" doc:"The element as written; empty means the current directory."`
	Problem facts.V[string] `fact:"problem" doc:"What makes the element unfit for root: empty, relative, not a directory, not owned by root, writable by others than its owner; empty when nothing does."`
	Exists  facts.V[bool]   `fact:"exists" doc:"Whether it leads to something."`
	IsDir   facts.V[bool]   `fact:"is_dir" doc:"Whether it leads to a directory."`
	Mode    facts.V[string] `fact:"mode" doc:"Permission bits, four octal digits."`
	UID     facts.V[uint32] `fact:"uid" doc:"User id of its owner."`
}

// ShellStatement is one spot in a start file.
type ShellStatement struct {
	Origin facts.Origin

	Name        string          `fact:"name" doc:"umask, TMOUT or PATH."`
	Value       facts.V[string] `fact:"value" doc:"What it sets; the umask in four octal digits."`
	Path        string          `fact:"path" doc:"The file."`
	Line        int             `fact:"line" doc:"Number of the line, from 1."`
	Conditional bool            `fact:"conditional" doc:"Whether it stands under a condition that can't be decided."`
	Exported    bool            `fact:"exported" doc:"Whether this statement exports the variable."`
	Readonly    bool            `fact:"readonly" doc:"Whether this statement makes the variable read-only."`
}

// startHost lets start files see the host's files only.
type startHost struct{ r *facts.Reader }

func (h startHost) ReadFile(name string) ([]byte, error)  { return h.r.ReadFileMax(name, 1<<20) }
func (h startHost) Stat(name string) (fs.FileInfo, error) { return h.r.Stat(name) }
func (h startHost) Glob(pattern string) ([]string, error) { return h.r.Glob(pattern) }

func collectShellStartup(ctx context.Context, r *facts.Reader, _ facts.Key) (ShellStartup, error) {
	a, err := accountsOf(ctx, r)
	if err != nil {
		return ShellStartup{}, err
	}
	home := ""
	for _, u := range a.users.rows {
		if u.UID == 0 {
			home = u.Home
			break
		}
	}
	user := newLogin(r, "1000", "", "/home/user")
	user.Source("/etc/profile")
	root := newLogin(r, "0", "root", home)
	root.Source("/etc/profile")
	if strings.HasPrefix(home, "/") {
		for _, name := range []string{".bash_profile", ".bash_login", ".profile"} { // bash(1): the first that is there
			if root.Source(path.Join(home, name)) {
				break
			}
		}
	}
	// A shell that is no login shell: its statements count, its state is that of whoever started it.
	plain := newLogin(r, "0", "root", home)
	plain.Source("/etc/bash.bashrc")
	if strings.HasPrefix(home, "/") {
		plain.Source(path.Join(home, ".bashrc"))
	}
	s := ShellStartup{User: shellLogin(r, user), Root: shellLogin(r, root)}
	s.Statements = shellStatements(user, root, plain)
	for _, l := range []*shellstart.Login{user, root, plain} {
		for _, name := range l.Files {
			if !slices.Contains(s.Files, name) {
				s.Files = append(s.Files, name)
			}
		}
	}
	if err := a.users.unread(); err != nil { // whatever root's own files set comes last
		s.Root = ShellLogin{Missing: facts.Missing("where root's start files are: " + err.Error())}
		s.Statements = facts.Partial(s.Statements.Items(), facts.Origin{}, string(s.Root.Missing))
	}
	return s, nil
}

func newLogin(r *facts.Reader, uid, name, home string) *shellstart.Login {
	vars := map[string]string{
		"UID": uid, "EUID": uid, "HOME": home, "SHELL": "/bin/bash", "BASH": "/bin/bash", "BASH_VERSION": "5.2.15(1)-release",
		"PS1": `\s-\v\$ `, "-": "himBHs",
	}
	if name != "" {
		vars["USER"], vars["LOGNAME"] = name, name
	}
	l := shellstart.New(startHost{r}, vars)
	l.Watch = []string{"TMOUT", "PATH"}
	l.Vars["PATH"] = shellstart.Value{Reason: "no start file sets PATH: it is what the program that logs in gave"}
	l.Vars["UID"] = shellstart.Value{Set: true, Text: uid, Readonly: true}
	l.Vars["EUID"] = l.Vars["UID"]
	environment(r, l)
	return l
}

// environment reads /etc/environment as pam_env does: NAME=value, "export" and one pair of quotes are taken off.
func environment(r *facts.Reader, l *shellstart.Login) {
	const name = "/etc/environment"
	b, err := r.ReadFileMax(name, 1<<20)
	if facts.IsAbsent(err) {
		return
	}
	if err != nil {
		for _, k := range l.Watch {
			l.Vars[k] = shellstart.Value{Set: true, Reason: err.Error(), Flags: err.Error(), Path: name}
		}
		return
	}
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		line, _, _ = strings.Cut(strings.TrimRight(line, "\n"), "#")
		key, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimLeft(line, " \t"), "export "), "=")
		if !ok || !slices.Contains(l.Watch, key) {
			continue
		}
		if value != "" && (value[0] == '"' || value[0] == '\'') {
			value = strings.TrimRight(value[1:], " \t")
			value = strings.TrimSuffix(strings.TrimSuffix(value, `"`), `'`)
		}
		l.Vars[key] = shellstart.Value{Set: true, Text: value, Path: name, Line: n, Exported: true}
		l.Statements = append(l.Statements, shellstart.Statement{Name: key, Text: value, Path: name, Line: n, Exported: true})
	}
}

func shellLogin(r *facts.Reader, l *shellstart.Login) ShellLogin {
	var s ShellLogin
	start := facts.File("/etc/profile", 0)
	at := facts.File(l.Umask.Path, l.Umask.Line)
	switch {
	case !l.Umask.Set:
		s.UmaskSet = facts.Known(false, start)
		s.Umask = facts.Unknown[string]("no start file sets the umask: it is what login gave")
	case l.Umask.Reason != "":
		s.UmaskSet, s.Umask = facts.Unknown[bool](l.Umask.Reason), facts.Unknown[string](l.Umask.Reason)
	default:
		s.UmaskSet, s.Umask = facts.Known(true, at), facts.Known(l.Umask.Text, at)
	}
	s.setTmout(l.Vars["TMOUT"], start)
	s.Path = pathDirs(r, l.Vars["PATH"])
	return s
}

func (s *ShellLogin) setTmout(v shellstart.Value, start facts.Origin) {
	if !v.Set {
		s.TmoutSet = facts.Known(false, start)
		s.Tmout = facts.Unknown[int64]("no start file sets TMOUT")
		s.TmoutReadonly, s.TmoutExported = facts.Known(false, start), facts.Known(false, start)
		return
	}
	at := facts.File(v.Path, v.Line)
	s.TmoutReadonly, s.TmoutExported = facts.Known(v.Readonly, at), facts.Known(v.Exported, at)
	if v.Flags != "" {
		s.TmoutReadonly, s.TmoutExported = facts.Unknown[bool](v.Flags), facts.Unknown[bool](v.Flags)
	}
	if v.Reason != "" {
		s.TmoutSet, s.Tmout = facts.Unknown[bool](v.Reason), facts.Unknown[int64](v.Reason)
		return
	}
	s.TmoutSet = facts.Known(true, at)
	n, err := strconv.ParseInt(strings.TrimSpace(v.Text), 10, 64)
	if err != nil {
		s.Tmout = facts.Known[int64](0, at) // bash takes what is no number as none
		return
	}
	s.Tmout = facts.Known(n, at)
}

func pathDirs(r *facts.Reader, v shellstart.Value) facts.List[PathDir] {
	if v.Reason != "" {
		return facts.UnknownList[PathDir](v.Reason)
	}
	at := facts.File(v.Path, v.Line)
	var dirs []PathDir
	for i, dir := range strings.Split(v.Text, ":") {
		if i == 200 {
			return facts.Partial(dirs, at, fmt.Sprintf("%s: PATH has more than 200 elements", at))
		}
		dirs = append(dirs, pathDir(r, dir, at))
	}
	return facts.Complete(dirs, at)
}

func pathDir(r *facts.Reader, dir string, at facts.Origin) PathDir {
	d := PathDir{Origin: at, Path: dir}
	problem := func(s string) PathDir { d.Problem = facts.Known(s, at); return d }
	unknown := func(why string) {
		d.Exists, d.IsDir = facts.Unknown[bool](why), facts.Unknown[bool](why)
		d.Mode, d.UID = facts.Unknown[string](why), facts.Unknown[uint32](why)
	}
	if !strings.HasPrefix(dir, "/") {
		unknown("it depends on the current directory")
		if dir == "" {
			return problem("empty: the current directory")
		}
		return problem("relative to the current directory")
	}
	st, err := r.Stat(dir)
	if facts.IsAbsent(err) {
		unknown(dir + " does not exist")
		d.Exists, d.IsDir = facts.Known(false, facts.File(dir, 0)), facts.Known(false, facts.File(dir, 0))
		return problem("does not exist")
	}
	var sys *syscall.Stat_t
	if err == nil {
		sys, _ = st.Sys().(*syscall.Stat_t)
	}
	if sys == nil {
		why := fmt.Sprintf("%s: its owner and mode can't be read: %v", dir, err)
		unknown(why)
		d.Problem = facts.Unknown[string](why)
		return d
	}
	here := facts.File(dir, 0)
	d.Exists, d.IsDir = facts.Known(true, here), facts.Known(st.IsDir(), here)
	d.Mode, d.UID = facts.Known(modeString(sys.Mode), here), facts.Known(sys.Uid, here)
	switch {
	case !st.IsDir():
		return problem("not a directory")
	case sys.Mode&0o022 != 0:
		return problem("writable by others than its owner")
	case sys.Uid != 0:
		return problem("not owned by root")
	}
	return problem("")
}

func shellStatements(logins ...*shellstart.Login) facts.List[ShellStatement] {
	var out []ShellStatement
	var failed string
	type spot struct {
		path, name string
		line       int
	}
	seen := map[spot]int{}
	for _, l := range logins {
		for _, s := range l.Statements {
			value := facts.Known(s.Text, facts.File(s.Path, s.Line))
			if s.Reason != "" {
				value = facts.Unknown[string](s.Reason)
			}
			at := spot{s.Path, s.Name, s.Line}
			i, twice := seen[at]
			if !twice {
				seen[at] = len(out)
				out = append(out, ShellStatement{facts.File(s.Path, s.Line), s.Name, value, s.Path, s.Line, s.Conditional, s.Exported, s.Readonly})
				continue
			}
			if before, known := out[i].Value.Get(); known && s.Reason == "" && before != s.Text {
				out[i].Value = facts.Unknown[string](fmt.Sprintf("%s:%d: it differs from login to login", s.Path, s.Line))
			}
		}
		if len(l.Failed) > 0 {
			failed = l.Failed[0]
		}
	}
	return completeUnless(out, facts.Origin{}, failed)
}
