package linux

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/mycnf"
)

// mariadbAnswer is what a running server told.
type mariadbAnswer struct {
	version, flavour string
	variables        map[string]string
	accounts         facts.List[MariaDBAccount]
	plugins          facts.List[string]
	testDB           facts.V[bool]
	grantless        bool // whether the session has no account: the grant tables are not in use
	origin           facts.Origin
}

// askMariaDB asks the running server over its unix socket: as the user that the configuration names, or else as root,
// whom the server knows by the socket's peer. The session is read-only and its queries are those in this file.
func askMariaDB(ctx context.Context, r *facts.Reader, i *mariadbInstance) (*mariadbAnswer, string) {
	if why := i.unaskable(r); why != "" {
		return nil, why
	}
	socket := "/run/mysqld/mysqld.sock"
	if o, ok, err := i.conf.Last("socket"); err == nil && ok && strings.HasPrefix(o.Value, "/") {
		socket = o.Value
	}
	l, err := mariadbLogin(r)
	if err == nil && l != nil {
		err = i.trusted()
	}
	if err != nil {
		return nil, err.Error()
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	cfg := mysql.NewConfig()
	cfg.User, cfg.Net, cfg.Addr = "root", "unix", socket
	if l != nil {
		cfg.User, cfg.Passwd = l.user, l.password
	}
	cfg.Logger = log.New(io.Discard, "", 0)
	cfg.DialFunc = func(ctx context.Context, _, _ string) (net.Conn, error) {
		return i.dialSocket(ctx, r, socket)
	}
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, err.Error()
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	a := &mariadbAnswer{origin: facts.From("SHOW GLOBAL VARIABLES over " + socket)}
	conn, err := db.Conn(ctx)
	if err == nil {
		defer conn.Close()
		err = a.read(ctx, conn)
	}
	if err != nil {
		// The driver says "bad connection" when the socket's deadline passes, as may happen an instant before the context's.
		if deadline, _ := ctx.Deadline(); !time.Now().Before(deadline) {
			err = context.DeadlineExceeded
		}
		return nil, mariadbRefusal(err, l)
	}
	return a, ""
}

// mariadbRefusal has nothing of what a server says but its number: it could repeat what it was sent.
func mariadbRefusal(err error, l *login) string {
	var refused *mysql.MySQLError
	switch {
	case errors.As(err, &refused) && (refused.Number == accessDenied || refused.Number == accessDeniedPlugin) && l != nil:
		return "the server refuses the login in " + l.from
	case errors.As(err, &refused) && (refused.Number == accessDenied || refused.Number == accessDeniedPlugin):
		return fmt.Sprintf("the server does not let user id %d in as root without a password, and the configuration names no login (mariadb_credentials)", os.Geteuid())
	case errors.As(err, &refused):
		return fmt.Sprintf("the server answers with error %d", refused.Number)
	case errors.Is(err, mysql.ErrInvalidConn), errors.Is(err, driver.ErrBadConn):
		return "the server broke the connection off, or does not speak MySQL's protocol"
	}
	return askError(err)
}

// Numbers of errors by which the server does not let someone in.
const (
	accessDenied       = 1045
	accessDeniedPlugin = 1698
)

// mariadbLogin is the user and the password in the group client of an option file, as the programs of MariaDB and MySQL
// read them; /etc/mysql/debian.cnf is one. It is nil where none is configured.
func mariadbLogin(r *facts.Reader) (*login, error) {
	text, name, err := credential(r, "mariadb")
	if err != nil || name == "" {
		return nil, err
	}
	conf := mycnf.Load(oneFile(text), []string{name}, []string{"client"})
	user, hasUser, userErr := conf.Last("user")
	password, hasPassword, passwordErr := conf.Last("password")
	switch {
	case len(conf.Problems) > 0 || userErr != nil || passwordErr != nil:
		return nil, fmt.Errorf("the credentials in %s are not used: it is no option file that could be read", name)
	case !hasUser || !hasPassword || user.Value == "":
		return nil, fmt.Errorf("the credentials in %s are not used: its group client has no user and password", name)
	}
	return &login{user.Value, password.Value, name}, nil
}

// oneFile lets mycnf read a text, which includes nothing.
type oneFile string

func (f oneFile) ReadFile(string) ([]byte, error) { return []byte(f), nil }
func (oneFile) Absent(error) bool                 { return false }
func (oneFile) WorldWritable(string) bool         { return false }

func (oneFile) List(string) ([]string, error) {
	return nil, errors.New("a file of credentials includes nothing")
}

func (a *mariadbAnswer) read(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "SET SESSION TRANSACTION READ ONLY"); err != nil {
		return err
	}
	rows, err := texts(ctx, conn, 2, "SHOW GLOBAL VARIABLES")
	if err != nil {
		return err
	}
	a.variables = map[string]string{}
	for _, row := range rows {
		a.variables[strings.ToLower(row[0].String)] = row[1].String
		if !row[1].Valid {
			a.variables[strings.ToLower(row[0].String)] = "NULL"
		}
	}
	version := a.variables["version"]
	if version == "" {
		return fmt.Errorf("the server did not tell its version")
	}
	a.flavour = "mysql"
	if strings.Contains(strings.ToLower(version+a.variables["version_comment"]), "mariadb") {
		a.flavour = "mariadb"
	}
	a.version, _, _ = strings.Cut(strings.TrimPrefix(version, "5.5.5-"), "-")
	who, err := texts(ctx, conn, 1, "SELECT CURRENT_USER()")
	if err != nil {
		return err
	}
	a.grantless = len(who) != 1 || who[0][0].String == "@" || strings.HasPrefix(who[0][0].String, "skip-grants user@")
	a.readPlugins(ctx, conn)
	a.readTestDB(ctx, conn)
	a.readAccounts(ctx, conn)
	return nil
}

