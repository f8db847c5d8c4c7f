package actions

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts/linux/ufwconf"
	"github.com/holdfast-agent/holdfast/remediate"
)

// The files of ufw: its rules in the form that it keeps them itself, so that ufw status shows them and ufw delete takes them
// away, and its settings.
const (
	ufwRules    = "/etc/ufw/user.rules"
	ufwRules6   = "/etc/ufw/user6.rules"
	ufwConf     = "/etc/ufw/ufw.conf"
	ufwDefaults = "/etc/default/ufw"
)

// ufwPlan is what is to be added to ufw's rules.
type ufwPlan struct {
	rules []ufwconf.Rule // those there are, of both families
	first []ufwRule      // before them
	last  []ufwRule      // behind them: what somebody decided on counts
}

// ufwRule is a rule to be added. A peer that is not valid is anybody.
type ufwRule struct {
	action, direction, protocol, port string
	peer                              netip.Prefix
}

// planUFW has ufw filter as is asked for. Whatever has a rule for its port is decided on and stays so.
func planUFW(ctx context.Context, d *remediate.Draft, a firewallArgs) error {
	fact, err := d.Fact(ctx, "ufw")
	if err != nil {
		return err
	}
	ipv6, known := attribute(fact, "ipv6")
	if _, complete := items(fact, "rules"); !complete || !known {
		return remediate.Refuse("which rules ufw has is not known")
	}
	if v4 := text(fact, "default_incoming"); v4 == "" {
		return remediate.Refuse("what ufw does by default is not known")
	}
	u := &ufwPlan{}
	for _, name := range []string{ufwRules, ufwRules6} {
		b, err := content(ctx, d, name)
		if err != nil {
			return err
		}
		rules, problems := ufwconf.Rules(b)
		if len(problems) > 0 {
			return remediate.Refuse("%s:%d: %s", name, problems[0].Line, problems[0].Text)
		}
		u.rules = append(u.rules, rules...)
	}
	if err := u.ask(ctx, d, a); err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		six  bool
	}{{ufwRules, false}, {ufwRules6, true}} {
		if f.six && !ipv6.True() {
			continue
		}
		if err := u.write(ctx, d, f.name, f.six); err != nil {
			return err
		}
	}
	return ufwSettings(ctx, d, a)
}

// ufwReload makes ufw take its files over, or stop where they say so: ufw's own reload leaves it as it is when it is off.
var ufwReload = []remediate.Trigger{{Verb: remediate.Run, Unit: "ufw-stop"}, {Verb: remediate.Run, Unit: "ufw-start"}}

func (u *ufwPlan) ask(ctx context.Context, d *remediate.Draft, a firewallArgs) error {
	for _, allow := range a.Allow {
		r := ufwRule{"allow", "in", allow.Protocol, strconv.FormatInt(allow.Port, 10), netip.Prefix{}}
		if allow.From != "" {
			p, err := netip.ParsePrefix(allow.From)
			if addr, addrErr := netip.ParseAddr(allow.From); addrErr == nil {
				p, err = netip.PrefixFrom(addr, addr.BitLen()), nil
			}
			if err != nil {
				return remediate.Refuse("%q is no network", allow.From)
			}
			r.peer = p.Masked()
		}
		if _, err := allowed(allow.Protocol, allow.Port, ""); err != nil {
			return err
		}
		u.last = append(u.last, r)
	}
	if a.Loopback != nil && *a.Loopback {
		u.first = append(u.first,
			ufwRule{"deny", "in", "any", "any", netip.MustParsePrefix("127.0.0.0/8")}, ufwRule{"deny", "in", "any", "any", netip.MustParsePrefix("::1/128")})
	}
	use, err := useOf(ctx, d)
	if err != nil {
		return err
	}
	ports := use.ssh
	if a.AllowListeners != nil && *a.AllowListeners {
		ports = use.listeners
	}
	for _, p := range ports {
		protocol, port, _ := strings.Cut(p, " ")
		if !u.decided("in", protocol, port) {
			u.last = append(u.last, ufwRule{"allow", "in", protocol, port, netip.Prefix{}})
		}
	}
	for _, s := range use.sessions {
		port := strconv.Itoa(s.local)
		if !use.incoming(s) {
			continue
		}
		if peer := netip.PrefixFrom(s.peer, s.peer.BitLen()); u.decided("in", "tcp", port) && !u.lets(port, s.peer) {
			return remediate.Refuse("%s has a connection to port %d here, which ufw's rules for that port do not clearly allow: ufw allow from %s to any port %d proto tcp", s.peer, s.local, s.peer, s.local)
		} else if !u.lets(port, s.peer) && !slices.Contains(ports, "tcp "+port) {
			u.last = append(u.last, ufwRule{"allow", "in", "tcp", port, peer})
		}
	}
	if a.Output != nil && *a.Output != "accept" {
		u.out(use)
	}
	return nil
}

