package remediate

import (
	"bytes"
	"fmt"
	"io/fs"
)

// FileType is what lies at a path.
type FileType string

// The types of files that steps know. Others are refused.
const (
	Absent    FileType = ""
	Regular   FileType = "file"
	Symlink   FileType = "symlink"
	Directory FileType = "directory"
)

// File is the state of a path: the effects "file" (all of it) and "mode" (all but the content).
type File struct {
	Type    FileType          `json:"type"`
	Content []byte            `json:"content,omitempty"` // of a regular file; not of the effect "mode"
	Link    string            `json:"link,omitempty"`    // of a symlink
	Mode    uint32            `json:"mode"`              // permission bits with setuid, setgid and sticky, as in stat(2)
	UID     uint32            `json:"uid"`
	GID     uint32            `json:"gid"`
	Xattrs  map[string][]byte `json:"xattrs,omitempty"` // ACLs and capabilities among them
	// Secret keeps the content out of what people are shown.
	Secret bool `json:"-"`
}

// Perm is the mode as Go has it.
func (f File) Perm() fs.FileMode { return fs.FileMode(f.Mode & 0o777) }

// Summary is the state in words.
func (f File) Summary() string {
	switch f.Type {
	case Absent:
		return "absent"
	case Symlink:
		return "symlink to " + f.Link
	case Directory:
		return fmt.Sprintf("directory, %04o %d:%d", f.Mode, f.UID, f.GID)
	}
	return fmt.Sprintf("%04o %d:%d, %d bytes", f.Mode, f.UID, f.GID, len(f.Content))
}

// ModeSummary is the state of mode and owner in words.
func (f File) ModeSummary() string {
	if f.Type == Absent {
		return "absent"
	}
	return fmt.Sprintf("%04o %d:%d", f.Mode, f.UID, f.GID)
}

// SameAs tells whether nothing differs.
func (f File) SameAs(o File) bool {
	return NewState("", f).Equal(NewState("", o))
}

// text tells whether the content can be shown as lines.
func (f File) text() bool {
	return !f.Secret && bytes.IndexByte(f.Content, 0) < 0 && len(f.Content) < 1<<20
}

// Words are the type as it stands in a sentence: "a symlink".
func (t FileType) Words() string {
	switch t {
	case Absent:
		return "not there"
	case Regular:
		return "a file"
	}
	return "a " + string(t)
}