const maxRows = 20_000

// texts are the rows of a query with so many columns.
func texts(ctx context.Context, conn *sql.Conn, columns int, query string) ([][]sql.NullString, error) {
	rows, err := conn.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out [][]sql.NullString
	for rows.Next() {
		row := make([]sql.NullString, columns)
		into := make([]any, columns)
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		if out = append(out, row); len(out) > maxRows {
			return nil, fmt.Errorf("the server answers with more than %d rows", maxRows)
		}
	}
	return out, rows.Err()
}

func (a *mariadbAnswer) readPlugins(ctx context.Context, conn *sql.Conn) {
	rows, err := texts(ctx, conn, 1, "SELECT LOWER(PLUGIN_NAME) FROM information_schema.PLUGINS WHERE PLUGIN_STATUS = 'ACTIVE' ORDER BY 1")
	if err != nil {
		a.plugins = facts.UnknownList[string](askError(err))
		return
	}
	names := make([]string, 0, len(rows))
	for _, row := range rows {
		names = append(names, row[0].String)
	}
	a.plugins = facts.Complete(names, facts.From("information_schema.PLUGINS"))
}

func (a *mariadbAnswer) readTestDB(ctx context.Context, conn *sql.Conn) {
	rows, err := texts(ctx, conn, 1, "SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'test'")
	if err != nil || len(rows) != 1 {
		a.testDB = facts.Unknown[bool](fmt.Sprint("the databases could not be listed: ", err))
		return
	}
	a.testDB = facts.Known(rows[0][0].String != "0", facts.From("information_schema.SCHEMATA"))
}

