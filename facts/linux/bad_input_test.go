package linux

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/zclconf/go-cty/cty"
	"golang.org/x/sys/unix"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/hosttest"
)

// badInputArgs are the arguments with which keyed facts are read: of things that the host in testdata has.
var badInputArgs = map[string][]any{
	"aide_rule": {"/usr/sbin/auditctl"}, "audit_rule": {"-w /etc/sudoers -p wa"}, "banner_file": {"/etc/issue"},
	"certificate": {"/etc/ssl/certs/site.pem"}, "database": {"redis"}, "dconf": {"org/gnome/desktop/session/idle-delay"}, "environment_variable": {"PGPASSWORD"}, "file": {"/etc/shadow"},
	"firewall::admits": {"tcp", 22}, "glob": {"/etc/cron.d/*"}, "group": {"sudo"}, "kernel_module": {"floppy"},
	"limit": {"*", "hard", "core"}, "mount": {"/tmp"}, "package": {"curl"}, "pam_stack": {"sshd", "auth"}, "service": {"ssh"},
	"sshd_for": {"ann", "192.0.2.1"}, "sysctl": {"net.ipv4.ip_forward"}, "systemd_conf": {"journald.conf"}, "tree": {"/var/log"}, "user": {"ann"},
}

// onlyMetadata are facts about the inode at a path: a FIFO is an answer to them, not an obstacle.
var onlyMetadata = []string{"file", "glob", "tree", "filesystem"}

// asTheProgramDoes are the cases in which an unreadable file is no obstacle: the program whose configuration it is passes it
// over, or the fact is about the inode and not about what stands in it.
var asTheProgramDoes = []struct{ path, facts, damages, why string }{
	{"/etc/apt/*.d/*", "updates apt_sources", "a directory", "apt passes over directories"},
	{"/etc/cron.daily/*", "cron", "", "run-parts runs regular files that are executable, and that is what is told"},
	{"/var/spool/cron/crontabs/*", "cron", "a directory", "cron reads regular files"},
	{"/etc/init.d/*", "services", "", "systemd-sysv-generator takes regular files that are executable"},
	{"/etc/modprobe.d/*", "kernel_module", "a directory", "kmod passes over directories"},
	{"/etc/pam.d/*", "faillock pwhistory pwquality pam_unix", "a directory", "it is no service"},
	{"/etc/rsyslog.d/*", "rsyslog", "a directory", "rsyslog passes over directories that a pattern matches"},
	{"/etc/ssh/*", "sshd sshd_for", "a directory", "sshd reads a directory as an empty file"},
	{"/etc/ssh/*/*", "sshd sshd_for", "a directory", "the same"},
	{"/etc/ssl/certs/*", "certificates", "a FIFO, a directory, a symlink loop, a socket", "only files hold certificates"},
	{"/etc/sudoers", "audit_rules audit_rule", "a directory", "a watch on a directory means the tree below it"},
	{"/etc/sudoers.d/*", "sudoers", "a FIFO, a directory, a socket", "sudo takes regular files of such a directory"},
	{"/etc/sysctl.d/60-site.conf", "sysctl", "", "a file that comes later sets the same key"},
	{"/etc/systemd/system/*.d/*", "service", "a FIFO, a directory, a socket", "systemd takes regular files for drop-ins"},
	{"*/systemd/system/ssh.service", "sshd", "a directory", "systemd does not load it: no unit starts sshd"},
	{"/etc/update-motd.d/*", "banner", "", "run-parts runs regular files that are executable"},
	{"/home/ann/*", "user users", "", "dot files are told by owner, type and mode"},
	{"/root/*", "users", "", "the same"},
	{"/run/reboot-required", "updates", "", "that it is there is what it says"},
	{"/usr/sbin/ufw", "ufw", "", "the same"},
	{"/var/lib/aide/aide.db", "aide", "", "the same"},
	{"/var/log/journal", "journald", "", "its mode is what is told"},
}

