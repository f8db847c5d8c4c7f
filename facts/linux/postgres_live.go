package linux

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/pgconf"
	"github.com/holdfast-agent/holdfast/facts/linux/pghba"
	"github.com/holdfast-agent/holdfast/facts/linux/pgread"
)

// pgAsked is one cluster with what its server said, or why it was not asked.
type pgAsked struct {
	cluster  *pgCluster
	data     File // its directory
	uid, gid uint32
	request  pgread.Request
	answer   *pgread.Answer
	err      error
}

// askPostgres asks all servers that run: one reader for each owner, all at once.
func askPostgres(ctx context.Context, r *facts.Reader, clusters []*pgCluster) []*pgAsked {
	asked := make([]*pgAsked, len(clusters))
	owners := map[[2]uint32][]*pgAsked{}
	for i, c := range clusters {
		a := &pgAsked{cluster: c, data: statFile(ctx, r, c.dataDir)}
		if asked[i] = a; a.prepare() {
			owner := [2]uint32{a.uid, a.gid}
			owners[owner] = append(owners[owner], a)
		}
	}
	var wg sync.WaitGroup
	for owner, list := range owners {
		wg.Go(func() { askOwner(ctx, r, owner[0], owner[1], list) })
	}
	wg.Wait()
	return asked
}

// prepare says whether the server can be asked, and how.
func (a *pgAsked) prepare() bool {
	c := a.cluster
	running, known := c.Running.Get()
	owner, ownerKnown := a.data.Owner.Get()
	uid, uidKnown := a.data.UID.Get()
	a.uid = uid
	a.gid, _ = a.data.GID.Get()
	switch {
	case !known:
		a.err = errors.New(c.Running.Reason())
	case !running:
		a.err = errors.New("the server does not run")
	case !uidKnown:
		a.err = errors.New(cmp.Or(a.data.UID.Reason(), string(a.data.Missing)))
	case !ownerKnown || owner == "":
		a.err = fmt.Errorf("user id %d, which owns the data, has no name to log in with", uid)
	case c.pidFile == nil || c.pidFile.port == 0:
		a.err = errors.New("only root or the cluster's owner may ask the server")
	case c.pidFile.socketDir == "":
		a.err = errors.New("the server has no unix socket, over which alone it is asked")
	default:
		a.request = pgread.Request{Directory: c.pidFile.socketDir, Port: c.pidFile.port, Role: owner, Version: c.major(), Timeout: pgread.DefaultTimeout - 200*time.Millisecond}
	}
	return a.err == nil
}

func askOwner(ctx context.Context, r *facts.Reader, uid, gid uint32, list []*pgAsked) {
	ctx, cancel := context.WithTimeout(ctx, pgread.DefaultTimeout)
	defer cancel()
	var requests []pgread.Request
	for _, a := range list {
		requests = append(requests, a.request)
	}
	var answers []*pgread.Answer
	err := readAs(ctx, r, uid, gid, "postgres", requests, &answers, len(list)*pgread.MaxAnswer)
	if err == nil && len(answers) != len(list) {
		err = errors.New("the reader answers to something else")
	}
	for i, a := range list {
		switch {
		case err != nil:
			a.err = err
		case answers[i] == nil:
			a.err = errors.New("the reader gives no answer")
		case answers[i].Error != "":
			a.err = errors.New(answers[i].Error)
		default:
			a.answer = answers[i]
		}
	}
}

func pgHidden(name string) bool { return pgread.Hidden(name) }

