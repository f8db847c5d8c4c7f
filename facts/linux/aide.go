package linux

import (
	"bytes"
	"context"
	"crypto/md5" //#nosec G501 -- dpkg keeps MD5 sums of what it installs; nothing else to compare with
	"encoding/hex"
	"fmt"
	"path"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/aideconf"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "aide",
		Doc:   "The AIDE file integrity checker: installed, its databases, and cron jobs that run it. Its timer is told by service(\"dailyaidecheck.timer\").",
		Reads: "/etc/aide/aide.conf and what it includes, /etc/cron*, the package database",
	}, collectAide))
	register(facts.Define(facts.Descriptor{
		Name:  "aide_rule",
		Doc:   "What AIDE records of a path. Includes that AIDE would run count as without effect on it only where they are as the distribution brought them and do not speak of it.",
		Reads: "/etc/aide/aide.conf and what it includes",
		Args:  []facts.Arg{{Name: "path", Type: cty.String, Doc: "An absolute path."}},
	}, collectAideRule))
}

// aidePaths are where Debian and others keep the configuration.
var aidePaths = []string{"/etc/aide/aide.conf", "/etc/aide.conf"}

// Aide is the state of AIDE.
type Aide struct {
	Missing facts.Missing

	Installed         facts.V[bool]      `fact:"installed" doc:"Whether the package aide is installed."`
	ConfigPath        facts.V[string]    `fact:"config_path" doc:"The configuration file; empty when there is none."`
	DatabaseIn        facts.V[string]    `fact:"database_in" doc:"Database that is compared with: a path, or another URL as written."`
	DatabaseInExists  facts.V[bool]      `fact:"database_in_exists" doc:"Whether that file exists."`
	DatabaseOut       facts.V[string]    `fact:"database_out" doc:"Database that a new run writes."`
	DatabaseOutExists facts.V[bool]      `fact:"database_out_exists" doc:"Whether that file exists."`
	CronJobs          facts.List[string] `fact:"cron_jobs" doc:"Files of cron that mention aide outside of comments: /etc/crontab, /etc/cron.*/*, /var/spool/cron/crontabs/*. Debian's does nothing where systemd's timer is used."`
}

// AideRule is what AIDE does with a path.
type AideRule struct {
	Missing facts.Missing
	Origin  facts.Origin

	Path       string             `fact:"path" doc:"The path asked for, with symbolic links of its directories resolved, as AIDE meets it."`
	Recorded   facts.V[bool]      `fact:"recorded" doc:"Whether a rule selects the path and none leaves it out."`
	Attributes facts.List[string] `fact:"attributes" doc:"What is recorded of it: p, i, n, u, g, s, b, m, c, acl, xattrs, sha512, … with groups resolved; empty when it is not recorded."`
	Rule       facts.V[string]    `fact:"rule" doc:"The rule that decides, as its regular expression and groups."`
}

type aideFiles struct{ r *facts.Reader }

func (f aideFiles) ReadFile(name string) ([]byte, error) { return f.r.ReadFileMax(name, 2<<20) }

func (f aideFiles) List(dir string) ([]string, error) {
	entries, err := f.r.ReadDir(dir)
	var names []string
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, err
}

func (f aideFiles) Executable(name string) (bool, error) {
	st, err := f.r.Stat(name)
	if err != nil {
		return false, err
	}
	return st.Mode()&0o111 != 0, nil
}

func (f aideFiles) Exists(name string) (exists, known bool) {
	_, err := f.r.Stat(name)
	return err == nil, err == nil || facts.IsAbsent(err)
}

// aideConfig is the configuration and where it lies; nil when there is none.
func aideConfig(ctx context.Context, r *facts.Reader) (*aideconf.Config, string, error) {
	for _, name := range aidePaths {
		if _, err := r.Stat(name); facts.IsAbsent(err) {
			continue
		}
		c, err := facts.Once(ctx, r, "aide.conf", func(_ context.Context, r *facts.Reader) (*aideconf.Config, error) {
			return aideconf.Load(aideFiles{r}, name), nil
		})
		return c, name, err
	}
	return nil, "", nil
}

func collectAide(ctx context.Context, r *facts.Reader, _ facts.Key) (Aide, error) {
	a := Aide{CronJobs: aideCron(r)}
	p, err := facts.Get[Package](ctx, r, facts.Key{Fact: "package", Subject: "aide"})
	switch {
	case err != nil:
		a.Installed = facts.Unknown[bool](err.Error())
	case p.Installed.Reason() == "" && !knownV(p.Installed):
		a.Installed = facts.Unknown[bool](string(p.Missing))
	default:
		a.Installed = p.Installed
	}
	c, name, err := aideConfig(ctx, r)
	if err != nil {
		a.Missing = facts.Missing(err.Error())
		return a, nil
	}
	a.ConfigPath = facts.Known(name, facts.File(name, 0))
	if c == nil {
		a.Missing = facts.Missing(aidePaths[0] + " does not exist")
		return a, nil
	}
	a.DatabaseIn, a.DatabaseInExists = aideDatabase(r, c, "database_in", "database")
	a.DatabaseOut, a.DatabaseOutExists = aideDatabase(r, c, "database_out")
	return a, nil
}

func knownV[T any](v facts.V[T]) bool { _, ok := v.Get(); return ok }

