package linux

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/gkeyfile"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "dconf",
		Doc:   "What the system's dconf databases set for a key, and whether users can change it. Keys of the login screen are looked up in the profile gdm, all others in user.",
		Reads: "/etc/dconf/profile, /usr/share/dconf/profile, /etc/dconf/db/*.d with their locks",
		Args:  []facts.Arg{{Name: "key", Type: cty.String, Doc: "Path of the key: org/gnome/desktop/session/idle-delay"}},
		Canonical: func(args []cty.Value) ([]cty.Value, error) {
			key := strings.Trim(args[0].AsString(), "/")
			if !strings.Contains(key, "/") {
				return nil, fmt.Errorf("%q is no path of a key", args[0].AsString())
			}
			return []cty.Value{cty.StringVal(key)}, nil
		},
	}, collectDconf))
}

// Dconf is one key.
type Dconf struct {
	Missing facts.Missing

	Key       string             `fact:"key" doc:"The key, without the leading slash."`
	Profile   string             `fact:"profile" doc:"The profile it is looked up in: gdm or user."`
	Databases facts.List[string] `fact:"databases" doc:"System databases of the profile, in its order; the first that sets a key counts."`
	Set       facts.V[bool]      `fact:"set" doc:"Whether a system database sets the key."`
	Value     facts.V[string]    `fact:"value" doc:"The value as written (GVariant text): true, uint32 900, 'text'."`
	Text      facts.V[string]    `fact:"text" doc:"The value of a string, without its quotes."`
	Bool      facts.V[bool]      `fact:"bool" doc:"The value of a boolean."`
	Number    facts.V[int64]     `fact:"number" doc:"The value of a number, without its type."`
	Locked    facts.V[bool]      `fact:"locked" doc:"Whether a lock keeps users from changing the key."`
	Stale     facts.V[bool]      `fact:"stale" doc:"Whether a database was not compiled (dconf update) since its key files changed: programs then see older values, and all else here is unknown."`
}

// dconfDB is one system database, read from its key files.
type dconfDB struct {
	name  string
	files []dconfFile // in the order in which later ones override earlier ones
	locks map[string]facts.Origin
	stale string // why the compiled database is not of these files
	err   error
}

type dconfFile struct {
	path    string
	entries []gkeyfile.Entry
}

func collectDconf(ctx context.Context, r *facts.Reader, key facts.Key) (Dconf, error) {
	d := Dconf{Key: key.Subject, Profile: "user"}
	if strings.HasPrefix(d.Key, "org/gnome/login-screen/") {
		d.Profile = "gdm"
	}
	names, vendor, at, err := dconfProfile(r, d.Profile)
	if err != nil {
		d.Missing = facts.Missing(err.Error())
		return d, nil
	}
	d.Databases = facts.Complete(names, at)
	var dbs []*dconfDB
	stale := ""
	for _, name := range names {
		db, err := facts.Once(ctx, r, "dconf "+name, func(_ context.Context, r *facts.Reader) (*dconfDB, error) {
			return readDconfDB(r, name), nil
		})
		if err == nil {
			err = db.err
		}
		if err != nil {
			d.Missing = facts.Missing(err.Error())
			return d, nil
		}
		if stale == "" {
			stale = db.stale
		}
		dbs = append(dbs, db)
	}
	d.Stale = facts.Known(stale != "", at)
	if stale != "" {
		d.Missing = facts.Missing(stale)
		return d, nil
	}
	d.resolve(dbs, at)
	if set, known := d.Set.Get(); known && !set && vendor != "" {
		d.Set = facts.Unknown[bool]("no key file sets it; the compiled database " + vendor + " may")
	}
	return d, nil
}

// resolve follows dconf's engine: the first database that sets a key counts, but from the last one that locks it down.
func (d *Dconf) resolve(dbs []*dconfDB, at facts.Origin) {
	d.Locked = facts.Known(false, at)
	first := 0
	for i, db := range dbs {
		if o, ok := db.locks["/"+d.Key]; ok {
			d.Locked, first = facts.Known(true, o), i
		}
	}
	group, key := path.Split(d.Key)
	for _, db := range dbs[first:] {
		for _, f := range slices.Backward(db.files) {
			if e, ok := gkeyfile.Last(f.entries, strings.TrimSuffix(group, "/"), key); ok {
				d.setValue(strings.TrimSpace(e.Value), facts.File(f.path, e.Line))
				return
			}
		}
	}
	d.Set = facts.Known(false, at)
	d.Missing = facts.Missing(fmt.Sprintf("no database of the profile %s sets %s", d.Profile, d.Key))
}