// settings are those in force. No variable tells whether any function may be called: the server was started with what
// is given here.
func (a *mariadbAnswer) settings(started facts.V[bool]) MariaDBSettings {
	from := mariadbValues{absent: facts.From("default of " + a.flavour + " " + a.version), flavour: a.flavour, plugins: map[string]bool{}}
	for _, p := range a.plugins.Items() {
		from.plugins[p] = true
	}
	if a.flavour == "mysql" { // a component is no plugin; its variables are there when it is
		_, loaded := a.variables["validate_password.length"]
		from.plugins["component_validate_password"] = loaded
	}
	from.get = func(name string) (string, facts.Origin, bool, error) {
		asked := name
		if name == "symbolic_links" {
			asked = "have_symlink"
		}
		v, ok := a.variables[asked]
		switch {
		case !ok && (name == "authentication_policy" || name == "default_authentication_plugin"): // each version has one of them, and is by default what the other says
			return "", a.origin, false, nil
		case !ok: // its default would be a guess
			return "", a.origin, false, fmt.Errorf("version %s of the server has no variable %s", a.version, asked)
		case asked != name:
			v = map[bool]string{true: "1", false: "0"}[strings.EqualFold(v, "yes")]
		}
		return v, a.origin, true, nil
	}
	s := from.settings()
	s.SuspiciousUDFs = started
	if !a.plugins.IsComplete() {
		s.PasswordCheck, s.AuditLog = facts.Unknown[bool](a.plugins.Reason()), facts.Unknown[bool](a.plugins.Reason())
		s.PasswordMinimumLength = facts.Unknown[int](a.plugins.Reason())
	}
	if a.grantless { // MySQL and older servers have no variable of that name
		s.SkipGrantTables = facts.Known(true, facts.From("CURRENT_USER()"))
	} else if _, told := a.variables["skip_grant_tables"]; !told {
		s.SkipGrantTables = facts.Known(false, facts.From("CURRENT_USER()"))
	}
	return s
}

// The ways of authentication that need no password of their own.
var passwordless = map[string]bool{"unix_socket": true, "auth_socket": true, "pam": true, "auth_pam": true, "gssapi": true, "named_pipe": true, "mysql_no_login": true}

// mariadbAccountsQuery computes in the server what is told of a secret: that it is there.
func mariadbAccountsQuery() string {
	columns := []string{"g.User", "g.Host", "IFNULL(JSON_VALUE(g.Priv, '$.plugin'), 'mysql_native_password')",
		"IFNULL(JSON_VALUE(g.Priv, '$.authentication_string'), '') <> ''", "IFNULL(JSON_VALUE(g.Priv, '$.account_locked'), 0)",
		"IFNULL(JSON_VALUE(g.Priv, '$.ssl_type'), 0)", "IFNULL(JSON_VALUE(g.Priv, '$.access'), 0)", "IFNULL(JSON_LENGTH(g.Priv, '$.auth_or'), 0)",
		"EXISTS (SELECT 1 FROM mysql.db d WHERE d.User = g.User AND d.Host = g.Host AND 'mysql' LIKE d.Db AND 'Y' IN (d.Insert_priv, d.Update_priv, d.Delete_priv))"}
	for i := range maxWays {
		columns = append(columns, fmt.Sprintf("IFNULL(JSON_VALUE(g.Priv, '$.auth_or[%d].plugin'), '')", i),
			fmt.Sprintf("IFNULL(JSON_VALUE(g.Priv, '$.auth_or[%d].authentication_string'), '') <> ''", i))
	}
	return "SELECT " + strings.Join(columns, ", ") + " FROM mysql.global_priv g WHERE IFNULL(JSON_VALUE(g.Priv, '$.is_role'), 0) NOT IN ('1', 'true') ORDER BY 1, 2"
}

// maxWays are the alternatives of one account that are looked at.
const maxWays = 4

const mysqlAccountsQuery = "SELECT u.User, u.Host, u.plugin, IFNULL(u.authentication_string, '') <> '', u.account_locked = 'Y', u.ssl_type, " +
	"u.Super_priv = 'Y', u.File_priv = 'Y', u.Process_priv = 'Y', u.Shutdown_priv = 'Y', u.Grant_priv = 'Y', " +
	"'Y' IN (u.Insert_priv, u.Update_priv, u.Delete_priv) OR EXISTS (SELECT 1 FROM mysql.db d WHERE d.User = u.User AND d.Host = u.Host AND 'mysql' LIKE d.Db AND 'Y' IN (d.Insert_priv, d.Update_priv, d.Delete_priv)) " +
	"FROM mysql.user u ORDER BY 1, 2"

