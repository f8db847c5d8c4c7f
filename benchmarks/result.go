package benchmarks

import (
	"fmt"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
)

// Verdict is what an audit says of a control. The zero value is Unknown: whatever was not decided is not a pass.
type Verdict int

// The seven verdicts.
const (
	Unknown       Verdict = iota // the host did not tell
	Pass                         // what is demanded was read and holds
	Fail                         // what is demanded was read and does not hold
	Waived                       // it fails, and a live waiver accepts that
	NotApplicable                // the control's condition does not hold on this host
	Manual                       // a person must judge
	Error                        // the policy itself failed
)

var verdictNames = [...]string{"unknown", "pass", "fail", "waived", "not_applicable", "manual", "error"}

// String is the verdict's name in policies and reports.
func (v Verdict) String() string {
	if v < 0 || int(v) >= len(verdictNames) {
		return fmt.Sprintf("verdict(%d)", int(v))
	}
	return verdictNames[v]
}

// MarshalText writes the verdict's name.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads a verdict's name.
func (v *Verdict) UnmarshalText(b []byte) error {
	for i, name := range verdictNames {
		if name == string(b) {
			*v = Verdict(i)
			return nil
		}
	}
	return fmt.Errorf("%q is not a verdict", b)
}

// Severity orders controls by what a failure puts at stake.
type Severity int

// The severities, from low to critical.
const (
	Low Severity = iota + 1
	Medium
	High
	Critical
)

var severityNames = [...]string{"", "low", "medium", "high", "critical"}

// String is the severity's name; empty for the zero value.
func (s Severity) String() string {
	if s < 0 || int(s) >= len(severityNames) {
		return fmt.Sprintf("severity(%d)", int(s))
	}
	return severityNames[s]
}

// MarshalText writes the severity's name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a severity's name.
func (s *Severity) UnmarshalText(b []byte) error {
	for i, name := range severityNames {
		if i > 0 && name == string(b) {
			*s = Severity(i)
			return nil
		}
	}
	return fmt.Errorf("%q is not a severity: critical, high, medium or low", b)
}

// Evaluation is one benchmark on one host.
type Evaluation struct {
	Benchmark *Benchmark
	Profile   string
	Variables map[string]any // the values in force, as JSON has them
	// Verdict is Pass when the benchmark applies to the host, NotApplicable when it does not, Unknown or Error when
	// its applies_to could not be decided; Reason says why. Results are empty unless it is Pass.
	Verdict Verdict
	Reason  string
	Results []Result // in the order of the policy
	// Left out by tailoring, with the reasons given.
	LeftOut []LeftOut
}

// LeftOut is a control that tailoring takes out of a profile.
type LeftOut struct {
	Control string
	Reason  string
}

// Result is the verdict on one control, with all that explains it.
type Result struct {
	Control    *Control
	Verdict    Verdict
	Reason     string // for a person to act on; empty for Pass
	Cause      string // of Unknown: the reason without the attribute that was asked for; one unreadable file is one cause
	Checks     []CheckResult
	Violations []Violation // bounded; Total counts all
	Total      int
	Waiver     *WaiverUse
	Shown      []Shown // of a manual control, what its evidence comes to
	Evidence   []Evidence
	Reads      []facts.Key // every fact that the verdict rests on, sorted: the control is evaluated again when one changes
	Duration   time.Duration

	env        *env
	violations map[string]value // by check, for fixes
}

// CheckResult is one demand of a control: its check blocks, or the one unnamed pass, violations or manual.
type CheckResult struct {
	Name        string
	Verdict     Verdict
	Reason      string
	Cause       string // see Result
	Explanation string // a power-assert of what decided; empty for a pass
}

// Violation is one element of a violations list.
type Violation struct {
	Identity string // what the element is, stable between audits: its path, name or message, else its canonical JSON
	Check    string // the check block it belongs to; empty for the unnamed one
	Value    any    // the element as JSON has it
	Origin   string // where it was read
}

// Evidence is one read of a fact's attribute during the evaluation of a control.
type Evidence struct {
	Fact    string
	Subject string
	Path    string // attribute path inside the fact
	Value   any    // as JSON has it; nil when unknown
	Unknown string // why the value is unknown; empty when it is known
	Origin  string // where the value came from
}

// WaiverUse is a waiver that names the control and this host.
type WaiverUse struct {
	Name     string
	Reason   string
	Owner    string
	Approved string
	Expires  time.Time
	Expired  bool // it does nothing but say so
}
