package linux

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/pgconf"
	"github.com/holdfast-agent/holdfast/facts/linux/pghba"
)

// pgConfigured is what files give parameters.
type pgConfigured struct {
	conf *pgconf.Config
	// unread is why values of files can't be told; empty when they can.
	unread string
	// doubt is why they need not be those of the server: it runs, and did not say what is in force. It may have been
	// started before the files were changed, or with options of its own.
	doubt string
	// started are the parameters that the last start of a server that is down got beside its files.
	started map[string]string
}

func configuredOf(r *facts.Reader, c *pgCluster) pgConfigured {
	out := pgConfigured{conf: c.conf}
	switch {
	case c.conf.Unread != "":
		out.unread = c.conf.Unread
	case c.conf.Invalid != "":
		out.unread = "the configuration is refused by the server: " + c.conf.Invalid
	}
	out.started = c.startOptions(r)
	return out
}

// fromFiles fills in what the next start of the server would take from its files. Of a server that runs it is no more
// than what they say: p.NotLive tells why it was not asked.
func (p *Postgres) fromFiles(ctx context.Context, r *facts.Reader, c *pgCluster, conf pgConfigured) {
	if running, known := c.Running.Get(); r.Live() && (running || !known) {
		conf.doubt = "what the files say need not be in force, and the server was not asked: " + p.NotLive
	}
	p.Version = facts.Unknown[string]("only the server tells it: " + p.NotLive)
	p.configError(c)
	p.Configured = conf.table(c)
	p.Settings = conf.nextStart(c, p.NotLive)
	p.setOptions(func(name string, o pgOption) (string, facts.Origin, error) { return conf.value(name, o, c) })
	p.ArchiveSet = conf.archiveSet(c)
	hba, ident := conf.fileOf("hba_file", "pg_hba.conf", c), conf.fileOf("ident_file", "pg_ident.conf", c)
	p.HBAFile, p.IdentFile = doubted(hba, conf.doubt), doubted(ident, conf.doubt)
	files := append(p.ruleFile(r, c, hba, conf.doubt), p.identFile(r, c, ident, conf.doubt)...)
	p.files(ctx, r, c, files, conf.doubt)
	p.CodeDirs = codeDirs(ctx, r, c, nil, "only the server tells where its code is: "+p.NotLive)
}

// table is what the files say.
func (conf pgConfigured) table(c *pgCluster) facts.V[map[string]PostgresConfigured] {
	if conf.conf.Unread != "" {
		return facts.Unknown[map[string]PostgresConfigured](conf.conf.Unread)
	}
	out := map[string]PostgresConfigured{}
	for _, name := range conf.conf.Names() {
		s, _ := conf.conf.Lookup(name)
		out[pgSpelling(name)] = PostgresConfigured{Origin: facts.File(s.File, s.Line), Value: tellable(name, s.Value, facts.Origin{}), File: s.File, Line: s.Line}
	}
	return facts.Known(out, c.Origin)
}

// nextStart are the settings of a server that is down.
func (conf pgConfigured) nextStart(c *pgCluster, why string) facts.V[map[string]PostgresSetting] {
	if reason := cmp.Or(conf.doubt, conf.unread); reason != "" {
		return facts.Unknown[map[string]PostgresSetting](reason)
	}
	settings := map[string]PostgresSetting{}
	for _, name := range conf.conf.Names() {
		s, _ := conf.conf.Lookup(name)
		value := tellable(name, s.Value, facts.Origin{})
		if by := conf.givenBy(name); by != "" {
			value = facts.Unknown[string](by)
		}
		settings[pgSpelling(name)] = PostgresSetting{Origin: facts.File(s.File, s.Line), Value: value, Source: "configuration file", File: s.File, Line: s.Line,
			PendingRestart: facts.Unknown[bool](why)}
	}
	return facts.Known(settings, c.Origin)
}

