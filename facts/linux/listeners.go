package linux

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/netdiag"
	"golang.org/x/sys/unix"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name: "listeners",
		Doc: "The sockets that wait for traffic: TCP in LISTEN, UDP bound and not connected, IPv4 and IPv6, in this network namespace. " +
			"One element per socket; a socket of both IPv4 and IPv6 is one element of family dual.",
		Reads: "netlink sock_diag (or /proc/net/{tcp,tcp6,udp,udp6} where that would load a kernel module), /proc/PID/{fd,comm,cgroup}, /etc/passwd",
	}, collectListeners))
}

// Listener is one socket that waits for traffic.
type Listener struct {
	Origin facts.Origin

	Protocol  string                       `fact:"protocol" doc:"tcp or udp."`
	Address   string                       `fact:"address" doc:"The local address; 0.0.0.0 or :: for every address."`
	Port      uint16                       `fact:"port" doc:"The local port."`
	Family    facts.V[string]              `fact:"family" doc:"What it receives: ipv4, ipv6, or dual for both."`
	Wildcard  bool                         `fact:"wildcard" doc:"Whether it listens on every address of the host."`
	Loopback  bool                         `fact:"loopback" doc:"Whether its address is a loopback address, out of reach for other hosts."`
	Interface facts.V[string]              `fact:"interface" doc:"The interface it is bound to by SO_BINDTODEVICE; empty for none."`
	PID       facts.V[int]                 `fact:"pid" doc:"The process that holds the socket; the lowest id when several share it."`
	Process   facts.V[string]              `fact:"process" doc:"That process's name (comm, at most 15 characters)."`
	Unit      facts.V[string]              `fact:"unit" doc:"The systemd unit that process runs in; empty when it runs in none."`
	Holders   facts.List[ListeningProcess] `fact:"holders" doc:"Every process that holds the socket."`
	UID       uint32                       `fact:"uid" doc:"User id that owns the socket."`
	User      facts.V[string]              `fact:"user" doc:"That user's name; empty when no account has the id."`

	inode uint64
}

// ListeningProcess is one of the processes that hold a socket.
type ListeningProcess struct {
	PID  int             `fact:"pid" doc:"Process id."`
	Name facts.V[string] `fact:"name" doc:"Process name (comm, at most 15 characters)."`
	Unit facts.V[string] `fact:"unit" doc:"The systemd unit it runs in; empty for none."`
}

func collectListeners(ctx context.Context, r *facts.Reader, _ facts.Key) (facts.List[Listener], error) {
	if !r.Live() {
		return facts.UnknownList[Listener](facts.Offline), nil
	}
	var all []Listener
	var missing error
	names := namesOf(ctx, r)
	for _, protocol := range []string{"tcp", "udp"} {
		for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
			sockets, origin, err := waitingSockets(ctx, r, protocol, family)
			if err != nil && missing == nil {
				missing = err
			}
			for _, s := range sockets {
				all = append(all, describeSocket(r, names, s, origin))
			}
		}
	}
	slices.SortFunc(all, func(a, b Listener) int {
		return cmp.Or(cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Port, b.Port),
			cmp.Compare(a.Address, b.Address), cmp.Compare(a.inode, b.inode))
	})
	attribute(r, all)
	if missing != nil {
		return facts.Partial(all, facts.From("netlink sock_diag"), missing.Error()), nil
	}
	return facts.Complete(all, facts.From("netlink sock_diag")), nil
}

// waitingSockets asks netlink when that changes nothing in the kernel, and /proc/net otherwise.
func waitingSockets(ctx context.Context, r *facts.Reader, protocol string, family uint8) ([]netdiag.Socket, facts.Origin, error) {
	if r.Native() && diagInUse(ctx, r, protocol) {
		sockets, err := netdiag.Dump(protocol, family)
		if !errors.Is(err, unix.ENOENT) && !errors.Is(err, unix.EPROTONOSUPPORT) { // no such handler in this kernel
			return sockets, facts.From("netlink sock_diag"), err
		}
	}
	name := "/proc/net/" + protocol
	if family == unix.AF_INET6 {
		name += "6"
	}
	origin := facts.File(name, 0)
	r.Touched(name)
	f, err := r.Host().FS.Open(name)
	if facts.IsAbsent(err) && family == unix.AF_INET6 {
		return nil, origin, noIPv6(r) // a kernel without IPv6 has no such table
	}
	if err != nil {
		return nil, origin, err
	}
	defer f.Close()
	sockets, err := netdiag.ReadTable(f, protocol)
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return sockets, origin, err
}

