package linux

import (
	"context"
	"fmt"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/gkeyfile"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "gdm",
		Doc:   "The GNOME display manager's own configuration. Its banner and lists of users are dconf keys.",
		Reads: "/etc/gdm3/daemon.conf, /etc/gdm3/custom.conf, /etc/gdm/custom.conf, the package database",
	}, collectGDM))
}

// GDM is what daemon.conf or custom.conf says; which of them a build of GDM reads differs, so what any of them switches
// on counts as on.
type GDM struct {
	Installed      facts.V[bool] `fact:"installed" doc:"Whether the package gdm3 (or gdm) is installed."`
	Files          []string      `fact:"files" doc:"Configuration files that exist."`
	XDMCP          facts.V[bool] `fact:"xdmcp" doc:"Whether logins from other hosts are offered by XDMCP. False by default."`
	AutomaticLogin facts.V[bool] `fact:"automatic_login" doc:"Whether an account is logged in without being asked. False by default."`
	TimedLogin     facts.V[bool] `fact:"timed_login" doc:"Whether an account is logged in after a while. False by default."`
	DisallowTCP    facts.V[bool] `fact:"disallow_tcp" doc:"Whether the X server takes no TCP connections. True by default."`
}

func collectGDM(ctx context.Context, r *facts.Reader, _ facts.Key) (GDM, error) {
	g := GDM{Installed: gdmInstalled(ctx, r)}
	def := facts.From("default of GDM")
	g.XDMCP, g.AutomaticLogin, g.TimedLogin = facts.Known(false, def), facts.Known(false, def), facts.Known(false, def)
	g.DisallowTCP = facts.Known(true, def)
	for _, name := range []string{"/etc/gdm3/daemon.conf", "/etc/gdm3/custom.conf", "/etc/gdm/custom.conf"} {
		b, err := r.ReadFile(name)
		if facts.IsAbsent(err) {
			continue
		}
		g.Files = append(g.Files, name)
		var entries []gkeyfile.Entry
		if err == nil {
			if entries, err = gkeyfile.Parse(b); err != nil {
				err = fmt.Errorf("%s:%w", name, err)
			}
		}
		g.XDMCP = gdmBool(g.XDMCP, entries, err, name, "xdmcp", "Enable", true)
		g.AutomaticLogin = gdmBool(g.AutomaticLogin, entries, err, name, "daemon", "AutomaticLoginEnable", true)
		g.TimedLogin = gdmBool(g.TimedLogin, entries, err, name, "daemon", "TimedLoginEnable", true)
		g.DisallowTCP = gdmBool(g.DisallowTCP, entries, err, name, "security", "DisallowTCP", false)
	}
	return g, nil
}

// gdmBool adds what one file says to what is known: the dangerous value, once found, stays.
func gdmBool(v facts.V[bool], entries []gkeyfile.Entry, err error, name, group, key string, danger bool) facts.V[bool] {
	if b, known := v.Get(); known && b == danger {
		return v
	}
	if err != nil {
		return facts.Unknown[bool](err.Error())
	}
	e, ok := gkeyfile.Last(entries, group, key)
	if !ok {
		return v
	}
	at := facts.File(name, e.Line)
	switch e.Value {
	case "true", "1":
		return keepUnknown(v, true, danger, at)
	case "false", "0":
		return keepUnknown(v, false, danger, at)
	}
	return facts.Unknown[bool](fmt.Sprintf("%s: %q is no boolean", at, e.Value))
}

func keepUnknown(v facts.V[bool], b, danger bool, at facts.Origin) facts.V[bool] {
	if _, known := v.Get(); !known && b != danger {
		return v
	}
	return facts.Known(b, at)
}

func gdmInstalled(ctx context.Context, r *facts.Reader) facts.V[bool] {
	var last facts.V[bool]
	for _, name := range []string{"gdm3", "gdm"} {
		p, err := facts.Get[Package](ctx, r, facts.Key{Fact: "package", Subject: name})
		if err != nil {
			return facts.Unknown[bool](err.Error())
		}
		last = p.Installed
		b, known := last.Get()
		if !known && last.Reason() == "" {
			return facts.Unknown[bool](string(p.Missing))
		}
		if b || !known {
			return last
		}
	}
	return last
}
