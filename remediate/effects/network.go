package effects

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// network6 are the addresses and routes of IPv6, as rtnetlink(7) tells them: messages that the kernel takes back. It is of
// this network namespace, as /proc/sys/net is.
type network6 struct {
	Boot      string   `json:"boot"`
	At        int64    `json:"at"` // in seconds since the boot, for what has a lifetime
	Addresses [][]byte `json:"addresses"`
	Routes    [][]byte `json:"routes"`
}

const (
	// maxNetwork bounds how many addresses and routes are kept; a router with the whole Internet's is not to be switched off.
	maxNetwork = 20000
	// dadTimeout bounds the wait until the kernel has seen that nobody else has an address (RFC 4862): a second by default.
	// Where no cable is plugged in, it never has.
	dadTimeout = 5 * time.Second

	addressHead, routeHead = unix.SizeofIfAddrmsg, unix.SizeofRtMsg
	rtaNHID                = 30         // RTA_NH_ID of linux/rtnetlink.h
	infinite               = 0xffffffff // of lifetimes
	// The flags that the kernel takes; it sets the others itself. Temporary addresses (RFC 8981) it makes itself, anew.
	addressFlags = unix.IFA_F_NODAD | unix.IFA_F_OPTIMISTIC | unix.IFA_F_HOMEADDRESS | unix.IFA_F_MANAGETEMPADDR | unix.IFA_F_NOPREFIXROUTE | unix.IFA_F_MCAUTOJOIN
)

func readNetwork6() (n network6, err error) {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &now); err != nil {
		return n, err
	}
	conn, err := netlink.Dial(unix.NETLINK_ROUTE, nil)
	if err != nil {
		return n, fmt.Errorf("rtnetlink: %w", err)
	}
	defer conn.Close()
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return n, err
	}
	n.Boot, n.At = strings.TrimSpace(string(boot)), now.Sec
	if n.Addresses, err = dump6(conn, unix.RTM_GETADDR, addressHead); err != nil {
		return n, fmt.Errorf("addresses: %w", err)
	}
	if n.Routes, err = dump6(conn, unix.RTM_GETROUTE, routeHead); err != nil {
		return n, fmt.Errorf("routes: %w", err)
	}
	n.Routes = slices.DeleteFunc(n.Routes, kernelsOwn)
	return n, nil
}

func dump6(conn *netlink.Conn, kind netlink.HeaderType, head int) ([][]byte, error) {
	ask := make([]byte, head)
	ask[0] = unix.AF_INET6
	list, err := conn.Execute(netlink.Message{Header: netlink.Header{Type: kind, Flags: netlink.Request | netlink.Dump}, Data: ask})
	if err != nil {
		return nil, err
	}
	if len(list) > maxNetwork {
		return nil, fmt.Errorf("there are more than %d", maxNetwork)
	}
	var out [][]byte
	for _, m := range list {
		if len(m.Data) >= head && m.Data[0] == unix.AF_INET6 {
			out = append(out, m.Data)
		}
	}
	return out, nil
}

// kernelsOwn tells of a route whether the kernel makes it along with an address, or for the moment.
func kernelsOwn(route []byte) bool {
	protocol, kind, flags := route[5], route[7], binary.NativeEndian.Uint32(route[8:])
	return flags&unix.RTM_F_CLONED != 0 ||
		protocol == unix.RTPROT_KERNEL && slices.Contains([]byte{unix.RTN_LOCAL, unix.RTN_ANYCAST, unix.RTN_MULTICAST}, kind)
}

// restore brings back what n has and is not there. What has come since had, and n does not have, goes: the kernel makes
// addresses and routes of its own when an interface comes up. An interface that is gone meanwhile takes its own along.
func (n network6) restore(ctx context.Context, had network6) error {
	conn, err := netlink.Dial(unix.NETLINK_ROUTE, nil)
	if err != nil {
		return fmt.Errorf("rtnetlink: %w", err)
	}
	defer conn.Close()
	now, err := readNetwork6()
	if err != nil {
		return err
	}
	if now.Boot != n.Boot {
		return nil // what a boot sets up is not an earlier one's to change
	}
	elapsed := now.At - n.At
	if err := n.restoreAddresses(conn, now, had, elapsed); err != nil {
		return err
	}
	if err := n.settled(ctx, conn); err != nil {
		return err
	}
	return n.restoreRoutes(conn, had, elapsed)
}

