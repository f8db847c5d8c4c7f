package linux

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"syscall"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/sudoersconf"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name: "sudoers",
		Doc: "Who may do what with sudo, and how it behaves: /etc/sudoers with its includes. sudo leaves out a line that it can't parse; " +
			"here what such a line could have said is unknown.",
		Reads: "/etc/sudoers, /etc/sudoers.d, /etc/nsswitch.conf, /var/lib/dpkg/status",
	}, collectSudoers))
}

// Sudoers is the sudoers policy.
type Sudoers struct {
	Missing facts.Missing

	Exists          facts.V[bool]              `fact:"exists" doc:"Whether /etc/sudoers exists; sudo lets nobody do anything without it."`
	Complete        facts.V[bool]              `fact:"complete" doc:"Whether every file could be read and every line understood, and there is no other source of rules (LDAP, SSSD)."`
	Errors          facts.List[SudoersError]   `fact:"errors" doc:"Lines and files that could not be read or understood."`
	Files           facts.List[string]         `fact:"files" doc:"The files that were read, in order."`
	Defaults        SudoersDefaults            `fact:"defaults" doc:"The Defaults that hold for everyone; overrides lists what differs for some."`
	Settings        facts.List[SudoersSetting] `fact:"settings" doc:"Every setting of a Defaults line, of any scope, in order."`
	Overrides       facts.List[SudoersSetting] `fact:"overrides" doc:"Those of them that hold for some users, hosts, run-as users or commands only."`
	Unauthenticated facts.List[SudoersSetting] `fact:"unauthenticated" doc:"Those of them that switch authentication off (!authenticate)."`
	Rules           facts.List[SudoersRule]    `fact:"rules" doc:"Who may run what where, in order: the last match decides."`
	Nopasswd        facts.List[SudoersRule]    `fact:"nopasswd" doc:"Rules with the tag NOPASSWD."`
	Aliases         facts.List[SudoersAlias]   `fact:"aliases" doc:"Definitions of aliases, in order."`
}

// SudoersError is something that could not be read.
type SudoersError struct {
	Origin facts.Origin

	File    string `fact:"file" doc:"The file."`
	Line    int    `fact:"line" doc:"The line, from 1; 0 for the whole file."`
	Message string `fact:"message" doc:"What is wrong."`
}

// SudoersSetting is one setting of a Defaults line.
type SudoersSetting struct {
	Origin facts.Origin

	Scope    string   `fact:"scope" doc:"global, user, host, runas or command."`
	Targets  []string `fact:"targets" doc:"The users, hosts or commands it is for; empty for global."`
	Name     string   `fact:"name" doc:"Name of the setting: use_pty."`
	Operator string   `fact:"operator" doc:"set (the bare name), unset (!name), =, += or -=."`
	Value    string   `fact:"value" doc:"The value; empty without one."`
	File     string   `fact:"file" doc:"The file."`
	Line     int      `fact:"line" doc:"The line, from 1."`
}

// SudoersRule is one group of commands with their tags.
type SudoersRule struct {
	Origin facts.Origin

	Users       []string `fact:"users" doc:"Users, %groups, +netgroups, #ids and aliases; ! negates."`
	Hosts       []string `fact:"hosts" doc:"Hosts on which it holds."`
	RunasUsers  []string `fact:"runas_users" doc:"Users as whom; empty for root, or for the user himself when only groups are given."`
	RunasGroups []string `fact:"runas_groups" doc:"Groups as which."`
	Commands    []string `fact:"commands" doc:"Commands with arguments, digests in front; ! negates."`
	Tags        []string `fact:"tags" doc:"Tags: NOPASSWD, NOEXEC, SETENV."`
	Options     []string `fact:"options" doc:"Options: TIMEOUT=5m, CWD=/x."`
	Nopasswd    bool     `fact:"nopasswd" doc:"Whether the tag NOPASSWD is set."`
	File        string   `fact:"file" doc:"The file."`
	Line        int      `fact:"line" doc:"The line, from 1."`
}

