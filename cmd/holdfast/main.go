// Command holdfast audits the host it runs on; see package cli for its verbs.
package main

import (
	"os"

	"github.com/holdfast-agent/holdfast/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:])) }
