package linux

import (
	"cmp"
	"context"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/pgconf"
	"github.com/holdfast-agent/holdfast/facts/linux/unitfile"
)

// CertificateUse is one place where a service's configuration names a file.
type CertificateUse struct {
	Service string `fact:"service" doc:"nginx, apache, postfix, dovecot, postgresql, mariadb, redis, mongodb, slapd, vsftpd, or the systemd unit that loads it as a credential."`
	File    string `fact:"file" doc:"The configuration file, or the command line."`
	Line    int    `fact:"line" doc:"The line; 0 where there is none."`
}

// uses are all references, by the file they lead to.
type uses struct {
	by      map[string][]CertificateUse
	paths   []string // certificates, as they are named
	unknown string
}

func usesOf(ctx context.Context, r *facts.Reader) (*uses, error) {
	return facts.Once(ctx, r, "uses of certificates", func(ctx context.Context, r *facts.Reader) (*uses, error) {
		u := &uses{by: map[string][]CertificateUse{}}
		for _, s := range tlsServers {
			c := configurationOf(ctx, r, s)
			if c.err != nil {
				c.problems = append(c.problems, c.err.Error())
			}
			u.take(r, s.name, c.found, c.problems)
		}
		for _, s := range otherUsers {
			found, problems := s.read(ctx, r)
			u.take(r, s.name, found, problems)
		}
		u.takeCredentials(ctx, r)
		return u, nil
	})
}

func (u *uses) take(r *facts.Reader, service string, found []reference, problems []string) {
	if len(problems) > 0 && u.unknown == "" {
		u.unknown = service + ": " + problems[0]
	}
	for _, ref := range found {
		if ref.kind == "key" {
			continue
		}
		real := resolved(r, ref.value)
		use := CertificateUse{service, ref.file, ref.line}
		if !slices.Contains(u.by[real], use) {
			u.by[real] = append(u.by[real], use)
		}
		if ref.kind != "credential" && !slices.Contains(u.paths, ref.value) {
			u.paths = append(u.paths, ref.value)
		}
	}
}

// resolved is where a path leads; a link of Let's Encrypt's live directory and its target are one certificate.
func resolved(r *facts.Reader, name string) string {
	if real, err := r.Host().FS.Resolve(name); err == nil {
		return real
	}
	return name
}

// usedBy says which services name a certificate's file.
func usedBy(r *facts.Reader, name string, u *uses, err error) facts.List[CertificateUse] {
	if err != nil {
		return facts.UnknownList[CertificateUse](err.Error())
	}
	found := []CertificateUse{}
	if len(u.by) > 0 {
		found = append(found, u.by[resolved(r, name)]...)
	}
	return completeUnless(found, facts.File(name, 0), u.unknown)
}

// letsEncrypt tells certbot's live certificates from those of its archive.
func letsEncrypt(name string) facts.V[string] {
	for _, dir := range []string{"live", "archive"} {
		if strings.HasPrefix(name, "/etc/letsencrypt/"+dir+"/") {
			return facts.Known(dir, facts.File(name, 0))
		}
	}
	return facts.Known("", facts.File(name, 0))
}

// otherUsers are servers whose certificates are known from a fact of their own, or from one setting.
var otherUsers = []struct {
	name string
	read func(context.Context, *facts.Reader) (found []reference, problems []string)
}{
	{"postgresql", postgresUses}, {"mariadb", mariadbUses}, {"redis", redisUses}, {"mongodb", mongoUses}, {"slapd", slapdUses}, {"vsftpd", vsftpdUses},
}

// configured adds a certificate that a setting names.
func (c *collector) configured(directive string, v facts.V[string]) {
	switch name, known := v.Get(); {
	case !known:
		c.problems = append(c.problems, v.Reason())
	case name != "":
		c.add(reference{"certificate", directive, name, v.Origin().Source, v.Origin().Line})
	}
}

func (c *collector) missing(err error) {
	if err != nil {
		c.problems = append(c.problems, err.Error())
	}
}

