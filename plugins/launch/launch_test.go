package launch

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
	"github.com/zclconf/go-cty/cty"
)

// programs are built once, without the race detector, whose memory the limits do not allow for.
var programs struct {
	sync.Mutex
	dir string
}

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == HelperVerb {
		ServeHands(&fakeHands{})
		return
	}
	if len(os.Args) == 2 && os.Args[1] == "be-killed" {
		waitToBeKilled()
		return
	}
	code := m.Run()
	_ = os.RemoveAll(programs.dir)
	os.Exit(code)
}

func build(t *testing.T, source string) string {
	t.Helper()
	programs.Lock()
	defer programs.Unlock()
	if programs.dir == "" {
		var err error
		if programs.dir, err = os.MkdirTemp("", "plugins"); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(programs.dir, filepath.Base(source))
	if _, err := os.Stat(out); err == nil {
		return out
	}
	cmd := exec.Command("go", "build", "-o", out, source)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return out
}

func sumOf(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// started is a plugin of the hostile program, which ends with the test.
func started(t *testing.T, change func(*Spec), args ...string) *Plugin {
	t.Helper()
	name := build(t, "./testdata/hostile")
	s := &Spec{
		Name: "hostile", Path: name, SHA256: sumOf(t, name), Args: args, Facts: []string{"hostile"}, Actions: []string{"hostile"},
		Writes: []string{"/etc/haproxy/"},
	}
	if change != nil {
		change(s)
	}
	if err := s.check(); err != nil {
		t.Fatal(err)
	}
	p := New(s, Options{AnyOwner: true, NoUnit: true, start: time.Second})
	t.Cleanup(p.Close)
	return p
}

func setOf(t *testing.T, p *Plugin) *facts.Set {
	t.Helper()
	sources, err := p.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return facts.NewSet(t.Context(), facts.LiveHost(), append(sources, facts.Builtin()...))
}

func TestAPluginsFactIsReadAsAnyOther(t *testing.T) {
	v := setOf(t, started(t, nil)).Read(t.Context(), facts.Key{Fact: "hostile", Subject: "fine"})
	if !v.IsWhollyKnown() || v.GetAttr("text").AsString() != "fine" {
		t.Errorf("got %#v, %v", v.Value, v.Reasons)
	}
}

// What a plugin says that is not so, or too much, makes its fact unknown, with the reason; the plugin goes on.
func TestALieIsNotBelieved(t *testing.T) {
	p := started(t, nil)
	set := setOf(t, p)
	for how, want := range map[string]string{
		"type":        "plugin hostile: hostile(\"type\"): its value is not of the type that it declared",
		"null":        "a null",
		"claims-many": "more elements, in",
		"many":        "more than 500000 elements",
		"bytes":       "text that is not UTF-8",
		"more":        "1 bytes follow it",
		"line":        "there is no line -1",
		"64MB":        "plugin hostile: its answer is too large",
		"error":       `plugin hostile: can't read \x1b[31mit`,
		"unknown":     "plugin hostile does not say why",
	} {
		v := set.Read(t.Context(), facts.Key{Fact: "hostile", Subject: how})
		if v.IsKnown() || !strings.Contains(v.ReasonOf(""), want) {
			t.Errorf("%s: got %#v because %q, want unknown because of %q", how, v.Value, v.ReasonOf(""), want)
		}
	}
	if p.starts != 1 {
		t.Errorf("the plugin was started %d times: what it says is no reason to end it", p.starts)
	}
	if v := set.Read(t.Context(), facts.Key{Fact: "hostile", Subject: "fine"}); !v.IsKnown() {
		t.Errorf("it does not answer any more: %v", v.Reasons)
	}
}

func TestAGigabyteIsNotTakenIn(t *testing.T) {
	p := started(t, nil)
	set := setOf(t, p)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	v := set.Read(t.Context(), facts.Key{Fact: "hostile", Subject: "1GB"})
	runtime.ReadMemStats(&after)
	if v.IsKnown() || !strings.Contains(v.ReasonOf(""), "plugin hostile: it ended: ") {
		t.Errorf("got %#v, %v", v.Value, v.Reasons)
	}
	if more := after.TotalAlloc - before.TotalAlloc; more > 64<<20 {
		t.Errorf("%d MB were allocated for it", more>>20)
	}
}

func TestAPluginThatCrashesIsStartedOnceMoreAndThenOff(t *testing.T) {
	for how, want := range map[string]string{
		"crash": "plugin hostile: it ended: panic: it was asked to",
		"exit":  "plugin hostile: it ended",
		"hang":  "plugin hostile: it did not answer within 2s",
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			p := started(t, nil)
			read := func(how string) facts.Value {
				return setOf(t, p).Read(t.Context(), facts.Key{Fact: "hostile", Subject: how})
			}
			if v := read(how); v.IsKnown() || !strings.Contains(v.ReasonOf(""), want) {
				t.Errorf("got %#v because %q, want %q", v.Value, v.ReasonOf(""), want)
			}
			if v := read("fine"); !v.IsKnown() {
				t.Errorf("it was not started once more: %v", v.Reasons)
			}
			read(how)
			if v := read("fine"); v.IsKnown() || !strings.Contains(v.ReasonOf(""), "it is off, after 2 starts") {
				t.Errorf("got %#v because %q, want it to be off", v.Value, v.ReasonOf(""))
			}
			if p.starts != 2 {
				t.Errorf("it was started %d times", p.starts)
			}
		})
	}
}

