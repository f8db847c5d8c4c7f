package hosttests

import (
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

// postgresRelease is a version of PostgreSQL and the Debian that brings it.
type postgresRelease struct{ suite, major string }

var postgresReleases = []postgresRelease{{"bookworm", "15"}, {"trixie", "17"}}

// postgresHost is a host with two clusters: 15/main runs, 15/second does not.
func postgresHost(t testing.TB) *testhost.Host { return postgresReleases[0].host(t) }

func (p postgresRelease) host(t testing.TB) *testhost.Host {
	h := testhost.BootWith(t, testhost.Options{Suite: p.suite, Packages: []string{"postgresql"}})
	h.Run("systemctl", "stop", "postgresql@"+p.major+"-main", "postgresql")
	h.MustRun("pg_createcluster", p.major, "second", "--port", "5544", "--", "--auth-local=md5")
	h.MustRun("pg_ctlcluster", p.major, "main", "start")
	return h
}

// etc is where the main cluster's configuration lies.
func (p postgresRelease) etc(file string) string {
	return "/etc/postgresql/" + p.major + "/main/" + file
}

// psql asks the server in the administrator's way; the answer is JSON.
func psql[T any](t *testing.T, h *testhost.Host, query string) T {
	t.Helper()
	out := h.RunAs("postgres", "psql", "-XAtq", "-c", "SELECT coalesce(json_agg(x), '[]') FROM ("+query+") x")
	if out.Code != 0 {
		t.Fatalf("psql: %s", out.Stderr)
	}
	var v T
	if err := json.Unmarshal([]byte(out.Stdout), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func cluster(t *testing.T, r reading, name string) map[string]any {
	t.Helper()
	for _, c := range r.list("postgres") {
		if c["name"] == name {
			return c
		}
	}
	t.Fatalf("no cluster %s", name)
	return nil
}

func TestPostgresIsWhatTheServerSays(t *testing.T) {
	for _, p := range postgresReleases {
		t.Run(p.major, func(t *testing.T) { testPostgresSettings(t, p) })
	}
}

func testPostgresSettings(t *testing.T, p postgresRelease) {
	h := p.host(t)
	h.WriteFile(p.etc("conf.d/site.conf"), 0o644, "log_statement = 'ddl'\nwork_mem = 7MB\narchive_command = 'PASSWORD=hush true'\n")
	h.MustRun("pg_ctlcluster", p.major, "main", "reload")
	time.Sleep(200 * time.Millisecond)
	start := time.Now()
	c := cluster(t, read(t, h, key{"postgres"}), p.major+"/main")
	t.Logf("read in %v", time.Since(start))
	if c["live"] != true {
		t.Fatalf("not live: %v", c["not_live"])
	}
	want, got := map[string]string{}, map[string]string{}
	type row struct {
		Name, Setting, Source string
		Sourcefile            *string
		Sourceline            *int
	}
	for _, s := range psql[[]row](t, h, "SELECT name, setting, source, sourcefile, sourceline FROM pg_settings") {
		want[s.Name] = fmt.Sprintf("%s (%s)", s.Setting, s.Source)
		if s.Sourcefile != nil {
			want[s.Name] += fmt.Sprintf(" %s:%d", *s.Sourcefile, *s.Sourceline)
		}
	}
	for name, s := range c["settings"].(map[string]any) {
		s := s.(map[string]any)
		got[name] = fmt.Sprintf("%v (%v)", s["value"], s["source"])
		if s["file"] != "" {
			got[name] += fmt.Sprintf(" %v:%v", s["file"], s["line"])
		}
		// What a session has of its own, and secrets, are not told.
		if why, isUnknown := s["value"].(unknown); isUnknown {
			if !strings.Contains(string(why), "reader") && !strings.Contains(string(why), "secret") {
				t.Errorf("%s: %s", name, why)
			}
			delete(want, name)
			delete(got, name)
		}
	}
	for _, ours := range []string{"transaction_read_only", "application_name", "client_encoding", "extra_float_digits", "DateStyle", "search_path", "statement_timeout", "lock_timeout", "event_triggers", "transaction_isolation"} {
		if strings.Contains(got[ours], "unknown") || ours == "transaction_read_only" || got[ours] == "" {
			delete(want, ours)
			delete(got, ours)
		}
	}
	same(t, "pg_settings", want, got, 330)
	if s, ok := c["settings"].(map[string]any)["archive_command"].(map[string]any); !ok || fmt.Sprintf("%T", s["value"]) != "hosttests.unknown" {
		t.Errorf("archive_command: %v", s)
	}
	if strings.Contains(fmt.Sprint(c), "hush") {
		t.Error("a secret is told")
	}
	second := cluster(t, read(t, h, key{"postgres"}), p.major+"/second")
	if second["live"] != false || second["not_live"] != "the server does not run" || second["port"] != 5544.0 || second["ssl"] != true {
		t.Errorf("the stopped cluster: live %v (%v) port %v ssl %v", second["live"], second["not_live"], second["port"], second["ssl"])
	}
	if why, ok := second["roles"].(unknown); !ok || !strings.Contains(string(why), "only the server knows") {
		t.Errorf("roles of the stopped cluster: %v", second["roles"])
	}
	type role struct {
		Rolname                                                           string
		Rolsuper, Rolcanlogin, Rolcreaterole, Rolcreatedb, Rolreplication bool
	}
	said := psql[[]role](t, h, "SELECT rolname, rolsuper, rolcanlogin, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles")
	roles := objects(t, "roles", c["roles"])
	if len(said) != len(roles) || len(said) < 10 {
		t.Errorf("%d roles, of %d", len(roles), len(said))
	}
	if d := objects(t, "databases", c["databases"]); len(d) != 2 || fmt.Sprint(d[0]["extensions"]) != "[plpgsql 1.0]" {
		t.Errorf("databases: %v", d)
	}
}

// hbaFiles are files of which the server and our parser must think the same.
var hbaFiles = map[string]string{
	"Debian's own":            "local all postgres peer\nlocal all all peer\nhost all all 127.0.0.1/32 scram-sha-256\nhost all all ::1/128 scram-sha-256\nlocal replication all peer\n",
	"lists, quotes, comments": "local \"a b\",c,\"d\"\"e\" all,+grp,\"x#y\" trust # no\n#local x y z\n\n\thost\tall\tall\tall\treject\r\nlocal \"all\",\"sameuser\" \"+x\",\"@dbs\" peer\nlocal a\"b c\"d \"\" trust\n",
	"masks":                   "host all all 10.0.0.0 255.255.0.0 md5\nhost all all 10.1.2.3/0 md5\nhost all all ::/0 password\nhost all all 10.0.0.0 255.0.255.0 reject\nhost all all fe80::1/10 ident\nhost all all ::ffff:10.0.0.1/128 md5\nhost all all 2001:DB8:0:0::1 ffff:ffff:: md5\nhost all all \"10.0.0.0/8\" md5\n",
	"names":                   "host all all samehost md5\nhost all all samenet md5\nhost all all \"samenet\" md5\nhost all all .example.org md5\nhostssl all all db.example.org cert map=m\nhostnossl all all all reject\nhostgssenc all all all gss include_realm=0\nhost all all ALL md5\n",
	"options": "hostssl all all all scram-sha-256 clientcert=verify-full\nhostssl all all all cert clientname=DN\nhost all all all pam pamservice=pg\nhost all all all pam pamservice=\"a b\" pam_use_hostname=1\n" +
		"host all all all ldap ldapserver=l ldapprefix=\"cn=\" ldapsuffix=x\nhost all all all ldap ldapserver=l ldapbasedn=\"dc=a,dc=b\" ldaptls=1 ldapport=390\n" +
		"host all all all ldap ldapurl=\"ldap://behind-url:390/dc=x?uid?sub\"\nhost all all all gss include_realm=1 krb_realm=R map=m\nhost all all all radius radiusservers=\"127.0.0.1,127.0.0.2\" radiussecrets=\"hush,quiet\" radiusports=\"1812,1813\"\n" +
		"local all all peer map=\"m n\"\n",
	"refused options": "hostssl all all all md5 clientcert=verify-nothing\nhostssl all all all cert clientcert=verify-ca\nhostssl all all all md5 clientcert=1\nhostssl all all all cert clientname=XX\nhost all all all ldap ldapserver=l ldapport=x\n" +
		"host all all all ldap ldapserver=l ldapscheme=http\nhost all all all ldap ldapserver=l ldapprefix=a ldapbasedn=b\nhost all all all ldap ldapbasedn=b\nhost all all all ldap ldapserver=l ldapsearchattribute=a ldapsearchfilter=b ldapbasedn=c\n" +
		"host all all all radius radiusservers=\"127.0.0.1,127.0.0.2\" radiussecrets=\"x,y,z\"\nhost all all all radius radiusservers=127.0.0.1 radiussecrets=x radiusports=z\nhost all all all ldap ldapurl=\"http://x\"\nlocal all all peer pamservice=x\nhost all all all gss krb_realm\n",
	"continued": "local all \\\n all \\\n trust\nlocal a b peer\nlocal c d \\\n",
	"files":     "local @dbs all trust\nlocal @absent all trust\nlocal all @dbs peer map=x\nlocal @nested,@\"dbs\" \"@dbs\" peer\nlocal @empty all peer\n",
	"refused": "hosts all all all trust\nlocal,host all all trust\nlocal\nlocal all\nlocal all all\nhost all all\nhost all all 10.0.0.1\nhost all all 10.0.0.1 trust\n" +
		"host all all 10.0.0.1 ::1 trust\nhost all all 10.0.0.1/33 trust\nhost all all host/8 trust\nhost all all a,b trust\nhost all all all TRUST\nhost all all all trust,md5\n" +
		"host all all all peer\nhost all all all cert\nlocal all all gss\nlocal all all peer map\nlocal all all peer nope=1\nlocal all all md5 map=x\nhost all all all md5 clientcert=verify-ca\n" +
		"host all all all ldap\nhost all all all radius radiusservers=a\nhost all all all bsd\nhost all all all sspi\nlocal a,b c,d peer\ninclude other.conf\n",
	"identities": "local all all ident\nlocal all all ident map=q\nlocal sameuser all peer\nlocal samerole,replication +x scram-sha-256\n",
	"patterns":   "local \"/^db[0-9]+$\",x /^a.*b$ peer\nlocal /( all peer\nlocal all /[ trust\nlocal / all peer\nlocal all \"/a b\" peer\n",
	"includes": "include more.conf\ninclude_if_exists absent.conf\ninclude_dir rules.d\nlocal last all peer\ninclude absent.conf\ninclude_dir absent.d\ninclude \"more.conf\"\n" +
		"include a b\ninclude\ninclude_if_exists more.conf\n",
}

// identFiles are maps of which the server and our parser must think the same.
var identFiles = map[string]string{
	"plain":    "m root postgres\nm \"a b\" \"c d\" # x\nn /^(.*)@example\\.org$ \\1\nm a all\nm b +grp\nm c /^x\n",
	"refused":  "m\nm a\nm a,b c\nm a b c\nm /( x\nm /a \\1\nm /^(a)(b)$ \\1\n",
	"included": "include more_ident.conf\ninclude_if_exists absent\nlast l l\n",
}

func TestPostgresRulesAreThoseOfTheServer(t *testing.T) {
	for _, p := range postgresReleases {
		t.Run(p.major, func(t *testing.T) { testPostgresRules(t, p) })
	}
}

func testPostgresRules(t *testing.T, p postgresRelease) {
	h := p.host(t)
	for name, text := range map[string]string{"dbs": "one two # three\nfour,five\n", "nested": "@dbs six\n", "empty": "# none\n", "more.conf": "local more all trust\n\nlocal all @dbs reject\n",
		"rules.d/20.conf": "host twenty all all reject\n", "rules.d/10.conf": "local ten all nonsense\nlocal ten all peer\n", "rules.d/no.txt": "local no no trust\n", "rules.d/.10.conf": "local no no trust\n",
		"more_ident.conf": "more /^(.)$ x\n"} {
		h.WriteFile(p.etc(name), 0o644, text)
	}
	compared := 0
	for name, text := range hbaFiles {
		t.Run(name, func(t *testing.T) {
			h.WriteFile(p.etc("pg_hba.conf"), 0o644, text)
			want := serverRules(t, h, p)
			live := cluster(t, read(t, h, key{"postgres"}), p.major+"/main")
			for how, c := range map[string]map[string]any{"live": live, "from files": cluster(t, readImage(t, h, key{"postgres"}), p.major+"/main")} {
				var got []string
				end := ""
				for _, x := range c["hba"].([]any) {
					r, ok := x.(map[string]any)
					if !ok {
						end = fmt.Sprint(x)
						continue
					}
					got = append(got, fmt.Sprintf("%v:%v %v %v %v %v %v %v refused %v", r["file"], r["line"], r["type"], r["databases"], r["users"], masked(r["address"]), r["method"], sorted(r["method"], r["options"]), r["type"] == ""))
				}
				if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
					t.Errorf("%s: got\n%s\nthe server says\n%s", how, g, w)
				}
				if how == "live" && end == "" {
					t.Error("the file was not reloaded, and yet the list of what is in force ends")
				}
				compared += len(got)
			}
		})
	}
	if compared < 200 {
		t.Errorf("only %d lines were compared", compared)
	}
	for name, text := range identFiles {
		t.Run("maps: "+name, func(t *testing.T) {
			h.WriteFile(p.etc("pg_ident.conf"), 0o644, text)
			want := serverMappings(t, h, p)
			for how, r := range map[string]reading{"live": read(t, h, key{"postgres"}), "from files": readImage(t, h, key{"postgres"})} {
				var got []string
				for _, x := range cluster(t, r, p.major+"/main")["ident"].([]any) {
					if m, ok := x.(map[string]any); ok {
						got = append(got, fmt.Sprintf("%v:%v %v %v %v refused %v", m["file"], m["line"], m["map"], m["system_user"], m["role"], m["error"] != ""))
					}
				}
				if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
					t.Errorf("%s: got\n%s\nthe server says\n%s", how, g, w)
				}
			}
		})
	}
}

// sorted is a list of options in the order of the alphabet, without secrets and as pg_hba_file_rules has them: that
// leaves some out (clientname), adds others (what cert implies) and takes an LDAP URL apart.
func sorted(method, list any) string {
	seen := map[string]string{}
	for _, x := range list.([]any) {
		name, value, _ := strings.Cut(fmt.Sprint(x), "=")
		switch {
		case name == "radiussecrets" || name == "ldapbindpasswd":
			value = "…"
		case (name == "include_realm" || name == "ldaptls") && value == "1":
			value = "true"
		case name == "ldapurl":
			return "of a URL"
		case name == "ldapserver" && strings.Contains(value, "behind-url"):
			return "of a URL"
		}
		seen[name] = value
	}
	if method == "cert" {
		seen["clientcert"] = "verify-full"
	}
	for _, name := range []string{"clientname", "pam_use_hostname", "ldapscope"} {
		delete(seen, name)
	}
	if seen["include_realm"] == "0" {
		delete(seen, "include_realm")
	}
	return fmt.Sprint(seen)
}

func serverRules(t *testing.T, h *testhost.Host, p postgresRelease) (lines []string) {
	type row struct {
		File, Type, Address, Method string
		Line                        int
		Databases, Users, Options   []any
		Error                       string
	}
	file := "file_name"
	if p.major == "15" {
		file = "'" + p.etc("pg_hba.conf") + "'"
	}
	for _, r := range psql[[]row](t, h, `SELECT `+file+` file, line_number line, coalesce(type, '') "type", coalesce(database, '{}') databases, coalesce(user_name, '{}') users,
		coalesce(address, '') || coalesce(' ' || netmask, '') address, coalesce(auth_method, '') "method", coalesce(options, '{}') options FROM pg_hba_file_rules`) {
		lines = append(lines, fmt.Sprintf("%v:%v %v %v %v %v %v %v refused %v", r.File, r.Line, r.Type, r.Databases, r.Users, r.Address, r.Method, sorted(r.Method, r.Options), r.Type == ""))
	}
	return lines
}

func serverMappings(t *testing.T, h *testhost.Host, p postgresRelease) (lines []string) {
	type row struct {
		File, Map, System, Role, Error string
		Line                           int
	}
	file := "file_name"
	if p.major == "15" {
		file = "'" + p.etc("pg_ident.conf") + "'"
	}
	for _, m := range psql[[]row](t, h, `SELECT `+file+` file, line_number line, coalesce(map_name, '') "map", coalesce(sys_name, '') "system", coalesce(pg_username, '') "role", coalesce(error, '') error
		FROM pg_ident_file_mappings`) {
		lines = append(lines, fmt.Sprintf("%v:%v %v %v %v refused %v", m.File, m.Line, m.Map, m.System, m.Role, m.Error != ""))
	}
	return lines
}

// masked is address/bits with the mask written out, as the server shows it.
func masked(address any) string {
	prefix, err := netip.ParsePrefix(fmt.Sprint(address))
	if err != nil {
		return fmt.Sprint(address)
	}
	return prefix.Addr().String() + " " + net.IP(net.CIDRMask(prefix.Bits(), prefix.Addr().BitLen())).String()
}
