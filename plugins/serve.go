package plugins

import (
	"context"
	"os"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/plugins/internal/wire"
	"github.com/holdfast-agent/holdfast/plugins/pluginpb"
	"golang.org/x/sys/unix"
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
	go endWithHost()
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

// endWithHost ends the plugin when nobody reads its standard output any more: Holdfast does as long as it lives, and
// when it is killed there is no one else to end us.
func endWithHost() {
	for {
		out := []unix.PollFd{{Fd: 1}} // POLLERR and POLLHUP are always reported
		if n, err := unix.Poll(out, -1); err != nil && err != unix.EINTR || n > 0 {
			os.Exit(0)
		}
	}
}
