package linux

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/auditrules"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "audit_rules",
		Doc:   "The kernel's audit rules and settings, and those that augenrules(8) would load at boot.",
		Reads: "audit netlink, /etc/audit/rules.d in augenrules' order",
	}, collectAuditRules))
	register(facts.Define(facts.Descriptor{
		Name:  "audit_rule",
		Doc:   "Whether the audit rules record what a rule, written as for auditctl(8), asks to record: compared by meaning, not by text.",
		Reads: "audit netlink, /etc/audit/rules.d in augenrules' order",
		Args:  []facts.Arg{{Name: "rule", Type: cty.String, Doc: "An audit rule: -w /etc/sudoers -p wa"}},
		Canonical: func(args []cty.Value) ([]cty.Value, error) {
			text := strings.Join(strings.Fields(args[0].AsString()), " ")
			if _, err := auditrules.Parse(text, auditrules.Env{Arch: auditArch()}); err != nil {
				return nil, err
			}
			return []cty.Value{cty.StringVal(text)}, nil
		},
	}, collectAuditRule))
}

// AuditRules are the audit rules in force and as configured.
type AuditRules struct {
	Enabled        facts.V[bool]            `fact:"enabled" doc:"Whether the kernel audits now."`
	Locked         facts.V[bool]            `fact:"locked" doc:"Whether the kernel refuses changes of the rules until the next boot (-e 2)."`
	FailureMode    facts.V[uint32]          `fact:"failure_mode" doc:"What the kernel does when it can't audit: 0 nothing, 1 a message, 2 a panic."`
	BacklogLimit   facts.V[uint32]          `fact:"backlog_limit" doc:"Records that may wait in the kernel."`
	Lost           facts.V[uint32]          `fact:"lost" doc:"Records lost since boot."`
	Running        facts.List[AuditRuleRow] `fact:"running" doc:"The rules the kernel has, in its order."`
	Configured     facts.List[AuditRuleRow] `fact:"configured" doc:"The rules that would be loaded at boot, in order."`
	LockConfigured facts.V[bool]            `fact:"lock_configured" doc:"Whether the rules that are loaded at boot end by locking themselves (-e 2)."`
	Same           facts.V[bool]            `fact:"same" doc:"Whether the running rules are the configured ones, by meaning."`
	Missing        facts.List[AuditRuleRow] `fact:"not_running" doc:"Configured rules that the kernel does not have."`
	Extra          facts.List[AuditRuleRow] `fact:"not_configured" doc:"Rules of the kernel that are not configured."`
}

// AuditRuleRow is one rule.
type AuditRuleRow struct {
	Origin facts.Origin

	Text string   `fact:"text" doc:"The rule in one canonical spelling."`
	Keys []string `fact:"keys" doc:"The keys by which ausearch(8) finds its records."`
}

// AuditRule is the answer for one demanded rule.
type AuditRule struct {
	Rule       string          `fact:"rule" doc:"The demanded rule in one canonical spelling."`
	Running    facts.V[bool]   `fact:"running" doc:"Whether the kernel records it now."`
	Configured facts.V[bool]   `fact:"configured" doc:"Whether the rules that are loaded at boot record it."`
	Lacks      facts.V[string] `fact:"lacks" doc:"What the configured rules leave out; empty when they record all of it."`
}

// configuredAudit is what augenrules would make of rules.d, up to where auditctl would stop.
type configuredAudit struct {
	rules   []auditrules.Rule
	origins []facts.Origin
	locked  bool
	lockAt  facts.Origin
	bad     string // the line at which auditctl would stop, and why; empty when it reads all
}

func auditArch() string { return auditrules.GoArch(runtime.GOARCH) }

func auditEnv(ctx context.Context, r *facts.Reader) auditrules.Env {
	names := namesOf(ctx, r)
	find := func(ids map[uint32]string) func(string) (uint32, bool) {
		return func(name string) (uint32, bool) {
			for id, n := range ids {
				if n == name {
					return id, true
				}
			}
			return 0, false
		}
	}
	return auditrules.Env{
		Arch: auditArch(), UID: find(names.users), GID: find(names.groups),
		IsDir: func(path string) bool {
			st, err := r.Stat(path)
			return err == nil && st.IsDir()
		},
	}
}

type auditLine struct {
	text   string
	origin facts.Origin
}

