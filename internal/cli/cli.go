// Package cli is the command line of holdfast: one file per verb. Results go to stdout, everything else to stderr.
//
// It decides nothing about a host: it loads policies, has them evaluated over facts, and has the report written.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux"
	"github.com/holdfast-agent/holdfast/internal/printable"
	"github.com/holdfast-agent/holdfast/plugins/launch"
	"github.com/holdfast-agent/holdfast/policies"
	"github.com/holdfast-agent/holdfast/remediate/effects"
	"github.com/spf13/cobra"
)

// Exit codes. They are a contract: see the help of each verb.
const (
	exitOK        = 0
	exitError     = 1 // wrong usage, or the program itself
	exitFailing   = 2 // something failed
	exitUndecided = 3 // nothing failed, but something could not be decided
)

// exitCode is an error that says all there is to say by its number.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// program is the command line with its surroundings, which tests replace.
type program struct {
	in       io.Reader
	out, err stream
	env      func(string) string
	quiet    bool

	config      string                // directory of the configuration
	configOwner uint32                // who must own it
	host        facts.Host            // the machine we run on
	policies    fs.FS                 // the shipped ones
	sources     func() []facts.Source // the built-in ones
	plugged     plugged
	cache       string // where plugins' descriptions are kept
	privileged  bool
}

// Main runs one command on this machine and returns its exit code.
func Main(args []string) int {
	if code, is := linux.ReaderMain(args); is {
		return code
	}
	if len(args) == 1 && args[0] == launch.HelperVerb {
		launch.ServeHands(effects.Local{})
		return exitOK
	}
	paceMemory()
	host := facts.LiveHost()
	host.Reader = linux.ThisProgram
	p := &program{
		in: os.Stdin, out: newStream(os.Stdout), err: newStream(os.Stderr), env: os.Getenv,
		config: "/etc/holdfast", cache: pluginsCache, host: host, policies: policies.FS, sources: sources,
		privileged: os.Geteuid() == 0,
	}
	return p.main(args)
}

// deafToReaders has a verb go on when nobody reads its words any more: by default, a program dies of writing to standard
// output or standard error then. Programs that it starts do so still.
func deafToReaders() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

func sources() []facts.Source { return append(linux.Sources(), facts.Builtin()...) }

func (p *program) main(args []string) int {
	// The first interrupt lets the verb end cleanly; the second takes the default way.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup(1) has it
		// The terminal is gone; of that one is told more than once, by the kernel and by the shell.
		var unhook context.CancelFunc
		ctx, unhook = signal.NotifyContext(ctx, syscall.SIGHUP)
		defer unhook()
	}

	defer p.unplug()
	root := p.root()
	root.SetArgs(oneDash(args))
	err := root.ExecuteContext(ctx)
	var code exitCode
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	case errors.Is(err, syscall.EPIPE): // whoever read us has seen enough
		return exitError
	case ctx.Err() != nil:
		p.complain("interrupted")
		return exitError
	}
	p.complain(err.Error())
	return exitError
}

// oneDash lets 'policy fmt -check' be written as for gofmt and terraform fmt.
func oneDash(args []string) []string {
	args = slices.Clone(args)
	for i, a := range args {
		if a == "-check" && slices.Contains(args[:i], "fmt") {
			args[i] = "--check"
		}
	}
	return args
}

// complain prints an error, whatever --quiet says.
func (p *program) complain(message string) {
	fmt.Fprintln(p.err, "holdfast: "+printable.Block(message))
}

// note prints what is good to know.
func (p *program) note(format string, args ...any) {
	if !p.quiet {
		fmt.Fprintln(p.err, "holdfast: "+printable.Block(fmt.Sprintf(format, args...)))
	}
}

func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "holdfast",
		Short: "Audit a Linux host: policy in, verdict with evidence out",
		Long: `Holdfast reads what is true of a Linux host, compares it with what policies
demand, and shows for every verdict what it was decided on.

  holdfast audit               audit this machine
  holdfast explain 5.1.20      what one control asks, and what this host says
  holdfast facts sshd          what is true of this host`,
		SilenceErrors: true, SilenceUsage: true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		Args:              noArgs,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(p.in)
	root.SetOut(p.out)
	root.SetErr(p.err)
	root.SetHelpCommand(&cobra.Command{Use: "help [VERB]", Short: "Print the help of a verb", Hidden: true, RunE: help})
	root.PersistentFlags().BoolVarP(&p.quiet, "quiet", "q", false, "print nothing but the result")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return usage(cmd, "%v", err) })
	root.AddCommand(p.audit(), p.explain(), p.facts(), p.record(), p.policy(), p.plugin(), p.version(), p.completion())
	root.AddCommand(p.plan(), p.apply(), p.confirm(), p.rollback(), p.history())
	root.AddCommand(p.hidden()...)
	return root
}

// help is for those who write 'holdfast help audit'; --help does the same.
func help(cmd *cobra.Command, args []string) error {
	verb, rest, err := cmd.Root().Find(args)
	if err != nil || len(rest) > 0 {
		return noArgs(cmd.Root(), args)
	}
	return verb.Help()
}

// usageError is a mistake in how the command was called; it ends by saying where to read on.
type usageError struct{ message, command string }

func (e *usageError) Error() string { return e.message + "\nSee '" + e.command + " --help'." }

func usage(cmd *cobra.Command, format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...), cmd.CommandPath()}
}

func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if cmd.HasSubCommands() {
		var names []string
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() {
				names = append(names, c.Name())
			}
		}
		return usage(cmd, "unknown command %q%s", args[0], didYouMean(args[0], names))
	}
	return usage(cmd, "%s takes no argument, and got %q", cmd.Name(), args[0])
}
