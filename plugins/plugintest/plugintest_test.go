package plugintest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/zclconf/go-cty/cty"
)

// recorder takes down what a test would fail with.
type recorder struct {
	testing.TB
	said []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.said = append(r.said, fmt.Sprintf(format, args...))
}
func (r *recorder) Fatalf(format string, args ...any) { r.Errorf(format, args...); runtime.Goexit() }
func (r *recorder) Fatal(args ...any)                 { r.Fatalf("%s", fmt.Sprint(args...)) }

// complaints are what the test says of a program.
func complaints(t *testing.T, program string, o Options) string {
	t.Helper()
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		Run(r, program, o)
	}()
	<-done
	return strings.Join(r.said, "\n")
}

func TestABadPluginIsFoundOut(t *testing.T) {
	program := filepath.Join(t.TempDir(), "hostile")
	build := exec.Command("go", "build", "-o", program, "../launch/testdata/hostile")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	key := func(how string) Options { return Options{Keys: []facts.Key{{Fact: "hostile", Subject: how}}} }
	fix := func(how string, want map[string]string) Options {
		o := key("fine")
		o.Fixes = []Fix{{Kind: "hostile", Args: map[string]cty.Value{"how": cty.StringVal(how)}, Files: map[string]string{"/etc/haproxy/x": ""}, Want: want}}
		return o
	}
	for name, test := range map[string]struct {
		o    Options
		want string // a part of what is said; empty: nothing is
	}{
		"nothing wrong":               {key("fine"), ""},
		"a key is missing":            {Options{}, "the fact hostile takes arguments"},
		"a value of another type":     {key("type"), "is not of the type that it declared"},
		"an unknown without a reason": {key("unknown"), "is unknown: plugin plugin does not say why"},
		"a crash":                     {key("crash"), "it ended: panic: it was asked to"},
		"a refusal that is wanted":    {fix("refuse", nil), ""},
		"no refusal":                  {fix("nothing", nil), "it is not refused"},
		"another unit":                {fix("restart", map[string]string{"/etc/haproxy/x": "a"}), "does not let it restart ssh.service"},
		"no change":                   {fix("nothing", map[string]string{"/etc/haproxy/x": "a"}), "and should be"},
	} {
		got := complaints(t, program, test.o)
		if test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%s: it says %q, and should say %q", name, got, test.want)
		}
	}
}
