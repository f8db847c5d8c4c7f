package actions

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts/linux/redisconf"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	register(remediate.Define(remediate.Descriptor{
		Kind: "redis_setting",
		Doc: "Sets a directive of Redis or Valkey in a file of its own beside the instance's, which is included as the last line (so it wins, and CONFIG REWRITE " +
			"leaves it alone), and restarts the instance. Refused where a restart would lose data that is kept in memory alone.",
		Risk: plan.Disruptive,
	}, planRedis))
}

type redisArgs struct {
	Instance *string `cty:"instance"`
	Name     string  `cty:"name"`
	Value    string  `cty:"value"`
}

var (
	// redisMany may be given more than once: a line of ours would add to them, not replace them.
	redisMany = []string{"include", "loadmodule", "rename-command", "save", "user", "client-output-buffer-limit", "oom-score-adj-values"}
	// redisSecrets have no place in a policy.
	redisSecrets = []string{"requirepass", "masterauth", "primaryauth", "tls-key-file-pass", "tls-client-key-file-pass"}
)

func planRedis(ctx context.Context, d *remediate.Draft, a redisArgs) error {
	name := strings.ToLower(a.Name)
	args, ok := redisconf.SplitArgs(a.Value)
	switch {
	case !settingName.MatchString(name) || !ok || len(args) == 0 || !plainValue(a.Value):
		return remediate.Refuse("%q is no directive that can be set here", a.Name)
	case slices.Contains(redisMany, name):
		return remediate.Refuse("%s can be given more than once: what it should be in all is a person's decision", name)
	case slices.Contains(redisSecrets, name):
		return remediate.Refuse("%s is a secret, and a policy is none: set it in the instance's own file", name)
	}
	instances, err := databases(ctx, d, "redis")
	if err != nil {
		return err
	}
	for _, i := range instances {
		file := text(i, "config_file")
		if a.Instance == nil && path.Base(file) != "redis.conf" && path.Base(file) != "valkey.conf" || a.Instance != nil && file != *a.Instance {
			continue
		}
		p := redisPlan{d: d, instance: i, main: file, unit: text(i, "unit"), name: name, args: args, line: name + " " + strings.TrimSpace(a.Value)}
		if err := p.plan(ctx); err != nil {
			return err
		}
	}
	return nil
}

type redisPlan struct {
	d          *remediate.Draft
	instance   cty.Value
	main, unit string
	name       string
	args       []string
	line       string
}

func (p *redisPlan) plan(ctx context.Context) error {
	if !path.IsAbs(p.main) {
		return remediate.Refuse("%s has no configuration file that is known", text(p.instance, "name"))
	}
	if err := p.d.Claim(p.main+"'s "+p.name, strings.Join(p.args, " ")); err != nil {
		return err
	}
	if err := supervised(ctx, p.d, p.instance, p.unit); err != nil {
		return err
	}
	now, err := p.load()
	if err != nil {
		return err
	}
	if at, ok := now.Last(p.name); ok && slices.EqualFunc(at.Args, p.args, strings.EqualFold) {
		return waiting(p.instance, strings.ReplaceAll(p.name, "-", "_"), p.unit)
	}
	if err := p.keeps(now); err != nil {
		return err
	}
	config, _ := attribute(p.instance, "config")
	gid, known := number(config, "gid")
	if !known || gid < 0 || gid > 1<<32-1 {
		return remediate.Refuse("whose file %s is, is not known", p.main)
	}
	dir, err := p.d.Mode(ctx, path.Dir(p.main))
	if err != nil {
		return err
	}
	o := restarting(p.unit)
	if o.Account = accountOf(config); dir.GID == uint32(gid) { // #nosec G115 -- bounded above; root's file in the server's directory
		o.Account = &remediate.Account{UID: dir.UID, GID: dir.GID}
	}
	own := path.Join(path.Dir(p.main), "holdfast-"+path.Base(p.main))
	err = confineTo(ctx, p.d, own, uint32(gid), func() error { // #nosec G115 -- bounded above
		return p.d.DropIn(ctx, own, "#", p.setLine, o)
	})
	if err != nil {
		return err
	}
	return p.include(ctx, own, o)
}

// keeps is an error where a restart would empty the instance.
func (p *redisPlan) keeps(c *redisconf.Config) error {
	if at, ok := c.Last("appendonly"); ok && len(at.Args) == 1 && strings.EqualFold(at.Args[0], "yes") || !yes(p.instance, "running") {
		return nil
	}
	// save "" takes back what was said before it; without a word, there are defaults.
	if at, ok := c.Last("save"); ok && len(at.Args) == 1 && at.Args[0] == "" {
		return remediate.Refuse("%s keeps its data in memory alone (save \"\", appendonly no), and a restart would lose it: set %s by hand when it may be empty", p.main, p.name)
	}
	return nil
}

func (p *redisPlan) setLine(lines []string) []string {
	for i, l := range lines {
		if words, ok := redisconf.SplitArgs(l); ok && len(words) > 0 && strings.EqualFold(words[0], p.name) {
			lines[i] = p.line
			return lines
		}
	}
	return append(lines, p.line)
}

// include makes the instance's file include ours last, where something behind it would win.
func (p *redisPlan) include(ctx context.Context, own string, o remediate.Options) error {
	if won, err := p.wins(own); won || err != nil {
		return err
	}
	f, err := p.d.File(ctx, p.main)
	if err != nil {
		return err
	}
	if f.Type != remediate.Regular {
		return remediate.Refuse("%s is a %s", p.main, f.Type)
	}
	line := "include " + own
	lines := slices.DeleteFunc(strings.Split(strings.TrimRight(string(f.Content), "\n"), "\n"), func(l string) bool {
		return l == line || strings.HasPrefix(l, redisNote)
	})
	f.Content = []byte(strings.Join(append(lines, redisNote, line), "\n") + "\n")
	f.Secret = true // passwords and hashes stand in it
	o.Diff = "+" + redisNote + "\n+" + line + "\n"
	if err := p.d.SetFile(ctx, p.main, f, o); err != nil {
		return err
	}
	won, err := p.wins(own)
	if err == nil && !won {
		err = remediate.Refuse("%s is not what decides on %s: its last line includes %s in vain", own, p.name, own)
	}
	return err
}

// redisNote stands before the line that includes our file.
const redisNote = "# Holdfast: this has to be the last line, for what it includes to count."

func (p *redisPlan) wins(own string) (bool, error) {
	c, err := p.load()
	if err != nil {
		return false, err
	}
	at, ok := c.Last(p.name)
	return ok && at.File == own, nil
}

func (p *redisPlan) load() (*redisconf.Config, error) {
	v, err := viewOf(p.d)
	if err != nil {
		return nil, err
	}
	c := redisconf.Load(v, p.main, "/", nil)
	if len(c.Problems) > 0 {
		return nil, remediate.Refuse("what %s says can't be told: %s", p.main, c.Problems[0])
	}
	return c, nil
}