// noIPv6 is nil when the kernel certainly has no IPv6: its own tables are there and IPv6's are not.
func noIPv6(r *facts.Reader) error {
	if _, err := r.Stat("/proc/net/tcp"); err != nil {
		return err
	}
	_, err := r.Stat("/proc/net/if_inet6")
	if facts.IsAbsent(err) {
		return nil
	}
	if err == nil {
		return errors.New("the kernel has IPv6, but its table of sockets is not there")
	}
	return err
}

func diagInUse(ctx context.Context, r *facts.Reader, protocol string) bool {
	for _, module := range []string{"inet_diag", protocol + "_diag"} {
		if has, err := kernelHas(ctx, r, module); err != nil || !has {
			return false
		}
	}
	return true
}

func describeSocket(r *facts.Reader, names *idNames, s netdiag.Socket, origin facts.Origin) Listener {
	addr := s.Addr.Addr()
	l := Listener{
		Origin: origin, Protocol: s.Protocol, Port: s.Addr.Port(), UID: s.UID, inode: s.Inode,
		User:      names.user(s.UID),
		Family:    facts.Known("ipv6", facts.Origin{}),
		Interface: deviceName(r, s, origin),
	}
	if addr.Is4() || addr.Is4In6() { // an IPv6 socket bound to ::ffff:192.0.2.1 receives IPv4 only
		addr = addr.Unmap()
		l.Family = facts.Known("ipv4", facts.Origin{})
	}
	if addr == netip.IPv6Unspecified() {
		switch s.V6Only {
		case netdiag.No:
			l.Family = facts.Known("dual", facts.Origin{})
		case netdiag.NotTold:
			l.Family = facts.Unknown[string](origin.String() + " does not tell whether a socket on :: also takes IPv4")
		}
	}
	l.Address, l.Wildcard, l.Loopback = addr.String(), addr.IsUnspecified(), addr.IsLoopback()
	return l
}

// deviceName is the interface that the socket is bound to. /proc/net does not tell.
func deviceName(r *facts.Reader, s netdiag.Socket, origin facts.Origin) facts.V[string] {
	if origin.Source != "netlink sock_diag" {
		return facts.Unknown[string](origin.String() + " does not tell to which interface a socket is bound")
	}
	if s.Device == 0 {
		return facts.Known("", facts.Origin{})
	}
	names, err := interfaceNames(r)
	if err != nil {
		return facts.Unknown[string](err.Error())
	}
	if name, ok := names[s.Device]; ok {
		return facts.Known(name, facts.Origin{})
	}
	return facts.Unknown[string](fmt.Sprintf("no interface has the index %d", s.Device))
}

// attribute finds the processes that hold the sockets, all in one look at /proc.
func attribute(r *facts.Reader, all []Listener) {
	wanted := make(map[uint64][]int, len(all))
	for _, l := range all {
		if l.inode != 0 {
			wanted[l.inode] = nil
		}
	}
	unseen := findHolders(r, wanted)
	known := map[int]ListeningProcess{}
	for i := range all {
		l := &all[i]
		pids := wanted[l.inode]
		if len(pids) == 0 {
			why := "no process holds the socket: the kernel does, or a process outside of this PID namespace"
			if unseen != "" {
				why = unseen
			}
			l.PID, l.Process, l.Unit = facts.Unknown[int](why), facts.Unknown[string](why), facts.Unknown[string](why)
			l.Holders = facts.UnknownList[ListeningProcess](why)
			continue
		}
		var holders []ListeningProcess
		for _, pid := range pids {
			p, ok := known[pid]
			if !ok {
				p = lookAtProcess(r, pid)
				known[pid] = p
			}
			holders = append(holders, p)
		}
		l.Process, l.Unit = holders[0].Name, holders[0].Unit
		if unseen != "" { // another one may hold it too, and be lower
			l.PID = facts.Known(pids[0], facts.File("/proc", 0))
			l.Holders = facts.Partial(holders, facts.File("/proc", 0), unseen)
			continue
		}
		l.PID = facts.Known(pids[0], facts.File("/proc", 0))
		l.Holders = facts.Complete(holders, facts.File("/proc", 0))
	}
}

// interfaceNames are the names of the interfaces by their index.
func interfaceNames(r *facts.Reader) (map[uint32]string, error) {
	entries, err := r.ReadDir("/sys/class/net")
	if err != nil {
		return nil, err
	}
	names := map[uint32]string{}
	for _, e := range entries {
		b, err := r.ReadFile("/sys/class/net/" + e.Name() + "/ifindex")
		if errors.Is(err, os.ErrNotExist) || facts.IsAbsent(err) {
			continue // bonding_masters is a file, and an interface may have gone
		}
		if err != nil {
			return nil, err
		}
		var index uint32
		if _, err := fmt.Sscan(string(b), &index); err != nil {
			return nil, fmt.Errorf("the index of interface %s: %w", e.Name(), err)
		}
		names[index] = e.Name()
	}
	return names, nil
}
