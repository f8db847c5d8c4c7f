package actions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/sshdconf"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
)

func init() {
	register(remediate.Define(remediate.Descriptor{
		Kind: "sshd_option",
		Doc: "Sets an option of the OpenSSH server in a drop-in of /etc/ssh/sshd_config.d that is read first, as the first value wins " +
			"(sshd_config(5)), and has sshd read it. Refused where another line or a Match block would win, and where nobody who can become root " +
			"could log in any more.",
		Risk: plan.Lockout,
	}, planSSHD))
}

type sshdArgs struct {
	Name  string `cty:"name"`
	Value string `cty:"value"`
}

// Where our options go: the second only where a drop-in of somebody else is read before the first.
var sshdDropIns = []string{"/etc/ssh/sshd_config.d/10-holdfast.conf", "/etc/ssh/sshd_config.d/00-holdfast.conf"}

var sshdOptions = remediate.Options{
	Triggers: []remediate.Trigger{{Verb: remediate.Reload, Unit: "ssh.service"}}, Validate: []string{"sshd"}, Affects: []string{"new SSH logins"},
}

func planSSHD(ctx context.Context, d *remediate.Draft, a sshdArgs) error {
	key := strings.ToLower(a.Name)
	if !slices.Contains(sshdconf.Names(), key) {
		return fmt.Errorf("sshd has no option %s", a.Name)
	}
	if strings.ContainsAny(a.Value, "\n\r\x00") || strings.TrimSpace(a.Value) == "" {
		return fmt.Errorf("%q can't be the value of %s", a.Value, a.Name)
	}
	if err := d.Claim("sshd "+key, a.Value); err != nil {
		return err
	}
	s, err := newSSHD(ctx, d)
	if err != nil {
		return err
	}
	goal, err := s.goal(a.Name, a.Value)
	if err != nil || goal.met(s.now) == nil {
		return err
	}
	file, include, after, err := s.choose(goal)
	if err != nil {
		return err
	}
	if err := s.guard(ctx, key, after); err != nil {
		return err
	}
	if include {
		if err := s.includeFirst(ctx, file); err != nil {
			return err
		}
	}
	return s.write(ctx, file, goal)
}

// sshdPlan is what one call has read.
type sshdPlan struct {
	d       *remediate.Draft
	options sshdconf.Options
	view    *view
	now     *sshdconf.Config // as the steps so far would leave it
}

func newSSHD(ctx context.Context, d *remediate.Draft) (*sshdPlan, error) {
	fact, err := d.Fact(ctx, "sshd")
	if err != nil {
		return nil, err
	}
	if !yes(fact, "installed") {
		return nil, remediate.Refuse("no OpenSSH server is known to be installed")
	}
	args, complete := items(fact, "arguments")
	if !complete {
		return nil, remediate.Refuse("how ssh.service starts sshd is not known")
	}
	s := &sshdPlan{d: d, options: sshdconf.Options{Version: text(fact, "version")}}
	for _, a := range args {
		s.options.Args = append(s.options.Args, a.AsString())
	}
	if s.view, err = viewOf(d); err != nil {
		return nil, err
	}
	if s.now, err = sshdconf.Load(s.view, s.options); err != nil {
		return nil, remediate.Refuse("what sshd uses now is not known: %v", err)
	}
	return s, nil
}

// sshdGoal is what an option shall be for every connection.
type sshdGoal struct {
	name, key, value string
	want             sshdconf.Value // as sshd would have it from this line alone
	without          []string       // patterns of names that the list shall not have; nil where it shall equal want
}

// goal works out what sshd would make of the option, were it alone.
func (s *sshdPlan) goal(name, value string) (*sshdGoal, error) {
	g := &sshdGoal{name: name, key: strings.ToLower(name), value: value}
	if rest, ok := strings.CutPrefix(value, "-"); ok {
		g.without = strings.Split(rest, ",")
		g.narrow(s.now.Default()[g.key], s.ownLine(g.key))
	}
	alone, err := sshdconf.Load(oneFile(g.line()+"\n"), sshdconf.Options{Version: s.options.Version})
	if err != nil {
		return nil, remediate.Refuse("sshd would not take %q: %v", g.line(), err)
	}
	g.want = alone.Default()[g.key]
	return g, nil
}