func (d *Dconf) setValue(text string, at facts.Origin) {
	d.Set, d.Value = facts.Known(true, at), facts.Known(text, at)
	d.Text = facts.Unknown[string](fmt.Sprintf("%s: %s is no string", at, text))
	d.Bool = facts.Unknown[bool](fmt.Sprintf("%s: %s is no boolean", at, text))
	d.Number = facts.Unknown[int64](fmt.Sprintf("%s: %s is no number", at, text))
	if n := len(text); n >= 2 && (text[0] == '\'' || text[0] == '"') && text[n-1] == text[0] {
		d.Text = facts.Known(strings.NewReplacer(`\\`, `\`, `\'`, `'`, `\"`, `"`, `\n`, "\n").Replace(text[1:n-1]), at)
	}
	if text == "true" || text == "false" {
		d.Bool = facts.Known(text == "true", at)
	}
	words := strings.Fields(text)
	if len(words) == 2 && slices.Contains([]string{"byte", "int16", "uint16", "int32", "uint32", "int64", "uint64", "handle"}, words[0]) {
		words = words[1:]
	}
	if len(words) == 1 {
		if n, err := strconv.ParseInt(words[0], 0, 64); err == nil {
			d.Number = facts.Known(n, at)
		}
	}
}

// dconfProfile is the list of system databases of a profile (dconf(7)), and a vendor's compiled database behind them.
// Without a file there is none.
func dconfProfile(r *facts.Reader, profile string) (dbs []string, vendor string, at facts.Origin, err error) {
	for _, dir := range []string{"/etc/dconf/profile/", "/usr/share/dconf/profile/"} {
		name := dir + profile
		b, err := r.ReadFile(name)
		if facts.IsAbsent(err) {
			continue
		}
		if err != nil {
			return nil, "", facts.Origin{}, err
		}
		n := 0
		for line := range strings.Lines(string(b)) {
			n++
			line, _, _ = strings.Cut(line, "#")
			kind, db, ok := strings.Cut(strings.TrimSpace(line), ":")
			switch {
			case strings.TrimSpace(line) == "":
			case !ok:
				return nil, "", facts.Origin{}, fmt.Errorf("%s:%d: is no database", name, n)
			case kind == "system-db":
				if strings.ContainsAny(db, "/") || db == "" {
					return nil, "", facts.Origin{}, fmt.Errorf("%s:%d: is no name of a database", name, n)
				}
				if vendor != "" {
					return nil, "", facts.Origin{}, fmt.Errorf("%s:%d: stands behind a compiled database, which is not read", name, n)
				}
				dbs = append(dbs, db)
			case kind == "file-db":
				vendor = db
			case kind == "service-db":
				return nil, "", facts.Origin{}, fmt.Errorf("%s:%d: a service-db is not read", name, n)
			}
		}
		return dbs, vendor, facts.File(name, 0), nil
	}
	return nil, "", facts.File("/etc/dconf/profile/"+profile, 0), nil
}

func readDconfDB(r *facts.Reader, name string) *dconfDB {
	db := &dconfDB{name: name, locks: map[string]facts.Origin{}}
	compiled, dir := "/etc/dconf/db/"+name, "/etc/dconf/db/"+name+".d"
	var newest time.Time
	note := func(p string) {
		if st, err := r.Stat(p); err == nil && st.ModTime().After(newest) {
			newest = st.ModTime()
		}
	}
	files, err := r.Glob(dir + "/*")
	if err != nil {
		db.err = err
		return db
	}
	note(dir)
	for _, f := range files {
		if st, err := r.Stat(f); err == nil && st.IsDir() {
			continue
		}
		note(f)
		b, err := r.ReadFile(f)
		if err != nil {
			db.err = err
			return db
		}
		entries, err := gkeyfile.Parse(b)
		if err != nil { // dconf update refuses the database
			db.err = fmt.Errorf("%s:%w", f, err)
			return db
		}
		db.files = append(db.files, dconfFile{f, entries})
	}
	if db.err = db.readLocks(r, dir+"/locks", note); db.err != nil {
		return db
	}
	st, err := r.Stat(compiled)
	switch {
	case facts.IsAbsent(err) && len(files) == 0:
	case err != nil:
		db.stale = fmt.Sprintf("%s was not compiled to %s: %v", dir, compiled, err)
	case newest.After(st.ModTime()):
		db.stale = fmt.Sprintf("%s is older than what lies in %s: dconf update was not run", compiled, dir)
	}
	return db
}

func (db *dconfDB) readLocks(r *facts.Reader, dir string, note func(string)) error {
	files, err := r.Glob(dir + "/*")
	if err != nil {
		return err
	}
	note(dir)
	for _, f := range files {
		note(f)
		b, err := r.ReadFile(f)
		if err != nil {
			return err
		}
		n := 0
		for line := range strings.Lines(string(b)) {
			n++
			if line = strings.TrimRight(line, "\r\n"); strings.HasPrefix(line, "/") {
				db.locks[strings.TrimRight(line, " \t")] = facts.File(f, n)
			}
		}
	}
	return nil
}
