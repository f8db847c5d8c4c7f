package pgread

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Of parameters with these names the value may hold a password or a key; of parameters that extensions and
// applications make up it may be anything. The known ones of the latter are told.
const (
	secretNames  = `'primary_conninfo','ssl_passphrase_command','archive_command','restore_command','archive_cleanup_command','recovery_end_command'`
	plainClasses = `'pgaudit','set_user','auto_explain','pg_stat_statements','auth_delay','passwordcheck','plpgsql','pg_hint_plan','cron'`
)

// hidden is true in SQL for a name whose value is not told.
func hidden(name string) string {
	return fmt.Sprintf(`(lower(%[1]s) IN (%[2]s) OR (strpos(%[1]s, '.') > 0 AND split_part(lower(%[1]s), '.', 1) NOT IN (%[3]s)))`, name, secretNames, plainClasses)
}

// The transaction itself sets some parameters; what they were before is their reset value.
var settingsQuery = `SELECT name, CASE WHEN ` + hidden("name") + ` THEN '' WHEN source = 'session' THEN reset_val ELSE setting END, coalesce(unit, ''), vartype,
 CASE WHEN source = 'session' THEN 'unknown' ELSE source END, context, coalesce(sourcefile, ''), coalesce(sourceline, 0), pending_restart,
 ` + hidden("name") + `, coalesce(setting, '') IN ('', '(disabled)') FROM pg_settings`

