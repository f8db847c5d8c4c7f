package launch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/holdfast-agent/holdfast/benchmarks"
	"github.com/holdfast-agent/holdfast/plugins/internal/wire"
	"github.com/holdfast-agent/holdfast/plugins/pluginpb"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/zclconf/go-cty/cty"
)

// Actions are the actions of a plugin, as any others.
func (p *Plugin) Actions(ctx context.Context) ([]remediate.Action, error) {
	d, err := p.Describe(ctx)
	if err != nil {
		return nil, err
	}
	var out []remediate.Action
	for _, k := range d.Kinds {
		out = append(out, &action{p, k})
	}
	return out, nil
}

// FixKinds are what policies can ask of the plugin's actions.
func (d *Description) FixKinds() []benchmarks.FixKind {
	var out []benchmarks.FixKind
	for _, k := range d.Kinds {
		out = append(out, k.FixKind)
	}
	return out
}

type action struct {
	p *Plugin
	k Kind
}

// Describe implements remediate.Action.
func (a *action) Describe() remediate.Descriptor { return a.k.Action }

// maxQuestions bounds how long a plugin may go on about one call.
const maxQuestions = 10_000

// Plan implements remediate.Action: the plugin asks, and the draft answers for it.
func (a *action) Plan(ctx context.Context, d *remediate.Draft, args cty.Value) error {
	text, err := wire.Value(args, args.Type())
	if err != nil {
		return err
	}
	src := d.Source()
	call := &pluginpb.Call{Kind: a.k.Name, Args: text, Benchmark: src.Benchmark, Control: src.Control}
	var said error // the plugin's own word on the call, which says nothing against the plugin
	err = a.p.call(ctx, planTimeout, func(ctx context.Context, r *running) error {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel() // of the stream
		stream, err := r.actions.Plan(ctx)
		if err == nil {
			err = stream.Send(&pluginpb.FromHost{Says: &pluginpb.FromHost_Call{Call: call}})
		}
		if err != nil {
			return err
		}
		c := &conversation{ctx: ctx, spec: a.p.Spec, draft: d, stream: stream}
		for range maxQuestions {
			q, err := c.hear()
			if err != nil {
				return err
			}
			if done := q.GetDone(); done != nil {
				said = wire.ToError(done.GetError(), done.GetRefused())
				return nil
			}
			if err := c.answer(q); err != nil {
				return err
			}
		}
		return fmt.Errorf("it has asked %d questions about one fix", maxQuestions)
	})
	if err != nil {
		return err
	}
	return a.word(said)
}

func (a *action) word(said error) error {
	var refused *remediate.RefusedError
	switch {
	case said == nil:
		return nil
	case errors.As(said, &refused) && plain(refused.Reason) == nil:
		return said
	}
	return a.p.errorf(said)
}

// conversation answers a plugin's questions out of a draft, as far as the configuration allows.
type conversation struct {
	ctx    context.Context // of the stream, whose conversation this is
	spec   *Spec
	draft  *remediate.Draft
	stream pluginpb.Actions_PlanClient
}

func (c *conversation) hear() (*pluginpb.FromPlugin, error) {
	q, err := c.stream.Recv()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("it ended the conversation without a word on what came of the fix")
	}
	return q, err
}

func (c *conversation) say(a *pluginpb.Answer, err error) error {
	if a == nil {
		a = &pluginpb.Answer{}
	}
	a.Error, a.Refused = wire.FromError(err)
	return c.stream.Send(&pluginpb.FromHost{Says: &pluginpb.FromHost_Answer{Answer: a}})
}

func (c *conversation) answer(q *pluginpb.FromPlugin) error {
	if in := q.GetDropIn(); in != nil {
		return c.dropIn(in)
	}
	return c.say(c.look(q))
}

