package launch

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"github.com/holdfast-agent/holdfast/plugins/internal/orphan"
	"github.com/holdfast-agent/holdfast/plugins/internal/wire"
	"github.com/holdfast-agent/holdfast/plugins/pluginpb"
	"github.com/holdfast-agent/holdfast/remediate"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// HelperVerb is the argument by which the program is told to be the helper.
const HelperVerb = "_helper"

// ServeHands is the main of the helper: it serves hands to the process that started it, and ends with it.
func ServeHands(h remediate.Hands) {
	go orphan.End()
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig: wire.Handshake, Logger: hclog.NewNullLogger(),
		VersionedPlugins: map[int]goplugin.PluginSet{wire.Version: {wire.Name: &handsPlugin{hands: h}}},
		GRPCServer: func(o []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(o, grpc.MaxRecvMsgSize(wire.MaxHelper))...)
		},
	})
}

type handsPlugin struct {
	goplugin.NetRPCUnsupportedPlugin
	hands remediate.Hands
}

// GRPCServer implements goplugin.GRPCPlugin.
func (p *handsPlugin) GRPCServer(_ *goplugin.GRPCBroker, to *grpc.Server) error {
	pluginpb.RegisterHandsServer(to, &handsServer{hands: p.hands})
	return nil
}

// GRPCClient implements goplugin.GRPCPlugin.
func (*handsPlugin) GRPCClient(context.Context, *goplugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, errors.New("the helper is not its own client")
}

// handsServer does one thing at a time: a call whose caller has given up is over before the next one begins, so that
// undoing never runs beside what is undone.
type handsServer struct {
	pluginpb.UnimplementedHandsServer
	mu    sync.Mutex
	hands remediate.Hands
}

// Observe implements pluginpb.HandsServer.
func (s *handsServer) Observe(ctx context.Context, q *pluginpb.ObserveRequest) (*pluginpb.StateResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	state, err := s.hands.Observe(ctx, q.GetEffect(), q.GetTarget())
	if err != nil {
		return nil, toStatus(err)
	}
	text, err := json.Marshal(state)
	return &pluginpb.StateResponse{State: text}, toStatus(err)
}

// Set implements pluginpb.HandsServer.
func (s *handsServer) Set(ctx context.Context, q *pluginpb.SetRequest) (*pluginpb.Nothing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var step remediate.Step
	var to remediate.State
	if err := errors.Join(json.Unmarshal(q.GetStep(), &step), json.Unmarshal(q.GetTo(), &to)); err != nil {
		return nil, toStatus(err)
	}
	return &pluginpb.Nothing{}, toStatus(s.hands.Set(ctx, &step, to))
}

// Validate implements pluginpb.HandsServer.
func (s *handsServer) Validate(ctx context.Context, q *pluginpb.ValidateRequest) (*pluginpb.Nothing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	steps := make([]*remediate.Step, len(q.GetSteps()))
	for i, text := range q.GetSteps() {
		if err := json.Unmarshal(text, &steps[i]); err != nil {
			return nil, toStatus(err)
		}
	}
	return &pluginpb.Nothing{}, toStatus(s.hands.Validate(ctx, steps))
}

// Trigger implements pluginpb.HandsServer.
func (s *handsServer) Trigger(ctx context.Context, q *pluginpb.TriggerRequest) (*pluginpb.Nothing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &pluginpb.Nothing{}, toStatus(s.hands.Trigger(ctx, wire.ToTrigger(q.GetTrigger())))
}

// toStatus writes an error so that a refusal stays one.
func toStatus(err error) error {
	if err == nil {
		return nil
	}
	text, refused := wire.FromError(err)
	if refused {
		return status.Error(codes.FailedPrecondition, text)
	}
	return status.Error(codes.Unknown, err.Error())
}