const (
	serverQuery = `SELECT current_setting('server_version_num')::int, pg_is_in_recovery(), pg_conf_load_time(), pg_postmaster_start_time()`

	rulesQuery = `SELECT %s, line_number, coalesce(type, ''), coalesce(to_json(database)::text, '[]'), coalesce(to_json(user_name)::text, '[]'),
 coalesce(address, ''), coalesce(netmask, ''), coalesce(auth_method, ''), coalesce(to_json(options)::text, '[]'), coalesce(error, '') FROM pg_hba_file_rules`

	mappingsQuery = `SELECT %s, line_number, coalesce(map_name, ''), coalesce(sys_name, ''), coalesce(pg_username, ''), coalesce(error, '') FROM pg_ident_file_mappings`

	// Only the form of a password leaves the server.
	rolesQuery = `SELECT a.rolname, rolsuper, rolcanlogin, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,
 CASE WHEN rolpassword IS NULL THEN 'none' WHEN left(rolpassword, 14) = 'SCRAM-SHA-256$' THEN 'scram-sha-256'
      WHEN left(rolpassword, 3) = 'md5' AND length(rolpassword) = 35 THEN 'md5' ELSE 'plain' END,
 CASE WHEN rolvaliduntil IS NULL OR rolvaliduntil = 'infinity' THEN '' ELSE to_char(rolvaliduntil AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') END,
 coalesce((SELECT to_json(array_agg(g.rolname ORDER BY g.rolname))::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = a.oid), '[]')
 FROM pg_authid a ORDER BY a.rolname`

	archiverQuery = `SELECT archived_count, failed_count, coalesce(to_char(last_archived_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), ''),
 coalesce(to_char(last_failed_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), '') FROM pg_stat_archiver`

	codeQuery = `SELECT setting || CASE name WHEN 'SHAREDIR' THEN '/extension' ELSE '' END FROM pg_config WHERE name IN ('SHAREDIR', 'PKGLIBDIR') ORDER BY name DESC`

	// What an extension brings has the rights that the extension gave it.
	users = ` n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = o.oid AND d.classid = o.tableoid AND d.deptype = 'e')`

	// All may use a schema that is theirs to use; that they may make objects in it is told. Of columns the rights stand beside the table's.
	grantsQuery = `SELECT object, grantee, string_agg(DISTINCT privilege, ', ' ORDER BY privilege), grantable FROM (
 SELECT CASE o.relkind WHEN 'S' THEN 'sequence ' ELSE 'table ' END || n.nspname || '.' || o.relname AS object, x.grantee AS id, o.relowner AS owner, x.privilege_type AS privilege, x.is_grantable AS grantable
  FROM pg_class o JOIN pg_namespace n ON n.oid = o.relnamespace, aclexplode(o.relacl) x WHERE ` + users + `
 UNION ALL SELECT 'column ' || n.nspname || '.' || o.relname || '.' || a.attname, x.grantee, o.relowner, x.privilege_type, x.is_grantable
  FROM pg_attribute a JOIN pg_class o ON o.oid = a.attrelid JOIN pg_namespace n ON n.oid = o.relnamespace, aclexplode(a.attacl) x WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND ` + users + `
 UNION ALL SELECT 'schema ' || n.nspname, x.grantee, o.nspowner, x.privilege_type, x.is_grantable
  FROM pg_namespace o JOIN pg_namespace n ON n.oid = o.oid, aclexplode(o.nspacl) x WHERE (x.grantee <> 0 OR x.privilege_type = 'CREATE') AND ` + users + `
 UNION ALL SELECT 'function ' || n.nspname || '.' || o.proname, x.grantee, o.proowner, x.privilege_type, x.is_grantable
  FROM pg_proc o JOIN pg_namespace n ON n.oid = o.pronamespace, aclexplode(o.proacl) x WHERE x.grantee <> 0 AND ` + users + `
 ) g, LATERAL (SELECT CASE WHEN id = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(id) END AS grantee) r
 WHERE id = 0 OR grantable AND id <> owner GROUP BY object, grantee, grantable ORDER BY object, grantee`

	functionsQuery = `SELECT n.nspname || '.' || o.proname || '(' || pg_get_function_identity_arguments(o.oid) || ')', r.rolname, r.rolsuper,
 EXISTS (SELECT FROM unnest(o.proconfig) c WHERE c LIKE 'search\_path=%'), EXISTS (SELECT FROM aclexplode(coalesce(o.proacl, acldefault('f', o.proowner))) x WHERE x.grantee = 0)
 FROM pg_proc o JOIN pg_namespace n ON n.oid = o.pronamespace JOIN pg_roles r ON r.oid = o.proowner WHERE o.prosecdef AND ` + users + ` ORDER BY 1`

	databasesQuery  = `SELECT datname, datallowconn FROM pg_database ORDER BY datname`
	extensionsQuery = `SELECT extname || ' ' || extversion FROM pg_extension ORDER BY extname`
	languagesQuery  = `SELECT lanname, lanpltrusted FROM pg_language WHERE lanname NOT IN ('internal', 'c', 'sql') ORDER BY lanname`
	authidQuery     = `SELECT DISTINCT CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(x.grantee) END FROM pg_class c, aclexplode(c.relacl) x
 WHERE c.oid = 'pg_authid'::regclass AND x.grantee <> c.relowner ORDER BY 1`
)

var overridesQuery = `SELECT coalesce(d.datname, ''), coalesce(r.rolname, ''), split_part(c, '=', 1),
 CASE WHEN ` + hidden("split_part(c, '=', 1)") + ` THEN '' ELSE substr(c, strpos(c, '=') + 1) END, ` + hidden("split_part(c, '=', 1)") + `
 FROM pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) c ORDER BY 1, 2, 3`

type query struct {
	ctx context.Context
	tx  *sql.Tx
}

var errTooMany = errors.New("more rows than are read")

