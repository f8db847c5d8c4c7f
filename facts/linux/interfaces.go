package linux

import (
	"context"
	"io/fs"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "interfaces",
		Doc:   "Network interfaces of the audit's network namespace, in the order of names, with their drivers and IPv6 state.",
		Reads: "/sys/class/net, /proc/net/if_inet6, /proc/sys/net/ipv6/conf",
	}, collectInterfaces))
	register(facts.Define(facts.Descriptor{
		Name:  "ipv6",
		Doc:   "Whether the running kernel speaks IPv6, and by what it was turned off.",
		Reads: "/proc/net/if_inet6, /proc/sys/net/ipv6, /sys/module/ipv6/parameters, /proc/cmdline, sysctl.d(5)",
	}, collectIPv6))
}

// Interface is one network interface.
type Interface struct {
	Missing facts.Missing

	Name         string             `fact:"name" doc:"Its name."`
	Kind         facts.V[string]    `fact:"kind" doc:"loopback, ethernet, wlan, bridge, vlan, bond, tun, … as the kernel calls it."`
	Wireless     facts.V[bool]      `fact:"wireless" doc:"Whether it is a radio interface (802.11)."`
	Physical     facts.V[bool]      `fact:"physical" doc:"Whether a device stands behind it."`
	Up           facts.V[bool]      `fact:"up" doc:"Whether it is turned on."`
	Driver       facts.V[string]    `fact:"driver" doc:"Name of its device's driver; empty when there is no device."`
	Module       facts.V[string]    `fact:"module" doc:"Kernel module of that driver; empty when there is no device or the driver is built in."`
	IPv6         facts.List[string] `fact:"ipv6_addresses" doc:"Its IPv6 addresses, link-local ones too, with the length of the prefix."`
	IPv6Disabled facts.V[bool]      `fact:"ipv6_disabled" doc:"Whether IPv6 is off on it (disable_ipv6, or no IPv6 in the kernel)."`
}

const (
	netClass = "/sys/class/net"
	ifInet6  = "/proc/net/if_inet6"
	ipv6Conf = "/proc/sys/net/ipv6/conf"
)

func collectInterfaces(_ context.Context, r *facts.Reader, _ facts.Key) (facts.List[Interface], error) {
	if !r.Live() {
		return facts.UnknownList[Interface](facts.Offline), nil
	}
	entries, err := r.ReadDir(netClass)
	if err != nil {
		return facts.UnknownList[Interface](err.Error()), nil
	}
	addresses, addressesErr := ipv6Addresses(r)
	var list []Interface
	for _, e := range entries {
		dir := path.Join(netClass, e.Name())
		if st, err := r.Stat(dir); err != nil || !st.IsDir() {
			continue // gone meanwhile, or bonding_masters, which is a file
		}
		i := readInterface(r, dir)
		if addressesErr != nil {
			i.IPv6 = facts.UnknownList[string](addressesErr.Error())
		} else {
			i.IPv6 = facts.Complete(addresses[i.Name], facts.File(ifInet6, 0))
		}
		list = append(list, i)
	}
	return facts.Complete(list, facts.File(netClass, 0)), nil
}

func readInterface(r *facts.Reader, dir string) Interface {
	i := Interface{Name: path.Base(dir), Missing: facts.Missing(dir + " could not be read")}
	uevent, err := r.ReadFile(path.Join(dir, "uevent"))
	kind := "ethernet"
	for line := range strings.Lines(string(uevent)) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), "DEVTYPE="); ok {
			kind = v
		}
	}
	hardware, hardwareErr := sysNumber(r, path.Join(dir, "type"), 10)
	if err == nil && hardwareErr == nil {
		i.Kind = facts.Known(kindOf(r, dir, kind, hardware), facts.File(dir, 0))
	}
	files, dirErr := r.ReadDir(dir)
	has := func(names ...string) bool {
		return slices.ContainsFunc(files, func(e fs.DirEntry) bool { return slices.Contains(names, e.Name()) })
	}
	switch {
	case has("wireless", "phy80211") || kind == "wlan" || hardware >= 801 && hardware <= 803:
		i.Wireless = facts.Known(true, facts.File(dir, 0))
	case dirErr == nil && err == nil:
		i.Wireless = facts.Known(false, facts.File(dir, 0))
	}
	if flags, err := sysNumber(r, path.Join(dir, "flags"), 0); err == nil {
		i.Up = facts.Known(flags&1 != 0, facts.File(path.Join(dir, "flags"), 0))
	}
	device := path.Join(dir, "device")
	if dirErr == nil {
		i.Physical = facts.Known(has("device"), facts.File(device, 0))
	}
	i.Driver, i.Module = linkName(r, path.Join(device, "driver")), linkName(r, path.Join(device, "driver/module"))
	i.IPv6Disabled = ipv6Off(r, i.Name)
	return i
}

// kindOf names what has no DEVTYPE of its own, by its hardware type (if_arp.h).
func kindOf(r *facts.Reader, dir, kind string, hardware int64) string {
	switch {
	case kind != "ethernet":
		return kind
	case hardware == 772:
		return "loopback"
	case existsAny(r, path.Join(dir, "tun_flags")):
		return "tun"
	case hardware == 1:
		return kind
	}
	return "type " + strconv.FormatInt(hardware, 10)
}

func existsAny(r *facts.Reader, names ...string) bool {
	for _, name := range names {
		if _, err := r.Lstat(name); err == nil {
			return true
		}
	}
	return false
}

func sysNumber(r *facts.Reader, file string, base int) (int64, error) {
	b, err := r.ReadFile(file)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.TrimSpace(string(b)), base, 64)
}

// linkName is the last part of a symlink's target; empty when there is none.
func linkName(r *facts.Reader, name string) facts.V[string] {
	target, err := r.Readlink(name)
	switch {
	case facts.IsAbsent(err):
		return facts.Known("", facts.File(name, 0))
	case err != nil:
		return facts.Unknown[string](err.Error())
	}
	return facts.Known(path.Base(target), facts.File(name, 0))
}

// ipv6Addresses reads if_inet6: address, index, prefix length, scope and flags in hexadecimal, name. Without IPv6 in the
// kernel there is no such file, and no address.
func ipv6Addresses(r *facts.Reader) (map[string][]string, error) {
	b, err := r.ReadFile(ifInet6)
	if facts.IsAbsent(err) {
		_, err = r.Stat("/proc/net")
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) < 6 || len(f[0]) != 32 {
			continue
		}
		var raw [16]byte
		for i := range raw {
			v, err := strconv.ParseUint(f[0][2*i:2*i+2], 16, 8)
			if err != nil {
				return nil, err
			}
			raw[i] = byte(v)
		}
		bits, err := strconv.ParseUint(f[2], 16, 8)
		if err != nil {
			return nil, err
		}
		out[f[5]] = append(out[f[5]], netip.PrefixFrom(netip.AddrFrom16(raw), int(bits)).String())
	}
	return out, nil
}

// ipv6Off tells whether IPv6 is off on an interface, or by "all" or "default".
func ipv6Off(r *facts.Reader, name string) facts.V[bool] {
	file := path.Join(ipv6Conf, name, "disable_ipv6")
	n, err := sysNumber(r, file, 10)
	if err == nil {
		return facts.Known(n != 0, facts.File(file, 0))
	}
	if facts.IsAbsent(err) && !existsAny(r, "/proc/sys/net/ipv6") && existsAny(r, "/proc/sys/net") {
		return facts.Known(true, facts.From("no /proc/sys/net/ipv6: the kernel has no IPv6"))
	}
	return facts.Unknown[bool](err.Error())
}