// readAuditConfig does as augenrules(8) of audit 3.0 does: files in rules.d in the order of ls -v; the last -D, -b and -f
// first, the last -e last. Then as auditctl -R: it stops at the first line it can't read.
func readAuditConfig(ctx context.Context, r *facts.Reader) (*configuredAudit, error) {
	const dir = "/etc/audit/rules.d"
	entries, err := r.ReadDir(dir)
	if facts.IsAbsent(err) {
		return &configuredAudit{}, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".rules") && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, versionOrder)
	var rest []auditLine
	var enable auditLine
	for _, name := range names {
		b, err := r.ReadFile(dir + "/" + name)
		if err != nil {
			return nil, err
		}
		for i, text := range splitLines(b) {
			l := auditLine{text, facts.File(dir+"/"+name, i+1)}
			switch trimmed := strings.TrimLeft(text, " \t\r\v\f"); {
			case trimmed == "" || trimmed[0] == '#':
			case strings.HasPrefix(trimmed, "-e"):
				enable = l
			default:
				rest = append(rest, l)
			}
		}
	}
	return compileAudit(auditEnv(ctx, r), rest, enable), nil
}

func compileAudit(env auditrules.Env, lines []auditLine, enable auditLine) *configuredAudit {
	c := &configuredAudit{}
	goOn := false // -i and -c make auditctl go on after a line it can't read
	if enable.text != "" {
		lines = append(lines, enable)
	}
	for _, l := range lines {
		parsed, err := auditrules.Parse(l.text, env)
		switch {
		case err != nil && goOn:
		case err != nil:
			c.bad = fmt.Sprintf("%s: auditctl stops there: %v", l.origin, err)
			return c
		case parsed.Rule != nil:
			c.rules, c.origins = append(c.rules, *parsed.Rule), append(c.origins, l.origin)
		case parsed.Setting == "ignore", parsed.Setting == "continue":
			goOn = true
		case parsed.Setting == "enabled":
			c.locked, c.lockAt = parsed.Value == "2", l.origin
		}
	}
	return c
}

func splitLines(b []byte) []string {
	var lines []string
	s := bufio.NewScanner(bytes.NewReader(b))
	s.Buffer(nil, len(b)+1)
	for s.Scan() {
		lines = append(lines, s.Text())
	}
	return lines
}

