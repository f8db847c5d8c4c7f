package linux

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/fstab"
	"github.com/holdfast-agent/holdfast/facts/linux/mountinfo"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	const reads = "/proc/self/mountinfo, /etc/fstab, systemd's mount units with their drop-ins"
	register(facts.Define(facts.Descriptor{
		Name: "mount",
		Doc: "What is mounted at one path, and what a boot would mount there. A path inside a mount is not mounted itself. " +
			"What systemd mounts of its own accord (/proc, /dev/shm, …) is running and not configured.",
		Reads:     reads,
		Args:      []facts.Arg{{Name: "path", Type: cty.String, Doc: "The absolute path of the mount point."}},
		Canonical: canonicalPath,
	}, collectMount))
	register(facts.Define(facts.Descriptor{
		Name:  "mounts",
		Doc:   "Every mount that a path lookup can meet, and every one that a boot would make, in the order of their paths.",
		Reads: reads,
	}, collectMounts))
}

// Mount is one mount point.
type Mount struct {
	Missing facts.Missing

	Path    string            `fact:"path" doc:"The mount point."`
	Mounted facts.V[bool]     `fact:"mounted" doc:"Whether something is mounted at the path itself."`
	Type    facts.V[string]   `fact:"fstype" doc:"Type of the mounted file system: ext4, tmpfs."`
	Source  facts.V[string]   `fact:"source" doc:"Device, or what the file system calls its source."`
	Options facts.V[[]string] `fact:"options" doc:"Options in force, of the mount and of its file system, as findmnt(8) prints them."`

	IsConfigured      facts.V[bool]     `fact:"is_configured" doc:"Whether a boot would mount it (or an automount on first use): an entry of /etc/fstab that is not noauto, or a mount unit that some target wants."`
	ConfiguredType    facts.V[string]   `fact:"configured_fstype" doc:"Type in the configuration; empty when it is left to be detected."`
	ConfiguredSource  facts.V[string]   `fact:"configured_source" doc:"Source in the configuration: device, UUID=…, label."`
	ConfiguredOptions facts.V[[]string] `fact:"configured_options" doc:"Options in the configuration that count: without those that a later one takes back, with those that user, owner and group imply."`
	Unit              string            `fact:"unit" doc:"Name of the systemd unit that stands for the path."`
	UnitState         facts.V[string]   `fact:"unit_state" doc:"generated (from /etc/fstab), enabled (some target wants the unit file), disabled, masked, or none."`
}

func canonicalPath(args []cty.Value) ([]cty.Value, error) {
	p := args[0].AsString()
	if !path.IsAbs(p) {
		return nil, fmt.Errorf("%q is not an absolute path", p)
	}
	return []cty.Value{cty.StringVal(path.Clean(p))}, nil
}

func collectMount(ctx context.Context, r *facts.Reader, key facts.Key) (Mount, error) {
	m := newMount(key.Subject)
	running, err := runningMounts(ctx, r)
	m.setRunning(running, err)
	boot := bootMounts(ctx, r)
	m.setConfigured(boot)
	return m, nil
}

func collectMounts(ctx context.Context, r *facts.Reader, _ facts.Key) (facts.List[Mount], error) {
	running, err := runningMounts(ctx, r)
	boot := bootMounts(ctx, r)
	var paths []string
	for p := range running {
		paths = append(paths, p)
	}
	for p := range boot.at {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	var list []Mount
	for _, p := range slices.Compact(paths) {
		m := newMount(p)
		m.setRunning(running, err)
		m.setConfigured(boot)
		list = append(list, m)
	}
	switch {
	case err != nil:
		return facts.Partial(list, facts.Origin{}, err.Error()), nil
	case boot.err != nil:
		return facts.Partial(list, facts.Origin{}, boot.err.Error()), nil
	}
	return facts.Complete(list, facts.File(mountTable, 0)), nil
}

const mountTable = "/proc/self/mountinfo"

// runningMounts are the visible mounts by path.
func runningMounts(ctx context.Context, r *facts.Reader) (map[string]mountinfo.Mount, error) {
	return facts.Once(ctx, r, "mountinfo", func(_ context.Context, r *facts.Reader) (map[string]mountinfo.Mount, error) {
		if !r.Live() {
			return nil, fmt.Errorf("%s", facts.Offline)
		}
		content, err := r.ReadFileMax(mountTable, 32<<20)
		if err != nil {
			return nil, err
		}
		mounts, err := mountinfo.Parse(content)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", mountTable, err)
		}
		visible := mountinfo.Visible(mounts)
		if len(visible) == 0 {
			return nil, fmt.Errorf("%s names no root: not a whole view of the host", mountTable)
		}
		at := make(map[string]mountinfo.Mount, len(visible))
		for _, m := range visible {
			at[m.Path] = m
		}
		return at, nil
	})
}

// isAutofs tells whether a look below path would make the kernel mount something.
func isAutofs(ctx context.Context, r *facts.Reader, path string) bool {
	mounts, err := runningMounts(ctx, r)
	return err != nil || mounts[path].Type == "autofs"
}

func newMount(p string) Mount { return Mount{Path: p} }

func (m *Mount) setRunning(running map[string]mountinfo.Mount, err error) {
	origin := facts.File(mountTable, 0)
	at, mounted := running[m.Path]
	reason := m.Path + " is no mount point"
	switch {
	case err != nil:
		reason = err.Error()
	case mounted && at.Type == "autofs":
		reason = m.Path + " is an automount point that nothing has used yet"
	case mounted:
		m.Mounted = facts.Known(true, origin)
		m.Type = facts.Known(at.Type, origin)
		m.Source = facts.Known(at.Source, origin)
		m.Options = facts.Known(at.AllOptions(), origin)
		return
	default:
		m.Mounted = facts.Known(false, origin)
	}
	if _, known := m.Mounted.Get(); !known {
		m.Mounted = facts.Unknown[bool](reason)
	}
	m.Type, m.Source = facts.Unknown[string](reason), facts.Unknown[string](reason)
	m.Options = facts.Unknown[[]string](reason)
}

func (m *Mount) setConfigured(boot *bootTable) {
	m.Unit = boot.unit(m.Path)
	c, there := boot.at[m.Path]
	switch {
	case there && c.err != nil:
		m.Missing = facts.Missing(c.err.Error())
		return
	case boot.err != nil: // a better entry may stand where could not be looked
		m.Missing = facts.Missing(boot.err.Error())
		return
	case !there:
		m.IsConfigured = facts.Known(false, facts.File("/etc/fstab", 0))
		m.UnitState = facts.Known("none", facts.Origin{})
		m.Missing = facts.Missing(m.Path + " is in neither /etc/fstab nor a mount unit")
		return
	}
	m.IsConfigured = facts.Known(c.state == "enabled" || c.state == "generated" && c.auto, c.origin)
	m.UnitState = facts.Known(c.state, c.origin)
	if c.state == "masked" {
		m.Missing = facts.Missing(m.Unit + " is masked")
		return
	}
	m.ConfiguredType = facts.Known(c.fstype.Value, settingOrigin(c.fstype, c.origin))
	m.ConfiguredSource = facts.Known(c.source.Value, settingOrigin(c.source, c.origin))
	m.ConfiguredOptions = facts.Known(fstab.Effective(fstab.SplitOptions(strings.ReplaceAll(c.options.Value, ", ", ","))), settingOrigin(c.options, c.origin))
}