// fromServer fills in what is in force.
func (p *Postgres) fromServer(ctx context.Context, r *facts.Reader, c *pgCluster, a *pgread.Answer) {
	server := facts.From("the server of " + c.Name)
	p.Origin = server
	p.Version = facts.Known(versionOf(a.Version), server)
	p.InRecovery = facts.Known(a.InRecovery, server)
	p.Started = facts.Known(a.StartTime.UTC().Format(time.RFC3339), server)
	p.LoadTime = facts.Known(a.LoadTime.UTC().Format(time.RFC3339), server)
	by := map[string]pgread.Setting{}
	for _, s := range a.Settings {
		by[s.Name] = s
	}
	if file := by["config_file"].Value; path.IsAbs(file) && realPath(r, file) != realPath(r, c.config) { // it was started with another
		c.config, c.conf = path.Clean(file), pgconf.Load(pgFiles{r}, file, c.dataDir)
	}
	p.configError(c)
	conf := configuredOf(r, c)
	p.Configured = conf.table(c)
	settings := make(map[string]PostgresSetting, len(a.Settings))
	for _, s := range a.Settings {
		settings[s.Name] = PostgresSetting{
			Origin: pgOrigin(s, server), Value: inForce(s), Source: s.Source, File: s.File, Line: s.Line, InForce: true,
			PendingRestart: facts.Known(s.PendingRestart, server),
		}
	}
	p.Settings = facts.Known(settings, server)
	p.setOptions(func(name string, _ pgOption) (string, facts.Origin, error) {
		s, ok := by[name]
		if !ok {
			return "", server, errors.New("version " + versionOf(a.Version) + " has no such parameter")
		}
		text, known := inForce(s).Get()
		if !known {
			return "", server, errors.New(inForce(s).Reason())
		}
		return text, pgOrigin(s, server), nil
	})
	p.ArchiveSet = facts.Known(!by["archive_command"].Empty && by["archive_command"].Name != "" || !by["archive_library"].Empty && by["archive_library"].Name != "", server)
	p.Pending = pendingOf(c, conf, a, server)
	p.serverFiles(by, server)
	files := append(p.serverRules(r, c, a, server), p.serverMappings(r, c, a, server)...)
	p.files(ctx, r, c, files, "")
	p.CodeDirs = codeDirs(ctx, r, c, a.Code, cmp.Or(a.Unread["code"], "the server does not tell where its code is"))
	p.serverTables(c, a, server)
}

func pgOrigin(s pgread.Setting, server facts.Origin) facts.Origin {
	if s.File != "" {
		return facts.File(s.File, s.Line)
	}
	return facts.From(server.Source + ", " + s.Source)
}

// inForce is the value for all sessions. What the reader's own session was given in another way says nothing of others.
func inForce(s pgread.Setting) facts.V[string] {
	switch s.Source {
	case "client", "database", "user", "database user", "global":
		return facts.Unknown[string]("the session of the reader has a value of its own (source: " + s.Source + "); see overrides")
	}
	if s.Hidden {
		return facts.Unknown[string]("it may hold a secret, and is not told")
	}
	return facts.Known(s.Value, facts.Origin{})
}

// pendingOf compares files with what is in force.
func pendingOf(c *pgCluster, conf pgConfigured, a *pgread.Answer, server facts.Origin) facts.List[PostgresPending] {
	if conf.unread != "" {
		return facts.UnknownList[PostgresPending](conf.unread)
	}
	var out []PostgresPending
	for _, s := range a.Settings {
		line, ok := conf.conf.Lookup(strings.ToLower(s.Name))
		fromFile := s.Source == "configuration file"
		differs := !ok && fromFile || ok && !sameSetting(s, line.Value, c)
		if s.Hidden || s.Context == "internal" || !fromFile && s.Source != "default" && s.Source != "environment variable" {
			differs = false // set by what files do not change, or not told
		}
		if !differs && !s.PendingRestart {
			continue
		}
		p := PostgresPending{Origin: pgOrigin(s, server), Cluster: c.Name, Name: s.Name, Value: inForce(s), Configured: tellable(s.Name, line.Value, facts.Origin{}),
			File: line.File, Line: line.Line, Needs: "reload"}
		if s.PendingRestart || s.Context == "postmaster" {
			p.Needs = "restart"
		}
		out = append(out, p)
	}
	return facts.Complete(out, server)
}

