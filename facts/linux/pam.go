package linux

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/pamconf"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "pam",
		Doc:   "The services that PAM is configured for.",
		Reads: "/etc/pam.d, /usr/lib/pam.d, /etc/pam.conf",
	}, collectPAM))
	register(facts.Define(facts.Descriptor{
		Name:  "pam_stack",
		Doc:   "The modules that PAM calls for a service, with includes and substacks resolved as libpam does.",
		Reads: "/etc/pam.d, /usr/lib/pam.d, /etc/pam.conf",
		Args: []facts.Arg{
			{Name: "service", Type: cty.String, Doc: "The service: sshd, login, common-auth."},
			{Name: "type", Type: cty.String, Doc: "auth, account, password or session."},
		},
		Canonical: canonicalStack,
	}, collectPAMStack))
}

// PAM is the set of services.
type PAM struct {
	Exists   facts.V[bool]      `fact:"exists" doc:"Whether PAM is configured at all."`
	Services facts.List[string] `fact:"services" doc:"Services with a file of their own, sorted; files named common-… are only included by others."`
}

// PAMStack is one resolved stack.
type PAMStack struct {
	Missing facts.Missing

	Service   string               `fact:"service" doc:"The service asked for."`
	Type      string               `fact:"type" doc:"The type asked for."`
	Exists    facts.V[bool]        `fact:"exists" doc:"Whether the service has a configuration of its own."`
	FromOther facts.V[bool]        `fact:"from_other" doc:"Whether the service other stands in, as this one has no modules of the type."`
	Modules   facts.List[string]   `fact:"modules" doc:"File names of the modules in the order of their calls: pam_unix.so."`
	Entries   facts.List[PAMEntry] `fact:"entries" doc:"The modules in the order of their calls."`
}

// PAMEntry is one module in a stack.
type PAMEntry struct {
	Origin facts.Origin

	Module             string   `fact:"module" doc:"File name of the module: pam_unix.so."`
	Path               string   `fact:"path" doc:"The module as it is written."`
	Control            string   `fact:"control" doc:"The control flag as it is written: required, [success=1 default=ignore]."`
	Arguments          []string `fact:"arguments" doc:"The module's arguments."`
	Position           int      `fact:"position" doc:"Place in the stack, from 0."`
	Substack           int      `fact:"substack" doc:"The number of substacks it lies in."`
	Optional           bool     `fact:"optional_module" doc:"Whether a missing module is not logged (the type has a -)."`
	Broken             string   `fact:"broken" doc:"Why the line refuses whatever the module says (no such type, a missing include); else empty."`
	CalledOnSuccess    bool     `fact:"called_on_success" doc:"Whether it is called for a local user other than root when every module succeeds (pam_deny fails)."`
	CalledOnBadAnswer  bool     `fact:"called_on_bad_password" doc:"Whether it is called for such a user when pam_unix refuses the password and all others succeed."`
	MustSucceedForPass bool     `fact:"must_succeed" doc:"Whether the stack fails for such a user when this module refuses and all others succeed."`
}

// readPAMFiles reads service files; libpam skips nothing but what it cannot open.
type readPAMFiles struct{ r *facts.Reader }

func (f readPAMFiles) ReadFile(name string) ([]byte, error) { return f.r.ReadFileMax(name, 1<<20) }
func (f readPAMFiles) IsAbsent(err error) bool              { return facts.IsAbsent(err) }
func (f readPAMFiles) IsDir(name string) bool {
	st, err := f.r.Stat(name)
	return err == nil && st.IsDir()
}

// stackOf resolves a stack once.
func stackOf(ctx context.Context, r *facts.Reader, service, kind string) (*pamconf.Stack, error) {
	return facts.Once(ctx, r, "pam "+kind+" "+service, func(_ context.Context, r *facts.Reader) (*pamconf.Stack, error) {
		return pamconf.Load(readPAMFiles{r}, service, kind)
	})
}

func collectPAM(ctx context.Context, r *facts.Reader, _ facts.Key) (PAM, error) {
	services, err := pamServices(ctx, r)
	if err != nil {
		return PAM{}, err
	}
	origin := facts.File(pamconf.Dir, 0)
	return PAM{Exists: facts.Known(len(services) > 0, origin), Services: facts.Complete(services, origin)}, nil
}

// pamServices lists the services that have a file, or lines in pam.conf.
func pamServices(ctx context.Context, r *facts.Reader) ([]string, error) {
	return facts.Once(ctx, r, "pam services", func(_ context.Context, r *facts.Reader) ([]string, error) {
		var names []string
		found := false
		for _, dir := range []string{pamconf.Dir, pamconf.VendorDir} {
			entries, err := r.ReadDir(dir)
			if facts.IsAbsent(err) {
				continue
			}
			if err != nil {
				return nil, err
			}
			found = true
			for _, e := range entries {
				if !e.IsDir() && isService(e.Name()) {
					names = append(names, e.Name())
				}
			}
		}
		if !found {
			b, err := r.ReadFile(pamconf.ConfFile)
			if err != nil && !facts.IsAbsent(err) {
				return nil, err
			}
			lines, err := pamconf.Parse(pamconf.ConfFile, b, true)
			if err != nil {
				return nil, err
			}
			for _, l := range lines {
				names = append(names, strings.ToLower(l.Service))
			}
		}
		slices.Sort(names)
		return slices.Compact(names), nil
	})
}

