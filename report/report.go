package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/holdfast-agent/holdfast/benchmarks"
)

// Schema names the version of the JSON. Attributes may be added to it; none changes its meaning or goes away.
const Schema = "holdfast.report/v1"

// Report is one audit of one host.
type Report struct {
	Schema     string      `json:"schema"`
	ID         string      `json:"id"`
	Time       time.Time   `json:"time"` // by the clock of the facts: of a recording, when it was made
	Tool       Tool        `json:"tool"`
	Host       Host        `json:"host"`
	Baseline   *Baseline   `json:"baseline,omitempty"`
	Benchmarks []Benchmark `json:"benchmarks"`
	Timings    *Timings    `json:"timings,omitempty"`
}

// Tool is the program that made the report.
type Tool struct {
	Version string `json:"version"`
	// Unprivileged tells that it did not run as root: what it could not read, root may be able to.
	Unprivileged bool `json:"unprivileged,omitempty"`
}

// Host is who was audited. What could not be read of it is empty.
type Host struct {
	ID             string            `json:"id"`
	Name           string            `json:"name"`
	Labels         map[string]string `json:"labels"`
	OS             OS                `json:"os"`
	Kernel         string            `json:"kernel,omitempty"`
	Arch           string            `json:"arch,omitempty"`
	Virtualization string            `json:"virtualization,omitempty"`
}

// OS is a host's distribution, in the words of os-release(5).
type OS struct {
	ID        string `json:"id"`
	VersionID string `json:"version_id"`
	Name      string `json:"name,omitempty"`
}

// Benchmark is one benchmark on the host.
type Benchmark struct {
	ID        string             `json:"id"`
	Title     string             `json:"title"`
	Version   string             `json:"version"`
	Profile   string             `json:"profile"`
	Variables map[string]any     `json:"variables"`
	Verdict   benchmarks.Verdict `json:"verdict"` // pass: it applies, and was evaluated
	Reason    string             `json:"reason"`
	Score     Score              `json:"score"`
	Results   []Result           `json:"results"`
	LeftOut   []LeftOut          `json:"left_out,omitempty"`
}

// LeftOut is a control that tailoring took out.
type LeftOut struct {
	Control string `json:"control"`
	Reason  string `json:"reason"`
}

// Result is the verdict on one control.
type Result struct {
	Control         string              `json:"control"`
	Title           string              `json:"title"`
	Why             string              `json:"why"`
	Chapter         string              `json:"chapter"`
	Severity        Severity            `json:"severity"`
	Refs            map[string][]string `json:"refs"`
	Verdict         benchmarks.Verdict  `json:"verdict"`
	Reason          string              `json:"reason"`
	Checks          []Check             `json:"checks"`
	Violations      []Violation         `json:"violations"`
	ViolationsTotal int                 `json:"violations_total"`
	cause           string              // of unknown: the reason without the attribute that was asked for
	// ViolationsDigest is of all violations, where Violations does not list them all.
	ViolationsDigest string     `json:"violations_digest,omitempty"`
	Waiver           *Waiver    `json:"waiver"`
	Shown            []Shown    `json:"shown,omitempty"` // of a manual control
	Fixable          bool       `json:"fixable"`         // by the program
	Fixes            []Fix      `json:"fixes,omitempty"`
	Remedy           string     `json:"remedy,omitempty"` // by a person
	InBaseline       bool       `json:"in_baseline,omitempty"`
	DurationMS       float64    `json:"duration_ms"`
	Evidence         []Evidence `json:"evidence"`
}

// Check is one demand of a control. Name is empty for the only one.
type Check struct {
	Name        string             `json:"name"`
	Verdict     benchmarks.Verdict `json:"verdict"`
	Reason      string             `json:"reason,omitempty"`
	Explanation string             `json:"explanation"`
}

// Violation is one thing on the host that breaks a control. Identity is the same from audit to audit.
type Violation struct {
	Identity string `json:"identity"`
	Check    string `json:"check,omitempty"`
	Value    any    `json:"value,omitempty"`
	Origin   string `json:"origin,omitempty"`
}

// Shown is what the host tells the person who judges a manual control. Unknown says why it is not known, or not wholly.
type Shown struct {
	Name    string `json:"name"`
	Values  []any  `json:"values"`
	Total   int    `json:"total"` // Values may be cut
	Unknown string `json:"unknown,omitempty"`
}

// Waiver is one that names the control on this host. An expired one no longer waives.
type Waiver struct {
	Name     string    `json:"name"`
	Reason   string    `json:"reason"`
	Owner    string    `json:"owner"`
	Approved string    `json:"approved,omitempty"`
	Expires  time.Time `json:"expires"`
	Expired  bool      `json:"expired"`
}

