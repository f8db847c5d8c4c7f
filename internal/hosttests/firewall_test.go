package hosttests

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

var rulesets = map[string]string{
	"nothing": "",
	"a server's": `table inet filter {
	set admins { type ipv4_addr; flags interval; elements = { 192.0.2.0/24, 198.51.100.7 } }
	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		iifname != "lo" ip saddr 127.0.0.0/8 counter drop
		iifname != "lo" ip6 saddr ::1 counter drop
		ct state established,related accept
		ct state invalid drop
		meta l4proto { icmp, ipv6-icmp } accept
		tcp dport 22 ip saddr @admins ct state new accept
		tcp dport { 80, 443, 8000-8010 } counter accept comment "web"
		udp dport 53 limit rate 10/second burst 5 packets accept
		log prefix "dropped: " flags all
	}
	chain forward { type filter hook forward priority filter; policy drop; }
	chain output { type filter hook output priority filter; policy accept; }
}`,
	"jumps and maps": `table ip nat {
	map ports { type inet_service : verdict; elements = { 25 : drop, 80 : accept } }
	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		tcp dport 8080 redirect to :80
		ip daddr 192.0.2.1 tcp dport 81 dnat to 10.0.0.1:8081
	}
	chain postrouting { type nat hook postrouting priority srcnat; policy accept; oifname "eth0" masquerade; }
}
table ip filter {
	chain input {
		type filter hook input priority -10; policy accept;
		tcp dport vmap { 22 : accept, 23 : drop }
		ip saddr . tcp dport { 10.0.0.1 . 22, 10.0.0.2 . 23 } accept
		jump others
		meta mark 0x00000001 return
		ip protocol tcp reject with tcp reset
	}
	chain others {
		ip saddr != 10.0.0.0/8 goto last
		icmp type echo-request accept
		tcp flags & (fin | syn) == (fin | syn) drop
		ip ttl < 5 drop
	}
	chain last { reject with icmp type admin-prohibited; }
}`,
	"other families": `table arp a {
	chain in {
		type filter hook input priority 0; policy accept;
		arp operation request accept
	}
}
table bridge b {
	chain f {
		type filter hook forward priority 0; policy drop;
		ether type ip accept
	}
}
table ip6 six {
	chain input {
		type filter hook input priority 0; policy drop;
		icmpv6 type { nd-neighbor-solicit, nd-router-advert } accept
		ip6 nexthdr tcp tcp dport 22 accept
		tcp sport 1024-65535 tcp dport != 25 accept
	}
}`,
	"what is hard to decode": `table inet odd {
	limit lim { rate 1 mbytes/second }
	chain input {
		type filter hook input priority 5; policy accept;
		socket transparent 1 accept
		ct original ip saddr 10.0.0.1 accept
		limit name "lim" drop
		fib daddr . iif type != local drop
		meta time >= "2026-01-01 00:00:00" accept
		numgen random mod 2 0 drop
		@th,16,16 22 accept
		ct count over 10 drop
		meta skuid 0 accept
	}
}`,
}

func TestTheFirewallIsWhatNftSays(t *testing.T) {
	for name, ruleset := range rulesets {
		t.Run(name, func(t *testing.T) {
			h := testhost.Boot(t)
			h.WriteFile("/etc/rules.nft", 0o644, "flush ruleset\n"+ruleset+"\n")
			h.MustRun("nft", "-f", "/etc/rules.nft")
			compareFirewall(t, h)
		})
	}
}

// nftables is what nft -j list ruleset prints, as far as it concerns us.
type nftables struct {
	Nftables []struct {
		Table *struct{ Family, Name string }
		Chain *struct {
			Family, Table, Name, Type, Hook, Policy string
			Prio                                    int
		}
		Rule *struct {
			Family, Table, Chain, Comment string
			Handle                        int
			Expr                          []map[string]any
		}
	}
}

func compareFirewall(t *testing.T, h *testhost.Host) {
	t.Helper()
	var told nftables
	if err := json.Unmarshal([]byte(h.MustRun("nft", "-j", "list", "ruleset")), &told); err != nil {
		t.Fatal(err)
	}
	wantTables, wantChains, wantRules := map[string]string{}, map[string]string{}, map[string]string{}
	for _, o := range told.Nftables {
		switch {
		case o.Table != nil:
			wantTables[o.Table.Family+" "+o.Table.Name] = ""
		case o.Chain != nil:
			c := o.Chain
			wantChains[c.Family+" "+c.Table+" "+c.Name] = fmt.Sprintf("%s %s %d %s", c.Type, c.Hook, c.Prio, c.Policy)
		case o.Rule != nil:
			r := o.Rule
			wantRules[fmt.Sprintf("%s %s %s %d", r.Family, r.Table, r.Chain, r.Handle)] = meaning(r.Expr).String() + fmt.Sprintf(" %q", r.Comment)
		}
	}
	f := read(t, h, key{"firewall"}).object("firewall")
	gotTables, gotChains, gotRules := map[string]string{}, map[string]string{}, map[string]string{}
	for _, o := range objects(t, "tables", f["tables"]) {
		gotTables[fmt.Sprint(o["family"], " ", o["name"])] = ""
	}
	for _, o := range objects(t, "chains", f["chains"]) {
		gotChains[fmt.Sprint(o["family"], " ", o["table"], " ", o["name"])] = fmt.Sprintf("%v %v %v %v", o["type"], o["hook"], o["priority"], o["policy"])
	}
	for _, o := range objects(t, "rules", f["rules"]) {
		id := fmt.Sprintf("%v %v %v %v", o["family"], o["table"], o["chain"], o["handle"])
		verdict := fmt.Sprint(o["verdict"])
		if strings.Contains(verdict, "vmap") {
			verdict = "vmap"
		}
		gotRules[id] = rule{
			verdict: verdict, protocol: fmt.Sprint(o["protocol"]), dports: texts(o["dports"]), saddr: texts(o["saddr"]), daddr: texts(o["daddr"]),
			iif: fmt.Sprint(o["iif"]), oif: fmt.Sprint(o["oif"]), states: texts(o["ct_state"]),
		}.String() + fmt.Sprintf(" %q", o["comment"])
		if o["text"] == "" {
			t.Errorf("%s has no text", id)
		}
		if o["opaque"] == true { // it says itself that it was not understood: only that it is there is compared
			t.Logf("opaque: %s for %s", o["text"], wantRules[id])
			wantRules[id] = gotRules[id]
		}
	}
	same(t, "tables", wantTables, gotTables, 0)
	same(t, "chains", wantChains, gotChains, 0)
	same(t, "rules", wantRules, gotRules, 0)
}

