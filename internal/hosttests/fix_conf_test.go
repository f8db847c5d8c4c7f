package hosttests

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-agent/holdfast/internal/testhost"
)

func TestFixConfiguration(t *testing.T) {
	t.Parallel()
	h := testhost.BootWith(t, testhost.Options{Packages: []string{"at", "cracklib-runtime"}})
	f := &fixes{t: t, host: h}
	who := fixer{t, h}
	h.MustRun("useradd", "--create-home", "--shell", "/bin/bash", "--groups", "sudo", "alice")
	h.MustRun("useradd", "--create-home", "--shell", "/bin/bash", "bob")
	h.MustRun("sh", "-c", "echo alice:Correct-horse-7 | chpasswd; echo bob:Battery-staple-9 | chpasswd")
	tree := func() []string {
		return sortedLines(who.tree("/etc", "/usr/share/pam-configs", "/var/lib/pam", "/root", "/opt"))
	}

	t.Run("all controls of these kinds", func(t *testing.T) { fixControls(t, h, tree) })

	// check applies fixes, sees what came of them and that undoing them leaves nothing.
	check := func(name string, see func(t *testing.T), list ...fix) {
		t.Run(name, func(t *testing.T) {
			before := tree()
			done := f.apply(list...)
			see(t)
			f.rollback(done)
			if diff := cmp.Diff(before, tree()); diff != "" {
				t.Errorf("after the roll-back:\n%s", diff)
			}
		})
	}
	contains := func(t *testing.T, name, want string) {
		t.Helper()
		if got := h.ReadFile(name); !strings.Contains(got, want) {
			t.Errorf("%s:\n%s\nwant %q", name, got, want)
		}
	}
	stat := func(name string) string { return strings.TrimSpace(h.MustRun("stat", "-c", "%a %U:%G", name)) }

	h.MustRun("sh", "-c", `mkdir -p /opt/a/b && cd /opt/a && touch plain own b/deep && chmod 0666 plain b/deep && ln plain twice && ln -s own link &&
		chown alice own && chmod 6755 own && chown -R bob b && setfacl -m u:bob:rw own 2>/dev/null || true`)
	mode := func(args map[string]any) fix { return fix{"file_mode", args} }
	check("mode and owner", func(t *testing.T) {
		if got := stat("/opt/a/own"); got != "750 root:daemon" {
			t.Errorf("own is %s", got)
		}
		if got := stat("/opt/a/b/deep"); got != "640 bob:root" {
			t.Errorf("deep is %s", got)
		}
	}, mode(map[string]any{"path": "/opt/a/own", "max": "6750", "owner": "root", "group": "daemon"}),
		mode(map[string]any{"path": "/opt/a/b", "max": "0640", "recurse": true, "only": "file"}))
	for words, args := range map[string]map[string]any{
		"has 2 hard links":      {"path": "/opt/a/twice", "max": "0600"},
		"is not followed":       {"path": "/opt/a/link", "max": "0600"},
		"is not there":          {"path": "/opt/a/none", "max": "0600"},
		"neither a file, a sym": {"path": "/dev/null", "max": "0600"},
	} {
		if got := f.refused(mode(args)); !strings.Contains(got, words) {
			t.Errorf("%v: %s", args, got)
		}
	}

	check("files of many programs", func(t *testing.T) {
		if got := h.ReadFile("/etc/shells"); strings.Contains(got, "\n/bin/dash") {
			t.Error(got)
		}
		contains(t, "/etc/login.defs", "\nPASS_MAX_DAYS\t365\n")
		contains(t, "/etc/systemd/coredump.conf.d/60-holdfast.conf", "[Coredump]\nStorage=none\n")
		if got := h.MustRun("sudo", "-V"); !strings.Contains(got, "Path to log file: /var/log/sudo.log") || !strings.Contains(got, "Authentication timestamp timeout: 5.0 minutes") {
			t.Error(got)
		}
		if got := stat("/etc/cron.allow") + ", " + stat("/etc/at.allow"); got != "640 root:crontab, 640 root:daemon" {
			t.Error(got)
		}
		if r := h.RunAs("alice", "crontab", "-l"); !strings.Contains(r.Stderr, "not allowed") {
			t.Errorf("crontab of a user: %+v", r)
		}
		if r := h.Run("crontab", "-l"); !strings.Contains(r.Stderr, "no crontab for root") {
			t.Errorf("crontab of root: %+v", r)
		}
		if h.Run("test", "-e", "/etc/at.deny").Code == 0 {
			t.Error("at.deny is still there")
		}
	},
		fix{"file", map[string]any{"path": "/etc/shells", "match": `/dash$`}},
		fix{"login_defs", map[string]any{"name": "PASS_MAX_DAYS", "value": "365"}},
		fix{"auditd", map[string]any{"name": "max_log_file_action", "value": "keep_logs"}},
		fix{"systemd_conf", map[string]any{"file": "coredump.conf", "section": "Coredump", "name": "Storage", "value": "none"}},
		fix{"sudo_default", map[string]any{"name": "logfile", "value": "/var/log/sudo.log"}},
		fix{"sudo_default", map[string]any{"name": "timestamp_timeout", "value": "5"}},
		fix{"cron_access", map[string]any{"service": "cron"}},
		fix{"cron_access", map[string]any{"service": "at"}},
	)
	fixAccounts(t, h, f, check)
	fixPAM(t, h, f, check)
}

