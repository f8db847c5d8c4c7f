package effects

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/holdfast-agent/holdfast/facts/linux/nftexpr"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

func init() { register("firewall", firewallEffect{}) }

// firewallTarget is the one table that is ours.
const firewallTarget = "inet holdfast"

const (
	firewallTable   = "holdfast"
	firewallTimeout = 8 * time.Second
	// Of linux/netfilter/nfnetlink.h: the attribute of a batch that says on which generation it is based. The kernel
	// refuses it with ERESTART when the ruleset is another one by then.
	batchGenID = 1
)

// firewallEffect is the table "inet holdfast" in the running kernel. It is replaced in one transaction of the kernel.
type firewallEffect struct{}

func (firewallEffect) observe(_ context.Context, target string) (remediate.State, error) {
	if target != firewallTarget {
		return remediate.State{}, fmt.Errorf("the table %q is not ours", target)
	}
	f, _, err := readFirewall()
	return remediate.NewState(f.Summary(), f), err
}

func (firewallEffect) set(_ context.Context, s *remediate.Step, to remediate.State) error {
	want, err := decode[remediate.FirewallTable](to)
	if err != nil || s.Target != firewallTarget {
		return errors.Join(err, notOurs(s.Target))
	}
	now, generation, err := readFirewall()
	if err != nil {
		return err
	}
	if remediate.NewState("", now).Equal(remediate.NewState("", want)) {
		return nil
	}
	messages, err := replacement(want, generation)
	if err != nil {
		return err
	}
	return commit(messages)
}

func notOurs(target string) error {
	if target != firewallTarget {
		return fmt.Errorf("the table %q is not ours", target)
	}
	return nil
}

// readFirewall reads our table, and the generation of the ruleset in which it is so.
func readFirewall() (remediate.FirewallTable, uint32, error) {
	const tries = 4
	for range tries {
		before, err := generation()
		if err != nil {
			return remediate.FirewallTable{}, 0, err
		}
		f, err := dumpFirewall()
		if err != nil {
			return remediate.FirewallTable{}, 0, fmt.Errorf("reading the table %s: %w", firewallTarget, err)
		}
		after, err := generation()
		if err != nil || before == after {
			return f, after, err
		}
	}
	return remediate.FirewallTable{}, 0, errors.New("the firewall's rules changed each time they were read")
}

func dumpFirewall() (remediate.FirewallTable, error) {
	var f remediate.FirewallTable
	lib, err := nftables.New()
	if err != nil {
		return f, err
	}
	tables, err := lib.ListTablesOfFamily(nftables.TableFamilyINet)
	if err != nil || !slices.ContainsFunc(tables, func(t *nftables.Table) bool { return t.Name == firewallTable }) {
		return f, err
	}
	f.Present = true
	chains, err := lib.ListChainsOfTableFamily(nftables.TableFamilyINet)
	if err != nil {
		return f, err
	}
	for _, c := range chains {
		if c.Table.Name != firewallTable {
			continue
		}
		chain, err := ownChain(c)
		if err != nil {
			return f, err
		}
		f.Chains = append(f.Chains, chain)
	}
	slices.SortFunc(f.Chains, func(a, b remediate.FirewallChain) int { return strings.Compare(a.Name, b.Name) })
	return f, ownRules(&f)
}

var firewallHooks = map[string]uint32{"input": unix.NF_INET_LOCAL_IN, "forward": unix.NF_INET_FORWARD, "output": unix.NF_INET_LOCAL_OUT}

// ownChain is a chain as we make them; another one was put there by somebody.
func ownChain(c *nftables.Chain) (remediate.FirewallChain, error) {
	hook, known := firewallHooks[c.Name]
	if !known || c.Type != nftables.ChainTypeFilter || c.Hooknum == nil || uint32(*c.Hooknum) != hook || c.Priority == nil || *c.Priority != 0 {
		return remediate.FirewallChain{}, fmt.Errorf("the chain %s in it is not Holdfast's: take it out", c.Name)
	}
	policy := "accept"
	if c.Policy != nil && *c.Policy == nftables.ChainPolicyDrop {
		policy = "drop"
	}
	return remediate.FirewallChain{Name: c.Name, Policy: policy, Rules: []remediate.FirewallRule{}}, nil
}

