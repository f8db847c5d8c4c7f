package linux

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/unitfile"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name: "environment_variable",
		Doc: "Where an environment variable is given a value: in the environment of a process, by a systemd unit or its environment files, in start files of " +
			"shells and crontabs. For variables that hold secrets (PGPASSWORD): the value is never told.",
		Reads: "/proc/*/environ, units, /etc/environment, /etc/environment.d, /etc/profile and its like, /etc/default, crontabs, start files in home directories",
		Args:  []facts.Arg{{Name: "name", Type: cty.String, Doc: "The variable's name: letters, digits and _."}},
		Canonical: func(args []cty.Value) ([]cty.Value, error) {
			if !variableName.MatchString(args[0].AsString()) {
				return nil, fmt.Errorf("%q is no name of a variable", args[0].AsString())
			}
			return args, nil
		},
	}, collectEnvironmentVariable))
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,99}$`)

// VariablePlace is one place where a variable is given a value.
type VariablePlace struct {
	Origin facts.Origin

	Kind string `fact:"kind" doc:"process, unit or file."`
	Name string `fact:"name" doc:"The unit's name, the process's name and id, or the file."`
	Path string `fact:"path" doc:"The file; of a process its environ in /proc."`
	Line int    `fact:"line" doc:"Its line; 0 of a process."`
}

// startFiles are where shells, PAM, cron and packages take variables from, and homeStartFiles those in a home directory.
var (
	startFiles = []string{
		"/etc/environment", "/etc/environment.d/*.conf", "/etc/profile", "/etc/profile.d/*", "/etc/bash.bashrc", "/etc/bashrc", "/etc/zsh/*", "/etc/zshenv", "/etc/csh.login",
		"/etc/csh.cshrc", "/etc/security/pam_env.conf", "/etc/default/*", "/etc/sysconfig/*", "/etc/crontab", "/etc/cron.d/*", "/var/spool/cron/crontabs/*",
		"/etc/postgresql/*/*/environment", "/etc/systemd/system.conf", "/etc/systemd/system.conf.d/*.conf",
	}
	homeStartFiles = []string{
		".profile", ".bash_profile", ".bash_login", ".bashrc", ".bash_aliases", ".zshenv", ".zprofile", ".zshrc", ".zlogin", ".cshrc", ".tcshrc", ".login", ".pam_environment",
		".config/environment.d/*.conf",
	}
)

const maxStartFile = 1 << 20

// variableSearch looks for one variable.
type variableSearch struct {
	name   string
	line   *regexp.Regexp
	found  []VariablePlace
	seen   map[string]bool
	unread string
}

func collectEnvironmentVariable(ctx context.Context, r *facts.Reader, key facts.Key) (facts.List[VariablePlace], error) {
	name := regexp.QuoteMeta(key.Subject)
	s := &variableSearch{name: key.Subject, seen: map[string]bool{},
		line: regexp.MustCompile(`(?:^|[^\w$/{.-])` + name + `=|\bsetenv\s+` + name + `\b|^\s*` + name + `\s+(?:DEFAULT|OVERRIDE)=`)}
	s.processes(r)
	s.units(ctx, r)
	for _, pattern := range startFiles {
		s.glob(r, pattern)
	}
	s.homes(ctx, r)
	if s.unread != "" {
		return facts.Partial(s.found, facts.From("environments, units and start files"), s.unread), nil
	}
	return facts.Complete(s.found, facts.From("environments, units and start files")), nil
}

func (s *variableSearch) failed(why string) { s.unread = cmp.Or(s.unread, why) }

func (s *variableSearch) processes(r *facts.Reader) {
	if !r.Live() {
		return // nothing runs in an image
	}
	entries, err := r.ReadDir("/proc")
	if err != nil {
		s.failed(err.Error())
		return
	}
	for _, e := range entries {
		if _, err := strconv.Atoi(e.Name()); err != nil {
			continue
		}
		dir := "/proc/" + e.Name()
		b, err := r.ReadFileMax(dir+"/environ", 8<<20)
		if err != nil {
			if !gone(err) {
				s.failed(err.Error())
			}
			continue
		}
		if slices.ContainsFunc(bytes.Split(b, []byte{0}), func(v []byte) bool { return bytes.HasPrefix(v, []byte(s.name+"=")) }) {
			comm, _ := r.ReadFile(dir + "/comm") // a process that ended meanwhile has no name
			s.found = append(s.found, VariablePlace{Origin: facts.File(dir+"/environ", 0), Kind: "process", Name: strings.TrimSpace(string(comm)) + " (" + e.Name() + ")", Path: dir + "/environ"})
		}
	}
	if why := hiddenProcesses(r); why != "" {
		s.failed(why)
	}
}

func (s *variableSearch) units(ctx context.Context, r *facts.Reader) {
	index, err := unitsOf(ctx, r)
	if err != nil {
		s.failed(err.Error())
		return
	}
	seen := map[string]bool{}
	for _, name := range index.Names() {
		u, err := index.Load(name)
		if err != nil {
			s.failed(err.Error())
			continue
		}
		if u == nil || u.Masked || seen[u.ID] {
			continue
		}
		seen[u.ID] = true
		s.unit(r, u)
	}
}

func (s *variableSearch) unit(r *facts.Reader, u *unitfile.Unit) {
	for _, set := range unitfile.All(u.Settings, "Service", "Environment") {
		if s.line.MatchString(strings.NewReplacer(`"`, " ", `'`, " ").Replace(set.Value)) {
			s.found = append(s.found, VariablePlace{Origin: facts.File(set.File, set.Line), Kind: "unit", Name: u.ID, Path: set.File, Line: set.Line})
		}
	}
	for _, set := range unitfile.All(u.Settings, "Service", "EnvironmentFile") {
		file := strings.ReplaceAll(strings.TrimPrefix(set.Value, "-"), "%i", unitfile.Instance(u.ID))
		switch {
		case strings.Contains(file, "%") && unitfile.IsTemplate(u.ID), file == "": // its instances are looked at
		case !path.IsAbs(file) || strings.Contains(file, "%"):
			s.failed(fmt.Sprintf("%s:%d names a file in a form that is not read here", set.File, set.Line))
		default:
			s.glob(r, file)
		}
	}
}

