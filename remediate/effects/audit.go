package effects

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/holdfast-agent/holdfast/facts/linux/auditrules"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

func init() { register("audit", auditEffect{}) }

// auditEffect is whether the running kernel has an audit rule. The target is the rule in its canonical spelling; the
// rule's key is part of it, and does not tell rules apart.
type auditEffect struct{}

type auditData struct {
	Loaded bool `json:"loaded"`
}

// Message types of NETLINK_AUDIT; include/uapi/linux/audit.h.
const (
	auditAddRule   = 1011
	auditDelRule   = 1012
	auditListRules = 1013
)

const auditTimeout = 5 * time.Second

func auditState(loaded bool) remediate.State {
	if loaded {
		return remediate.NewState("loaded", auditData{true})
	}
	return remediate.NewState("not loaded", auditData{})
}

func (auditEffect) observe(_ context.Context, target string) (remediate.State, error) {
	found, err := loadedRules(target)
	return auditState(len(found) > 0), err
}

func (auditEffect) set(_ context.Context, s *remediate.Step, to remediate.State) error {
	want, err := decode[auditData](to)
	if err != nil {
		return err
	}
	found, err := loadedRules(s.Target)
	if err != nil || want.Loaded == (len(found) > 0) {
		return err
	}
	if want.Loaded {
		rule, err := auditTarget(s.Target)
		if err != nil {
			return err
		}
		payload, err := auditrules.Encode(rule)
		if err != nil {
			return err
		}
		return changeRule(auditAddRule, payload)
	}
	for _, payload := range found { // as the kernel has it, which it compares byte for byte
		if err := changeRule(auditDelRule, payload); err != nil {
			return err
		}
	}
	return nil
}

// auditTarget reads the canonical spelling back. It has numbers for accounts and says of a path whether it is a directory.
func auditTarget(target string) (auditrules.Rule, error) {
	l, err := auditrules.Parse(target, auditrules.Env{Arch: auditrules.GoArch(runtime.GOARCH), IsDir: func(string) bool { return false }})
	if err != nil {
		return auditrules.Rule{}, err
	}
	if l.Rule == nil {
		return auditrules.Rule{}, fmt.Errorf("%q is no rule", target)
	}
	return *l.Rule, nil
}

// loadedRules are the payloads of the kernel's rules that record the same.
func loadedRules(target string) ([][]byte, error) {
	rule, err := auditTarget(target)
	if err != nil {
		return nil, err
	}
	conn, err := dialAudit()
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	// Without asking for an acknowledgement: the list comes from a thread of the kernel's own, after it.
	if _, err := conn.Send(netlink.Message{Header: netlink.Header{Type: auditListRules, Flags: netlink.Request}}); err != nil {
		return nil, auditRefused(err)
	}
	messages, err := conn.Receive()
	if err != nil {
		return nil, auditRefused(err)
	}
	var out [][]byte
	for _, m := range messages {
		if m.Header.Type != auditListRules {
			continue
		}
		r, err := auditrules.Decode(m.Data)
		if err != nil {
			return nil, fmt.Errorf("the kernel's audit rules: %w", err)
		}
		if r.Same(rule) {
			out = append(out, m.Data)
		}
	}
	return out, nil
}

func changeRule(kind netlink.HeaderType, payload []byte) error {
	conn, err := dialAudit()
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.Execute(netlink.Message{Header: netlink.Header{Type: kind, Flags: netlink.Request | netlink.Acknowledge}, Data: payload})
	if errors.Is(err, unix.EPERM) {
		return errors.New("the kernel's audit rules are locked until the next boot")
	}
	return auditRefused(err)
}

func dialAudit() (*netlink.Conn, error) {
	conn, err := netlink.Dial(unix.NETLINK_AUDIT, nil)
	if err != nil {
		return nil, auditRefused(err)
	}
	if err := conn.SetDeadline(time.Now().Add(auditTimeout)); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

func auditRefused(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.ECONNREFUSED):
		return errors.New("the kernel gives its audit rules in its initial namespaces only, and this is a container")
	}
	return fmt.Errorf("the kernel's audit rules: %w", err)
}
