// Package netdiag lists the sockets that wait for traffic: TCP in LISTEN, UDP that is bound and not connected. It asks the
// kernel through sock_diag(7), or reads the tables of /proc/net where that would load a module. It does not know which
// process holds a socket.
package netdiag

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"
)

// Socket is one socket that waits for traffic.
type Socket struct {
	Protocol string // tcp, udp
	Addr     netip.AddrPort
	Device   uint32 // index of the interface it is bound to; 0 for none
	V6Only   Tri    // of IPv6 sockets: whether IPv4 is refused
	UID      uint32
	Inode    uint64
}

// Tri is a yes, a no, or not told.
type Tri int8

// The values of Tri.
const (
	NotTold Tri = iota
	No
	Yes
)

const (
	tcpClose  = 7 // the state of every UDP socket that is not connected
	tcpListen = 10

	attrV6Only   = 11 // INET_DIAG_SKV6ONLY; given for LISTEN and CLOSE without asking
	lenRequest   = 56 // struct inet_diag_req_v2
	lenResponse  = 72 // struct inet_diag_msg
	maxSockets   = 1 << 20
	readTimeout  = 5 // seconds without an answer from the kernel
	interrupted  = 3 // tries of a dump that changed under the reader
	receiveBytes = 1 << 18
)

// ErrInterrupted says that the sockets changed during every attempt to list them: what was listed may lack some.
var ErrInterrupted = errors.New("the sockets changed while they were listed")

// Dump asks the kernel for the waiting sockets of one protocol ("tcp" or "udp") and address family (unix.AF_INET,
// unix.AF_INET6) in the network namespace of this process. The caller makes sure that the kernel has the modules
// inet_diag and tcp_diag or udp_diag, because asking loads them. With ErrInterrupted come the sockets that were seen.
func Dump(protocol string, family uint8) ([]Socket, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return nil, fmt.Errorf("netlink sock_diag: %w", err)
	}
	defer unix.Close(fd)
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: readTimeout}); err != nil {
		return nil, fmt.Errorf("netlink sock_diag: %w", err)
	}
	buf := make([]byte, receiveBytes)
	for try := 1; ; try++ {
		sockets, err := dumpOnce(fd, buf, protocol, family)
		if err == nil || !errors.Is(err, ErrInterrupted) || try == interrupted {
			return sockets, err
		}
	}
}

func dumpOnce(fd int, buf []byte, protocol string, family uint8) ([]Socket, error) {
	if err := unix.Sendto(fd, request(protocol, family), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, fmt.Errorf("netlink sock_diag: %w", err)
	}
	var sockets []Socket
	var torn error
	for {
		n, from, err := unix.Recvfrom(fd, buf, 0)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("netlink sock_diag: %w", err)
		}
		if nl, ok := from.(*unix.SockaddrNetlink); ok && nl.Pid != 0 {
			continue // not from the kernel
		}
		done, err := parse(buf[:n], protocol, &sockets)
		if errors.Is(err, ErrInterrupted) {
			torn = err
		} else if err != nil {
			return nil, err
		}
		if done {
			return sockets, torn
		}
	}
}

func request(protocol string, family uint8) []byte {
	proto, states := uint8(unix.IPPROTO_TCP), uint32(1<<tcpListen)
	if protocol == "udp" {
		proto, states = unix.IPPROTO_UDP, 1<<tcpClose
	}
	b := make([]byte, unix.NLMSG_HDRLEN+lenRequest)
	binary.NativeEndian.PutUint32(b[0:], uint32(len(b)))
	binary.NativeEndian.PutUint16(b[4:], unix.SOCK_DIAG_BY_FAMILY)
	binary.NativeEndian.PutUint16(b[6:], unix.NLM_F_REQUEST|unix.NLM_F_DUMP)
	b[16], b[17] = family, proto
	binary.NativeEndian.PutUint32(b[20:], states)
	return b
}

// parse takes one datagram of the kernel's answer apart. An answer that is not as it should be is an error.
func parse(b []byte, protocol string, out *[]Socket) (done bool, err error) {
	for len(b) >= unix.NLMSG_HDRLEN {
		size := binary.NativeEndian.Uint32(b)
		if size < unix.NLMSG_HDRLEN || uint64(size) > uint64(len(b)) {
			return true, errors.New("netlink sock_diag: a truncated answer")
		}
		kind, flags := binary.NativeEndian.Uint16(b[4:]), binary.NativeEndian.Uint16(b[6:])
		body := b[unix.NLMSG_HDRLEN:size]
		if flags&unix.NLM_F_DUMP_INTR != 0 {
			err = ErrInterrupted
		}
		switch kind {
		case unix.NLMSG_DONE, unix.NLMSG_ERROR:
			if len(body) >= 4 {
				if errno := int32(binary.NativeEndian.Uint32(body)); errno < 0 {
					return true, fmt.Errorf("netlink sock_diag: %w", unix.Errno(-errno))
				}
			}
			return true, err
		case unix.SOCK_DIAG_BY_FAMILY:
			s, ok := parseSocket(body, protocol)
			if !ok {
				return true, errors.New("netlink sock_diag: an answer that is too short")
			}
			if s.Addr.Port() != 0 { // an unbound UDP socket receives nothing
				*out = append(*out, s)
			}
			if len(*out) > maxSockets {
				return true, fmt.Errorf("netlink sock_diag: more than %d sockets", maxSockets)
			}
		}
		b = b[min(len(b), align(int(size))):]
	}
	return false, err
}

func parseSocket(b []byte, protocol string) (Socket, bool) {
	if len(b) < lenResponse {
		return Socket{}, false
	}
	port := binary.BigEndian.Uint16(b[4:])
	s := Socket{
		Protocol: protocol,
		Device:   binary.NativeEndian.Uint32(b[40:]),
		UID:      binary.NativeEndian.Uint32(b[64:]),
		Inode:    uint64(binary.NativeEndian.Uint32(b[68:])),
	}
	if b[0] == unix.AF_INET {
		s.Addr = netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[8:12])), port)
		return s, true
	}
	s.Addr = netip.AddrPortFrom(netip.AddrFrom16([16]byte(b[8:24])), port)
	for attrs := b[lenResponse:]; len(attrs) >= 4; {
		size := int(binary.NativeEndian.Uint16(attrs))
		if size < 4 || size > len(attrs) {
			return Socket{}, false
		}
		if binary.NativeEndian.Uint16(attrs[2:]) == attrV6Only && size >= 5 {
			s.V6Only = No
			if attrs[4] != 0 {
				s.V6Only = Yes
			}
		}
		attrs = attrs[min(len(attrs), align(size)):]
	}
	return s, true
}

func align(n int) int { return (n + 3) &^ 3 }