func (a *mariadbAnswer) readAccounts(ctx context.Context, conn *sql.Conn) {
	query, columns, origin := mariadbAccountsQuery(), 9+2*maxWays, facts.From("mysql.global_priv")
	if a.flavour == "mysql" {
		query, columns, origin = mysqlAccountsQuery, 12, facts.From("mysql.user")
	}
	rows, err := texts(ctx, conn, columns, query)
	if err != nil {
		a.accounts = facts.UnknownList[MariaDBAccount](askError(err))
		return
	}
	all := make([]MariaDBAccount, 0, len(rows))
	odd := ""
	for _, row := range rows {
		account := accountOf(row, origin)
		if a.flavour == "mysql" {
			account.mysqlRights(row[5:], origin)
		} else if why := account.mariadbRights(row, origin); why != "" {
			odd = why
		}
		all = append(all, account)
	}
	a.accounts = facts.Complete(all, origin)
	if odd != "" {
		a.accounts = facts.Partial(all, origin, odd)
	}
}

func isTrue(s sql.NullString) bool { return s.String == "1" || strings.EqualFold(s.String, "true") }

func accountOf(row []sql.NullString, at facts.Origin) MariaDBAccount {
	m := MariaDBAccount{Origin: at, User: row[0].String, Host: row[1].String, Plugin: row[2].String, HasPassword: isTrue(row[3]), Locked: isTrue(row[4])}
	m.Name = m.User + "@" + m.Host
	m.EmptyPassword = !m.HasPassword && !passwordless[m.Plugin]
	m.AnyHost = m.Host == "%" || m.Host == ""
	m.Local = m.Host == "localhost" || m.Host == "127.0.0.1" || m.Host == "::1"
	return m
}

func (m *MariaDBAccount) mysqlRights(row []sql.NullString, at facts.Origin) {
	m.SSL = strings.ToLower(row[0].String)
	if m.SSL == "" {
		m.SSL = "none"
	}
	for i, v := range []*facts.V[bool]{&m.Super, &m.File, &m.Process, &m.Shutdown, &m.GrantOption, &m.WriteMySQL} {
		*v = facts.Known(isTrue(row[i+1]), at)
	}
}

// The bits of access (privilege.h of MariaDB).
const (
	accessWrite    = 1<<1 | 1<<2 | 1<<3
	accessShutdown = 1 << 7
	accessProcess  = 1 << 8
	accessFile     = 1 << 9
	accessGrant    = 1 << 10
	accessSuper    = 1 << 15
)

func (m *MariaDBAccount) mariadbRights(row []sql.NullString, at facts.Origin) (odd string) {
	kinds := []string{"none", "any", "x509", "specified"}
	if n, err := strconv.Atoi(row[5].String); err == nil && n >= 0 && n < len(kinds) {
		m.SSL = kinds[n]
	}
	bits, err := strconv.ParseUint(row[6].String, 10, 64)
	for bit, v := range map[uint64]*facts.V[bool]{accessSuper: &m.Super, accessFile: &m.File, accessProcess: &m.Process, accessShutdown: &m.Shutdown, accessGrant: &m.GrantOption} {
		*v = facts.Known(bits&bit != 0, at)
		if err != nil {
			*v = facts.Unknown[bool]("the rights of " + m.Name + " are not a number")
		}
	}
	m.WriteMySQL = facts.Known(bits&accessWrite != 0 || isTrue(row[8]), at)
	ways, _ := strconv.Atoi(row[7].String)
	if ways > maxWays {
		odd = fmt.Sprintf("%s has %d ways of authentication, of which %d were looked at", m.Name, ways, maxWays)
	}
	for i := range min(ways, maxWays) { // {} among them stands for the account's own plugin
		plugin, has := row[9+2*i].String, isTrue(row[10+2*i])
		if plugin != "" && !has && !passwordless[plugin] {
			m.EmptyPassword = true
		}
		m.HasPassword = m.HasPassword || has
	}
	return odd
}