func (n network6) restoreAddresses(conn *netlink.Conn, now, had network6, elapsed int64) error {
	wanted, before := sameAs(addressOf, n.Addresses), sameAs(addressOf, had.Addresses)
	for _, a := range now.Addresses {
		if !wanted[addressOf(a)] && !before[addressOf(a)] && addressFlagsOf(a)&unix.IFA_F_TEMPORARY == 0 {
			if err := say(conn, unix.RTM_DELADDR, 0, a); err != nil {
				return fmt.Errorf("an address can't be taken away: %w", err)
			}
		}
	}
	there := map[string][]byte{}
	for _, a := range now.Addresses {
		there[addressOf(a)] = a
	}
	for _, a := range n.Addresses {
		b, ok := there[addressOf(a)]
		if ok && bytes.Equal(settable(a, 0), settable(b, 0)) || addressFlagsOf(a)&unix.IFA_F_TEMPORARY != 0 {
			continue
		}
		if valid, _ := lifetimes(a); valid != infinite && int64(valid) <= elapsed {
			continue // it would be over by now
		}
		if err := say(conn, unix.RTM_NEWADDR, netlink.Create|netlink.Replace, settable(a, elapsed)); err != nil {
			return fmt.Errorf("an address is not restored: %w", err)
		}
	}
	return nil
}

