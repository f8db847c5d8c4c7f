package linux

import (
	"context"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/shirou/gopsutil/v3/host"
)

// containerKind looks for the marks that container managers leave for this purpose (the container interface of systemd,
// Docker's and Podman's files). Empty: none was found.
func containerKind(r *facts.Reader) facts.V[string] {
	if !r.Live() {
		return facts.Unknown[string](facts.Offline)
	}
	const systemd = "/run/systemd/container"
	if b, err := r.ReadFile(systemd); err == nil {
		return facts.Known(strings.TrimSpace(string(b)), facts.File(systemd, 0))
	} else if !facts.IsAbsent(err) {
		return facts.Unknown[string](err.Error())
	}
	for _, mark := range []struct{ name, kind string }{{"/run/.containerenv", "podman"}, {"/.dockerenv", "docker"}} {
		if _, err := r.Stat(mark.name); err == nil {
			return facts.Known(mark.kind, facts.File(mark.name, 0))
		}
	}
	const environ = "/proc/1/environ"
	b, err := r.ReadFile(environ)
	if err != nil {
		return facts.Unknown[string](err.Error())
	}
	for v := range strings.SplitSeq(string(b), "\x00") {
		if kind, ok := strings.CutPrefix(v, "container="); ok && kind != "" {
			return facts.Known(kind, facts.File(environ, 0))
		}
	}
	return facts.Known("", facts.File(environ, 0))
}

// dmiVendors are the firmware's names of hypervisors, in the words of systemd-detect-virt(1).
var dmiVendors = []struct{ prefix, kind string }{
	{"KVM", "kvm"}, {"OpenStack", "kvm"}, {"KubeVirt", "kvm"}, {"Amazon EC2", "amazon"}, {"QEMU", "qemu"},
	{"VMware", "vmware"}, {"VMW", "vmware"}, {"innotek GmbH", "oracle"}, {"VirtualBox", "oracle"}, {"Oracle Corporation", "oracle"},
	{"Xen", "xen"}, {"Bochs", "bochs"}, {"Parallels", "parallels"}, {"BHYVE", "bhyve"}, {"Hyper-V", "microsoft"},
	{"Apple Virtualization", "apple"}, {"Google Compute Engine", "google"}, {"Google", "google"},
}

// virtualization reads what the hypervisor node, the firmware and the processor's flags say, in this order.
func virtualization(ctx context.Context, r *facts.Reader) facts.V[string] {
	if !r.Live() {
		return facts.Unknown[string](facts.Offline)
	}
	if v := kernelText(r, "/sys/hypervisor/type"); v.Reason() == "" { // only Xen makes it
		return v
	}
	for _, field := range []string{"product_name", "sys_vendor", "board_vendor", "bios_vendor", "product_version"} {
		name := "/sys/class/dmi/id/" + field
		b, err := r.ReadFile(name)
		if err != nil {
			continue
		}
		for _, v := range dmiVendors {
			if strings.HasPrefix(string(b), v.prefix) {
				return facts.Known(v.kind, facts.File(name, 0))
			}
		}
		if strings.HasPrefix(string(b), "Virtual Machine") && field == "product_name" {
			return facts.Known("microsoft", facts.File(name, 0))
		}
	}
	return virtualizationByCPU(ctx, r)
}

// virtualizationByCPU: x86 processors show a flag to guests. Elsewhere its absence says nothing.
func virtualizationByCPU(ctx context.Context, r *facts.Reader) facts.V[string] {
	const name = "/proc/cpuinfo"
	b, err := r.ReadFile(name)
	if err != nil {
		return facts.Unknown[string](err.Error())
	}
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		key, value, _ := strings.Cut(line, ":")
		if strings.TrimSpace(key) != "flags" {
			continue
		}
		if !slices.Contains(strings.Fields(value), "hypervisor") {
			return facts.Known("none", facts.File(name, n))
		}
		if kind := hypervisorByDrivers(ctx, r); kind != "" {
			return facts.Known(kind, driversOrigin)
		}
		return facts.Known("vm-other", facts.File(name, n))
	}
	if kind := hypervisorByDrivers(ctx, r); kind != "" {
		return facts.Known(kind, driversOrigin)
	}
	return facts.Unknown[string]("neither the firmware nor " + name + " tells whether there is a hypervisor")
}

var driversOrigin = facts.From("/proc/modules and /proc/cpuinfo")

// hypervisorByDrivers is gopsutil's answer, from the drivers and processor models that only guests have; empty when it
// names no hypervisor. It comes after the firmware's, because it takes the cloud's name for plain kvm, and only of this
// machine, because gopsutil keeps its first answer for whichever host is asked about next. Containers it tells too, but
// by fewer marks than containerKind.
func hypervisorByDrivers(ctx context.Context, r *facts.Reader) string {
	if !r.Native() {
		return ""
	}
	ctx, err := gopsutilContext(ctx, r)
	if err != nil {
		return ""
	}
	r.Touched("/proc/modules")
	system, role, err := host.VirtualizationWithContext(ctx)
	if err != nil || role != "guest" {
		return ""
	}
	return gopsutilHypervisors[system]
}

// gopsutilHypervisors are its names in the words of systemd-detect-virt(1).
var gopsutilHypervisors = map[string]string{"kvm": "kvm", "xen": "xen", "hyperv": "microsoft", "vbox": "oracle", "vmware": "vmware"}

// chassisTypes are the SMBIOS chassis types (7.4.1) in the words of hostnamectl(1).
var chassisTypes = map[string]string{
	"3": "desktop", "4": "desktop", "6": "desktop", "7": "desktop", "13": "desktop", "35": "desktop", "36": "desktop",
	"8": "laptop", "9": "laptop", "10": "laptop", "14": "laptop", "11": "handset",
	"17": "server", "28": "server", "29": "server", "23": "server", "25": "server",
	"30": "tablet", "31": "convertible", "32": "convertible", "33": "embedded", "34": "embedded",
}

func chassis(r *facts.Reader, h Host) facts.V[string] {
	if is, _ := h.Container.Get(); is {
		return facts.Known("container", h.Container.Origin())
	}
	if kind, ok := h.Virtualization.Get(); ok && kind != "none" {
		return facts.Known("vm", h.Virtualization.Origin())
	}
	const name = "/sys/class/dmi/id/chassis_type"
	v := kernelText(r, name)
	code, ok := v.Get()
	if !ok {
		return v
	}
	if kind, ok := chassisTypes[code]; ok {
		return facts.Known(kind, v.Origin())
	}
	return facts.Unknown[string](name + ": type " + code + " says nothing of use")
}