// givenBy is why a parameter's value does not come from a file.
func (conf pgConfigured) givenBy(name string) string {
	for _, n := range []string{name, anyParameter} {
		if by, ok := conf.started[n]; ok {
			return "the command line sets it, whatever the files say: " + by
		}
	}
	return ""
}

func doubted[T any](v facts.V[T], why string) facts.V[T] {
	if why != "" {
		return facts.Unknown[T](why)
	}
	return v
}

func (p *Postgres) configError(c *pgCluster) {
	origin := facts.File(c.config, 0)
	if c.conf.Unread != "" && c.conf.Invalid == "" {
		p.ConfigValid, p.ConfigError = facts.Unknown[bool](c.conf.Unread), facts.Unknown[string](c.conf.Unread)
		return
	}
	p.ConfigValid, p.ConfigError = facts.Known(c.conf.Invalid == "", origin), facts.Known(c.conf.Invalid, origin)
}

// ruleFile reads pg_hba.conf ourselves and gives the files that it consists of. Its lines are told in any case; where
// they need not be in force the list does not end.
func (p *Postgres) ruleFile(r *facts.Reader, c *pgCluster, file facts.V[string], doubt string) []string {
	name, ok := file.Get()
	if !ok {
		p.HBA = facts.UnknownList[PostgresRule](file.Reason())
		return nil
	}
	seen := &seenFiles{pgFiles: pgFiles{r}}
	rules, problem := pghba.LoadRules(seen, name, c.major())
	why, out := cmp.Or(doubt, string(problem)), make([]PostgresRule, 0, len(rules))
	for _, x := range rules {
		out = append(out, ruleOf(c.Name, x))
		if x.Error != "" && why == "" {
			why = fmt.Sprintf("%s:%d is refused by the server: %s", x.File, x.Line, x.Error)
		}
	}
	p.HBA = listOf(out, facts.File(name, 0), why)
	return seen.files
}

func (p *Postgres) identFile(r *facts.Reader, c *pgCluster, file facts.V[string], doubt string) []string {
	name, ok := file.Get()
	if !ok {
		p.Ident = facts.UnknownList[PostgresMapping](file.Reason())
		return nil
	}
	seen := &seenFiles{pgFiles: pgFiles{r}}
	maps, problem := pghba.LoadMappings(seen, name, c.major())
	why, out := cmp.Or(doubt, string(problem)), make([]PostgresMapping, 0, len(maps))
	for _, x := range maps {
		out = append(out, PostgresMapping{Origin: facts.File(x.File, x.Line), Cluster: c.Name, File: x.File, Line: x.Line, Map: x.Map,
			SystemUser: x.SystemUser, Role: x.DatabaseRole, Error: x.Error})
		if x.Error != "" && why == "" {
			why = fmt.Sprintf("%s:%d is refused by the server: %s", x.File, x.Line, x.Error)
		}
	}
	p.Ident = listOf(out, facts.File(name, 0), why)
	return seen.files
}

func listOf[T any](items []T, origin facts.Origin, why string) facts.List[T] {
	if why != "" {
		return facts.Partial(items, origin, why)
	}
	return facts.Complete(items, origin)
}

func ruleOf(cluster string, x pghba.Rule) PostgresRule {
	r := PostgresRule{Origin: facts.File(x.File, x.Line), Cluster: cluster, File: x.File, Line: x.Line, Type: x.Type, Databases: x.Databases, Users: x.Users,
		Address: addressOf(x.Address, x.Netmask), Method: x.Method, Options: x.Options, Error: x.Error}
	if x.Error != "" && x.Type == "" {
		r.Rule = x.Error
		return r
	}
	words := []string{r.Type, strings.Join(r.Databases, ","), strings.Join(r.Users, ",")}
	if r.Address != "" {
		words = append(words, r.Address)
	}
	r.Rule = strings.Join(append(append(words, r.Method), r.Options...), " ")
	r.Remote, r.AnyAddress = reach(r.Type, r.Address)
	return r
}