func passedOver(path, fact, damage string) bool {
	for _, c := range asTheProgramDoes {
		if ok, _ := filepath.Match(strings.TrimPrefix(c.path, "*"), path); !ok && !(c.path[0] == '*' && strings.HasSuffix(path, c.path[1:])) {
			continue
		}
		if slices.Contains(strings.Fields(c.facts), fact) && (c.damages == "" || slices.Contains(strings.Split(c.damages, ", "), damage)) {
			return true
		}
	}
	return false
}

// damagedHost is the host in testdata, of which one file at a time is put out of order.
type damagedHost struct {
	facts.Host
	keys   []facts.Key
	sound  map[facts.Key]facts.Value
	readBy map[string][]facts.Key // the facts that look at a path, themselves or through others
}

func newDamagedHost(t *testing.T) *damagedHost {
	t.Helper()
	archive, err := os.ReadFile("testdata/host.txtar")
	if err != nil {
		t.Fatal(err)
	}
	keyring, err := os.ReadFile("pgpkeys/testdata/bookworm-stable.asc")
	if err != nil {
		t.Fatal(err)
	}
	key, keyPEM := newKey(t)
	site := issue(t, "db1.example.org", false, key, nil, hosttest.Now.AddDate(1, 0, 0))
	h := &damagedHost{Host: hosttest.New(t, fmt.Sprintf("%s-- /etc/ssl/certs/site.pem --\n%s-- /etc/ssl/certs/site.key mode=0600 --\n%s-- /usr/share/keyrings/site.asc --\n%s",
		archive, site.pem, keyPEM, keyring)), readBy: map[string][]facts.Key{}}
	schema := facts.NewSchema(Sources())
	for name, d := range schema {
		var args []cty.Value
		for _, a := range badInputArgs[name] {
			switch a := a.(type) {
			case string:
				args = append(args, cty.StringVal(a))
			case int:
				args = append(args, cty.NumberIntVal(int64(a)))
			}
		}
		subject, err := d.Subject(args)
		if err != nil {
			t.Fatalf("badInputArgs: %v", err)
		}
		h.keys = append(h.keys, facts.Key{Fact: name, Subject: subject})
	}
	set := h.collect(h.keys)
	h.sound = h.values(set, h.keys)
	h.index(set.Entries())
	return h
}

func (h *damagedHost) collect(keys []facts.Key) *facts.Set {
	set := facts.NewSet(context.Background(), h.Host, Sources())
	set.Prefetch(context.Background(), keys)
	return set
}

func (h *damagedHost) values(set *facts.Set, keys []facts.Key) map[facts.Key]facts.Value {
	out := map[facts.Key]facts.Value{}
	for _, k := range keys {
		out[k] = set.Read(context.Background(), k)
	}
	return out
}

func (h *damagedHost) index(entries []facts.Entry) {
	byKey := map[facts.Key]facts.Entry{}
	for _, e := range entries {
		byKey[e.Key] = e
	}
	for _, k := range h.keys {
		paths, seen := map[string]bool{}, map[facts.Key]bool{}
		var follow func(facts.Key)
		follow = func(k facts.Key) {
			if seen[k] {
				return
			}
			seen[k] = true
			for _, p := range byKey[k].Paths {
				paths[p] = true
			}
			for _, n := range byKey[k].Needs {
				follow(n)
			}
		}
		follow(k)
		for p := range paths {
			h.readBy[p] = append(h.readBy[p], k)
		}
	}
}

// files are the paths that facts look at and that are regular files, and directories where dirs is asked for.
func (h *damagedHost) files(dirs bool) []string {
	var out []string
	for _, p := range slices.Sorted(maps.Keys(h.readBy)) {
		st, err := h.FS.Lstat(p)
		if err == nil && p != "/" && (st.Mode().IsRegular() || dirs && st.IsDir()) {
			out = append(out, p)
		}
	}
	return out
}

// with damages one path, reads everything that looks at it, and mends it.
func (h *damagedHost) with(t *testing.T, path string, damage func(real, aside string) error) map[facts.Key]facts.Value {
	t.Helper()
	real, err := h.FS.Real(path)
	if err != nil {
		t.Fatal(err)
	}
	aside := h.FS.Root() + "~aside" // outside, or it would be read in place of the other
	if err := os.Rename(real, aside); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = os.Chmod(real, 0o700)
		if err := errors.Join(os.RemoveAll(real), os.Rename(aside, real)); err != nil {
			t.Fatal(err)
		}
	}()
	if err := damage(real, aside); err != nil {
		t.Fatal(err)
	}
	keys := h.readBy[path]
	return h.values(h.collect(keys), keys)
}

