package actions

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts/linux/envfile"
	"github.com/holdfast-agent/holdfast/facts/linux/sysctlconf"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
)

func init() {
	register(remediate.Define(remediate.Descriptor{
		Kind: "sysctl",
		Doc: "Sets a kernel parameter in the running kernel, and for boots in " + sysctlFile + ", a name that comes after the distribution's; where ufw " +
			"is enabled and sets it later, in ufw's own file. What the kernel changes along with it is put back.",
	}, planSysctl))
}

type sysctlArgs struct {
	Name       string `cty:"name"`
	Value      string `cty:"value"`
	Running    *bool  `cty:"running"`
	Configured *bool  `cty:"configured"`
}

// sysctlFile comes after 99-sysctl.conf, the symlink to /etc/sysctl.conf.
const sysctlFile = "/etc/sysctl.d/99-zz-holdfast.conf"

var sysctlDirs = []string{"/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d"}

// oneWay are the values that the running kernel does not take back.
var oneWay = map[string][]string{
	"kernel/modules_disabled": {"1"}, "kernel/kexec_load_disabled": {"1"}, "kernel/unprivileged_bpf_disabled": {"1"}, "kernel/yama/ptrace_scope": {"3"},
}

func planSysctl(ctx context.Context, d *remediate.Draft, a sysctlArgs) error {
	key := sysctlconf.Normalize(strings.TrimPrefix(a.Name, "/proc/sys/"))
	value := strings.Join(strings.Fields(a.Value), " ")
	if key == "" || strings.ContainsAny(key, "*?[\x00\n ") || path.Clean("/"+key) != "/"+key || value == "" {
		return fmt.Errorf("%q = %q is no setting of a kernel parameter", a.Name, a.Value)
	}
	name := sysctlconf.Dotted(key)
	if err := d.Claim("kernel parameter "+name, value); err != nil {
		return err
	}
	state, err := d.State(ctx, "sysctl", name)
	if err != nil {
		return err
	}
	var now struct {
		Exists bool   `json:"exists"`
		Value  string `json:"value"`
	}
	if err := json.Unmarshal(state.Data, &now); err != nil {
		return err
	}
	if !now.Exists && (a.Running == nil || *a.Running) {
		return remediate.Refuse("the running kernel has no parameter %s: what it belongs to is not part of it, or its module is not loaded", name)
	}
	if a.Configured == nil || *a.Configured {
		if err := configureSysctl(ctx, d, key, value, now.Exists); err != nil {
			return err
		}
	}
	if a.Running != nil && !*a.Running || now.Value == value {
		return nil
	}
	return runSysctl(ctx, d, key, value, state)
}

func runSysctl(ctx context.Context, d *remediate.Draft, key, value string, now remediate.State) error {
	var carry struct {
		ReadOnly bool   `json:"read_only"`
		Unkept   string `json:"unkept"`
	}
	if now.Carry != nil {
		if err := json.Unmarshal(now.Carry, &carry); err != nil {
			return err
		}
	}
	name := sysctlconf.Dotted(key)
	o := remediate.Options{Stage: remediate.Kernel, Risk: sysctlRisk(key)}
	switch {
	case carry.ReadOnly:
		return remediate.Refuse("%s is read-only here: it belongs to the machine that this container runs on", name)
	case carry.Unkept != "":
		return remediate.Refuse("setting %s now would take IPv6's addresses and routes away, which can't be kept for a roll-back: %s; set it for the next boot (running = false)", name, carry.Unkept)
	case slices.Contains(oneWay[key], value):
		o.OneWay, o.Stage = true, remediate.Last
		o.Undo = "the kernel takes it back only at the next boot"
	}
	if path.Base(key) == "disable_ipv6" && value != "0" {
		if err := noSession6(ctx, d, name); err != nil {
			return err
		}
		o.Affects = append(o.Affects, "every connection over IPv6; undoing brings addresses and routes back, not connections")
	}
	after := remediate.NewState(value, map[string]any{"exists": true, "value": value})
	return d.Set(ctx, "sysctl", name, after, o)
}

// noSession6 refuses to switch IPv6 off under somebody who is logged in over it.
func noSession6(ctx context.Context, d *remediate.Draft, name string) error {
	use, err := useOf(ctx, d)
	if err != nil {
		return err
	}
	for _, s := range use.sessions {
		if s.peer.Is6() && slices.Contains(use.ssh, fmt.Sprintf("tcp %d", s.local)) {
			return remediate.Refuse("%s has a session here over IPv6, which %s would cut: log in over IPv4, or set it for the next boot (running = false)", s.peer, name)
		}
	}
	return nil
}

