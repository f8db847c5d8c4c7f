// Package hosttest makes hosts for tests out of txtar: a tree of files with modes, and nothing of the machine the test
// runs on. Owners are those of whoever runs the test: what depends on owners is tested on real hosts.
package hosttest

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/internal/hostfs"
	"github.com/zclconf/go-cty/cty"
	"golang.org/x/sys/unix"
	"golang.org/x/tools/txtar"
)

// Now is the time on every host of this package.
var Now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// New is a running host with the files of archive, whose names are absolute paths. A name may be followed by options:
//
//	-- /etc/shadow mode=0640 --
//	-- /etc/cron.d dir mode=0700 --
//	-- /etc/localtime link=/usr/share/zoneinfo/UTC --
//	-- /run/pipe fifo --
//
// It is Live but not Native: /proc and /sys are what the archive says, netlink and D-Bus are out of reach.
func New(t testing.TB, archive string) facts.Host {
	t.Helper()
	root := t.TempDir()
	Extract(t, root, archive)
	return facts.Host{FS: hostfs.New(root), Live: true, Now: func() time.Time { return Now }}
}

// Offline is the same as an unpacked image.
func Offline(t testing.TB, archive string) facts.Host {
	h := New(t, archive)
	h.Live = false
	return h
}

// Extract lays an archive's files below root.
func Extract(t testing.TB, root, archive string) {
	t.Helper()
	type late struct {
		path string
		mode os.FileMode
	}
	var modes []late
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name, opts, _ := strings.Cut(f.Name, " ")
		path := filepath.Join(root, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		mode, kind, link := os.FileMode(0o644), "file", ""
		for opt := range strings.FieldsSeq(opts) {
			key, value, _ := strings.Cut(opt, "=")
			switch key {
			case "mode":
				bits, err := strconv.ParseUint(value, 8, 32)
				must(t, err)
				mode = fileMode(uint32(bits))
			case "dir", "fifo":
				kind = key
				if mode == 0o644 && key == "dir" {
					mode = 0o755
				}
			case "link":
				kind, link = key, value
			default:
				t.Fatalf("hosttest: %s: unknown option %q", f.Name, opt)
			}
		}
		switch kind {
		case "dir":
			must(t, os.MkdirAll(path, 0o755))
		case "fifo":
			must(t, unix.Mkfifo(path, 0o600))
		case "link":
			must(t, os.Symlink(link, path))
			continue
		default:
			must(t, os.WriteFile(path, f.Data, 0o600))
		}
		modes = append(modes, late{path, mode})
	}
	for _, m := range modes {
		must(t, os.Chmod(m.path, m.mode))
	}
	t.Cleanup(func() { // let TempDir's own clean-up into directories the archive closed
		for _, m := range modes {
			if m.mode.Perm()&0o700 != 0o700 {
				_ = os.Chmod(m.path, 0o700)
			}
		}
	})
}

// Read collects one fact of a host. The arguments are strings, numbers (int) or bools, as a policy gives them.
func Read(t testing.TB, h facts.Host, sources []facts.Source, fact string, args ...any) facts.Value {
	t.Helper()
	set := facts.NewSet(context.Background(), h, sources)
	d, ok := set.Schema()[fact]
	if !ok {
		t.Fatalf("hosttest: there is no fact %q", fact)
	}
	var values []cty.Value
	for _, a := range args {
		switch a := a.(type) {
		case string:
			values = append(values, cty.StringVal(a))
		case int:
			values = append(values, cty.NumberIntVal(int64(a)))
		case bool:
			values = append(values, cty.BoolVal(a))
		default:
			t.Fatalf("hosttest: argument %v of %s", a, fact)
		}
	}
	subject, err := d.Subject(values)
	must(t, err)
	return set.Read(context.Background(), facts.Key{Fact: fact, Subject: subject})
}

func fileMode(bits uint32) os.FileMode {
	m := os.FileMode(bits & 0o777)
	for bit, flag := range map[uint32]os.FileMode{0o4000: os.ModeSetuid, 0o2000: os.ModeSetgid, 0o1000: os.ModeSticky} {
		if bits&bit != 0 {
			m |= flag
		}
	}
	return m
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
