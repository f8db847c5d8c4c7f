package actions

import (
	"context"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts/linux/mycnf"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	register(remediate.Define(remediate.Descriptor{
		Kind: "mariadb_setting",
		Doc: "Sets an option of MariaDB or MySQL in " + mariadbFile + " (mysql.conf.d for MySQL), whose name comes last, has the server itself check all options, " +
			"and restarts it. Refused where an option file that is read later, or a name that only the server can complete, decides.",
		Risk: plan.Disruptive,
	}, planMariaDB))
}

type mariadbArgs struct {
	Section *string `cty:"section"`
	Name    string  `cty:"name"`
	Value   *string `cty:"value"`
}

// mariadbSecret are options whose value has no place in a policy.
var mariadbSecret = regexp.MustCompile(`(password|passphrase|wsrep_sst_auth)$`)

const mariadbFile = "/etc/mysql/mariadb.conf.d/zz-holdfast.cnf"

// mariadbFiles are where a file of ours is read last, by flavour: Debian's directories, then Red Hat's.
var mariadbFiles = map[string][]string{
	"mariadb": {mariadbFile, "/etc/my.cnf.d/zz-holdfast.cnf"},
	"mysql":   {"/etc/mysql/mysql.conf.d/zz-holdfast.cnf", "/etc/my.cnf.d/zz-holdfast.cnf"},
}

func planMariaDB(ctx context.Context, d *remediate.Draft, a mariadbArgs) error {
	section := "mysqld"
	if a.Section != nil {
		section = *a.Section
	}
	want := mycnf.Option{Name: strings.ReplaceAll(strings.ToLower(a.Name), "-", "_"), HasValue: a.Value != nil}
	if want.HasValue {
		want.Value = *a.Value
	}
	if !settingName.MatchString(a.Name) || !settingName.MatchString(section) || !plainValue(want.Value) || mariadbSecret.MatchString(want.Name) {
		return remediate.Refuse("%q in [%s] is no option that can be set here", a.Name, section)
	}
	if !adds(want) {
		if err := d.Claim("MariaDB's "+want.Name, want.Value); err != nil {
			return err
		}
	}
	servers, err := databases(ctx, d, "mariadb")
	if err != nil {
		return err
	}
	for _, s := range servers {
		p := mariadbPlan{d: d, server: s, unit: text(s, "unit"), section: section, want: want}
		if err := p.plan(ctx); err != nil {
			return err
		}
	}
	return nil
}

type mariadbPlan struct {
	d       *remediate.Draft
	server  cty.Value
	unit    string
	section string
	want    mycnf.Option
}

func (p *mariadbPlan) plan(ctx context.Context) error {
	if err := supervised(ctx, p.d, p.server, p.unit); err != nil {
		return err
	}
	flavour := text(p.server, "flavour")
	now, err := p.load(flavour)
	if err != nil {
		return err
	}
	if adds(p.want) && slices.ContainsFunc(now.Options, func(o mycnf.Option) bool { return o.Name == p.want.Name && o.Value == p.want.Value }) {
		return nil
	}
	if at, ok, err := now.Last(p.want.Name); err == nil && ok && sameOption(at, p.want) {
		return waiting(p.server, p.want.Name, p.unit)
	}
	file, err := p.file(flavour, now)
	if err != nil {
		return err
	}
	if err := p.needs(ctx); err != nil {
		return err
	}
	o := restarting(p.unit)
	o.Validate = []string{"mariadb"}
	err = p.d.DropIn(ctx, file, "#", func(lines []string) []string { return setOption(lines, p.section, p.want) }, o)
	if err != nil {
		return err
	}
	return p.wins(flavour, file)
}

// wins is an error where our file is not what decides.
func (p *mariadbPlan) wins(flavour, file string) error {
	then, err := p.load(flavour)
	if err != nil {
		return err
	}
	at, ok, err := then.Last(p.want.Name)
	switch {
	case err != nil:
		return remediate.Refuse("%v: write the whole name there", err)
	case !ok || !slices.Contains(then.Read, file):
		return remediate.Refuse("%s does not read %s: its option files are elsewhere", text(p.server, "name"), file)
	case at.File != file && !adds(p.want):
		return remediate.Refuse("%s:%d sets %s after %s: take it away there", at.File, at.Line, p.want.Name, file)
	}
	return nil
}

