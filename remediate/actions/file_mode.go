package actions

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"

	"github.com/holdfast-agent/holdfast/remediate"
)

func init() {
	register(remediate.Define(remediate.Descriptor{
		Kind: "file_mode",
		Doc: "Changes mode and owner of a path. A symlink is not followed, a file with further hard links is left alone. A file that gets another " +
			"owner or group loses setuid, setgid and capabilities, as chown(2) takes them away.",
	}, planFileMode))
	register(remediate.Define(remediate.Descriptor{
		Kind: "key_mode",
		Doc:  "Takes bits of a key's mode away and sets its owner, as file_mode does.",
	}, planKeyMode))
}

type fileModeArgs struct {
	Path    string   `cty:"path"`
	Mode    *string  `cty:"mode"`
	Max     *string  `cty:"max"`
	Add     *string  `cty:"add"`
	Remove  *string  `cty:"remove"`
	Owner   *string  `cty:"owner"`
	Group   *string  `cty:"group"`
	Groups  []string `cty:"groups"`
	Recurse *bool    `cty:"recurse"`
	Only    *string  `cty:"only"`
}

func planFileMode(ctx context.Context, d *remediate.Draft, a fileModeArgs) error {
	if !path.IsAbs(a.Path) || path.Clean(a.Path) != a.Path {
		return fmt.Errorf("%q is not a clean absolute path", a.Path)
	}
	w, err := newModeWish(d, a)
	if err != nil {
		return err
	}
	if err := w.claim(d, a); err != nil {
		return err
	}
	if !deref(a.Recurse) {
		return w.plan(ctx, d, a.Path)
	}
	paths, err := below(d, a.Path)
	if err != nil {
		return err
	}
	for _, p := range paths {
		if err := w.plan(ctx, d, p); err != nil {
			return err
		}
	}
	return nil
}

type keyModeArgs struct {
	Path  string  `cty:"path"`
	Mode  *string `cty:"mode"`
	Owner *string `cty:"owner"`
	Group *string `cty:"group"`
}

func planKeyMode(ctx context.Context, d *remediate.Draft, a keyModeArgs) error {
	f, err := d.Mode(ctx, a.Path)
	if err == nil && f.Type != remediate.Regular && f.Type != remediate.Symlink {
		return remediate.Refuse("%s is no file", a.Path)
	}
	return planFileMode(ctx, d, fileModeArgs{Path: a.Path, Max: a.Mode, Owner: a.Owner, Group: a.Group})
}

// modeWish is what mode and owner shall become, given what they are.
type modeWish struct {
	bits    []func(mode uint32, dir bool) uint32
	exact   bool // the mode itself is given
	owner   *uint32
	groups  []uint32 // as good as each other
	only    remediate.FileType
	recurse bool
}

func newModeWish(d *remediate.Draft, a fileModeArgs) (*modeWish, error) {
	w := &modeWish{exact: a.Mode != nil, recurse: deref(a.Recurse)}
	switch deref(a.Only) {
	case "":
	case "file":
		w.only = remediate.Regular
	case "directory":
		w.only = remediate.Directory
	default:
		return nil, fmt.Errorf("only is file or directory, not %q", *a.Only)
	}
	for _, x := range []struct {
		text *string
		do   func(mode, bits uint32) uint32
	}{
		{a.Mode, func(_, bits uint32) uint32 { return bits }},
		{a.Max, func(mode, bits uint32) uint32 { return mode & bits }},
		{a.Remove, func(mode, bits uint32) uint32 { return mode &^ bits }},
		{a.Add, func(mode, bits uint32) uint32 { return mode | bits }},
	} {
		if x.text == nil {
			continue
		}
		bits, err := modeBits(*x.text)
		if err != nil {
			return nil, err
		}
		w.bits = append(w.bits, func(mode uint32, dir bool) uint32 { return x.do(mode, bits(dir, mode)) })
	}
	if a.Owner != nil {
		id, err := userID(d, *a.Owner)
		if err != nil {
			return nil, err
		}
		w.owner = &id
	}
	names := a.Groups
	if a.Group != nil {
		names = []string{*a.Group}
	}
	for i, name := range names {
		id, err := groupID(d, name)
		if err != nil && i > 0 { // one of those that would do as well
			continue
		}
		if err != nil {
			return nil, err
		}
		w.groups = append(w.groups, id)
	}
	return w, nil
}

