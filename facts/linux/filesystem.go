package linux

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/fswalk"
	"github.com/zclconf/go-cty/cty"
	"golang.org/x/sys/unix"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name: "filesystem",
		Doc: "What one walk over all local file systems finds: setuid and setgid programs, what everyone can write, what nobody owns. " +
			"Network file systems, automounts and the kernel's own are left out, bind mounts seen once.",
		Reads:   "getdents64(2), statx(2), /proc/self/mountinfo, /etc/passwd, /etc/group",
		Timeout: 10 * time.Minute,
		Heavy:   true,
	}, collectFilesystem))
	register(facts.Define(facts.Descriptor{
		Name: "tree",
		Doc: "Every file below a directory, and the directory, on local file systems, in the order of paths; empty when it does not exist. " +
			"Symlinks are listed and not followed.",
		Reads:     "getdents64(2), statx(2), /proc/self/mountinfo, /etc/passwd, /etc/group",
		Args:      []facts.Arg{{Name: "directory", Type: cty.String, Doc: "An absolute path."}},
		Canonical: canonicalPath,
		Timeout:   time.Minute,
		Heavy:     true,
	}, collectTree))
}

// Filesystem is what the walk found.
type Filesystem struct {
	Complete           facts.V[bool]            `fact:"complete" doc:"Whether everything could be looked into. The lists say the same of themselves."`
	Files              int64                    `fact:"files" doc:"Number of files of all types that were looked at."`
	Setuid             facts.List[WalkedFile]   `fact:"setuid" doc:"Regular files with the setuid bit."`
	Setgid             facts.List[WalkedFile]   `fact:"setgid" doc:"Regular files with the setgid bit."`
	WorldWritableFiles facts.List[WalkedFile]   `fact:"world_writable_files" doc:"Regular files that everyone can write."`
	WorldWritableDirs  facts.List[WalkedFile]   `fact:"world_writable_dirs" doc:"Directories that everyone can write; see sticky."`
	Unowned            facts.List[WalkedFile]   `fact:"unowned" doc:"Files of all types whose owner has no account in /etc/passwd. Where accounts come from a directory service as well, what was found can't be told from its users' files."`
	Ungrouped          facts.List[WalkedFile]   `fact:"ungrouped" doc:"Files of all types whose group is not in /etc/group; see unowned."`
	Skipped            facts.List[SkippedMount] `fact:"skipped" doc:"What was left out on purpose."`
}

// WalkedFile is one file that the walk met.
type WalkedFile struct {
	Origin facts.Origin

	Path   string          `fact:"path" doc:"Its path."`
	Type   string          `fact:"type" doc:"file, directory, symlink, fifo, socket, char or block."`
	Mode   string          `fact:"mode" doc:"Permission bits with setuid, setgid and sticky, four octal digits."`
	UID    uint32          `fact:"uid" doc:"User id of the owner."`
	GID    uint32          `fact:"gid" doc:"Id of the owning group."`
	Owner  facts.V[string] `fact:"owner" doc:"Name of the owner; empty when no account has the id."`
	Group  facts.V[string] `fact:"group" doc:"Name of the owning group; empty when no group has the id."`
	Sticky bool            `fact:"sticky" doc:"Whether the sticky bit is set: in such a directory only owners remove files."`
	FSType string          `fact:"fstype" doc:"Type of the file system; empty for an image."`
}

const (
	maxFound = 10_000 // files in one list of filesystem
	maxTree  = 50_000 // files in a tree
)

// found collects files up to a bound.
type found struct {
	bound int
	mu    sync.Mutex
	files []WalkedFile
	more  bool
}

func (f *found) add(e *fswalk.Entry, fsType string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.files) >= f.bound {
		f.more = true
		return
	}
	p := e.Path()
	f.files = append(f.files, WalkedFile{Origin: facts.File(p, 0), Path: p, Type: typeOfMode(e.Mode), Mode: modeString(e.Mode),
		UID: e.UID, GID: e.GID, Sticky: e.Mode&unix.S_ISVTX != 0, FSType: fsType})
}

func (f *found) list(names *idNames, origin facts.Origin, unread string) facts.List[WalkedFile] {
	slices.SortFunc(f.files, func(a, b WalkedFile) int { return strings.Compare(a.Path, b.Path) })
	for i := range f.files {
		f.files[i].Owner, f.files[i].Group = names.user(f.files[i].UID), names.group(f.files[i].GID)
	}
	if f.more && unread == "" {
		unread = fmt.Sprintf("more than %d files", f.bound)
	}
	return completeUnless(f.files, origin, unread)
}

func typeOfMode(mode uint32) string {
	switch mode & unix.S_IFMT {
	case unix.S_IFDIR:
		return "directory"
	case unix.S_IFLNK:
		return "symlink"
	case unix.S_IFIFO:
		return "fifo"
	case unix.S_IFSOCK:
		return "socket"
	case unix.S_IFCHR:
		return "char"
	case unix.S_IFBLK:
		return "block"
	}
	return "file"
}

