package remediate

import (
	"io/fs"

	"github.com/holdfast-agent/holdfast/facts"
)

// Tree is the host's tree of files as it is now, without the steps of a draft: for lists of directories and for vendors'
// files, which parsers of configuration need whole.
type Tree interface {
	ReadFile(name string) ([]byte, error)
	ReadDir(name string) ([]fs.DirEntry, error)
	Readlink(name string) (string, error)
	Stat(name string) (fs.FileInfo, error)
	Lstat(name string) (fs.FileInfo, error)
}

// Tree is the host's tree. Its errors tell what is not there by facts.IsAbsent.
func (d *Draft) Tree() Tree { return d.set.Tree() }

var _ Tree = (*facts.Reader)(nil)
