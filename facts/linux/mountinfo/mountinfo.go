// Package mountinfo decodes /proc/PID/mountinfo (proc(5)) and tells which mounts a path lookup would see. It knows
// nothing of what is configured.
package mountinfo

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// MaxMounts bounds a table; the kernel's own bound, fs.mount-max, is 100,000 a namespace.
const MaxMounts = 200_000

// Mount is one line.
type Mount struct {
	ID, Parent   int
	Major, Minor uint32
	Root         string   // of the mount, inside its file system: "/" unless it is a bind mount or a subvolume
	Path         string   // where it is mounted
	Options      []string // of the mount
	Optional     []string // propagation: shared:1, master:2
	Type         string
	Source       string
	Super        []string // options of the file system
}

// Parse decodes a table. The error names the first line that is none of a mount.
func Parse(content []byte) ([]Mount, error) {
	var mounts []Mount
	n := 0
	for line := range bytes.Lines(content) {
		n++
		if len(mounts) >= MaxMounts {
			return mounts, fmt.Errorf("more than %d mounts", MaxMounts)
		}
		m, ok := parseLine(strings.TrimSuffix(string(line), "\n"))
		if !ok {
			return mounts, fmt.Errorf("line %d is not that of a mount", n)
		}
		mounts = append(mounts, m)
	}
	return mounts, nil
}

func parseLine(line string) (Mount, bool) {
	f := strings.Split(line, " ")
	sep := slices.Index(f, "-")
	if sep < 6 || len(f) < sep+4 {
		return Mount{}, false
	}
	id, err1 := strconv.Atoi(f[0])
	parent, err2 := strconv.Atoi(f[1])
	major, minor, colon := strings.Cut(f[2], ":")
	maj, err3 := strconv.ParseUint(major, 10, 32)
	mnr, err4 := strconv.ParseUint(minor, 10, 32)
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil || !colon {
		return Mount{}, false
	}
	return Mount{
		ID: id, Parent: parent, Major: uint32(maj), Minor: uint32(mnr),
		Root: Unescape(f[3]), Path: Unescape(f[4]), Options: strings.Split(f[5], ","), Optional: f[6:sep],
		Type: Unescape(f[sep+1]), Source: Unescape(f[sep+2]), Super: splitSuper(f[sep+3:]),
	}, true
}

// splitSuper joins what a file system's careless option with a blank in it (some FUSE) tore apart.
func splitSuper(fields []string) []string { return strings.Split(strings.Join(fields, " "), ",") }

// Unescape decodes the three octal digits behind a backslash that the kernel writes for blanks, tabs, newlines,
// backslashes and hashes.
func Unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(c))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// AllOptions are the options of the mount and of its file system in one, as findmnt(8) prints them: ro or rw first, ro
// when either is.
func (m Mount) AllOptions() []string {
	access := "rw"
	if slices.Contains(m.Options, "ro") || slices.Contains(m.Super, "ro") {
		access = "ro"
	}
	all := []string{access}
	for _, o := range slices.Concat(m.Options, m.Super) {
		if o != "ro" && o != "rw" && o != "" && !slices.Contains(all, o) {
			all = append(all, o)
		}
	}
	return all
}

// Visible are the mounts that a path lookup from the root can meet, in the order of their paths: not those that another
// was mounted over.
func Visible(mounts []Mount) []Mount {
	children := map[int][]int{}
	ids := map[int]bool{}
	for _, m := range mounts {
		ids[m.ID] = true
	}
	root := -1
	for i, m := range mounts {
		if m.Path == "/" && !ids[m.Parent] || m.ID == m.Parent {
			root = i
			continue
		}
		children[m.Parent] = append(children[m.Parent], i)
	}
	if root < 0 {
		return nil
	}
	v := visitor{mounts: mounts, children: children, seen: map[int]bool{}}
	v.visit(root)
	slices.SortStableFunc(v.out, func(a, b Mount) int { return strings.Compare(a.Path, b.Path) })
	return v.out
}

type visitor struct {
	mounts   []Mount
	children map[int][]int
	seen     map[int]bool
	out      []Mount
}

// visit takes a mount and those on top of it. A child at the mount's own path covers it, with all other children.
func (v *visitor) visit(i int) {
	for !v.seen[i] {
		v.seen[i] = true
		covered := -1
		for _, c := range v.children[v.mounts[i].ID] {
			if v.mounts[c].Path == v.mounts[i].Path {
				covered = c
			}
		}
		if covered < 0 {
			v.out = append(v.out, v.mounts[i])
			v.below(i)
			return
		}
		i = covered
	}
}

// below visits the children that no sibling, mounted on a directory above them, hides. The kernel attaches a mount to
// the one that is visible at its time: of siblings one inside the other's path the inner is older, and hidden.
func (v *visitor) below(i int) {
	kids := v.children[v.mounts[i].ID]
	paths := make(map[string]bool, len(kids))
	for _, c := range kids {
		paths[v.mounts[c].Path] = true
	}
	for _, c := range kids {
		if !underAny(v.mounts[c].Path, v.mounts[i].Path, paths) {
			v.visit(c)
		}
	}
}

func underAny(p, stop string, paths map[string]bool) bool {
	for d := path.Dir(p); len(d) > max(len(stop), 1); d = path.Dir(d) {
		if paths[d] {
			return true
		}
	}
	return false
}
