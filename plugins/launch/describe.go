package launch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/holdfast-agent/holdfast/benchmarks"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/plugins/internal/wire"
	"github.com/holdfast-agent/holdfast/plugins/pluginpb"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"google.golang.org/protobuf/proto"
)

// Description is what a plugin says that it offers, of what the configuration lets it offer.
type Description struct {
	Facts []facts.Descriptor
	Kinds []Kind
}

// Kind is a kind of fix with the action that plans it.
type Kind struct {
	benchmarks.FixKind
	Action remediate.Descriptor
}

// Describe tells what the plugin offers. It is started for that only where no earlier run has kept it.
func (p *Plugin) Describe(ctx context.Context) (*Description, error) {
	p.mu.Lock()
	known, raw := p.described, p.raw
	p.mu.Unlock()
	if known != nil {
		return known, nil
	}
	if raw == nil && !p.o.Fresh {
		raw = p.cached()
	}
	if raw == nil {
		err := p.call(ctx, askTimeout, func(ctx context.Context, r *running) error {
			var err error
			raw, err = p.ask(ctx, r)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	d, err := p.describe(raw)
	if err != nil {
		return nil, p.errorf(err)
	}
	p.cache(raw)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.raw, p.described = raw, d
	return d, nil
}

// ask asks a running plugin for all that it offers and may.
func (p *Plugin) ask(ctx context.Context, r *running) (*pluginpb.Description, error) {
	d := &pluginpb.Description{}
	var err error
	if len(p.Spec.Facts) > 0 {
		if d.Facts, err = r.facts.Describe(ctx, &pluginpb.DescribeRequest{}); err != nil {
			return nil, err
		}
	}
	if len(p.Spec.Actions) > 0 {
		d.Actions, err = r.actions.Describe(ctx, &pluginpb.DescribeRequest{})
	}
	return d, err
}

// Offers are the names of all facts and kinds of fix that the program has, whatever the configuration names.
func (p *Plugin) Offers(ctx context.Context) (facts, kinds []string, err error) {
	err = p.call(ctx, askTimeout, func(ctx context.Context, r *running) error {
		f, err := r.facts.Describe(ctx, &pluginpb.DescribeRequest{})
		if err != nil {
			return err
		}
		k, err := r.actions.Describe(ctx, &pluginpb.DescribeRequest{})
		for _, x := range f.GetFacts() {
			facts = append(facts, x.GetName())
		}
		for _, x := range k.GetKinds() {
			kinds = append(kinds, x.GetName())
		}
		return err
	})
	return facts, kinds, err
}

func (p *Plugin) describe(raw *pluginpb.Description) (*Description, error) {
	facts, err := toFacts(raw.GetFacts().GetFacts(), p.Spec.Facts)
	if err != nil {
		return nil, err
	}
	kinds, err := toKinds(raw.GetActions().GetKinds(), p.Spec.Actions)
	return &Description{facts, kinds}, err
}

// same tells whether a plugin that was started again, or was described in an earlier run, offers what policies were
// checked against.
func (p *Plugin) same(r *running) error {
	ctx, cancel := context.WithTimeout(context.Background(), askTimeout)
	defer cancel()
	now, err := p.ask(ctx, r)
	if err != nil {
		return fmt.Errorf("asked what it offers: %w", err)
	}
	if !proto.Equal(now, p.raw) {
		return errors.New("it does not offer what the same program has offered before")
	}
	return nil
}

// maxOffers bounds what one plugin describes.
const maxOffers = 200

// toFacts reads the descriptors of the facts that are wanted. What else is offered is left alone.
func toFacts(said []*pluginpb.Fact, wanted []string) ([]facts.Descriptor, error) {
	if len(said) > maxOffers {
		return nil, fmt.Errorf("it offers %d facts, and may offer %d", len(said), maxOffers)
	}
	var out []facts.Descriptor
	for _, name := range wanted {
		i := slices.IndexFunc(said, func(f *pluginpb.Fact) bool { return f.GetName() == name })
		if i < 0 {
			return nil, fmt.Errorf("it does not have the fact %s, which the configuration names", name)
		}
		d, err := toFact(said[i])
		if err != nil {
			return nil, fmt.Errorf("fact %s: %w", name, err)
		}
		out = append(out, d)
	}
	return out, nil
}

func toFact(f *pluginpb.Fact) (facts.Descriptor, error) {
	d := facts.Descriptor{Name: f.GetName(), Doc: f.GetDoc(), Reads: f.GetReads()}
	var err error
	if d.Shape.Type, err = toType(f.GetType()); err != nil {
		return d, err
	}
	if d.Timeout, err = toTimeout(f.GetTimeoutMs()); err != nil {
		return d, err
	}
	texts := []string{d.Doc, d.Reads}
	for _, a := range f.GetArgs() {
		t, err := toType(a.GetType())
		if err != nil || !t.IsPrimitiveType() || !kindName.MatchString(a.GetName()) {
			return d, fmt.Errorf("%q is no argument of a fact: it is a name and a string, number or bool", a.GetName())
		}
		d.Args = append(d.Args, facts.Arg{Name: a.GetName(), Type: t, Doc: a.GetDoc()})
		texts = append(texts, a.GetDoc())
	}
	for _, a := range f.GetAttrs() {
		t, err := toType(a.GetType())
		if err != nil {
			return d, err
		}
		d.Shape.Attrs = append(d.Shape.Attrs, facts.Attr{Path: a.GetPath(), Type: t, Doc: a.GetDoc()})
		texts = append(texts, a.GetPath(), a.GetDoc())
	}
	if d.Doc == "" {
		return d, errors.New("it has no doc")
	}
	return d, plain(texts...)
}

func toTimeout(ms int64) (time.Duration, error) {
	if ms < 0 || ms > maxTimeout.Milliseconds() {
		return 0, fmt.Errorf("its timeout is %d ms, and may be up to %s", ms, maxTimeout)
	}
	if ms == 0 {
		return askTimeout, nil
	}
	return time.Duration(ms) * time.Millisecond, nil
}

// plain is an error where a text is not one line that can be shown.
func plain(texts ...string) error {
	for _, t := range texts {
		if len(t) > 4000 || !utf8.ValidString(t) || strings.ContainsFunc(t, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }) {
			return errors.New("a text in its description is too long, or can't be printed")
		}
	}
	return nil
}

// The most bytes of a type in JSON, and how deep it may be.
const (
	maxType  = 64 << 10
	maxDepth = 12
)

// toType reads a type that policies can deal with.
func toType(text []byte) (cty.Type, error) {
	if len(text) > maxType {
		return cty.NilType, fmt.Errorf("a type of %d bytes", len(text))
	}
	t, err := ctyjson.UnmarshalType(text)
	if err != nil {
		return cty.NilType, fmt.Errorf("a type that can't be read: %w", err)
	}
	if !usable(t, maxDepth) {
		return cty.NilType, fmt.Errorf("%s is no type of a policy: there are string, number, bool, list, map and object, at most %d deep", t.FriendlyName(), maxDepth)
	}
	return t, nil
}

func usable(t cty.Type, depth int) bool {
	switch {
	case depth == 0:
		return false
	case t.IsPrimitiveType():
		return true
	case t.IsListType(), t.IsMapType():
		return usable(t.ElementType(), depth-1)
	case t.IsObjectType():
		for name, a := range t.AttributeTypes() {
			if !kindName.MatchString(name) || t.AttributeOptional(name) || !usable(a, depth-1) {
				return false
			}
		}
		return true
	}
	return false
}

// toKinds reads the kinds of fix that are wanted.
func toKinds(said []*pluginpb.Kind, wanted []string) ([]Kind, error) {
	if len(said) > maxOffers {
		return nil, fmt.Errorf("it offers %d kinds of fix, and may offer %d", len(said), maxOffers)
	}
	var out []Kind
	for _, name := range wanted {
		i := slices.IndexFunc(said, func(k *pluginpb.Kind) bool { return k.GetName() == name })
		if i < 0 {
			return nil, fmt.Errorf("it does not have the kind of fix %s, which the configuration names", name)
		}
		k, err := toKind(said[i])
		if err != nil {
			return nil, fmt.Errorf("kind of fix %s: %w", name, err)
		}
		out = append(out, k)
	}
	return out, nil
}

func toKind(k *pluginpb.Kind) (Kind, error) {
	risk, err := wire.Risk(k.GetRisk())
	if err != nil {
		return Kind{}, err
	}
	out := Kind{
		FixKind: benchmarks.FixKind{Name: k.GetName(), Doc: k.GetDoc()},
		Action:  remediate.Descriptor{Kind: k.GetName(), Doc: k.GetDoc(), Risk: risk},
	}
	texts := []string{k.GetDoc()}
	for _, a := range k.GetArgs() {
		t, err := toType(a.GetType())
		if err != nil {
			return out, err
		}
		if !kindName.MatchString(a.GetName()) || a.GetName() == "for_each" || slices.ContainsFunc(out.Args, func(x benchmarks.FixArg) bool { return x.Name == a.GetName() }) {
			return out, fmt.Errorf("%q is no name of an argument, or there are two", a.GetName())
		}
		if len(a.GetOneOf()) > 0 && t != cty.String {
			return out, fmt.Errorf("argument %s: only strings are chosen from a list", a.GetName())
		}
		out.Args = append(out.Args, benchmarks.FixArg{Name: a.GetName(), Type: t, Required: a.GetRequired(), OneOf: a.GetOneOf(), Doc: a.GetDoc()})
		texts = append(append(texts, a.GetDoc()), a.GetOneOf()...)
	}
	for _, g := range k.GetAnyOf() {
		out.AnyOf = append(out.AnyOf, g.GetNames())
	}
	for _, g := range k.GetNotBoth() {
		out.NotBoth = append(out.NotBoth, g.GetNames())
	}
	for _, name := range slices.Concat(slices.Concat(out.AnyOf...), slices.Concat(out.NotBoth...)) {
		if !slices.ContainsFunc(out.Args, func(a benchmarks.FixArg) bool { return a.Name == name }) {
			return out, fmt.Errorf("a group names the argument %q, which there is not", name)
		}
	}
	if out.Doc == "" {
		return out, errors.New("it has no doc")
	}
	return out, plain(texts...)
}
