package effects

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/holdfast-agent/holdfast/facts/linux/sysctlconf"
	"github.com/holdfast-agent/holdfast/remediate"
	"golang.org/x/sys/unix"
)

func init() { register("sysctl", sysctlEffect{"/proc/sys"}) }

// sysctlEffect is the running value of a kernel parameter, below a root of such files.
//
// Writing some parameters makes the kernel change others: conf.all.forwarding sets that of every interface and turns
// all.accept_redirects around, conf.default.X is copied to interfaces, vm.dirty_bytes empties vm.dirty_ratio. They are the
// parameter's family. A state is equal to another by the parameter's value alone, as members of the family also change for
// reasons of their own; their values are carried with it. What a write changes in the family is seen by reading it before
// and after: on the way forward, what nobody asked for is put back at once; on the way back, all that the write changed
// becomes what the state carries.
type sysctlEffect struct{ root string }

type sysctlData struct {
	Exists bool   `json:"exists"`
	Value  string `json:"value"`
}

type sysctlCarry struct {
	ReadOnly bool              `json:"read_only,omitempty"` // why it can't be set here
	Family   map[string]string `json:"family,omitempty"`
	// Network is what the kernel takes away when IPv6 is switched off.
	Network *network6 `json:"network,omitempty"`
	Unkept  string    `json:"unkept,omitempty"` // why Network could not be read
}

func (e sysctlEffect) observe(_ context.Context, target string) (remediate.State, error) {
	name := sysctlconf.Normalize(target)
	value, err := e.read(name)
	if errors.Is(err, os.ErrNotExist) {
		return remediate.NewState("not a parameter of this kernel", sysctlData{}), nil
	}
	if err != nil {
		return remediate.State{}, err
	}
	carry := sysctlCarry{ReadOnly: errors.Is(unix.Access(e.file(name), unix.W_OK), unix.EROFS)}
	if carry.Family, err = e.family(name); err != nil {
		return remediate.State{}, err
	}
	if losesNetwork(name) && value == "0" {
		if n, err := readNetwork6(); err != nil {
			carry.Unkept = err.Error()
		} else {
			carry.Network = &n
		}
	}
	return remediate.NewState(value, sysctlData{true, value}).With(carry), nil
}

// losesNetwork tells whether a parameter, once it is not 0, takes addresses and routes away.
func losesNetwork(name string) bool {
	return strings.HasPrefix(name, "net/ipv6/conf/") && path.Base(name) == "disable_ipv6" && name != "net/ipv6/conf/default/disable_ipv6"
}

// dropsRouters tells whether a parameter, when it becomes 1, takes the routes away that routers have told: addrconf.c,
// rt6_purge_dflt_routers.
func dropsRouters(name string) bool {
	return strings.HasPrefix(name, "net/ipv6/conf/") && path.Base(name) == "forwarding"
}

func (e sysctlEffect) set(ctx context.Context, s *remediate.Step, to remediate.State) error {
	want, err := decode[sysctlData](to)
	if err != nil {
		return err
	}
	var carry sysctlCarry
	back := to.Carry != nil
	if back {
		if err := json.Unmarshal(to.Carry, &carry); err != nil {
			return err
		}
	}
	name := sysctlconf.Normalize(s.Target)
	var had network6
	if losesNetwork(name) || dropsRouters(name) {
		if had, err = readNetwork6(); err != nil && back {
			return err
		}
	}
	if err := e.setFamily(name, want.Value, carry, back); err != nil || !back {
		return err
	}
	if dropsRouters(name) {
		carry.Network = &had
	}
	if carry.Network == nil {
		return nil
	}
	return carry.Network.restore(ctx, had)
}

