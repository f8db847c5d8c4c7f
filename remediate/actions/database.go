package actions

import (
	"context"
	"path"
	"regexp"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
	"github.com/zclconf/go-cty/cty"
)

// What the actions for the settings of database servers share.

// settingName is a parameter's name in any of their languages.
var settingName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,62}$`)

// plainValue tells whether a value can stand in one line of a configuration file.
func plainValue(v string) bool {
	return len(v) < 1000 && !strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// databases are the servers of a fact. A list that does not end may hide one that the setting is for.
func databases(ctx context.Context, d *remediate.Draft, fact string) ([]cty.Value, error) {
	v, err := d.Fact(ctx, fact)
	if err != nil {
		return nil, err
	}
	list, complete := elements(v)
	if !complete {
		return nil, remediate.Refuse("which servers there are is not known wholly: run it as root")
	}
	return list, nil
}

// restarting are the options of a step after which a server has to start again.
func restarting(unit string) remediate.Options {
	return remediate.Options{Risk: plan.Disruptive, Triggers: []remediate.Trigger{{Verb: remediate.Restart, Unit: unit}}}
}

// supervised is an error for a server that runs and that systemd did not start: nothing here could start it again.
func supervised(ctx context.Context, d *remediate.Draft, server cty.Value, unit string) error {
	if !yes(server, "running") {
		if _, known := attribute(server, "running"); !known {
			return remediate.Refuse("whether %s runs is not known", text(server, "name"))
		}
		return nil
	}
	active := false
	if strings.HasSuffix(unit, ".service") {
		s, err := d.State(ctx, "unit", unit)
		if err != nil {
			return err
		}
		active = s.Summary == "active"
	}
	if !active {
		return remediate.Refuse("%s was not started by a unit of systemd, so it can't be restarted: set it and restart the server by hand", text(server, "name"))
	}
	return nil
}

// waiting is an error when what a server runs with is not what its files say already: there is nothing to write then.
func waiting(server cty.Value, name, unit string) error {
	now, known := attribute(server, name)
	conf, ok := attribute(server, "configured")
	if !known || !ok {
		return nil
	}
	if next, ok := attribute(conf, name); ok && now.Type().IsPrimitiveType() && now.Equals(next).False() && !sameDir(now, next) {
		return remediate.Refuse("the files of %s set %s already, and it runs with another value: systemctl restart %s", text(server, "name"), name, unit)
	}
	return nil
}

// sameDir tells whether two texts name one directory, whatever the server makes of the last slash.
func sameDir(a, b cty.Value) bool {
	return a.Type() == cty.String && b.Type() == cty.String && path.IsAbs(a.AsString()) && path.Clean(a.AsString()) == path.Clean(b.AsString())
}

// ownDir plans a directory that a setting names and that a server needs to start.
func ownDir(ctx context.Context, d *remediate.Draft, name string, mode uint32, owner *remediate.Account) error {
	f, err := d.File(ctx, name)
	switch {
	case err != nil:
		return err
	case f.Type == remediate.Directory:
		return nil
	case f.Type != remediate.Absent:
		return remediate.Refuse("%s is a %s", name, f.Type)
	case owner == nil:
		return remediate.Refuse("%s does not exist, and whose it should be is not known", name)
	}
	return d.SetFile(ctx, name, remediate.File{Type: remediate.Directory, Mode: mode, UID: owner.UID, GID: owner.GID}, remediate.Options{})
}

// accountOf is the owner of a file of a fact, where that is not root.
func accountOf(file cty.Value) *remediate.Account {
	uid, ok := number(file, "uid")
	gid, ok2 := number(file, "gid")
	if !ok || !ok2 || uid <= 0 || gid < 0 || uid > 1<<32-1 || gid > 1<<32-1 {
		return nil
	}
	return &remediate.Account{UID: uint32(uid), GID: uint32(gid)} // #nosec G115 -- bounded above
}

// confineTo gives a drop-in that is new to root and a server's group, for it may say how to get in.
func confineTo(ctx context.Context, d *remediate.Draft, name string, gid uint32, write func() error) error {
	before, err := d.File(ctx, name)
	if err != nil {
		return err
	}
	if err := write(); err != nil || before.Type != remediate.Absent {
		return err
	}
	f, err := d.Mode(ctx, name)
	if err != nil || f.Type == remediate.Absent {
		return err
	}
	f.Mode, f.UID, f.GID = 0o640, 0, gid
	return d.SetMode(ctx, name, f, remediate.Options{})
}

// List are the names of the files in a directory, as the steps would leave it; directories are not among them.
func (v *view) List(dir string) ([]string, error) {
	entries, err := v.tree.ReadDir(dir)
	if err != nil && !facts.IsAbsent(err) {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if _, planned := v.later[path.Join(dir, e.Name())]; !planned && !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	for name, f := range v.later {
		if path.Dir(name) == path.Clean(dir) && (f.Type == remediate.Regular || f.Type == remediate.Symlink) {
			names = append(names, path.Base(name))
		}
	}
	if names == nil {
		return nil, err
	}
	return names, nil
}
