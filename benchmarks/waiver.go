package benchmarks

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/zclconf/go-cty/cty"
)

// waiver accepts that some controls fail on some hosts, until a day.
type waiver struct {
	name      string
	benchmark string
	controls  []string
	hosts     *expression // nil: all
	reason    string
	owner     string
	approved  string
	expires   time.Time
	rng       hcl.Range
}

// AddWaivers reads a file of waivers. Call it before Evaluate; names and ids that are not there are diagnostics.
func (b *Bundle) AddWaivers(name string, src []byte) hcl.Diagnostics {
	f, diags := parse(src, name)
	if f == nil {
		b.keep(name, &hcl.File{Bytes: src})
		return diags
	}
	b.keep(name, f)
	p := &policyFile{&source{name, src}, f}
	checkBody(p.body(), "file of waivers", nil, []string{"waiver"}, &diags)
	var found []*waiver
	for _, x := range p.body().Blocks {
		if x.Type == "waiver" {
			if w := b.readWaiver(block{x, p.src, &diags}, slices.Concat(b.waivers, found)); w != nil {
				found = append(found, w)
			}
		}
	}
	if !diags.HasErrors() {
		b.waivers = append(b.waivers, found...)
	}
	return diags
}

var waiverAttrs = []string{"benchmark", "controls", "hosts", "reason", "owner", "approved", "expires"}

func (b *Bundle) readWaiver(x block, others []*waiver) *waiver {
	x.only(waiverAttrs, nil)
	name, ok := x.label("name")
	if !ok {
		return nil
	}
	for _, w := range others {
		if w.name == name {
			x.errorf(x.DefRange(), "Waiver twice", "There is already a waiver %q, at %s.", name, w.rng)
		}
	}
	w := &waiver{
		name: name, benchmark: x.needText("benchmark"), controls: x.texts("controls"), rng: x.DefRange(),
		reason: x.needText("reason"), owner: x.needText("owner"), approved: x.text("approved"),
	}
	b.checkWaived(x, w)
	if text := x.needText("expires"); text != "" {
		t, err := parseTime(text)
		if err != nil {
			x.errorf(x.Body.Attributes["expires"].Expr.Range(), "Wrong time", "expires must name a moment, zone included, like 2027-03-31T23:59:59Z; %q does not.", text)
		}
		w.expires = t
	}
	if w.approved != "" {
		_, errDay := time.Parse(time.DateOnly, w.approved)
		if _, err := parseTime(w.approved); err != nil && errDay != nil {
			x.errorf(x.Body.Attributes["approved"].Expr.Range(), "Wrong time", "approved is a day, like 2026-11-02.")
		}
	}
	if a, ok := x.Body.Attributes["hosts"]; ok {
		s := &scope{schema: b.schema, diags: x.diags}
		w.hosts = s.compile(a.Expr, x.src, cty.Bool)
	}
	return w
}

// checkWaived looks the benchmark and the controls up.
func (b *Bundle) checkWaived(x block, w *waiver) {
	if w.benchmark == "" {
		return
	}
	bench := b.benchmark(w.benchmark)
	if bench == nil {
		x.errorf(x.Body.Attributes["benchmark"].Expr.Range(), "No such benchmark", "There is no benchmark %q.%s", w.benchmark, didYouMean(w.benchmark, b.ids()))
		return
	}
	if len(w.controls) == 0 {
		x.errorf(x.DefRange(), "Attribute missing", "A waiver needs controls: the ids that it is for.")
	}
	for _, id := range w.controls {
		if bench.controls[id] == nil {
			var ids []string
			for _, c := range bench.Controls {
				ids = append(ids, c.ID)
			}
			x.errorf(x.Body.Attributes["controls"].Expr.Range(), "No such control", "The benchmark %q has no control %q.%s", w.benchmark, id, didYouMean(id, ids))
		}
	}
}

// waiverUse decides once per evaluation which waivers are for this host.
type waiverUse struct {
	ctx     context.Context
	env     *env
	waivers []*waiver

	mu    sync.Mutex
	hosts map[*waiver]*hostMatch
}

type hostMatch struct {
	match bool
	doubt string // why it could not be decided
	reads []facts.Key
}

func newWaiverUse(ctx context.Context, b *Bundle, set *facts.Set) *waiverUse {
	if len(b.waivers) == 0 {
		return nil
	}
	return &waiverUse{ctx: ctx, env: newEnv(set, nil, nil), waivers: b.waivers, hosts: map[*waiver]*hostMatch{}}
}

func (u *waiverUse) host(w *waiver) *hostMatch {
	if w.hosts == nil {
		return &hostMatch{match: true}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if m := u.hosts[w]; m != nil {
		return m
	}
	ev := newEvaluator(u.ctx, u.env)
	out := ev.run(w.hosts)
	m := &hostMatch{reads: ev.reads}
	switch {
	case out.err != nil:
		m.doubt = "its hosts failed to evaluate: " + out.errorText()
	case out.value.kind != kBool:
		m.doubt = "whether it is for this host is not known: " + out.because()
	default:
		m.match = out.value.b
	}
	u.hosts[w] = m
	return m
}

// apply turns a failure into waived where a live waiver is for the control and this host. What an expired one would
// have done, or one whose hosts are in doubt, is said and not done.
func (u *waiverUse) apply(res *Result, now time.Time) {
	var live, expired *waiver
	for _, w := range u.waivers {
		if w.benchmark != res.Control.bench.ID || !slices.Contains(w.controls, res.Control.ID) {
			continue
		}
		m := u.host(w)
		res.Reads = append(res.Reads, m.reads...)
		switch {
		case m.doubt != "":
			if res.Verdict == Fail {
				res.Reason += fmt.Sprintf(" (not waived by %s: %s)", w.name, m.doubt)
			}
		case !m.match:
		case now.Before(w.expires):
			if live == nil || w.expires.After(live.expires) {
				live = w
			}
		case expired == nil || w.expires.After(expired.expires):
			expired = w
		}
	}
	switch {
	case live != nil:
		res.Waiver = live.use(false)
		if res.Verdict == Fail {
			res.Verdict = Waived
			res.Reason = fmt.Sprintf("waived by %s until %s: %s (%s)", live.name, live.expires.Format(time.DateOnly), live.reason, res.Reason)
		}
	case expired != nil:
		res.Waiver = expired.use(true)
		if res.Verdict == Fail {
			res.Reason += fmt.Sprintf(" (the waiver %s expired on %s)", expired.name, expired.expires.Format(time.DateOnly))
		}
	}
}

func (w *waiver) use(expired bool) *WaiverUse {
	return &WaiverUse{Name: w.name, Reason: w.reason, Owner: w.owner, Approved: w.approved, Expires: w.expires, Expired: expired}
}
