package linux

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/apacheconf"
	"github.com/holdfast-agent/holdfast/facts/linux/mailconf"
	"github.com/holdfast-agent/holdfast/facts/linux/nginxconf"
)

func init() {
	for _, s := range tlsServers {
		register(facts.Define(facts.Descriptor{
			Name:  s.name,
			Doc:   "The certificates and private keys that the configuration of " + s.title + " names, as it is on disk.",
			Reads: s.reads,
		}, func(ctx context.Context, r *facts.Reader, _ facts.Key) (TLSConfiguration, error) {
			return configuredTLS(ctx, r, s)
		}))
	}
}

// tlsServer is a program that presents certificates, and how its configuration is read.
type tlsServer struct {
	name, title, main, reads string
	// read gives the files that the configuration names, and what of it could not be followed.
	read func(r *facts.Reader, main string) (found []reference, problems []string)
}

// reference is one mention of a file.
type reference struct {
	kind, directive, value, file string
	line                         int
}

var tlsServers = []tlsServer{
	{"nginx", "nginx", "/etc/nginx/nginx.conf", "/etc/nginx/nginx.conf and what it includes", readNginx},
	{"apache", "Apache's HTTP server", "/etc/apache2/apache2.conf", "/etc/apache2/apache2.conf or /etc/httpd/conf/httpd.conf, and what it includes", readApache},
	{"postfix", "Postfix", "/etc/postfix/main.cf", "/etc/postfix/main.cf, /etc/postfix/master.cf", readPostfix},
	{"dovecot", "Dovecot", "/etc/dovecot/dovecot.conf", "/etc/dovecot/dovecot.conf and what it includes", readDovecot},
}

// TLSConfiguration is what a server's configuration says about certificates.
type TLSConfiguration struct {
	Missing facts.Missing
	Origin  facts.Origin

	Configured facts.V[bool]              `fact:"configured" doc:"Whether there is a configuration."`
	Files      facts.List[ConfiguredFile] `fact:"files" doc:"Every certificate and private key that it names."`
}

// ConfiguredFile is a file that a configuration names.
type ConfiguredFile struct {
	Origin facts.Origin

	Path      string          `fact:"path" doc:"The file, as an absolute path."`
	Kind      string          `fact:"kind" doc:"certificate or key; both for a file that may hold either."`
	Directive string          `fact:"directive" doc:"What names it: ssl_certificate, SSLCertificateKeyFile, …"`
	Exists    facts.V[bool]   `fact:"exists" doc:"Whether the file is there."`
	Mode      facts.V[string] `fact:"mode" doc:"Its mode, four octal digits."`
	Owner     facts.V[string] `fact:"owner" doc:"Name of its owner."`
	Group     facts.V[string] `fact:"group" doc:"Name of its group."`
}

// configuration is a server's, read once for its fact and for the certificates.
type configuration struct {
	exists   bool
	err      error
	main     string
	found    []reference
	problems []string
}

func configurationOf(ctx context.Context, r *facts.Reader, s tlsServer) configuration {
	c, err := facts.Once(ctx, r, "certificates of "+s.name, func(_ context.Context, r *facts.Reader) (configuration, error) {
		main := s.main
		_, err := r.Stat(main)
		if s.name == "apache" && facts.IsAbsent(err) {
			main = "/etc/httpd/conf/httpd.conf"
			_, err = r.Stat(main)
		}
		switch {
		case facts.IsAbsent(err):
			return configuration{main: s.main}, nil
		case err != nil:
			return configuration{main: main, err: err}, nil
		}
		c := configuration{exists: true, main: main}
		c.found, c.problems = s.read(r, main)
		return c, nil
	})
	if err != nil {
		c.err = err
	}
	return c
}