// damage is a way to put a file out of order.
type damage struct {
	name       string
	unreadable bool // nothing of what the file said can be known
	do         func(real, aside string) error
}

func rewritten(change func(b []byte) []byte) func(real, aside string) error {
	return func(real, aside string) error {
		b, err := os.ReadFile(aside)
		if err != nil {
			return err
		}
		st, err := os.Stat(aside)
		if err != nil {
			return err
		}
		return os.WriteFile(real, change(b), st.Mode().Perm())
	}
}

var damages = []damage{
	{"a FIFO", true, func(real, _ string) error { return unix.Mkfifo(real, 0o600) }},
	{"a directory", true, func(real, _ string) error { return os.Mkdir(real, 0o755) }},
	{"a symlink loop", true, func(real, _ string) error { return os.Symlink(filepath.Base(real), real) }},
	{"a socket", true, func(real, _ string) error { return unix.Mknod(real, unix.S_IFSOCK|0o600, 0) }},
	{"too large", true, func(real, _ string) error {
		return errors.Join(os.WriteFile(real, nil, 0o600), os.Truncate(real, 1<<30))
	}},
	{"empty", false, rewritten(func([]byte) []byte { return nil })},
	{"cut in the middle", false, rewritten(func(b []byte) []byte { return b[:len(b)/2] })},
	{"NUL bytes", false, rewritten(func(b []byte) []byte {
		return append(append(bytes.Clone(b[:len(b)/2]), make([]byte, 4096)...), b[len(b)/2:]...)
	})},
	{"no UTF-8", false, rewritten(func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("a"), []byte("\xff\xfe")) })},
	{"noise", false, rewritten(func([]byte) []byte {
		r, b := rand.New(rand.NewPCG(1, 2)), make([]byte, 8192)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	})},
	{"one long line", false, rewritten(func(b []byte) []byte { return append(bytes.Clone(b), bytes.Repeat([]byte("("), 1<<20)...) })},
}

func TestTheDamagedHostIsSoundBeforehand(t *testing.T) {
	h := newDamagedHost(t)
	for _, k := range h.keys {
		if v := h.sound[k]; !v.IsKnown() && k.Fact != "firewall" && k.Fact != "firewall::admits" && k.Fact != "tls_endpoints" { // netlink and connections alone
			t.Errorf("%s tells nothing: %s", k, v.ReasonOf(""))
		}
		conforms(t, h.sound[k], k, "sound")
	}
	if n := len(h.files(false)); n < 120 {
		t.Errorf("only %d files are read", n)
	}
}

func TestNoDamagedFileIsTakenForAnAnswer(t *testing.T) {
	h := newDamagedHost(t)
	paths := h.files(false)
	if testing.Short() {
		paths = paths[:10]
	}
	for _, path := range paths {
		absent := h.with(t, path, func(_, _ string) error { return nil })
		for _, d := range damages {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			got := h.with(t, path, d.do)
			runtime.ReadMemStats(&after)
			where := path + ": " + d.name
			if grown := (after.TotalAlloc - before.TotalAlloc) >> 20; grown > 512 {
				t.Errorf("%s: %d MB allocated", where, grown)
			}
			for k, v := range got {
				conforms(t, v, k, where)
				if d.unreadable && !slices.Contains(onlyMetadata, k.Fact) && !passedOver(path, k.Fact, d.name) {
					h.admits(t, v, k, path, where, absent[k])
				}
			}
		}
	}
}

// conforms demands what holds of any value of a fact.
func conforms(t *testing.T, v facts.Value, k facts.Key, where string) {
	t.Helper()
	shape := facts.NewSchema(Sources())[k.Fact].Shape
	if !v.Type().Equals(shape.Type) {
		t.Errorf("%s: %s is a %#v, want %#v", where, k, v.Type(), shape.Type)
	}
	_ = cty.Walk(v.Value, func(at cty.Path, v cty.Value) (bool, error) {
		if v.IsMarked() || v.IsKnown() && v.IsNull() {
			t.Errorf("%s: %s%#v is null or marked", where, k, at)
		}
		return true, nil
	})
	for _, r := range v.Reasons {
		if strings.Contains(r.Text, "panic") || strings.Contains(r.Text, "timed out") || strings.Contains(r.Text, "gave up") {
			t.Errorf("%s: %s: %s", where, k, r.Text)
		}
	}
}