// versionOrder compares file names as ls -v does: runs of digits by their number, the rest by byte. It leaves out the
// finer points of strverscmp(3) (leading zeros count as fractions), which no naming of rule files relies on.
func versionOrder(a, b string) int {
	for a != "" && b != "" {
		na, nb := leadingDigits(a), leadingDigits(b)
		if na > 0 && nb > 0 {
			x, y := strings.TrimLeft(a[:na], "0"), strings.TrimLeft(b[:nb], "0")
			if len(x) != len(y) {
				return len(x) - len(y)
			}
			if x != y {
				return strings.Compare(x, y)
			}
			a, b = a[na:], b[nb:]
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

func leadingDigits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

func configuredRules(ctx context.Context, r *facts.Reader) (*configuredAudit, error) {
	return facts.Once(ctx, r, "audit rules.d", readAuditConfig)
}

func collectAuditRules(ctx context.Context, r *facts.Reader, _ facts.Key) (AuditRules, error) {
	var a AuditRules
	conf, confErr := configuredRules(ctx, r)
	kernel, kernelErr := kernelAudit(ctx, r)
	if confErr != nil {
		a.Configured = facts.UnknownList[AuditRuleRow](confErr.Error())
		a.LockConfigured = facts.Unknown[bool](confErr.Error())
	} else {
		a.configured(conf)
	}
	if kernelErr != nil {
		a.kernelUnknown(kernelErr.Error())
		return a, nil
	}
	a.kernel(kernel)
	if confErr == nil {
		a.compare(conf, kernel)
	}
	return a, nil
}

func (a *AuditRules) configured(conf *configuredAudit) {
	rows := make([]AuditRuleRow, len(conf.rules))
	for i, rule := range conf.rules {
		rows[i] = AuditRuleRow{conf.origins[i], rule.String(), rule.Keys}
	}
	origin := facts.File("/etc/audit/rules.d", 0)
	a.Configured = facts.Complete(rows, origin)
	a.LockConfigured = facts.Known(conf.locked, origin)
	if conf.locked {
		a.LockConfigured = facts.Known(true, conf.lockAt)
	}
	if conf.bad != "" {
		a.Configured = facts.Partial(rows, origin, conf.bad)
		a.LockConfigured = facts.Unknown[bool](conf.bad)
	}
}

func (a *AuditRules) kernelUnknown(why string) {
	a.Enabled, a.Locked, a.Same = facts.Unknown[bool](why), facts.Unknown[bool](why), facts.Unknown[bool](why)
	a.FailureMode, a.BacklogLimit, a.Lost = facts.Unknown[uint32](why), facts.Unknown[uint32](why), facts.Unknown[uint32](why)
	a.Running = facts.UnknownList[AuditRuleRow](why)
	a.Missing, a.Extra = facts.UnknownList[AuditRuleRow](why), facts.UnknownList[AuditRuleRow](why)
}

func (a *AuditRules) kernel(k *kernelAuditState) {
	from := facts.From("audit netlink")
	a.Enabled = facts.Known(k.enabled != 0, from)
	a.Locked = facts.Known(k.enabled == 2, from)
	a.FailureMode = facts.Known(k.failure, from)
	a.BacklogLimit = facts.Known(k.backlogLimit, from)
	a.Lost = facts.Known(k.lost, from)
	a.Running = facts.Complete(kernelRows(k.rules), from)
}

func kernelRows(rules []auditrules.Rule) []AuditRuleRow {
	rows := make([]AuditRuleRow, len(rules))
	for i, rule := range rules {
		rows[i] = AuditRuleRow{facts.From("audit netlink"), rule.String(), rule.Keys}
	}
	return rows
}

func (a *AuditRules) compare(conf *configuredAudit, k *kernelAuditState) {
	if conf.bad != "" {
		a.Same = facts.Unknown[bool](conf.bad)
		a.Missing, a.Extra = facts.UnknownList[AuditRuleRow](conf.bad), facts.UnknownList[AuditRuleRow](conf.bad)
		return
	}
	var missing, extra []AuditRuleRow
	for i, rule := range conf.rules {
		if !slices.ContainsFunc(k.rules, rule.Same) {
			missing = append(missing, AuditRuleRow{conf.origins[i], rule.String(), rule.Keys})
		}
	}
	for _, rule := range k.rules {
		if !slices.ContainsFunc(conf.rules, rule.Same) {
			extra = append(extra, AuditRuleRow{facts.From("audit netlink"), rule.String(), rule.Keys})
		}
	}
	from := facts.From("audit netlink, /etc/audit/rules.d")
	a.Missing, a.Extra = facts.Complete(missing, from), facts.Complete(extra, from)
	a.Same = facts.Known(len(missing) == 0 && len(extra) == 0, from)
}

func collectAuditRule(ctx context.Context, r *facts.Reader, key facts.Key) (AuditRule, error) {
	parsed, err := auditrules.Parse(key.Subject, auditEnv(ctx, r))
	if err != nil {
		return AuditRule{}, err
	}
	if parsed.Rule == nil {
		return AuditRule{}, errors.New("it is a setting, not a rule")
	}
	demand := *parsed.Rule
	demand.Keys = nil
	a := AuditRule{Rule: demand.String()}
	if conf, err := configuredRules(ctx, r); err != nil {
		a.Configured, a.Lacks = facts.Unknown[bool](err.Error()), facts.Unknown[string](err.Error())
	} else {
		a.Configured, a.Lacks = coveredBy(demand, conf)
	}
	if kernel, err := kernelAudit(ctx, r); err != nil {
		a.Running = facts.Unknown[bool](err.Error())
	} else {
		a.Running = kernel.covers(demand)
	}
	return a, nil
}

func coveredBy(demand auditrules.Rule, conf *configuredAudit) (facts.V[bool], facts.V[string]) {
	c := auditrules.Cover(demand, conf.rules, auditArch())
	origin := facts.File("/etc/audit/rules.d", 0)
	switch {
	case c.Doubt != "":
		return facts.Unknown[bool](c.Doubt), facts.Unknown[string](c.Doubt)
	case c.Covered:
		return facts.Known(true, conf.origins[c.By[0]]), facts.Known("", origin)
	case conf.bad != "":
		return facts.Unknown[bool](conf.bad), facts.Unknown[string](conf.bad)
	}
	return facts.Known(false, origin), facts.Known(c.Lacks, origin)
}

func (k *kernelAuditState) covers(demand auditrules.Rule) facts.V[bool] {
	from := facts.From("audit netlink")
	if k.enabled == 0 {
		return facts.Known(false, from) // rules that are there record nothing
	}
	c := auditrules.Cover(demand, k.rules, auditArch())
	if c.Doubt != "" {
		return facts.Unknown[bool](c.Doubt)
	}
	return facts.Known(c.Covered, from)
}

// kernelHasAudit tells whether the kernel audits at all. Asking a kernel without audit for the netlink family would make
// it look for a module, so we look at a file that CONFIG_AUDIT alone makes (proc_pid_loginuid(5)).
func kernelHasAudit(r *facts.Reader) (bool, error) {
	_, err := r.Stat("/proc/self/loginuid")
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
