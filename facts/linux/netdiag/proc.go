package netdiag

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
)

// ReadTable reads the waiting sockets from one of the tables /proc/net/{tcp,tcp6,udp,udp6}; see proc(5). They do not
// tell whether an IPv6 socket also takes IPv4, nor to which device a socket is bound.
func ReadTable(table io.Reader, protocol string) ([]Socket, error) {
	var sockets []Socket
	scan := bufio.NewScanner(table)
	if !scan.Scan() {
		if err := scan.Err(); err != nil {
			return nil, err
		}
		return nil, nil
	}
	for n := 2; scan.Scan(); n++ {
		s, waits, err := tableLine(scan.Text(), protocol)
		if err != nil {
			return sockets, fmt.Errorf("line %d: %w", n, err)
		}
		if waits {
			sockets = append(sockets, s)
		}
		if len(sockets) > maxSockets {
			return sockets, fmt.Errorf("more than %d sockets", maxSockets)
		}
	}
	return sockets, scan.Err()
}

// tableLine reads "sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode …".
func tableLine(line, protocol string) (s Socket, waits bool, err error) {
	f := strings.Fields(line)
	if len(f) == 0 {
		return s, false, nil
	}
	if len(f) < 10 {
		return s, false, fmt.Errorf("%d fields instead of 10 or more", len(f))
	}
	state, err := strconv.ParseUint(f[3], 16, 8)
	if err != nil {
		return s, false, fmt.Errorf("state %q", f[3])
	}
	if (protocol == "tcp" && state != tcpListen) || (protocol == "udp" && state != tcpClose) {
		return s, false, nil
	}
	if s.Addr, err = tableAddr(f[1]); err != nil {
		return s, false, err
	}
	uid, err := strconv.ParseUint(f[7], 10, 32)
	if err != nil {
		return s, false, fmt.Errorf("uid %q", f[7])
	}
	if s.Inode, err = strconv.ParseUint(f[9], 10, 64); err != nil {
		return s, false, fmt.Errorf("inode %q", f[9])
	}
	s.Protocol, s.UID = protocol, uint32(uid)
	return s, s.Addr.Port() != 0, nil
}

// tableAddr reads an address, printed as 32-bit words of the machine's byte order, and a port in hexadecimal.
func tableAddr(field string) (netip.AddrPort, error) {
	addr, port, ok := strings.Cut(field, ":")
	b, err := hex.DecodeString(addr)
	p, perr := strconv.ParseUint(port, 16, 16)
	if !ok || err != nil || perr != nil || (len(b) != 4 && len(b) != 16) {
		return netip.AddrPort{}, fmt.Errorf("address %q", field)
	}
	for i := 0; i < len(b); i += 4 {
		binary.NativeEndian.PutUint32(b[i:], binary.BigEndian.Uint32(b[i:]))
	}
	ip, _ := netip.AddrFromSlice(b)
	return netip.AddrPortFrom(ip, uint16(p)), nil
}