func configuredTLS(ctx context.Context, r *facts.Reader, s tlsServer) (TLSConfiguration, error) {
	c := configurationOf(ctx, r, s)
	if c.err != nil {
		return TLSConfiguration{}, c.err
	}
	t := TLSConfiguration{Origin: facts.File(c.main, 0), Configured: facts.Known(c.exists, facts.File(c.main, 0))}
	if !c.exists {
		t.Missing = facts.Missing(c.main + " does not exist")
		t.Files = facts.Complete([]ConfiguredFile{}, facts.File(c.main, 0))
		return t, nil
	}
	files := []ConfiguredFile{}
	for _, ref := range c.found {
		files = append(files, lookAt(ctx, r, ref))
	}
	t.Files = completeUnless(files, t.Origin, strings.Join(c.problems, "; "))
	return t, nil
}

func lookAt(ctx context.Context, r *facts.Reader, ref reference) ConfiguredFile {
	f := ConfiguredFile{Path: ref.value, Kind: ref.kind, Directive: ref.directive, Origin: facts.File(ref.file, ref.line)}
	st := statFile(ctx, r, ref.value)
	f.Exists, f.Mode, f.Owner, f.Group = st.Exists, st.Mode, st.Owner, st.Group
	if why := string(st.Missing); why != "" {
		f.Mode, f.Owner, f.Group = facts.Unknown[string](why), facts.Unknown[string](why), facts.Unknown[string](why)
		if _, known := f.Exists.Get(); !known {
			f.Exists = facts.Unknown[bool](why)
		}
	}
	return f
}

// confFiles is what the parsers read through.
type confFiles struct{ r *facts.Reader }

func (f confFiles) ReadFile(name string) ([]byte, error)  { return f.r.ReadFile(name) }
func (f confFiles) Glob(pattern string) ([]string, error) { return f.r.Glob(pattern) }
func (f confFiles) IsAbsent(err error) bool               { return facts.IsAbsent(err) }
func (f confFiles) IsDir(name string) bool {
	st, err := f.r.Stat(name)
	return err == nil && st.IsDir()
}

// collector gathers references; relative paths are below dir.
type collector struct {
	dir      string
	found    []reference
	problems []string
}

func (c *collector) add(ref reference) {
	switch {
	case ref.value == "":
		return
	case strings.Contains(ref.value, "$"):
		c.problems = append(c.problems, fmt.Sprintf("%s:%d: %s depends on a variable", ref.file, ref.line, ref.directive))
		return
	case !path.IsAbs(ref.value):
		if c.dir == "" {
			c.problems = append(c.problems, fmt.Sprintf("%s:%d: %s is a relative path", ref.file, ref.line, ref.directive))
			return
		}
		ref.value = path.Join(c.dir, ref.value)
	}
	ref.value = path.Clean(ref.value)
	c.found = append(c.found, ref)
}

var nginxDirectives = map[string]string{
	"ssl_certificate": "certificate", "ssl_certificate_key": "key", "proxy_ssl_certificate": "certificate", "proxy_ssl_certificate_key": "key",
	"grpc_ssl_certificate": "certificate", "grpc_ssl_certificate_key": "key", "uwsgi_ssl_certificate": "certificate", "uwsgi_ssl_certificate_key": "key",
}

func readNginx(r *facts.Reader, main string) ([]reference, []string) {
	conf := nginxconf.Read(confFiles{r}, main)
	c := &collector{dir: path.Dir(main), problems: conf.Problems}
	for _, d := range conf.Directives {
		kind, ok := nginxDirectives[d.Name]
		if !ok || len(d.Args) != 1 || strings.HasPrefix(d.Args[0], "data:") {
			continue
		}
		if strings.HasPrefix(d.Args[0], "engine:") || strings.HasPrefix(d.Args[0], "store:") {
			continue // a key that is no file
		}
		c.add(reference{kind, d.Name, d.Args[0], d.File, d.Line})
	}
	return c.found, c.problems
}

