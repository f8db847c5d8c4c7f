package linux

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/nftexpr"
	"github.com/holdfast-agent/holdfast/facts/linux/packetpath"
	"golang.org/x/sys/unix"
)

// portOfSubject takes the canonical subject ["tcp",22] apart.
func portOfSubject(subject string) (proto uint8, port int, err error) {
	var list []any
	if err := json.Unmarshal([]byte(subject), &list); err != nil || len(list) != 2 {
		return 0, 0, fmt.Errorf("%q is no protocol and port", subject)
	}
	name, _ := list[0].(string)
	n, _ := list[1].(float64)
	proto, known := map[string]uint8{"tcp": unix.IPPROTO_TCP, "udp": unix.IPPROTO_UDP}[name]
	if !known || n < 1 || n > 65535 {
		return 0, 0, fmt.Errorf("%q is no protocol and port", subject)
	}
	return proto, int(n), nil
}

// guests add chains of their own to whatever firewall there is.
var guests = []struct{ prefix, name string }{
	{"DOCKER", "docker"}, {"KUBE-", "kubernetes"}, {"CNI-", "kubernetes"}, {"LIBVIRT_", "libvirt"}, {"guest_", "libvirt"}, {"f2b-", "fail2ban"},
}

// iptablesTables and iptablesChains are what iptables-nft calls its own.
var (
	iptablesTables = []string{"filter", "nat", "mangle", "raw", "security"}
	iptablesChains = []string{"INPUT", "FORWARD", "OUTPUT", "PREROUTING", "POSTROUTING"}
)

// frontEnds tells by the names of tables and chains who made them.
func (st *firewallState) frontEnds() (facts.V[string], facts.List[string]) {
	owner := map[[2]string]string{} // of a table
	var found, invited []string
	for _, c := range st.rules.Chains {
		t := [2]string{c.Family, c.Table}
		if o := chainOwner(c); o != "" && (owner[t] == "" || owner[t] == "iptables-nft" || owner[t] == "nft") {
			owner[t] = o
		}
		for _, g := range guests {
			if strings.HasPrefix(c.Name, g.prefix) && !slices.Contains(invited, g.name) {
				invited = append(invited, g.name)
			}
		}
	}
	if st.nft != nil {
		for _, t := range st.nft.tables { // tables without chains or rules, too
			if k := [2]string{t.family, t.name}; owner[k] == "" && !slices.Contains(iptablesTables, t.name) {
				owner[k] = "nft"
			}
		}
	}
	for _, o := range owner {
		if o != "" && o != "guest" && !slices.Contains(found, o) {
			found = append(found, o)
		}
	}
	if slices.Contains(found, "ufw") { // ufw speaks through iptables
		found = slices.DeleteFunc(found, func(o string) bool { return o == "iptables-nft" })
	}
	slices.Sort(found)
	slices.Sort(invited)
	list := listed(append(slices.Clone(found), invited...), st.rules.Unread)
	if st.rules.Unread != "" {
		return facts.Unknown[string](st.rules.Unread), list
	}
	name := "mixed"
	switch {
	case len(found) == 1:
		name = found[0]
	case len(found) == 0 && len(invited) == 0:
		name = "none"
	case len(found) == 0 && len(invited) == 1:
		name = invited[0]
	}
	return facts.Known(name, facts.From(nftSource)), list
}

// chainOwner is who made a chain, as far as it shows; empty for a chain of iptables that is empty and drops nothing.
func chainOwner(c *packetpath.Chain) string {
	legacy := strings.HasPrefix(c.Table, "legacy ")
	switch {
	case strings.HasPrefix(c.Name, "ufw-"), strings.HasPrefix(c.Name, "ufw6-"):
		return "ufw"
	case c.Table == "firewalld":
		return "firewalld"
	case legacy && (len(c.Rules) > 0 || c.Drop):
		return "iptables-legacy"
	case legacy:
		return ""
	case (c.Family == "ip" || c.Family == "ip6") && slices.Contains(iptablesTables, c.Table) && slices.Contains(iptablesChains, c.Name):
		return iptablesOwner(c)
	case (c.Family == "ip" || c.Family == "ip6") && slices.Contains(iptablesTables, c.Table) && c.Name == strings.ToUpper(c.Name):
		return ""
	case c.Table == "libvirt_network" || strings.HasPrefix(c.Table, "f2b-"):
		return "guest"
	}
	return "nft"
}

// iptablesOwner leaves out chains in which only guests have jumps.
func iptablesOwner(c *packetpath.Chain) string {
	if c.Drop {
		return "iptables-nft"
	}
	for _, r := range c.Rules {
		n, ok := r.(packetpath.NFT)
		if !ok || !jumpsToGuest(n) {
			return "iptables-nft"
		}
	}
	return ""
}

func jumpsToGuest(r packetpath.NFT) bool {
	for _, e := range r.Exprs {
		v, ok := e.(nftexpr.VerdictExpr)
		if !ok {
			continue
		}
		for _, g := range guests {
			if strings.HasPrefix(v.Verdict.Chain, g.prefix) {
				return true
			}
		}
	}
	return false
}