// isService leaves out what an editor or dpkg left behind, and names that no application can ask for: pam_start folds
// names to lower case.
func isService(name string) bool {
	return !strings.HasPrefix(name, ".") && !strings.HasSuffix(name, "~") && !strings.Contains(name, ".dpkg-") && name == strings.ToLower(name)
}

// isFragment tells whether a file is there to be included: no application is a service of such a name in Debian.
func isFragment(service string) bool { return strings.HasPrefix(service, "common-") }

func canonicalStack(args []cty.Value) ([]cty.Value, error) {
	kind := args[1].AsString()
	if !slices.Contains([]string{pamconf.Auth, pamconf.Account, pamconf.Password, pamconf.Session}, kind) {
		return nil, fmt.Errorf("%q is not auth, account, password or session", kind)
	}
	return []cty.Value{cty.StringVal(strings.ToLower(path.Base(args[0].AsString()))), args[1]}, nil
}

func collectPAMStack(ctx context.Context, r *facts.Reader, key facts.Key) (PAMStack, error) {
	d := facts.Descriptor{Name: "pam_stack", Args: []facts.Arg{{Name: "service", Type: cty.String}, {Name: "type", Type: cty.String}}}
	args, err := d.Arguments(key.Subject)
	if err != nil {
		return PAMStack{}, err
	}
	out := PAMStack{Service: args[0].AsString(), Type: args[1].AsString()}
	s, err := stackOf(ctx, r, out.Service, out.Type)
	if err != nil {
		out.Missing = facts.Missing(err.Error())
		return out, nil
	}
	origin := facts.File(path.Join(pamconf.Dir, out.Service), 0)
	if s.File != "" {
		origin = facts.File(s.File, 0)
	}
	out.Exists = facts.Known(s.File != "", origin)
	out.FromOther = facts.Known(s.Other, origin)
	entries := pamEntries(s)
	modules := make([]string, len(entries))
	for i, e := range entries {
		modules[i] = e.Module
	}
	out.Modules, out.Entries = facts.Complete(modules, origin), facts.Complete(entries, origin)
	return out, nil
}

// maxPAMRuns bounds for how many modules of a stack must_succeed is tried out.
const maxPAMRuns = 256

func pamEntries(s *pamconf.Stack) []PAMEntry {
	good, _ := s.Run(pamconf.LocalUser)
	refused, _ := s.Run(badPassword)
	var out []PAMEntry
	for i, e := range s.Entries() {
		entry := PAMEntry{
			Origin: facts.File(e.File, e.Line.Line), Module: e.Module(), Path: e.Target, Control: e.Control, Arguments: e.Args,
			Position: i, Substack: e.Depth, Optional: e.Quiet, Broken: e.Broken,
			CalledOnSuccess: slices.Contains(good, i), CalledOnBadAnswer: slices.Contains(refused, i),
		}
		if i < maxPAMRuns {
			entry.MustSucceedForPass = mustSucceed(s, i)
		}
		out = append(out, entry)
	}
	return out
}

func badPassword(i int, e pamconf.Entry) string {
	if e.Module() == "pam_unix.so" {
		return "auth_err"
	}
	return pamconf.LocalUser(i, e)
}

// mustSucceed tells whether nothing makes up for the refusal of module n.
func mustSucceed(s *pamconf.Stack, n int) bool {
	called, ok := s.Run(func(i int, e pamconf.Entry) string {
		if i == n {
			return "perm_denied"
		}
		return pamconf.LocalUser(i, e)
	})
	return !ok && slices.Contains(called, n)
}

// moduleUse is a module in the stack of a service.
type moduleUse struct {
	service  string
	position int
	entry    pamconf.Entry
	stack    *pamconf.Stack
}

func (u moduleUse) origin() facts.Origin { return facts.File(u.entry.File, u.entry.Line.Line) }

// moduleUses are all places where services (and, of those that are never asked for, none) call a module.
func moduleUses(ctx context.Context, r *facts.Reader, kind, module string) ([]moduleUse, error) {
	services, err := pamServices(ctx, r)
	if err != nil {
		return nil, err
	}
	var uses []moduleUse
	for _, service := range services {
		if isFragment(service) {
			continue
		}
		s, err := stackOf(ctx, r, service, kind)
		if err != nil {
			return nil, fmt.Errorf("service %s: %w", service, err)
		}
		for i, e := range s.Entries() {
			if e.Module() == module && e.Broken == "" {
				uses = append(uses, moduleUse{service: service, position: i, entry: e, stack: s})
			}
		}
	}
	return uses, nil
}

// distinct are uses at different lines: most services include the same one.
func distinct(uses []moduleUse) []moduleUse {
	var out []moduleUse
	for _, u := range uses {
		if !slices.ContainsFunc(out, func(o moduleUse) bool { return o.entry.File == u.entry.File && o.entry.Line.Line == u.entry.Line.Line }) {
			out = append(out, u)
		}
	}
	return out
}

// agreement is the value that all places have; where they differ nobody can say which counts.
func agreement[T comparable](values []facts.V[T], places []string) facts.V[T] {
	for i, v := range values {
		got, known := v.Get()
		if !known {
			return v
		}
		if first, _ := values[0].Get(); got != first {
			return facts.Unknown[T](fmt.Sprintf("it is %v by %s and %v by %s", first, places[0], got, places[i]))
		}
	}
	if len(values) == 0 {
		return facts.V[T]{}
	}
	return values[0]
}
