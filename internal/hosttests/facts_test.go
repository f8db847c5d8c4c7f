package hosttests

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux"
	"github.com/holdfast-agent/holdfast/internal/testhost"
	"github.com/zclconf/go-cty/cty"
)

// programs are our own, built once without cgo: they run on hosts with any libc.
var programs = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "holdfast-programs-")
	if err != nil {
		return "", err
	}
	targets := []string{"./internal/hosttests/readfacts", "./internal/hosttests/measure", "./internal/hosttests/runfix", "./cmd/holdfast", "./plugins/example", "./plugins/launch/testdata/hostile"}
	cmd := exec.Command("go", append([]string{"build", "-trimpath", "-ldflags=-s -w", "-o", dir + "/"}, targets...)...)
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	// The program that dies or fails where it is told to.
	cmd = exec.Command("go", "build", "-trimpath", "-tags=faults", "-ldflags=-s -w", "-o", dir+"/holdfast-faults", "./cmd/holdfast")
	cmd.Dir, cmd.Env = "../..", append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return dir, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := programs(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// program is the path of one of our programs on this machine.
func program(t *testing.T, name string) string {
	t.Helper()
	dir, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, name)
}

// install copies one of our programs to a host and gives its path there.
func install(t *testing.T, h *testhost.Host, name string) string {
	t.Helper()
	at := "/usr/local/bin/" + name
	if h.Run("test", "-x", at).Code != 0 {
		h.CopyIn(program(t, name), at)
	}
	return at
}

// key names a fact: {"sysctl", "net.ipv4.ip_forward"}.
type key []string

// reading is what was read of a host at one time.
type reading struct {
	t   *testing.T
	set *facts.Set
}

// read reads facts inside a running host, as root.
func read(t *testing.T, h *testhost.Host, keys ...key) reading {
	t.Helper()
	return readBy(t, func(ctx context.Context, program string) *exec.Cmd { return h.Command(ctx, program) }, install(t, h, "readfacts"), keys)
}

// readImage reads facts from a host's files alone.
func readImage(t *testing.T, h *testhost.Host, keys ...key) reading {
	t.Helper()
	return readBy(t, func(ctx context.Context, program string) *exec.Cmd {
		return exec.CommandContext(ctx, program, h.Root())
	}, program(t, "readfacts"), keys)
}

func readBy(t *testing.T, command func(context.Context, string) *exec.Cmd, program string, keys []key) reading {
	t.Helper()
	type wanted struct {
		Fact string
		Args []string
	}
	var list []wanted
	for _, k := range keys {
		list = append(list, wanted{k[0], k[1:]})
	}
	stdin, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := command(ctx, program)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("readfacts: %v\n%s", err, stderr.String())
	}
	rec, err := facts.ReadRecording(&stdout)
	if err != nil {
		t.Fatal(err)
	}
	return reading{t, facts.NewRecordedSet(rec, facts.NewSchema(linux.Sources()))}
}

// fact is one fact as plain Go: map[string]any, []any, string, float64, bool, and unknown where it is so.
func (r reading) fact(name string, args ...string) any {
	r.t.Helper()
	var values []cty.Value
	for _, a := range args {
		values = append(values, cty.StringVal(a))
	}
	subject, err := r.set.Schema()[name].Subject(values)
	if err != nil {
		r.t.Fatal(err)
	}
	v := r.set.Read(context.Background(), facts.Key{Fact: name, Subject: subject})
	return plain(v, v.Value, "")
}

// object is a fact that must be one.
func (r reading) object(name string, args ...string) map[string]any {
	r.t.Helper()
	o, ok := r.fact(name, args...).(map[string]any)
	if !ok {
		r.t.Fatalf("%s is %v", name, r.fact(name, args...))
	}
	return o
}

// list is a fact that must be a list of objects.
func (r reading) list(name string, args ...string) []map[string]any {
	r.t.Helper()
	return objects(r.t, name, r.fact(name, args...))
}

func objects(t *testing.T, name string, v any) []map[string]any {
	t.Helper()
	items, ok := v.([]any)
	if !ok {
		t.Fatalf("%s is %v", name, v)
	}
	list := make([]map[string]any, len(items))
	for i, item := range items {
		if list[i], ok = item.(map[string]any); !ok {
			t.Fatalf("element %d of %s is %v", i, name, item)
		}
	}
	return list
}

// unknown is a value that was not read, with the reason.
type unknown string

func plain(whole facts.Value, v cty.Value, path string) any {
	switch t := v.Type(); {
	case !v.IsKnown():
		return unknown(whole.ReasonOf(path))
	case t == cty.String:
		return v.AsString()
	case t == cty.Bool:
		return v.True()
	case t == cty.Number:
		f, _ := v.AsBigFloat().Float64()
		return f
	case t.IsObjectType():
		o := map[string]any{}
		for name := range t.AttributeTypes() {
			o[name] = plain(whole, v.GetAttr(name), facts.JoinAttr(path, name))
		}
		return o
	case t.IsMapType():
		o := map[string]any{}
		for it := v.ElementIterator(); it.Next(); {
			k, e := it.Element()
			o[k.AsString()] = plain(whole, e, facts.JoinKey(path, k.AsString()))
		}
		return o
	}
	items := []any{}
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		items = append(items, plain(whole, e, facts.JoinIndex(path, len(items))))
	}
	return items
}

// same fails for each key on which two tables differ; want comes from the host's own tool and must not be small, lest
// nothing was compared.
func same(t *testing.T, what string, want, got map[string]string, atLeast int) {
	t.Helper()
	if len(want) < atLeast {
		t.Fatalf("%s: the host's tool told only %d, of at least %d", what, len(want), atLeast)
	}
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if g, ok := got[k]; !ok {
			t.Errorf("%s: %s: missing; the host's tool says %q", what, k, want[k])
		} else if g != want[k] {
			t.Errorf("%s: %s: got %q; the host's tool says %q", what, k, g, want[k])
		}
	}
	for _, k := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[k]; !ok {
			t.Errorf("%s: %s: got %q; the host's tool does not know it", what, k, got[k])
		}
	}
}

func lines(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == '\n' })
}
