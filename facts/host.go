package facts

import (
	"time"

	"github.com/holdfast-agent/holdfast/internal/hostfs"
)

// Host is what sources read: the machine we run on, an unpacked image, or a fixture.
type Host struct {
	// FS is the host's tree of files.
	FS *hostfs.FS
	// Live tells that the host runs: its /proc and /sys, under FS, are those of a running kernel.
	Live bool
	// Native tells that the host is the one we run on, so that netlink, D-Bus and system calls speak of it.
	Native bool
	// NoProbe forbids connections to the host's own services; what only they could tell is unknown.
	NoProbe bool
	// Credentials name, by fact (mariadb, redis, mongodb), where the login for those servers is: an absolute path, or the
	// name of a systemd credential. Never the login itself.
	Credentials map[string]string
	// Labels are what its owner calls it: role = db.
	Labels map[string]string
	// Reader is the program that answers "_reader KIND" by reading what only another account may (see linux.ReadAs),
	// which is this same one; empty when it can't.
	Reader string
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// LiveHost is the machine we run on.
func LiveHost() Host { return Host{FS: hostfs.New("/"), Live: true, Native: true} }

// RootHost is an unpacked image below dir: no kernel, no services, only files.
func RootHost(dir string) Host { return Host{FS: hostfs.New(dir)} }

// Offline is the reason of what only a running host could tell.
const Offline = "not knowable offline: the host is an image, not a running system"
