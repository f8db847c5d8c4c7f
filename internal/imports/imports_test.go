package imports

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

const module = "github.com/holdfast-agent/holdfast"

// What acts on the machine we run on, and what talks to others.
var (
	operatingSystem = []string{"os", "os/...", "syscall", "golang.org/x/sys/...", "io/ioutil"}
	networks        = []string{"net", "net/...", "crypto/tls"}
	processes       = []string{"os/exec", "plugin"}
	hostLibraries   = []string{
		"github.com/shirou/gopsutil/...", "github.com/coreos/go-systemd/...", "github.com/godbus/...",
		"github.com/google/nftables/...", "github.com/mdlayher/...",
	}
	onlyTypes = []string{"net/netip", "net/url", "net/mail"} // no sockets in them
	testing_  = []string{"testing", "testing/...", "github.com/rogpeppe/...", "github.com/google/go-cmp/..."}
)

// leaves are the small packages of internal/ that serve many; those that are for few say so in their own rows.
const leaves = "internal/*"

// table is the import table of the architecture, row by row. See docs/architecture.md for what each folder is.
var table = []Rule{
	// The host's side.
	{Folder: "cmd/holdfast", Ours: with("internal/cli"), Never: all(networks, processes, testing_)},
	{Folder: "internal/cli/...", Ours: with("internal/cli/...", "facts/...", "benchmarks/...", "remediate/...", "plugins/...", "report/...", "agent/...", "policies/...", "fleet/api"),
		Never: all(processes, testing_), OnlyFor: []string{"cmd/holdfast", "internal/cli/..."}},
	{Folder: "agent/...", Ours: with("agent/...", "facts/...", "benchmarks/...", "remediate/...", "plugins/...", "report/...", "policies/...", "fleet/api"),
		Never: all(processes, testing_)},

	// Facts: reading, and nothing but reading.
	{Folder: "facts", Ours: with(), Never: all(processes, networks, hostLibraries, testing_), Except: onlyTypes},
	{Folder: "facts/linux", Ours: with("facts", "facts/linux/*"), Never: all([]string{"net/http/..."}, testing_)},
	{Folder: "facts/linux/*", Never: all(processes, testing_)},
	{Folder: "facts/linux/packetpath", Ours: []string{"facts/linux/nftexpr", "facts/linux/iptsave"}, Never: all(operatingSystem, processes, testing_), Except: []string{"golang.org/x/sys/unix"}}, // what decoded rules do to a packet
	{Folder: "facts/linux/aptconf", Ours: []string{"facts/linux/dpkgdb"}, Never: all(operatingSystem, processes, networks, hostLibraries, testing_), Except: onlyTypes},                           // apt's files are in dpkg's format
	{Folder: "facts/linux/aptlists", Ours: []string{"facts/linux/aptconf", "facts/linux/dpkgdb"}, Never: all(operatingSystem, processes, networks, hostLibraries, testing_), Except: onlyTypes},
	{Folder: "facts/linux/tlsprobe", Ours: []string{"facts/linux/tlshello", "facts/linux/starttls"}, Never: all(processes, testing_)}, // connections to this host's own listeners
	{Folder: "facts/linux/*conf", Never: all(operatingSystem, processes, networks, hostLibraries, testing_), Except: onlyTypes},
	{Folder: "facts/remote/...", Ours: with("facts"), Never: all(processes, testing_)},
	{Folder: "facts/linux/*/internal/*"}, // generators of tables
	{Folder: "facts/hosttest", Ours: with("facts"), Never: processes, OnlyFor: []string{"internal/hosttests/..."}},

	// From facts to what is said about them: pure functions of their input.
	{Folder: "benchmarks/...", Ours: with("benchmarks/...", "facts"), Never: all(operatingSystem, processes, networks, hostLibraries, testing_), Except: onlyTypes},
	{Folder: "remediate/plan", Ours: nil, Never: all(operatingSystem, processes, networks, hostLibraries, testing_), Except: onlyTypes},
	{Folder: "report/...", Ours: with("report/...", "benchmarks", "remediate/plan", "facts"), Never: all(operatingSystem, processes, networks, hostLibraries, testing_), Except: onlyTypes},
	{Folder: "policies/...", Ours: nil, Never: all(operatingSystem, processes, networks, hostLibraries, testing_)},

	// What changes a host.
	{Folder: "remediate", Ours: with("remediate/plan", "benchmarks", "facts"), Never: all(processes, networks, testing_), Except: all(onlyTypes, []string{"github.com/rogpeppe/go-internal/diff"})},
	{Folder: "remediate/actions/...", Ours: with("remediate", "remediate/plan", "remediate/actions/...", "facts", "facts/linux/*"), Never: all(processes, testing_)}, // they plan: parsers, and nothing that acts
	{Folder: "remediate/effects", Ours: with("remediate", "remediate/plan", "facts/linux/*"), Never: testing_},
	{Folder: "remediate/health", Never: all(processes, testing_)},
	{Folder: "remediate/deadman", Ours: with("remediate"), Never: all(processes, testing_)},

	// Plugins: the kit for their authors, and what starts them.
	{Folder: "plugins", Ours: with("plugins/...", "facts", "remediate", "remediate/plan"), Never: all(processes, hostLibraries, testing_)},
	{Folder: "plugins/pluginpb", Never: all(operatingSystem, processes, hostLibraries, testing_)},
	{Folder: "plugins/internal/orphan", Never: all(processes, networks, hostLibraries, testing_), OnlyFor: []string{"plugins/..."}},
	{Folder: "plugins/internal/*", Ours: []string{"plugins/pluginpb", "remediate", "remediate/plan"}, Never: all(operatingSystem, processes, networks, hostLibraries, testing_), OnlyFor: []string{"plugins/..."}},
	{Folder: "plugins/launch", Ours: with("plugins/...", "facts", "benchmarks", "remediate"), Never: testing_, OnlyFor: []string{"internal/cli/...", "agent/...", "plugins/..."}}, // starts processes: that is what it is for
	{Folder: "plugins/plugintest", Ours: with("plugins/...", "facts", "remediate", "remediate/plan"), OnlyFor: []string{"nobody"}},                                                // for tests of plugins
	{Folder: "plugins/example/...", Ours: with("plugins", "plugins/example/...", "facts", "remediate", "remediate/plan"), Never: all(processes, testing_), OnlyFor: []string{"plugins/example/..."}},

	// The central endpoint.
	{Folder: "cmd/holdfast-server", Ours: with("fleet/...", "report", "benchmarks", "facts"), Never: all(processes, hostLibraries, testing_)},
	{Folder: "fleet/api/...", Ours: []string{"fleet/api/..."}, Never: all(operatingSystem, processes, hostLibraries, testing_)},
	{Folder: "fleet/...", Ours: with("fleet/...", "report/...", "benchmarks/...", "facts", "remediate/plan"), Never: all(processes, hostLibraries, testing_)},

	// Leaves: they know nothing of the rest.
	{Folder: "internal/*", Ours: []string{leaves}, Never: all(processes, networks, testing_), Except: onlyTypes},
	{Folder: "internal/hostfs", Never: all(processes, networks, testing_), OnlyFor: []string{"facts/...", "internal/cli/...", "agent/..."}},
	{Folder: "internal/atomicfile", Never: all(processes, networks, testing_), OnlyFor: []string{"internal/cli/...", "remediate/...", "agent/...", "plugins/...", "fleet/..."}},

	// For tests alone.
	{Folder: "internal/imports", Never: all(processes, networks), OnlyFor: []string{"nobody"}},
	{Folder: "internal/testhost/...", OnlyFor: []string{"internal/hosttests/..."}},
	{Folder: "internal/hosttests/...", Ours: []string{"..."}, OnlyFor: []string{"nobody"}},

	{Folder: "packaging/...", Ours: nil},
	{Folder: "docs/...", Ours: nil},
}

