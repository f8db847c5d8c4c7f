package launch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/go-plugin/runner"
	"github.com/holdfast-agent/holdfast/plugins/internal/wire"
	"github.com/holdfast-agent/holdfast/plugins/pluginpb"
	"github.com/holdfast-agent/holdfast/remediate"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Helper are hands in a process of their own: the program that runs executes itself with HelperVerb, so that the process
// that reads the host and evaluates policies changes nothing itself. It is started when it is first needed, kept, and
// started again when it has died. Its environment has nothing of ours.
type Helper struct {
	mu  sync.Mutex
	now *running
}

// Close ends the helper.
func (h *Helper) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.now != nil {
		h.now.stop()
		h.now = nil
	}
}

// Warm starts the helper, so that the first call finds it there.
func (h *Helper) Warm() error {
	_, err := h.start()
	return err
}

func (h *Helper) start() (*running, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.now != nil {
		return h.now, nil
	}
	r, err := begin(newHelper, wire.MaxHelper, startTimeout)
	if err != nil {
		return nil, fmt.Errorf("the helper that changes the host: %w", err)
	}
	h.now = r
	return r, nil
}

// newHelper prepares the helper's process, which is the very program that runs.
func newHelper(env []string, dir string) (runner.Runner, error) {
	cmd := exec.Command("/proc/self/exe", HelperVerb)
	cmd.Args[0], cmd.Dir, cmd.Env = "holdfast", "/", env
	for _, e := range os.Environ() {
		if strings.HasPrefix(e, "HOLDFAST_FAULT") { // of tests; see remediate.Fault
			cmd.Env = append(cmd.Env, e)
		}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt is for us, who then roll back through it
	return piped(&process{cmd: cmd, dir: dir, name: "the helper", privileged: true})
}

func (h *Helper) call(ctx context.Context, do func(pluginpb.HandsClient) error) error {
	r, err := h.start()
	if err != nil {
		return err
	}
	err = do(r.hands)
	st, ofGRPC := status.FromError(err)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case !ofGRPC:
		return err
	case st.Code() == codes.FailedPrecondition:
		return &remediate.RefusedError{Reason: st.Message()}
	case st.Code() == codes.Unavailable:
		return h.lost(r)
	}
	return errors.New(st.Message())
}

func (h *Helper) lost(r *running) error {
	r.ended(2 * time.Second)
	r.stop()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.now == r {
		h.now = nil
	}
	if said := r.said.last(); said != "" {
		return fmt.Errorf("the helper that changes the host ended: %s", said)
	}
	return errors.New("the helper that changes the host ended")
}

// Observe implements remediate.Hands.
func (h *Helper) Observe(ctx context.Context, effect, target string) (state remediate.State, err error) {
	err = h.call(ctx, func(c pluginpb.HandsClient) error {
		said, err := c.Observe(ctx, &pluginpb.ObserveRequest{Effect: effect, Target: target})
		if err == nil {
			err = json.Unmarshal(said.GetState(), &state)
		}
		return err
	})
	return state, err
}

// Set implements remediate.Hands.
func (h *Helper) Set(ctx context.Context, s *remediate.Step, to remediate.State) error {
	step, err := json.Marshal(s)
	if err != nil {
		return err
	}
	state, err := json.Marshal(to)
	if err != nil {
		return err
	}
	return h.call(ctx, func(c pluginpb.HandsClient) error {
		_, err := c.Set(ctx, &pluginpb.SetRequest{Step: step, To: state})
		return err
	})
}

// Validate implements remediate.Hands.
func (h *Helper) Validate(ctx context.Context, steps []*remediate.Step) error {
	q := &pluginpb.ValidateRequest{}
	for _, s := range steps {
		text, err := json.Marshal(s)
		if err != nil {
			return err
		}
		q.Steps = append(q.Steps, text)
	}
	return h.call(ctx, func(c pluginpb.HandsClient) error {
		_, err := c.Validate(ctx, q)
		return err
	})
}

// Trigger implements remediate.Hands.
func (h *Helper) Trigger(ctx context.Context, t remediate.Trigger) error {
	return h.call(ctx, func(c pluginpb.HandsClient) error {
		_, err := c.Trigger(ctx, &pluginpb.TriggerRequest{Trigger: wire.FromTrigger(t)})
		return err
	})
}
