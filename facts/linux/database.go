package linux

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "database",
		Doc:   "Whether a database server is installed or running: mariadb (MySQL, too), mongodb, redis (Valkey, too). Looks at names alone and connects to nothing, for a benchmark's applies_to.",
		Reads: "/usr/bin, /usr/sbin, /usr/libexec, /usr/local, /proc/PID/stat",
		Args:  []facts.Arg{{Name: "name", Type: cty.String, Doc: "mariadb, mongodb or redis."}},
		Canonical: func(args []cty.Value) ([]cty.Value, error) {
			if _, ok := databasePrograms[args[0].AsString()]; !ok {
				return nil, fmt.Errorf("no such database server is known; there are %s", strings.Join(slices.Sorted(maps.Keys(databasePrograms)), ", "))
			}
			return args, nil
		},
	}, collectDatabase))
}

// Database tells whether a server is there at all.
type Database struct {
	Present   facts.V[bool]   `fact:"present" doc:"Whether it is installed or running; of an image, whether it is installed."`
	Installed facts.V[bool]   `fact:"installed" doc:"Whether a server program lies in one of the usual directories."`
	Running   facts.V[bool]   `fact:"running" doc:"Whether a process has the name of the server."`
	Program   facts.V[string] `fact:"program" doc:"The server program found; empty when none was."`
}

var databasePrograms = map[string][]string{
	"mariadb": {"mariadbd", "mysqld"},
	"mongodb": {"mongod", "mongos"},
	"redis":   {"redis-server", "valkey-server"},
}

var programDirs = []string{"/usr/sbin", "/usr/bin", "/usr/libexec", "/usr/local/sbin", "/usr/local/bin", "/usr/local/libexec", "/opt/bin"}

func collectDatabase(ctx context.Context, r *facts.Reader, key facts.Key) (Database, error) {
	names := databasePrograms[key.Subject]
	d := Database{Program: installedProgram(r, names)}
	if program, ok := d.Program.Get(); ok {
		d.Installed = facts.Known(program != "", d.Program.Origin())
	} else {
		d.Installed = facts.Unknown[bool](d.Program.Reason())
	}
	d.Present = d.Installed
	if !r.Live() {
		d.Running = facts.Unknown[bool](facts.Offline)
		return d, nil
	}
	running, err := serverProcesses(ctx, r, names...)
	switch {
	case len(running) > 0:
		d.Running = facts.Known(true, running[0].Origin)
	case err != nil:
		d.Running = facts.Unknown[bool](err.Error())
	default:
		d.Running = facts.Known(false, facts.File("/proc", 0))
	}
	if installed, ok := d.Installed.Get(); !ok || !installed {
		if runs, known := d.Running.Get(); !known || runs || ok {
			d.Present = d.Running
		}
	}
	return d, nil
}

func installedProgram(r *facts.Reader, names []string) facts.V[string] {
	var failed error
	for _, dir := range programDirs {
		for _, name := range names {
			file := path.Join(dir, name)
			_, err := r.Stat(file)
			if err == nil {
				return facts.Known(file, facts.File(file, 0))
			}
			if !facts.IsAbsent(err) {
				failed = err
			}
		}
	}
	if failed != nil {
		return facts.Unknown[string](failed.Error())
	}
	return facts.Known("", facts.From(strings.Join(programDirs, ", ")))
}
