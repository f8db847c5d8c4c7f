// Package packetpath tells what becomes of a packet that a host receives or sends, by following it through the chains
// of nftables and of legacy iptables in their order. It knows only some properties of the packet (see [Packet]); the
// source address stands for all addresses at once. Whatever it does not know, or does not understand of a rule, leaves
// both outcomes possible: a packet is said to pass or to be dropped only when no other outcome is possible.
//
// It evaluates rules that others have read; it reads nothing itself.
package packetpath

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"github.com/holdfast-agent/holdfast/facts/linux/nftexpr"
)

// Hook is a place in the kernel where packets meet chains.
type Hook string

// The hooks that are followed.
const (
	Ingress    Hook = "ingress"
	Prerouting Hook = "prerouting"
	Input      Hook = "input"
	Forward    Hook = "forward"
	Output     Hook = "output"
)

// Packet is what is known of a packet: the first of a new connection unless States says otherwise.
type Packet struct {
	V6      bool
	Proto   uint8      // IPPROTO_TCP, IPPROTO_UDP
	Port    int        // destination port; -1 when it is left open
	In, Out Interface  // the zero Interface of a packet that has none at its hooks
	Dst     netip.Addr // invalid for any other than loopback and the host's own
	ToHost  bool       // the destination is one of the host's own addresses
	States  uint32     // state of the connection, nftexpr.State*
	From    Sources    // source addresses that are looked at
	Spoofed bool       // the source address is not the sender's

	untracked bool // a rule may have taken it out of connection tracking
	rewritten bool // a rule may have changed its headers
}

// Interface is a network interface. The zero Interface is none.
type Interface struct {
	Name  string
	Index uint32 // 0 when it is not known
}

// Chain holds rules. A base chain hangs on a hook.
type Chain struct {
	Family   string // inet, ip, ip6, netdev, bridge, arp
	Table    string
	Name     string
	Base     bool
	Type     string // filter, nat, route
	Hook     Hook
	Priority int32
	Drop     bool // the policy
	Rules    []Rule
}

// Rule is one rule of any of the languages.
type Rule interface {
	// String names the rule for people.
	String() string
	// apply tells what becomes of the packet when it meets the rule.
	apply(p *Packet, at *Chain) effect
}

// Ruleset is everything that packets meet.
type Ruleset struct {
	Chains []*Chain
	// Unread says why some rules could not be read; nothing is certain then.
	Unread string

	byName map[chainName]*Chain
}

type chainName struct{ family, table, name string }

// effect is what a rule does. A rule without parts lets the packet go on.
type effect struct{ parts []part }

// part is one verdict of a rule and the sources for which the rule gives it, certainly or possibly. The sources of the
// parts of one rule may overlap only where they are possible.
type part struct {
	code     code
	chain    string // of jump and goto
	yes, may Sources
	why      string // why it is only possible
}

type code int

const (
	goOn code = iota
	accept
	drop
	jump
	gotoChain
	returns
	undecided // it may be anything
	redirected
)

// Outcome are the sources whose packet possibly passes and possibly does not. A source in both is undecided.
type Outcome struct {
	Passes, Drops Sources
	Why           []string // what made something undecided
}

const (
	maxSteps = 2_000_000 // rules met by one packet, as a bound on rulesets made to be slow
	maxDepth = 32        // the kernel allows 16 jumps
	maxWhy   = 4
)

// walk is one packet on its way.
type walk struct {
	rs    *Ruleset
	p     *Packet
	out   Outcome
	steps int
}

// Follow tells what becomes of a packet at the hooks given, one after the other.
func (rs *Ruleset) Follow(p Packet, hooks ...Hook) Outcome {
	if rs.byName == nil {
		rs.Index()
	}
	w := &walk{rs: rs, p: &p}
	if rs.Unread != "" {
		return Outcome{Passes: p.From, Drops: p.From, Why: []string{rs.Unread}}
	}
	passing := p.From
	for _, hook := range hooks {
		for _, c := range rs.at(hook, p) {
			passing = w.base(c, passing)
		}
	}
	w.out.Passes = passing
	return w.out
}

