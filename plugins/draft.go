package plugins

import (
	"context"
	"fmt"

	"github.com/holdfast-agent/holdfast/plugins/internal/wire"
	"github.com/holdfast-agent/holdfast/plugins/pluginpb"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	ctymsgpack "github.com/zclconf/go-cty/cty/msgpack"
)

// Draft is the plan in the making, as remediate.Draft is for built-in actions: the host as it would be once the steps so
// far were done. Every method asks Holdfast, which allows only what its configuration lets the plugin change. It is not
// for concurrent use.
type Draft struct {
	stream pluginpb.Actions_PlanServer
	source plan.Source
	broken error // of the conversation itself; all that follows is void
}

// Source is the control for which is being planned.
func (d *Draft) Source() plan.Source { return d.source }

// ask puts one question.
func (d *Draft) ask(ctx context.Context, q *pluginpb.FromPlugin) (*pluginpb.Answer, error) {
	if d.broken == nil {
		d.broken = ctx.Err()
	}
	if d.broken == nil {
		d.broken = d.stream.Send(q)
	}
	if d.broken != nil {
		return nil, d.broken
	}
	said, err := d.stream.Recv()
	if err != nil {
		d.broken = err
		return nil, err
	}
	a := said.GetAnswer()
	return a, wire.ToError(a.GetError(), a.GetRefused())
}

// Fact is a fact of the host, a built-in one or a plugin's, with the arguments that it takes. What is not known of it is
// unknown.
func (d *Draft) Fact(ctx context.Context, name string, args ...string) (cty.Value, error) {
	a, err := d.ask(ctx, &pluginpb.FromPlugin{Says: &pluginpb.FromPlugin_Fact{Fact: &pluginpb.GetFact{Name: name, Args: args}}})
	if err != nil {
		return cty.NilVal, err
	}
	t, err := ctyjson.UnmarshalType(a.GetType())
	if err != nil {
		return cty.NilVal, err
	}
	return ctymsgpack.Unmarshal(a.GetValue(), t)
}

// File is what lies at a path, as the steps so far would leave it.
func (d *Draft) File(ctx context.Context, name string) (remediate.File, error) {
	a, err := d.ask(ctx, &pluginpb.FromPlugin{Says: &pluginpb.FromPlugin_File{File: &pluginpb.GetPath{Path: name}}})
	if err != nil {
		return remediate.File{}, err
	}
	return wire.ToFile(a.GetFile())
}

// SetFile says what shall lie at a path: all of it. The directory is made where it is missing.
func (d *Draft) SetFile(ctx context.Context, name string, f remediate.File, o remediate.Options) error {
	_, err := d.ask(ctx, &pluginpb.FromPlugin{Says: &pluginpb.FromPlugin_SetFile{SetFile: &pluginpb.SetFile{
		Path: name, File: wire.FromFile(f), Options: wire.FromOptions(o),
	}}})
	return err
}

// Mode is mode and owner of a path, as the steps so far would leave them. Its content is not looked at.
func (d *Draft) Mode(ctx context.Context, name string) (remediate.File, error) {
	a, err := d.ask(ctx, &pluginpb.FromPlugin{Says: &pluginpb.FromPlugin_Mode{Mode: &pluginpb.GetPath{Path: name}}})
	if err != nil {
		return remediate.File{}, err
	}
	return wire.ToFile(a.GetFile())
}

// SetMode says what mode and owner a path shall have, given what Mode gave.
func (d *Draft) SetMode(ctx context.Context, name string, f remediate.File, o remediate.Options) error {
	_, err := d.ask(ctx, &pluginpb.FromPlugin{Says: &pluginpb.FromPlugin_SetMode{SetMode: &pluginpb.SetFile{
		Path: name, File: wire.FromFile(f), Options: wire.FromOptions(o),
	}}})
	return err
}

// DropIn changes a file that is wholly Holdfast's: lines without the header, which is renewed to name the controls. edit
// gets the lines that are there.
func (d *Draft) DropIn(ctx context.Context, name, comment string, edit func(lines []string) []string, o remediate.Options) error {
	a, err := d.ask(ctx, &pluginpb.FromPlugin{Says: &pluginpb.FromPlugin_DropIn{DropIn: &pluginpb.DropIn{
		Path: name, Comment: comment, Options: wire.FromOptions(o),
	}}})
	if err != nil {
		return err
	}
	_, err = d.ask(ctx, &pluginpb.FromPlugin{Says: &pluginpb.FromPlugin_Edited{Edited: &pluginpb.Edited{Lines: edit(a.GetLines())}}})
	return err
}

// State is what the target of an effect is, as the steps so far would leave it. Which effects there are beside file and
// mode, and what their states say, is in docs/plugins.md.
func (d *Draft) State(ctx context.Context, effect, target string) (remediate.State, error) {
	a, err := d.ask(ctx, &pluginpb.FromPlugin{Says: &pluginpb.FromPlugin_State{State: &pluginpb.GetState{Effect: effect, Target: target}}})
	if err != nil {
		return remediate.State{}, err
	}
	return wire.ToState(a.GetState())
}

// Set says what the target of an effect shall be. When it is so already, there is no step.
func (d *Draft) Set(ctx context.Context, effect, target string, after remediate.State, o remediate.Options) error {
	_, err := d.ask(ctx, &pluginpb.FromPlugin{Says: &pluginpb.FromPlugin_SetState{SetState: &pluginpb.SetState{
		Effect: effect, Target: target, After: wire.FromState(after), Options: wire.FromOptions(o),
	}}})
	return err
}

// Claim says that the control being planned wants a setting to have a value. It is refused when another one of the plan
// wants another value.
func (d *Draft) Claim(ctx context.Context, setting, value string) error {
	_, err := d.ask(ctx, &pluginpb.FromPlugin{Says: &pluginpb.FromPlugin_Claim{Claim: &pluginpb.Claim{Setting: setting, Value: value}}})
	return err
}

// String says for whom the draft is.
func (d *Draft) String() string { return fmt.Sprintf("a plan for %s", d.source) }