// settled waits until the addresses can be used, as routes that name one are refused before.
func (n network6) settled(ctx context.Context, conn *netlink.Conn) error {
	usable := map[string]bool{}
	for _, a := range n.Addresses {
		usable[addressOf(a)] = addressFlagsOf(a)&unix.IFA_F_TENTATIVE == 0
	}
	for until := time.Now().Add(dadTimeout); time.Now().Before(until); {
		now, err := dump6(conn, unix.RTM_GETADDR, addressHead)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(now, func(a []byte) bool { return usable[addressOf(a)] && addressFlagsOf(a)&unix.IFA_F_TENTATIVE != 0 }) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return nil
}

// restoreRoutes adds those to neighbours first by trying again: a gateway must be reached by a route that is there.
func (n network6) restoreRoutes(conn *netlink.Conn, had network6, elapsed int64) error {
	for {
		now, err := readNetwork6()
		if err != nil {
			return err
		}
		there, before, wanted := sameAs(routeOf, now.Routes), sameAs(routeOf, had.Routes), sameAs(routeOf, n.Routes)
		var failed error
		moved := false
		for _, r := range n.Routes {
			if there[routeOf(r)] {
				continue
			}
			if err := say(conn, unix.RTM_NEWROUTE, netlink.Create|netlink.Append, newRoute(r, elapsed)); err != nil && !errors.Is(err, unix.EEXIST) {
				failed = fmt.Errorf("a route is not restored: %w", err)
				continue
			}
			there[routeOf(r)], moved = true, true
		}
		if failed != nil && moved {
			continue
		}
		for _, r := range now.Routes {
			if !wanted[routeOf(r)] && !before[routeOf(r)] {
				if err := say(conn, unix.RTM_DELROUTE, 0, newRoute(r, 0)); err != nil && !errors.Is(err, unix.ESRCH) {
					failed = errors.Join(failed, fmt.Errorf("a route can't be taken away: %w", err))
				}
			}
		}
		return failed
	}
}

// say tells the kernel to change something. What belongs to an interface that is gone is done.
func say(conn *netlink.Conn, kind netlink.HeaderType, flags netlink.HeaderFlags, data []byte) error {
	_, err := conn.Execute(netlink.Message{Header: netlink.Header{Type: kind, Flags: netlink.Request | netlink.Acknowledge | flags}, Data: data})
	if errors.Is(err, unix.ENODEV) {
		return nil
	}
	return err
}

func sameAs(key func([]byte) string, list [][]byte) map[string]bool {
	out := map[string]bool{}
	for _, m := range list {
		out[key(m)] = true
	}
	return out
}

func attributesOf(message []byte, head int) map[uint16][]byte {
	out := map[uint16][]byte{}
	list, err := netlink.UnmarshalAttributes(message[head:])
	if err != nil {
		return out
	}
	for _, a := range list {
		out[a.Type] = a.Data
	}
	return out
}

// message puts a head and attributes together, in the order of their numbers.
func message(head []byte, attributes map[uint16][]byte) []byte {
	var list []netlink.Attribute
	for kind, data := range attributes {
		list = append(list, netlink.Attribute{Type: kind, Data: data})
	}
	slices.SortFunc(list, func(a, b netlink.Attribute) int { return int(a.Type) - int(b.Type) })
	text, err := netlink.MarshalAttributes(list)
	if err != nil { // longer than an attribute can be, which it has been
		return head
	}
	return append(slices.Clone(head), text...)
}

// addressOf names an address by what may not be there twice: the interface, the address and its length.
func addressOf(a []byte) string {
	attributes := attributesOf(a, addressHead)
	local, ok := attributes[unix.IFA_LOCAL]
	if !ok {
		local = attributes[unix.IFA_ADDRESS]
	}
	return fmt.Sprint(binary.NativeEndian.Uint32(a[4:]), a[1], local)
}

func addressFlagsOf(a []byte) uint32 {
	if f := attributesOf(a, addressHead)[unix.IFA_FLAGS]; len(f) == 4 {
		return binary.NativeEndian.Uint32(f)
	}
	return uint32(a[2])
}

// lifetimes are those of struct ifa_cacheinfo, in seconds.
func lifetimes(a []byte) (valid, preferred uint32) {
	info := attributesOf(a, addressHead)[unix.IFA_CACHEINFO]
	if len(info) < 8 {
		return infinite, infinite
	}
	return binary.NativeEndian.Uint32(info[4:]), binary.NativeEndian.Uint32(info)
}

// settable is an address as the kernel takes it, when so many seconds have passed.
func settable(a []byte, elapsed int64) []byte {
	attributes := attributesOf(a, addressHead)
	flags := addressFlagsOf(a) & addressFlags
	valid, preferred := lifetimes(a)
	info := binary.NativeEndian.AppendUint32(nil, left(preferred, elapsed))
	info = binary.NativeEndian.AppendUint32(info, left(valid, elapsed))
	attributes[unix.IFA_CACHEINFO] = append(info, make([]byte, 8)...) // when it was made is the kernel's to say
	attributes[unix.IFA_FLAGS] = binary.NativeEndian.AppendUint32(nil, flags)
	head := slices.Clone(a[:addressHead])
	head[2] = byte(flags & 0xff)
	return message(head, attributes)
}

func left(lifetime uint32, elapsed int64) uint32 {
	if lifetime == infinite {
		return infinite
	}
	return uint32(max(0, int64(lifetime)-elapsed)) // #nosec G115 -- not larger than it was
}

// routeOf tells routes apart: all that they say, but for counters, lifetimes and what the link makes of them.
func routeOf(r []byte) string { return string(newRoute(r, -1)) }

// newRoute is a route as the kernel takes it, when so many seconds have passed; less than none: without its lifetime.
func newRoute(r []byte, elapsed int64) []byte {
	const userHZ = 100 // of the ticks that user space gets to see
	attributes := attributesOf(r, routeHead)
	info := attributes[unix.RTA_CACHEINFO]
	delete(attributes, unix.RTA_CACHEINFO)
	delete(attributes, unix.RTA_EXPIRES)
	if len(info) >= 12 && elapsed >= 0 {
		if ticks := int64(int32(binary.NativeEndian.Uint32(info[8:]))); ticks > 0 { // #nosec G115 -- a signed field, see rtnetlink.h
			attributes[unix.RTA_EXPIRES] = binary.NativeEndian.AppendUint32(nil, uint32(max(1, ticks/userHZ-elapsed))) // #nosec G115
		}
	}
	if _, byObject := attributes[rtaNHID]; byObject { // which says the rest, and may not be given with it
		delete(attributes, unix.RTA_OIF)
		delete(attributes, unix.RTA_GATEWAY)
		delete(attributes, unix.RTA_MULTIPATH)
	}
	head := slices.Clone(r[:routeHead])
	binary.NativeEndian.PutUint32(head[8:], binary.NativeEndian.Uint32(head[8:])&unix.RTNH_F_ONLINK)
	return message(head, attributes)
}
