package plugins

import (
	"context"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/plugins/internal/orphan"
	"github.com/holdfast-agent/holdfast/plugins/internal/wire"
	"github.com/holdfast-agent/holdfast/plugins/pluginpb"
	"google.golang.org/grpc"
)

// Part is one of the things that a plugin serves: Facts or Actions.
type Part func(*served)

type served struct {
	goplugin.NetRPCUnsupportedPlugin
	sources []facts.Source
	actions []Action
}

// Facts are the facts that a plugin adds. Each is collected anew whenever it is asked for.
func Facts(sources ...facts.Source) Part {
	return func(s *served) { s.sources = append(s.sources, sources...) }
}

// Actions are the kinds of fix that a plugin adds.
func Actions(actions ...Action) Part {
	return func(s *served) { s.actions = append(s.actions, actions...) }
}

// Serve is the whole of a plugin's main: it answers until Holdfast ends it, or ends itself.
func Serve(parts ...Part) {
	s := &served{}
	for _, p := range parts {
		p(s)
	}
	go orphan.End()
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig: wire.Handshake, Logger: hclog.NewNullLogger(),
		VersionedPlugins: map[int]goplugin.PluginSet{wire.Version: {wire.Name: s}},
		GRPCServer: func(o []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(o, grpc.MaxRecvMsgSize(wire.MaxMessage))...)
		},
	})
}

// GRPCServer implements goplugin.GRPCPlugin.
func (s *served) GRPCServer(_ *goplugin.GRPCBroker, to *grpc.Server) error {
	pluginpb.RegisterFactsServer(to, &factsServer{sources: s.sources})
	pluginpb.RegisterActionsServer(to, &actionsServer{actions: s.actions})
	return nil
}

// GRPCClient implements goplugin.GRPCPlugin; a plugin is not its own client.
func (*served) GRPCClient(context.Context, *goplugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, goplugin.ErrProcessNotFound
}