// SudoersAlias is one definition.
type SudoersAlias struct {
	Origin facts.Origin

	Kind    string   `fact:"kind" doc:"user, runas, host or cmnd."`
	Name    string   `fact:"name" doc:"The alias."`
	Members []string `fact:"members" doc:"What it stands for."`
}

const (
	sudoersFile = "/etc/sudoers"
	// maxSudoersDepth is sudo's own bound of includes within includes.
	maxSudoersDepth = 128
	maxSudoersFiles = 1000
)

func collectSudoers(ctx context.Context, r *facts.Reader, _ facts.Key) (Sudoers, error) {
	_, err := r.Stat(sudoersFile)
	origin := facts.File(sudoersFile, 0)
	if facts.IsAbsent(err) {
		none := facts.Complete[SudoersSetting](nil, origin)
		return Sudoers{
			Exists: facts.Known(false, origin), Complete: facts.Known(true, origin), Errors: facts.Complete[SudoersError](nil, origin),
			Files: facts.Complete[string](nil, origin), Settings: none, Overrides: none, Unauthenticated: none,
			Rules: facts.Complete[SudoersRule](nil, origin), Nopasswd: facts.Complete[SudoersRule](nil, origin),
			Aliases: facts.Complete[SudoersAlias](nil, origin), Defaults: SudoersDefaults{Missing: sudoersFile + " does not exist"},
			Missing: sudoersFile + " does not exist",
		}, nil
	}
	w := &sudoersWalk{r: r}
	w.file(sudoersFile, 0)
	w.otherSources()
	return w.result(ctx, r), nil
}

// sudoersWalk reads the files as sudo does, in the order of their includes.
type sudoersWalk struct {
	r        *facts.Reader
	files    []string
	errors   []SudoersError
	settings []SudoersSetting
	rules    []SudoersRule
	aliases  []SudoersAlias
}

func (w *sudoersWalk) fail(file string, line int, msg string) {
	w.errors = append(w.errors, SudoersError{Origin: facts.File(file, line), File: file, Line: line, Message: msg})
}

func (w *sudoersWalk) file(name string, depth int) {
	if depth > maxSudoersDepth || len(w.files) >= maxSudoersFiles {
		w.fail(name, 0, "too many includes")
		return
	}
	if why := w.insecure(name); why != "" {
		w.fail(name, 0, why)
		return
	}
	b, err := w.r.ReadFile(name)
	if err != nil {
		w.fail(name, 0, err.Error())
		return
	}
	w.files = append(w.files, name)
	f := sudoersconf.Parse(string(b))
	for _, e := range f.Errors {
		w.fail(name, e.Line, e.Msg)
	}
	for _, item := range f.Items {
		w.item(name, item, depth)
	}
}

// insecure tells why sudo would ignore a file: others may write it, or it is not root's (which is only asked of this
// very host: the files of an unpacked image may belong to whoever unpacked it).
func (w *sudoersWalk) insecure(name string) string {
	st, err := w.r.Stat(name)
	if err != nil {
		return err.Error()
	}
	sys, ok := st.Sys().(*syscall.Stat_t)
	switch {
	case st.Mode().Perm()&0o002 != 0:
		return "is writable by everyone: sudo ignores it"
	case ok && w.r.Native() && sys.Uid != 0:
		return fmt.Sprintf("is owned by user id %d: sudo ignores it", sys.Uid)
	case ok && w.r.Native() && sys.Gid != 0 && st.Mode().Perm()&0o020 != 0:
		return fmt.Sprintf("is writable by group id %d: sudo ignores it", sys.Gid)
	}
	return ""
}

