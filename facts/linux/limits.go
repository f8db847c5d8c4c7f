package linux

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/limitsconf"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "limits",
		Doc:   "What pam_limits imposes on sessions, line by line in its own order: limits.conf, then limits.d by name. Whether a service uses pam_limits is told by pam.",
		Reads: "/etc/security/limits.conf, /etc/security/limits.d/*.conf",
	}, collectLimits))
	register(facts.Define(facts.Descriptor{
		Name:  "limit",
		Doc:   "One limit as pam_limits has it for one domain: the last line of that domain counts, and a line of type - sets both.",
		Reads: "/etc/security/limits.conf, /etc/security/limits.d/*.conf",
		Args: []facts.Arg{
			{Name: "domain", Type: cty.String, Doc: "As the file spells it: *, root, @staff."},
			{Name: "type", Type: cty.String, Doc: "soft or hard."},
			{Name: "item", Type: cty.String, Doc: "core, nofile, maxlogins, …"},
		},
		Canonical: canonicalLimit,
	}, collectLimit))
}

// Limits are all lines of limits.conf and limits.d.
type Limits struct {
	Entries   facts.List[LimitEntry] `fact:"entries" doc:"The limits, in the order in which pam_limits reads them."`
	Exempt    facts.List[LimitLine]  `fact:"exempt" doc:"Lines \"domain -\": no limit applies to whom they name."`
	Malformed facts.List[LimitLine]  `fact:"malformed" doc:"Lines that pam_limits skips."`
}

// LimitEntry is one limit.
type LimitEntry struct {
	Origin facts.Origin

	Domain string `fact:"domain" doc:"A user, @group, %group, a range of ids, or * for everyone but root."`
	Type   string `fact:"type" doc:"soft, hard, or - for both."`
	Item   string `fact:"item" doc:"core, nofile, maxlogins, …"`
	Value  string `fact:"value" doc:"A number as written, or unlimited."`
	Path   string `fact:"path" doc:"The file."`
	Line   int    `fact:"line" doc:"Number of the line, from 1."`
}

// LimitLine is a line that sets no limit.
type LimitLine struct {
	Origin facts.Origin

	Domain string `fact:"domain" doc:"Whom the line names; empty for a malformed line."`
	Reason string `fact:"reason" doc:"What the line does, or why it is skipped."`
	Path   string `fact:"path" doc:"The file."`
	Line   int    `fact:"line" doc:"Number of the line, from 1."`
}

// Limit is what a domain's lines come to.
type Limit struct {
	Missing facts.Missing

	Exists    facts.V[bool]          `fact:"exists" doc:"Whether a line sets this limit for the domain."`
	Value     facts.V[string]        `fact:"value" doc:"The value as written, or unlimited."`
	Number    facts.V[int64]         `fact:"number" doc:"The value as a number; unknown when it is unlimited."`
	Unlimited facts.V[bool]          `fact:"unlimited" doc:"Whether the value is unlimited."`
	Overrides facts.List[LimitEntry] `fact:"overrides" doc:"Lines of other domains that set the same item and type: for whom they name, a line of a user, group or range goes before one of *."`
	Exempt    facts.List[LimitLine]  `fact:"exempt" doc:"Lines \"domain -\": no limit applies to whom they name."`
}

const limitsPath = "/etc/security/limits.conf"

func collectLimits(ctx context.Context, r *facts.Reader, _ facts.Key) (Limits, error) {
	return facts.Once(ctx, r, "limits.conf", func(_ context.Context, r *facts.Reader) (Limits, error) {
		found, err := r.Glob("/etc/security/limits.d/*.conf")
		unread := ""
		if err != nil {
			unread = err.Error()
		}
		var entries []LimitEntry
		var exempt, malformed []LimitLine
		for _, name := range append([]string{limitsPath}, found...) {
			b, err := r.ReadFile(name)
			if facts.IsAbsent(err) {
				continue
			}
			if err != nil {
				unread = err.Error()
				continue
			}
			f := limitsconf.Parse(b)
			for _, e := range f.Entries {
				entries = append(entries, LimitEntry{facts.File(name, e.Line), e.Domain, e.Type, e.Item, e.Value, name, e.Line})
			}
			for _, e := range f.Exemptions {
				exempt = append(exempt, LimitLine{facts.File(name, e.Line), e.Domain, "no limit applies", name, e.Line})
			}
			for _, m := range f.Malformed {
				malformed = append(malformed, LimitLine{facts.File(name, m.Line), "", m.Reason, name, m.Line})
			}
		}
		dir := facts.File(path.Dir(limitsPath), 0)
		return Limits{
			Entries:   completeUnless(entries, dir, unread),
			Exempt:    completeUnless(exempt, dir, unread),
			Malformed: completeUnless(malformed, dir, unread),
		}, nil
	})
}

func canonicalLimit(args []cty.Value) ([]cty.Value, error) {
	kind, item := strings.ToLower(args[1].AsString()), strings.ToLower(args[2].AsString())
	if kind != "soft" && kind != "hard" {
		return nil, fmt.Errorf("the type is soft or hard, not %q", kind)
	}
	return []cty.Value{args[0], cty.StringVal(kind), cty.StringVal(item)}, nil
}

func collectLimit(ctx context.Context, r *facts.Reader, key facts.Key) (Limit, error) {
	d := facts.Descriptor{Name: "limit", Args: make([]facts.Arg, 3)}
	for i := range d.Args {
		d.Args[i].Type = cty.String
	}
	args, err := d.Arguments(key.Subject)
	if err != nil {
		return Limit{}, err
	}
	all, err := collectLimits(ctx, r, key)
	if err != nil {
		return Limit{}, err
	}
	return limitOf(all, args[0].AsString(), args[1].AsString(), args[2].AsString()), nil
}

func limitOf(all Limits, domain, kind, item string) Limit {
	var last *LimitEntry
	var others []LimitEntry
	for i, e := range all.Entries.Items() {
		if e.Item != item || e.Type != kind && e.Type != "-" {
			continue
		}
		if e.Domain == domain {
			last = &all.Entries.Items()[i]
		} else {
			others = append(others, e)
		}
	}
	l := Limit{Exempt: all.Exempt, Overrides: completeUnless(others, facts.Origin{}, all.Entries.Reason())}
	if why := all.Entries.Reason(); why != "" {
		l.Missing = facts.Missing(why) // what was not read could set it, or set it anew
		return l
	}
	if last == nil {
		l.Exists = facts.Known(false, facts.File(limitsPath, 0))
		l.Missing = facts.Missing(fmt.Sprintf("no line sets %s %s for %s", kind, item, domain))
		return l
	}
	at := last.Origin
	l.Exists = facts.Known(true, at)
	l.Value = facts.Known(last.Value, at)
	l.Unlimited = facts.Known(last.Value == "unlimited", at)
	if n, ok := (limitsconf.Entry{Value: last.Value}).Number(); ok {
		l.Number = facts.Known(n, at)
	} else {
		l.Number = facts.Unknown[int64](fmt.Sprintf("%s: %q is no number", at, last.Value))
	}
	return l
}