// aideDatabase is the file of an option, and whether it exists.
func aideDatabase(r *facts.Reader, c *aideconf.Config, names ...string) (facts.V[string], facts.V[bool]) {
	var found *aideconf.Setting
	for i, s := range c.Settings {
		for _, n := range names {
			if s.Name == n {
				found = &c.Settings[i]
			}
		}
	}
	if found == nil {
		why := "the configuration does not set " + names[0]
		if len(c.Problems) > 0 {
			why = c.Problems[0]
		}
		return facts.Unknown[string](why), facts.Unknown[bool](why)
	}
	at := facts.File(found.Path, found.Line)
	name, isFile := strings.CutPrefix(found.Value, "file:")
	if !isFile || strings.Contains(name, "@@{") || !strings.HasPrefix(name, "/") {
		return facts.Known(found.Value, at), facts.Unknown[bool](found.Value + " is no file that can be looked for")
	}
	name = path.Clean(name)
	_, err := r.Stat(name)
	switch {
	case facts.IsAbsent(err):
		return facts.Known(name, at), facts.Known(false, facts.File(name, 0))
	case err != nil:
		return facts.Known(name, at), facts.Unknown[bool](err.Error())
	}
	return facts.Known(name, at), facts.Known(true, facts.File(name, 0))
}

func aideCron(r *facts.Reader) facts.List[string] {
	var jobs []string
	var unread string
	for _, pattern := range []string{"/etc/crontab", "/etc/cron.d/*", "/etc/cron.hourly/*", "/etc/cron.daily/*", "/etc/cron.weekly/*", "/etc/cron.monthly/*", "/var/spool/cron/crontabs/*"} {
		found, err := r.Glob(pattern)
		if err != nil {
			unread = err.Error()
		}
		for _, name := range found {
			b, err := r.ReadFileMax(name, 1<<20)
			if facts.IsAbsent(err) {
				continue
			}
			if err != nil {
				unread = err.Error()
				continue
			}
			if mentionsAide(b) {
				jobs = append(jobs, name)
			}
		}
	}
	return completeUnless(jobs, facts.Origin{}, unread)
}

func mentionsAide(b []byte) bool {
	for line := range bytes.Lines(b) {
		line = bytes.TrimLeft(line, " \t")
		if len(line) > 0 && line[0] != '#' && bytes.Contains(line, []byte("aide")) {
			return true
		}
	}
	return false
}

func collectAideRule(ctx context.Context, r *facts.Reader, key facts.Key) (AideRule, error) {
	name, err := r.Host().FS.Resolve(path.Dir(path.Clean("/" + key.Subject)))
	if err != nil {
		return AideRule{}, err
	}
	out := AideRule{Path: path.Join(name, path.Base(key.Subject))}
	c, conf, err := aideConfig(ctx, r)
	if err != nil {
		return AideRule{}, err
	}
	if c == nil {
		out.Missing = facts.Missing(aidePaths[0] + " does not exist")
		out.Recorded = facts.Known(false, facts.File(aidePaths[0], 0))
		return out, nil
	}
	if len(c.Problems) > 0 {
		out.Missing = facts.Missing(c.Problems[0])
		return out, nil
	}
	for _, x := range c.Executables {
		if why := aideRuns(r, x, out.Path); why != "" {
			out.Missing = facts.Missing(why)
			return out, nil
		}
	}
	rule, unsure := c.Match(out.Path, aideType(r, out.Path))
	at := facts.File(conf, 0)
	switch {
	case unsure != "":
		out.Missing = facts.Missing(unsure)
	case rule == nil || rule.Sign == '!' || rule.Sign == '-':
		if rule != nil {
			at = facts.File(rule.Path, rule.Line)
			out.Rule = facts.Known(string(rule.Sign)+rule.Regex, at)
		}
		out.Missing = "no rule selects " + facts.Missing(out.Path)
		out.Recorded, out.Attributes = facts.Known(false, at), facts.Complete[string](nil, at)
	default:
		at = facts.File(rule.Path, rule.Line)
		out.Recorded, out.Attributes = facts.Known(true, at), facts.Complete(rule.Attrs, at)
		out.Rule = facts.Known(strings.TrimSpace(rule.Regex+" "+rule.Groups), at)
	}
	return out, nil
}

// aideType is the type of a path as rules name it; a path that is not there is taken for a file.
func aideType(r *facts.Reader, name string) byte {
	st, err := r.Lstat(name)
	if err != nil {
		return 'f'
	}
	return map[string]byte{"directory": 'd', "symlink": 'l', "fifo": 'p', "socket": 's', "char": 'c', "block": 'b', "file": 'f'}[fileType(st.Mode())]
}

// aideRuns says why an include that AIDE runs could change what it does with a path. One that the distribution brought,
// unchanged, and that does not name the path or its directory defines variables and rules of other software.
func aideRuns(r *facts.Reader, script, name string) string {
	b, err := r.ReadFileMax(script, 1<<20)
	if err != nil {
		return err.Error()
	}
	if bytes.Contains(b, []byte(path.Dir(name))) || bytes.Contains(b, []byte(path.Base(name))) {
		return fmt.Sprintf("%s is run by AIDE, and may print rules for %s", script, name)
	}
	// Debian's are handed to ucf, so their sums stand under the place they are copied from.
	const sums = "/var/lib/dpkg/info/aide-common.md5sums"
	brought, err := r.ReadFile(sums)
	if err != nil {
		return fmt.Sprintf("%s is run by AIDE, and whose it is can't be told: %v", script, err)
	}
	sum := md5.Sum(b) //#nosec G401 -- see the import
	line := hex.EncodeToString(sum[:]) + "  usr/share/aide/config/aide/aide.conf.d/" + path.Base(script) + "\n"
	if !bytes.Contains(brought, []byte(line)) {
		return script + " is run by AIDE, and is not as a package brought it: what it prints is not known"
	}
	return ""
}
