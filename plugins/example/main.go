// Command example is a plugin of Holdfast: what HAProxy's configuration says, and one kind of fix for it. It is here for
// those who write plugins, and is what the tests of plugins run.
package main

import "github.com/holdfast-agent/holdfast/plugins"

func main() {
	plugins.Serve(
		plugins.Facts(configured, global),
		plugins.Actions(setGlobal),
	)
}