func TestAPluginThatDoesNotStartIsNamed(t *testing.T) {
	for how, want := range map[string]string{
		"silent":    "timeout while waiting for plugin to start",
		"chatty":    "could not be started",
		"dies":      "no licence",
		"tcp":       `the plugin listens on tcp "127.0.0.1:22"`,
		"elsewhere": `the plugin listens on unix "/run/dbus/system_bus_socket"`,
		"future":    "incompatible API version",
		"deaf":      "could not be started",
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			p := started(t, nil, how)
			begin := time.Now()
			_, err := p.Sources(t.Context())
			if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "plugin hostile: ") {
				t.Errorf("got %v, want %q", err, want)
			}
			if took := time.Since(begin); took > 8*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

func TestAWrongDescriptionIsAnError(t *testing.T) {
	for how, want := range map[string]string{
		"none":         "it does not have the fact hostile, which the configuration names",
		"bad-type":     "fact hostile: set of string is no type of a policy",
		"dynamic-type": "is no type of a policy",
		"deep-type":    "fact hostile: ",
		"escapes":      "can't be printed",
		"slow-fact":    "may be up to 1m0s",
	} {
		_, err := started(t, nil, how).Sources(t.Context())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", how, err, want)
		}
	}
}

// nothing is hands that see an empty host.
type nothing struct{ remediate.Hands }

func planned(t *testing.T, p *Plugin, how string) ([]*remediate.Step, error) {
	t.Helper()
	all, err := p.Actions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d := remediate.NewDraft(facts.NewSet(t.Context(), facts.LiveHost(), facts.Builtin()), nothing{})
	_, err = d.Plan(t.Context(), all[0], remediate.Call{
		Kind: "hostile", Args: cty.ObjectVal(map[string]cty.Value{"how": cty.StringVal(how)}), Source: plan.Source{Benchmark: "b", Control: "1"},
	})
	return d.Steps(), err
}

func TestAnActionMayChangeWhatTheConfigurationSaysAndNothingElse(t *testing.T) {
	p := started(t, nil)
	for how, want := range map[string]string{
		"steal":     "plugin hostile: the configuration does not let it see or change /etc/shadow",
		"climb":     "plugin hostile: the configuration does not let it see or change /etc/haproxy/../shadow",
		"overwrite": "plugin hostile: the configuration does not let it see or change /etc/sudoers.d/x",
		"restart":   "plugin hostile: the configuration does not let it restart ssh.service",
		"effect":    `plugin hostile: the configuration does not let it use the effect "sysctl"`,
		"mumble":    "plugin hostile: a question that this version of Holdfast does not know",
		"for-ever":  "plugin hostile: it has asked 10000 questions about one fix",
		"walk-out":  "plugin hostile: it ended the conversation without a word on what came of the fix",
		"refuse":    "not on a Monday",
	} {
		steps, err := planned(t, p, how)
		if err == nil || err.Error() != want || len(steps) > 0 {
			t.Errorf("%s: got %v and %d steps, want %s", how, err, len(steps), want)
		}
	}
}