// setFamily sets the parameter and sees to its family.
func (e sysctlEffect) setFamily(name, value string, carry sysctlCarry, back bool) error {
	now, err := e.read(name)
	if err != nil || now == value {
		return err
	}
	before, err := e.family(name)
	if err != nil {
		return err
	}
	if err := e.write(name, value); err != nil {
		return err
	}
	if now, err = e.read(name); err != nil || now != value {
		return errors.Join(err, fmt.Errorf("the kernel made %q of the value %q", now, value))
	}
	wanted := before
	if back {
		wanted = carry.Family
	}
	return e.repair(name, before, wanted, back)
}

// repair puts back what the write has changed in the family: all of it, or what nobody asked for.
func (e sysctlEffect) repair(name string, before, wanted map[string]string, all bool) error {
	after, err := e.family(name)
	if err != nil {
		return err
	}
	for member, value := range after {
		old, known := wanted[member]
		if value == before[member] || !known || old == value || !all && path.Base(member) == path.Base(name) {
			continue
		}
		if !all && name == "net/ipv4/ip_forward" && path.Base(member) == "forwarding" {
			continue // the same parameter by another name
		}
		if err := e.write(member, old); err != nil {
			return err
		}
	}
	return nil
}

// twins are parameters of which a value for one empties the other.
var twins = [][2]string{
	{"vm/dirty_bytes", "vm/dirty_ratio"}, {"vm/dirty_background_bytes", "vm/dirty_background_ratio"}, {"vm/overcommit_kbytes", "vm/overcommit_ratio"},
}

// family reads the parameters that a write to one can change: ip-sysctl.rst of the kernel, and devinet_conf_proc,
// inet_forward_change and addrconf_fixup_forwarding, which do it.
func (e sysctlEffect) family(name string) (map[string]string, error) {
	var members []string
	for _, t := range twins {
		switch name {
		case t[0]:
			members = append(members, t[1])
		case t[1]:
			members = append(members, t[0])
		}
	}
	version, key := "", path.Base(name)
	switch {
	case name == "net/ipv4/ip_forward":
		version, key = "ipv4", "forwarding"
	case strings.HasPrefix(name, "net/ipv4/conf/"):
		version = "ipv4"
	case strings.HasPrefix(name, "net/ipv6/conf/"):
		version = "ipv6"
	}
	if version != "" {
		found, err := filepath.Glob(e.file("net/" + version + "/conf/*/" + key))
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			members = append(members, strings.TrimPrefix(f, e.root+"/"))
		}
	}
	if version == "ipv4" && key == "forwarding" {
		members = append(members, "net/ipv4/ip_forward", "net/ipv4/conf/all/accept_redirects", "net/ipv4/conf/default/accept_redirects")
	}
	out := map[string]string{}
	for _, m := range members {
		value, err := e.read(m)
		if errors.Is(err, os.ErrNotExist) || m == name {
			continue // an interface that has just gone
		}
		if err != nil {
			return nil, err
		}
		out[m] = value
	}
	return out, nil
}

func (e sysctlEffect) file(name string) string { return e.root + "/" + name }

// maxSysctl bounds a parameter's text; the kernel's own are of a page at most.
const maxSysctl = 64 << 10

func (e sysctlEffect) read(name string) (string, error) {
	if path.Clean("/"+name) != "/"+name {
		return "", fmt.Errorf("%q is no parameter", name)
	}
	text, err := os.ReadFile(e.file(name)) // #nosec G304 -- below /proc/sys
	if err != nil {
		return "", err
	}
	if len(text) > maxSysctl {
		return "", fmt.Errorf("%s is larger than %d bytes", name, maxSysctl)
	}
	return strings.Join(strings.Fields(string(text)), " "), nil
}

func (e sysctlEffect) write(name, value string) error {
	f, err := os.OpenFile(e.file(name), os.O_WRONLY|unix.O_NOFOLLOW, 0) // #nosec G304 -- below /proc/sys
	if err != nil {
		return err
	}
	if err := remediate.Fault("sysctl"); err != nil {
		return errors.Join(err, f.Close())
	}
	_, err = f.WriteString(value + "\n") // the kernel takes one write as a whole
	return errors.Join(err, f.Close())
}
