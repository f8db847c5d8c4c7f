package linux

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/sysctlconf"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name: "sysctl",
		Doc: "One kernel parameter: its value in the running kernel, and the one that a boot would set. The kernel combines some " +
			"per-interface parameters with those of \"all\", and copies \"default\" to interfaces that appear later: ask for both.",
		Reads: "/proc/sys, sysctl.d(5), ufw's sysctl.conf where ufw is enabled",
		Args:  []facts.Arg{{Name: "key", Type: cty.String, Doc: "net.ipv4.ip_forward; a dot within a name is written as slash: net.ipv4.conf.eth0/1.rp_filter. Paths below /proc/sys do as well."}},

		Canonical: canonicalSysctl,
	}, collectSysctl))
}

// Sysctl is one kernel parameter.
type Sysctl struct {
	Missing facts.Missing

	Key          string          `fact:"key" doc:"The key, with dots between the names."`
	Exists       facts.V[bool]   `fact:"exists" doc:"Whether the running kernel has the parameter."`
	Running      facts.V[string] `fact:"running" doc:"Value in the running kernel; white space, also between lines, as single spaces."`
	IsConfigured facts.V[bool]   `fact:"is_configured" doc:"Whether some line sets it at boot. False leaves it to the kernel's default."`
	Configured   facts.V[string] `fact:"configured" doc:"Value that it is set to at boot, white space as single spaces; unknown when nothing sets it."`
}

// sysctlDirs from the highest priority to the lowest. /etc/sysctl.conf is read only where a symlink in one of them leads
// to it, as Debian's 99-sysctl.conf does.
var sysctlDirs = []string{"/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d"}

func canonicalSysctl(args []cty.Value) ([]cty.Value, error) {
	asked := args[0].AsString()
	key := sysctlconf.Normalize(strings.TrimPrefix(asked, "/proc/sys/"))
	if key == "" || strings.ContainsAny(key, "*?[\x00") {
		return nil, fmt.Errorf("%q is not the key of one parameter", asked)
	}
	for part := range strings.SplitSeq(key, "/") {
		if part == ".." {
			return nil, fmt.Errorf("%q leads out of /proc/sys", asked)
		}
	}
	return []cty.Value{cty.StringVal(sysctlconf.Dotted(key))}, nil
}

func collectSysctl(ctx context.Context, r *facts.Reader, key facts.Key) (Sysctl, error) {
	s := Sysctl{Key: key.Subject}
	name := sysctlconf.Normalize(key.Subject)
	s.readRunning(ctx, r, name)
	conf, err := facts.Once(ctx, r, "sysctl.d", func(ctx context.Context, r *facts.Reader) (*sysctlBoot, error) {
		return readSysctlBoot(ctx, r), nil
	})
	if err != nil {
		s.IsConfigured, s.Configured = facts.Unknown[bool](err.Error()), facts.Unknown[string](err.Error())
		return s, nil
	}
	s.IsConfigured, s.Configured = conf.lookup(name)
	return s, nil
}

func (s *Sysctl) readRunning(ctx context.Context, r *facts.Reader, name string) {
	switch {
	case !r.Live():
		s.Missing = facts.Offline
		return
	case strings.HasPrefix(name, "fs/binfmt_misc/") && isAutofs(ctx, r, "/proc/sys/fs/binfmt_misc"):
		s.Missing = "/proc/sys/fs/binfmt_misc is an automount point: a look would mount it"
		return
	}
	file := path.Join("/proc/sys", name)
	origin := facts.File(file, 0)
	st, err := r.Stat(file)
	switch {
	case facts.IsAbsent(err):
		if _, err := r.Stat("/proc/sys/kernel"); err != nil {
			s.Missing = "/proc/sys is not there: is /proc mounted?"
			return
		}
		s.Exists = facts.Known(false, origin)
		s.Missing = facts.Missing(file + " does not exist: the running kernel has no such parameter")
		return
	case err != nil:
		s.Missing = facts.Missing(err.Error())
		return
	case st.IsDir():
		s.Exists = facts.Known(false, origin)
		s.Missing = facts.Missing(file + " is a directory of parameters")
		return
	}
	s.Exists = facts.Known(true, origin)
	b, err := r.ReadFile(file)
	if err != nil {
		s.Running = facts.Unknown[string](err.Error())
		return
	}
	s.Running = facts.Known(oneSpaced(string(b)), origin)
}

func oneSpaced(s string) string { return strings.Join(strings.Fields(s), " ") }

// sysctlBoot is what is written at boot: by systemd-sysctl, and by ufw after it.
type sysctlBoot struct {
	systemd, ufw sysctlconf.Table
}

