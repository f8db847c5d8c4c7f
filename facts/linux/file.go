package linux

import (
	"context"
	"fmt"
	"io/fs"
	"syscall"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "file",
		Doc:   "The metadata of one path. A symlink is followed; its own target is in target.",
		Reads: "stat(2), /etc/passwd, /etc/group",
		Args:  []facts.Arg{{Name: "path", Type: cty.String, Doc: "An absolute path."}},
	}, collectFile))
	register(facts.Define(facts.Descriptor{
		Name:  "glob",
		Doc:   "The metadata of every path that matches a pattern (glob(7), no **), in the order of names.",
		Reads: "readdir(3), stat(2)",
		Args:  []facts.Arg{{Name: "pattern", Type: cty.String, Doc: "An absolute pattern: /etc/cron.d/*"}},
	}, collectGlob))
}

// File is what stat(2) says of one path.
type File struct {
	Missing facts.Missing
	Origin  facts.Origin

	Path   string          `fact:"path" doc:"The path asked for."`
	Exists facts.V[bool]   `fact:"exists" doc:"Whether the path leads to something."`
	Type   facts.V[string] `fact:"type" doc:"file, directory, fifo, socket, char or block: of what the path leads to."`
	Mode   facts.V[string] `fact:"mode" doc:"Permission bits with setuid, setgid and sticky, four octal digits."`
	UID    facts.V[uint32] `fact:"uid" doc:"User id of the owner."`
	GID    facts.V[uint32] `fact:"gid" doc:"Id of the owning group."`
	Owner  facts.V[string] `fact:"owner" doc:"Name of the owner; empty when no account has the id."`
	Group  facts.V[string] `fact:"group" doc:"Name of the owning group; empty when no group has the id."`
	Size   facts.V[int64]  `fact:"size" doc:"Size in bytes."`
	MTime  facts.V[string] `fact:"mtime" doc:"Last change of the content, RFC 3339 in UTC."`
	Target facts.V[string] `fact:"target" doc:"Where the path points, when it is itself a symlink; else empty."`
}

func collectFile(ctx context.Context, r *facts.Reader, key facts.Key) (File, error) {
	return statFile(ctx, r, key.Subject), nil
}

func collectGlob(ctx context.Context, r *facts.Reader, key facts.Key) (facts.List[File], error) {
	paths, err := r.Glob(key.Subject)
	files := make([]File, 0, len(paths))
	for _, p := range paths {
		files = append(files, statFile(ctx, r, p))
	}
	origin := facts.File(key.Subject, 0)
	if err != nil {
		return facts.Partial(files, origin, err.Error()), nil
	}
	return facts.Complete(files, origin), nil
}

// statFile never fails: a path that is not there says so, one that can't be looked at is unknown.
func statFile(ctx context.Context, r *facts.Reader, name string) File {
	f := File{Path: name, Origin: facts.File(name, 0)}
	st, err := r.Stat(name)
	switch {
	case facts.IsAbsent(err):
		f.Exists = facts.Known(false, f.Origin)
		f.Missing = facts.Missing(name + " does not exist")
		return f
	case err != nil:
		f.Missing = facts.Missing(err.Error())
		return f
	}
	sys, ok := st.Sys().(*syscall.Stat_t)
	if !ok {
		f.Missing = "the file system gives no owner and mode"
		return f
	}
	names := namesOf(ctx, r)
	f.Exists = facts.Known(true, facts.Origin{})
	f.Type = facts.Known(fileType(st.Mode()), facts.Origin{})
	f.Mode = facts.Known(modeString(sys.Mode), facts.Origin{})
	f.UID = facts.Known(sys.Uid, facts.Origin{})
	f.GID = facts.Known(sys.Gid, facts.Origin{})
	f.Owner = names.user(sys.Uid)
	f.Group = names.group(sys.Gid)
	f.Size = facts.Known(st.Size(), facts.Origin{})
	f.MTime = facts.Known(st.ModTime().UTC().Format(time.RFC3339), facts.Origin{})
	f.Target = linkTarget(r, name)
	return f
}

func linkTarget(r *facts.Reader, name string) facts.V[string] {
	st, err := r.Lstat(name)
	if err != nil {
		return facts.Unknown[string](err.Error())
	}
	if st.Mode()&fs.ModeSymlink == 0 {
		return facts.Known("", facts.Origin{})
	}
	target, err := r.Readlink(name)
	if err != nil {
		return facts.Unknown[string](err.Error())
	}
	return facts.Known(target, facts.Origin{})
}

// modeString is the permission part of st_mode as policies write it: "0644", "1777".
func modeString(mode uint32) string { return fmt.Sprintf("%04o", mode&0o7777) }

func fileType(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "directory"
	case m&fs.ModeNamedPipe != 0:
		return "fifo"
	case m&fs.ModeSocket != 0:
		return "socket"
	case m&fs.ModeCharDevice != 0:
		return "char"
	case m&fs.ModeDevice != 0:
		return "block"
	case m&fs.ModeSymlink != 0:
		return "symlink"
	}
	return "file"
}
