package linux

import (
	"bytes"
	"context"
	"strconv"

	"github.com/holdfast-agent/holdfast/facts"
)

// idNames are the names of the host's user and group ids, from its own /etc/passwd and /etc/group: not from NSS, which
// would ask the network, and of the wrong host with --root.
type idNames struct {
	users, groups       map[uint32]string
	usersErr, groupsErr error
}

func namesOf(ctx context.Context, r *facts.Reader) *idNames {
	n, err := facts.Once(ctx, r, "id names", func(_ context.Context, r *facts.Reader) (*idNames, error) {
		n := &idNames{}
		n.users, n.usersErr = readIDs(r, "/etc/passwd")
		n.groups, n.groupsErr = readIDs(r, "/etc/group")
		return n, nil
	})
	if err != nil {
		return &idNames{usersErr: err, groupsErr: err}
	}
	return n
}

// readIDs maps the third field of each line to the first; the first line with an id wins, as in getpwuid(3).
func readIDs(r *facts.Reader, name string) (map[uint32]string, error) {
	b, err := r.ReadFile(name)
	if err != nil {
		return nil, err
	}
	ids := map[uint32]string{}
	for line := range bytes.Lines(b) {
		f := bytes.SplitN(line, []byte(":"), 4)
		if len(f) < 4 {
			continue
		}
		id, err := strconv.ParseUint(string(f[2]), 10, 32)
		if err != nil {
			continue
		}
		if _, taken := ids[uint32(id)]; !taken {
			ids[uint32(id)] = string(f[0])
		}
	}
	return ids, nil
}

// user is the name of a user id; an id without an account is known to have the empty name.
func (n *idNames) user(id uint32) facts.V[string] {
	return nameOf(n.users, n.usersErr, id, "/etc/passwd")
}

func (n *idNames) group(id uint32) facts.V[string] {
	return nameOf(n.groups, n.groupsErr, id, "/etc/group")
}

func nameOf(ids map[uint32]string, err error, id uint32, file string) facts.V[string] {
	if err != nil {
		return facts.Unknown[string](err.Error())
	}
	return facts.Known(ids[id], facts.File(file, 0))
}
