package linux

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"syscall"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/authkeys"
)

// DotFile is a file or directory of a home directory whose name begins with a dot.
type DotFile struct {
	Path  string          `fact:"path" doc:"Its path."`
	Name  string          `fact:"name" doc:"Its name: .netrc."`
	Type  facts.V[string] `fact:"type" doc:"file, directory, symlink (not followed), fifo, socket, char or block."`
	Mode  facts.V[string] `fact:"mode" doc:"Permission bits, four octal digits; of a symlink itself always 0777."`
	Owner facts.V[string] `fact:"owner" doc:"Name of its owner; empty when no account has the id."`
	Group facts.V[string] `fact:"group" doc:"Name of its group; empty when no group has the id."`
}

// AuthorizedKey is what can be told of a public key without the key.
type AuthorizedKey struct {
	Origin facts.Origin

	Path          string         `fact:"path" doc:"The file."`
	Line          int            `fact:"line" doc:"Number of the line, from 1."`
	Algorithm     string         `fact:"algorithm" doc:"ssh-ed25519, ssh-rsa, …"`
	Bits          facts.V[int64] `fact:"bits" doc:"Size of the key in bits."`
	Options       []string       `fact:"options" doc:"Names of the options before the key (from, command, restrict, …), lower case."`
	CertAuthority bool           `fact:"cert_authority" doc:"Whether the key is not itself let in but signs keys that are."`
}

// maxDotFiles bounds what is told of one home directory.
const maxDotFiles = 1000

// homes looks at home directories, each once however many accounts share it.
type homes struct {
	names  *idNames
	remote []remoteMount
	seen   map[string]User // only the attributes of the home are used
}

func newHomes(ctx context.Context, r *facts.Reader) *homes {
	return &homes{names: namesOf(ctx, r), remote: remoteMounts(ctx, r), seen: map[string]User{}}
}

func (h *homes) look(r *facts.Reader, u *User) {
	home, _ := u.Home.Get()
	got, ok := h.seen[home]
	if !ok {
		got = h.lookAt(r, home)
		h.seen[home] = got
	}
	u.HomeExists, u.HomeIsDir, u.HomeMode = got.HomeExists, got.HomeIsDir, got.HomeMode
	u.HomeOwner, u.HomeGroup, u.HomeUID = got.HomeOwner, got.HomeGroup, got.HomeUID
	u.DotFiles, u.AuthorizedKeys = got.DotFiles, got.AuthorizedKeys
}

func (h *homes) lookAt(r *facts.Reader, home string) User {
	if home == "" || !strings.HasPrefix(home, "/") {
		return absentHome(facts.Origin{}, fmt.Sprintf("the home directory %q is no absolute path", home))
	}
	if m, ok := remoteAt(h.remote, home); ok {
		return unknownHome(fmt.Sprintf("%s lies on %s at %s, which is not looked at: it could hang or mount something", home, m.fstype, m.dir))
	}
	at := facts.File(home, 0)
	st, err := r.Stat(home)
	if facts.IsAbsent(err) {
		return absentHome(at, home+" does not exist")
	}
	if err != nil {
		return unknownHome(err.Error())
	}
	sys, ok := st.Sys().(*syscall.Stat_t)
	if !ok {
		return unknownHome("the file system gives no owner and mode")
	}
	u := User{
		HomeExists: facts.Known(true, at),
		HomeIsDir:  facts.Known(st.IsDir(), at),
		HomeMode:   facts.Known(modeString(sys.Mode), at),
		HomeUID:    facts.Known(sys.Uid, at),
		HomeOwner:  h.names.user(sys.Uid),
		HomeGroup:  h.names.group(sys.Gid),
	}
	if !st.IsDir() {
		u.DotFiles, u.AuthorizedKeys = facts.Complete[DotFile](nil, at), facts.Complete[AuthorizedKey](nil, at)
		return u
	}
	u.DotFiles = h.dotFiles(r, home)
	u.AuthorizedKeys = authorizedKeys(r, home)
	return u
}

// absentHome: without a directory there are no dot files and no keys in it.
func absentHome(at facts.Origin, why string) User {
	return User{
		HomeExists: facts.Known(false, at), HomeIsDir: facts.Known(false, at),
		HomeMode: facts.Unknown[string](why), HomeOwner: facts.Unknown[string](why),
		HomeGroup: facts.Unknown[string](why), HomeUID: facts.Unknown[uint32](why),
		DotFiles: facts.Complete[DotFile](nil, at), AuthorizedKeys: facts.Complete[AuthorizedKey](nil, at),
	}
}

func unknownHome(why string) User {
	u := absentHome(facts.Origin{}, why)
	u.HomeExists, u.HomeIsDir = facts.Unknown[bool](why), facts.Unknown[bool](why)
	u.DotFiles, u.AuthorizedKeys = facts.UnknownList[DotFile](why), facts.UnknownList[AuthorizedKey](why)
	return u
}

func (h *homes) dotFiles(r *facts.Reader, home string) facts.List[DotFile] {
	entries, err := r.ReadDir(home)
	if err != nil {
		return facts.UnknownList[DotFile](err.Error())
	}
	var files []DotFile
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if len(files) == maxDotFiles {
			return facts.Partial(files, facts.File(home, 0), fmt.Sprintf("%s has more than %d dot files", home, maxDotFiles))
		}
		if f, gone := h.dotFile(r, path.Join(home, e.Name())); !gone {
			files = append(files, f)
		}
	}
	return facts.Complete(files, facts.File(home, 0))
}

func (h *homes) dotFile(r *facts.Reader, name string) (f DotFile, gone bool) {
	f = DotFile{Path: name, Name: path.Base(name)}
	st, err := r.Lstat(name)
	if facts.IsAbsent(err) {
		return f, true
	}
	if err == nil {
		if sys, ok := st.Sys().(*syscall.Stat_t); ok {
			at := facts.File(name, 0)
			f.Type, f.Mode = facts.Known(fileType(st.Mode()), at), facts.Known(modeString(sys.Mode), at)
			f.Owner, f.Group = h.names.user(sys.Uid), h.names.group(sys.Gid)
			return f, false
		}
		err = errors.New("the file system gives no owner and mode")
	}
	why := err.Error()
	f.Type, f.Mode = facts.Unknown[string](why), facts.Unknown[string](why)
	f.Owner, f.Group = facts.Unknown[string](why), facts.Unknown[string](why)
	return f, false
}

func authorizedKeys(r *facts.Reader, home string) facts.List[AuthorizedKey] {
	var keys []AuthorizedKey
	var unread string
	for _, name := range []string{".ssh/authorized_keys", ".ssh/authorized_keys2"} {
		name = path.Join(home, name)
		b, err := r.ReadFileMax(name, 4<<20)
		if facts.IsAbsent(err) {
			continue
		}
		if err != nil {
			unread = err.Error()
			continue
		}
		found, _, complete := authkeys.Parse(b)
		if !complete {
			unread = fmt.Sprintf("%s has more than %d keys", name, authkeys.Limit)
		}
		for _, k := range found {
			bits := facts.Known(int64(k.Bits), facts.Origin{})
			if k.Bits == 0 {
				bits = facts.Unknown[int64]("the size of a key of " + k.Algorithm + " is not known here")
			}
			keys = append(keys, AuthorizedKey{Origin: facts.File(name, k.Line), Path: name, Line: k.Line,
				Algorithm: k.Algorithm, Bits: bits, Options: k.Options, CertAuthority: k.CA})
		}
	}
	return completeUnless(keys, facts.File(path.Join(home, ".ssh/authorized_keys"), 0), unread)
}
