package sshdconf

import (
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// mapFiles is a configuration in memory.
type mapFiles map[string]string

func (m mapFiles) ReadFile(name string) ([]byte, error) {
	if text, ok := m[name]; ok {
		return []byte(text), nil
	}
	return nil, fs.ErrNotExist
}
func (mapFiles) IsAbsent(err error) bool { return errors.Is(err, fs.ErrNotExist) }
func (mapFiles) IsDir(string) bool       { return false }
func (m mapFiles) Glob(pattern string) ([]string, error) {
	var found []string
	for name := range m {
		if ok, _ := path.Match(pattern, name); ok {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return found, nil
}

func FuzzLoad(f *testing.F) {
	seeds, _ := filepath.Glob("testdata/golden/*.txtar")
	for _, name := range seeds {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(txtar.Parse(b).Files[0].Data), "Match User x\nBanner /y\n")
	}
	f.Add("Include i\nInclude i i i\n", "Include i\n")
	f.Add("X11Forwarding yes\x00\nPort 1", "\xff\"=\"")
	names := Names()
	f.Fuzz(func(t *testing.T, main, included string) {
		main = strings.ReplaceAll(main, "$DIR/inc*.conf", "i")
		c, err := Load(mapFiles{DefaultPath: main, "/etc/ssh/i": included}, Options{Version: tableVersion})
		if err != nil {
			return
		}
		all := []map[string]Value{c.Default(), c.Effective(Connection{User: "root", Address: netip.MustParseAddr("10.0.0.1")}.Decide)}
		for _, m := range c.Matches[:min(3, len(c.Matches))] {
			all = append(all, c.Within(m))
		}
		for _, opts := range all {
			for _, n := range names {
				if v, ok := opts[n]; !ok || (v.Items == nil) != (v.Unknown != "") {
					t.Fatalf("%s is %#v", n, v)
				}
			}
		}
	})
}
