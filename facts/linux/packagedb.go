package linux

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"syscall"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/dpkgdb"
)

// packageDB is a package manager's database in memory. Reading another manager's is one more case in readPackageDB.
type packageDB struct {
	file string           // where it lies, for origins
	all  []dpkgdb.Package // in the order of names and architectures, without those that are not installed
	from map[string]string
	// cut says why the database was not read to its end: what is not in all may still be installed.
	cut string
	// broken are packages of which a later record could not be read, with the reason.
	broken map[string]string
}

const (
	dpkgStatus  = "/var/lib/dpkg/status"
	dpkgUpdates = "/var/lib/dpkg/updates"
	maxStatus   = 64 << 20
)

// packagesOf is the host's package database, read once.
func packagesOf(ctx context.Context, r *facts.Reader) (*packageDB, error) {
	return facts.Once(ctx, r, "package database", func(_ context.Context, r *facts.Reader) (*packageDB, error) {
		return readPackageDB(r)
	})
}

func readPackageDB(r *facts.Reader) (*packageDB, error) {
	_, err := r.Stat(dpkgStatus)
	if !facts.IsAbsent(err) {
		return readDpkg(r)
	}
	for _, dir := range []string{"/var/lib/rpm", "/usr/lib/sysimage/rpm"} {
		if _, err := r.Stat(dir); err == nil {
			return nil, errors.New("the packages of this host are in an rpm database (" + dir + "), which is not read")
		}
	}
	return nil, errors.New(dpkgStatus + " does not exist, and no other package database is known")
}

// readDpkg reads the status file and dpkg's journal as one: dpkg may fold the journal into a new status file while we
// read, so a status file that changed meanwhile is read again.
func readDpkg(r *facts.Reader) (*packageDB, error) {
	for range 5 {
		before, err := r.Stat(dpkgStatus)
		if err != nil {
			return nil, err
		}
		db, err := readDpkgOnce(r)
		if err != nil {
			return nil, err
		}
		after, err := r.Stat(dpkgStatus)
		if err == nil && sameFile(before, after) && !db.moving {
			return db.packageDB, nil
		}
	}
	return nil, errors.New(dpkgStatus + " kept changing while it was read: dpkg is at work")
}

func sameFile(a, b fs.FileInfo) bool {
	x, ok1 := a.Sys().(*syscall.Stat_t)
	y, ok2 := b.Sys().(*syscall.Stat_t)
	return ok1 && ok2 && x.Ino == y.Ino && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

type dpkgRead struct {
	*packageDB
	moving bool // a file of the journal went away between listing and reading
}

type packageKey struct{ name, arch string }

func readDpkgOnce(r *facts.Reader) (dpkgRead, error) {
	db := dpkgRead{packageDB: &packageDB{file: dpkgStatus, from: map[string]string{}, broken: map[string]string{}}}
	b, err := r.ReadFileMax(dpkgStatus, maxStatus)
	if err != nil {
		return db, err
	}
	listed, err := dpkgdb.Parse(b)
	if err != nil {
		if len(listed) == 0 {
			return db, fmt.Errorf("%s %w", dpkgStatus, err)
		}
		db.cut = fmt.Sprintf("%s: %v", dpkgStatus, err)
	}
	records := make(map[packageKey]dpkgdb.Package, len(listed))
	for _, p := range listed {
		records[packageKey{p.Name, p.Arch}] = p
	}
	if err := db.journal(r, records); err != nil {
		return db, err
	}
	for _, p := range records {
		if p.State != "not-installed" && db.broken[p.Name] == "" {
			db.all = append(db.all, p)
		}
	}
	slices.SortFunc(db.all, func(a, b dpkgdb.Package) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Arch, b.Arch))
	})
	return db, nil
}

// journal applies the files of updates/ in order, as modstatdb in dpkg does: names of digits alone, each one paragraph
// that replaces the package's.
func (db *dpkgRead) journal(r *facts.Reader, records map[packageKey]dpkgdb.Package) error {
	entries, err := r.ReadDir(dpkgUpdates)
	if facts.IsAbsent(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !digits(e.Name()) {
			continue // tmp.i: not yet part of the journal
		}
		name := path.Join(dpkgUpdates, e.Name())
		b, err := r.ReadFile(name)
		if facts.IsAbsent(err) {
			db.moving = true
			return nil
		}
		if err != nil {
			return err
		}
		p, err := dpkgdb.ParseOne(b)
		switch {
		case err != nil && p.Name == "":
			return fmt.Errorf("%s: %w", name, err) // whose record it is can't be told: nothing is certain
		case err != nil:
			db.broken[p.Name] = fmt.Sprintf("%s: %v", name, err)
		default:
			records[packageKey{p.Name, p.Arch}] = p
			db.from[p.Name+":"+p.Arch] = name
		}
	}
	return nil
}

func digits(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}

// find gives the records of a name; arch empty means any.
func (db *packageDB) find(name, arch string) []dpkgdb.Package {
	i, _ := slices.BinarySearchFunc(db.all, name, func(p dpkgdb.Package, n string) int { return cmp.Compare(p.Name, n) })
	var out []dpkgdb.Package
	for ; i < len(db.all) && db.all[i].Name == name; i++ {
		if p := db.all[i]; arch == "" || p.Arch == arch || (p.Arch == "all" && arch == db.nativeArch()) {
			out = append(out, p)
		}
	}
	return out
}

// nativeArch is dpkg's own architecture; empty when dpkg has no record of itself.
func (db *packageDB) nativeArch() string {
	for _, p := range db.all {
		if p.Name == "dpkg" {
			return p.Arch
		}
	}
	return ""
}

// doubt says why the absence of a record of name proves nothing; empty when it does. The empty name asks for any.
func (db *packageDB) doubt(name string) string {
	if why := db.broken[name]; why != "" {
		return why
	}
	if name == "" {
		for _, n := range slices.Sorted(maps.Keys(db.broken)) {
			return db.broken[n]
		}
	}
	return db.cut
}

func (db *packageDB) origin(p dpkgdb.Package) facts.Origin {
	if file := db.from[p.Name+":"+p.Arch]; file != "" {
		return facts.File(file, p.Line)
	}
	return facts.File(db.file, p.Line)
}

// list is a list of what records say, complete when the database is.
func (db *packageDB) list(items []string) facts.List[string] {
	if why := db.doubt(""); why != "" {
		return facts.Partial(items, facts.File(db.file, 0), why)
	}
	return facts.Complete(items, facts.File(db.file, 0))
}

func (db *packageDB) providers(name, arch string) facts.List[string] {
	var out []string
	for _, p := range db.all {
		if p.Provides == "" || p.Name == name || p.State == "config-files" || (arch != "" && p.Arch != arch && p.Arch != "all") {
			continue
		}
		if slices.Contains(dpkgdb.Names(p.Provides), name) && !slices.Contains(out, p.Name) {
			out = append(out, p.Name)
		}
	}
	return db.list(out)
}
