package remediate

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/holdfast-agent/holdfast/remediate/plan"
)

// State is what a target is, or shall be. Data is for the effect that knows how to get there; it may hold a secret and
// stays in memory and in the journal. Summary is for people and never does. Carry is what going back to the state takes
// beside Data, and no part of what makes two states the same: what the kernel changes along with the target, say, which
// others may change for their own reasons.
type State struct {
	Summary string          `json:"summary"`
	Data    json.RawMessage `json:"data"`
	Carry   json.RawMessage `json:"carry,omitempty"`
}

// NewState makes a state of a struct whose JSON says all there is to it.
func NewState(summary string, data any) State {
	text, err := json.Marshal(data)
	if err != nil {
		panic(fmt.Sprintf("remediate: a state that can't be written: %v", err))
	}
	return State{Summary: summary, Data: text}
}

// With adds what the state carries.
func (s State) With(carry any) State {
	text, err := json.Marshal(carry)
	if err != nil {
		panic(fmt.Sprintf("remediate: a state that can't be written: %v", err))
	}
	s.Carry = text
	return s
}

// Digest tells states apart.
func (s State) Digest() string {
	var compact bytes.Buffer
	if json.Compact(&compact, s.Data) != nil {
		compact.Reset()
		compact.Write(s.Data)
	}
	sum := sha256.Sum256(compact.Bytes())
	return hex.EncodeToString(sum[:16])
}

// Equal tells whether two states are the same.
func (s State) Equal(o State) bool { return s.Digest() == o.Digest() }

// Stage orders steps: what others need comes first, what shuts a door behind us last. Within one, the order is that of
// the plan.
type Stage int

// The stages.
const (
	Packages  Stage = iota // what brings files and units
	Files                  // configuration, accounts, modes
	Generated              // what is made from configuration
	Kernel                 // parameters, modules, mounts of the running system
	Services               // units' state
	Firewall
	Last // one-way knobs
)

// Verb is what is done to a unit after its configuration has changed.
type Verb string

// The verbs. A unit that is not active is not touched by Reload, Restart.
const (
	Reload       Verb = "reload"
	Restart      Verb = "restart"
	DaemonReload Verb = "daemon-reload" // of systemd itself; Unit is empty
	// Run runs one of the program's own fixed commands, named by Unit; see the effects' table of commands.
	Run Verb = "run"
)

// Trigger is one thing to do at the end of all steps, once however many ask for it, and again after a roll-back.
type Trigger struct {
	Verb Verb   `json:"verb"`
	Unit string `json:"unit"`
}

// Step is one change in all its parts. Steps are what the journal holds and what is carried out.
type Step struct {
	Effect string `json:"effect"`
	Target string `json:"target"`
	Before State  `json:"before"`
	After  State  `json:"after"`

	Kind     string        `json:"kind"`
	Risk     plan.Risk     `json:"risk"`
	Stage    Stage         `json:"stage"`
	Sources  []plan.Source `json:"sources"`
	Triggers []Trigger     `json:"triggers"`
	Validate []string      `json:"validate"` // names of native validators that must accept the result
	Diff     string        `json:"diff"`
	Undo     string        `json:"undo"`    // why it can't be undone, or what undoing leaves; empty: it can
	OneWay   bool          `json:"one_way"` // it can't be undone at all
	AtBoot   bool          `json:"at_boot"` // it has its effect at the next boot only
	Later    bool          `json:"later"`   // see Change
	Affects  []string      `json:"affects"`
	Account  *Account      `json:"account,omitempty"`
	Secret   bool          `json:"secret,omitempty"` // its content is not shown
}

// Account is the one beside root that may own directories on the way to a file: a server's, which has its configuration
// in a directory of its own. What the account could lead elsewhere there is its own anyway.
type Account struct {
	UID uint32 `json:"uid"`
	GID uint32 `json:"gid"`
}

// ID names the step by what it touches.
func (s *Step) ID() string {
	sum := sha256.Sum256([]byte(s.Effect + "\x00" + s.Target))
	return hex.EncodeToString(sum[:5])
}

func (s *Step) String() string { return s.Effect + " " + s.Target }

// Change is what may be known of a step.
func (s *Step) Change() plan.Change {
	c := plan.Change{
		ID: s.ID(), Kind: s.Kind, Effect: s.Effect, Target: s.Target, Risk: s.Risk, Sources: s.Sources, Controls: []string{},
		Before: s.Before.Summary, After: s.After.Summary, Diff: s.Diff, Restarts: []string{}, Irreversible: s.OneWay, Undo: s.Undo,
		AtBoot: s.AtBoot, Later: s.Later, Affects: append([]string{}, s.Affects...), BeforeDigest: s.Before.Digest(), AfterDigest: s.After.Digest(),
	}
	for _, src := range s.Sources {
		if !slices.Contains(c.Controls, src.Control) {
			c.Controls = append(c.Controls, src.Control)
		}
	}
	for _, t := range s.Triggers {
		if t.Verb == Reload || t.Verb == Restart {
			c.Restarts = append(c.Restarts, t.Unit)
		}
	}
	return c
}

// Hands are what touches the host. They keep no state of their own, so that a crash between two calls loses none.
type Hands interface {
	// Observe tells what a target is now, in the form that its effect's states have. It changes nothing.
	Observe(ctx context.Context, effect, target string) (State, error)
	// Set brings the step's target to a state: its Before or its After. Setting what is so already does nothing.
	Set(ctx context.Context, s *Step, to State) error
	// Validate asks the native validators that the steps name whether they accept the files as they would be. It
	// changes nothing.
	Validate(ctx context.Context, steps []*Step) error
	// Trigger does what has to follow.
	Trigger(ctx context.Context, t Trigger) error
}