func TestAPluginHasNoRightsOfOurs(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root has rights to take away")
	}
	v := setOf(t, started(t, nil)).Read(t.Context(), facts.Key{Fact: "hostile", Subject: "who"})
	if !v.IsWhollyKnown() {
		t.Fatal(v.Reasons)
	}
	got := v.GetAttr("text").AsString()
	for _, want := range []string{"uid 1", "can't write /etc", "can't write /usr", "can't write /tmp", "can't read shadow", "can read passwd", "can't reach sshd", "no new privileges: 1"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s, want %q", got, want)
		}
	}
	for _, e := range []string{"/etc/written-by-a-plugin", "/usr/written-by-a-plugin", "/tmp/written-by-a-plugin"} {
		if st, err := os.Stat(e); err == nil && st.Size() > 0 {
			t.Errorf("%s was written", e)
		}
		_ = os.Remove(e)
	}
}

func TestReadAllIsTheRightToReadAndNoOther(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root has rights to hand on")
	}
	v := setOf(t, started(t, func(s *Spec) { s.ReadAll = true })).Read(t.Context(), facts.Key{Fact: "hostile", Subject: "who"})
	if got := v.GetAttr("text").AsString(); !strings.Contains(got, "can read shadow") || !strings.Contains(got, "can't write /etc") {
		t.Errorf("got %s", got)
	}
	_ = os.Remove("/tmp/written-by-a-plugin")
}

