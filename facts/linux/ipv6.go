package linux

import (
	"context"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/kernelargs"
)

// IPv6 is the state of IPv6 as a whole.
type IPv6 struct {
	Enabled            facts.V[bool] `fact:"enabled" doc:"Whether some interface speaks IPv6, or one that appears later would."`
	KernelSupport      facts.V[bool] `fact:"kernel_support" doc:"Whether the running kernel has IPv6, built in or loaded, and its sysctls."`
	DisabledByModule   facts.V[bool] `fact:"disabled_by_module" doc:"Whether the module's parameter disable is set: sockets of the family are refused."`
	DisabledByCmdline  facts.V[bool] `fact:"disabled_by_cmdline" doc:"Whether ipv6.disable=1 is on the running kernel's command line."`
	DisabledAll        facts.V[bool] `fact:"disabled_all" doc:"Running net.ipv6.conf.all.disable_ipv6."`
	DisabledDefault    facts.V[bool] `fact:"disabled_default" doc:"Running net.ipv6.conf.default.disable_ipv6: of interfaces that appear later."`
	DisabledConfigured facts.V[bool] `fact:"disabled_configured" doc:"Whether sysctls at boot set disable_ipv6 of both all and default."`
}

func collectIPv6(ctx context.Context, r *facts.Reader, _ facts.Key) (IPv6, error) {
	var v IPv6
	v.DisabledConfigured = ipv6Configured(ctx, r)
	if !r.Live() {
		off := facts.Unknown[bool](facts.Offline)
		v.Enabled, v.KernelSupport, v.DisabledByModule, v.DisabledByCmdline, v.DisabledAll, v.DisabledDefault = off, off, off, off, off, off
		return v, nil
	}
	v.DisabledByCmdline = ipv6Cmdline(r)
	v.DisabledByModule = ipv6Module(r)
	v.DisabledAll, v.DisabledDefault = ipv6Off(r, "all"), ipv6Off(r, "default")
	_, err := r.Stat("/proc/sys/net/ipv6")
	if err == nil || facts.IsAbsent(err) && existsAny(r, "/proc/sys/net") {
		v.KernelSupport = facts.Known(err == nil, facts.File("/proc/sys/net/ipv6", 0))
	} else {
		v.KernelSupport = facts.Unknown[bool](err.Error())
	}
	v.Enabled = v.enabled(r)
	return v, nil
}

// enabled asks every interface: a write to "all" reaches those that are there at that moment, and each can be turned on
// again.
func (v *IPv6) enabled(r *facts.Reader) facts.V[bool] {
	if has, known := v.KernelSupport.Get(); known && !has {
		return facts.Known(false, v.KernelSupport.Origin())
	}
	if off, known := v.DisabledByModule.Get(); known && off {
		return facts.Known(false, v.DisabledByModule.Origin())
	}
	entries, err := r.ReadDir(ipv6Conf)
	if err != nil {
		return facts.Unknown[bool](err.Error())
	}
	var unsure facts.V[bool]
	for _, e := range entries {
		off := ipv6Off(r, e.Name())
		value, known := off.Get()
		switch {
		case known && !value:
			return facts.Known(true, off.Origin())
		case !known:
			unsure = off
		}
	}
	if unsure.Reason() != "" {
		return unsure
	}
	if _, known := v.DisabledByModule.Get(); !known {
		return v.DisabledByModule
	}
	return facts.Known(false, facts.File(ipv6Conf, 0))
}

func ipv6Cmdline(r *facts.Reader) facts.V[bool] {
	const file = "/proc/cmdline"
	b, err := r.ReadFile(file)
	if err != nil {
		return facts.Unknown[bool](err.Error())
	}
	off := false
	for _, a := range kernelargs.Split(string(b)) {
		if value, ok := strings.CutPrefix(a, "ipv6.disable="); ok {
			off = strings.TrimSpace(value) != "0"
		}
	}
	return facts.Known(off, facts.File(file, 0))
}

// ipv6Module: a kernel without the parameter has no IPv6 to turn off by it.
func ipv6Module(r *facts.Reader) facts.V[bool] {
	const file = "/sys/module/ipv6/parameters/disable"
	n, err := sysNumber(r, file, 10)
	switch {
	case err == nil:
		return facts.Known(n != 0, facts.File(file, 0))
	case facts.IsAbsent(err) && existsAny(r, "/sys/module"):
		return facts.Known(false, facts.File(file, 0))
	}
	return facts.Unknown[bool](err.Error())
}

func ipv6Configured(ctx context.Context, r *facts.Reader) facts.V[bool] {
	var last facts.V[string]
	for _, name := range []string{"all", "default"} {
		key := "net.ipv6.conf." + name + ".disable_ipv6"
		s, err := facts.Get[Sysctl](ctx, r, facts.Key{Fact: "sysctl", Subject: key})
		if err != nil {
			return facts.Unknown[bool](err.Error())
		}
		set, known := s.IsConfigured.Get()
		if !known {
			return facts.Unknown[bool](s.IsConfigured.Reason())
		}
		last = s.Configured
		if value, _ := s.Configured.Get(); !set || value == "0" {
			return facts.Known(false, facts.From("sysctl.d(5): "+key))
		}
	}
	return facts.Known(true, last.Origin())
}
