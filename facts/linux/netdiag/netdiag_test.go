package netdiag

import (
	"encoding/binary"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// answer is one inet_diag_msg in its netlink header, with the attributes given.
func answer(family uint8, flags uint16, addr string, port uint16, attrs ...byte) []byte {
	b := make([]byte, unix.NLMSG_HDRLEN+lenResponse, 128)
	body := b[unix.NLMSG_HDRLEN:]
	body[0] = family
	binary.BigEndian.PutUint16(body[4:], port)
	copy(body[8:], netip.MustParseAddr(addr).AsSlice())
	b = append(b, attrs...)
	binary.NativeEndian.PutUint32(b, uint32(len(b)))
	binary.NativeEndian.PutUint16(b[4:], unix.SOCK_DIAG_BY_FAMILY)
	binary.NativeEndian.PutUint16(b[6:], flags)
	return b
}

func v6only(v byte) []byte { return []byte{5, 0, attrV6Only, 0, v, 0, 0, 0} }

func TestParseTellsDualStackFromIPv6Only(t *testing.T) {
	for name, c := range map[string]struct {
		message []byte
		want    Tri
	}{
		"dual":              {answer(unix.AF_INET6, 0, "::", 80, v6only(0)...), No},
		"IPv6 only":         {answer(unix.AF_INET6, 0, "::", 80, v6only(1)...), Yes},
		"no attribute":      {answer(unix.AF_INET6, 0, "::", 80), NotTold},
		"behind another":    {answer(unix.AF_INET6, 0, "::", 80, append([]byte{5, 0, 8, 0, 7, 0, 0, 0}, v6only(0)...)...), No},
		"IPv4 is not asked": {answer(unix.AF_INET, 0, "192.0.2.1", 80), NotTold},
	} {
		var out []Socket
		if _, err := parse(c.message, "tcp", &out); err != nil || len(out) != 1 || out[0].V6Only != c.want {
			t.Errorf("%s: %+v, %v", name, out, err)
		}
	}
}

func TestParseRefusesWhatIsCutShort(t *testing.T) {
	whole := answer(unix.AF_INET6, 0, "::", 80, v6only(0)...)
	for n := unix.NLMSG_HDRLEN; n < len(whole); n++ {
		var out []Socket
		if _, err := parse(whole[:n], "tcp", &out); err == nil {
			t.Errorf("%d of %d bytes were accepted: %+v", n, len(whole), out)
		}
	}
}

func TestParseSaysThatTheDumpWasInterrupted(t *testing.T) {
	var out []Socket
	_, err := parse(answer(unix.AF_INET, unix.NLM_F_DUMP_INTR, "127.0.0.1", 1), "tcp", &out)
	if err != ErrInterrupted || len(out) != 1 {
		t.Errorf("%v with %d sockets", err, len(out))
	}
}

func FuzzParse(f *testing.F) {
	f.Add(answer(unix.AF_INET6, 0, "::", 80, v6only(0)...))
	f.Add(answer(unix.AF_INET, 0, "127.0.0.1", 80))
	f.Fuzz(func(t *testing.T, b []byte) {
		var out []Socket
		_, _ = parse(b, "tcp", &out)
	})
}

func FuzzReadTable(f *testing.F) {
	f.Add("sl\n   0: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000    33        0 1001 1 0\n")
	f.Fuzz(func(t *testing.T, s string) {
		sockets, _ := ReadTable(strings.NewReader(s), "tcp")
		for _, s := range sockets {
			if !s.Addr.IsValid() {
				t.Errorf("%+v", s)
			}
		}
	})
}