// addressOf is address/bits where the mask is one, and address mask where it has holes.
func addressOf(address, mask string) string {
	m, err := netip.ParseAddr(mask)
	if mask == "" || err != nil {
		return address
	}
	bits, ended := 0, false
	for _, b := range m.AsSlice() {
		for i := 7; i >= 0; i-- {
			switch on := b>>i&1 == 1; {
			case on && ended:
				return address + " " + mask
			case on:
				bits++
			default:
				ended = true
			}
		}
	}
	return address + "/" + strconv.Itoa(bits)
}

var loopbacks = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// reach tells whose connections a rule speaks of.
func reach(kind, address string) (remote, everyone bool) {
	if kind == "local" || address == "samehost" {
		return false, false
	}
	if address == "all" {
		return true, true
	}
	prefix, err := netip.ParsePrefix(address)
	if err != nil {
		return address != "localhost", false
	}
	for _, l := range loopbacks {
		if l.Bits() <= prefix.Bits() && l.Contains(prefix.Addr()) {
			return false, false
		}
	}
	return true, prefix.Bits() == 0
}

// fileOf is a file that a parameter names, else one beside the main file.
func (conf pgConfigured) fileOf(name, other string, c *pgCluster) facts.V[string] {
	if conf.unread != "" {
		return facts.Unknown[string](conf.unread)
	}
	if by := conf.givenBy(name); by != "" {
		return facts.Unknown[string](by)
	}
	s, ok := conf.conf.Lookup(name)
	if !ok || s.Value == "" {
		return facts.Known(path.Join(c.dataDir, other), facts.Origin{})
	}
	if !path.IsAbs(s.Value) {
		return facts.Known(path.Join(c.dataDir, s.Value), facts.File(s.File, s.Line))
	}
	return facts.Known(path.Clean(s.Value), facts.File(s.File, s.Line))
}

// value is what the server would show of a parameter after its next start.
func (conf pgConfigured) value(name string, o pgOption, c *pgCluster) (string, facts.Origin, error) {
	switch {
	case o.preset:
		return "", facts.Origin{}, fmt.Errorf("only the server tells it")
	case conf.doubt != "":
		return "", facts.Origin{}, errors.New(conf.doubt)
	case conf.givenBy(name) != "":
		return "", facts.Origin{}, errors.New(conf.givenBy(name))
	case conf.unread != "":
		return "", facts.Origin{}, fmt.Errorf("%s", conf.unread)
	case c.major() < 12:
		return "", facts.Origin{}, fmt.Errorf("the defaults of version %q are not known", c.version)
	}
	s, ok := conf.conf.Lookup(name)
	if !ok {
		def, known := o.def(c.major())
		if !known {
			return "", facts.Origin{}, fmt.Errorf("no file sets %s, and its default is chosen when PostgreSQL is built", name)
		}
		return def, facts.From("default of PostgreSQL " + c.version), nil
	}
	v, err := o.normal(name, s.Value, c.major())
	if err != nil {
		return "", facts.Origin{}, fmt.Errorf("%s:%d: %s: %w, which the server refuses", s.File, s.Line, name, err)
	}
	return v, facts.File(s.File, s.Line), nil
}

func (o pgOption) normal(name, value string, major int) (string, error) {
	kind := o.kind
	if name == "log_connections" && major < 18 {
		kind.Type = "bool"
	}
	return kind.Normal(value)
}

func (conf pgConfigured) archiveSet(c *pgCluster) facts.V[bool] {
	if why := cmp.Or(conf.doubt, conf.unread); why != "" {
		return facts.Unknown[bool](why)
	}
	for _, name := range []string{"archive_command", "archive_library"} {
		if by := conf.givenBy(name); by != "" {
			return facts.Unknown[bool](by)
		}
		if s, ok := conf.conf.Lookup(name); ok && strings.TrimSpace(s.Value) != "" {
			return facts.Known(true, facts.File(s.File, s.Line))
		}
	}
	return facts.Known(false, facts.From("default of PostgreSQL "+c.version))
}