// fixControls breaks what the benchmark asks for, has all of it fixed as one transaction, and undone.
func fixControls(t *testing.T, h *testhost.Host, tree func() []string) {
	holdfast := install(t, h, "holdfast")
	h.MustRun("sh", "-c", `chmod 0666 /etc/group- /etc/shells && chown alice /etc/issue && chmod 0640 /etc/ssh/ssh_host_ed25519_key &&
		useradd --system --create-home --shell /bin/sh svc2 && passwd --quiet --delete bob && echo /usr/sbin/nologin >> /etc/shells &&
		useradd --system --create-home --shell /usr/sbin/nologin svc && echo svc:Some-horse-11 | chpasswd`)
	args := []string{"--profile", "level2-server"}
	for _, glob := range []string{"1.6.5", "2.4.*", "5.1.1", "5.1.2", "5.1.3", "5.2.*", "5.3.*", "5.4.*", "6.2.2.*", "6.2.4.*", "7.1.*", "7.2.*"} {
		args = append(args, "--control", glob)
	}
	apply := append([]string{"apply", "--yes", "--confirm-within", "0s"}, args...)
	before := tree()
	if r := h.Run(holdfast, apply...); r.Code != 0 {
		t.Fatalf("apply: exit status %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	for _, want := range []string{"/etc/group- 100644 0:0 ", "/etc/shells 100644 0:0 ", "/etc/issue 100644 0:0 ", "/etc/ssh/ssh_host_ed25519_key 100600 0:0 "} {
		if !slices.ContainsFunc(tree(), func(l string) bool { return strings.HasPrefix(l, want) }) {
			t.Errorf("it is not so that %s", want)
		}
	}
	for _, name := range []string{"bob", "svc"} {
		if got := h.MustRun("passwd", "-S", name); !strings.HasPrefix(got, name+" L ") {
			t.Error(got)
		}
	}
	if got := h.MustRun("getent", "passwd", "svc2"); !strings.HasSuffix(got, ":/usr/sbin/nologin\n") {
		t.Error(got)
	}
	if r := h.Run(holdfast, apply...); r.Code != 0 || !strings.Contains(r.Stdout+r.Stderr, "Nothing to change") {
		t.Errorf("apply again: exit status %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	h.MustRun(holdfast, "rollback")
	if diff := cmp.Diff(before, tree()); diff != "" {
		t.Errorf("after the roll-back:\n%s", diff)
	}
	h.MustRun("sh", "-c", "userdel --remove svc; userdel --remove svc2; echo bob:Battery-staple-9 | chpasswd")
}

type checker func(name string, see func(t *testing.T), list ...fix)

func fixAccounts(t *testing.T, h *testhost.Host, f *fixes, check checker) {
	entry := func(db, name string) string { return strings.TrimSpace(h.MustRun("getent", db, name)) }
	check("accounts and groups", func(t *testing.T) {
		if got := h.MustRun("passwd", "-S", "bob"); !strings.HasPrefix(got, "bob L ") || !strings.HasSuffix(strings.TrimSpace(got), " 1 365 14 30") {
			t.Error(got)
		}
		if got := entry("passwd", "bob"); !strings.HasSuffix(got, "::/opt/bob:/usr/sbin/nologin") {
			t.Error(got)
		}
		if got := strings.TrimSpace(h.MustRun("stat", "-c", "%a %U:%G", "/opt/bob")); got != "700 bob:bob" {
			t.Error(got)
		}
		if got := entry("group", "sugroup") + entry("gshadow", "sugroup"); got != "sugroup:x:999:bobsugroup:!::bob" && !strings.HasSuffix(got, ":bobsugroup:!::bob") {
			t.Error(got)
		}
		h.MustRun("pwck", "--read-only", "--quiet")
		h.MustRun("grpck", "--read-only")
	},
		fix{"group", map[string]any{"name": "sugroup", "state": "present"}},
		fix{"user", map[string]any{"name": "bob", "locked": true, "shell": "/usr/sbin/nologin", "home": "/opt/bob", "min_days": 1, "max_days": 365, "warn_days": 14,
			"inactive_days": 30, "add_groups": []string{"sugroup"}}},
	)
	t.Run("what others change in the files stays when ours is undone", func(t *testing.T) {
		done := f.apply(fix{"user", map[string]any{"name": "bob", "locked": true}}, fix{"group", map[string]any{"name": "tape", "state": "absent"}})
		h.MustRun("useradd", "--no-create-home", "carol")
		hash := h.MustRun("sh", "-c", "echo alice:Other-horse-8 | chpasswd; getent shadow alice")
		f.rollback(done)
		if entry("shadow", "alice")+"\n" != hash || h.Run("id", "carol").Code != 0 {
			t.Error("the roll-back took others' changes along")
		}
		if got := h.MustRun("passwd", "-S", "bob"); !strings.HasPrefix(got, "bob P ") {
			t.Error(got)
		}
		if got := h.ReadFile("/etc/group"); !strings.Contains(got, "\ntape:x:26:\nsudo:") {
			t.Errorf("the group is not back in its place: %s", got)
		}
		h.MustRun("sh", "-c", "userdel carol; echo alice:Correct-horse-7 | chpasswd")
	})
	t.Run("the lock of passwd is heeded", func(t *testing.T) {
		lock := h.Command(t.Context(), "perl", "-e", `use Fcntl; $| = 1; open(F, ">", "/etc/.pwd.lock") or die;
			my $l = pack("s s x4 q q i x4", F_WRLCK, 0, 0, 0, 0); fcntl(F, F_SETLKW, $l) or die; print "held"; <STDIN>`)
		var errs strings.Builder
		lock.Stderr = &errs
		in, err := lock.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		said, err := lock.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := lock.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = in.Close(); _ = lock.Wait() }()
		if _, err := io.ReadFull(said, make([]byte, 4)); err != nil {
			t.Fatalf("%v: %s", err, errs.String())
		}
		out := f.do("apply", "locked", fix{"user", map[string]any{"name": "bob", "locked": true}})
		if !strings.Contains(out.Error, "holds the lock") {
			t.Errorf("with the lock held: %+v", out)
		}
	})
	for words, x := range map[string]fix{
		"alice is the last one":    {"user", map[string]any{"name": "alice", "locked": true}},
		"alice is the last one w":  {"user", map[string]any{"name": "alice", "remove_groups": []string{"sudo"}}},
		"is the primary group of":  {"group", map[string]any{"name": "bob", "state": "absent"}},
		"has no account nobody-is": {"user", map[string]any{"name": "nobody-is", "locked": true}},
	} {
		if got := f.refused(x); !strings.Contains(got, words) {
			t.Errorf("%v: %s", x, got)
		}
	}
}

func fixPAM(t *testing.T, h *testhost.Host, f *fixes, check checker) {
	pam := func(args map[string]any) fix { return fix{"pam", args} }
	args := func(typ, module, what string, list ...string) fix {
		return pam(map[string]any{"type": typ, "module": module, what: list})
	}
	h.MustRun("sh", "-c", `ssh-keygen -q -t ed25519 -N "" -f /tmp/key && install -d -m 0700 -o alice -g alice /home/alice/.ssh &&
		install -m 0600 -o alice -g alice /tmp/key.pub /home/alice/.ssh/authorized_keys`)
	check("PAM", func(t *testing.T) {
		before := h.MustRun("sh", "-c", "cat /etc/pam.d/common-* /var/lib/pam/*")
		h.MustRun("env", "DEBIAN_FRONTEND=noninteractive", "pam-auth-update", "--package")
		if after := h.MustRun("sh", "-c", "cat /etc/pam.d/common-* /var/lib/pam/*"); after != before {
			t.Errorf("pam-auth-update makes something else of the profiles:\n%s\nwas\n%s", after, before)
		}
		const keep = "cp -a /etc/shadow /etc/shadow- /etc/passwd- /etc/security/opasswd "
		h.MustRun("sh", "-c", "mkdir -p /tmp/keep && "+keep+"/tmp/keep")
		defer h.MustRun("sh", "-c", "cd /tmp/keep && cp -a shadow shadow- /etc/ && cp -a opasswd /etc/security/ && rm -rf /run/faillock /etc/security/opasswd.old")
		if out := h.MustRun("ssh", "-i", "/tmp/key", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "alice@127.0.0.1", "id"); !strings.Contains(out, "(alice)") {
			t.Error("no login by key:", out)
		}
		if out := become(t, h, "Correct-horse-7"); !strings.Contains(out, "(alice)") {
			t.Error("no login by the right password:", out)
		}
		if out := become(t, h, "wrong"); strings.Contains(out, "(alice)") {
			t.Error("a login by a wrong password:", out)
		}
		if out := become(t, h, "Correct-horse-7"); strings.Contains(out, "(alice)") {
			t.Error("the account is not locked after the failure:", out)
		}
		h.MustRun("faillock", "--user", "alice", "--reset")
		for password, ok := range map[string]bool{"short7A": false, "Never-a-horse-was-8": true} {
			if r := h.Run("sh", "-c", `echo "alice:$1" | chpasswd`, "sh", password); (r.Code == 0) != ok {
				t.Errorf("the new password %s: %+v", password, r)
			}
		}
		if r := h.Run("sh", "-c", "echo alice:Never-a-horse-was-8 | chpasswd"); r.Code == 0 {
			t.Errorf("the old password as the new one: %+v", r)
		}
		if got := h.MustRun("getent", "shadow", "alice"); !strings.HasPrefix(got, "alice:$6$") {
			t.Error("the hash is not that of sha512")
		}
	},
		pam(map[string]any{"profile": "faillock", "enabled": true}),
		pam(map[string]any{"profile": "pwquality", "enabled": true}),
		pam(map[string]any{"profile": "pwhistory", "enabled": true}),
		pam(map[string]any{"file": "faillock.conf", "name": "deny", "value": "1"}),
		pam(map[string]any{"file": "faillock.conf", "name": "even_deny_root"}),
		pam(map[string]any{"file": "pwquality.conf", "name": "minlen", "value": "14"}),
		pam(map[string]any{"file": "pwquality.conf", "name": "enforce_for_root"}),
		args("password", "pam_pwhistory", "add", "remember=24"),
		args("password", "pam_pwhistory", "add", "use_authtok"),
		args("auth", "pam_unix", "remove", "nullok"),
		args("password", "pam_unix", "add", "use_authtok"),
		args("password", "pam_unix", "add", "sha512"),
	)
}

// become is what bob sees who becomes alice with a password, and asks who he is.
func become(t *testing.T, h *testhost.Host, password string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := h.Command(ctx, "runuser", "-u", "bob", "--", "socat", "-", "EXEC:su alice -c id,pty,setsid,ctty,stderr")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, 0, 4096)
	for asked := false; ; {
		n, err := out.Read(said[len(said):cap(said)])
		said = said[:len(said)+n]
		if !asked && strings.Contains(string(said), "assword:") {
			asked = true
			if _, err := io.WriteString(in, password+"\n"); err != nil {
				t.Fatal(err)
			}
		}
		if err != nil || len(said) == cap(said) {
			break
		}
	}
	_ = in.Close()
	_ = cmd.Wait()
	return string(said)
}