func ownRules(f *remediate.FirewallTable) error {
	attributes, err := netlink.MarshalAttributes([]netlink.Attribute{{Type: unix.NFTA_RULE_TABLE, Data: []byte(firewallTable + "\x00")}})
	if err != nil {
		return err
	}
	replies, err := executeNFT(nftMessage(unix.NFT_MSG_GETRULE, netlink.Dump, unix.NFPROTO_INET, attributes))
	if err != nil {
		return err
	}
	for _, m := range replies {
		r, err := nftexpr.ParseRule(m.Data)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(f.Chains, func(c remediate.FirewallChain) bool { return c.Name == r.Chain })
		if r.Table != firewallTable || at < 0 {
			continue
		}
		f.Chains[at].Rules = append(f.Chains[at].Rules, ownRule(r, m.Data))
	}
	return nil
}

// ownRule puts a rule in nft's words if it is exactly what those words make; else its expressions are kept as they are.
func ownRule(r nftexpr.Rule, message []byte) remediate.FirewallRule {
	text := firewallWords.Replace(nftexpr.Describe(r, nil, nil).Text)
	if r.Comment == "" && slices.EqualFunc(parsed(r.Chain, text), r.Exprs, func(a, b nftexpr.Expr) bool { return reflect.DeepEqual(a, b) }) {
		return remediate.FirewallRule{Text: text}
	}
	return remediate.FirewallRule{Text: text, Raw: bytes.Clone(message)}
}

// parsed is what the kernel would say of a rule of ours; nil when the words are not ours.
func parsed(chain, text string) []nftexpr.Expr {
	exprs, err := compileRule(text)
	if err != nil {
		return nil
	}
	data, err := ruleMessage(chain, exprs)
	if err != nil {
		return nil
	}
	handle, err := netlink.MarshalAttributes([]netlink.Attribute{{Type: unix.NFTA_RULE_HANDLE, Data: make([]byte, 8)}})
	if err != nil {
		return nil
	}
	r, err := nftexpr.ParseRule(append(data, handle...))
	if err != nil {
		return nil
	}
	return r.Exprs
}

// firewallWords are where nftexpr's words differ from what nft(8) takes.
var firewallWords = strings.NewReplacer("ipv6-icmp type", "icmpv6 type", "ct state { established, related }", "ct state established,related")

// replacement is one transaction that makes our table be what it shall be, on the generation given.
func replacement(f remediate.FirewallTable, generation uint32) ([]netlink.Message, error) {
	id, err := netlink.MarshalAttributes([]netlink.Attribute{{Type: batchGenID, Data: binary.BigEndian.AppendUint32(nil, generation)}})
	if err != nil {
		return nil, err
	}
	table, err := netlink.MarshalAttributes([]netlink.Attribute{{Type: unix.NFTA_TABLE_NAME, Data: []byte(firewallTable + "\x00")}})
	if err != nil {
		return nil, err
	}
	made := nftMessage(unix.NFT_MSG_NEWTABLE, netlink.Create, unix.NFPROTO_INET, table)
	out := []netlink.Message{batchMessage(unix.NFNL_MSG_BATCH_BEGIN, id), made, nftMessage(unix.NFT_MSG_DELTABLE, 0, unix.NFPROTO_INET, table)}
	if f.Present {
		out = append(out, made)
	}
	for _, c := range f.Chains {
		chain, err := chainMessages(c)
		if err != nil {
			return nil, fmt.Errorf("the chain %s: %w", c.Name, err)
		}
		out = append(out, chain...)
	}
	out[len(out)-1].Header.Flags |= netlink.Acknowledge // its answer comes when all is done
	return append(out, batchMessage(unix.NFNL_MSG_BATCH_END, nil)), nil
}