// out lets out what a host is not up to date, on time or at all without, and what its programs are connected to.
func (u *ufwPlan) out(use *use) {
	wanted := []string{"udp 53", "tcp 53", "udp 67", "udp 547", "udp 123", "tcp 80", "tcp 443"}
	for _, s := range use.sessions {
		if port := fmt.Sprintf("tcp %d", s.remote); !use.incoming(s) && !slices.Contains(wanted, port) {
			wanted = append(wanted, port)
		}
	}
	for _, w := range wanted {
		protocol, port, _ := strings.Cut(w, " ")
		if !u.decided("out", protocol, port) {
			u.last = append(u.last, ufwRule{"allow", "out", protocol, port, netip.Prefix{}})
		}
	}
}

// decided tells whether a rule names the port.
func (u *ufwPlan) decided(direction, protocol, port string) bool {
	return slices.ContainsFunc(u.rules, func(r ufwconf.Rule) bool {
		return !r.Forward && r.Direction == direction && (r.Protocol == "any" || r.Protocol == protocol) && namesPort(r.Port, port)
	})
}

func namesPort(set, port string) bool {
	n, _ := strconv.Atoi(port)
	for p := range strings.SplitSeq(set, ",") {
		from, to, ranged := strings.Cut(p, ":")
		low, err := strconv.Atoi(from)
		high := low
		if ranged {
			high, _ = strconv.Atoi(to)
		}
		if err == nil && low <= n && n <= high {
			return true
		}
	}
	return false
}

