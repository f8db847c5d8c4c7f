package hosttests

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

func TestMountsAreWhatFindmntSays(t *testing.T) {
	h := testhost.New(t, testhost.Options{})
	h.WriteFile("/etc/fstab", 0o644, "tmpfs /srv tmpfs nodev,nosuid,size=1M 0 0\ntmpfs /opt/with\\040space tmpfs rw,noexec 0 0\n"+
		"/srv /mnt none bind,ro 0 0\ntmpfs /media tmpfs noauto 0 0\n")
	h.MustRun("mkdir", "-p", "/opt/with space")
	h.Boot()
	h.MustRun("mount", "-t", "tmpfs", "-o", "nodev", "first", "/var/tmp")
	h.MustRun("mount", "-t", "tmpfs", "-o", "noexec", "second", "/var/tmp") // hides the first
	h.MustRun("mount", "-o", "remount,noatime", "/srv")

	var told struct {
		Filesystems []struct {
			ID                              int
			Target, Source, Fstype, Options string
		}
	}
	if err := json.Unmarshal([]byte(h.MustRun("findmnt", "--json", "--list", "--kernel", "--output", "ID,TARGET,SOURCE,FSTYPE,OPTIONS")), &told); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	keys := []key{{"mounts"}}
	for _, m := range told.Filesystems {
		if at := h.Run("sh", "-c", `exec 3<"$1" && sed -n 's/^mnt_id:[[:space:]]*//p' /proc/self/fdinfo/3`, "sh", m.Target); at.Stdout != fmt.Sprintln(m.ID) {
			continue // another mount hides it: this is not what opening the path leads to
		}
		options := strings.Split(m.Options, ",")
		slices.Sort(options)
		source := m.Source
		if i := strings.Index(source, "["); i > 0 {
			source = source[:i] // the subtree that is mounted, which findmnt adds
		}
		want[m.Target] = fmt.Sprint(m.Fstype, " ", source, " ", options)
		keys = append(keys, key{"mount", m.Target})
	}
	r := read(t, h, keys...)
	got := map[string]string{}
	for target := range want {
		got[target] = describeMount(r.object("mount", target))
	}
	same(t, "mount", want, got, 15)

	all := map[string]string{}
	for _, m := range r.list("mounts") {
		if m["mounted"] == true {
			all[m["path"].(string)] = describeMount(m)
		}
	}
	same(t, "mounts", want, all, 15)

	if got := r.object("mount", "/srv")["is_configured"]; got != true {
		t.Errorf("/srv: is_configured is %v", got)
	}
}

func describeMount(m map[string]any) string {
	options, _ := m["options"].([]any)
	var names []string
	for _, o := range options {
		names = append(names, fmt.Sprint(o))
	}
	slices.Sort(names)
	return fmt.Sprint(m["fstype"], " ", m["source"], " ", names)
}