func with(ours ...string) []string { return append(ours, leaves) }

func all(lists ...[]string) []string { return slices.Concat(lists...) }

func TestArrowsPointOneWay(t *testing.T) {
	found := readModule(t)
	for _, broken := range Check(module, found, table) {
		t.Error(broken)
	}
}

func TestTheServerLinksNothingThatTouchesAHost(t *testing.T) {
	touching := []string{"facts/linux/...", "remediate", "remediate/actions/...", "plugins/...", "agent/...", "internal/cli/...", "internal/testhost/..."}
	for _, from := range []string{"cmd/holdfast-server", "fleet/...", "report/...", "benchmarks/..."} {
		for _, chain := range Reach(module, readModule(t), from, touching) {
			t.Error(chain)
		}
	}
}

func TestProgramsLinkNoTestSupport(t *testing.T) {
	for _, chain := range Reach(module, readModule(t), "cmd/*", []string{"facts/hosttest", "internal/testhost/...", "internal/hosttests/...", "internal/imports", "plugins/plugintest", "plugins/example/..."}) {
		t.Error(chain)
	}
}

func TestMainsAreShort(t *testing.T) {
	mains, err := filepath.Glob("../../cmd/*/main.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range mains {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(b), "\n"); n > 30 {
			t.Errorf("%s has %d lines, of at most 30: the verbs live in internal/cli", name, n)
		}
	}
}

