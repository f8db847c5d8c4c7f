// Package sshdconf works out what an OpenSSH server would use: it reads sshd_config and what it includes in the order
// and with the rules of servconf.c (first value wins, save where sshd itself does otherwise; Match blocks in a second
// pass over the same lines; algorithm lists expanded against the version's own), and gives the options as sshd -T
// prints them. A file that sshd would refuse is an error with its place. The package reads through [Files] only,
// resolves no names, and knows nothing of running servers.
//
// The tables are those of Debian's OpenSSH 9.2; see [Options.Version] for others.
package sshdconf

import (
	"errors"
	"fmt"
	"strings"
)

// Files is what the configuration is read through. Glob follows glob(3): sorted, and without hidden names.
type Files interface {
	ReadFile(name string) ([]byte, error)
	Glob(pattern string) ([]string, error)
	// IsDir tells whether name leads to a directory: sshd reads one as an empty file.
	IsDir(name string) bool
	// IsAbsent tells whether an error of ReadFile says that there is no such file.
	IsAbsent(err error) bool
}

// Bounds of one configuration; beyond them it is reported as unreadable, never as valid.
const (
	maxLines    = 100_000 // lines processed in one pass, includes counted each time
	maxLine     = 64 << 10
	maxIncludes = 4096
	maxDepth    = 16 // servconf.c: SERVCONF_MAX_DEPTH
	maxArgs     = 4096
	maxMatches  = 4096
	maxElements = 64 << 10 // of one list option
)

// Pos is a place in a configuration file.
type Pos struct {
	File string
	Line int
}

func (p Pos) String() string { return fmt.Sprintf("%s:%d", p.File, p.Line) }

// Value is one effective option.
type Value struct {
	// Items are the words after the option's name in sshd -T's output: one for a scalar, several for lists (algorithm
	// lists are taken apart), in order.
	Items []string
	// Pos is where the option was set; the zero Pos says that it is a default.
	Pos Pos
	// Unknown says why the value could not be told, empty when it is known.
	Unknown string
}

// Invalid is a configuration that sshd refuses to start with.
type Invalid struct {
	Pos Pos
	Msg string
}

func (e *Invalid) Error() string {
	if e.Pos == (Pos{}) {
		return "sshd refuses its configuration: " + e.Msg
	}
	return fmt.Sprintf("sshd refuses its configuration: %s: %s", e.Pos, e.Msg)
}

// errUnread says that the configuration could not be followed to its end, so nothing is known of its validity.
type errUnread struct{ msg string }

func (e *errUnread) Error() string { return e.msg }

// IsInvalid tells whether sshd would refuse to start, as against a configuration that could not be read here.
func IsInvalid(err error) bool {
	var i *Invalid
	return errors.As(err, &i)
}

// Options say how the server is started.
type Options struct {
	// Version is OpenSSH's, "9.2". The tables are exact for 9.2. For another version, what differs between versions
	// is unknown, and so is the whole when it has an option that the tables do not have.
	Version string
	// Args are sshd's command line arguments; -f, -o, -p, -h, -g, -4 and -6 change what is effective.
	Args []string
}

// Match is one Match line.
type Match struct {
	Pos      Pos
	Criteria string // as written, blanks and = normalised: "user root,admin address 10.0.0.0/8"
	Tests    []Test
	parents  []*Match // the blocks whose Include leads here
}

// Test is one criterion of a Match line; Name is in lower case: all, user, group, host, address, …
type Test struct{ Name, Arg string }

// Decision is whether a connection satisfies a Match line.
type Decision int

// The decisions.
const (
	No Decision = iota
	Yes
	Maybe // what it depends on is not known: what the block sets is unknown
)

// Decide answers for one Match line; the reason is used with Maybe. Lines of "Match all" are not asked about.
type Decide func(m *Match) (Decision, string)

// Config is a configuration that sshd would start with.
type Config struct {
	version string
	path    string
	files   *cache
	cmdline []*line
	ports   []string // from -p
	global  map[string]Value
	// Matches are the Match lines but those of "Match all", in the order in which sshd meets them, each place once.
	Matches []*Match
}

// DefaultPath is where sshd looks without -f.
const DefaultPath = "/etc/ssh/sshd_config"

// Load reads the configuration. The error is an [*Invalid] when sshd would refuse it.
func Load(files Files, o Options) (*Config, error) {
	c := &Config{version: o.Version, path: DefaultPath, files: &cache{files: files, globs: map[string][]string{}, data: map[string]string{}}}
	if err := c.arguments(o.Args); err != nil {
		return nil, err
	}
	p := c.newParser()
	for _, l := range c.cmdline {
		p.active = Yes
		p.cmdline = true
		if err := p.directive(l, &frame{}); err != nil {
			return nil, c.versioned(err)
		}
		p.cmdline = false
	}
	p.active = Yes
	if err := p.file(c.path, 0, &frame{}); err != nil {
		return nil, c.versioned(err)
	}
	c.Matches = p.matches
	c.global = p.opts
	if err := c.sensible(); err != nil {
		return nil, c.versioned(err)
	}
	return c, nil
}

// versioned makes a refusal of another version than the tables' a doubt: what 9.2 refuses another may know.
func (c *Config) versioned(err error) error {
	if c.version != tableVersion && IsInvalid(err) {
		return &errUnread{fmt.Sprintf("the options of OpenSSH %s are not known well enough here: %s", c.version, strings.TrimPrefix(err.Error(), "sshd refuses its configuration: "))}
	}
	return err
}

func nothing(*Match) (Decision, string) { return No, "" }

// Default are the options as sshd -T prints them: no Match block applies but "Match all".
func (c *Config) Default() map[string]Value { return c.Effective(nothing) }

// Within are the options of a connection that satisfies m, the blocks around it, and those with the same criteria, but
// no other.
func (c *Config) Within(m *Match) map[string]Value {
	return c.Effective(func(o *Match) (Decision, string) {
		if o.Pos == m.Pos || o.Criteria == m.Criteria {
			return Yes, ""
		}
		for _, parent := range m.parents {
			if o.Pos == parent.Pos || o.Criteria == parent.Criteria {
				return Yes, ""
			}
		}
		return No, ""
	})
}

// Path is the main file.
func (c *Config) Path() string { return c.path }
