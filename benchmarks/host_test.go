package benchmarks

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/zclconf/go-cty/cty"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The facts of a host made up for tests: some known, some not.

type fakeFile struct {
	Missing facts.Missing
	Origin  facts.Origin
	Path    string          `fact:"path" doc:"Path."`
	Exists  facts.V[bool]   `fact:"exists" doc:"Exists."`
	Mode    facts.V[string] `fact:"mode" doc:"Mode."`
	Size    facts.V[int64]  `fact:"size" doc:"Size."`
}

type fakeSSHD struct {
	Missing         facts.Missing
	PermitRootLogin facts.V[string]      `fact:"permitrootlogin" doc:"PermitRootLogin."`
	MaxAuthTries    facts.V[int]         `fact:"maxauthtries" doc:"MaxAuthTries."`
	X11             facts.V[bool]        `fact:"x11forwarding" doc:"X11Forwarding."`
	Ciphers         facts.List[string]   `fact:"ciphers" doc:"Ciphers."`
	Env             map[string]string    `fact:"env" doc:"Env."`
	Listen          facts.List[fakeAddr] `fact:"listen" doc:"Addresses."`
}

type fakeAddr struct {
	Address string       `fact:"address" doc:"Address."`
	Port    facts.V[int] `fact:"port" doc:"Port."`
}

type fakeDir struct {
	Origin facts.Origin
	Path   string        `fact:"path" doc:"Path."`
	Sticky facts.V[bool] `fact:"sticky" doc:"Sticky."`
	Owner  string        `fact:"owner" doc:"Owner."`
}

type fakeTree struct {
	Dirs    facts.List[fakeDir] `fact:"dirs" doc:"Directories."`
	Partial facts.List[fakeDir] `fact:"partial" doc:"Not read to the end."`
	Unread  facts.List[fakeDir] `fact:"unread" doc:"Not read."`
	Empty   facts.List[fakeDir] `fact:"empty" doc:"Read, and empty."`
}

// fakeHost counts how often each fact is read.
type fakeHost struct {
	sshd  fakeSSHD
	tree  fakeTree
	reads map[string]*atomic.Int32
	now   time.Time
	label map[string]string
	delay time.Duration
}

func newFakeHost() *fakeHost {
	at := func(line int) facts.Origin { return facts.File("/etc/ssh/sshd_config", line) }
	dir := func(path string, sticky bool) fakeDir {
		return fakeDir{Path: path, Sticky: facts.Known(sticky, facts.Origin{}), Owner: "root", Origin: facts.File(path, 0)}
	}
	return &fakeHost{
		sshd: fakeSSHD{
			Missing:         "permission denied",
			PermitRootLogin: facts.Known("yes", at(3)), MaxAuthTries: facts.Known(6, at(7)),
			Ciphers: facts.Complete([]string{"aes256-gcm@openssh.com", "3des-cbc"}, at(9)),
			Env:     map[string]string{"LANG": "C"},
			Listen:  facts.Partial([]fakeAddr{{"0.0.0.0", facts.Known(22, at(1))}}, at(1), "an Include could not be read"),
		},
		tree: fakeTree{
			Dirs:    facts.Complete([]fakeDir{dir("/tmp", true), dir("/var/spool/x", false), {Path: "/mnt/y", Owner: "root", Sticky: facts.Unknown[bool]("stale handle")}, dir("/srv/z", false)}, facts.Origin{}),
			Partial: facts.Partial([]fakeDir{dir("/tmp", true)}, facts.Origin{}, "/proc/1/root: permission denied"),
			Unread:  facts.UnknownList[fakeDir]("the walk timed out"),
			Empty:   facts.Complete[fakeDir](nil, facts.Origin{}),
		},
		now:   time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC),
		label: map[string]string{"role": "ftp"},
		reads: map[string]*atomic.Int32{"file": {}, "sshd": {}, "tree": {}, "secretfact": {}, "admits::port": {}},
	}
}

