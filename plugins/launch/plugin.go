package launch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"github.com/holdfast-agent/holdfast/internal/printable"
	"github.com/holdfast-agent/holdfast/plugins/internal/wire"
	"github.com/holdfast-agent/holdfast/plugins/pluginpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	startTimeout = 10 * time.Second // until it has said where it listens
	askTimeout   = 10 * time.Second // of a description, and of a fact that sets none
	maxTimeout   = time.Minute      // that a fact may ask for
	planTimeout  = 30 * time.Second // of one call
	maxStarts    = 2
)

// Options of starting plugins.
type Options struct {
	// AnyOwner does not ask who could have written the program: for tests of plugins.
	AnyOwner bool
	// NoUnit starts it as a child even where systemd runs: for tests of plugins.
	NoUnit bool
	// Cache is the directory where descriptions are kept, by the checksums of programs; empty: nowhere. Only root fills it.
	Cache string
	// Fresh asks the plugin even where its description is kept, and keeps what it says.
	Fresh bool

	start time.Duration // until it has said where it listens; startTimeout when zero
}

// Plugin is a plugin, started when it is first needed. It is safe for concurrent use.
type Plugin struct {
	Spec *Spec
	o    Options

	mu        sync.Mutex
	now       *running
	starts    int
	off       error
	raw       *pluginpb.Description // what it said of itself, now or in an earlier run
	described *Description
	ending    sync.WaitGroup // of lives that are being ended
}

// New is a plugin that is not yet started. Close ends it.
func New(s *Spec, o Options) *Plugin { return &Plugin{Spec: s, o: o} }

// running is one life of a plugin.
type running struct {
	client  *goplugin.Client
	runner  atomic.Pointer[runner.Runner] // once it is started, which another goroutine does
	facts   pluginpb.FactsClient
	actions pluginpb.ActionsClient
	hands   pluginpb.HandsClient
	said    *tail
}

// call does something with the running plugin, under a deadline. A plugin that does not answer or ends is killed; the
// next call starts it once more.
func (p *Plugin) call(ctx context.Context, timeout time.Duration, do func(context.Context, *running) error) error {
	r, err := p.start()
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err = do(limited, r)
	if err == nil || ctx.Err() != nil && limited.Err() != context.DeadlineExceeded {
		return err
	}
	return p.failed(limited, r, timeout, err)
}

// failed says what an error means, and ends a plugin that can't go on.
func (p *Plugin) failed(limited context.Context, r *running, timeout time.Duration, err error) error {
	st, ofGRPC := status.FromError(err)
	switch {
	case errors.Is(limited.Err(), context.DeadlineExceeded) || ofGRPC && st.Code() == codes.DeadlineExceeded:
		return p.lost(r, fmt.Errorf("it did not answer within %s", timeout))
	case !ofGRPC:
		return p.errorf(err)
	case st.Code() == codes.ResourceExhausted:
		return p.errorf(fmt.Errorf("its answer is too large: %s", st.Message()))
	case st.Code() == codes.Unavailable:
		r.ended(2 * time.Second) // so that its last words are here
		why := "it ended"
		if said := r.said.last(); said != "" {
			why += ": " + said
		}
		return p.lost(r, errors.New(why))
	}
	return p.errorf(errors.New(st.Message()))
}

func (p *Plugin) errorf(err error) error {
	return fmt.Errorf("plugin %s: %s", p.Spec.Name, shorten(printable.Line(err.Error())))
}

func shorten(s string) string {
	const most = 500
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// lost ends a plugin that crashed or hangs.
func (p *Plugin) lost(r *running, why error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now == r {
		p.now = nil
		if p.starts >= maxStarts {
			p.off = p.errorf(fmt.Errorf("it is off, after %d starts: %w", p.starts, why))
		}
	}
	p.ending.Go(r.stop)
	return p.errorf(why)
}

// start gives the running plugin, starting it if need be.
func (p *Plugin) start() (*running, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.off != nil:
		return nil, p.off
	case p.now != nil:
		return p.now, nil
	}
	p.starts++
	r, err := p.launch()
	if err == nil && p.raw != nil {
		if err = p.same(r); err != nil {
			r.stop()
		}
	}
	if err != nil {
		err = p.errorf(err)
		if p.starts >= maxStarts {
			p.off = err
		}
		return nil, err
	}
	p.now = r
	return r, nil
}

func (p *Plugin) launch() (*running, error) {
	program, err := p.Spec.program(p.o.AnyOwner)
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "plugin "+p.Spec.Name+": "))
	}
	defer program.Close()
	run := func(env []string, dir string) (runner.Runner, error) {
		if os.Geteuid() == 0 && booted() && !p.o.NoUnit {
			return newUnit(p.Spec, program, env)
		}
		return newProcess(p.Spec, program, env, dir)
	}
	return begin(run, wire.MaxMessage, cmp.Or(p.o.start, startTimeout))
}

