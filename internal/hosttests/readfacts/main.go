// Command readfacts reads the facts named on standard input, a JSON list of {"Fact", "Args"}, and writes them as a
// recording to standard output. The tests on real hosts run it there, so that a source is compared with the host's own
// tools without a policy or a report in between.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux"
	"github.com/zclconf/go-cty/cty"
)

func main() {
	if code, is := linux.ReaderMain(os.Args[1:]); is {
		os.Exit(code)
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "readfacts:", err)
		os.Exit(1)
	}
}

func run() error {
	var wanted []struct {
		Fact string
		Args []any // strings, numbers, bools
	}
	if err := json.NewDecoder(os.Stdin).Decode(&wanted); err != nil {
		return err
	}
	host := facts.LiveHost()
	host.Reader = linux.ThisProgram
	if len(os.Args) > 1 {
		host = facts.RootHost(os.Args[1])
	}
	ctx := context.Background()
	set := facts.NewSet(ctx, host, linux.Sources())
	keys := make([]facts.Key, 0, len(wanted))
	for _, w := range wanted {
		d, ok := set.Schema()[w.Fact]
		if !ok {
			return fmt.Errorf("there is no fact %s", w.Fact)
		}
		var args []cty.Value
		for _, a := range w.Args {
			switch a := a.(type) {
			case string:
				args = append(args, cty.StringVal(a))
			case float64:
				args = append(args, cty.NumberFloatVal(a))
			case bool:
				args = append(args, cty.BoolVal(a))
			default:
				return fmt.Errorf("%s: argument %v", w.Fact, a)
			}
		}
		subject, err := d.Subject(args)
		if err != nil {
			return err
		}
		keys = append(keys, facts.Key{Fact: w.Fact, Subject: subject})
	}
	set.Prefetch(ctx, keys)
	return set.WriteRecording(os.Stdout, "readfacts")
}