// load reads the option files as the steps would leave them.
func (p *mariadbPlan) load(flavour string) (*mycnf.Config, error) {
	v, err := viewOf(p.d)
	if err != nil {
		return nil, err
	}
	series := strings.Join(strings.SplitN(text(p.server, "version")+".", ".", 3)[:2], ".")
	c := mycnf.Load(optionView{v}, mycnf.ServerFiles, mycnf.ServerGroups(flavour, series, ""))
	if len(c.Problems) > 0 {
		return nil, remediate.Refuse("%s", c.Problems[0])
	}
	read, _ := items(p.server, "option_files")
	for _, f := range read {
		if name := text(f, "path"); !slices.Contains(c.Read, name) {
			return nil, remediate.Refuse("%s reads option files of its own: %s", text(p.server, "name"), name)
		}
	}
	return c, nil
}

// file is where our options go: into the directory that is there, and read.
func (p *mariadbPlan) file(flavour string, now *mycnf.Config) (string, error) {
	v, err := viewOf(p.d)
	if err != nil {
		return "", err
	}
	for _, f := range mariadbFiles[flavour] {
		if slices.Contains(now.Read, f) || v.IsDir(path.Dir(f)) {
			return f, nil
		}
	}
	return "", remediate.Refuse("there is no directory for option files that %s reads last", text(p.server, "name"))
}

// needs makes what the server would not start without.
func (p *mariadbPlan) needs(ctx context.Context) error {
	if !path.IsAbs(p.want.Value) {
		return nil
	}
	dir, _ := attribute(p.server, "directory")
	owner := accountOf(dir)
	switch p.want.Name {
	case "secure_file_priv":
		return ownDir(ctx, p.d, path.Clean(p.want.Value), 0o750, owner)
	case "log_error":
		return ownDir(ctx, p.d, path.Dir(path.Clean(p.want.Value)), 0o750, owner)
	}
	return nil
}

// adds tells whether an option of the name is given as often as there are values, each of which counts.
func adds(o mycnf.Option) bool { return o.Name == "plugin_load_add" }

// sameOption tells whether two options are one to the server.
func sameOption(a, b mycnf.Option) bool {
	x, isX := mycnf.Bool(a)
	y, isY := mycnf.Bool(b)
	if isX && isY {
		return x == y
	}
	return a.HasValue == b.HasValue && a.Value == b.Value
}

// setOption sets an option in its group of a file of ours.
func setOption(lines []string, section string, o mycnf.Option) []string {
	line := o.Name
	if o.HasValue {
		line += " = " + quotedOption(o.Value)
	}
	start := slices.Index(lines, "["+section+"]")
	if start < 0 {
		return append(lines, "["+section+"]", line)
	}
	end := start + 1
	for ; end < len(lines) && !strings.HasPrefix(lines[end], "["); end++ {
		name, _, _ := strings.Cut(lines[end], "=")
		if strings.TrimSpace(name) == o.Name && !adds(o) {
			lines[end] = line
			return lines
		}
	}
	return slices.Insert(lines, end, line)
}

// quotedOption is a value as my_default.c reads it back.
func quotedOption(v string) string {
	v = strings.ReplaceAll(v, `\`, `\\`)
	if v == "" || !strings.ContainsAny(v, "#;'\" ") {
		return v
	}
	return `"` + strings.ReplaceAll(v, `"`, `\"`) + `"`
}

// optionView lets mycnf read a view.
type optionView struct{ *view }

func (o optionView) List(dir string) ([]string, error) {
	names, err := o.view.List(dir)
	slices.Sort(names)
	return names, err
}

func (o optionView) Absent(err error) bool { return o.IsAbsent(err) }

func (o optionView) WorldWritable(name string) bool {
	if f, ok := o.later[name]; ok {
		return f.Mode&0o002 != 0
	}
	st, err := o.tree.Stat(name)
	return err == nil && st.Mode().Perm()&0o002 != 0
}
