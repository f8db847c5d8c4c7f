package actions

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/zclconf/go-cty/cty"
)

// use is who talks to the host at this moment, and to whom it talks.
type use struct {
	listeners []string // "tcp 22", on other than loopback addresses
	ssh       []string // those of sshd
	sessions  []connection
	low       int // ports from here on are for the moment
}

type connection struct {
	local, remote int
	peer          netip.Addr
}

// useOf reads it. What can't be told is a refusal: a session that is not known could be cut.
func useOf(ctx context.Context, d *remediate.Draft) (*use, error) {
	u := &use{low: 32768}
	list, err := d.Fact(ctx, "listeners")
	if err != nil {
		return nil, err
	}
	all, complete := elements(list)
	if !complete {
		return nil, remediate.Refuse("what listens here is not known, and so not what must stay reachable")
	}
	if r, err := d.Tree().ReadFile("/proc/sys/net/ipv4/ip_local_port_range"); err == nil {
		if f := strings.Fields(string(r)); len(f) == 2 {
			u.low, _ = strconv.Atoi(f[0])
		}
	}
	for _, l := range all {
		if err := u.listener(l); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		table, err := d.Tree().ReadFile(name)
		if facts.IsAbsent(err) && name == "/proc/net/tcp6" { // no IPv6 in this kernel
			continue
		}
		if err != nil {
			return nil, remediate.Refuse("which connections are in use is not known: %v", err)
		}
		if err := u.connections(name, string(table)); err != nil {
			return nil, err
		}
	}
	return u, nil
}

func (u *use) listener(l cty.Value) error {
	port, known := number(l, "port")
	protocol := text(l, "protocol")
	loopback, told := attribute(l, "loopback")
	if !known || protocol == "" || !told {
		return remediate.Refuse("something listens whose port is not known")
	}
	if loopback.True() || protocol == "udp" && int(port) >= u.low { // an UDP socket of the moment waits for an answer
		return nil
	}
	name := fmt.Sprintf("%s %d", protocol, port)
	u.listeners = append(u.listeners, name)
	unit := text(l, "unit")
	if text(l, "process") == "sshd" || slices.Contains([]string{"ssh.service", "sshd.service", "ssh.socket", "sshd.socket"}, unit) {
		u.ssh = append(u.ssh, name)
	}
	return nil
}

// connections reads the established ones of proc(5)'s /proc/net/tcp, whose addresses are in the machine's byte order.
func (u *use) connections(name, table string) error {
	const established = "01"
	for i, line := range strings.Split(strings.TrimSuffix(table, "\n"), "\n") {
		f := strings.Fields(line)
		if i == 0 || len(f) < 4 || f[3] != established {
			continue
		}
		_, local, err := endpoint(f[1])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		peer, remote, err := endpoint(f[2])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if !peer.IsLoopback() {
			u.sessions = append(u.sessions, connection{local, remote, peer})
		}
	}
	return nil
}

func endpoint(word string) (netip.Addr, int, error) {
	address, port, _ := strings.Cut(word, ":")
	raw, err := hex.DecodeString(address)
	n, portErr := strconv.ParseUint(port, 16, 16)
	if err != nil || portErr != nil || len(raw) != 4 && len(raw) != 16 {
		return netip.Addr{}, 0, fmt.Errorf("%q is no address", word)
	}
	for at := 0; at < len(raw); at += 4 { // words of the machine's byte order: little-endian on all that Debian's servers run on but s390x
		slices.Reverse(raw[at : at+4])
	}
	a, _ := netip.AddrFromSlice(raw)
	return a.Unmap(), int(n), nil
}

// in are the rules for what others may open.
func (u *use) in(listeners bool) []string {
	ports := u.ssh
	if listeners {
		ports = u.listeners
	}
	var out []string
	for _, p := range ports {
		protocol, port, _ := strings.Cut(p, " ")
		out = append(out, protocol+" dport "+port+" accept")
	}
	return out
}

// sessionRules are the rules for the connections of sshd, and those to a port where nobody listens any more, which no other
// rule lets pass: the kernel's tracking may not know of them yet. They are for the running system alone.
func (u *use) sessionRules() (in, out []string) {
	for _, s := range u.sessions {
		port := fmt.Sprintf("tcp %d", s.local)
		if !u.incoming(s) || slices.Contains(u.listeners, port) && !slices.Contains(u.ssh, port) {
			continue
		}
		peer := netip.PrefixFrom(s.peer, s.peer.BitLen())
		in = append(in, fmt.Sprintf("%s tcp sport %d tcp dport %d accept", source("saddr", peer), s.remote, s.local))
		out = append(out, fmt.Sprintf("%s tcp dport %d accept", source("daddr", peer), s.remote))
	}
	return in, out
}

// ofSession tells the rules of sessions from others.
func ofSession(rule string) bool {
	return strings.Contains(rule, " daddr ") || strings.Contains(rule, " tcp sport ")
}

// incoming tells connections to a service from those of a client of ours.
func (u *use) incoming(s connection) bool {
	return s.local < u.low || slices.Contains(u.listeners, fmt.Sprintf("tcp %d", s.local))
}

// out are the rules for what the host's programs are connected to.
func (u *use) out() []string {
	var out []string
	for _, s := range u.sessions {
		if !u.incoming(s) {
			out = append(out, fmt.Sprintf("tcp dport %d accept", s.remote))
		}
	}
	return out
}