var apacheDirectives = map[string]string{
	"sslcertificatefile": "certificate", "sslcertificatekeyfile": "key", "sslcertificatechainfile": "certificate",
	"sslproxymachinecertificatefile": "both",
}

var export = regexp.MustCompile(`(?m)^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=["']?([^"'$\s]*)["']?\s*$`)

func readApache(r *facts.Reader, main string) ([]reference, []string) {
	vars := map[string]string{}
	if b, err := r.ReadFile(path.Join(path.Dir(main), "envvars")); err == nil {
		for _, m := range export.FindAllStringSubmatch(string(b), -1) {
			vars[m[1]] = m[2]
		}
	}
	conf := apacheconf.Read(confFiles{r}, main, vars)
	c := &collector{dir: path.Dir(main), problems: conf.Problems}
	for _, d := range conf.Directives {
		if d.Name == "serverroot" && len(d.Args) == 1 {
			c.dir = d.Args[0]
		}
		if kind, ok := apacheDirectives[d.Name]; ok && len(d.Args) == 1 {
			c.add(reference{kind, d.Name, d.Args[0], d.File, d.Line})
		}
	}
	return c.found, c.problems
}

// postfixSettings name files with a certificate or key; several may be separated by commas or blanks.
var postfixSettings = regexp.MustCompile(`^(?:smtpd|smtp|lmtp)_tls_(?:(ec|d)?cert_file|((?:ec|d)?key_file)|(chain_files))$`)

func readPostfix(r *facts.Reader, main string) ([]reference, []string) {
	c := &collector{dir: path.Dir(main)}
	b, err := r.ReadFile(main)
	if err != nil {
		return nil, []string{err.Error()}
	}
	settings, err := mailconf.Postfix(b, main)
	if err != nil {
		c.problems = append(c.problems, err.Error())
	}
	var all []mailconf.Setting
	for _, s := range settings {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b mailconf.Setting) int { return a.Line - b.Line })
	master := path.Join(path.Dir(main), "master.cf")
	if b, err := r.ReadFile(master); err == nil {
		all = append(all, mailconf.PostfixServices(b, master)...)
	} else if !facts.IsAbsent(err) {
		c.problems = append(c.problems, err.Error())
	}
	for _, s := range all {
		m := postfixSettings.FindStringSubmatch(s.Name)
		if m == nil {
			continue
		}
		kind := "certificate"
		if m[2] != "" {
			kind = "key"
		} else if m[3] != "" {
			kind = "both"
		}
		value, err := mailconf.Expand(s.Value, settings)
		if err != nil {
			c.problems = append(c.problems, fmt.Sprintf("%s:%d: %s: %v", s.File, s.Line, s.Name, err))
			continue
		}
		for _, f := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }) {
			if f != "none" {
				c.add(reference{kind, s.Name, f, s.File, s.Line})
			}
		}
	}
	return c.found, c.problems
}

var dovecotSettings = map[string]string{
	"ssl_cert": "certificate", "ssl_alt_cert": "certificate", "ssl_client_cert": "certificate", "ssl_key": "key", "ssl_alt_key": "key", "ssl_client_key": "key",
	"ssl_server_cert_file": "certificate", "ssl_server_alt_cert_file": "certificate", "ssl_server_key_file": "key", "ssl_server_alt_key_file": "key", // 2.4
}

func readDovecot(r *facts.Reader, main string) ([]reference, []string) {
	settings, problems := mailconf.Dovecot(confFiles{r}, main)
	c := &collector{dir: path.Dir(main), problems: problems}
	for _, s := range settings {
		kind, ok := dovecotSettings[s.Name]
		if !ok {
			continue
		}
		name, isFile := strings.CutPrefix(s.Value, "<")
		if !isFile && !strings.HasSuffix(s.Name, "_file") {
			continue // the text itself, which is no file
		}
		c.add(reference{kind, s.Name, strings.TrimSpace(name), s.File, s.Line})
	}
	return c.found, c.problems
}