// rule is what a rule asks and does, as far as a fact tells it apart.
type rule struct {
	verdict, protocol, iif, oif  string
	dports, saddr, daddr, states []string
}

func (r rule) String() string {
	for _, list := range [][]string{r.dports, r.saddr, r.daddr, r.states} {
		slices.Sort(list)
	}
	return fmt.Sprintf("%q protocol=%s dports=%v saddr=%v daddr=%v iif=%s oif=%s state=%v", r.verdict, r.protocol, r.dports, r.saddr, r.daddr, r.iif, r.oif, r.states)
}

// meaning reads the expressions of nft's JSON (libnftables-json(5)).
func meaning(expressions []map[string]any) rule {
	var r rule
	for _, e := range expressions {
		for kind, body := range e {
			switch kind {
			case "accept", "drop", "return", "reject", "masquerade", "redirect", "dnat", "snat":
				r.verdict = kind
			case "jump", "goto":
				r.verdict = kind + " " + body.(map[string]any)["target"].(string)
			case "vmap":
				r.verdict = kind
			case "match":
				r.match(body.(map[string]any))
			}
			// The kernel's rule asks for the protocol too, where nft leaves that to be understood.
			if protocol := impliedProtocol(body); protocol != "" {
				r.protocol = protocol
			}
		}
	}
	return r
}

func (r *rule) match(m map[string]any) {
	left, ok := m["left"].(map[string]any)
	if !ok {
		return
	}
	is := m["op"] == "==" || m["op"] == "in"
	values := members(m["right"])
	if p, ok := left["payload"].(map[string]any); ok {
		field := fmt.Sprint(p["protocol"], " ", p["field"])
		switch {
		case (field == "tcp dport" || field == "udp dport" || field == "th dport") && is:
			r.dports = values
		case (field == "ip saddr" || field == "ip6 saddr") && is:
			r.saddr = values
		case (field == "ip daddr" || field == "ip6 daddr") && is:
			r.daddr = values
		case (field == "ip protocol" || field == "ip6 nexthdr") && is && len(values) == 1:
			r.protocol = values[0]
		}
	}
	if k, ok := left["meta"].(map[string]any); ok && is && len(values) == 1 {
		switch k["key"] {
		case "iif", "iifname":
			r.iif = values[0]
		case "oif", "oifname":
			r.oif = values[0]
		case "l4proto":
			r.protocol = values[0]
		}
	}
	if k, ok := left["ct"].(map[string]any); ok && k["key"] == "state" && is {
		r.states = values
	}
}

// impliedProtocol is the one whose header something in an expression looks at.
func impliedProtocol(v any) string {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			if p := impliedProtocol(x); p != "" {
				return p
			}
		}
	case map[string]any:
		switch v["protocol"] {
		case "tcp", "udp", "icmp":
			return v["protocol"].(string)
		case "icmpv6":
			return "ipv6-icmp"
		}
		if v["type"] == "tcp reset" {
			return "tcp"
		}
		for _, x := range v {
			if p := impliedProtocol(x); p != "" {
				return p
			}
		}
	}
	return ""
}

// members are the values on the right side of a match: one, a set, ranges, prefixes.
func members(v any) []string {
	switch v := v.(type) {
	case []any:
		var all []string
		for _, x := range v {
			all = append(all, members(x)...)
		}
		return all
	case map[string]any:
		if set, ok := v["set"]; ok {
			return members(set)
		}
		if bounds, ok := v["range"].([]any); ok {
			return []string{fmt.Sprint(bounds[0], "-", bounds[1])}
		}
		if p, ok := v["prefix"].(map[string]any); ok {
			return []string{fmt.Sprint(p["addr"], "/", p["len"])}
		}
		return []string{fmt.Sprint(v)}
	}
	return []string{fmt.Sprint(v)}
}

func texts(v any) []string {
	var all []string
	items, _ := v.([]any)
	for _, x := range items {
		all = append(all, fmt.Sprint(x))
	}
	return all
}
