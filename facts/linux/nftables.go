package linux

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/google/nftables"
	"github.com/holdfast-agent/holdfast/facts/linux/nftexpr"
	"github.com/holdfast-agent/holdfast/facts/linux/packetpath"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// nftConn talks to nf_tables: tables and chains through google/nftables; rules, sets and their elements through messages of
// our own, because the library drops expressions and data types that it does not know (see facts/linux/nftexpr).
type nftConn struct {
	lib     *nftables.Conn
	execute func(netlink.Message) ([]netlink.Message, error)
	close   func()
}

// nftRuleset is the kernel's whole ruleset at one moment.
type nftRuleset struct {
	tables []nftTable
	chains []*packetpath.Chain
}

type nftTable struct{ family, name string }

const (
	nftTimeout = 8 * time.Second
	nftTries   = 4 // of reading a ruleset that changes meanwhile
)

func dialNFT() (*nftConn, error) {
	lib, err := nftables.New()
	if err != nil {
		return nil, err
	}
	conn, err := netlink.Dial(unix.NETLINK_NETFILTER, nil)
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(time.Now().Add(nftTimeout)); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return &nftConn{lib, conn.Execute, func() { _ = conn.Close() }}, nil
}

// read takes the ruleset between two looks at its generation, so that it is of one moment.
func (c *nftConn) read(ctx context.Context) (*nftRuleset, error) {
	var err error
	for range nftTries {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		before, genErr := c.generation()
		if errors.Is(genErr, unix.EINVAL) || errors.Is(genErr, unix.EOPNOTSUPP) {
			return nil, errNoNFT // nfnetlink answers so for a subsystem that is not there
		}
		if genErr != nil {
			return nil, nftError(genErr)
		}
		var rs *nftRuleset
		rs, err = c.dump()
		after, genErr := c.generation()
		switch {
		case genErr != nil:
			return nil, nftError(genErr)
		case before != after:
			err = errors.New("it changed each time it was read")
		case err != nil:
			return nil, nftError(err)
		default:
			return rs, nil
		}
	}
	return nil, nftError(err)
}

// errNoNFT says that the kernel has no nf_tables. Its netlink family or subsystem does not exist then.
var errNoNFT = errors.New("the kernel has no nf_tables")

func nftError(err error) error {
	if errors.Is(err, unix.EPROTONOSUPPORT) {
		return errNoNFT
	}
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		return errors.New("no permission to read the nftables ruleset: run as root")
	}
	return fmt.Errorf("the nftables ruleset could not be read: %w", err)
}

func (c *nftConn) dump() (*nftRuleset, error) {
	tables, err := c.lib.ListTables()
	if err != nil {
		return nil, err
	}
	chains, err := c.lib.ListChains()
	if err != nil {
		return nil, err
	}
	sets, err := c.sets()
	if err != nil {
		return nil, err
	}
	rs := &nftRuleset{}
	for _, t := range tables {
		rs.tables = append(rs.tables, nftTable{nftexpr.FamilyName(byte(t.Family)), t.Name})
	}
	byName := map[[3]string]*packetpath.Chain{}
	for _, ch := range chains {
		pc := nftChain(ch)
		rs.chains = append(rs.chains, pc)
		byName[[3]string{pc.Family, pc.Table, pc.Name}] = pc
	}
	return rs, c.rules(byName, sets)
}

func nftChain(c *nftables.Chain) *packetpath.Chain {
	pc := &packetpath.Chain{Family: nftexpr.FamilyName(byte(c.Table.Family)), Table: c.Table.Name, Name: c.Name, Type: string(c.Type)}
	if c.Hooknum != nil {
		pc.Base, pc.Hook = true, hookName(pc.Family, uint32(*c.Hooknum))
	}
	if c.Priority != nil {
		pc.Priority = int32(*c.Priority)
	}
	pc.Drop = c.Policy != nil && *c.Policy == nftables.ChainPolicyDrop
	return pc
}