// claim lets fixes contradict each other where each wants one thing alone.
func (w *modeWish) claim(d *remediate.Draft, a fileModeArgs) error {
	for what, value := range map[string]*string{"the mode of ": a.Mode, "the owner of ": a.Owner, "the group of ": a.Group} {
		if value == nil || w.recurse {
			continue
		}
		if err := d.Claim(what+a.Path, *value); err != nil {
			return err
		}
	}
	return nil
}

func (w *modeWish) plan(ctx context.Context, d *remediate.Draft, name string) error {
	f, err := d.Mode(ctx, name)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return remediate.Refuse("%v", err) // what it is can't be told safely: this path stays as it is
	}
	switch {
	case f.Type == remediate.Absent:
		return remediate.Refuse("%s is not there", name)
	case w.only != "" && f.Type != w.only, w.recurse && f.Type == remediate.Symlink:
		return nil
	case f.Type == remediate.Symlink && len(w.bits) > 0:
		return remediate.Refuse("%s is a symlink to %s, which is not followed: name the file itself", name, f.Link)
	}
	after := w.apply(f)
	if after.SameAs(f) && !d.Changes("mode", name) && !d.Changes("file", name) { // else that step is for this control, too
		return nil
	}
	return d.SetMode(ctx, name, after, remediate.Options{})
}

// apply works out mode and owner.
func (w *modeWish) apply(f remediate.File) remediate.File {
	after := f
	for _, do := range w.bits {
		after.Mode = do(after.Mode, f.Type == remediate.Directory) & permissionBits
	}
	if w.owner != nil {
		after.UID = *w.owner
	}
	if len(w.groups) > 0 && !slices.Contains(w.groups, f.GID) {
		after.GID = w.groups[0]
	}
	if f.Type == remediate.Regular && (after.UID != f.UID || after.GID != f.GID) {
		// Else somebody's program would run as its new owner.
		if !w.exact {
			after.Mode &^= 0o6000
		}
		after.Xattrs = without(after.Xattrs, "security.capability")
	}
	after.Xattrs = withACLMode(after.Xattrs, f.Mode, after.Mode)
	return after
}