func (w *sudoersWalk) item(file string, item sudoersconf.Item, depth int) {
	origin := facts.File(file, item.Line)
	switch {
	case item.Include != nil:
		w.include(file, item, depth)
	case item.Defaults != nil:
		d := item.Defaults
		w.settings = append(w.settings, SudoersSetting{Origin: origin, Scope: d.Scope, Targets: d.Targets, Name: d.Name, Operator: d.Op,
			Value: d.Value, File: file, Line: item.Line})
	case item.Alias != nil:
		w.aliases = append(w.aliases, SudoersAlias{Origin: origin, Kind: item.Alias.Kind, Name: item.Alias.Name, Members: item.Alias.Members})
	case item.Rule != nil:
		u := item.Rule
		w.rules = append(w.rules, SudoersRule{Origin: origin, Users: u.Users, Hosts: u.Hosts, RunasUsers: u.RunasUsers, RunasGroups: u.RunasGroups,
			Commands: u.Commands, Tags: u.Tags, Options: u.Options, Nopasswd: slices.Contains(u.Tags, "NOPASSWD"), File: file, Line: item.Line})
	}
}

// include follows @include and @includedir. A relative path starts at the file that includes.
func (w *sudoersWalk) include(file string, item sudoersconf.Item, depth int) {
	target := item.Include.Path
	if strings.Contains(target, "%") {
		w.fail(file, item.Line, "the include of "+target+" depends on the host's name")
		return
	}
	if !path.IsAbs(target) {
		target = path.Join(path.Dir(file), target)
	}
	if !item.Include.Dir {
		w.file(target, depth+1)
		return
	}
	entries, err := w.r.ReadDir(target)
	if err != nil {
		if !facts.IsAbsent(err) { // a directory that is not there is no mistake
			w.fail(file, item.Line, err.Error())
		}
		return
	}
	for _, e := range entries {
		// Left out are what packages and editors leave behind, and what is no file.
		if strings.Contains(e.Name(), ".") || strings.HasSuffix(e.Name(), "~") {
			continue
		}
		name := path.Join(target, e.Name())
		if st, err := w.r.Stat(name); err == nil && !st.Mode().IsRegular() {
			continue
		}
		w.file(name, depth+1)
	}
}

// otherSources: nsswitch.conf may name sources of rules that are not files.
func (w *sudoersWalk) otherSources() {
	const file = "/etc/nsswitch.conf"
	b, err := w.r.ReadFile(file)
	if err != nil {
		if !facts.IsAbsent(err) {
			w.fail(file, 0, err.Error())
		}
		return
	}
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		text, _, _ := strings.Cut(line, "#")
		sources, ok := strings.CutPrefix(strings.TrimSpace(text), "sudoers:")
		if !ok {
			continue
		}
		for source := range strings.FieldsSeq(sources) {
			if source != "files" && !strings.HasPrefix(source, "[") {
				w.fail(file, n, "rules also come from "+source+", which is not asked")
			}
		}
	}
}

func (w *sudoersWalk) result(ctx context.Context, r *facts.Reader) Sudoers {
	origin := facts.File(sudoersFile, 0)
	why := ""
	if len(w.errors) > 0 {
		first := w.errors[0]
		why = fmt.Sprintf("%s: %s", first.Origin, first.Message)
	}
	overrides := slices.DeleteFunc(slices.Clone(w.settings), func(s SudoersSetting) bool { return s.Scope == "global" })
	off := slices.DeleteFunc(slices.Clone(w.settings), func(s SudoersSetting) bool { return s.Name != "authenticate" || s.Operator != "unset" })
	nopasswd := slices.DeleteFunc(slices.Clone(w.rules), func(u SudoersRule) bool { return !u.Nopasswd })
	return Sudoers{
		Exists: facts.Known(true, origin), Complete: facts.Known(why == "", origin), Errors: facts.Complete(w.errors, origin),
		Files: sudoersList(w.files, why), Settings: sudoersList(w.settings, why), Overrides: sudoersList(overrides, why),
		Unauthenticated: sudoersList(off, why), Rules: sudoersList(w.rules, why), Nopasswd: sudoersList(nopasswd, why),
		Aliases: sudoersList(w.aliases, why), Defaults: sudoersDefaults(ctx, r, w.settings, why),
	}
}

// sudoersList is complete only when nothing went unread.
func sudoersList[T any](items []T, why string) facts.List[T] {
	if why != "" {
		return facts.Partial(items, facts.File(sudoersFile, 0), why)
	}
	return facts.Complete(items, facts.File(sudoersFile, 0))
}
