package linux

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/hosttest"
	"github.com/holdfast-agent/holdfast/facts/linux/mountinfo"
)

// accountsOfTest are account files in which whoever runs the test, who owns the fixture, has a name.
func accountsOfTest() string {
	return fmt.Sprintf("-- /etc/passwd --\ntester:x:%d:%d::/:/bin/sh\n-- /etc/group --\ntesters:x:%d:\n", os.Getuid(), os.Getgid(), os.Getgid())
}

const walkedHost = `
-- /proc/self/mountinfo --
1 0 8:1 / / rw - ext4 /dev/sda1 rw
2 1 0:5 / /proc rw - proc proc rw
3 1 0:6 / /tmp rw - tmpfs tmpfs rw
4 1 0:7 / /nfs rw - nfs4 server:/x rw
5 1 8:1 /srv /bind rw - ext4 /dev/sda1 rw
-- /usr/bin/su mode=4755 --
-- /usr/bin/wall mode=2755 --
-- /usr/bin/both mode=6755 --
-- /usr/bin/plain mode=0755 --
-- /srv/shared dir mode=2775 --
-- /srv/open mode=0666 --
-- /srv/link link=/nowhere --
-- /tmp dir mode=1777 --
-- /tmp/drop dir mode=0777 --
-- /nfs/su mode=4755 --
-- /bind/su mode=4755 --
-- /proc/1/su mode=4755 --
-- /var/lib/docker/overlay2/x/diff/su mode=4755 --
-- /var/lib/docker dir mode=0710 --
`

