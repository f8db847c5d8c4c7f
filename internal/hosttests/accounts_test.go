package hosttests

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

func TestAccountsAreWhatTheNameServiceSays(t *testing.T) {
	t.Parallel()
	h := testhost.Boot(t)
	h.MustRun("groupadd", "--gid", "2000", "project")
	h.MustRun("useradd", "--create-home", "--shell", "/bin/bash", "--groups", "project,sudo", "alice")
	h.MustRun("useradd", "--system", "--shell", "/usr/sbin/nologin", "--gid", "project", "robot")
	h.MustRun("sh", "-c", "echo alice:correct-horse | chpasswd --crypt-method YESCRYPT")
	h.MustRun("chage", "--maxdays", "90", "--mindays", "1", "--warndays", "14", "--inactive", "30", "alice")
	h.MustRun("usermod", "--lock", "robot")

	r := read(t, h, key{"users"}, key{"groups"})
	want, got := map[string]string{}, map[string]string{}
	for _, line := range lines(h.MustRun("getent", "passwd")) {
		f := strings.Split(line, ":")
		want[f[0]] = fmt.Sprintf("%s:%s:%s:%s", f[2], f[3], f[5], f[6])
	}
	for _, u := range r.list("users") {
		got[u["name"].(string)] = fmt.Sprintf("%v:%v:%v:%v", u["uid"], u["gid"], u["home"], u["shell"])
	}
	same(t, "users", want, got, 20)

	want, got = map[string]string{}, map[string]string{}
	for _, line := range lines(h.MustRun("getent", "group")) {
		f := strings.Split(line, ":")
		members := strings.FieldsFunc(f[3], func(r rune) bool { return r == ',' })
		slices.Sort(members)
		want[f[0]] = fmt.Sprintf("%s %v", f[2], members)
	}
	for _, g := range r.list("groups") {
		var members []string
		for _, m := range g["members"].([]any) {
			members = append(members, m.(string))
		}
		slices.Sort(members)
		got[g["name"].(string)] = fmt.Sprintf("%v %v", g["gid"], members)
	}
	same(t, "groups", want, got, 30)
}