// lets tells whether the first rule that a connection to the port meets allows it. Rules of interfaces are taken for none.
func (u *ufwPlan) lets(port string, peer netip.Addr) bool {
	for _, r := range u.rules {
		if r.Forward || r.Direction != "in" || r.Protocol != "any" && r.Protocol != "tcp" || r.Port != "any" && !namesPort(r.Port, port) {
			continue
		}
		from, err := netip.ParsePrefix(r.From)
		if addr, addrErr := netip.ParseAddr(r.From); addrErr == nil {
			from, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil || !from.Contains(peer) {
			continue
		}
		plain := r.In == "" && r.FromPort == "any" && strings.HasSuffix(r.To, "/0")
		if r.Action == "allow" {
			if plain {
				return true
			}
			continue
		}
		return false
	}
	return false
}

// write adds to one of the files of rules.
func (u *ufwPlan) write(ctx context.Context, d *remediate.Draft, name string, six bool) error {
	f, err := d.File(ctx, name)
	if err != nil {
		return err
	}
	lines := strings.Split(string(f.Content), "\n")
	begin := slices.Index(lines, "### RULES ###")
	if f.Type != remediate.Regular || begin < 0 {
		return remediate.Refuse("%s is not as ufw makes it", name)
	}
	end := slices.Index(lines, "### END RULES ###")
	if end < 0 { // as the package has it
		end = begin + 1
	}
	there, _ := ufwconf.Rules(f.Content)
	insert := func(list []ufwRule) (out []string) {
		for _, r := range list {
			if r.peer.IsValid() && r.peer.Addr().Is6() != six || slices.ContainsFunc(there, func(t ufwconf.Rule) bool { return r.is(t, six) }) {
				continue
			}
			out = append(out, r.lines(d.Source().Control, six)...)
		}
		return out
	}
	first, last := insert(u.first), insert(u.last)
	if len(first)+len(last) == 0 {
		return nil
	}
	lines = slices.Insert(lines, end, last...)
	lines = slices.Insert(lines, begin+1, first...)
	f.Content = []byte(strings.Join(lines, "\n"))
	return d.SetFile(ctx, name, f, remediate.Options{Triggers: ufwReload})
}

func (r ufwRule) from(six bool) string {
	switch {
	case r.peer.IsValid() && r.peer.IsSingleIP():
		return r.peer.Addr().String()
	case r.peer.IsValid():
		return r.peer.String()
	case six:
		return "::/0"
	}
	return "0.0.0.0/0"
}

func (r ufwRule) is(t ufwconf.Rule, six bool) bool {
	from := t.From
	if p, err := netip.ParsePrefix(from); err == nil && p.IsSingleIP() {
		from = p.Addr().String()
	}
	return t.Action == r.action && t.Direction == r.direction && t.Protocol == r.protocol && t.Port == r.port && from == r.from(six) &&
		!t.Forward && t.In == "" && t.Out == "" && t.FromPort == "any" && strings.HasSuffix(t.To, "/0")
}

// lines are the rule as ufw writes it: a tuple for itself and a line for iptables-restore.
func (r ufwRule) lines(control string, six bool) []string {
	chain, anywhere := "ufw-user-", "0.0.0.0/0"
	if six {
		chain, anywhere = "ufw6-user-", "::/0"
	}
	chain += map[string]string{"in": "input", "out": "output"}[r.direction]
	rule := "-A " + chain
	if r.protocol != "any" {
		rule += " -p " + r.protocol + " --dport " + r.port
	}
	if r.peer.IsValid() {
		rule += " -s " + r.from(six)
	}
	rule += " -j " + map[string]string{"allow": "ACCEPT", "deny": "DROP"}[r.action]
	comment := hex.EncodeToString([]byte("Holdfast " + control))
	return []string{"", fmt.Sprintf("### tuple ### %s %s %s %s any %s %s comment=%s", r.action, r.protocol, r.port, anywhere, r.from(six), r.direction, comment), rule}
}

// ufwSettings sets the defaults, and that it filters.
func ufwSettings(ctx context.Context, d *remediate.Draft, a firewallArgs) error {
	words := map[string]string{"accept": "ACCEPT", "drop": "DROP", "reject": "REJECT"}
	for _, p := range []struct {
		name   string
		policy *string
	}{{"DEFAULT_INPUT_POLICY", a.Input}, {"DEFAULT_FORWARD_POLICY", a.Forward}, {"DEFAULT_OUTPUT_POLICY", a.Output}} {
		if p.policy == nil {
			continue
		}
		if err := ufwSetting(ctx, d, ufwDefaults, p.name, words[*p.policy], `"`); err != nil {
			return err
		}
	}
	if a.Enabled == nil || !*a.Enabled {
		return nil
	}
	return ufwSetting(ctx, d, ufwConf, "ENABLED", "yes", "")
}

func ufwSetting(ctx context.Context, d *remediate.Draft, name, variable, value, quote string) error {
	f, err := d.File(ctx, name)
	if err != nil {
		return err
	}
	if f.Type != remediate.Regular {
		return remediate.Refuse("%s is not there", name)
	}
	settings, other := ufwconf.Settings(f.Content)
	now, found := settings[variable]
	if other > 0 || now.Computed {
		return remediate.Refuse("%s is more than plain settings: change %s there", name, variable)
	}
	o := remediate.Options{Triggers: ufwReload, Affects: []string{"every connection but those that ufw's rules allow"}}
	if now.Value == value && d.Changes("file", name) { // by a step that is for this control, too
		return d.SetFile(ctx, name, f, o)
	}
	if now.Value == value || variable != "ENABLED" && strings.EqualFold(now.Value, "REJECT") && value == "DROP" {
		return nil // to reject is as good
	}
	lines := strings.Split(string(f.Content), "\n")
	line := variable + "=" + quote + value + quote
	if found {
		lines = slices.Replace(lines, now.Line-1, now.Line, was(d, lines[now.Line-1]), line)
	} else {
		lines = append(lines, added(d), line, "")
	}
	f.Content = []byte(strings.Join(lines, "\n"))
	return d.SetFile(ctx, name, f, o)
}
