package linux

import (
	"bytes"
	"context"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
)

// remoteMount is a mount whose look-ups can hang on a server, or mount something (autofs).
type remoteMount struct{ dir, fstype string }

// remoteTypes are file systems that another machine or a program serves.
var remoteTypes = map[string]bool{
	"autofs": true, "nfs": true, "nfs4": true, "cifs": true, "smb3": true, "smbfs": true, "afs": true, "ceph": true,
	"9p": true, "ncpfs": true, "coda": true, "glusterfs": true, "lustre": true, "orangefs": true, "beegfs": true,
}

func remoteType(fstype string) bool {
	return remoteTypes[fstype] || strings.HasPrefix(fstype, "fuse.") || fstype == "fuse"
}

// remoteMounts are those of the running host, in the order in which they were mounted; later ones cover earlier ones.
// Local mounts are kept too, with an empty type, for the same reason. An image has none.
func remoteMounts(ctx context.Context, r *facts.Reader) []remoteMount {
	if !r.Live() {
		return nil
	}
	mounts, _ := facts.Once(ctx, r, "remote mounts", func(_ context.Context, r *facts.Reader) ([]remoteMount, error) {
		b, err := r.ReadFile("/proc/self/mountinfo")
		if err != nil {
			return nil, err // no /proc: nothing is known to be remote
		}
		var mounts []remoteMount
		for line := range bytes.Lines(b) {
			left, right, ok := strings.Cut(string(line), " - ")
			f, g := strings.Fields(left), strings.Fields(right)
			if !ok || len(f) < 5 || len(g) < 1 {
				continue
			}
			m := remoteMount{dir: unescapeMount.Replace(f[4])}
			if remoteType(g[0]) {
				m.fstype = g[0]
			}
			mounts = append(mounts, m)
		}
		return mounts, nil
	})
	return mounts
}

// unescapeMount undoes what the kernel escapes in mountinfo (seq_path with " \t\n\\").
var unescapeMount = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

// remoteAt is the remote mount that a path lies on, as far as the path has no symlinks.
func remoteAt(mounts []remoteMount, name string) (remoteMount, bool) {
	best := remoteMount{}
	for _, m := range mounts {
		dir := strings.TrimSuffix(m.dir, "/")
		if name != dir && !strings.HasPrefix(name, dir+"/") {
			continue
		}
		if len(m.dir) >= len(best.dir) {
			best = m
		}
	}
	return best, best.fstype != ""
}
