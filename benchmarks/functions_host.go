package benchmarks

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"path"
	"strconv"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/zclconf/go-cty/cty"
	"pault.ag/go/debian/version"
)

// hostFunctions are those that know what file modes, versions, networks and dates are.
func hostFunctions() []*function {
	s, n, b := cty.String, cty.Number, cty.Bool
	return []*function{
		{
			name: "dirname", usage: "dirname(path)", doc: "The directory that a path lies in.",
			check: signature(s, s),
			eval: strictly(func(_ *evaluator, _ *callNode, a []value) (value, error) {
				return stringValue(path.Dir(a[0].s)), nil
			}),
		},
		{
			name: "mode_within", usage: "mode_within(mode, max)",
			doc:   "Whether a file's mode grants nothing that max does not: each of its bits is in max, setuid, setgid and sticky included.",
			check: checkLiterals(signature(b, s, s), func(v string) error { _, err := parseMode(v); return err }),
			eval: strictly(func(_ *evaluator, _ *callNode, a []value) (value, error) {
				mode, err := parseMode(a[0].s)
				if err != nil {
					return value{}, err
				}
				limit, err := parseMode(a[1].s)
				return boolValue(mode&^limit == 0), err
			}),
		},
		{
			name: "version_compare", usage: "version_compare(a, b)",
			doc:   "-1, 0 or 1 as Debian's version a is earlier than, the same as or later than b.",
			check: checkLiterals(signature(n, s, s), func(v string) error { _, err := parseVersion(v); return err }),
			eval: strictly(func(_ *evaluator, _ *callNode, a []value) (value, error) {
				x, err := parseVersion(a[0].s)
				if err != nil {
					return value{}, err
				}
				y, err := parseVersion(a[1].s)
				c := version.Compare(x, y)
				return intValue(min(1, max(-1, c))), err
			}),
		},
		{
			name: "cidr_contains", usage: "cidr_contains(network, address)",
			doc:   "Whether an address, or all of a smaller network, lies in a network: cidr_contains(\"10.0.0.0/8\", a).",
			check: checkCIDR,
			eval: strictly(func(_ *evaluator, _ *callNode, a []value) (value, error) {
				outer, err := parseNetwork(a[0].s)
				if err != nil {
					return value{}, err
				}
				inner, err := parseNetwork(a[1].s)
				return boolValue(outer.Bits() <= inner.Bits() && outer.Contains(inner.Addr())), err
			}),
		},
		{
			name: "days_until", usage: "days_until(time)",
			doc:   "Whole days from now until a time in RFC 3339, rounded down: 0 is less than a day away, -1 is past.",
			check: checkLiterals(signature(n, s), func(v string) error { _, err := parseTime(v); return err }),
			eval:  strictly(evalDaysUntil),
			reads: []facts.Key{clockKey},
		},
	}
}

var (
	clockKey  = facts.Key{Fact: "clock"}
	clockType = cty.Object(map[string]cty.Type{"now": cty.String})
)

func evalDaysUntil(ev *evaluator, n *callNode, a []value) (value, error) {
	t, err := parseTime(a[0].s)
	if err != nil {
		return value{}, err
	}
	clock := ev.read(n.r, clockKey, clockType).attr(0, "now")
	ev.localTrace([]entry{{n: n, v: clock, local: true}})
	if clock.kind == kUnknown {
		return clock, nil
	}
	now, err := parseTime(clock.s)
	if err != nil {
		return value{}, err
	}
	return intValue(int(math.Floor(t.Sub(now).Hours() / 24))), nil
}

// checkLiterals adds to a check that every literal argument can be read.
func checkLiterals(check func(*callNode) (cty.Type, *argError), parse func(string) error) func(*callNode) (cty.Type, *argError) {
	return func(n *callNode) (cty.Type, *argError) {
		t, err := check(n)
		if err != nil {
			return t, err
		}
		for i, a := range n.args {
			if v, ok := constant(a); ok {
				if err := parse(v.s); err != nil {
					return cty.NilType, argErrorf(i, "%v", err)
				}
			}
		}
		return t, nil
	}
}

func checkCIDR(n *callNode) (cty.Type, *argError) {
	t, err := checkLiterals(signature(cty.Bool, cty.String, cty.String), func(v string) error { _, err := parseNetwork(v); return err })(n)
	if err != nil {
		return t, err
	}
	if v, ok := constant(n.args[0]); ok {
		if _, err := netip.ParsePrefix(v.s); err != nil {
			return cty.NilType, argErrorf(0, "%q is not a network like 10.0.0.0/8", v.s)
		}
	}
	return t, nil
}

// parseMode reads permission bits in octal digits: 0644, 1777.
func parseMode(s string) (uint64, error) {
	mode, err := strconv.ParseUint(s, 8, 32)
	if err != nil || mode > 0o7777 {
		return 0, fmt.Errorf("%q is not a mode in octal digits, like 0644", s)
	}
	return mode, nil
}

func parseVersion(s string) (version.Version, error) {
	if len(s) > 512 {
		return version.Version{}, errors.New("the version is too long")
	}
	var v version.Version
	if err := v.UnmarshalControl(s); err != nil {
		return v, fmt.Errorf("%q is not a version: %w", s, err)
	}
	return v, nil
}

// parseNetwork reads a network or a single address. An IPv4 address written as IPv6 is the IPv4 address.
func parseNetwork(s string) (netip.Prefix, error) {
	if p, err := netip.ParsePrefix(s); err == nil {
		if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
			return netip.PrefixFrom(a.Unmap(), p.Bits()-96).Masked(), nil
		}
		return p.Masked(), nil
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is neither an address nor a network", s)
	}
	a = a.Unmap().WithZone("")
	return netip.PrefixFrom(a, a.BitLen()), nil
}

func parseTime(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, fmt.Errorf("%q is not a time in RFC 3339, like 2027-03-31T23:59:59Z", s)
	}
	return t, nil
}
