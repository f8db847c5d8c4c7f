package mountinfo

import (
	"fmt"
	"strings"
	"testing"
)

const table = `27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
22 27 0:21 / /proc rw,relatime shared:5 - proc proc rw
24 27 0:6 / /dev rw,relatime shared:2 master:1 - devtmpfs devtmpfs rw,size=4k
25 24 0:23 / /dev/shm rw - tmpfs old rw
30 25 0:27 / /dev/shm rw,noexec - tmpfs new rw,size=1k
40 27 0:40 / /srv/a rw - tmpfs hidden rw
41 27 0:41 / /srv ro,nodev - tmpfs over rw
42 41 0:42 / /srv/b rw - tmpfs inner ro
50 27 0:50 /sub /mnt/with\040blank\134 rw - fuse.odd //server/share\0401 rw,name=a b
`

func TestParse(t *testing.T) {
	mounts, err := Parse([]byte(table))
	if err != nil {
		t.Fatal(err)
	}
	last := mounts[len(mounts)-1]
	if got := fmt.Sprintf("%s|%s|%s|%s|%q", last.Path, last.Root, last.Type, last.Source, last.AllOptions()); got !=
		`/mnt/with blank\|/sub|fuse.odd|//server/share 1|["rw" "name=a b"]` {
		t.Error(got)
	}
	if m := mounts[2]; fmt.Sprint(m.Optional, m.Major, m.Minor) != "[shared:2 master:1] 0 6" {
		t.Error(m)
	}
}

func TestReadOnlyIsTheMountOrTheFileSystem(t *testing.T) {
	mounts, _ := Parse([]byte(table))
	want := map[string]string{"over": "ro,nodev", "inner": "ro", "new": "rw,noexec,size=1k", "/dev/vda": "rw,relatime,discard"}
	for _, m := range mounts {
		if w, asked := want[m.Source]; asked && strings.Join(m.AllOptions(), ",") != w {
			t.Errorf("%s: %v, want %s", m.Source, m.AllOptions(), w)
		}
	}
}

func TestVisibleLeavesOutWhatIsCovered(t *testing.T) {
	mounts, _ := Parse([]byte(table))
	var got []string
	for _, m := range Visible(mounts) {
		got = append(got, m.Source)
	}
	if s := strings.Join(got, " "); s != "/dev/vda devtmpfs new //server/share 1 proc over inner" {
		t.Error(s)
	}
}

func TestParseRefusesGarbage(t *testing.T) {
	for _, line := range []string{"", "27 1 254:0 / / rw - ext4\n", "x 1 254:0 / / rw - ext4 a rw\n", "1 1 254 / / rw - ext4 a rw\n"} {
		if _, err := Parse([]byte("27 1 254:0 / / rw - ext4 /dev/vda rw\n" + line + "\n")); err == nil {
			t.Errorf("%q was taken for a mount", line)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(table))
	f.Add([]byte("1 1 0:0 / / - - - - -\n1 1 0:0 / / rw - a b c\n2 1 0:0 / x rw - a b c\n3 1 0:0 /  rw - a b c\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		mounts, _ := Parse(content)
		if v := Visible(mounts); len(v) > len(mounts) {
			t.Errorf("%d of %d mounts are visible", len(v), len(mounts))
		}
	})
}
