package linux

import (
	"context"
	"path"

	"github.com/holdfast-agent/holdfast/facts"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "mariadb_user_files",
		Doc:   "The option files that clients of MariaDB and MySQL read in the home directories of this host's accounts. Passwords in them are not told.",
		Reads: "/etc/passwd, .my.cnf and .mylogin.cnf in each home directory",
	}, collectMariaDBUserFiles))
}

// MariaDBUserFile is one option file in a home directory.
type MariaDBUserFile struct {
	Origin facts.Origin

	User     string        `fact:"user" doc:"Name of the account; the first of those that share the home directory."`
	File     File          `fact:"file" doc:"The file, links followed."`
	Password facts.V[bool] `fact:"has_password" doc:"Whether a password stands in it. Always true of .mylogin.cnf, which hides what it holds, and does not encrypt it."`
}

func collectMariaDBUserFiles(ctx context.Context, r *facts.Reader, _ facts.Key) (facts.List[MariaDBUserFile], error) {
	a, err := accountsOf(ctx, r)
	if err == nil {
		err = a.users.err
	}
	if err != nil {
		return facts.List[MariaDBUserFile]{}, err
	}
	if !a.users.exists {
		return facts.UnknownList[MariaDBUserFile](passwdPath + " does not exist"), nil
	}
	var found []MariaDBUserFile
	unread, seen := "", map[string]bool{}
	for _, u := range a.users.rows {
		for _, base := range []string{".my.cnf", ".mylogin.cnf"} {
			name := path.Join(u.Home, base)
			if !path.IsAbs(u.Home) || seen[name] {
				continue
			}
			seen[name] = true
			f := statFile(ctx, r, name)
			if exists, known := f.Exists.Get(); !known {
				unread = string(f.Missing)
				continue
			} else if !exists || f.Type.Or("file") != "file" { // a link to /dev/null holds nothing
				continue
			}
			found = append(found, MariaDBUserFile{Origin: facts.File(name, 0), User: u.Name, File: f, Password: passwordIn(r, name)})
		}
	}
	return completeUnless(found, facts.File(passwdPath, 0), unread), nil
}

func passwordIn(r *facts.Reader, name string) facts.V[bool] {
	if path.Base(name) == ".mylogin.cnf" {
		return facts.Known(true, facts.File(name, 0))
	}
	b, err := r.ReadFileMax(name, 4<<20)
	if err != nil {
		return facts.Unknown[bool](err.Error())
	}
	return facts.Known(namesPassword(string(b)), facts.File(name, 0))
}
