// Command hostile is a plugin that does whatever a test asks it for, most of it bad. Its first argument is how it starts,
// the subject of its fact how it answers.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"github.com/holdfast-agent/holdfast/plugins/internal/wire"
	"github.com/holdfast-agent/holdfast/plugins/pluginpb"
	"github.com/zclconf/go-cty/cty"
	"google.golang.org/grpc"
)

var typ = cty.Object(map[string]cty.Type{"text": cty.String, "list": cty.List(cty.Bool)})

func main() {
	how := ""
	if len(os.Args) > 1 {
		how = os.Args[1]
	}
	switch how {
	case "silent":
		time.Sleep(time.Hour)
	case "chatty":
		for {
			fmt.Print(strings.Repeat("x", 1<<16))
		}
	case "dies":
		fmt.Fprintln(os.Stderr, "no licence")
		os.Exit(1)
	case "tcp":
		fmt.Println("1|1|tcp|127.0.0.1:22|grpc|")
		time.Sleep(time.Hour)
	case "elsewhere":
		fmt.Println("1|1|unix|/run/dbus/system_bus_socket|grpc|")
		time.Sleep(time.Hour)
	case "future":
		fmt.Println("1|99|unix|/x|grpc|")
		time.Sleep(time.Hour)
	case "deaf": // it listens, and never answers
		l, err := net.Listen("unix", os.Getenv("PLUGIN_UNIX_SOCKET_DIR")+"/s")
		if err != nil {
			panic(err)
		}
		fmt.Printf("1|1|unix|%s|grpc|\n", l.Addr())
		time.Sleep(time.Hour)
	}
	s := &server{how: how}
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig: wire.Handshake, Logger: hclog.NewNullLogger(),
		VersionedPlugins: map[int]goplugin.PluginSet{wire.Version: {wire.Name: s}}, GRPCServer: goplugin.DefaultGRPCServer,
	})
}

type server struct {
	goplugin.NetRPCUnsupportedPlugin
	pluginpb.UnimplementedFactsServer
	how string
}

func (s *server) GRPCServer(_ *goplugin.GRPCBroker, to *grpc.Server) error {
	pluginpb.RegisterFactsServer(to, s)
	pluginpb.RegisterActionsServer(to, &planner{how: s.how})
	return nil
}

func (*server) GRPCClient(context.Context, *goplugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, nil
}

func (s *server) Describe(context.Context, *pluginpb.DescribeRequest) (*pluginpb.FactsDescription, error) {
	f := &pluginpb.Fact{
		Name: "hostile", Doc: "What a test asks for.", Type: wire.Type(typ), TimeoutMs: 2000,
		Args: []*pluginpb.FactArg{{Name: "how", Type: wire.Type(cty.String), Doc: "What to do."}},
	}
	switch s.how {
	case "none":
		return &pluginpb.FactsDescription{}, nil
	case "bad-type":
		f.Type = wire.Type(cty.Set(cty.String))
	case "dynamic-type":
		f.Type = []byte(`"dynamic"`)
	case "deep-type":
		f.Type = []byte(strings.Repeat(`["list",`, 5000) + `"string"` + strings.Repeat(`]`, 5000))
	case "escapes":
		f.Doc = "\x1b[2J"
	case "slow-fact":
		f.TimeoutMs = 1 << 40
	case "stop-at-describe":
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		time.Sleep(time.Hour)
	}
	return &pluginpb.FactsDescription{Facts: []*pluginpb.Fact{f}}, nil
}

func (s *server) Collect(_ context.Context, q *pluginpb.CollectRequest) (*pluginpb.CollectResponse, error) {
	v := cty.ObjectVal(map[string]cty.Value{"text": cty.StringVal("fine"), "list": cty.ListValEmpty(cty.Bool)})
	var raw []byte
	switch q.GetSubject() {
	case "hang":
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		time.Sleep(time.Hour)
	case "crash":
		panic("it was asked to")
	case "exit":
		os.Exit(3)
	case "error":
		return nil, fmt.Errorf("can't read \x1b[31mit")
	case "type":
		raw, _ = wire.Value(cty.ListVal([]cty.Value{cty.StringVal("x")}), cty.List(cty.String))
	case "null":
		raw, _ = wire.Value(cty.ObjectVal(map[string]cty.Value{"text": cty.NullVal(cty.String), "list": cty.ListValEmpty(cty.Bool)}), typ)
	case "unknown":
		v = cty.UnknownVal(typ)
	case "claims-many": // an array that says it has 2^31 elements, and has none
		raw = []byte("\x82\xa4list\xdd\x80\x00\x00\x00\xa4text\xa0")
	case "many": // 10 million elements that take a byte each
		raw = append([]byte("\x82\xa4list\xdd\x00\x98\x96\x80"), make([]byte, 10_000_000)...)
		for i := range raw[11:] {
			raw[11+i] = 0xc2
		}
		raw = append(raw, "\xa4text\xa0"...)
	case "bytes":
		raw = []byte("\x82\xa4list\x90\xa4text\xa2\xff\xfe")
	case "more":
		raw, _ = wire.Value(v, typ)
		raw = append(raw, 0xc0)
	case "64MB":
		raw = make([]byte, 64<<20)
	case "1GB":
		raw = make([]byte, 1<<30)
		for i := range raw {
			raw[i] = 1
		}
	case "line":
		raw, _ = wire.Value(v, typ)
		return &pluginpb.CollectResponse{Value: raw, Origins: []*pluginpb.Origin{{Source: "/etc/x", Line: -1}}}, nil
	case "who": // what it may do, in words
		v = cty.ObjectVal(map[string]cty.Value{"text": cty.StringVal(who()), "list": cty.ListValEmpty(cty.Bool)})
	}
	if raw == nil {
		raw, _ = wire.Value(v, typ)
	}
	return &pluginpb.CollectResponse{Value: raw}, nil
}

