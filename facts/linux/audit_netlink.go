package linux

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/auditrules"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Message types of NETLINK_AUDIT; include/uapi/linux/audit.h.
const (
	auditGet       = 1000
	auditListRules = 1013
)

type kernelAuditState struct {
	enabled, failure, backlogLimit, lost uint32
	rules                                []auditrules.Rule
}

func kernelAudit(ctx context.Context, r *facts.Reader) (*kernelAuditState, error) {
	if !r.Live() {
		return nil, errors.New(facts.Offline)
	}
	return facts.Once(ctx, r, "kernel audit", func(ctx context.Context, r *facts.Reader) (*kernelAuditState, error) {
		has, err := kernelHasAudit(r)
		switch {
		case err != nil:
			return nil, err
		case !has:
			return &kernelAuditState{}, nil // no audit in this kernel: not enabled, no rules
		case !r.Native():
			return nil, errors.New("the kernel's audit rules can't be asked for on this host")
		}
		return askKernelAudit(ctx)
	})
}

func askKernelAudit(ctx context.Context) (*kernelAuditState, error) {
	conn, err := netlink.Dial(unix.NETLINK_AUDIT, nil)
	if err != nil {
		return nil, auditRefused(err)
	}
	defer func() { _ = conn.Close() }()
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(facts.DefaultTimeout)
	}
	if err := conn.SetDeadline(deadline); err != nil {
		return nil, err
	}
	status, err := ask(conn, auditGet)
	if err != nil {
		return nil, auditRefused(err)
	}
	k, err := decodeAuditStatus(status)
	if err != nil {
		return nil, err
	}
	msgs, err := ask(conn, auditListRules)
	if err != nil {
		return nil, auditRefused(err)
	}
	for _, m := range msgs {
		if m.Header.Type != auditListRules {
			continue
		}
		rule, err := auditrules.Decode(m.Data)
		if err != nil {
			return nil, fmt.Errorf("audit netlink: %w", err)
		}
		k.rules = append(k.rules, rule)
	}
	return k, nil
}

// ask sends a request and gives the answer. The kernel answers from a thread of its own, after any acknowledgement
// (audit_send_reply in kernel/audit.c), so the library's Execute would return too early. The rules come as one
// multi-part answer, which Receive reads to its NLMSG_DONE; with no rules that is all there is.
func ask(conn *netlink.Conn, request netlink.HeaderType) ([]netlink.Message, error) {
	req, err := conn.Send(netlink.Message{Header: netlink.Header{Type: request, Flags: netlink.Request}})
	if err != nil {
		return nil, err
	}
	for {
		msgs, err := conn.Receive()
		if err != nil {
			return nil, err
		}
		if len(msgs) == 0 || msgs[0].Header.Sequence == req.Header.Sequence {
			return msgs, nil
		}
	}
}

// decodeAuditStatus reads struct audit_status: mask, enabled, failure, pid, rate_limit, backlog_limit, lost, backlog.
func decodeAuditStatus(msgs []netlink.Message) (*kernelAuditState, error) {
	for _, m := range msgs {
		if m.Header.Type != auditGet || len(m.Data) < 32 {
			continue
		}
		u32 := func(i int) uint32 { return binary.NativeEndian.Uint32(m.Data[4*i:]) }
		return &kernelAuditState{enabled: u32(1), failure: u32(2), backlogLimit: u32(5), lost: u32(6)}, nil
	}
	return nil, errors.New("audit netlink: no status in the answer")
}

func auditRefused(err error) error {
	switch {
	case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EACCES):
		return errors.New("the kernel's audit rules can be read by root only (CAP_AUDIT_CONTROL)")
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("the kernel gives its audit rules in its initial namespaces only, and this is a container")
	}
	return fmt.Errorf("audit netlink: %w", err)
}
