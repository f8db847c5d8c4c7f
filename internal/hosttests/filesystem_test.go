package hosttests

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

func TestTheWalkFindsWhatFindFinds(t *testing.T) {
	h := testhost.Boot(t)
	h.MustRun("sh", "-e", "-c", `
mkdir -p /srv/open /srv/sticky "/srv/new
line" /srv/deep/a/b/c/d /home/gone /srv/closed
chmod 0777 /srv/open "/srv/new
line"
chmod 1777 /srv/sticky
cp /bin/true /srv/deep/a/b/c/d/setuid; chmod 4755 /srv/deep/a/b/c/d/setuid
cp /bin/true /tmp/setgid; chmod 2755 /tmp/setgid
cp /bin/true /dev/shm/both; chmod 6711 /dev/shm/both
touch /srv/open/to-all /run/to-all; chmod 0666 /srv/open/to-all /run/to-all
ln -s /srv/open/to-all /srv/link
mkfifo /srv/fifo; chmod 0666 /srv/fifo
chown 54321:54322 /home/gone; touch /home/gone/file; chown 54321 /home/gone/file; ln -s x /home/gone/link; chown -h 54321 /home/gone/link
touch /srv/closed/inside; chown :54322 /srv/closed/inside; chmod 0 /srv/closed
ln /srv/open/to-all /srv/second-name
mkdir /srv/mounted; mount -t tmpfs none /srv/mounted; touch /srv/mounted/w; chmod 0777 /srv/mounted/w
`)
	walked := read(t, h, key{"filesystem"}).object("filesystem")
	if walked["complete"] != true {
		t.Errorf("complete is %v", walked["complete"])
	}
	for attribute, test := range map[string]struct {
		condition string
		atLeast   int
	}{
		"setuid":               {"-type f -perm -4000", 5},
		"setgid":               {"-type f -perm -2000", 3},
		"world_writable_files": {"-type f -perm -0002", 4},
		"world_writable_dirs":  {"-type d -perm -0002", 6},
		"unowned":              {"-nouser", 3},
		"ungrouped":            {"-nogroup", 2},
	} {
		const kernels = `-fstype proc -o -fstype sysfs -o -fstype cgroup2 -o -fstype devpts -o -fstype mqueue`
		args := append([]string{"/", "("}, strings.Fields(kernels)...)
		args = append(args, ")", "-prune", "-o")
		args = append(args, strings.Fields(test.condition)...)
		args = append(args, "-printf", `%p\t%m %u:%g\0`)
		want, got := map[string]string{}, map[string]string{}
		for _, entry := range strings.FieldsFunc(h.MustRun("find", args...), func(r rune) bool { return r == 0 }) {
			path, rest, _ := strings.Cut(entry, "\t")
			want[path] = strings.Repeat("0", max(0, 4-strings.Index(rest, " "))) + rest
		}
		for _, f := range objects(t, attribute, walked[attribute]) {
			owner, group := f["owner"], f["group"]
			if owner == "" {
				owner = f["uid"]
			}
			if group == "" {
				group = f["gid"]
			}
			got[f["path"].(string)] = fmt.Sprintf("%v %v:%v", f["mode"], owner, group)
		}
		same(t, attribute, want, got, test.atLeast)
	}
}