func TestFilesystem(t *testing.T) {
	h := hosttest.New(t, accountsOfTest()+walkedHost)
	v := hosttest.Read(t, h, Sources(), "filesystem")
	for attr, want := range map[string]string{
		"setuid":               "/usr/bin/both /usr/bin/su",
		"setgid":               "/usr/bin/both /usr/bin/wall",
		"world_writable_files": "/srv/open",
		"world_writable_dirs":  "/tmp /tmp/drop",
		"unowned":              "",
		"ungrouped":            "",
		"skipped":              "/bind /nfs /proc /var/lib/docker/overlay2",
	} {
		if got := elements(v, attr, "path"); got != want {
			t.Errorf("%s: %q, want %q", attr, got, want)
		}
	}
	for path, want := range map[string]string{
		"complete":                      "true",
		"world_writable_dirs[0].sticky": "true",
		"world_writable_dirs[1].sticky": "false",
		"world_writable_dirs[1].fstype": "tmpfs",
		"setuid[0].mode":                "6755",
		"setuid[0].owner":               "tester",
		"skipped[0].reason":             "the same files as /srv",
	} {
		if got := hosttest.Leaf(v, path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
}

func TestFilesOfNobody(t *testing.T) {
	const files = "-- /proc/self/mountinfo --\n1 0 8:1 / / rw - ext4 /dev/sda1 rw\n-- /etc/passwd --\n-- /etc/group --\n"
	v := hosttest.Read(t, hosttest.New(t, files+"-- /a link=/b --\n"), Sources(), "filesystem")
	if got := elements(v, "unowned", "path"); !strings.HasPrefix(got, "/ /a /etc /etc/group") {
		t.Errorf("unowned: %s", got)
	}
	v = hosttest.Read(t, hosttest.New(t, files+"-- /etc/nsswitch.conf --\npasswd: files sss\ngroup: files systemd\n"), Sources(), "filesystem")
	if got := hosttest.Leaf(v, "unowned"); !strings.Contains(got, "that only sss may know") {
		t.Errorf("unowned is %s", got)
	}
	if got := hosttest.Leaf(v, "ungrouped[0].path"); got != "/" {
		t.Errorf("ungrouped begins with %s", got)
	}
	v = hosttest.Read(t, hosttest.New(t, "-- /proc/self/mountinfo --\n1 0 8:1 / / rw - ext4 /dev/sda1 rw\n-- /etc/passwd fifo --\n-- /etc/group --\n"), Sources(), "filesystem")
	if got := hosttest.Leaf(v, "unowned"); !strings.HasPrefix(got, "unknown: open /etc/passwd") {
		t.Errorf("unowned is %s", got)
	}
}

func TestFilesystemIsUnknownWithoutTheTableOfMounts(t *testing.T) {
	v := hosttest.Read(t, hosttest.New(t, accountsOfTest()), Sources(), "filesystem")
	if got := hosttest.Leaf(v, ""); got != "unknown: stat /proc/self/mountinfo: no such file or directory" {
		t.Error(got)
	}
}

func TestFilesystemOfAnImageNeedsNoTable(t *testing.T) {
	v := hosttest.Read(t, hosttest.Offline(t, accountsOfTest()+"-- /bin/su mode=4755 --\n"), Sources(), "filesystem")
	if got := elements(v, "setuid", "path"); got != "/bin/su" {
		t.Error(got)
	}
}

func TestAListThatIsTooLongIsPartial(t *testing.T) {
	l := &found{bound: 1, files: make([]WalkedFile, 1), more: true}
	if list := l.list(&idNames{}, facts.Origin{}, ""); list.IsComplete() || list.Reason() != "more than 1 files" {
		t.Error(list.Reason())
	}
}

func TestTree(t *testing.T) {
	h := hosttest.New(t, accountsOfTest()+`
-- /proc/self/mountinfo --
1 0 8:1 / / rw - ext4 /dev/sda1 rw
2 1 8:2 / /var/log/audit rw - ext4 /dev/sda2 rw
3 1 0:7 / /data/nfs rw - nfs4 server:/x rw
-- /var/log/b mode=0640 --
-- /var/log/audit/audit.log mode=0600 --
-- /var/log/dir/pipe fifo --
-- /logs link=var/log --
-- /data/x --
-- /data/nfs/y --
`)
	for dir, want := range map[string]string{
		"/var/log":       "/var/log /var/log/audit /var/log/audit/audit.log /var/log/b /var/log/dir /var/log/dir/pipe",
		"/logs/":         "/var/log /var/log/audit /var/log/audit/audit.log /var/log/b /var/log/dir /var/log/dir/pipe",
		"/var/log/b":     "/var/log/b",
		"/var/log/audit": "/var/log/audit /var/log/audit/audit.log",
		"/none":          "",
		"/data":          "/data /data/x unknown: /data/nfs is served by another machine or a program: looking could hang, or mount something",
		"/data/nfs/deep": "unknown: /data/nfs/deep lies on nfs4, which is not looked at: it could hang or mount something",
	} {
		v := hosttest.Read(t, h, Sources(), "tree", dir)
		if got := elements(v, "", "path"); got != want {
			t.Errorf("tree(%q): %q, want %q", dir, got, want)
		}
	}
}

// elements joins one attribute of each element of a list; an unread rest shows its reason.
func elements(v facts.Value, list, attr string) string {
	var out []string
	for line := range strings.Lines(hosttest.Lines(v)) {
		p, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " = ")
		inner, ok := strings.CutPrefix(p, list)
		switch {
		case !ok:
		case strings.HasSuffix(inner, "]."+attr) && strings.HasPrefix(inner, "["):
			out = append(out, hosttest.Leaf(v, p))
		case strings.HasPrefix(rest, "unknown: ") && (inner == "" || strings.HasPrefix(inner, "[") && strings.HasSuffix(inner, "]")):
			out = append(out, rest)
		}
	}
	return strings.Join(out, " ")
}

func TestBindMountsAreWalkedWhereTheirFilesCannotBeSeenElsewhere(t *testing.T) {
	for _, c := range []struct{ name, table, want string }{
		{"a bind of a directory that is walked anyway", "/=8:1:/ /b=8:1:/srv", "/"},
		{"a bind of a directory that another mount covers", "/=8:1:/ /srv=8:2:/ /b=8:1:/srv", "/ /b /srv"},
		{"a bind of a directory of which a part is covered", "/=8:1:/ /srv/x=8:2:/ /b=8:1:/srv", "/ /b /srv/x"},
		{"two binds of what nothing else shows", "/=8:2:/ /a=8:1:/x /b=8:1:/x", "/ /a"},
		{"a bind inside another", "/=8:2:/ /a=8:1:/x /b=8:1:/x/y", "/ /a"},
		{"parts of one file system side by side", "/=8:2:/ /a=8:1:/x /b=8:1:/xy", "/ /a /b"},
	} {
		mounts := map[string]mountinfo.Mount{}
		for f := range strings.FieldsSeq(c.table) {
			p, rest, _ := strings.Cut(f, "=")
			m := mountinfo.Mount{Path: p, Type: "ext4"}
			if _, err := fmt.Sscanf(rest, "%d:%d:%s", &m.Major, &m.Minor, &m.Root); err != nil {
				t.Fatal(err)
			}
			mounts[p] = m
		}
		if got := strings.Join((&localWalk{}).starts(mounts, "/"), " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