// sameSetting tells whether a file's value is the one in force.
func sameSetting(s pgread.Setting, value string, c *pgCluster) bool {
	kind := pgconf.Kind{Type: s.Type, Unit: s.Unit, Octal: s.Type == "integer" && strings.HasPrefix(s.Value, "0") && len(s.Value) == 4}
	switch s.Type {
	case "enum", "string":
		if o, ok := pgOptions[s.Name]; ok {
			if v, err := o.normal(s.Name, value, c.major()); err == nil {
				value = v
			}
		}
		// Files that are named relative to the data directory are shown as they were named, those of guc.c's own as found.
		if pathLike(s.Name) && !path.IsAbs(value) {
			value = path.Join(c.dataDir, value)
		}
		return strings.EqualFold(value, s.Value) && (s.Type == "enum" || value == s.Value) || s.Type == "enum" && sameWord(value, s.Value)
	case "real":
		want, err := kind.Normal(value)
		got, gotErr := strconv.ParseFloat(s.Value, 64)
		f, wantErr := strconv.ParseFloat(want, 64)
		return err == nil && gotErr == nil && wantErr == nil && f == got
	}
	v, err := kind.Normal(value)
	return err == nil && v == s.Value
}

// pathLike are the parameters whose value the server makes absolute.
func pathLike(name string) bool {
	switch name {
	case "data_directory", "hba_file", "ident_file", "external_pid_file", "config_file":
		return true
	}
	return false
}

// sameWord is for the hidden spellings of enums that stand for on and off.
func sameWord(value, inForce string) bool {
	v, err := pgconf.Kind{Type: "bool"}.Normal(value)
	return err == nil && v == inForce
}

func (p *Postgres) serverFiles(by map[string]pgread.Setting, server facts.Origin) {
	for name, to := range map[string]*facts.V[string]{"config_file": &p.ConfigFile, "hba_file": &p.HBAFile, "ident_file": &p.IdentFile} {
		if s, ok := by[name]; ok && path.IsAbs(s.Value) {
			*to = facts.Known(path.Clean(s.Value), pgOrigin(s, server))
		} else if name != "config_file" {
			*to = facts.Unknown[string]("the server does not name the file")
		}
	}
}

// serverRules are the rules as the server parses its files now, and the files that they come from. It does not tell those
// that it parsed when it last read them, so they are in force only where no file changed since and no line is refused.
func (p *Postgres) serverRules(r *facts.Reader, c *pgCluster, a *pgread.Answer, server facts.Origin) []string {
	hba := p.HBAFile.Or("")
	why := a.Unread["rules"]
	var rules []PostgresRule
	for _, x := range a.Rules {
		rule := pghba.Rule{File: cmp.Or(x.File, hba), Line: x.Line, Type: x.Type, Databases: x.Databases, Users: x.Users, Address: x.Address, Netmask: x.Netmask,
			Method: x.Method, Error: pghba.SafeError(x.Error)}
		for _, o := range x.Options {
			rule.Options = append(rule.Options, pghba.SafeOption(o))
		}
		if x.Type == "" { // with a type and an error it only can't match, as hostssl without TLS
			rule.Error = cmp.Or(rule.Error, "the server does not say why")
			why = cmp.Or(why, fmt.Sprintf("%s:%d is refused by the server: %s", rule.File, rule.Line, rule.Error))
		}
		rules = append(rules, ruleOf(c.Name, rule))
	}
	// Which other files there are (@files, include_if_exists of what is absent) no view tells.
	seen := &seenFiles{pgFiles: pgFiles{r}}
	_, problem := pghba.LoadRules(seen, hba, c.major())
	why = cmp.Or(why, string(problem), changedAfter(r, append(seen.directories, seen.files...), a.LoadTime))
	p.HBA = listOf(rules, server, why)
	return seen.files
}

