// Package plan is what a plan of changes says to people and programs: the changes, their risks, and what was refused.
// It holds no code that acts and nothing that only the acting host may know: no file's content, no before-image.
package plan

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"
)

// Schema is the name and version of a plan's JSON.
const Schema = "holdfast.plan/v1"

// Risk says what a change can do to the people who use the host. A greater one counts more.
type Risk int

const (
	// Safe changes disturb nobody.
	Safe Risk = iota
	// Disruptive changes restart or stop a service.
	Disruptive
	// Lockout changes can keep people out: SSH, PAM, firewall, users, sudo, network.
	Lockout
	// OneWay changes can't be undone before the next boot, or at all.
	OneWay
	// Manual changes need a person: kernel command line, initramfs, partitions.
	Manual
)

var riskNames = []string{"safe", "disruptive", "lockout", "one_way", "manual"}

func (r Risk) String() string { return riskNames[r] }

// RiskNames are all risks, the least first.
func RiskNames() []string { return slices.Clone(riskNames) }

// MarshalText implements encoding.TextMarshaler.
func (r Risk) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *Risk) UnmarshalText(text []byte) error {
	i := slices.Index(riskNames, string(text))
	if i < 0 {
		return fmt.Errorf("%q is no risk: there are %v", text, riskNames)
	}
	*r = Risk(i)
	return nil
}

// Source is a control that asks for a change.
type Source struct {
	Benchmark string `json:"benchmark"`
	Control   string `json:"control"`
}

func (s Source) String() string { return s.Benchmark + " " + s.Control }

// Change is one thing on the host that would be otherwise: a file, a kernel parameter, a unit, a package.
type Change struct {
	ID       string   `json:"id"`     // of effect and target: the same change has the same one in every plan
	Kind     string   `json:"kind"`   // the kind of fix that asked for it
	Effect   string   `json:"effect"` // what it does to the host: file, sysctl, unit, package, …
	Target   string   `json:"target"`
	Risk     Risk     `json:"risk"`
	Controls []string `json:"controls"`
	Sources  []Source `json:"sources"`

	Before string `json:"before"` // in words
	After  string `json:"after"`
	Diff   string `json:"diff"` // unified, of files that hold no secret

	Restarts     []string `json:"restarts"`       // units that are reloaded or restarted afterwards
	Irreversible bool     `json:"irreversible"`   // see Undo
	Undo         string   `json:"undo,omitempty"` // why it can't be undone, or what undoing leaves
	AtBoot       bool     `json:"at_boot"`        // it has its effect at the next boot only
	Later        bool     `json:"later"`          // what it starts goes on in the background when it is done
	Affects      []string `json:"affects"`        // who uses what it changes: sessions, listeners, dependent units

	BeforeDigest string `json:"before_digest"` // of the state that was seen
	AfterDigest  string `json:"after_digest"`
}

// Refused is a fix that is not part of the plan, and why.
type Refused struct {
	Control   string `json:"control"`
	Benchmark string `json:"benchmark"`
	Reason    string `json:"reason"`
	For       string `json:"for,omitempty"` // the one of several that the fix goes over
	ByHand    bool   `json:"by_hand"`       // the policy leaves it to a person
}

// Host is whose plan it is.
type Host struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Selection is what was asked for, so that the same can be asked again when a saved plan is applied.
type Selection struct {
	Benchmarks []string          `json:"benchmarks,omitempty"`
	Profile    string            `json:"profile,omitempty"`
	Controls   []string          `json:"controls,omitempty"`
	Variables  map[string]string `json:"variables,omitempty"`
	MaxRisk    Risk              `json:"max_risk"`
}

// Plan is all that apply would change.
type Plan struct {
	SchemaName string    `json:"schema"`
	ID         string    `json:"id"`
	Time       time.Time `json:"time"`
	Host       Host      `json:"host"`
	Tool       string    `json:"tool"` // version of the program
	Digest     string    `json:"digest"`
	Selection  Selection `json:"selection"`
	Sessions   []string  `json:"sessions"` // who is logged in, whom changes of risk lockout concern
	Changes    []Change  `json:"changes"`
	Refused    []Refused `json:"refused"`
}

// Risk is the greatest one of its changes.
func (p *Plan) Risk() Risk {
	r := Safe
	for _, c := range p.Changes {
		r = max(r, c.Risk)
	}
	return r
}

// Controls are the controls that the plan has changes for.
func (p *Plan) Controls() []Source {
	var out []Source
	for _, c := range p.Changes {
		out = append(out, c.Sources...)
	}
	slices.SortFunc(out, compareSources)
	return slices.Compact(out)
}

func compareSources(a, b Source) int {
	return cmp.Or(cmp.Compare(a.Benchmark, b.Benchmark), cmp.Compare(a.Control, b.Control))
}

// Write writes a plan as JSON.
func Write(w io.Writer, p *Plan) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(p)
}

// maxSize bounds a plan that is read: thousands of changes have less.
const maxSize = 64 << 20

// Read reads a plan that Write wrote. What it says is never carried out: it is compared with a plan made anew.
func Read(r io.Reader) (*Plan, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxSize {
		return nil, fmt.Errorf("larger than %d bytes", maxSize)
	}
	var p Plan
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, fmt.Errorf("not a plan: %w", err)
	}
	if p.SchemaName != Schema {
		return nil, fmt.Errorf("not a plan of %s: its schema is %q", Schema, p.SchemaName)
	}
	return &p, nil
}

// Moved names what is not as a saved plan saw it, given the plan for the same made now. Empty: all is as it was.
func Moved(saved, now *Plan) []string {
	var out []string
	if saved.Host.ID != now.Host.ID {
		out = append(out, fmt.Sprintf("the plan is for another host: %s", saved.Host.Name))
	}
	if saved.Tool != now.Tool {
		out = append(out, fmt.Sprintf("the plan was made by version %s of the program, this is %s", saved.Tool, now.Tool))
	}
	fresh := map[string]Change{}
	for _, c := range now.Changes {
		fresh[c.ID] = c
	}
	for _, was := range saved.Changes {
		is, ok := fresh[was.ID]
		delete(fresh, was.ID)
		switch {
		case !ok:
			out = append(out, fmt.Sprintf("%s %s: there is nothing to change any more", was.Effect, was.Target))
		case was.BeforeDigest != is.BeforeDigest:
			out = append(out, fmt.Sprintf("%s %s: it was %q when the plan was made and has changed since", was.Effect, was.Target, was.Before))
		case was.AfterDigest != is.AfterDigest:
			out = append(out, fmt.Sprintf("%s %s: it would become something else than the plan says", was.Effect, was.Target))
		}
	}
	for _, c := range now.Changes {
		if _, ok := fresh[c.ID]; ok {
			out = append(out, fmt.Sprintf("%s %s: it would be changed, too, which the plan does not say", c.Effect, c.Target))
		}
	}
	if len(out) == 0 && saved.Digest != now.Digest {
		out = append(out, "the plan's digest does not fit what it says: the file was changed")
	}
	return out
}
