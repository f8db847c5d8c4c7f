package sshdconf

import (
	"net/netip"
	"strconv"
	"strings"
)

// matchPattern matches * and ? only, as match.c does.
func matchPattern(s, pattern string) bool {
	// Iterative, with one point to come back to: linear in practice, quadratic at worst.
	si, pi, star, mark := 0, 0, -1, 0
	for si < len(s) {
		switch {
		case pi < len(pattern) && pattern[pi] == '*':
			star, mark = pi, si
			pi++
		case pi < len(pattern) && (pattern[pi] == '?' || pattern[pi] == s[si]):
			si++
			pi++
		case star >= 0:
			mark++
			si, pi = mark, star+1
		default:
			return false
		}
	}
	for pi < len(pattern) && pattern[pi] == '*' {
		pi++
	}
	return pi == len(pattern)
}

// matchPatternList is 1 for a match of the comma list, -1 for a match of a negated element, 0 for neither.
func matchPatternList(s, list string, lower bool) int {
	got := 0
	for p := range strings.SplitSeq(list, ",") {
		negated := strings.HasPrefix(p, "!")
		p = strings.TrimPrefix(p, "!")
		if len(p) >= 1023 {
			return 0
		}
		if lower {
			p = strings.ToLower(p)
		}
		if !matchPattern(s, p) {
			continue
		}
		if negated {
			return -1
		}
		got = 1
	}
	return got
}

// matchAddressList is addr_match_list: 1 match, -1 negated match, 0 none, -2 an invalid list. The zero address only
// checks the list.
func matchAddressList(addr netip.Addr, list string) int {
	got := 0
	for p := range strings.SplitSeq(list, ",") {
		negated := strings.HasPrefix(p, "!")
		p = strings.TrimPrefix(p, "!")
		if p == "" {
			return -2
		}
		prefix, state := parseCIDR(p)
		hit := false
		switch {
		case state == -2:
			return -2
		case !addr.IsValid():
			continue
		case state == 0:
			hit = prefix.Contains(addr.WithZone(""))
		default:
			hit = matchPattern(addr.String(), p)
		}
		if !hit {
			continue
		}
		if negated {
			return -1
		}
		got = 1
	}
	return got
}

// parseCIDR is addr_pton_cidr: 0 an address or network, -1 neither, -2 a network with host bits set or too long a mask.
func parseCIDR(s string) (netip.Prefix, int) {
	addrPart, mask, hasMask := strings.Cut(s, "/")
	bits := -1
	if hasMask {
		n, err := strconv.ParseUint(mask, 10, 32)
		if err != nil || n > 128 {
			return netip.Prefix{}, -1
		}
		bits = int(n)
	}
	addr, err := netip.ParseAddr(addrPart)
	if err != nil {
		return netip.Prefix{}, -1
	}
	addr = addr.WithZone("")
	if bits < 0 {
		bits = addr.BitLen()
	}
	prefix := netip.PrefixFrom(addr, bits)
	if !prefix.IsValid() || prefix.Masked().Addr() != addr {
		return prefix, -2
	}
	return prefix, 0
}

// Connection is what is known of one connection.
type Connection struct {
	User string
	// Groups are the names of the user's groups; GroupsUnknown says why they can't be told.
	Groups        []string
	GroupsUnknown string
	// Address is the client's. Its name, which UseDNS would look up, is not known.
	Address netip.Addr
	UseDNS  bool
}

// Decide tells whether the connection satisfies a Match line. Criteria about the server's side are undecided.
func (c Connection) Decide(m *Match) (Decision, string) {
	result, reason := Yes, ""
	for _, t := range m.Tests {
		d, why := c.test(t)
		switch d {
		case No:
			return No, ""
		case Maybe:
			result, reason = Maybe, why
		}
	}
	return result, reason
}

func (c Connection) test(t Test) (Decision, string) {
	switch t.Name {
	case "user":
		return yes(matchPatternList(c.User, t.Arg, false) == 1), ""
	case "group":
		if c.GroupsUnknown != "" {
			return Maybe, c.GroupsUnknown
		}
		return yes(matchGroups(c.Groups, t.Arg)), ""
	case "host":
		if c.UseDNS {
			return Maybe, "UseDNS is on: the client's name decides"
		}
		return yes(matchPatternList(c.Address.String(), t.Arg, true) == 1), ""
	case "address":
		return yes(matchAddressList(c.Address, t.Arg) == 1), ""
	}
	return Maybe, "the " + t.Name + " of the connection is not given"
}

// matchGroups is ga_match_pattern_list: a negated match of any group refuses, else any match will do.
func matchGroups(groups []string, list string) bool {
	found := false
	for _, g := range groups {
		switch matchPatternList(g, list, false) {
		case -1:
			return false
		case 1:
			found = true
		}
	}
	return found
}

func yes(b bool) Decision {
	if b {
		return Yes
	}
	return No
}