func (p *Postgres) serverMappings(r *facts.Reader, c *pgCluster, a *pgread.Answer, server facts.Origin) []string {
	ident := p.IdentFile.Or("")
	seen := &seenFiles{pgFiles: pgFiles{r}}
	_, problem := pghba.LoadMappings(seen, ident, c.major())
	changed := cmp.Or(string(problem), changedAfter(r, append(seen.directories, seen.files...), a.LoadTime))
	if a.Unread["mappings"] != "" {
		return p.identFile(r, c, p.IdentFile, changed)
	}
	var why string
	var maps []PostgresMapping
	for _, x := range a.Mappings {
		file := cmp.Or(x.File, ident)
		if x.Error != "" {
			why = cmp.Or(why, fmt.Sprintf("%s:%d is refused by the server: %s", file, x.Line, x.Error))
		}
		maps = append(maps, PostgresMapping{Origin: facts.File(file, x.Line), Cluster: c.Name, File: file, Line: x.Line, Map: x.Map, SystemUser: x.SystemUser, Role: x.Role, Error: x.Error})
	}
	p.Ident = listOf(maps, server, cmp.Or(why, changed))
	return seen.files
}

func (p *Postgres) serverTables(c *pgCluster, a *pgread.Answer, server facts.Origin) {
	var roles []PostgresRole
	for _, x := range a.Roles {
		roles = append(roles, PostgresRole{Origin: server, Cluster: c.Name, Name: x.Name, Superuser: x.Superuser, Login: x.Login, CreateRole: x.CreateRole,
			CreateDB: x.CreateDB, Replication: x.Replication, BypassRLS: x.BypassRLS, PasswordForm: x.PasswordForm, ValidUntil: x.ValidUntil, MemberOf: x.MemberOf})
	}
	p.Roles = listOf(roles, server, a.Unread["roles"])

	var overrides []PostgresOverride
	for _, x := range a.Overrides {
		o := PostgresOverride{Origin: server, Cluster: c.Name, Database: x.Database, Role: x.Role, Name: x.Name, Value: facts.Known(x.Value, server)}
		if x.Hidden {
			o.Value = facts.Unknown[string]("it may hold a secret, and is not told")
		}
		overrides = append(overrides, o)
	}
	p.Overrides = listOf(overrides, server, a.Unread["overrides"])

	var databases []PostgresDatabase
	for _, x := range a.Databases {
		if !x.Connect {
			continue
		}
		d := PostgresDatabase{Origin: server, Cluster: c.Name, Name: x.Name}
		for to, items := range map[*facts.List[string]][]string{&d.Extensions: x.Extensions, &d.Languages: x.Languages, &d.Untrusted: x.Untrusted, &d.AuthReaders: x.AuthReaders} {
			if *to = facts.Complete(items, server); !x.Read {
				*to = facts.UnknownList[string](a.Unread["databases"])
			}
		}
		d.privileges(x, server, a.Unread["databases"])
		databases = append(databases, d)
	}
	p.Databases = facts.Complete(databases, server)
	if why := a.Unread["databases"]; why != "" && len(a.Databases) == 0 {
		p.Databases = facts.UnknownList[PostgresDatabase](why)
	}
	if why := a.Unread["archiver"]; why != "" {
		p.ArchivedLast, p.ArchiveFails = facts.Unknown[string](why), facts.Unknown[bool](why)
		return
	}
	p.ArchivedLast = facts.Known(a.Archiver.LastArchived, server)
	p.ArchiveFails = facts.Known(a.Archiver.LastFailed > a.Archiver.LastArchived, server)
}

// privileges are what others than owners may do in a database.
func (d *PostgresDatabase) privileges(x pgread.Database, server facts.Origin, why string) {
	if !x.Read {
		d.Grants, d.Definers = facts.UnknownList[PostgresGrant](why), facts.UnknownList[PostgresFunction](why)
		return
	}
	var grants []PostgresGrant
	for _, g := range x.Grants {
		grants = append(grants, PostgresGrant(g))
	}
	var functions []PostgresFunction
	for _, f := range x.Functions {
		functions = append(functions, PostgresFunction(f))
	}
	d.Grants, d.Definers = facts.Complete(grants, server), facts.Complete(functions, server)
}