// begin starts a program that serves the protocol, and connects to it.
func begin(run func(env []string, dir string) (runner.Runner, error), most int, patience time.Duration) (*running, error) {
	dir, err := socketDir()
	if err != nil {
		return nil, err
	}
	r := &running{said: &tail{}}
	r.client = goplugin.NewClient(&goplugin.ClientConfig{
		HandshakeConfig: wire.Handshake, VersionedPlugins: map[int]goplugin.PluginSet{wire.Version: {wire.Name: remote{}}},
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC}, AutoMTLS: true, SkipHostEnv: true,
		StartTimeout: patience, Logger: hclog.NewNullLogger(), Stderr: r.said,
		UnixSocketConfig: &goplugin.UnixSocketConfig{TempDir: dir},
		GRPCDialOptions:  []grpc.DialOption{grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(most), grpc.MaxCallSendMsgSize(most))},
		RunnerFunc: func(_ hclog.Logger, cmd *exec.Cmd, dir string) (runner.Runner, error) {
			started, err := run(cmd.Env, dir)
			if err == nil {
				r.runner.Store(&started)
			}
			return started, err
		},
	})
	return r, r.connect(patience + patience/5)
}

// connect bounds what go-plugin does not: a plugin that says where it listens, and then does not.
func (r *running) connect(patience time.Duration) error {
	done := make(chan error, 1)
	var conn *grpc.ClientConn
	go func() {
		c, err := r.client.Client()
		if err == nil {
			var raw any
			if raw, err = c.Dispense(wire.Name); err == nil {
				conn = raw.(*grpc.ClientConn)
				err = c.Ping()
			}
		}
		done <- err
	}()
	var err error
	select {
	case err = <-done:
	case <-time.After(patience):
		err = fmt.Errorf("it did not answer within %s of its start", patience)
	}
	if err != nil {
		said := r.said.last()
		r.stop()
		if said = cmp.Or(said, r.said.last()); said != "" {
			err = fmt.Errorf("%w: %s", err, said)
		}
		return fmt.Errorf("it could not be started: %w", err)
	}
	r.facts, r.actions, r.hands = pluginpb.NewFactsClient(conn), pluginpb.NewActionsClient(conn), pluginpb.NewHandsClient(conn)
	return nil
}

// stop kills the process first: go-plugin would ask it to end, and wait for an answer.
func (r *running) stop() {
	if started := r.runner.Load(); started != nil {
		_ = (*started).Kill(context.Background())
	}
	done := make(chan struct{})
	go func() {
		r.client.Kill()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(3 * time.Second):
	}
}

func (r *running) ended(within time.Duration) {
	for until := time.Now().Add(within); !r.client.Exited() && time.Now().Before(until); {
		time.Sleep(5 * time.Millisecond)
	}
}

// Close ends the plugin, and waits until it has ended.
func (p *Plugin) Close() {
	p.mu.Lock()
	r := p.now
	p.now, p.off = nil, p.errorf(errors.New("it was ended"))
	p.mu.Unlock()
	if r != nil {
		r.stop()
	}
	p.ending.Wait()
}

// remote is the client's side of the protocol: the connection itself.
type remote struct {
	goplugin.NetRPCUnsupportedPlugin
}

// GRPCServer implements goplugin.GRPCPlugin.
func (remote) GRPCServer(*goplugin.GRPCBroker, *grpc.Server) error { return nil }

// GRPCClient implements goplugin.GRPCPlugin.
func (remote) GRPCClient(_ context.Context, _ *goplugin.GRPCBroker, c *grpc.ClientConn) (any, error) {
	return c, nil
}

// socketDir is where the directories of sockets are made. Those who may not use /run have one in /tmp, which only they
// can enter.
func socketDir() (string, error) {
	if os.Geteuid() != 0 {
		return "", nil
	}
	const dir = "/run/holdfast"
	if err := os.MkdirAll(dir, 0o711); err != nil { // #nosec G301 -- plugins of other users find their socket's directory below it
		return "", err
	}
	return dir, nil
}

// crash is how the line begins by which a Go program says why it ends.
var crash = regexp.MustCompile(`^(panic|fatal|fatal error|runtime|SIG[A-Z]+): `)

// tail keeps what tells most of what a plugin says on its standard error: why a Go program panicked, else the last line.
type tail struct {
	mu   sync.Mutex
	text []byte
	why  string
}

// Write implements io.Writer. go-plugin writes line by line.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.why == "" && crash.Match(b) {
		t.why = strings.TrimSpace(shorten(string(b)))
	}
	t.text = append(t.text, b...)
	if most := 2000; len(t.text) > most {
		t.text = append([]byte{}, t.text[len(t.text)-most:]...)
	}
	return len(b), nil
}

func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(strings.ToValidUTF8(string(t.text), "")), "\n")
	return cmp.Or(t.why, lines[len(lines)-1])
}
