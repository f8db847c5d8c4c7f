package linux

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/nftables"
	"github.com/holdfast-agent/holdfast/facts/linux/nftexpr"
	"github.com/holdfast-agent/holdfast/facts/linux/packetpath"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// record: HOLDFAST_RECORD=1 makes the recordings anew, as root.
var record = os.Getenv("HOLDFAST_RECORD") != ""

// TestRecordedRulesets replays conversations with a kernel, so that what is made of its answers is tested without root.
// Each is testdata/nft/NAME.txt, made of NAME.nft; NAME.want is what the rules must read.
func TestRecordedRulesets(t *testing.T) {
	sources, err := filepath.Glob("testdata/nft/*.nft")
	if err != nil || len(sources) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	for _, source := range sources {
		name := strings.TrimSuffix(source, ".nft")
		conn := replay(t, name+".txt")
		rs, err := conn.read(context.Background())
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		got := describeAll(rs)
		if record {
			if err := os.WriteFile(name+".want", []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name + ".want")
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s reads\n%s\nwant\n%s", source, got, want)
		}
	}
}

func TestRecord(t *testing.T) {
	if !record {
		t.Skip("run with HOLDFAST_RECORD=1 as root to make the recordings anew")
	}
	if !inNetns(t) {
		return
	}
	sources, _ := filepath.Glob("testdata/nft/*.nft")
	for _, source := range sources {
		ruleset, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		nft(t, string(ruleset))
		var out strings.Builder
		real, err := netlink.Dial(unix.NETLINK_NETFILTER, nil)
		if err != nil {
			t.Fatal(err)
		}
		conn := connOver(t, func(req netlink.Message) ([]netlink.Message, error) {
			replies, err := real.Execute(netlink.Message{Header: netlink.Header{Type: req.Header.Type, Flags: req.Header.Flags}, Data: req.Data})
			fmt.Fprintf(&out, "> %s\n", encode(req))
			for _, m := range replies {
				fmt.Fprintf(&out, "< %s\n", encode(m))
			}
			return replies, err
		})
		if _, err := conn.read(context.Background()); err != nil {
			t.Fatal(err)
		}
		_ = real.Close()
		if err := os.WriteFile(strings.TrimSuffix(source, ".nft")+".txt", []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// connOver makes both halves of a connection, the library's and our own, ask through one function.
func connOver(t *testing.T, execute func(netlink.Message) ([]netlink.Message, error)) *nftConn {
	t.Helper()
	lib, err := nftables.New(nftables.WithTestDial(func(req []netlink.Message) ([]netlink.Message, error) {
		if len(req) != 1 {
			return nil, nil
		}
		replies, err := execute(req[0])
		if err != nil {
			return nil, err
		}
		for i := range replies {
			replies[i].Header.Sequence, replies[i].Header.PID = req[0].Header.Sequence, req[0].Header.PID
			replies[i].Header.Flags &^= netlink.Multi
		}
		return replies, nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	return &nftConn{lib: lib, execute: execute}
}

func replay(t *testing.T, file string) *nftConn {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	answers := map[string][]netlink.Message{}
	scan := bufio.NewScanner(f)
	scan.Buffer(nil, 4<<20)
	var last string
	for scan.Scan() {
		side, text, _ := strings.Cut(scan.Text(), " ")
		if side == ">" {
			last = text
			answers[last] = []netlink.Message{}
			continue
		}
		var kind uint16
		var data string
		if _, err := fmt.Sscanf(text+" ", "%x %s", &kind, &data); err != nil {
			t.Fatalf("%s: %v in %q", file, err, text)
		}
		b, err := hex.DecodeString(data)
		if err != nil {
			t.Fatal(err)
		}
		answers[last] = append(answers[last], netlink.Message{Header: netlink.Header{Type: netlink.HeaderType(kind)}, Data: b})
	}
	return connOver(t, func(req netlink.Message) ([]netlink.Message, error) {
		replies, ok := answers[encode(req)]
		if !ok {
			return nil, fmt.Errorf("%s: nothing was recorded for %s", file, encode(req))
		}
		return append([]netlink.Message(nil), replies...), nil
	})
}

func encode(m netlink.Message) string { return fmt.Sprintf("%04x %x", uint16(m.Header.Type), m.Data) }

func describeAll(rs *nftRuleset) string {
	var b strings.Builder
	for _, t := range rs.tables {
		fmt.Fprintf(&b, "table %s %s\n", t.family, t.name)
	}
	for _, c := range rs.chains {
		fmt.Fprintf(&b, "chain %s %s %s base=%v hook=%s priority=%d drop=%v\n", c.Family, c.Table, c.Name, c.Base, c.Hook, c.Priority, c.Drop)
		for _, r := range c.Rules {
			n := r.(packetpath.NFT)
			s := nftexpr.Describe(n.Rule, n.Sets, map[uint32]string{1: "lo"})
			fmt.Fprintf(&b, "\t%s\n", s.Text)
			if s.Opaque {
				fmt.Fprintf(&b, "\t\topaque\n")
			}
		}
	}
	return b.String()
}