func TestTheProgramIsTheOneThatWasChecked(t *testing.T) {
	source := build(t, "./testdata/hostile")
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	name := filepath.Join(dir, "plugin")
	put := func(text []byte) {
		_ = os.Remove(name)
		if err := os.WriteFile(name, text, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	put(text)
	s := &Spec{Name: "hostile", Path: name, SHA256: sumOf(t, source), Facts: []string{"hostile"}}

	f, err := s.program(true)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	put([]byte("#!/bin/sh\necho swapped\n")) // after the check
	out, _ := (&exec.Cmd{Path: "/proc/self/fd/3", Args: []string{"plugin"}, ExtraFiles: []*os.File{f}, Dir: "/"}).CombinedOutput()
	if strings.Contains(string(out), "swapped") || !strings.Contains(string(out), "This binary is a plugin") {
		t.Errorf("what ran said %q", out)
	}
	if _, err := s.program(true); err == nil || !strings.Contains(err.Error(), "is not the program that the configuration names") {
		t.Errorf("another program: %v", err)
	}
	put(text)
	for what, test := range map[string]struct {
		do   func() error
		want string
	}{
		"others can write it": {func() error { return os.Chmod(name, 0o757) }, "can be written by others"},
		"a symlink":           {func() error { return replace(name, func() error { return os.Symlink(source, name) }) }, "is a symlink"},
		"a directory":         {func() error { return replace(name, func() error { return os.Mkdir(name, 0o755) }) }, "is a directory"},
		"nothing":             {func() error { return os.RemoveAll(name) }, "no such file"},
	} {
		put(text)
		if err := test.do(); err != nil {
			t.Fatal(err)
		}
		// Temporary directories can be written by all, which is found first where owners count.
		_, err := s.program(what != "others can write it")
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", what, err, test.want)
		}
		_ = os.RemoveAll(name)
	}
}

func replace(name string, by func() error) error {
	if err := os.Remove(name); err != nil {
		return err
	}
	return by()
}

func TestOwnersCount(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	dir, err := os.MkdirTemp("/var/lib", "holdfast-plugins")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "plugin")
	if err := os.WriteFile(name, []byte("x"), 0o755); err != nil {
		t.Fatal(err)
	}
	opened := func() error {
		f, err := open(name, false)
		if err == nil {
			_ = f.Close()
		}
		return err
	}
	if err := opened(); err != nil {
		t.Fatalf("root's file in root's directory: %v", err)
	}
	for what, do := range map[string]func() error{
		name + " belongs to user 1000":                           func() error { return os.Chown(name, 1000, 0) },
		name + " can be written by others than root (mode 0775)": func() error { return os.Chmod(name, 0o775) },
		dir + "/ belongs to user 1000":                           func() error { return os.Chown(dir, 1000, 0) },
		dir + "/ can be written by others than root (mode 0777)": func() error { return os.Chmod(dir, 0o777) },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
		if err := opened(); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("got %v, want %q", err, what)
		}
		for _, n := range []string{name, dir} {
			if err := os.Chown(n, 0, 0); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(n, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestTheConfigurationIsChecked(t *testing.T) {
	sum := strings.Repeat("ab", 32)
	block := func(name, more string) string {
		return fmt.Sprintf("plugin %q {\n path = \"/opt/p\"\n sha256 = %q\n%s\n}\n", name, sum, more)
	}
	for text, want := range map[string]string{
		block("a", `facts = ["a"]`):                                 "",
		block("a", `facts = ["a"]`) + block("b", `actions = ["a"]`): "",
		block("a", `facts = ["a"]`) + block("b", `facts = ["a"]`):   "fact a is configured twice, for a and b",
		block("a", `facts = ["a"]`) + block("a", `facts = ["b"]`):   "plugin a is configured twice",
		block("a", ``):                "it offers nothing",
		block("A", `facts = ["a"]`):   "the name must match",
		block("a", `facts = ["a b"]`): `"a b" is no name of a fact`,
		block("a", `facts = ["a"]`+"\n"+`writes = ["/etc/../x"]`):                           `"/etc/../x" in writes`,
		block("a", `facts = ["a"]`+"\n"+`units = ["a; b.service"]`):                         "is no name of a unit",
		block("a", `facts = ["a"]`+"\n"+`memory_mib = 1`):                                   "memory_mib is 1",
		block("a", `facts = ["a"]`+"\n"+`color = 1`):                                        "Unsupported argument",
		`plugin "a" {` + "\npath = \"opt/p\"\nsha256 = \"" + sum + "\"\nfacts = [\"a\"]\n}": "not a clean absolute path",
		`plugin "a" {` + "\npath = \"/opt/p\"\nsha256 = \"12\"\nfacts = [\"a\"]\n}":         "is not a SHA-256",
	} {
		_, diags := Parse("plugins.hcl", []byte(text))
		if want == "" && diags.HasErrors() || want != "" && !strings.Contains(diags.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, diags, want)
		}
	}
}

func TestADescriptionIsKeptByTheChecksumOfItsProgram(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root keeps descriptions")
	}
	dir, err := os.MkdirTemp("/var/cache", "holdfast-plugins")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	kept := func(args ...string) *Plugin {
		p := started(t, nil, args...)
		p.o.Cache = dir
		return p
	}
	described := func(p *Plugin) (int, error) {
		d, err := p.Describe(t.Context())
		if err == nil && (len(d.Facts) != 1 || len(d.Kinds) != 1) {
			t.Errorf("%d facts and %d kinds", len(d.Facts), len(d.Kinds))
		}
		return p.starts, err
	}
	if n, err := described(kept()); n != 1 || err != nil {
		t.Fatalf("%d starts, %v", n, err)
	}
	p := kept()
	if n, err := described(p); n != 0 || err != nil {
		t.Errorf("with what was kept: %d starts, %v", n, err)
	}
	if v := setOf(t, p).Read(t.Context(), facts.Key{Fact: "hostile", Subject: "fine"}); !v.IsKnown() || p.starts != 1 {
		t.Errorf("its fact is %#v, %v, after %d starts", v.Value, v.Reasons, p.starts)
	}

	// A program that now says otherwise is not the one that policies were checked against.
	p = kept("none")
	v := setOf(t, p).Read(t.Context(), facts.Key{Fact: "hostile", Subject: "fine"})
	if v.IsKnown() || !strings.Contains(v.ReasonOf(""), "it does not offer what the same program has offered before") {
		t.Errorf("got %#v, %v", v.Value, v.Reasons)
	}

	// What others could have written is not looked at.
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	p = kept()
	p.o.AnyOwner = false
	if p.cached() != nil {
		t.Error("what others could have written is believed")
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if p.cached() == nil {
		t.Error("what only root could have written is not believed")
	}
	p.Spec.SHA256 = strings.Repeat("ab", 32)
	if p.cached() != nil {
		t.Error("another program has the same description")
	}
}
