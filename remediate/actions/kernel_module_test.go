package actions

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// rootTree is a remediate.Tree below a directory.
type rootTree string

func (r rootTree) at(name string) string                      { return filepath.Join(string(r), name) }
func (r rootTree) ReadFile(name string) ([]byte, error)       { return os.ReadFile(r.at(name)) }
func (r rootTree) ReadDir(name string) ([]fs.DirEntry, error) { return os.ReadDir(r.at(name)) }
func (r rootTree) Readlink(name string) (string, error)       { return os.Readlink(r.at(name)) }
func (r rootTree) Stat(name string) (fs.FileInfo, error)      { return os.Stat(r.at(name)) }
func (r rootTree) Lstat(name string) (fs.FileInfo, error)     { return os.Lstat(r.at(name)) }
func (r rootTree) Glob(pattern string) ([]string, error)      { return filepath.Glob(r.at(pattern)) }

func (r rootTree) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(r.at(name)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(r.at(name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestModuleInUse(t *testing.T) {
	r := rootTree(t.TempDir())
	if loaded, _, err := moduleUse(r, "udf"); loaded || err != nil {
		t.Errorf("a kernel without modules: %v, %v", loaded, err)
	}
	r.write(t, "/proc/modules", "udf 122880 1 - Live 0x0\ncrc_itu_t 16384 1 udf, Live 0x0\nhfs 65536 0 - Live 0x0\nsctp 1 4 - Live 0x0\n")
	r.write(t, "/proc/self/mountinfo", "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n22 21 7:0 / /mnt/dvd ro - udf /dev/loop0 ro\n")
	for name, want := range map[string]string{
		"udf": "/mnt/dvd is mounted with it", "crc_itu_t": "the modules udf need it", "hfs": "", "sctp": "4 uses", "cramfs": "",
	} {
		loaded, uses, err := moduleUse(r, name)
		if err != nil || loaded != (name != "cramfs") || strings.Join(uses, "; ") != want {
			t.Errorf("%s: %v %q %v", name, loaded, uses, err)
		}
	}
}