func (g *sshdGoal) line() string { return g.name + " " + g.value }

// narrow takes names out of a list that somebody has chosen, rather than out of sshd's own, which may have more.
func (g *sshdGoal) narrow(now sshdconf.Value, own string) {
	if now.Unknown != "" || now.Pos == (sshdconf.Pos{}) || strings.HasPrefix(own, "-") {
		return
	}
	left := slices.DeleteFunc(slices.Clone(now.Items), g.unwanted)
	if len(left) > 0 {
		g.value = strings.Join(left, ",")
	}
}

func (g *sshdGoal) unwanted(name string) bool {
	return slices.ContainsFunc(g.without, func(pattern string) bool { return alike(pattern, name) })
}

// met is nil when each connection gets what it shall; else it says where what is read differs.
func (g *sshdGoal) met(c *sshdconf.Config) error {
	if v := c.Default()[g.key]; !g.holds(v) {
		return &sshdOther{g, v, ""}
	}
	for _, m := range c.Matches {
		if v := c.Within(m)[g.key]; !g.holds(v) {
			return &sshdOther{g, v, m.Criteria}
		}
	}
	return nil
}

func (g *sshdGoal) holds(v sshdconf.Value) bool {
	switch {
	case v.Unknown != "" || g.want.Unknown != "": // the lists of a version that is not known: the place tells enough
		return slices.Contains(sshdDropIns, v.Pos.File)
	case g.without != nil:
		return !slices.ContainsFunc(v.Items, g.unwanted)
	}
	return slices.Equal(v.Items, g.want.Items)
}

// sshdOther says what wins over the line that we would write.
type sshdOther struct {
	goal     *sshdGoal
	is       sshdconf.Value
	criteria string
}

func (e *sshdOther) Error() string {
	is := strings.Join(e.is.Items, " ")
	if e.is.Unknown != "" {
		is = "not known (" + e.is.Unknown + ")"
	}
	whom := ""
	if e.criteria != "" {
		whom = " for connections of Match " + e.criteria
	}
	if e.is.Pos == (sshdconf.Pos{}) || slices.Contains(sshdDropIns, e.is.Pos.File) {
		return fmt.Sprintf("%s would be %s%s", e.goal.name, is, whom)
	}
	if e.is.Pos == sshdconf.CommandLine {
		return fmt.Sprintf("%s is %s%s by an argument of ssh.service, which wins over every file: take it out there", e.goal.name, is, whom)
	}
	return fmt.Sprintf("%s sets %s to %s%s, which sshd takes first: take that line out, or let it say %q", e.is.Pos, e.goal.name, is, whom, e.goal.value)
}

// choose finds the drop-in in which the option holds, and whether the main file has to be made to include it.
func (s *sshdPlan) choose(g *sshdGoal) (file string, include bool, after *sshdconf.Config, err error) {
	var first error
	for _, file := range sshdDropIns {
		v := s.view.with(file, s.tried(file, g))
		after, why := s.try(g, v)
		if why == nil {
			return file, false, after, nil
		}
		if first == nil {
			first = why
		}
		if v.seen[file] {
			continue
		}
		main, err := s.mainWith(file)
		if err != nil {
			return "", false, nil, err
		}
		if after, why = s.try(g, v.with(s.now.Path(), main)); why == nil {
			return file, true, after, nil
		}
	}
	if c, err := sshdconf.Load(s.view, s.options); err == nil { // what wins there now tells more than what would be
		var now *sshdOther
		if errors.As(g.met(c), &now) && now.is.Pos != (sshdconf.Pos{}) && addsUp(g.key) {
			first = fmt.Errorf("%s has lines that add up, and %s is one: take it out", g.name, now.is.Pos)
		}
	}
	return "", false, nil, remediate.Refuse("%v", first)
}

