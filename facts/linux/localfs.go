package linux

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/fswalk"
	"github.com/holdfast-agent/holdfast/facts/linux/mountinfo"
)

// localWalk visits every file below a directory on the host's local file systems, each file system once.
type localWalk struct {
	everything bool // also into the stores of containers

	skipped  []SkippedMount
	failures int
	failure  string // the first, for people

	mu sync.Mutex
}

// SkippedMount is a part of the tree that the walk stays out of on purpose.
type SkippedMount struct {
	Path   string `fact:"path" doc:"Where it is."`
	FSType string `fact:"fstype" doc:"Type of the file system; empty when it is not one of its own."`
	Reason string `fact:"reason" doc:"Why it is left out."`
}

// nodevTypes are local file systems that have no block device. Of those that do have one, or any other major device
// number, all are local; the rest is the kernel's own bookkeeping or comes from elsewhere.
var nodevTypes = map[string]bool{"tmpfs": true, "devtmpfs": true, "ramfs": true, "rootfs": true, "overlay": true, "aufs": true, "btrfs": true,
	"zfs": true, "bcachefs": true, "ubifs": true, "ecryptfs": true, "erofs": true, "shiftfs": true}

// containerStores hold the unpacked images of containers, with owners of their own; mounted images lie there as well.
var containerStores = []string{"/var/lib/docker/overlay2", "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs", "/var/lib/containers/storage/overlay",
	"/run/containerd", "/run/docker"}

func mountSkipReason(m mountinfo.Mount) string {
	switch {
	case remoteType(m.Type):
		return "served by another machine or a program: looking could hang, or mount something"
	case m.Type == "overlay" && inContainerStore(m.Path):
		return "the file system of a container"
	case m.Major != 0 || nodevTypes[m.Type]:
		return ""
	}
	return "no local file system that holds files"
}

func inContainerStore(p string) bool {
	for _, store := range containerStores {
		if strings.HasPrefix(p, store+"/") {
			return true
		}
	}
	return false
}

// pathWithin tells whether p is dir or lies below it.
func pathWithin(p, dir string) bool {
	return p == dir || dir == "/" || strings.HasPrefix(p, dir+"/")
}

// run walks. visit is called by several goroutines at a time. The error says that nothing can be told.
func (l *localWalk) run(ctx context.Context, r *facts.Reader, base string, visit func(e *fswalk.Entry, fsType string)) error {
	r.Touched(base)
	if !r.Live() {
		return l.walkOne(ctx, r, base, visit, "", func(p string) bool { return l.closedStore(r, p) })
	}
	mounts, err := runningMounts(ctx, r)
	if err != nil {
		return err
	}
	if m := mountOf(mounts, base); mountSkipReason(m) != "" {
		return fmt.Errorf("%s lies on %s, %s", base, m.Type, mountSkipReason(m))
	}
	starts := l.starts(mounts, base)
	skip := func(p string) bool {
		_, mounted := mounts[p]
		return mounted || l.closedStore(r, p)
	}
	for _, s := range starts {
		if err := l.walkOne(ctx, r, s, visit, mountOf(mounts, s).Type, skip); err != nil {
			return err
		}
	}
	return nil
}

func mountOf(mounts map[string]mountinfo.Mount, p string) mountinfo.Mount {
	for {
		if m, ok := mounts[p]; ok || p == "/" {
			return m
		}
		p = path.Dir(p)
	}
}

// starts are the base and the local mounts below it, without bind mounts of what is walked anyway.
func (l *localWalk) starts(mounts map[string]mountinfo.Mount, base string) []string {
	starts := []string{base}
	for _, p := range slices.Sorted(maps.Keys(mounts)) {
		m := mounts[p]
		if p == base || !pathWithin(p, base) {
			continue
		}
		if reason := mountSkipReason(m); reason != "" {
			l.skipped = append(l.skipped, SkippedMount{p, m.Type, reason})
			continue
		}
		if again, ok := seenAt(mounts, base, m); ok {
			l.skipped = append(l.skipped, SkippedMount{p, m.Type, "the same files as " + again})
			continue
		}
		starts = append(starts, p)
	}
	return starts
}

// seenAt is where the walk meets the files of a mount anyway: below another mount of the same file system which shows
// a larger part of it (or the same part, at an earlier path), unless a third mount covers some of them there.
func seenAt(mounts map[string]mountinfo.Mount, base string, m mountinfo.Mount) (string, bool) {
	for _, p := range slices.Sorted(maps.Keys(mounts)) {
		o := mounts[p]
		if p == m.Path || o.Major != m.Major || o.Minor != m.Minor || !pathWithin(m.Root, o.Root) || mountSkipReason(o) != "" {
			continue
		}
		if m.Root == o.Root && m.Path < p {
			continue
		}
		same := path.Join(p, strings.TrimPrefix(m.Root, strings.TrimSuffix(o.Root, "/")))
		if pathWithin(same, base) && mountOf(mounts, same).Path == p && !coveredBelow(mounts, same) {
			return same, true
		}
	}
	return "", false
}

func coveredBelow(mounts map[string]mountinfo.Mount, dir string) bool {
	for p := range mounts {
		if p != dir && pathWithin(p, dir) {
			return true
		}
	}
	return false
}

// closedStore tells of a container store that only root can get into: what lies there counts for the container.
func (l *localWalk) closedStore(r *facts.Reader, p string) bool {
	if l.everything {
		return false
	}
	for _, store := range containerStores {
		if p != store {
			continue
		}
		for d := p; d != "/"; d = path.Dir(d) {
			if st, err := r.Lstat(d); err == nil && st.Mode().Perm()&0o007 == 0 {
				l.mu.Lock()
				defer l.mu.Unlock()
				l.skipped = append(l.skipped, SkippedMount{Path: p, Reason: "images of containers, closed to users by " + d})
				return true
			}
		}
	}
	return false
}

func (l *localWalk) walkOne(ctx context.Context, r *facts.Reader, base string, visit func(*fswalk.Entry, string), fsType string, skip func(string) bool) error {
	root, err := r.Host().FS.Real(base)
	if err != nil {
		return err
	}
	w := fswalk.Walk{
		Visit:   func(e *fswalk.Entry) { visit(e, fsType) },
		Skip:    skip,
		Mounted: func(p string) { l.fail(p, fmt.Errorf("a mount that the host's table does not name")) },
		Failed:  l.fail,
	}
	return w.Dir(ctx, root, base)
}

func (l *localWalk) fail(p string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failures++
	if l.failure == "" {
		l.failure = fmt.Sprintf("%s: %v", p, err)
	}
}

// unread says what the walk could not see; empty when it saw all.
func (l *localWalk) unread() string {
	switch l.failures {
	case 0:
		return ""
	case 1:
		return "not looked into: " + l.failure
	}
	return fmt.Sprintf("not looked into: %s, and %d more", l.failure, l.failures-1)
}
