package facts

import (
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// Key names one fact of a host: {"sysctl", "net.ipv4.ip_forward"}. Subject is empty for a whole fact; for a
// keyed fact it is the canonical encoding of its arguments (see [Subject]).
type Key struct{ Fact, Subject string }

// String is the key as a policy would write it: sysctl("net.ipv4.ip_forward"), listeners.
func (k Key) String() string {
	if k.Subject == "" {
		return k.Fact
	}
	if strings.HasPrefix(k.Subject, "[") {
		return k.Fact + "(" + strings.TrimSuffix(strings.TrimPrefix(k.Subject, "["), "]") + ")"
	}
	return k.Fact + "(" + strconv.Quote(k.Subject) + ")"
}

// Origin says where the value at Path came from: a file and line, "netlink", "D-Bus", a process.
// Path is the attribute path inside the fact ("configured.value", "[3].mode"); empty for the whole.
type Origin struct {
	Path   string
	Source string
	Line   int // 1-based; 0 when the source has no lines
}

// File is the origin of a value read from a file; line is 1-based, 0 when the whole file is meant.
func File(path string, line int) Origin { return Origin{Source: path, Line: line} }

// From is the origin of a value that came from something other than a file: "netlink nftables", "D-Bus".
func From(source string) Origin { return Origin{Source: source} }

// IsZero tells whether nothing is known of the origin.
func (o Origin) IsZero() bool { return o.Source == "" }

// String is the source, with the line where there is one: "/etc/ssh/sshd_config:33".
func (o Origin) String() string {
	if o.Line > 0 {
		return o.Source + ":" + strconv.Itoa(o.Line)
	}
	return o.Source
}

// Reason says why the attribute at Path is unknown.
type Reason struct {
	Path string
	Text string
}

// Value is what a source found out: a cty value without nulls, marks or refinements, in which everything that
// could not be read is unknown, and for each attribute path where it came from or why it is unknown.
//
// A list that could not be read to its end carries one unknown element behind the known ones, whose reason
// says what is missing: whoever iterates over it meets an element that can't be decided.
type Value struct {
	cty.Value
	Origins []Origin
	Reasons []Reason

	native any // the Go value a Define source returned; nil for values from a recording or a test
}

// UnknownValue is a wholly unknown value of a type, for the reason given.
func UnknownValue(t cty.Type, reason string) Value {
	return Value{Value: cty.UnknownVal(t), Reasons: []Reason{{Text: reason}}}
}

// OriginOf is the origin of the attribute at path: its own, or else that of the nearest enclosing path.
func (v Value) OriginOf(path string) Origin {
	best, found := Origin{}, -1
	for _, o := range v.Origins {
		if len(o.Path) > found && within(path, o.Path) {
			best, found = o, len(o.Path)
		}
	}
	return best
}

// ReasonOf says why the attribute at path is unknown: its own reason, else that of the nearest enclosing path,
// else that of the first attribute inside it. Empty when no reason was kept.
func (v Value) ReasonOf(path string) string {
	best, found := "", -1
	for _, r := range v.Reasons {
		if len(r.Path) > found && within(path, r.Path) {
			best, found = r.Text, len(r.Path)
		}
	}
	if found >= 0 {
		return best
	}
	for _, r := range v.Reasons {
		if within(r.Path, path) {
			return r.Text
		}
	}
	return ""
}

// within tells whether path is outer or lies inside of it.
func within(path, outer string) bool {
	if !strings.HasPrefix(path, outer) {
		return false
	}
	return len(path) == len(outer) || outer == "" || path[len(outer)] == '.' || path[len(outer)] == '['
}

// JoinAttr is the path of attribute name inside path.
func JoinAttr(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// JoinIndex is the path of element i inside path.
func JoinIndex(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// JoinKey is the path of a map element inside path.
func JoinKey(path, key string) string { return path + "[" + strconv.Quote(key) + "]" }
