package actions

import (
	"fmt"
	"strconv"

	"github.com/holdfast-agent/holdfast/facts/linux/accountdb"
	"github.com/holdfast-agent/holdfast/remediate"
)

// userID is the id of an account of /etc/passwd, or a number as it stands.
func userID(d *remediate.Draft, name string) (uint32, error) {
	if n, err := strconv.ParseUint(name, 10, 32); err == nil {
		return uint32(n), nil
	}
	text, err := d.Tree().ReadFile("/etc/passwd")
	if err != nil {
		return 0, err
	}
	users, _ := accountdb.Users(text)
	for _, u := range users {
		if u.Name == name {
			return u.UID, nil
		}
	}
	return 0, remediate.Refuse("there is no user %s", name)
}

// groupID is the id of a group of /etc/group, or a number as it stands.
func groupID(d *remediate.Draft, name string) (uint32, error) {
	if n, err := strconv.ParseUint(name, 10, 32); err == nil {
		return uint32(n), nil
	}
	text, err := d.Tree().ReadFile("/etc/group")
	if err != nil {
		return 0, err
	}
	groups, _ := accountdb.Groups(text)
	for _, g := range groups {
		if g.Name == name {
			return g.GID, nil
		}
	}
	return 0, remediate.Refuse("there is no group %s", name)
}

// permissionBits are all that chmod(2) sets.
const permissionBits = 0o7777

// octal reads a mode: 0644.
func octal(s string) (uint32, error) {
	n, err := strconv.ParseUint(s, 8, 32)
	if err != nil || n > permissionBits {
		return 0, fmt.Errorf("%q is no mode, as 0640 is", s)
	}
	return uint32(n), nil
}

// deref is what an optional argument says; the zero value when it is not given.
func deref[T any](p *T) T {
	var v T
	if p != nil {
		v = *p
	}
	return v
}
