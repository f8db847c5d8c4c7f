package linux

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/iptsave"
	"github.com/holdfast-agent/holdfast/facts/linux/packetpath"
)

// firewallState is all that filters packets in this network namespace, and where packets arrive.
type firewallState struct {
	available bool // the kernel has nf_tables in use
	nft       *nftRuleset
	nftErr    error
	legacy    []*packetpath.Chain
	legacyErr error

	rules      packetpath.Ruleset
	host       packetpath.Host
	hostErr    error
	ipv6       facts.V[bool]
	lo         packetpath.Interface
	interfaces map[uint32]string
}

func firewallOf(ctx context.Context, r *facts.Reader) (*firewallState, error) {
	return facts.Once(ctx, r, "firewall", readFirewall)
}

func readFirewall(ctx context.Context, r *facts.Reader) (*firewallState, error) {
	if !r.Live() {
		return nil, errors.New(facts.Offline)
	}
	st := &firewallState{}
	has, err := kernelHas(ctx, r, "nf_tables")
	switch {
	case err != nil:
		st.nftErr = err
	case !has: // no module, no rules
		st.nft = &nftRuleset{}
	case !r.Native():
		st.nftErr = errors.New("the nftables ruleset can only be asked of the kernel we run on")
	default:
		st.nft, st.nftErr = askNFT(ctx)
		// A kernel that can load no modules was asked without knowing whether it has nf_tables at all.
		has = !errors.Is(st.nftErr, errNoNFT)
		if !has {
			st.nft, st.nftErr = &nftRuleset{}, nil
		}
	}
	st.available = has
	st.legacy, st.legacyErr = legacyChains(ctx, r)
	st.join()
	st.hostErr = st.lookAround(r)
	return st, nil
}

func askNFT(ctx context.Context) (*nftRuleset, error) {
	c, err := dialNFT()
	if err != nil {
		return nil, nftError(err)
	}
	defer c.close()
	return c.read(ctx)
}

// join makes one ruleset of what was read.
func (st *firewallState) join() {
	var unread []string
	for _, err := range []error{st.nftErr, st.legacyErr} {
		if err != nil {
			unread = append(unread, err.Error())
		}
	}
	if st.nft != nil {
		st.rules.Chains = append(st.rules.Chains, st.nft.chains...)
	}
	st.rules.Chains = append(st.rules.Chains, st.legacy...)
	st.rules.Unread = strings.Join(unread, "; ")
	st.rules.Index()
}

// lookAround finds the interfaces and addresses at which packets arrive.
func (st *firewallState) lookAround(r *facts.Reader) error {
	st.ipv6 = ipv6InUse(r)
	st.host.IPv6 = st.ipv6.Or(true)
	if _, known := st.ipv6.Get(); !known {
		return errors.New(st.ipv6.Reason())
	}
	if !r.Native() {
		return errors.New("the interfaces can only be asked of the kernel we run on")
	}
	all, err := net.Interfaces()
	if err != nil {
		return fmt.Errorf("the interfaces could not be listed: %w", err)
	}
	st.interfaces = map[uint32]string{}
	for _, i := range all {
		pi := packetpath.Interface{Name: i.Name, Index: uint32(i.Index)}
		st.interfaces[pi.Index] = pi.Name
		if i.Flags&net.FlagLoopback != 0 {
			st.lo = pi
			continue
		}
		st.host.Interfaces = append(st.host.Interfaces, pi)
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return fmt.Errorf("the host's addresses could not be listed: %w", err)
	}
	for _, a := range addrs {
		n, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		ip, ok := netip.AddrFromSlice(n.IP)
		if ip = ip.Unmap(); ok && !ip.IsLoopback() {
			st.host.Addresses = append(st.host.Addresses, ip)
		}
	}
	return nil
}

// ipv6InUse: the file is absent in a kernel without IPv6, and empty when IPv6 is disabled on every interface.
func ipv6InUse(r *facts.Reader) facts.V[bool] {
	b, err := r.ReadFile(ifInet6)
	if err != nil && !facts.IsAbsent(err) {
		return facts.Unknown[bool](err.Error())
	}
	return facts.Known(len(bytes.TrimSpace(b)) > 0, facts.File(ifInet6, 0))
}

// legacyChains are the rules of legacy iptables, which nftables doesn't show. The kernel names the tables that are in use
// in /proc; only where there are some is a program run.
func legacyChains(ctx context.Context, r *facts.Reader) ([]*packetpath.Chain, error) {
	var out []*packetpath.Chain
	for _, v6 := range []bool{false, true} {
		names, save := "/proc/net/ip_tables_names", "/usr/sbin/iptables-legacy-save"
		if v6 {
			names, save = "/proc/net/ip6_tables_names", "/usr/sbin/ip6tables-legacy-save"
		}
		b, err := r.ReadFile(names)
		if facts.IsAbsent(err) || (err == nil && len(bytes.TrimSpace(b)) == 0) {
			continue
		}
		if errors.Is(err, os.ErrPermission) {
			return nil, fmt.Errorf("no permission to read %s, which tells whether legacy iptables is in use: run as root", names)
		}
		if err != nil {
			return nil, err
		}
		if !r.Native() {
			return nil, fmt.Errorf("legacy iptables is in use (%s) and can only be read on the host itself", names)
		}
		tables, err := legacySave(ctx, save)
		if err != nil {
			return nil, err
		}
		for name := range strings.FieldsSeq(string(b)) {
			if !hasTable(tables, name) {
				return nil, fmt.Errorf("%s does not show the table %s", save, name)
			}
		}
		out = append(out, packetpath.Legacy(tables, v6)...)
	}
	return out, nil
}

func hasTable(tables []iptsave.Table, name string) bool {
	for _, t := range tables {
		if t.Name == name {
			return true
		}
	}
	return false
}

const (
	legacyTimeout = 5 * time.Second
	legacyBytes   = 32 << 20
)

// legacySave is the one place where facts are read by starting a process: the kernel gives the rules of legacy iptables
// as a binary blob of its own layout for each extension, which only iptables' own plug-ins can read. The program is the
// distribution's, by its absolute path, and only prints; it is run only when the kernel says that tables are in use.
func legacySave(ctx context.Context, program string) ([]iptsave.Table, error) {
	ctx, cancel := context.WithTimeout(ctx, legacyTimeout)
	defer cancel()
	if _, err := os.Stat(program); err != nil {
		return nil, fmt.Errorf("legacy iptables is in use and %s is not there to read it", program)
	}
	// -M names the program that loads modules: /bin/false, since reading must load none.
	cmd := exec.CommandContext(ctx, program, "-M", "/bin/false") // the path is one of two constants
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}
	cmd.Dir = "/"
	cmd.WaitDelay = time.Second
	out, stderr := &boundedBuffer{limit: legacyBytes}, &boundedBuffer{limit: 4096}
	cmd.Stdout, cmd.Stderr = out, stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w: %s", program, err, strings.TrimSpace(stderr.String()))
	}
	tables, err := iptsave.Parse(&out.Buffer)
	if err != nil {
		return nil, fmt.Errorf("the output of %s: %w", program, err)
	}
	return tables, nil
}

// boundedBuffer refuses to grow past its limit, which ends the program that writes to it.
type boundedBuffer struct {
	bytes.Buffer
	limit int
}

// Write refuses what is too much.
func (b *boundedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.limit {
		return 0, fmt.Errorf("more than %d bytes", b.limit)
	}
	return b.Buffer.Write(p)
}