func readModule(t *testing.T) []Import {
	t.Helper()
	found, err := Read("../..")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(found, func(i Import) bool { return i.Folder == "facts/linux" && i.Path == module+"/facts" }) {
		t.Fatal("facts/linux does not seem to import facts: nothing was read")
	}
	return found
}

// The table itself, on small modules: each import here must be told, or must not.
func TestTheTableTellsWhatPointsTheWrongWay(t *testing.T) {
	ours := module + "/"
	for name, test := range map[string]struct {
		file, imports string
		want          string // "" when allowed
	}{
		"benchmarks read facts":                       {"benchmarks/a.go", ours + "facts", ""},
		"benchmarks know no source":                   {"benchmarks/a.go", ours + "facts/linux", "benchmarks may not import our facts/linux"},
		"benchmarks start no process":                 {"benchmarks/a.go", "os/exec", "benchmarks may never import os/exec"},
		"benchmarks open no file":                     {"benchmarks/a.go", "os", "benchmarks may never import os"},
		"benchmarks open no socket":                   {"benchmarks/a.go", "net", "benchmarks may never import net"},
		"benchmarks do not fetch":                     {"benchmarks/sub/a.go", "net/http", "benchmarks/sub may never import net/http"},
		"benchmarks compute with addresses":           {"benchmarks/a.go", "net/netip", ""},
		"benchmarks make no system call":              {"benchmarks/a.go", "golang.org/x/sys/unix", "benchmarks may never import golang.org/x/sys/unix"},
		"facts know no benchmark":                     {"facts/a.go", ours + "benchmarks", "facts may not import our benchmarks"},
		"facts know no source":                        {"facts/a.go", ours + "facts/linux", "facts may not import our facts/linux"},
		"sources use parsers":                         {"facts/linux/a.go", ours + "facts/linux/sshdconf", ""},
		"sources know no benchmark":                   {"facts/linux/a.go", ours + "benchmarks", "facts/linux may not import our benchmarks"},
		"sources know no test host":                   {"facts/linux/a.go", ours + "facts/hosttest", "facts/linux may not import our facts/hosttest"},
		"parsers know no fact":                        {"facts/linux/pamconf/a.go", ours + "facts", "facts/linux/pamconf may not import our facts"},
		"parsers know no other parser":                {"facts/linux/pamconf/a.go", ours + "facts/linux/sshdconf", "facts/linux/pamconf may not import our facts/linux/sshdconf"},
		"parsers use no leaf":                         {"facts/linux/pamconf/a.go", ours + "internal/hostfs", "facts/linux/pamconf may not import our internal/hostfs"},
		"parsers open no file":                        {"facts/linux/pamconf/a.go", "os", "facts/linux/pamconf may never import os"},
		"decoders may know the kernel":                {"facts/linux/nftdecode/a.go", "golang.org/x/sys/unix", ""},
		"decoders start no process":                   {"facts/linux/nftdecode/a.go", "os/exec", "facts/linux/nftdecode may never import os/exec"},
		"reports print benchmarks":                    {"report/a.go", ours + "benchmarks", ""},
		"reports know plans":                          {"report/a.go", ours + "remediate/plan", ""},
		"reports do not act":                          {"report/a.go", ours + "remediate", "report may not import our remediate"},
		"reports write to what they are given":        {"report/a.go", "os", "report may never import os"},
		"plans know nothing":                          {"remediate/plan/a.go", ours + "facts", "remediate/plan may not import our facts"},
		"actions know the engine":                     {"remediate/actions/a.go", ours + "remediate", ""},
		"the engine does not know its actions":        {"remediate/a.go", ours + "remediate/actions", "remediate may not import our remediate/actions"},
		"the fleet has no source":                     {"fleet/store/a.go", ours + "facts/linux", "fleet/store may not import our facts/linux"},
		"the fleet has no action":                     {"fleet/a.go", ours + "remediate/actions", "fleet may not import our remediate/actions"},
		"the protocol knows nothing":                  {"fleet/api/a.go", ours + "report", "fleet/api may not import our report"},
		"the server runs no verb":                     {"cmd/holdfast-server/a.go", ours + "internal/cli", "internal/cli is not for cmd/holdfast-server"},
		"the agent speaks the protocol":               {"agent/a.go", ours + "fleet/api", ""},
		"the agent does not know the endpoint":        {"agent/a.go", ours + "fleet", "agent may not import our fleet"},
		"the command line knows the host's side":      {"internal/cli/a.go", ours + "facts/linux", ""},
		"the command line does not know the endpoint": {"internal/cli/a.go", ours + "fleet", "internal/cli may not import our fleet"},
		"leaves know nothing":                         {"internal/hostfs/a.go", ours + "facts", "internal/hostfs may not import our facts"},
		"reports may use leaves":                      {"report/a.go", ours + "internal/printable", ""},
		"reports do not read hosts":                   {"report/a.go", ours + "internal/hostfs", "internal/hostfs is not for report"},
		"agents run no verb":                          {"agent/a.go", ours + "internal/cli", "internal/cli is not for agent"},
		"nobody uses a test host":                     {"agent/a.go", ours + "internal/testhost", "internal/testhost is not for agent"},
		"policies are only text":                      {"policies/a.go", ours + "benchmarks", "policies may not import our benchmarks"},
		"programs do not link testing":                {"facts/linux/a.go", "testing", "facts/linux may never import testing"},
		"a test may use what it likes":                {"benchmarks/a_test.go", "os/exec", ""},
		"a folder without a row":                      {"helpers/a.go", "fmt", "the folder helpers has no rule"},
	} {
		t.Run(name, func(t *testing.T) {
			found := read(t, "-- "+test.file+" --\npackage p\nimport \""+test.imports+"\"\n")
			got := Check(module, found, table)
			want := []string{}
			if test.want != "" {
				want = append(want, test.file+":2: "+test.want)
			}
			if !slices.Equal(got, want) && len(got)+len(want) > 0 {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestReachFollowsChainsThroughOurPackages(t *testing.T) {
	found := read(t, `
-- cmd/holdfast-server/main.go --
package main
import "`+module+`/fleet"
-- fleet/a.go --
package fleet
import "`+module+`/report"
-- report/a.go --
package report
import "`+module+`/facts/linux"
-- report/a_test.go --
package report
import "`+module+`/agent"
`)
	got := Reach(module, found, "cmd/*", []string{"facts/linux", "agent"})
	want := []string{"cmd/holdfast-server -> fleet -> report -> facts/linux"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestReadLooksAtEveryFileThatCouldBeBuilt(t *testing.T) {
	found := read(t, `
-- a/b.go --
//go:build windows

package a
import (
	x "os"
	_ "net"
)
-- a/testdata/c.go --
package c
import "not/read"
-- .tools/d.go --
package d
import "not/read/either"
`)
	var got []string
	for _, i := range found {
		got = append(got, i.Folder+" "+i.Path+" "+i.File)
	}
	want := []string{"a os a/b.go:5", "a net a/b.go:6"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func read(t *testing.T, archive string) []Import {
	t.Helper()
	root := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(root, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	found, err := Read(root)
	if err != nil {
		t.Fatal(err)
	}
	return found
}