// Index must be called before packets are followed concurrently.
func (rs *Ruleset) Index() {
	byName := make(map[chainName]*Chain, len(rs.Chains))
	for _, c := range rs.Chains {
		byName[chainName{c.Family, c.Table, c.Name}] = c
	}
	rs.byName = byName
}

// at are the base chains that a packet meets at a hook, in their order. Chains of equal priority run in the order in
// which they were made, which is the order of the kernel's list.
func (rs *Ruleset) at(hook Hook, p Packet) []*Chain {
	var out []*Chain
	for _, c := range rs.Chains {
		if !c.Base || c.Hook != hook || (c.Type == "nat" && p.States != nftexpr.StateNew) {
			continue // only the first packet of a connection meets NAT
		}
		switch c.Family {
		case "inet", "netdev", "bridge":
		case "ip":
			if p.V6 {
				continue
			}
		case "ip6":
			if !p.V6 {
				continue
			}
		default:
			continue
		}
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b *Chain) int { return cmp.Compare(a.Priority, b.Priority) })
	return out
}

// base runs a base chain and gives the sources that may go on to the next one.
func (w *walk) base(c *Chain, in Sources) Sources {
	passed, left := w.chain(c, in, 0)
	if c.Drop {
		w.out.Drops = union(w.out.Drops, left)
	} else {
		passed = union(passed, left)
	}
	// Whether a packet meets these at all depends on the device or bridge it comes through.
	if c.Family == "netdev" || c.Family == "bridge" {
		if lost := subtract(in, passed); len(lost) > 0 {
			w.doubt(fmt.Sprintf("it depends on the device: %s %s %s", c.Family, c.Table, c.Name))
		}
		return in
	}
	return passed
}

// chain runs the rules of one chain: passed are the sources that may have been accepted, left those that may have come
// to its end or returned.
func (w *walk) chain(c *Chain, in Sources, depth int) (passed, left Sources) {
	if depth > maxDepth {
		return w.both("chains that jump too deep", in)
	}
	var returned Sources
	live := in
	for _, r := range c.Rules {
		if len(live) == 0 {
			break
		}
		if w.steps++; w.steps > maxSteps {
			p, _ := w.both("the ruleset is too large to follow a packet through", live)
			return union(passed, p), union(returned, live)
		}
		e := r.apply(w.p, c)
		next := live
		for _, part := range e.parts {
			next = subtract(next, part.yes)
		}
		for _, part := range e.parts {
			certain, possible := intersect(live, part.yes), intersect(live, part.may)
			if len(possible) > 0 && part.code != goOn {
				w.doubt(r.String() + ": " + part.why)
			}
			hit := union(certain, possible)
			if len(hit) == 0 {
				continue
			}
			switch part.code {
			case goOn:
				next = union(next, certain)
			case accept:
				passed = union(passed, hit)
			case drop:
				w.out.Drops = union(w.out.Drops, hit)
			case returns:
				returned = union(returned, hit)
			case redirected:
				p, _ := w.both(r.String()+": it sends the connection elsewhere", hit)
				passed = union(passed, p)
			case undecided:
				p, _ := w.both(r.String()+": "+part.why, hit)
				passed, next = union(passed, p), union(next, hit)
			case jump, gotoChain:
				target, ok := w.rs.byName[chainName{c.Family, c.Table, part.chain}]
				if !ok {
					p, _ := w.both(r.String()+": there is no chain "+part.chain, hit)
					passed, next = union(passed, p), union(next, hit)
					continue
				}
				p, back := w.chain(target, hit, depth+1)
				passed = union(passed, p)
				if part.code == jump {
					next = union(next, back)
				} else {
					returned = union(returned, back)
				}
			}
		}
		live = next
	}
	return passed, union(returned, live)
}

// both leaves both outcomes possible.
func (w *walk) both(why string, s Sources) (passed, left Sources) {
	w.doubt(why)
	w.out.Drops = union(w.out.Drops, s)
	return s, s
}

func (w *walk) doubt(why string) {
	if len(w.out.Why) < maxWhy && !slices.Contains(w.out.Why, why) {
		w.out.Why = append(w.out.Why, why)
	}
}