func (h *fakeHost) sources() []facts.Source {
	path := []facts.Arg{{Name: "path", Type: cty.String}}
	return append([]facts.Source{
		facts.Define(facts.Descriptor{Name: "file", Args: path, Doc: "A file."}, func(_ context.Context, _ *facts.Reader, k facts.Key) (fakeFile, error) {
			h.reads["file"].Add(1)
			time.Sleep(h.delay)
			o := facts.File(k.Subject, 0)
			switch {
			case strings.HasPrefix(k.Subject, "/absent"):
				return fakeFile{Path: k.Subject, Exists: facts.Known(false, o), Missing: facts.Missing(k.Subject + " does not exist")}, nil
			case strings.HasPrefix(k.Subject, "/denied"):
				return fakeFile{Path: k.Subject, Missing: "permission denied"}, nil
			}
			return fakeFile{Path: k.Subject, Exists: facts.Known(true, o), Mode: facts.Known("0644", o), Size: facts.Known(int64(1<<60+1), o)}, nil
		}),
		facts.Define(facts.Descriptor{Name: "sshd", Doc: "The SSH server."}, func(context.Context, *facts.Reader, facts.Key) (fakeSSHD, error) {
			h.reads["sshd"].Add(1)
			return h.sshd, nil
		}),
		facts.Define(facts.Descriptor{Name: "tree", Doc: "Directories."}, func(context.Context, *facts.Reader, facts.Key) (fakeTree, error) {
			h.reads["tree"].Add(1)
			return h.tree, nil
		}),
		facts.Define(facts.Descriptor{Name: "admits::port", Doc: "Whether a port is open.", Args: []facts.Arg{{Name: "protocol", Type: cty.String}, {Name: "port", Type: cty.Number}}},
			func(_ context.Context, _ *facts.Reader, k facts.Key) (facts.V[bool], error) {
				h.reads["admits::port"].Add(1)
				return facts.Known(k.Subject == `["tcp",22]`, facts.From("netlink nftables")), nil
			}),
	}, facts.Builtin()...)
}

func (h *fakeHost) set() *facts.Set {
	return facts.NewSet(context.Background(), facts.Host{Labels: h.label, Now: func() time.Time { return h.now }}, h.sources())
}

const policyHead = `
benchmark "test" {
  title           = "Test"
  version         = "1"
  default_profile = "one"
  profile "one" { title = "One" }
}
`

func control(id, body string) string {
	return "control \"" + id + "\" {\n  title = \"T\"\n  profiles = [\"one\"]\n  severity = \"high\"\n  " + body + "\n}\n"
}

func load(t testing.TB, h *fakeHost, policy string) *Bundle {
	t.Helper()
	b, diags := tryLoad(h, policy)
	if diags.HasErrors() {
		t.Fatalf("load:\n%s", showDiags(b, diags))
	}
	return b
}

func tryLoad(h *fakeHost, policy string) (*Bundle, hcl.Diagnostics) {
	return Load(fstest.MapFS{"test.hcl": {Data: []byte(policy)}}, facts.NewSchema(h.sources()))
}

func showDiags(b *Bundle, diags hcl.Diagnostics) string {
	var out strings.Builder
	w := hcl.NewDiagnosticTextWriter(&out, b.Files, 100, false)
	if err := w.WriteDiagnostics(diags); err != nil {
		return err.Error()
	}
	return out.String()
}

func evaluate(t testing.TB, h *fakeHost, b *Bundle, sel Selection) map[string]Result {
	t.Helper()
	evals, err := b.Evaluate(context.Background(), h.set(), sel)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]Result{}
	for _, r := range evals[0].Results {
		out[r.Control.ID] = r
	}
	return out
}

// verdictOf evaluates one pass expression.
func verdictOf(t testing.TB, h *fakeHost, expr string) Result {
	t.Helper()
	return evaluate(t, h, load(t, h, policyHead+control("1", "pass = "+expr)), Selection{})["1"]
}

// wantVerdicts evaluates pass expressions; wantErrors says what loading one complains of.
func wantVerdicts(t *testing.T, cases map[string]Verdict) {
	t.Helper()
	for expr, want := range cases {
		t.Run(expr, func(t *testing.T) {
			r := verdictOf(t, newFakeHost(), expr)
			if r.Verdict != want {
				t.Errorf("%s is %v (%s), want %v", expr, r.Verdict, r.Reason, want)
			}
			if r.Verdict != Pass && r.Reason == "" {
				t.Error("the verdict has no reason")
			}
		})
	}
}

func wantRefused(t *testing.T, cases map[string]string) {
	t.Helper()
	for expr, want := range cases {
		t.Run(expr, func(t *testing.T) {
			b, diags := tryLoad(newFakeHost(), policyHead+control("1", "pass = "+expr))
			if !diags.HasErrors() {
				t.Fatalf("%s is not refused", expr)
			}
			if text := showDiags(b, diags); !strings.Contains(strings.Join(strings.Fields(text), " "), want) {
				t.Errorf("%s is refused with\n%s\nwhich does not say %q", expr, text, want)
			}
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path) // a test's own file
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); run with -update:\n%s", path, diff)
	}
}
