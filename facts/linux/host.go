package linux

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/envfile"
	"github.com/shirou/gopsutil/v3/host"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "host",
		Doc:   "What this host is: operating system, kernel, virtual machine or container, boot time, labels.",
		Reads: "os-release(5), machine-id(5), uname(2), sysinfo(2), /proc, /sys/class/dmi, /sys/hypervisor",
	}, collectHost))
}

// Host is the identity of a host.
type Host struct {
	ID             facts.V[string]   `fact:"id" doc:"Stable id, derived from /etc/machine-id as machine-id(5) advises; a UUID without dashes. The machine id itself is not told."`
	Name           facts.V[string]   `fact:"name" doc:"The kernel's host name; of an image the static one of /etc/hostname."`
	OS             HostOS            `fact:"os" doc:"The operating system, from os-release(5)."`
	Kernel         facts.V[string]   `fact:"kernel" doc:"Release of the running kernel, as uname -r."`
	Arch           facts.V[string]   `fact:"arch" doc:"Machine the running kernel is for, as uname -m: x86_64, aarch64."`
	Virtualization facts.V[string]   `fact:"virtualization" doc:"Hypervisor this host runs on: kvm, qemu, vmware, microsoft, xen, oracle, amazon, google, vm-other, …; none on bare metal."`
	Container      facts.V[bool]     `fact:"container" doc:"Whether this host is a container."`
	ContainerKind  facts.V[string]   `fact:"container_kind" doc:"What made the container: docker, podman, lxc, systemd-nspawn, …; empty when it is none."`
	BootTime       facts.V[string]   `fact:"boot_time" doc:"When the kernel started, RFC 3339 in UTC."`
	Uptime         facts.V[int64]    `fact:"uptime" doc:"Seconds since the kernel started."`
	Chassis        facts.V[string]   `fact:"chassis" doc:"desktop, laptop, server, tablet, convertible, embedded, vm, container; from the firmware's chassis type."`
	Labels         map[string]string `fact:"labels" doc:"What its owner calls it: role = db."`
}

// HostOS is what os-release(5) says.
type HostOS struct {
	Missing facts.Missing

	ID              facts.V[string]    `fact:"id" doc:"Lower-case name of the distribution: debian."`
	VersionID       facts.V[string]    `fact:"version_id" doc:"Version number: 12. Empty when the release has none (Debian unstable)."`
	VersionCodename facts.V[string]    `fact:"version_codename" doc:"Code name of the version: bookworm; empty when there is none."`
	Name            facts.V[string]    `fact:"name" doc:"Name for people: Debian GNU/Linux."`
	IDLike          facts.List[string] `fact:"id_like" doc:"Distributions this one derives from, closest first."`
}

func collectHost(ctx context.Context, r *facts.Reader, _ facts.Key) (Host, error) {
	h := Host{
		ID:     hostID(r),
		Name:   hostName(r),
		OS:     hostOS(r),
		Kernel: kernelRelease(ctx, r),
		Arch:   hostArch(r),
		Labels: r.Host().Labels,
	}
	h.ContainerKind = containerKind(r)
	h.Container = facts.Unknown[bool](h.ContainerKind.Reason())
	if kind, ok := h.ContainerKind.Get(); ok {
		h.Container = facts.Known(kind != "", h.ContainerKind.Origin())
	}
	h.Virtualization = virtualization(ctx, r)
	h.BootTime = bootTime(r)
	h.Uptime = uptime(ctx, r, h.BootTime)
	h.Chassis = chassis(r, h)
	return h, nil
}

// appID makes our ids differ from those that other programs derive from the same machine id.
var appID = [16]byte{0x4c, 0x0e, 0x6d, 0x6f, 0x1b, 0x57, 0x45, 0x3d, 0x9d, 0x2f, 0x70, 0xa3, 0x1f, 0x6b, 0x84, 0xe2}

// hostID is sd_id128_get_machine_app_specific(3): HMAC-SHA256 over the application's id, keyed with the machine's, made a
// version 4 UUID.
func hostID(r *facts.Reader) facts.V[string] {
	const name = "/etc/machine-id"
	b, err := r.ReadFile(name)
	if err != nil {
		return facts.Unknown[string](err.Error())
	}
	machine, err := hex.DecodeString(strings.ReplaceAll(string(bytes.TrimSpace(b)), "-", ""))
	if err != nil || len(machine) != 16 || bytes.Equal(machine, make([]byte, 16)) {
		return facts.Unknown[string](name + " holds no machine id")
	}
	mac := hmac.New(sha256.New, machine)
	mac.Write(appID[:])
	id := mac.Sum(nil)[:16]
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return facts.Known(hex.EncodeToString(id), facts.File(name, 0))
}

