package plugins

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/holdfast-agent/holdfast/plugins/internal/wire"
	"github.com/holdfast-agent/holdfast/plugins/pluginpb"
	"github.com/holdfast-agent/holdfast/remediate/plan"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/gocty"
	ctymsgpack "github.com/zclconf/go-cty/cty/msgpack"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Kind is what an action says of itself: the kind of fix that policies ask for by its name.
type Kind struct {
	Name string
	Doc  string
	// Risk is the least that its steps have.
	Risk plan.Risk
	// AnyOf: at least one argument of each group must be given. NotBoth: at most one of each.
	AnyOf, NotBoth [][]string
}

// Action plans one kind of fix; see Define.
type Action struct {
	kind Kind
	args []argument
	plan func(ctx context.Context, d *Draft, args cty.Value) error
}

// argument is one that fixes of the kind can be given.
type argument struct {
	name     string
	typ      cty.Type
	required bool
	oneOf    []string
	doc      string
}

// Define makes an action of a function that says through the draft what shall be otherwise. Saying nothing means that
// it is so already; remediate.Refuse says that it must not be done. The arguments are a struct whose fields carry
//
//	`cty:"name" doc:"What it says." oneof:"a,b"`
//
// and of which pointers, slices and maps are optional. Other types are a programmer's mistake and panic.
func Define[Args any](k Kind, do func(ctx context.Context, d *Draft, args Args) error) Action {
	a := Action{kind: k, args: arguments(k.Name, reflect.TypeFor[Args]())}
	a.plan = func(ctx context.Context, d *Draft, v cty.Value) error {
		var args Args
		if err := gocty.FromCtyValue(v, &args); err != nil {
			return fmt.Errorf("arguments of %s: %w", k.Name, err)
		}
		return do(ctx, d, args)
	}
	return a
}

func arguments(kind string, t reflect.Type) []argument {
	if t.Kind() != reflect.Struct {
		panic(fmt.Sprintf("plugins: the arguments of %s are %v, and must be a struct", kind, t))
	}
	var out []argument
	for i := range t.NumField() {
		f := t.Field(i)
		typ, err := gocty.ImpliedType(reflect.Zero(f.Type).Interface())
		if f.Tag.Get("cty") == "" || err != nil {
			panic(fmt.Sprintf("plugins: %v.%s can't be an argument of %s: it needs a cty tag and a plain type", t, f.Name, kind))
		}
		a := argument{name: f.Tag.Get("cty"), typ: typ, doc: f.Tag.Get("doc")}
		switch f.Type.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
		default:
			a.required = true
		}
		if choices := f.Tag.Get("oneof"); choices != "" {
			a.oneOf = strings.Split(choices, ",")
		}
		out = append(out, a)
	}
	return out
}

// actionsServer answers for the actions of a plugin.
type actionsServer struct {
	pluginpb.UnimplementedActionsServer
	actions []Action
}

// Describe implements pluginpb.ActionsServer.
func (s *actionsServer) Describe(context.Context, *pluginpb.DescribeRequest) (*pluginpb.ActionsDescription, error) {
	out := &pluginpb.ActionsDescription{}
	for _, a := range s.actions {
		k := &pluginpb.Kind{Name: a.kind.Name, Doc: a.kind.Doc, Risk: a.kind.Risk.String(), AnyOf: names(a.kind.AnyOf), NotBoth: names(a.kind.NotBoth)}
		for _, x := range a.args {
			k.Args = append(k.Args, &pluginpb.KindArg{Name: x.name, Type: wire.Type(x.typ), Required: x.required, OneOf: x.oneOf, Doc: x.doc})
		}
		out.Kinds = append(out.Kinds, k)
	}
	return out, nil
}

func names(groups [][]string) []*pluginpb.Names {
	var out []*pluginpb.Names
	for _, g := range groups {
		out = append(out, &pluginpb.Names{Names: g})
	}
	return out
}

// Plan implements pluginpb.ActionsServer.
func (s *actionsServer) Plan(stream pluginpb.Actions_PlanServer) error {
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	call := first.GetCall()
	for _, a := range s.actions {
		if call == nil || a.kind.Name != call.GetKind() {
			continue
		}
		args, err := ctymsgpack.Unmarshal(call.GetArgs(), a.argsType())
		if err != nil {
			return status.Errorf(codes.InvalidArgument, "arguments of %s: %v", a.kind.Name, err)
		}
		d := &Draft{stream: stream, source: plan.Source{Benchmark: call.GetBenchmark(), Control: call.GetControl()}}
		text, refused := wire.FromError(a.plan(stream.Context(), d, args))
		if d.broken != nil {
			return d.broken
		}
		return stream.Send(&pluginpb.FromPlugin{Says: &pluginpb.FromPlugin_Done{Done: &pluginpb.Done{Error: text, Refused: refused}}})
	}
	return status.Errorf(codes.NotFound, "there is no kind of fix %q", call.GetKind())
}

func (a *Action) argsType() cty.Type {
	attrs := map[string]cty.Type{}
	for _, x := range a.args {
		attrs[x.name] = x.typ
	}
	return cty.Object(attrs)
}
