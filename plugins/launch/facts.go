package launch

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/plugins/pluginpb"
)

// Sources are the facts of a plugin, as any others.
func (p *Plugin) Sources(ctx context.Context) ([]facts.Source, error) {
	d, err := p.Describe(ctx)
	if err != nil {
		return nil, err
	}
	var out []facts.Source
	for _, f := range d.Facts {
		out = append(out, &source{p, f, f.Timeout})
	}
	return out, nil
}

type source struct {
	p       *Plugin
	d       facts.Descriptor
	timeout time.Duration
}

// Describe implements facts.Source. The set that reads waits longer than the plugin is given, and for its start: so the
// reason names the plugin.
func (s *source) Describe() facts.Descriptor {
	d := s.d
	d.Timeout = s.timeout + startTimeout + 5*time.Second
	return d
}

// Collect implements facts.Source.
func (s *source) Collect(ctx context.Context, r *facts.Reader, key facts.Key) (facts.Value, error) {
	if !r.Live() || !r.Native() {
		return facts.Value{}, errors.New(facts.Offline)
	}
	v, paths, err := s.p.collect(ctx, s, key)
	for _, name := range paths {
		if path.IsAbs(name) && plain(name) == nil {
			r.Touched(name)
		}
	}
	return v, err
}

// Collect reads one fact. The error is the plugin's fault: that it crashed, or said what can't be; what it could not read
// is unknown in the value.
func (p *Plugin) Collect(ctx context.Context, key facts.Key) (facts.Value, error) {
	d, err := p.Describe(ctx)
	if err != nil {
		return facts.Value{}, err
	}
	for _, f := range d.Facts {
		if f.Name == key.Fact {
			v, _, err := p.collect(ctx, &source{p, f, f.Timeout}, key)
			return v, err
		}
	}
	return facts.Value{}, p.errorf(fmt.Errorf("it offers no fact %s", key.Fact))
}

func (p *Plugin) collect(ctx context.Context, s *source, key facts.Key) (v facts.Value, paths []string, err error) {
	err = p.call(ctx, s.timeout, func(ctx context.Context, run *running) error {
		said, err := run.facts.Collect(ctx, &pluginpb.CollectRequest{Fact: key.Fact, Subject: key.Subject})
		if err != nil {
			return err
		}
		if v, err = s.value(said); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		paths = said.GetPaths()
		return nil
	})
	return v, paths, err
}

func (s *source) value(said *pluginpb.CollectResponse) (facts.Value, error) {
	cv, err := decode(said.GetValue(), s.d.Shape.Type)
	if err != nil {
		return facts.Value{}, fmt.Errorf("its value is not of the type that it declared: %w", err)
	}
	v := facts.Value{Value: cv}
	for _, o := range said.GetOrigins() {
		if o.GetLine() < 0 || o.GetLine() > math.MaxInt32 {
			return v, fmt.Errorf("there is no line %d", o.GetLine())
		}
		v.Origins = append(v.Origins, facts.Origin{Path: o.GetPath(), Source: o.GetSource(), Line: int(o.GetLine())})
	}
	for _, r := range said.GetReasons() {
		v.Reasons = append(v.Reasons, facts.Reason{Path: r.GetPath(), Text: "plugin " + s.p.Spec.Name + ": " + r.GetText()})
	}
	if !cv.IsWhollyKnown() && len(v.Reasons) == 0 {
		v.Reasons = []facts.Reason{{Text: "plugin " + s.p.Spec.Name + " does not say why"}}
	}
	return v, nil
}
