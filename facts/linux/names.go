package linux

import (
	"context"

	"github.com/holdfast-agent/holdfast/facts"
)

// idNames are the names of the host's user and group ids, from its own /etc/passwd and /etc/group: not from NSS, which
// would ask the network, and of the wrong host with --root.
type idNames struct {
	users, groups       map[uint32]string
	usersErr, groupsErr error
}

func namesOf(ctx context.Context, r *facts.Reader) *idNames {
	n, err := facts.Once(ctx, r, "id names", func(ctx context.Context, r *facts.Reader) (*idNames, error) {
		a, err := accountsOf(ctx, r)
		if err != nil {
			return nil, err
		}
		n := &idNames{users: map[uint32]string{}, groups: a.groupName, usersErr: a.users.unread(), groupsErr: a.groups.unread()}
		for _, u := range a.users.rows {
			if _, taken := n.users[u.UID]; !taken {
				n.users[u.UID] = u.Name
			}
		}
		return n, nil
	})
	if err != nil {
		return &idNames{usersErr: err, groupsErr: err}
	}
	return n
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