func (c *conversation) look(q *pluginpb.FromPlugin) (*pluginpb.Answer, error) {
	switch q := q.GetSays().(type) {
	case *pluginpb.FromPlugin_Fact:
		v, err := c.draft.Fact(c.ctx, q.Fact.GetName(), q.Fact.GetArgs()...)
		if err != nil {
			return nil, err
		}
		text, err := wire.Value(v, v.Type())
		return &pluginpb.Answer{Type: wire.Type(v.Type()), Value: text}, err
	case *pluginpb.FromPlugin_File:
		if err := c.spec.mayChange("file", q.File.GetPath()); err != nil {
			return nil, err
		}
		f, err := c.draft.File(c.ctx, q.File.GetPath())
		return &pluginpb.Answer{File: wire.FromFile(f)}, err
	case *pluginpb.FromPlugin_Mode:
		if err := c.spec.mayChange("mode", q.Mode.GetPath()); err != nil {
			return nil, err
		}
		f, err := c.draft.Mode(c.ctx, q.Mode.GetPath())
		return &pluginpb.Answer{File: wire.FromFile(f)}, err
	case *pluginpb.FromPlugin_SetFile:
		return nil, c.setFile("file", q.SetFile, c.draft.SetFile)
	case *pluginpb.FromPlugin_SetMode:
		return nil, c.setFile("mode", q.SetMode, c.draft.SetMode)
	case *pluginpb.FromPlugin_State:
		return c.state(q.State.GetEffect(), q.State.GetTarget())
	case *pluginpb.FromPlugin_SetState:
		return nil, c.setState(q.SetState)
	case *pluginpb.FromPlugin_Claim:
		return nil, c.draft.Claim(q.Claim.GetSetting(), q.Claim.GetValue())
	}
	return nil, errors.New("a question that this version of Holdfast does not know")
}

func (c *conversation) setFile(effect string, q *pluginpb.SetFile, set func(context.Context, string, remediate.File, remediate.Options) error) error {
	if err := c.spec.mayChange(effect, q.GetPath()); err != nil {
		return err
	}
	f, err := wire.ToFile(q.GetFile())
	if err != nil {
		return err
	}
	o, err := c.options(q.GetOptions())
	if err != nil {
		return err
	}
	return set(c.ctx, q.GetPath(), f, o)
}

func (c *conversation) state(effect, target string) (*pluginpb.Answer, error) {
	if err := c.spec.mayChange(effect, target); err != nil {
		return nil, err
	}
	s, err := c.draft.State(c.ctx, effect, target)
	return &pluginpb.Answer{State: wire.FromState(s)}, err
}

func (c *conversation) setState(q *pluginpb.SetState) error {
	if err := c.spec.mayChange(q.GetEffect(), q.GetTarget()); err != nil {
		return err
	}
	s, err := wire.ToState(q.GetAfter())
	if err != nil {
		return err
	}
	if err := plain(s.Summary); err != nil {
		return err
	}
	o, err := c.options(q.GetOptions())
	if err != nil {
		return err
	}
	return c.draft.Set(c.ctx, q.GetEffect(), q.GetTarget(), s, o)
}

// options reads the options of a step: a plugin may have only those units touched that the configuration names.
func (c *conversation) options(o *pluginpb.Options) (remediate.Options, error) {
	out, err := wire.ToOptions(o)
	if err != nil {
		return out, err
	}
	out.Diff = "" // what people see of a file's change is made here
	for _, t := range out.Triggers {
		switch {
		case t.Verb == remediate.DaemonReload && t.Unit == "":
		case (t.Verb == remediate.Reload || t.Verb == remediate.Restart) && slices.Contains(c.spec.Units, t.Unit):
		default:
			return out, fmt.Errorf("the configuration does not let it %s %s", t.Verb, t.Unit)
		}
	}
	return out, plain(append(append([]string{out.Undo}, out.Validate...), out.Affects...)...)
}

// dropIn is the one question that has an answer of its own in between: the lines that are there, for those that shall be.
func (c *conversation) dropIn(q *pluginpb.DropIn) error {
	if err := c.spec.mayChange("file", q.GetPath()); err != nil {
		return c.say(nil, err)
	}
	o, err := c.options(q.GetOptions())
	if err != nil {
		return c.say(nil, err)
	}
	var broken error // of the conversation
	err = c.draft.DropIn(c.ctx, q.GetPath(), q.GetComment(), func(lines []string) []string {
		var next *pluginpb.FromPlugin
		if broken = c.say(&pluginpb.Answer{Lines: lines}, nil); broken == nil {
			next, broken = c.hear()
		}
		if broken == nil && next.GetEdited() == nil {
			broken = errors.New("it was given the lines of a drop-in, and did not say what shall become of them")
		}
		if broken != nil {
			return lines
		}
		return next.GetEdited().GetLines()
	}, o)
	if broken != nil {
		return broken
	}
	// The answer goes to whichever question is open: that for the lines, or that of the edited ones
	return c.say(nil, err)
}