func without(xattrs map[string][]byte, name string) map[string][]byte {
	if _, ok := xattrs[name]; !ok {
		return xattrs
	}
	out := map[string][]byte{}
	for k, v := range xattrs {
		if k != name {
			out[k] = v
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

const accessACL = "system.posix_acl_access"

// withACLMode is the access ACL as chmod(2) leaves it: the mode's bits are those of the entries for the owner, for the
// mask and for others (acl(5), "correspondence"). The form is that of linux/posix_acl_xattr.h: a version in four bytes,
// then entries of a tag, permissions and an id, in two, two and four.
func withACLMode(xattrs map[string][]byte, before, mode uint32) map[string][]byte {
	acl, ok := xattrs[accessACL]
	if !ok || before == mode {
		return xattrs
	}
	const owner, group, mask, other = 0x01, 0x04, 0x10, 0x20
	acl = slices.Clone(acl)
	groupTag := byte(group)
	for i := 4; i+8 <= len(acl); i += 8 {
		if acl[i] == mask {
			groupTag = mask
		}
	}
	for i := 4; i+8 <= len(acl); i += 8 {
		switch acl[i] {
		case owner:
			acl[i+2] = byte(mode >> 6 & 7)
		case groupTag:
			acl[i+2] = byte(mode >> 3 & 7)
		case other:
			acl[i+2] = byte(mode & 7)
		}
	}
	out := without(xattrs, accessACL)
	if out == nil {
		out = map[string][]byte{}
	} else {
		copied := map[string][]byte{}
		for k, v := range out {
			copied[k] = v
		}
		out = copied
	}
	out[accessACL] = acl
	return out
}

// modeBits reads bits of a mode: 0022, or as chmod(1) has them, go-rwx, o+t, u+r; the sign says nothing new here. X is x
// of directories, and of what somebody may execute.
func modeBits(text string) (func(dir bool, mode uint32) uint32, error) {
	if n, err := octal(text); err == nil {
		return func(bool, uint32) uint32 { return n }, nil
	}
	var parts []func(dir bool, mode uint32) uint32
	for part := range strings.SplitSeq(text, ",") {
		at := strings.IndexAny(part, "+-")
		if at < 0 || at+1 == len(part) || strings.Trim(part[:at], "ugoa") != "" || strings.Trim(part[at+1:], "rwxXst") != "" {
			return nil, fmt.Errorf("%q are no bits of a mode, as go-rwx and 0022 are", text)
		}
		whom, what := part[:at], part[at+1:]
		if whom == "" || strings.Contains(whom, "a") {
			whom = "ugo"
		}
		parts = append(parts, func(dir bool, mode uint32) uint32 { return symbolic(whom, what, dir || mode&0o111 != 0) })
	}
	return func(dir bool, mode uint32) (bits uint32) {
		for _, p := range parts {
			bits |= p(dir, mode)
		}
		return bits
	}, nil
}

func symbolic(whom, what string, executable bool) (bits uint32) {
	shift := map[rune]uint32{'u': 6, 'g': 3, 'o': 0}
	set := map[rune]uint32{'u': 0o4000, 'g': 0o2000}
	for _, who := range whom {
		for _, c := range what {
			switch c {
			case 'r':
				bits |= 4 << shift[who]
			case 'w':
				bits |= 2 << shift[who]
			case 'x':
				bits |= 1 << shift[who]
			case 'X':
				if executable {
					bits |= 1 << shift[who]
				}
			case 's':
				bits |= set[who]
			case 't':
				bits |= 0o1000
			}
		}
	}
	return bits
}

// Bounds of a walk: of paths, and of directories in each other.
const (
	maxWalk  = 50000
	maxDepth = 64
)

// below are a path and all below it on its own file system, in the order of their names. Symlinks are not followed.
func below(d *remediate.Draft, top string) ([]string, error) {
	st, err := d.Tree().Lstat(top)
	if err != nil {
		return nil, remediate.Refuse("%v", err)
	}
	w := &modeWalk{tree: d.Tree(), device: deviceOf(st)}
	if err := w.walk(top, st, 0); err != nil {
		return nil, err
	}
	return w.found, nil
}

type modeWalk struct {
	tree   remediate.Tree
	device uint64
	found  []string
}

func (w *modeWalk) walk(name string, st fs.FileInfo, depth int) error {
	if deviceOf(st) != w.device {
		return nil
	}
	if w.found = append(w.found, name); len(w.found) > maxWalk || depth > maxDepth {
		return remediate.Refuse("more than %d paths, or directories %d deep, are more than one change may hold", maxWalk, maxDepth)
	}
	if !st.IsDir() {
		return nil
	}
	entries, err := w.tree.ReadDir(name)
	if err != nil {
		return err
	}
	for _, e := range entries {
		child := path.Join(name, e.Name())
		st, err := w.tree.Lstat(child)
		if err != nil {
			return err
		}
		if err := w.walk(child, st, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// deviceOf is the file system that a file lies on; 0 when that is not told.
func deviceOf(st fs.FileInfo) uint64 {
	if sys, ok := st.Sys().(*syscall.Stat_t); ok {
		return sys.Dev
	}
	return 0
}
