// Package linux holds the sources of facts about a Linux host, one file each. A source is thin: what has a language of
// its own (sshd_config, PAM, audit rules, …) is parsed by a leaf package below this one. Nothing here writes, starts a
// process (two exceptions: legacy iptables, see firewall_state.go, and a child of the same program that reads as the owner
// of a database, see readas.go) or sends a packet off the host; tls_endpoints.go alone opens connections, to this host's
// own listeners.
package linux

import (
	"slices"

	"github.com/holdfast-agent/holdfast/facts"
)

var registry []facts.Source

// register adds a source; called from each file's init only.
func register(s facts.Source) { registry = append(registry, s) }

// Sources are all facts this package can read. Making the list reads nothing.
func Sources() []facts.Source { return slices.Clone(registry) }
