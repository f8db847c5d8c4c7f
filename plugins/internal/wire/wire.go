// Package wire turns what the protocol of plugins carries into the project's types and back. Both ends use it; neither
// believes what the other says: see package launch for what is checked of an answer.
package wire

import (
	"encoding/json"
	"errors"
	"fmt"

	goplugin "github.com/hashicorp/go-plugin"
	"github.com/holdfast-agent/holdfast/plugins/pluginpb"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	ctymsgpack "github.com/zclconf/go-cty/cty/msgpack"
)

// Version is that of the protocol. A change that an older side would misread raises it.
const Version = 1

// Name is what the set of services is called in go-plugin's table.
const Name = "holdfast"

// MaxMessage is the most bytes of one message, MaxHelper of one to or from the program's own helper, which carries
// files whole.
const (
	MaxMessage = 16 << 20
	MaxHelper  = 1 << 30
)

// Handshake lets a plugin that is started by hand say what it is. It is no security: see go-plugin.
var Handshake = goplugin.HandshakeConfig{
	ProtocolVersion: Version, MagicCookieKey: "HOLDFAST_PLUGIN", MagicCookieValue: "9d1c1d2e-holdfast-plugin",
}

// Type writes a type.
func Type(t cty.Type) []byte {
	text, err := ctyjson.MarshalType(t)
	if err != nil {
		panic(fmt.Sprintf("plugins: a type that can't be written: %v", err))
	}
	return text
}

// Value writes a value of a type.
func Value(v cty.Value, t cty.Type) ([]byte, error) { return ctymsgpack.Marshal(v, t) }

// Risk reads a risk by its name; none is safe.
func Risk(name string) (plan.Risk, error) {
	var r plan.Risk
	if name == "" {
		return plan.Safe, nil
	}
	err := r.UnmarshalText([]byte(name))
	return r, err
}

// FromFile writes a file.
func FromFile(f remediate.File) *pluginpb.File {
	return &pluginpb.File{
		Type: string(f.Type), Content: f.Content, Link: f.Link, Mode: f.Mode, Uid: f.UID, Gid: f.GID, Xattrs: f.Xattrs, Secret: f.Secret,
	}
}

// ToFile reads a file.
func ToFile(f *pluginpb.File) (remediate.File, error) {
	out := remediate.File{
		Type: remediate.FileType(f.GetType()), Content: f.GetContent(), Link: f.GetLink(), Mode: f.GetMode(), UID: f.GetUid(), GID: f.GetGid(),
		Xattrs: f.GetXattrs(), Secret: f.GetSecret(),
	}
	if len(out.Xattrs) == 0 {
		out.Xattrs = nil
	}
	if out.Mode&^0o7777 != 0 {
		return out, fmt.Errorf("%o is no mode of a file", out.Mode)
	}
	switch out.Type {
	case remediate.Absent, remediate.Regular, remediate.Symlink, remediate.Directory:
		return out, nil
	}
	return out, fmt.Errorf("%q is no type of file", f.GetType())
}

// FromState writes a state.
func FromState(s remediate.State) *pluginpb.State {
	return &pluginpb.State{Summary: s.Summary, Data: s.Data}
}

// ToState reads a state.
func ToState(s *pluginpb.State) (remediate.State, error) {
	if !json.Valid(s.GetData()) {
		return remediate.State{}, errors.New("a state that is not JSON")
	}
	return remediate.State{Summary: s.GetSummary(), Data: s.GetData()}, nil
}

// FromOptions writes the options of a step.
func FromOptions(o remediate.Options) *pluginpb.Options {
	out := &pluginpb.Options{
		Stage: int32(o.Stage), Risk: o.Risk.String(), Validate: o.Validate, Undo: o.Undo, OneWay: o.OneWay, AtBoot: o.AtBoot, Affects: o.Affects, Diff: o.Diff, // #nosec G115 -- of a handful of stages
	}
	for _, t := range o.Triggers {
		out.Triggers = append(out.Triggers, FromTrigger(t))
	}
	return out
}

// ToOptions reads the options of a step.
func ToOptions(o *pluginpb.Options) (remediate.Options, error) {
	risk, err := Risk(o.GetRisk())
	if err != nil {
		return remediate.Options{}, err
	}
	out := remediate.Options{
		Stage: remediate.Stage(o.GetStage()), Risk: risk, Validate: o.GetValidate(), Undo: o.GetUndo(), OneWay: o.GetOneWay(), AtBoot: o.GetAtBoot(),
		Affects: o.GetAffects(), Diff: o.GetDiff(),
	}
	if out.Stage < remediate.Packages || out.Stage > remediate.Last {
		return out, fmt.Errorf("%d is no stage", out.Stage)
	}
	for _, t := range o.GetTriggers() {
		out.Triggers = append(out.Triggers, ToTrigger(t))
	}
	return out, nil
}

// FromTrigger writes a trigger.
func FromTrigger(t remediate.Trigger) *pluginpb.Trigger {
	return &pluginpb.Trigger{Verb: string(t.Verb), Unit: t.Unit}
}

// ToTrigger reads a trigger.
func ToTrigger(t *pluginpb.Trigger) remediate.Trigger {
	return remediate.Trigger{Verb: remediate.Verb(t.GetVerb()), Unit: t.GetUnit()}
}

// FromError takes an error apart: what it says, and whether it is a refusal.
func FromError(err error) (text string, refused bool) {
	if err == nil {
		return "", false
	}
	var r *remediate.RefusedError
	if errors.As(err, &r) {
		return r.Reason, true
	}
	return err.Error(), false
}

// ToError puts an error together again.
func ToError(text string, refused bool) error {
	switch {
	case text == "":
		return nil
	case refused:
		return &remediate.RefusedError{Reason: text}
	}
	return errors.New(text)
}