// Evidence is one attribute of a fact that decided. Exactly one of Value and Unknown is set, but for a value that is
// not shown.
type Evidence struct {
	Fact    string  `json:"fact"`
	Subject string  `json:"subject"`
	Path    string  `json:"path"`
	Value   any     `json:"value"`
	Unknown *string `json:"unknown"`
	Origin  string  `json:"origin"`
}

// Severity is a control's severity in a report; the zero value is written as "".
type Severity = benchmarks.Severity

// Options are what New needs beside the evaluations.
type Options struct {
	Time     time.Time
	Tool     Tool
	Host     Host
	Timings  *Timings
	Baseline *Report // an earlier report, to mark what it already had
}

// New makes a report of what was evaluated.
func New(evaluations []benchmarks.Evaluation, o Options) *Report {
	r := &Report{
		Schema: Schema, ID: uuid.NewString(), Time: o.Time.UTC().Truncate(time.Second), Tool: o.Tool, Host: o.Host, Timings: o.Timings,
		Benchmarks: make([]Benchmark, 0, len(evaluations)),
	}
	if r.Host.Labels == nil {
		r.Host.Labels = map[string]string{}
	}
	for _, e := range evaluations {
		r.Benchmarks = append(r.Benchmarks, newBenchmark(e))
	}
	if o.Baseline != nil {
		r.compare(o.Baseline)
	}
	return r
}

func newBenchmark(e benchmarks.Evaluation) Benchmark {
	b := Benchmark{
		ID: e.Benchmark.ID, Title: e.Benchmark.Title, Version: e.Benchmark.Version, Profile: e.Profile,
		Variables: e.Variables, Verdict: e.Verdict, Reason: e.Reason, Results: make([]Result, 0, len(e.Results)),
	}
	if b.Variables == nil {
		b.Variables = map[string]any{}
	}
	for _, l := range e.LeftOut {
		b.LeftOut = append(b.LeftOut, LeftOut(l))
	}
	for _, r := range e.Results {
		b.Results = append(b.Results, newResult(r, e.Variables))
	}
	b.Score = score(b.Results)
	return b
}

func newResult(r benchmarks.Result, variables map[string]any) Result {
	out := Result{
		Control: r.Control.ID, Title: r.Control.Title, Why: r.Control.Why, Chapter: r.Control.Chapter,
		Severity: r.Control.Severity, Refs: r.Control.Refs, Verdict: r.Verdict, Reason: r.Reason,
		Checks: make([]Check, 0, len(r.Checks)), Violations: make([]Violation, 0, len(r.Violations)),
		cause: r.Cause, ViolationsTotal: r.Total, ViolationsDigest: r.ViolationsDigest(), Fixable: len(r.Control.Fixes) > 0, Remedy: r.Control.Remedy,
		DurationMS: milliseconds(r.Duration), Evidence: make([]Evidence, 0, len(r.Evidence)),
	}
	if out.Refs == nil {
		out.Refs = map[string][]string{}
	}
	for _, c := range r.Checks {
		out.Checks = append(out.Checks, Check{c.Name, c.Verdict, c.Reason, c.Explanation})
	}
	for _, v := range r.Violations {
		out.Violations = append(out.Violations, Violation{v.Identity, v.Check, v.Value, v.Origin})
	}
	for _, s := range r.Shown {
		if s.Values == nil {
			s.Values = []any{}
		}
		out.Shown = append(out.Shown, Shown(s))
	}
	for _, f := range r.Control.Fixes {
		out.Fixes = append(out.Fixes, newFix(f, variables))
	}
	if r.Waiver != nil {
		w := Waiver(*r.Waiver)
		out.Waiver = &w
	}
	for _, e := range r.Evidence {
		out.Evidence = append(out.Evidence, newEvidence(e))
	}
	return out
}

func newEvidence(e benchmarks.Evidence) Evidence {
	out := Evidence{Fact: e.Fact, Subject: e.Subject, Path: e.Path, Value: e.Value, Origin: e.Origin}
	if e.Unknown != "" {
		out.Value, out.Unknown = nil, &e.Unknown
	}
	return out
}

// MaxSize bounds the JSON of a report that Read accepts, in bytes.
const MaxSize = 64 << 20

// Read reads a report that the json format wrote.
func Read(r io.Reader) (*Report, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, err
	}
	if len(b) > MaxSize {
		return nil, fmt.Errorf("larger than %d bytes", MaxSize)
	}
	var head struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return nil, fmt.Errorf("not a JSON report: %w", err)
	}
	switch head.Schema {
	case Schema:
	case "":
		return nil, errors.New(`not a report: it has no "schema"`)
	default:
		return nil, fmt.Errorf("a report of schema %q, and this version reads %q", head.Schema, Schema)
	}
	rep := &Report{}
	if err := json.Unmarshal(b, rep); err != nil {
		return nil, fmt.Errorf("not a valid report: %w", err)
	}
	return rep, nil
}