func sysctlRisk(key string) plan.Risk {
	switch path.Base(key) {
	case "ip_forward", "forwarding":
		return plan.Disruptive // of those whose packets pass through
	case "disable_ipv6":
		return plan.Lockout // where people come in by it
	case "rp_filter":
		return plan.Lockout // where answers leave by another interface
	case "accept_ra":
		return plan.Lockout // where the default route comes that way
	}
	return plan.Safe
}

// configureSysctl makes a boot set the parameter.
func configureSysctl(ctx context.Context, d *remediate.Draft, key, value string, exists bool) error {
	table, err := sysctlTable(ctx, d)
	if err != nil {
		return err
	}
	at, found, err := table.Lookup(key)
	if err != nil {
		return remediate.Refuse("what a boot sets can't be told: %v", err)
	}
	if !found || at.Exclude || strings.Join(strings.Fields(at.Value), " ") != value {
		sign := ""
		if !exists {
			sign = "-" // systemd-sysctl is not to fail for it
		}
		line := fmt.Sprintf("%s%s = %s", sign, sysctlconf.Dotted(key), value)
		err := d.DropIn(ctx, sysctlFile, "#", func(lines []string) []string { return setSysctlLine(lines, key, line) }, remediate.Options{})
		if err != nil {
			return err
		}
		if table, err = sysctlTable(ctx, d); err != nil {
			return err
		}
		if at, _, err = table.Lookup(key); err != nil || strings.Join(strings.Fields(at.Value), " ") != value {
			return remediate.Refuse("%s:%d sets %s after %s: take it away there", at.File, at.Line, sysctlconf.Dotted(key), sysctlFile)
		}
	}
	return ufwSysctl(ctx, d, key, value)
}

func setSysctlLine(lines []string, key, line string) []string {
	for i, l := range lines {
		name, _, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(l), "-"), "=")
		if ok && sysctlconf.Normalize(strings.TrimSpace(name)) == key {
			lines[i] = line
			return lines
		}
	}
	return append(lines, line)
}

// sysctlTable is what systemd-sysctl would set, the draft's own file among it.
func sysctlTable(ctx context.Context, d *remediate.Draft) (*sysctlconf.Table, error) {
	files, err := layered(d.Tree(), sysctlDirs, ".conf", sysctlFile)
	if err != nil {
		return nil, err
	}
	table := &sysctlconf.Table{}
	for _, f := range files {
		text, err := content(ctx, d, f)
		if err != nil {
			return nil, err
		}
		table.Add(f, text)
	}
	return table, nil
}

// ufwSysctl changes the line of ufw's own file, which ufw loads after systemd-sysctl where it is enabled.
func ufwSysctl(ctx context.Context, d *remediate.Draft, key, value string) error {
	ufw, err := d.Fact(ctx, "ufw")
	if err != nil || !yes(ufw, "installed") || !yes(ufw, "enabled") {
		return err
	}
	defaults, err := content(ctx, d, "/etc/default/ufw")
	if err != nil {
		return err
	}
	settings, err := envfile.Parse(defaults)
	if err != nil {
		return remediate.Refuse("/etc/default/ufw can't be read: %v", err)
	}
	file := settings["IPT_SYSCTL"].Text
	if file == "" {
		return nil
	}
	f, err := d.File(ctx, file)
	if err != nil || f.Type != remediate.Regular {
		return err
	}
	lines := strings.Split(string(f.Content), "\n")
	changed := false
	for i := len(lines) - 1; i >= 0; i-- {
		name, old, ok := strings.Cut(lines[i], "=")
		if !ok || sysctlconf.Normalize(strings.TrimPrefix(strings.TrimSpace(name), "-")) != key || strings.Join(strings.Fields(old), " ") == value {
			continue
		}
		was := fmt.Sprintf("# Holdfast (%s): was %q", d.Source().Control, lines[i])
		lines[i] = strings.TrimSpace(name) + "=" + value
		lines = slices.Insert(lines, i, was)
		changed = true
	}
	if !changed {
		return nil
	}
	f.Content = []byte(strings.Join(lines, "\n"))
	return d.SetFile(ctx, file, f, remediate.Options{})
}
