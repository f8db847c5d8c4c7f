package cli

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/internal/hostfs"
	"github.com/holdfast-agent/holdfast/policies"
	"github.com/rogpeppe/go-internal/testscript"
)

// The scripts in testdata run this program, on a host made of files:
//
//	host/      the machine it runs on: running, but with nothing but files (no netlink, no D-Bus)
//	config/    /etc/holdfast
//	policies/  the built-in policies; without the folder, those that are shipped
//
// TTY=80 in the environment makes its outputs terminals of 80 columns; ROOT=no makes it an ordinary user's.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"holdfast": func() { os.Exit(scripted().main(os.Args[1:])) }})
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func scripted() *program {
	work := os.Getenv("WORK")
	p := &program{
		in: os.Stdin, out: stream{Writer: os.Stdout}, err: stream{Writer: os.Stderr}, env: os.Getenv,
		config: work + "/config", configOwner: uint32(os.Getuid()),
		host:     facts.Host{FS: hostfs.New(work + "/host"), Live: true, Now: func() time.Time { return noon }},
		policies: policies.FS, sources: sources, privileged: os.Getenv("ROOT") != "no",
	}
	if width, err := strconv.Atoi(os.Getenv("TTY")); err == nil {
		p.out.terminal, p.out.width = true, width
		p.err.terminal, p.err.width = true, width
	}
	if st, err := os.Stat(work + "/policies"); err == nil && st.IsDir() {
		p.policies = regularFS{dir: work + "/policies"}
	}
	if os.Getenv("SLOW") != "" {
		p.sources = func() []facts.Source { return append(sources(), slow()) }
	}
	return p
}

// slow is a fact that takes until it is stopped, and says on stderr that it has begun.
func slow() facts.Source {
	type nothing struct {
		Done bool `fact:"done" doc:"Never."`
	}
	return facts.Define(facts.Descriptor{Name: "slow", Doc: "A fact that takes its time.", Timeout: time.Minute},
		func(ctx context.Context, _ *facts.Reader, _ facts.Key) (nothing, error) {
			_ = os.WriteFile(os.Getenv("SLOW"), nil, 0o600)
			<-ctx.Done()
			return nothing{}, ctx.Err()
		})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "interrupts": interrupts},
	})
}

// exits runs a program and demands its exit code: exits 2 holdfast audit.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	err := ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	code := 0
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// interrupts starts a program, waits for a file to appear, interrupts the program and demands its exit code:
// interrupts 1 started holdfast audit.
func interrupts(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: interrupts CODE FILE PROGRAM ARGS...")
	}
	path, err := exec.LookPath(strings.SplitN(ts.Getenv("PATH"), string(os.PathListSeparator), 2)[0] + "/" + args[2])
	ts.Check(err)
	cmd := exec.Command(path, args[3:]...)
	cmd.Dir = ts.Getenv("WORK")
	cmd.Env = append(os.Environ(), "WORK="+ts.Getenv("WORK"), "SLOW="+ts.Getenv("SLOW"))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	ts.Check(cmd.Start())
	deadline := time.Now().Add(20 * time.Second)
	for {
		if _, err := os.Stat(ts.MkAbs(args[1])); err == nil {
			break
		}
		if time.Now().After(deadline) {
			_ = cmd.Process.Kill()
			ts.Fatalf("%s did not appear: %s", args[1], stderr.String())
		}
		time.Sleep(5 * time.Millisecond)
	}
	ts.Check(cmd.Process.Signal(os.Interrupt))
	err = cmd.Wait()
	ts.Logf("%s", stderr.String())
	var exit *exec.ExitError
	if !errors.As(err, &exit) || strconv.Itoa(exit.ExitCode()) != args[0] {
		ts.Fatalf("%v, want exit code %s", err, args[0])
	}
	if !strings.Contains(stderr.String(), "interrupted") {
		ts.Fatalf("stderr does not say so: %s", stderr.String())
	}
}
