// Package pgread asks a running PostgreSQL server what is in force, over its unix socket by peer authentication. It is
// the work of a child process that runs as the owner of clusters and does nothing else: Serve reads Requests from standard
// input, asks each server a fixed list of queries in read-only transactions, and writes Answers to standard output.
//
// It sends nothing before the kernel has told that the socket belongs to the owner or to root, and has no password to
// give. What may hold a secret is left out by the queries themselves, so that it does not leave the server. It takes no
// decision: what answers mean is the caller's.
package pgread

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lib/pq"
	"golang.org/x/sys/unix"
)

// Bounds of a conversation.
const (
	MaxAnswer    = 16 << 20 // bytes of one Answer as JSON
	maxRequest   = 64 << 10
	maxReceived  = 32 << 20 // bytes that the server may send over one connection
	maxMessage   = 4 << 20  // bytes of one message
	maxRows      = 20_000   // of one query
	maxDatabases = 16       // that are looked into

	parallelDatabases = 4 // connections at a time
)

// Request says whom to ask.
type Request struct {
	Directory string // of the socket; @ begins an abstract one
	Port      int
	Role      string        // the database role, named as the owner
	Version   int           // major version; 0 when not known
	Timeout   time.Duration // of the whole conversation
}

// Answer is what the server said.
type Answer struct {
	Error string // why there is nothing else

	Version    int // server_version_num: 150012
	InRecovery bool
	LoadTime   time.Time // when the configuration files were last read
	StartTime  time.Time
	Settings   []Setting
	Rules      []Rule
	Mappings   []Mapping
	Roles      []Role
	Overrides  []Override
	Archiver   Archiver
	Databases  []Database
	Code       []string          // directories of extensions' scripts and of libraries
	Unread     map[string]string // by what was asked for, why there is no answer or not all of it
}

// Setting is a row of pg_settings. Value has no meaning where Hidden is set.
type Setting struct {
	Name, Value, Unit, Type, Source, Context, File string
	Line                                           int
	PendingRestart, Hidden, Empty                  bool
}

// Rule is a row of pg_hba_file_rules.
type Rule struct {
	File, Type, Address, Netmask, Method, Error string
	Line                                        int
	Databases, Users, Options                   []string
}

// Mapping is a row of pg_ident_file_mappings.
type Mapping struct {
	File, Map, SystemUser, Role, Error string
	Line                               int
}

// Role is a role of the cluster.
type Role struct {
	Name                                                           string
	Superuser, Login, CreateRole, CreateDB, Replication, BypassRLS bool
	PasswordForm, ValidUntil                                       string
	MemberOf                                                       []string
}

// Override is a setting of ALTER ROLE or ALTER DATABASE.
type Override struct {
	Database, Role, Name, Value string
	Hidden                      bool
}

// Archiver is pg_stat_archiver; times are empty when it never happened.
type Archiver struct {
	Archived, Failed         int64
	LastArchived, LastFailed string
}

// Database is what is in one database.
type Database struct {
	Name        string
	Connect     bool // whether it takes connections
	Read        bool
	Extensions  []string // name version
	Languages   []string // procedural languages beyond c, internal, sql
	Untrusted   []string // of these, those in which a function may do what the server's account may
	AuthReaders []string // who beside the owner has rights on pg_authid
	Grants      []Grant
	Functions   []Function
}

// Grant is what someone who doesn't own an object of a user's schema may do with it: PUBLIC, or who may pass it on.
type Grant struct {
	Object, Grantee, Privileges string
	Grantable                   bool
}

// Function is a function or procedure that runs with the rights of its owner (SECURITY DEFINER) in a user's schema.
type Function struct {
	Name, Owner                  string
	Superuser, FixedPath, Public bool
}

// Serve is the child's whole work: a list of Requests to servers of one owner, each answered within its own timeout.
func Serve(in io.Reader, out io.Writer) error {
	if err := confine(); err != nil {
		return err
	}
	b, err := io.ReadAll(io.LimitReader(in, maxRequest))
	if err != nil {
		return err
	}
	var requests []Request
	if err := json.Unmarshal(b, &requests); err != nil {
		return err
	}
	answers := make([]*Answer, len(requests))
	var wg sync.WaitGroup
	for i, req := range requests {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), req.Timeout)
			defer cancel()
			a, err := ask(ctx, req)
			if err != nil {
				a = &Answer{Error: plainError(err)}
			}
			answers[i] = a
		})
	}
	wg.Wait()
	return json.NewEncoder(out).Encode(answers)
}

