package cli

import (
	"maps"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/benchmarks"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/spf13/cobra"
)

func (p *program) completion() *cobra.Command {
	cmd := &cobra.Command{
		Use: "completion {bash|zsh|fish}", Short: "Print a completion script for a shell",
		Long: `Print a completion script. To load it:

  bash  source <(holdfast completion bash)
  zsh   holdfast completion zsh > "${fpath[1]}/_holdfast"
  fish  holdfast completion fish > ~/.config/fish/completions/holdfast.fish

In bash it uses the functions of the package bash-completion.`,
		ValidArgs: []string{"bash", "zsh", "fish"},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(cmd, "completion takes one shell: bash, zsh or fish")
			}
			switch root := cmd.Root(); args[0] {
			case "bash":
				return root.GenBashCompletionV2(p.out, true)
			case "zsh":
				return root.GenZshCompletion(p.out)
			case "fish":
				return root.GenFishCompletion(p.out, true)
			}
			return usage(cmd, "no completion for %q: bash, zsh or fish", args[0])
		},
	}
	return cmd
}

type completer = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective)

// complete offers those names that begin as typed; they are made when asked for.
func complete(names func(cmd *cobra.Command) []string) completer {
	return func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		fit := slices.DeleteFunc(names(cmd), func(name string) bool { return !strings.HasPrefix(name, typed) })
		return fit, cobra.ShellCompDirectiveNoFileComp
	}
}

func (p *program) factNames(*cobra.Command) []string {
	var out []string
	schema := facts.NewSchema(p.sources())
	for _, name := range slices.Sorted(maps.Keys(schema)) {
		out = append(out, name+"\t"+firstSentence(schema[name].Doc))
	}
	return out
}

// known calls with each benchmark of the policies that the command would load; a policy in error offers nothing.
func (p *program) known(cmd *cobra.Command, each func(*benchmarks.Benchmark)) {
	path, _ := cmd.Flags().GetString("policy")
	bundle, diags := p.load(path)
	if diags.HasErrors() || bundle == nil {
		return
	}
	for _, b := range bundle.Benchmarks {
		each(b)
	}
}

func (p *program) benchmarkNames(cmd *cobra.Command) (out []string) {
	p.known(cmd, func(b *benchmarks.Benchmark) { out = append(out, b.ID+"\t"+b.Title) })
	return out
}

func (p *program) profileNames(cmd *cobra.Command) (out []string) {
	p.known(cmd, func(b *benchmarks.Benchmark) {
		for _, pr := range b.Profiles {
			out = append(out, pr.Name+"\t"+pr.Title)
		}
	})
	return out
}

func (p *program) controlNames(cmd *cobra.Command) (out []string) {
	p.known(cmd, func(b *benchmarks.Benchmark) {
		for _, c := range b.Controls {
			out = append(out, c.ID+"\t"+c.Title)
		}
	})
	return out
}
