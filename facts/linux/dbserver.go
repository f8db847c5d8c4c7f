package linux

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/unitfile"
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

// serverProcess is a running database server.
type serverProcess struct {
	Process
	args []string // as the kernel has them now; a server may have overwritten them
}

// serverProcesses are the processes of some names, in the order of their ids. The error says that there may be others.
func serverProcesses(ctx context.Context, r *facts.Reader, names ...string) ([]serverProcess, error) {
	if !r.Live() {
		return nil, nil // nothing runs in an image
	}
	all, err := facts.Get[facts.List[Process]](ctx, r, facts.Key{Fact: "processes"})
	if err != nil {
		return nil, err
	}
	var out []serverProcess
	for _, p := range all.Items() {
		if !slices.Contains(names, p.Name.Or("")) {
			continue
		}
		s := serverProcess{Process: p}
		if b, err := r.ReadFileMax("/proc/"+strconv.Itoa(p.PID)+"/cmdline", 1<<20); err == nil {
			s.args = strings.Split(strings.TrimRight(string(b), "\x00"), "\x00")
		}
		out = append(out, s)
	}
	if !all.IsComplete() {
		return out, errors.New(all.Reason())
	}
	return out, nil
}

// unitCommand is one ExecStart line, split into words.
type unitCommand struct {
	unit   string
	words  []string
	user   string // User=; empty for root
	origin facts.Origin
}

// unitCommands are what the units of some names start, where the program is one of those given. Names end in * to take
// all that begin so, instances of templates among them. Specifiers other than the instance's name stay as written.
func unitCommands(ctx context.Context, r *facts.Reader, programs []string, names ...string) ([]unitCommand, error) {
	x, err := unitsOf(ctx, r)
	if err != nil {
		return nil, err
	}
	var out []unitCommand
	seen := map[string]bool{}
	for _, name := range x.Names() {
		if !slices.ContainsFunc(names, func(n string) bool { return nameMatches(name, n) }) || unitfile.IsTemplate(name) {
			continue
		}
		u, err := x.Load(name)
		if err != nil || u == nil || u.Masked || seen[u.ID] {
			continue
		}
		seen[u.ID] = true
		if c, ok := commandOf(u, programs); ok {
			out = append(out, c)
		}
	}
	return out, nil
}

func nameMatches(name, pattern string) bool {
	if start, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(name, start) && strings.HasSuffix(name, ".service")
	}
	return name == pattern
}

func commandOf(u *unitfile.Unit, programs []string) (unitCommand, bool) {
	user, _ := unitfile.Last(u.Settings, "Service", "User")
	for _, s := range unitfile.All(u.Settings, "Service", "ExecStart") {
		command := strings.TrimLeft(s.Value, "@-:+!| \t")
		instance := unitfile.Instance(u.ID)
		command = strings.NewReplacer("%i", instance, "%I", strings.ReplaceAll(instance, "-", "/"), "%%", "%").Replace(command)
		words, err := shellWords(command)
		if err != nil || len(words) == 0 {
			continue
		}
		base := words[0][strings.LastIndexByte(words[0], '/')+1:]
		if slices.Contains(programs, base) {
			return unitCommand{unit: u.ID, words: words, user: user.Value, origin: facts.File(s.File, s.Line)}, true
		}
	}
	return unitCommand{}, false
}

// dialSocket connects to a unix socket and makes sure that the process which listens there runs as one of the users
// given or as root: in a directory that others may write, anyone could have put a socket.
func dialSocket(ctx context.Context, r *facts.Reader, name string, users ...uint32) (net.Conn, error) {
	real, err := r.Host().FS.Real(name)
	if err != nil {
		return nil, err
	}
	r.Touched(name)
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", real)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, bare(err))
	}
	uid, err := peerUser(conn)
	if err == nil && uid != 0 && !slices.Contains(users, uid) {
		err = fmt.Errorf("the process that listens there runs as user id %d, which is not the server's", uid)
	}
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return bounded(ctx, conn), nil
}

// bare is a network error without the addresses, which its user names better.
func bare(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

func peerUser(conn net.Conn) (uint32, error) {
	raw, err := conn.(*net.UnixConn).SyscallConn()
	if err != nil {
		return 0, err
	}
	var cred *unix.Ucred
	var failed error
	err = raw.Control(func(fd uintptr) {
		cred, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	if err = errors.Join(err, failed); err != nil {
		return 0, err
	}
	return cred.Uid, nil
}

// dialLoopback connects to a port on loopback, where the process given is the one that listens.
func dialLoopback(ctx context.Context, r *facts.Reader, port, pid int) (net.Conn, netip.AddrPort, error) {
	addr, err := loopbackOf(ctx, r, port, pid)
	if err != nil {
		return nil, addr, err
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr.String())
	if err != nil {
		return nil, addr, fmt.Errorf("%s: %w", addr, bare(err))
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
	return err.Error()
}

// serverUsers are the ids a server's process may have: that of the running one, or of the account its unit names.
func serverUsers(ctx context.Context, r *facts.Reader, p *serverProcess, account string) []uint32 {
	if p != nil {
		if uid, ok := p.UID.Get(); ok {
			return []uint32{uid}
		}
	}
	accounts, err := accountsOf(ctx, r)
	if err != nil {
		return nil
	}
	var out []uint32
	for _, u := range accounts.users.rows {
		if u.Name == account {
			out = append(out, u.UID)
		}
	}
	return out
}