// who tells what the plugin could do, each thing by trying.
func who() string {
	var out []string
	say := func(what string, err error) {
		word := "can"
		if err != nil {
			word = "can't"
		}
		out = append(out, word+" "+what)
	}
	out = append(out, fmt.Sprint("uid ", min(os.Getuid(), 1)), fmt.Sprint("environment ", len(os.Environ())))
	say("write /etc", os.WriteFile("/etc/written-by-a-plugin", []byte("x"), 0o600))
	say("write /tmp", os.WriteFile("/tmp/written-by-a-plugin", []byte("x"), 0o600))
	say("write /usr", os.WriteFile("/usr/written-by-a-plugin", []byte("x"), 0o600))
	_, err := os.ReadFile("/etc/shadow")
	say("read shadow", err)
	_, err = os.ReadFile("/etc/passwd")
	say("read passwd", err)
	c, err := net.DialTimeout("tcp", "127.0.0.1:22", time.Second)
	if err == nil {
		_ = c.Close()
	}
	say("reach sshd", err)
	_, err = net.Listen("tcp", "127.0.0.1:0")
	say("open an internet socket", err)
	st, _ := os.ReadFile("/proc/self/status")
	for _, l := range strings.Split(string(st), "\n") {
		if strings.HasPrefix(l, "NoNewPrivs:") {
			out = append(out, "no new privileges: "+strings.TrimSpace(strings.TrimPrefix(l, "NoNewPrivs:")))
		}
	}
	return strings.Join(out, "; ")
}

type planner struct {
	pluginpb.UnimplementedActionsServer
	how string
}

func (*planner) Describe(context.Context, *pluginpb.DescribeRequest) (*pluginpb.ActionsDescription, error) {
	return &pluginpb.ActionsDescription{Kinds: []*pluginpb.Kind{{
		Name: "hostile", Doc: "What a test asks for.",
		Args: []*pluginpb.KindArg{{Name: "how", Type: wire.Type(cty.String), Required: true, Doc: "What to do."}},
	}}}, nil
}

func (p *planner) Plan(s pluginpb.Actions_PlanServer) error {
	m, err := s.Recv()
	if err != nil {
		return err
	}
	ask := func(q *pluginpb.FromPlugin) string {
		if err := s.Send(q); err != nil {
			return err.Error()
		}
		a, err := s.Recv()
		if err != nil {
			return err.Error()
		}
		return a.GetAnswer().GetError()
	}
	done := &pluginpb.Done{}
	switch how := string(m.GetCall().GetArgs()); {
	case strings.Contains(how, "steal"):
		done.Error = ask(&pluginpb.FromPlugin{Says: &pluginpb.FromPlugin_File{File: &pluginpb.GetPath{Path: "/etc/shadow"}}})
	case strings.Contains(how, "climb"):
		done.Error = ask(&pluginpb.FromPlugin{Says: &pluginpb.FromPlugin_File{File: &pluginpb.GetPath{Path: "/etc/haproxy/../shadow"}}})
	case strings.Contains(how, "overwrite"):
		done.Error = ask(&pluginpb.FromPlugin{Says: &pluginpb.FromPlugin_SetFile{SetFile: &pluginpb.SetFile{
			Path: "/etc/sudoers.d/x", File: &pluginpb.File{Type: "file", Content: []byte("x ALL=(ALL) NOPASSWD: ALL\n"), Mode: 0o440},
		}}})
	case strings.Contains(how, "restart"):
		done.Error = ask(&pluginpb.FromPlugin{Says: &pluginpb.FromPlugin_SetFile{SetFile: &pluginpb.SetFile{
			Path: "/etc/haproxy/x", File: &pluginpb.File{Type: "file", Mode: 0o644},
			Options: &pluginpb.Options{Triggers: []*pluginpb.Trigger{{Verb: "restart", Unit: "ssh.service"}}},
		}}})
	case strings.Contains(how, "effect"):
		done.Error = ask(&pluginpb.FromPlugin{Says: &pluginpb.FromPlugin_SetState{SetState: &pluginpb.SetState{
			Effect: "sysctl", Target: "kernel.modules_disabled", After: &pluginpb.State{Data: []byte(`"1"`)},
		}}})
	case strings.Contains(how, "mumble"):
		done.Error = ask(&pluginpb.FromPlugin{})
	case strings.Contains(how, "for-ever"):
		for {
			if ask(&pluginpb.FromPlugin{Says: &pluginpb.FromPlugin_Claim{Claim: &pluginpb.Claim{Setting: "a", Value: "b"}}}) != "" {
				return nil
			}
		}
	case strings.Contains(how, "walk-out"):
		return nil
	case strings.Contains(how, "refuse"):
		done = &pluginpb.Done{Error: "not on a Monday", Refused: true}
	}
	return s.Send(&pluginpb.FromPlugin{Says: &pluginpb.FromPlugin_Done{Done: done}})
}