// rows calls scan for each row of a fixed query.
func (q *query) rows(text string, scan func(*sql.Rows) error) error {
	rows, err := q.tx.QueryContext(q.ctx, text)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for n := 0; rows.Next(); n++ {
		if n >= maxRows {
			return errTooMany
		}
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// part reads something that others can do without: what fails is undone and noted.
func (q *query) part(a *Answer, name string, f func() error) error {
	if _, err := q.tx.ExecContext(q.ctx, "SAVEPOINT part"); err != nil {
		return err
	}
	if err := f(); err != nil {
		if q.ctx.Err() != nil {
			return err
		}
		a.Unread[name] = plainError(err)
		_, err = q.tx.ExecContext(q.ctx, "ROLLBACK TO SAVEPOINT part")
		return err
	}
	return nil
}

func ask(ctx context.Context, req Request) (*Answer, error) {
	a := &Answer{Unread: map[string]string{}}
	first := "postgres"
	err := within(ctx, req, first, func(q *query) error { return q.clusterAnd(a, first) })
	if err != nil && strings.Contains(err.Error(), "does not exist") {
		a, first = &Answer{Unread: map[string]string{}}, "template1"
		err = within(ctx, req, first, func(q *query) error { return q.clusterAnd(a, first) })
	}
	if err != nil {
		return nil, err
	}
	askDatabases(ctx, req, a)
	return a, nil
}

// clusterAnd asks for the cluster, and for the database that this takes a connection to.
func (q *query) clusterAnd(a *Answer, database string) error {
	if err := q.cluster(a); err != nil {
		return err
	}
	i := slices.IndexFunc(a.Databases, func(d Database) bool { return d.Name == database })
	if i < 0 {
		return nil
	}
	d := &a.Databases[i]
	err := q.part(a, "databases", func() error { return q.database(d) })
	d.Read = err == nil && a.Unread["databases"] == ""
	return err
}

// askDatabases looks into those that were not looked into, some at a time: each takes a connection.
func askDatabases(ctx context.Context, req Request, a *Answer) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	turn := make(chan struct{}, parallelDatabases)
	looked := 0
	for i := range a.Databases {
		d := &a.Databases[i]
		if !d.Connect || d.Read {
			continue
		}
		if looked++; looked >= maxDatabases {
			mu.Lock()
			a.Unread["databases"] = fmt.Sprintf("only %d databases are looked into", maxDatabases)
			mu.Unlock()
			break
		}
		turn <- struct{}{}
		wg.Go(func() {
			defer func() { <-turn }()
			err := within(ctx, req, d.Name, func(q *query) error { return q.database(d) })
			if d.Read = err == nil; err != nil {
				mu.Lock()
				defer mu.Unlock()
				a.Unread["databases"] = "the database " + d.Name + ": " + plainError(err)
			}
		})
	}
	wg.Wait()
}

// cluster asks what holds for all databases.
func (q *query) cluster(a *Answer) error {
	if err := q.rows(serverQuery, func(r *sql.Rows) error { return r.Scan(&a.Version, &a.InRecovery, &a.LoadTime, &a.StartTime) }); err != nil {
		return err
	}
	if err := q.rows(settingsQuery, func(r *sql.Rows) error {
		var s Setting
		err := r.Scan(&s.Name, &s.Value, &s.Unit, &s.Type, &s.Source, &s.Context, &s.File, &s.Line, &s.PendingRestart, &s.Hidden, &s.Empty)
		a.Settings = append(a.Settings, s)
		return err
	}); err != nil {
		return err
	}
	parts := []struct {
		name string
		ask  func(*Answer) error
	}{{"rules", q.rules}, {"mappings", q.mappings}, {"roles", q.roles}, {"overrides", q.overrides}, {"archiver", q.archiver}, {"code", q.code}, {"databases", q.databases}}
	for _, p := range parts {
		if err := q.part(a, p.name, func() error { return p.ask(a) }); err != nil {
			return err
		}
	}
	return nil
}

// fileColumn is where a line comes from, which only newer servers tell. Their views give lines in the order of the
// files; what they number leaves refused lines out.
func fileColumn(version int) string {
	if version >= 160000 {
		return "coalesce(file_name, '')"
	}
	return "''"
}

func (q *query) rules(a *Answer) error {
	return q.rows(fmt.Sprintf(rulesQuery, fileColumn(a.Version)), func(r *sql.Rows) error {
		var x Rule
		var databases, users, options list
		err := r.Scan(&x.File, &x.Line, &x.Type, &databases, &users, &x.Address, &x.Netmask, &x.Method, &options, &x.Error)
		x.Databases, x.Users, x.Options = databases, users, options
		a.Rules = append(a.Rules, x)
		return err
	})
}

func (q *query) mappings(a *Answer) error {
	if a.Version < 150000 {
		return errors.New("PostgreSQL before version 15 does not tell them")
	}
	return q.rows(fmt.Sprintf(mappingsQuery, fileColumn(a.Version)), func(r *sql.Rows) error {
		var x Mapping
		err := r.Scan(&x.File, &x.Line, &x.Map, &x.SystemUser, &x.Role, &x.Error)
		a.Mappings = append(a.Mappings, x)
		return err
	})
}

func (q *query) roles(a *Answer) error {
	return q.rows(rolesQuery, func(r *sql.Rows) error {
		var x Role
		var member list
		err := r.Scan(&x.Name, &x.Superuser, &x.Login, &x.CreateRole, &x.CreateDB, &x.Replication, &x.BypassRLS, &x.PasswordForm, &x.ValidUntil, &member)
		x.MemberOf = member
		a.Roles = append(a.Roles, x)
		return err
	})
}

func (q *query) overrides(a *Answer) error {
	return q.rows(overridesQuery, func(r *sql.Rows) error {
		var x Override
		err := r.Scan(&x.Database, &x.Role, &x.Name, &x.Value, &x.Hidden)
		a.Overrides = append(a.Overrides, x)
		return err
	})
}

func (q *query) archiver(a *Answer) error {
	x := &a.Archiver
	return q.rows(archiverQuery, func(r *sql.Rows) error { return r.Scan(&x.Archived, &x.Failed, &x.LastArchived, &x.LastFailed) })
}

func (q *query) code(a *Answer) error { return q.rows(codeQuery, oneString(&a.Code)) }

func (q *query) databases(a *Answer) error {
	return q.rows(databasesQuery, func(r *sql.Rows) error {
		var d Database
		err := r.Scan(&d.Name, &d.Connect)
		a.Databases = append(a.Databases, d)
		return err
	})
}

// database asks what each database has of its own.
func (q *query) database(d *Database) error {
	if err := q.rows(extensionsQuery, oneString(&d.Extensions)); err != nil {
		return err
	}
	if err := q.rows(languagesQuery, func(r *sql.Rows) error {
		var name string
		var trusted bool
		err := r.Scan(&name, &trusted)
		d.Languages = append(d.Languages, name)
		if !trusted {
			d.Untrusted = append(d.Untrusted, name)
		}
		return err
	}); err != nil {
		return err
	}
	if err := q.rows(authidQuery, oneString(&d.AuthReaders)); err != nil {
		return err
	}
	if err := q.rows(grantsQuery, func(r *sql.Rows) error {
		var g Grant
		err := r.Scan(&g.Object, &g.Grantee, &g.Privileges, &g.Grantable)
		d.Grants = append(d.Grants, g)
		return err
	}); err != nil {
		return err
	}
	return q.rows(functionsQuery, func(r *sql.Rows) error {
		var f Function
		err := r.Scan(&f.Name, &f.Owner, &f.Superuser, &f.FixedPath, &f.Public)
		d.Functions = append(d.Functions, f)
		return err
	})
}

// oneString takes rows of one text.
func oneString(to *[]string) func(*sql.Rows) error {
	return func(r *sql.Rows) error {
		var s string
		err := r.Scan(&s)
		*to = append(*to, s)
		return err
	}
}

// list is a JSON array of strings.
type list []string

// Scan implements sql.Scanner.
func (l *list) Scan(v any) error {
	switch v := v.(type) {
	case string:
		return json.Unmarshal([]byte(v), (*[]string)(l))
	case []byte:
		return json.Unmarshal(v, (*[]string)(l))
	}
	return fmt.Errorf("not an array: %T", v)
}

// DefaultTimeout bounds one conversation.
const DefaultTimeout = 3 * time.Second

// Hidden tells whether a parameter's value may hold a secret and is not told: the rule that the queries go by.
func Hidden(name string) bool {
	name = strings.ToLower(name)
	class, _, dotted := strings.Cut(name, ".")
	return strings.Contains(","+secretNames+",", ",'"+name+"',") || dotted && !strings.Contains(","+plainClasses+",", ",'"+class+"',")
}