// finds are the lists of filesystem while the walk goes on.
type finds struct {
	names                                                         *idNames
	files                                                         atomic.Int64
	setuid, setgid, writableFiles, writableDirs, noOwner, noGroup found
}

func (f *finds) visit(e *fswalk.Entry, fsType string) {
	f.files.Add(1)
	const special = unix.S_ISUID | unix.S_ISGID | unix.S_IWOTH
	if e.Mode&special != 0 {
		f.visitMode(e, fsType)
	}
	if _, ok := f.names.users[e.UID]; !ok {
		f.noOwner.add(e, fsType)
	}
	if _, ok := f.names.groups[e.GID]; !ok {
		f.noGroup.add(e, fsType)
	}
}

func (f *finds) visitMode(e *fswalk.Entry, fsType string) {
	switch e.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		if e.Mode&unix.S_ISUID != 0 {
			f.setuid.add(e, fsType)
		}
		if e.Mode&unix.S_ISGID != 0 {
			f.setgid.add(e, fsType)
		}
		if e.Mode&unix.S_IWOTH != 0 {
			f.writableFiles.add(e, fsType)
		}
	case unix.S_IFDIR:
		if e.Mode&unix.S_IWOTH != 0 {
			f.writableDirs.add(e, fsType)
		}
	}
}

func collectFilesystem(ctx context.Context, r *facts.Reader, _ facts.Key) (Filesystem, error) {
	f := &finds{names: namesOf(ctx, r)}
	for _, l := range []*found{&f.setuid, &f.setgid, &f.writableFiles, &f.writableDirs, &f.noOwner, &f.noGroup} {
		l.bound = maxFound
	}
	walk := &localWalk{}
	if err := walk.run(ctx, r, "/", f.visit); err != nil {
		return Filesystem{}, err
	}
	unread, origin := walk.unread(), facts.From("a walk over the local file systems")
	fs := Filesystem{
		Complete:           facts.Known(unread == "", origin),
		Files:              f.files.Load(),
		Setuid:             f.setuid.list(f.names, origin, unread),
		Setgid:             f.setgid.list(f.names, origin, unread),
		WorldWritableFiles: f.writableFiles.list(f.names, origin, unread),
		WorldWritableDirs:  f.writableDirs.list(f.names, origin, unread),
		Unowned:            f.nobodys(ctx, r, &f.noOwner, f.names.usersErr, "passwd", origin, unread),
		Ungrouped:          f.nobodys(ctx, r, &f.noGroup, f.names.groupsErr, "group", origin, unread),
	}
	slices.SortFunc(walk.skipped, func(a, b SkippedMount) int { return strings.Compare(a.Path, b.Path) })
	fs.Skipped = facts.Complete(walk.skipped, origin)
	return fs, nil
}

// nobodys are the files without an owner or group, as far as the files of accounts can tell: an id that they lack may
// still be that of a directory service's user.
func (f *finds) nobodys(ctx context.Context, r *facts.Reader, l *found, err error, database string, origin facts.Origin, unread string) facts.List[WalkedFile] {
	if err != nil {
		return facts.UnknownList[WalkedFile](err.Error())
	}
	if len(l.files) == 0 {
		return l.list(f.names, origin, unread)
	}
	nss, err := facts.Get[Nsswitch](ctx, r, facts.Key{Fact: "nsswitch"})
	if err != nil {
		return facts.UnknownList[WalkedFile](err.Error())
	}
	for _, source := range nss.Databases[database].Items() {
		switch source {
		case "files", "compat", "db", "systemd", "altfiles": // of this host
		default:
			return facts.UnknownList[WalkedFile](fmt.Sprintf("%d files or more, %s the first, have an owner or group that only %s may know (nsswitch.conf: %s)",
				len(l.files), l.files[0].Path, source, database))
		}
	}
	return l.list(f.names, origin, unread)
}

func collectTree(ctx context.Context, r *facts.Reader, key facts.Key) (facts.List[WalkedFile], error) {
	base, origin := key.Subject, facts.File(key.Subject, 0)
	for range 2 { // as it was asked, then as its symlinks lead
		if m, remote := remoteAt(remoteMounts(ctx, r), base); remote {
			return facts.UnknownList[WalkedFile](fmt.Sprintf("%s lies on %s, which is not looked at: it could hang or mount something", base, m.fstype)), nil
		}
		var err error
		if base, err = r.Host().FS.Resolve(base); err != nil {
			return facts.List[WalkedFile]{}, err
		}
	}
	if _, err := r.Lstat(base); facts.IsAbsent(err) {
		return facts.Complete[WalkedFile](nil, origin), nil
	}
	all := &found{bound: maxTree}
	walk := &localWalk{everything: true}
	if err := walk.run(ctx, r, base, all.add); err != nil {
		return facts.List[WalkedFile]{}, err
	}
	unread := walk.unread()
	if unread == "" {
		for _, s := range walk.skipped {
			if !strings.HasPrefix(s.Reason, "the same files") {
				unread = s.Path + " is " + s.Reason
			}
		}
	}
	return all.list(namesOf(ctx, r), origin, unread), nil
}
