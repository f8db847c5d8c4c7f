package linux

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

// What the sources of database servers share: which processes there are, what their units start, and how they are
// talked to. A server is asked over its own unix socket or over loopback, never elsewhere; who is at the other end is
// made sure of first, and one that does not answer costs one deadline.

// askTimeout bounds the whole conversation with one server.
const askTimeout = 3 * time.Second

// inParallel calls do for 0 to n-1, some at a time.
func inParallel(n int, do func(i int)) {
	var g errgroup.Group
	g.SetLimit(8)
	for i := range n {
		g.Go(func() error {
			do(i)
			return nil
		})
	}
	_ = g.Wait()
}

// dialSocket connects to a unix socket of a server and makes sure that its own process listens there, or systemd for
// it: in a directory that others may write anyone could have put a socket, and another instance may have taken a path.
func (f *foundServer) dialSocket(ctx context.Context, r *facts.Reader, name string) (net.Conn, error) {
	real, err := r.Host().FS.Real(name)
	if err != nil {
		return nil, err
	}
	r.Touched(name)
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", real)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, bare(err))
	}
	peer, err := peerOf(conn)
	if err == nil {
		err = f.isPeer(peer)
	}
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return bounded(ctx, conn), nil
}

func (f *foundServer) isPeer(peer *unix.Ucred) error {
	uid, known := f.process.UID.Get()
	switch {
	case peer.Pid == 1 && peer.Uid == 0: // a socket unit's
		return nil
	case !known:
		return errors.New(f.process.UID.Reason())
	case peer.Uid != uid:
		return fmt.Errorf("the process that listens there runs as user id %d, which is not the server's", peer.Uid)
	case int(peer.Pid) != f.process.PID:
		return fmt.Errorf("process %d listens there, which is not the server's", peer.Pid)
	}
	return nil
}

// bare is a network error without the addresses, which its user names better.
func bare(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// peerOf is the process that called listen, and the user it ran as.
func peerOf(conn net.Conn) (*unix.Ucred, error) {
	raw, err := conn.(*net.UnixConn).SyscallConn()
	if err != nil {
		return nil, err
	}
	var cred *unix.Ucred
	var failed error
	err = raw.Control(func(fd uintptr) {
		cred, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	return cred, errors.Join(err, failed)
}

// dialLoopback connects to a port on loopback on which the server's process listens. It is looked at once more when the
// connection stands: while it lives no other can have taken its place.
func (f *foundServer) dialLoopback(ctx context.Context, r *facts.Reader, port int) (net.Conn, netip.AddrPort, error) {
	addr, err := loopbackOf(ctx, r, port, f.process.PID)
	if err != nil {
		return nil, addr, err
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr.String())
	if err != nil {
		return nil, addr, fmt.Errorf("%s: %w", addr, bare(err))
	}
	if now, err := readProcStat(r, f.process.dir()+"/stat"); err != nil || now.start != f.process.start {
		_ = conn.Close()
		return nil, addr, fmt.Errorf("process %d is gone", f.process.PID)
	}
	return bounded(ctx, conn), addr, nil
}

func loopbackOf(ctx context.Context, r *facts.Reader, port, pid int) (netip.AddrPort, error) {
	all, err := facts.Get[facts.List[Listener]](ctx, r, facts.Key{Fact: "listeners"})
	if err != nil {
		return netip.AddrPort{}, err
	}
	why := fmt.Errorf("process %d does not listen on port %d of a loopback address", pid, port)
	for _, l := range all.Items() {
		if l.Protocol != "tcp" || int(l.Port) != port || !l.Loopback && !l.Wildcard {
			continue
		}
		if !slices.ContainsFunc(l.Holders.Items(), func(h ListeningProcess) bool { return h.PID == pid }) {
			why = fmt.Errorf("port %d is not known to be held by process %d", port, pid)
			continue
		}
		addr, err := netip.ParseAddr(l.Address)
		switch {
		case err != nil:
			continue
		case addr == netip.IPv4Unspecified() || addr == netip.IPv6Unspecified() && l.Family.Or("") == "dual":
			addr = netip.AddrFrom4([4]byte{127, 0, 0, 1})
		case addr == netip.IPv6Unspecified():
			addr = netip.IPv6Loopback()
		}
		return netip.AddrPortFrom(addr, l.Port), nil
	}
	return netip.AddrPort{}, why
}

// boundedConn is a connection on which only so much is read.
type boundedConn struct {
	net.Conn
	left int
}

const maxConversation = 32 << 20

func bounded(ctx context.Context, conn net.Conn) net.Conn {
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	return &boundedConn{conn, maxConversation}
}

func (c *boundedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.left -= n; c.left < 0 {
		return 0, errors.New("the server sent more than its bound")
	}
	return n, err
}

// SetDeadline and its kin are left alone: the deadline of the whole conversation stands.
func (c *boundedConn) SetDeadline(time.Time) error      { return nil }
func (c *boundedConn) SetReadDeadline(time.Time) error  { return nil }
func (c *boundedConn) SetWriteDeadline(time.Time) error { return nil }

// askError says of a failed conversation what a person can act on.
func askError(err error) string {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("the server did not answer within %s", askTimeout)
	}
	return bare(err).Error()
}