func hostName(r *facts.Reader) facts.V[string] {
	if r.Live() {
		return kernelText(r, "/proc/sys/kernel/hostname")
	}
	const name = "/etc/hostname"
	b, err := r.ReadFile(name)
	if err != nil {
		return facts.Unknown[string](err.Error())
	}
	n := 0
	for line := range strings.Lines(string(b)) { // hostname(5): the first line that is no comment
		n++
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			return facts.Known(line, facts.File(name, n))
		}
	}
	return facts.Unknown[string](name + " names no host")
}

// kernelText is a one-line file of /proc or /sys; only a running host has it.
func kernelText(r *facts.Reader, name string) facts.V[string] {
	if !r.Live() {
		return facts.Unknown[string](facts.Offline)
	}
	b, err := r.ReadFile(name)
	if err != nil {
		return facts.Unknown[string](err.Error())
	}
	text := strings.TrimSpace(string(b))
	if text == "" {
		return facts.Unknown[string](name + " is empty")
	}
	return facts.Known(text, facts.File(name, 0))
}

func hostOS(r *facts.Reader) HostOS {
	name := "/etc/os-release"
	b, err := r.ReadFile(name)
	if facts.IsAbsent(err) {
		name = "/usr/lib/os-release"
		b, err = r.ReadFile(name)
	}
	switch {
	case facts.IsAbsent(err):
		return HostOS{Missing: "neither /etc/os-release nor /usr/lib/os-release exists"}
	case err != nil:
		return HostOS{Missing: facts.Missing(err.Error())}
	}
	vars, err := envfile.Parse(b)
	if err != nil {
		return HostOS{Missing: facts.Missing(name + ": " + err.Error())}
	}
	get := func(key, otherwise string) facts.V[string] { // defaults: os-release(5)
		if v, ok := vars[key]; ok {
			return facts.Known(v.Text, facts.File(name, v.Line))
		}
		return facts.Known(otherwise, facts.File(name, 0))
	}
	like := get("ID_LIKE", "")
	return HostOS{
		ID: get("ID", "linux"), VersionID: get("VERSION_ID", ""), VersionCodename: get("VERSION_CODENAME", ""),
		Name: get("NAME", "Linux"), IDLike: facts.Complete(strings.Fields(like.Or("")), like.Origin()),
	}
}

// bootTime is the kernel's. gopsutil's BootTime is now minus the uptime, rounded: another second now and then, and it
// asks the clock of the machine we run on.
func bootTime(r *facts.Reader) facts.V[string] {
	const name = "/proc/stat"
	if !r.Live() {
		return facts.Unknown[string](facts.Offline)
	}
	b, err := r.ReadFile(name)
	if err != nil {
		return facts.Unknown[string](err.Error())
	}
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		rest, ok := strings.CutPrefix(line, "btime ")
		if !ok {
			continue
		}
		sec, err := strconv.ParseInt(strings.TrimSpace(rest), 10, 64)
		if err != nil || sec < 0 || sec > maxTime {
			return facts.Unknown[string](fmt.Sprintf("%s:%d is garbled", name, n))
		}
		return facts.Known(time.Unix(sec, 0).UTC().Format(time.RFC3339), facts.File(name, n))
	}
	return facts.Unknown[string](name + " tells no boot time")
}

const maxTime = 253402300799 // the end of the year 9999, after which RFC 3339 has no more digits

// uptime of this machine is sysinfo(2)'s, which also counts the time asleep.
func uptime(ctx context.Context, r *facts.Reader, boot facts.V[string]) facts.V[int64] {
	if r.Native() {
		sec, err := host.UptimeWithContext(ctx)
		if err != nil || sec > maxTime {
			return facts.Unknown[int64](fmt.Sprintf("sysinfo(2): %d, %v", sec, err))
		}
		return facts.Known(int64(sec), facts.From("sysinfo(2)"))
	}
	at, err := time.Parse(time.RFC3339, boot.Or(""))
	if err != nil {
		return facts.Unknown[int64](cmp.Or(boot.Reason(), err.Error()))
	}
	return facts.Known(int64(r.Now().Sub(at)/time.Second), boot.Origin())
}

// kernelRelease is uname(2)'s, or what the host's own file says where that is not the kernel we run on.
func kernelRelease(ctx context.Context, r *facts.Reader) facts.V[string] {
	if !r.Native() {
		return kernelText(r, "/proc/sys/kernel/osrelease")
	}
	return uname(func() (string, error) { return host.KernelVersionWithContext(ctx) })
}

// hostArch is uname(2)'s too; the file is there since Linux 6.1.
func hostArch(r *facts.Reader) facts.V[string] {
	if !r.Native() {
		return kernelText(r, "/proc/sys/kernel/arch")
	}
	return uname(host.KernelArch)
}

func uname(ask func() (string, error)) facts.V[string] {
	text, err := ask()
	if err != nil || text == "" {
		return facts.Unknown[string](fmt.Sprintf("uname(2): %q, %v", text, err))
	}
	return facts.Known(text, facts.From("uname(2)"))
}