// admits demands that a fact says of an unreadable file that it is: that it does not go on telling what stood there, nor
// take it for absent.
func (h *damagedHost) admits(t *testing.T, v facts.Value, k facts.Key, path, where string, absent facts.Value) {
	t.Helper()
	for _, r := range v.Reasons {
		if strings.Contains(r.Text, filepath.Dir(path)) { // some name the directory and mean its files
			return
		}
	}
	got, sound, gone := hosttest.Lines(v), hosttest.Lines(h.sound[k]), hosttest.Lines(absent)
	switch {
	case got == sound:
		for line := range strings.Lines(got) {
			if !strings.Contains(line, " = unknown: ") && (strings.HasSuffix(line, "("+path+")\n") || strings.Contains(line, "("+path+":")) {
				t.Errorf("%s: %s goes on telling %s", where, k, line)
				return
			}
		}
	case got == gone:
		t.Errorf("%s: %s takes it for absent:\n%s", where, k, changed(sound, got))
	default:
		t.Errorf("%s: %s does not say so:\n%s", where, k, changed(sound, got))
	}
}

// changed are the lines of after that before has not.
func changed(before, after string) string {
	var b strings.Builder
	for line := range strings.Lines(after) {
		if !strings.Contains(before, line) {
			b.WriteString("\t" + line)
		}
	}
	return b.String()
}

// TestNoFileThatMayNotBeReadIsTakenForAnAnswer needs an ordinary user, as which root starts the test once more.
func TestNoFileThatMayNotBeReadIsTakenForAnAnswer(t *testing.T) {
	if os.Geteuid() == 0 {
		asNobody(t)
		return
	}
	h := newDamagedHost(t)
	for _, path := range h.files(true) {
		real, err := h.FS.Real(path)
		if err != nil {
			t.Fatal(err)
		}
		st, err := os.Stat(real)
		if err != nil {
			t.Fatal(err)
		}
		absent := h.with(t, path, func(_, _ string) error { return nil })
		if err := os.Chmod(real, 0); err != nil {
			t.Fatal(err)
		}
		where := path + ": no permission"
		for k, v := range h.values(h.collect(h.readBy[path]), h.readBy[path]) {
			conforms(t, v, k, where)
			if !slices.Contains(onlyMetadata, k.Fact) && !passedOver(path, k.Fact, "no permission") {
				h.admits(t, v, k, path, where, absent[k])
			}
		}
		if err := os.Chmod(real, st.Mode()&(fs.ModePerm|fs.ModeSetuid|fs.ModeSetgid|fs.ModeSticky)); err != nil {
			t.Fatal(err)
		}
	}
}

func asNobody(t *testing.T) {
	dir, err := os.MkdirTemp("", "holdfast-nobody-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Chmod(dir, 0o777), os.WriteFile(dir+"/linux.test", self, 0o755), os.CopyFS(dir+"/testdata", os.DirFS("testdata")),
		os.CopyFS(dir+"/pgpkeys/testdata", os.DirFS("pgpkeys/testdata"))); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(dir+"/linux.test", "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "TMPDIR="+dir, "HOME="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
}

func TestAFileThatGrowsWhileItIsReadEndsSomewhere(t *testing.T) {
	h := newDamagedHost(t)
	const path = "/etc/passwd"
	real, err := h.FS.Real(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(real, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for n := 2000; n < 50_000; n++ {
			select {
			case <-stop:
				return
			default:
				fmt.Fprintf(f, "u%d:x:%d:%d::/:/bin/false\n", n, n, n)
			}
		}
	}()
	got := h.values(h.collect(h.readBy[path]), h.readBy[path])
	close(stop)
	<-stopped
	for k, v := range got {
		conforms(t, v, k, "a growing "+path)
	}
}