// postgresUses are the clusters' certificates, as the server reads its files; server.crt in the data directory is the default.
func postgresUses(ctx context.Context, r *facts.Reader) ([]reference, []string) {
	clusters, err := postgresClustersOf(ctx, r)
	all := &collector{}
	all.missing(err)
	if err != nil {
		return nil, all.problems
	}
	if clusters.unread != "" {
		all.problems = append(all.problems, clusters.unread)
	}
	for _, p := range clusters.list {
		if why := cmp.Or(p.conf.Unread, p.conf.Invalid); why != "" {
			all.problems = append(all.problems, why)
			continue
		}
		on, set := p.conf.Lookup("ssl")
		if value, err := (pgconf.Kind{Type: "bool"}).Normal(on.Value); !set || err != nil || value != "on" {
			continue
		}
		file, named := p.conf.Lookup("ssl_cert_file")
		if !named {
			file.Value, file.File, file.Line = "server.crt", on.File, on.Line
		}
		c := &collector{dir: p.dataDir}
		c.add(reference{"certificate", "ssl_cert_file", file.Value, file.File, file.Line})
		all.found, all.problems = append(all.found, c.found...), append(all.problems, c.problems...)
	}
	return all.found, all.problems
}

// mariadbUses and its like look for processes only where the program is installed: listing them takes its time.
func mariadbUses(ctx context.Context, r *facts.Reader) ([]reference, []string) {
	c := &collector{}
	if installedProgram(r, mariadbPrograms).Or("") == "" {
		return nil, nil
	}
	found, missing := findMariaDB(ctx, r)
	c.missing(missing)
	for _, i := range found {
		s := configuredMariaDB(r, i)
		c.dir = s.DataDir.Or("")
		c.configured("ssl_cert", s.TLS.Cert)
	}
	return c.found, c.problems
}

func redisUses(ctx context.Context, r *facts.Reader) ([]reference, []string) {
	c := &collector{}
	if files, _ := redisFiles(r); len(files) == 0 && installedProgram(r, redisPrograms).Or("") == "" {
		return nil, nil
	}
	found, missing := findRedis(ctx, r)
	c.missing(missing)
	for _, i := range found {
		version, _ := redisVersion(ctx, r, i, nil)
		s := configuredRedis(r, i, i.load(r), version)
		c.dir = s.Dir.Or("")
		c.configured("tls-cert-file", s.TLS.CertFile)
	}
	return c.found, c.problems
}

func mongoUses(ctx context.Context, r *facts.Reader) ([]reference, []string) {
	c := &collector{}
	if installedProgram(r, mongoPrograms).Or("") == "" {
		return nil, nil
	}
	found, missing := findMongoDB(ctx, r)
	c.missing(missing)
	for _, i := range found {
		if i.conf.tlsMode().Or("") != "disabled" {
			c.configured("net.tls.certificateKeyFile", i.conf.text("net.tls.certificateKeyFile", ""))
		}
	}
	return c.found, c.problems
}

// slapdUses reads slapd.conf(5) and the LDIF of slapd-config(5), in which a line that begins with a blank goes on.
func slapdUses(_ context.Context, r *facts.Reader) ([]reference, []string) {
	c := &collector{}
	for _, dir := range []string{"/etc/ldap", "/etc/openldap"} {
		c.settings(r, path.Join(dir, "slapd.conf"), func(line string) (string, string) {
			name, value, _ := strings.Cut(strings.ReplaceAll(line, "\t", " "), " ")
			return name, strings.Trim(strings.TrimSpace(value), `"`)
		}, "tlscertificatefile")
		c.settings(r, path.Join(dir, "slapd.d/cn=config.ldif"), func(line string) (string, string) {
			name, value, _ := strings.Cut(line, ":")
			return name, strings.TrimSpace(value)
		}, "olctlscertificatefile")
	}
	return c.found, c.problems
}