// addsUp tells of which options each line counts, not the first alone.
func addsUp(key string) bool {
	return slices.Contains([]string{"allowusers", "denyusers", "allowgroups", "denygroups", "acceptenv", "setenv", "port", "listenaddress", "hostkey", "subsystem"}, key)
}

func (s *sshdPlan) try(g *sshdGoal, v *view) (*sshdconf.Config, error) {
	c, err := sshdconf.Load(v, s.options)
	if err != nil {
		return nil, err
	}
	return c, g.met(c)
}

// tried is the drop-in as it would be.
func (s *sshdPlan) tried(file string, g *sshdGoal) remediate.File {
	content, _ := s.view.ReadFile(file)
	lines := setKeyword(strings.Split(strings.TrimSuffix(string(content), "\n"), "\n"), g.key, g.line())
	return remediate.File{Type: remediate.Regular, Content: []byte(strings.Join(lines, "\n") + "\n")}
}

// ownLine is the value that a drop-in of ours has for the option.
func (s *sshdPlan) ownLine(key string) string {
	for _, file := range sshdDropIns {
		content, _ := s.view.ReadFile(file)
		for line := range strings.Lines(string(content)) {
			if word, value, _ := strings.Cut(strings.TrimSpace(line), " "); strings.EqualFold(word, key) {
				return value
			}
		}
	}
	return ""
}

// setKeyword replaces the line of a keyword, or adds it.
func setKeyword(lines []string, key, line string) []string {
	for i, l := range lines {
		if word, _, _ := strings.Cut(strings.TrimSpace(l), " "); strings.EqualFold(word, key) {
			lines[i] = line
			return lines
		}
	}
	return append(lines, line)
}

func (s *sshdPlan) write(ctx context.Context, file string, g *sshdGoal) error {
	before, err := s.d.File(ctx, file)
	if err != nil {
		return err
	}
	edit := func(lines []string) []string { return setKeyword(lines, g.key, g.line()) }
	if err := s.d.DropIn(ctx, file, "#", edit, sshdOptions); err != nil || before.Type != remediate.Absent {
		return err
	}
	mode, err := s.d.Mode(ctx, file)
	if err != nil {
		return err
	}
	mode.Mode = 0o600 // it names who may come in and how
	return s.d.SetMode(ctx, file, mode, remediate.Options{})
}

// mainWith is the main file with an Include of ours before all else.
func (s *sshdPlan) mainWith(file string) (remediate.File, error) {
	main := s.now.Path()
	content, err := s.view.ReadFile(main)
	if facts.IsAbsent(err) {
		return remediate.File{}, remediate.Refuse("there is no %s", main)
	}
	if err != nil {
		return remediate.File{}, err
	}
	head := fmt.Sprintf("# Holdfast (%s): this line was added\nInclude %s\n", s.d.Source().Control, file)
	return remediate.File{Type: remediate.Regular, Content: append([]byte(head), content...)}, nil
}

func (s *sshdPlan) includeFirst(ctx context.Context, file string) error {
	whole, err := s.mainWith(file)
	if err != nil {
		return err
	}
	f, err := s.d.File(ctx, s.now.Path())
	if err != nil {
		return err
	}
	if f.Type != remediate.Regular {
		return remediate.Refuse("%s is a %s", s.now.Path(), f.Type)
	}
	f.Content = whole.Content
	return s.d.SetFile(ctx, s.now.Path(), f, sshdOptions)
}

// oneFile is a configuration of one file.
type oneFile string

func (f oneFile) ReadFile(string) ([]byte, error) { return []byte(f), nil }
func (oneFile) Glob(string) ([]string, error)     { return nil, nil }
func (oneFile) IsDir(string) bool                 { return false }
func (oneFile) IsAbsent(err error) bool           { return facts.IsAbsent(err) }