// hookName names a hook number; numbers mean other hooks in the families netdev and arp.
func hookName(family string, n uint32) packetpath.Hook {
	names := []packetpath.Hook{packetpath.Prerouting, packetpath.Input, packetpath.Forward, packetpath.Output, "postrouting", packetpath.Ingress}
	switch family {
	case "netdev":
		names = []packetpath.Hook{packetpath.Ingress, "egress"}
	case "arp":
		names = []packetpath.Hook{packetpath.Input, packetpath.Output, packetpath.Forward}
	}
	if int(n) < len(names) {
		return names[n]
	}
	return packetpath.Hook(fmt.Sprintf("hook%d", n))
}

// request makes a message of nf_tables; the attributes follow struct nfgenmsg, which names the family.
func nftRequest(kind uint16, flags netlink.HeaderFlags, family uint8, attributes []byte) netlink.Message {
	return netlink.Message{
		Header: netlink.Header{Type: netlink.HeaderType(unix.NFNL_SUBSYS_NFTABLES<<8 | kind), Flags: netlink.Request | flags},
		Data:   append([]byte{family, unix.NFNETLINK_V0, 0, 0}, attributes...),
	}
}

// generation is the number of the last commit.
func (c *nftConn) generation() (uint32, error) {
	replies, err := c.execute(nftRequest(unix.NFT_MSG_GETGEN, 0, unix.AF_UNSPEC, nil))
	if err != nil {
		return 0, err
	}
	for _, m := range replies {
		if len(m.Data) < 4 {
			continue
		}
		list, err := netlink.UnmarshalAttributes(m.Data[4:])
		if err != nil {
			return 0, err
		}
		for _, a := range list {
			if a.Type == unix.NFTA_GEN_ID && len(a.Data) == 4 {
				return binary.BigEndian.Uint32(a.Data), nil
			}
		}
	}
	return 0, errors.New("the kernel did not tell the generation of the ruleset")
}

type setName struct {
	family uint8
	table  string
}

func (c *nftConn) sets() (map[setName]map[string]*nftexpr.Set, error) {
	replies, err := c.execute(nftRequest(unix.NFT_MSG_GETSET, netlink.Dump, unix.AF_UNSPEC, nil))
	if err != nil {
		return nil, err
	}
	all := map[setName]map[string]*nftexpr.Set{}
	for _, m := range replies {
		s, err := nftexpr.ParseSet(m.Data)
		if err != nil {
			return nil, fmt.Errorf("a set: %w", err)
		}
		if err := c.elements(&s); err != nil {
			if errors.Is(err, unix.EINTR) || errors.Is(err, unix.ENOENT) {
				return nil, err
			}
			s.Why = err.Error()
		}
		k := setName{s.Family, s.Table}
		if all[k] == nil {
			all[k] = map[string]*nftexpr.Set{}
		}
		all[k][s.Name] = &s
	}
	return all, nil
}

func (c *nftConn) elements(s *nftexpr.Set) error {
	attributes, err := netlink.MarshalAttributes([]netlink.Attribute{
		{Type: unix.NFTA_SET_ELEM_LIST_TABLE, Data: append([]byte(s.Table), 0)},
		{Type: unix.NFTA_SET_ELEM_LIST_SET, Data: append([]byte(s.Name), 0)},
	})
	if err != nil {
		return err
	}
	replies, err := c.execute(nftRequest(unix.NFT_MSG_GETSETELEM, netlink.Dump, s.Family, attributes))
	if err != nil {
		return err
	}
	for _, m := range replies {
		if err := s.ParseElements(m.Data); err != nil {
			return err
		}
	}
	s.Assemble()
	return nil
}

func (c *nftConn) rules(chains map[[3]string]*packetpath.Chain, sets map[setName]map[string]*nftexpr.Set) error {
	replies, err := c.execute(nftRequest(unix.NFT_MSG_GETRULE, netlink.Dump, unix.AF_UNSPEC, nil))
	if err != nil {
		return err
	}
	for _, m := range replies {
		r, err := nftexpr.ParseRule(m.Data)
		if err != nil {
			return fmt.Errorf("a rule: %w", err)
		}
		chain := chains[[3]string{nftexpr.FamilyName(r.Family), r.Table, r.Chain}]
		if chain == nil {
			return fmt.Errorf("a rule in the chain %s of table %s, which is not listed", r.Chain, r.Table)
		}
		chain.Rules = append(chain.Rules, packetpath.NFT{Rule: r, Sets: sets[setName{r.Family, r.Table}]})
	}
	return nil
}