// vsftpdUses reads vsftpd.conf(5): without ssl_enable there is no TLS, and no blank may be around the sign.
func vsftpdUses(_ context.Context, r *facts.Reader) ([]reference, []string) {
	all := &collector{}
	for _, name := range []string{"/etc/vsftpd.conf", "/etc/vsftpd/vsftpd.conf"} {
		on, c := false, &collector{}
		c.settings(r, name, func(line string) (string, string) {
			key, value, _ := strings.Cut(line, "=")
			if key == "ssl_enable" {
				on = slices.Contains([]string{"YES", "TRUE", "1"}, strings.ToUpper(strings.TrimSpace(value)))
			}
			return key, strings.TrimSpace(value)
		}, "rsa_cert_file", "dsa_cert_file")
		all.problems = append(all.problems, c.problems...)
		if on {
			all.found = append(all.found, c.found...)
		}
	}
	return all.found, all.problems
}

// settings adds what a file of one setting a line names, for each of the settings given the last.
func (c *collector) settings(r *facts.Reader, name string, split func(line string) (key, value string), keys ...string) {
	b, err := r.ReadFile(name)
	if err != nil {
		if !facts.IsAbsent(err) {
			c.missing(err)
		}
		return
	}
	last := map[string]reference{}
	n, text := 0, strings.ReplaceAll(string(b), "\n ", "\x00") // lines that go on, counted below
	for line := range strings.Lines(text) {
		n++
		at := n
		n += strings.Count(line, "\x00")
		key, value := split(strings.TrimRight(strings.ReplaceAll(line, "\x00", ""), "\r\n"))
		if key = strings.ToLower(key); slices.Contains(keys, key) {
			last[key] = reference{"certificate", key, value, name, at}
		}
	}
	for _, key := range keys {
		c.add(last[key])
	}
}

// certificateNames are how files are called that may hold a certificate.
var certificateNames = []string{".pem", ".crt", ".cer", ".cert", ".der"}

// takeCredentials takes what units load as credentials (systemd.exec(5)); a directory stands for the files in it.
func (u *uses) takeCredentials(ctx context.Context, r *facts.Reader) {
	x, err := unitsOf(ctx, r)
	if err != nil {
		u.take(r, "systemd", nil, []string{err.Error()})
		return
	}
	seen := map[string]bool{}
	for _, name := range x.Names() {
		if unitfile.IsTemplate(name) {
			continue
		}
		unit, err := x.Load(name)
		if err != nil || unit == nil || unit.Masked || seen[unit.ID] {
			continue // systemd does not start what it can't load
		}
		seen[unit.ID] = true
		c := &collector{dir: "/etc/credstore"}
		for _, directive := range []string{"LoadCredential", "LoadCredentialEncrypted"} {
			for _, section := range []string{"Service", "Socket", "Mount", "Swap"} {
				for _, s := range unitfile.All(unit.Settings, section, directive) {
					c.credential(r, unit.ID, directive, s)
				}
			}
		}
		u.take(r, unit.ID, c.found, c.problems)
	}
}

func (c *collector) credential(r *facts.Reader, unit, directive string, s unitfile.Setting) {
	id, name, _ := strings.Cut(s.Value, ":")
	instance := unitfile.Instance(unit)
	name = strings.NewReplacer("%i", instance, "%n", unit, "%%", "%").Replace(cmp.Or(name, id))
	if strings.Contains(name, "%") || !slices.Contains(certificateNames, path.Ext(name)) && path.Ext(name) != "" {
		return // named by the host's state, or a credential of another kind
	}
	if entries, err := r.ReadDir(path.Join("/", name)); path.IsAbs(name) && err == nil {
		for _, e := range entries {
			if slices.Contains(certificateNames, path.Ext(e.Name())) {
				c.add(reference{"certificate", directive, path.Join(name, e.Name()), s.File, s.Line})
			}
		}
		return
	}
	kind := "certificate"
	if path.Ext(name) == "" {
		kind = "credential" // which may be anything, a password too: it is not read
	}
	c.add(reference{kind, directive, name, s.File, s.Line})
}