// setOptions lays values into the fields of their names.
func (p *Postgres) setOptions(value func(string, pgOption) (string, facts.Origin, error)) {
	v := reflect.ValueOf(&p.PostgresOptions).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("fact")
		text, origin, err := value(name, pgOptions[name])
		switch field := v.Field(i).Addr().Interface().(type) {
		case *facts.V[string]:
			if *field = facts.Known(text, origin); err != nil {
				*field = facts.Unknown[string](err.Error())
			}
		case *facts.V[bool]:
			if *field = facts.Known(text == "on", origin); err != nil {
				*field = facts.Unknown[bool](err.Error())
			}
		case *facts.List[string]:
			if *field = facts.Complete(splitNames(text), origin); err != nil {
				*field = facts.UnknownList[string](err.Error())
			}
		case *facts.V[int64]:
			n, convErr := strconv.ParseInt(text, 10, 64)
			switch {
			case err != nil:
				*field = facts.Unknown[int64](err.Error())
			case convErr != nil:
				*field = facts.Unknown[int64](convErr.Error())
			default:
				*field = facts.Known(n*max(1, pgOptions[name].scale), origin)
			}
		}
	}
}

// splitNames takes a list of names apart (SplitIdentifierString): commas between, double quotes around odd ones.
func splitNames(s string) []string {
	var out []string
	for _, part := range strings.Split(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, strings.Trim(part, `"`))
		}
	}
	return out
}

// pgSpelling gives a parameter the capitals that pg_settings shows.
func pgSpelling(name string) string {
	switch name {
	case "datestyle":
		return "DateStyle"
	case "intervalstyle":
		return "IntervalStyle"
	case "timezone":
		return "TimeZone"
	}
	return name
}

// tellable withholds what may hold a secret, by the rule that the reader of the server goes by.
func tellable(name, value string, origin facts.Origin) facts.V[string] {
	if pgHidden(name) {
		return facts.Unknown[string]("it may hold a secret, and is not told")
	}
	return facts.Known(value, origin)
}

// files are the configuration files themselves.
func (p *Postgres) files(ctx context.Context, r *facts.Reader, c *pgCluster, more []string, why string) {
	var out []File
	seen := map[string]bool{}
	for _, name := range append(append(slices.Clone(c.conf.Files), c.config), more...) {
		if name != "" && !seen[name] {
			seen[name] = true
			out = append(out, statFile(ctx, r, name))
		}
	}
	p.ConfigFiles = listOf(out, c.Origin, cmp.Or(c.conf.Unread, why))
}

// seenFiles remembers what a parser looked at: what it read, and the directories whose change would have it read
// something else.
type seenFiles struct {
	pgFiles
	files, directories []string
}

func (f *seenFiles) ReadFile(name string) ([]byte, error) {
	b, err := f.pgFiles.ReadFile(name)
	if facts.IsAbsent(err) {
		f.directories = append(f.directories, path.Dir(name))
	} else {
		f.files = append(f.files, name)
	}
	return b, err
}

func (f *seenFiles) ReadDir(name string) ([]string, error) {
	f.directories = append(f.directories, name)
	return f.pgFiles.ReadDir(name)
}

// changedAfter names the first of some files whose content, name, owner or mode changed after a time. The kernel's time
// of change is asked, not that of modification, which a moved file brings along.
func changedAfter(r *facts.Reader, names []string, t time.Time) string {
	for _, name := range names {
		st, err := r.Stat(name)
		if facts.IsAbsent(err) {
			return name + " is gone, and the server may have read it"
		}
		if err != nil {
			return err.Error()
		}
		if sys, ok := st.Sys().(*syscall.Stat_t); ok && time.Unix(sys.Ctim.Unix()).After(t) {
			return name + " changed after the server last read it"
		}
	}
	return ""
}
