package plugins

import (
	"context"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/plugins/internal/wire"
	"github.com/holdfast-agent/holdfast/plugins/pluginpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// factsServer answers for the facts of a plugin. It keeps nothing between two questions.
type factsServer struct {
	pluginpb.UnimplementedFactsServer
	sources []facts.Source
}

// Describe implements pluginpb.FactsServer.
func (s *factsServer) Describe(context.Context, *pluginpb.DescribeRequest) (*pluginpb.FactsDescription, error) {
	out := &pluginpb.FactsDescription{}
	for _, src := range s.sources {
		out.Facts = append(out.Facts, describeFact(src.Describe()))
	}
	return out, nil
}

func describeFact(d facts.Descriptor) *pluginpb.Fact {
	f := &pluginpb.Fact{Name: d.Name, Doc: d.Doc, Reads: d.Reads, Type: wire.Type(d.Shape.Type), TimeoutMs: d.Timeout.Milliseconds()}
	for _, a := range d.Args {
		f.Args = append(f.Args, &pluginpb.FactArg{Name: a.Name, Type: wire.Type(a.Type), Doc: a.Doc})
	}
	for _, a := range d.Shape.Attrs {
		f.Attrs = append(f.Attrs, &pluginpb.Attr{Path: a.Path, Type: wire.Type(a.Type), Doc: a.Doc})
	}
	return f
}

// Collect implements pluginpb.FactsServer. The set is made anew, so that what changed since is seen.
func (s *factsServer) Collect(ctx context.Context, q *pluginpb.CollectRequest) (*pluginpb.CollectResponse, error) {
	set := facts.NewSet(ctx, facts.LiveHost(), s.sources)
	d, ok := set.Schema()[q.GetFact()]
	if !ok {
		return nil, status.Errorf(codes.NotFound, "there is no fact %q", q.GetFact())
	}
	key := facts.Key{Fact: q.GetFact(), Subject: q.GetSubject()}
	v := set.Read(ctx, key)
	if err := ctx.Err(); err != nil {
		return nil, status.FromContextError(err).Err()
	}
	value, err := wire.Value(v.Value, d.Shape.Type)
	if err != nil {
		return nil, status.Errorf(codes.Internal, "%v", err)
	}
	out := &pluginpb.CollectResponse{Value: value}
	for _, o := range v.Origins {
		out.Origins = append(out.Origins, &pluginpb.Origin{Path: o.Path, Source: o.Source, Line: int64(o.Line)})
	}
	for _, r := range v.Reasons {
		out.Reasons = append(out.Reasons, &pluginpb.Reason{Path: r.Path, Text: r.Text})
	}
	for _, e := range set.Entries() {
		out.Paths = append(out.Paths, e.Paths...)
	}
	return out, nil
}