// confine gives up what the conversation does not need. The parent has already dropped to the owner's user id.
func confine() error {
	if os.Geteuid() == 0 || os.Getuid() == 0 {
		return errors.New("this runs as the owner of a database, never as root")
	}
	if on, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); err != nil || on != 1 {
		return errors.New("this runs without the means to gain privileges (no_new_privs), which are not off")
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("prctl: %w", err)
	}
	for _, what := range []int{unix.RLIMIT_CORE, unix.RLIMIT_FSIZE} {
		if err := unix.Setrlimit(what, &unix.Rlimit{}); err != nil {
			return fmt.Errorf("setrlimit: %w", err)
		}
	}
	return nil
}

// plainError is one line. PostgreSQL quotes nothing secret in what it says to a client that sent nothing secret.
func plainError(err error) string {
	var said *pq.Error
	if errors.As(err, &said) {
		return "the server refuses: " + said.Message
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return "the server does not answer in time"
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}

// dialer connects to one socket whose server runs as the owner.
type dialer struct{ req Request }

func (d dialer) Dial(_, _ string) (net.Conn, error) {
	return d.DialContext(context.Background(), "", "")
}

func (d dialer) DialTimeout(_, _ string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, "", "")
}

func (d dialer) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	name := path.Join(d.req.Directory, ".s.PGSQL."+strconv.Itoa(d.req.Port))
	var nd net.Dialer
	c, err := nd.DialContext(ctx, "unix", name)
	if err != nil {
		return nil, err
	}
	if err := checkPeer(c, name); err != nil {
		_ = c.Close()
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		_ = c.SetDeadline(deadline)
	}
	return newBoundedConn(c, maxReceived), nil
}

// checkPeer asks the kernel who listens: anyone may bind a socket in a directory like /tmp.
func checkPeer(c net.Conn, name string) error {
	u, ok := c.(*net.UnixConn)
	if !ok {
		return errors.New("not a unix socket")
	}
	raw, err := u.SyscallConn()
	if err != nil {
		return err
	}
	var cred *unix.Ucred
	var credErr error
	if err := raw.Control(func(fd uintptr) {
		cred, credErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}); err != nil {
		return err
	}
	if credErr != nil {
		return credErr
	}
	if cred.Uid != 0 && int(cred.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to user id %d, who is neither the cluster's owner nor root: nothing was sent to it", name, cred.Uid)
	}
	return nil
}

// boundedConn refuses to receive without end, and messages that say they are long: the driver makes room for a message
// by what its header says.
type boundedConn struct {
	net.Conn
	buf  *bufio.Reader
	left int    // of the conversation
	head []byte // of a message, not yet handed on
	body int    // bytes of the message behind it
}

func newBoundedConn(c net.Conn, left int) *boundedConn {
	return &boundedConn{Conn: c, buf: bufio.NewReaderSize(c, 16<<10), left: left}
}

func (c *boundedConn) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	if len(c.head) == 0 && c.body == 0 {
		if err := c.header(); err != nil {
			return 0, err
		}
	}
	if len(c.head) > 0 {
		n := copy(b, c.head)
		c.head = c.head[n:]
		return n, nil
	}
	n, err := c.buf.Read(b[:min(len(b), c.body)])
	c.body -= n
	return n, err
}

// header reads the type and length of the next message.
func (c *boundedConn) header() error {
	head := make([]byte, 5)
	if _, err := io.ReadFull(c.buf, head); err != nil {
		return err
	}
	length := binary.BigEndian.Uint32(head[1:])
	if length < 4 || length > maxMessage {
		return errors.New("the server sends what is no message of PostgreSQL, or too long")
	}
	if c.left -= int(length) + 1; c.left < 0 {
		return errors.New("the server sends more than is read")
	}
	c.head, c.body = head, int(length)-4
	return nil
}

// within runs f in a read-only transaction that nothing in the database can steer: names mean pg_catalog's alone.
func within(ctx context.Context, req Request, database string, f func(*query) error) error {
	dsn := fmt.Sprintf("host=%s port=%d user=%s dbname=%s sslmode=disable passfile=/dev/null application_name=holdfast",
		quote("/"+strings.TrimPrefix(req.Directory, "/")), req.Port, quote(req.Role), quote(database))
	if req.Version >= 17 { // a trigger on logins is no business of a reader
		dsn += " options='-c event_triggers=off'"
	}
	connector, err := pq.NewConnector(dsn)
	if err != nil {
		return err
	}
	connector.Dialer(dialer{req})
	db := sql.OpenDB(connector)
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	left := req.Timeout
	if deadline, ok := ctx.Deadline(); ok {
		left = max(time.Until(deadline), time.Millisecond)
	}
	set := fmt.Sprintf("SET LOCAL statement_timeout = %d; SET LOCAL lock_timeout = %[1]d; SET LOCAL search_path = pg_catalog", left.Milliseconds()+1)
	if _, err := tx.ExecContext(ctx, set); err != nil {
		return err
	}
	return f(&query{ctx, tx})
}

// quote is a value of a connection string.
func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}