func chainMessages(c remediate.FirewallChain) ([]netlink.Message, error) {
	hook, known := firewallHooks[c.Name]
	policy := map[string]uint32{"drop": 0, "accept": 1}[c.Policy]
	if !known {
		return nil, errors.New("it has no hook")
	}
	hooks, err := netlink.MarshalAttributes([]netlink.Attribute{
		{Type: unix.NFTA_HOOK_HOOKNUM, Data: binary.BigEndian.AppendUint32(nil, hook)},
		{Type: unix.NFTA_HOOK_PRIORITY, Data: binary.BigEndian.AppendUint32(nil, 0)},
	})
	if err != nil {
		return nil, err
	}
	attributes, err := netlink.MarshalAttributes([]netlink.Attribute{
		{Type: unix.NFTA_CHAIN_TABLE, Data: []byte(firewallTable + "\x00")},
		{Type: unix.NFTA_CHAIN_NAME, Data: []byte(c.Name + "\x00")},
		{Type: unix.NLA_F_NESTED | unix.NFTA_CHAIN_HOOK, Data: hooks},
		{Type: unix.NFTA_CHAIN_POLICY, Data: binary.BigEndian.AppendUint32(nil, policy)},
		{Type: unix.NFTA_CHAIN_TYPE, Data: []byte("filter\x00")},
	})
	if err != nil {
		return nil, err
	}
	out := []netlink.Message{nftMessage(unix.NFT_MSG_NEWCHAIN, netlink.Create, unix.NFPROTO_INET, attributes)}
	for _, r := range c.Rules {
		data, err := rawRule(r)
		if r.Raw == nil {
			var exprs []expr.Any
			if exprs, err = compileRule(r.Text); err == nil {
				data, err = ruleMessage(c.Name, exprs)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("the rule %q: %w", r.Text, err)
		}
		m := nftMessage(unix.NFT_MSG_NEWRULE, netlink.Create|netlink.Append, unix.NFPROTO_INET, nil)
		m.Data = data
		out = append(out, m)
	}
	return out, nil
}

// rawRule is the message that makes a rule which was read from the kernel, without its number and place.
func rawRule(r remediate.FirewallRule) ([]byte, error) {
	if len(r.Raw) < 4 {
		return nil, nil
	}
	list, err := netlink.UnmarshalAttributes(r.Raw[4:])
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(a netlink.Attribute) bool {
		return !slices.Contains([]uint16{unix.NFTA_RULE_TABLE, unix.NFTA_RULE_CHAIN, unix.NFTA_RULE_EXPRESSIONS, unix.NFTA_RULE_USERDATA}, a.Type&^unix.NLA_F_NESTED)
	})
	data, err := netlink.MarshalAttributes(list)
	return append(slices.Clone(r.Raw[:4]), data...), err
}

// ruleMessage is the body of the message that makes a rule.
func ruleMessage(chain string, exprs []expr.Any) ([]byte, error) {
	var list []netlink.Attribute
	for _, e := range exprs {
		data, err := expr.Marshal(unix.NFPROTO_INET, e)
		if err != nil {
			return nil, err
		}
		list = append(list, netlink.Attribute{Type: unix.NLA_F_NESTED | unix.NFTA_LIST_ELEM, Data: data})
	}
	expressions, err := netlink.MarshalAttributes(list)
	if err != nil {
		return nil, err
	}
	attributes, err := netlink.MarshalAttributes([]netlink.Attribute{
		{Type: unix.NFTA_RULE_TABLE, Data: []byte(firewallTable + "\x00")},
		{Type: unix.NFTA_RULE_CHAIN, Data: []byte(chain + "\x00")},
		{Type: unix.NLA_F_NESTED | unix.NFTA_RULE_EXPRESSIONS, Data: expressions},
	})
	return append([]byte{unix.NFPROTO_INET, unix.NFNETLINK_V0, 0, 0}, attributes...), err
}

func nftMessage(kind uint16, flags netlink.HeaderFlags, family uint8, attributes []byte) netlink.Message {
	return netlink.Message{
		Header: netlink.Header{Type: netlink.HeaderType(unix.NFNL_SUBSYS_NFTABLES<<8 | kind), Flags: netlink.Request | flags},
		Data:   append([]byte{family, unix.NFNETLINK_V0, 0, 0}, attributes...),
	}
}

func batchMessage(kind uint16, attributes []byte) netlink.Message {
	return netlink.Message{
		Header: netlink.Header{Type: netlink.HeaderType(kind), Flags: netlink.Request},
		Data:   append([]byte{unix.AF_UNSPEC, unix.NFNETLINK_V0, 0, unix.NFNL_SUBSYS_NFTABLES}, attributes...), // the subsystem in big-endian
	}
}

func dialNFT() (*netlink.Conn, error) {
	conn, err := netlink.Dial(unix.NETLINK_NETFILTER, nil)
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(time.Now().Add(firewallTimeout)); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

func executeNFT(m netlink.Message) ([]netlink.Message, error) {
	conn, err := dialNFT()
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return conn.Execute(m)
}

// generation is the number of the last change of the ruleset.
func generation() (uint32, error) {
	replies, err := executeNFT(nftMessage(unix.NFT_MSG_GETGEN, 0, unix.AF_UNSPEC, nil))
	if err != nil {
		return 0, fmt.Errorf("nf_tables does not tell its generation: %w", err)
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
	return 0, errors.New("nf_tables does not tell its generation")
}

// commit has the kernel do all of the messages or none.
func commit(messages []netlink.Message) error {
	conn, err := dialNFT()
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.SendMessages(messages); err != nil {
		return fmt.Errorf("changing the firewall: %w", err)
	}
	_, err = conn.Receive()
	if errors.Is(err, unix.ERESTART) {
		return errors.New("the firewall's rules were changed by somebody else at this moment: try again")
	}
	if err != nil {
		return fmt.Errorf("the kernel refuses the firewall's change: %w", err)
	}
	return nil
}