func (s *variableSearch) homes(ctx context.Context, r *facts.Reader) {
	a, err := accountsOf(ctx, r)
	if err != nil {
		s.failed(err.Error())
		return
	}
	if err := a.users.unread(); err != nil {
		s.failed(err.Error())
	}
	remote := remoteMounts(ctx, r)
	for _, u := range a.users.rows {
		if !path.IsAbs(u.Home) || u.Home == "/nonexistent" || s.seen[u.Home] {
			continue
		}
		s.seen[u.Home] = true
		if m, ok := remoteAt(remote, u.Home); ok {
			s.failed(fmt.Sprintf("%s lies on %s at %s, which is not looked at", u.Home, m.fstype, m.dir))
			continue
		}
		for _, name := range homeStartFiles {
			s.glob(r, path.Join(u.Home, name))
		}
	}
}

// glob looks into the files of a pattern, each once.
func (s *variableSearch) glob(r *facts.Reader, pattern string) {
	names := []string{pattern}
	if strings.ContainsAny(pattern, "*?[") {
		var err error
		if names, err = r.Glob(pattern); err != nil {
			s.failed(err.Error())
		}
	}
	for _, name := range names {
		if s.seen[name] {
			continue
		}
		s.seen[name] = true
		if st, err := r.Stat(name); err == nil && st.IsDir() {
			continue // whoever reads such files passes over directories
		}
		b, err := r.ReadFileMax(name, maxStartFile)
		if err != nil {
			if !facts.IsAbsent(err) {
				s.failed(err.Error())
			}
			continue
		}
		s.text(b, name)
	}
}

func (s *variableSearch) text(b []byte, name string) {
	number := 0
	for line := range bytes.Lines(b) {
		number++
		text := strings.TrimSpace(string(line))
		if !strings.HasPrefix(text, "#") && s.line.MatchString(text) {
			s.found = append(s.found, VariablePlace{Origin: facts.File(name, number), Kind: "file", Name: name, Path: name, Line: number})
		}
	}
}
