// Package plugins is what the author of a plugin needs: a program that adds facts and kinds of fix to Holdfast.
//
//	func main() {
//		plugins.Serve(
//			plugins.Facts(facts.Define(facts.Descriptor{Name: "haproxy", Doc: "…"}, read)),
//			plugins.Actions(plugins.Define(plugins.Kind{Name: "haproxy_global", Doc: "…"}, set)),
//		)
//	}
//
// A plugin runs in a sandbox: it reads the host and changes nothing. An action says what shall be otherwise; Holdfast
// carries that out, keeps the journal and rolls back, all without the plugin. How plugins are started and what is
// checked of them is the business of package launch; docs/plugins.md says it for people.
package plugins