func readSysctlBoot(ctx context.Context, r *facts.Reader) *sysctlBoot {
	b := &sysctlBoot{}
	if !isMasked(r, "/etc/systemd/system/systemd-sysctl.service") {
		addSysctlDirs(r, &b.systemd)
	}
	addUFW(ctx, r, &b.ufw)
	return b
}

func addSysctlDirs(r *facts.Reader, t *sysctlconf.Table) {
	files, err := layeredFiles(r, sysctlDirs, ".conf")
	if err != nil {
		t.Unread(err.Error())
		return
	}
	for _, file := range files {
		content, err := readLayered(r, file, 0)
		if err != nil {
			t.Unread(err.Error())
			continue
		}
		t.Add(sysctlOrigin(r, file), content)
	}
}

// sysctlOrigin names the file that a person would edit: /etc/sysctl.conf rather than the symlink to it.
func sysctlOrigin(r *facts.Reader, file string) string {
	target, err := r.Readlink(file)
	if err != nil {
		return file
	}
	if path.IsAbs(target) {
		return path.Clean(target)
	}
	return path.Join(path.Dir(file), target)
}

// addUFW reads the file that ufw's start script hands to `sysctl -e -q -p` when ufw is enabled: after systemd-sysctl,
// since ufw.service starts after it.
func addUFW(ctx context.Context, r *facts.Reader, t *sysctlconf.Table) {
	file, err := ufwSysctl(ctx, r)
	if err != nil {
		t.Unread(err.Error())
		return
	}
	if file == "" {
		return
	}
	content, err := r.ReadFile(file)
	switch {
	case facts.IsAbsent(err):
	case err != nil:
		t.Unread(err.Error())
	default:
		t.Add(file, content)
	}
}

// ufwSysctl is the file that ufw would load at boot; empty when it would not run.
func ufwSysctl(ctx context.Context, r *facts.Reader) (string, error) {
	installed := false
	for _, script := range []string{"/usr/lib/ufw/ufw-init", "/lib/ufw/ufw-init"} {
		_, err := r.Stat(script)
		if err != nil && !facts.IsAbsent(err) {
			return "", err
		}
		installed = installed || err == nil
	}
	if !installed {
		return "", nil // its configuration outlives the package's removal
	}
	if wanted, err := unitWanted(ctx, r, "ufw.service"); err != nil || !wanted {
		return "", err
	}
	enabled, err := shellValue(r, "/etc/ufw/ufw.conf", "ENABLED")
	if err != nil || strings.ToLower(enabled) != "yes" {
		return "", err
	}
	return shellValue(r, "/etc/default/ufw", "IPT_SYSCTL")
}

// shellValue is what a file of plain shell assignments gives a variable; empty when the file or the variable is not
// there. What the shell would have to compute is an error.
func shellValue(r *facts.Reader, file, name string) (string, error) {
	content, err := r.ReadFile(file)
	if facts.IsAbsent(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	value := ""
	n := 0
	for line := range strings.Lines(string(content)) {
		n++
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), name+"=")
		if !ok {
			continue
		}
		if value, err = shellWord(rest); err != nil {
			return "", fmt.Errorf("%s:%d: %w", file, n, err)
		}
	}
	return value, nil
}

func shellWord(s string) (string, error) {
	for _, quote := range []string{`"`, `'`} {
		if rest, ok := strings.CutPrefix(s, quote); ok {
			inner, after, closed := strings.Cut(rest, quote)
			after = strings.TrimSpace(after)
			if !closed || after != "" && !strings.HasPrefix(after, "#") || strings.ContainsAny(inner, "$`\\") {
				return "", errors.New("a value that a shell would compute")
			}
			return inner, nil
		}
	}
	s, _, _ = strings.Cut(s, " ")
	if strings.ContainsAny(s, "$`\\\"';&|(") {
		return "", errors.New("a value that a shell would compute")
	}
	return s, nil
}

func (b *sysctlBoot) lookup(name string) (facts.V[bool], facts.V[string]) {
	for _, t := range []*sysctlconf.Table{&b.ufw, &b.systemd} {
		a, found, err := t.Lookup(name)
		if err != nil {
			return facts.Unknown[bool](err.Error()), facts.Unknown[string](err.Error())
		}
		if found {
			origin := facts.File(a.File, a.Line)
			return facts.Known(true, origin), facts.Known(oneSpaced(a.Value), origin)
		}
	}
	return facts.Known(false, facts.From("sysctl.d(5)")), facts.Unknown[string]("nothing sets it at boot")
}
