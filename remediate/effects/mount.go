package effects

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts/linux/mountinfo"
	"github.com/holdfast-agent/holdfast/remediate"
	"golang.org/x/sys/unix"
)

func init() { register("mount", mountEffect{}) }

// mountEffect is the flags of one mount, of the mount and not of its file system: other mounts of the same one keep theirs.
type mountEffect struct{}

type mountData struct {
	Mounted bool     `json:"mounted"`
	Flags   []string `json:"flags"` // of mountFlags, in the order of the kernel's
}

// mountFlags are the flags that a bind remount sets all at once: mount(2). Those of access times it leaves alone when
// none of them is given.
var mountFlags = []struct {
	name string
	flag uintptr
}{
	{"ro", unix.MS_RDONLY}, {"nosuid", unix.MS_NOSUID}, {"nodev", unix.MS_NODEV}, {"noexec", unix.MS_NOEXEC}, {"nosymfollow", 0x100},
}

func (mountEffect) observe(_ context.Context, target string) (remediate.State, error) {
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return remediate.State{}, err
	}
	mounts, err := mountinfo.Parse(table)
	if err != nil {
		return remediate.State{}, err
	}
	for _, m := range mountinfo.Visible(mounts) {
		if m.Path != target {
			continue
		}
		d := mountData{Mounted: true, Flags: []string{}}
		for _, f := range mountFlags {
			if slices.Contains(m.Options, f.name) {
				d.Flags = append(d.Flags, f.name)
			}
		}
		summary := strings.Join(d.Flags, ",")
		if summary == "" {
			summary = "no flags"
		}
		return remediate.NewState(summary, d), nil
	}
	return remediate.NewState("not mounted", mountData{Flags: []string{}}), nil
}

func (e mountEffect) set(ctx context.Context, s *remediate.Step, to remediate.State) error {
	want, err := decode[mountData](to)
	if err != nil {
		return err
	}
	state, err := e.observe(ctx, s.Target)
	if err != nil || state.Equal(to) {
		return err
	}
	now, err := decode[mountData](state)
	if err != nil {
		return err
	}
	if now.Mounted != want.Mounted {
		return fmt.Errorf("%s: it was %s and is %s: what is mounted is not ours to change", s.Target, to.Summary, state.Summary)
	}
	flags := uintptr(unix.MS_REMOUNT | unix.MS_BIND)
	for _, f := range mountFlags {
		if slices.Contains(want.Flags, f.name) {
			flags |= f.flag
		}
	}
	at, err := pin(s.Target)
	if err != nil {
		return err
	}
	defer at.close()
	if err := unix.Mount("", procPath(at.fd), "", flags, ""); err != nil {
		return &os.PathError{Op: "remount", Path: s.Target, Err: err}
	}
	return nil
}
