package hosttests

import (
	"bufio"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/internal/testhost"
	"github.com/holdfast-agent/holdfast/remediate/effects"
)

// debs makes small packages on a host and a repository of them, which is apt's only one.
const debs = `set -e
rm -rf /srv/repo /srv/build; mkdir -p /srv/repo
deb() { # name version depends extra-fields
  b=/srv/build/$1-$2; mkdir -p "$b/DEBIAN" "$b/etc" "$b/usr/share/$1"
  printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: Test <test@example.com>\nDescription: test\n' "$1" "$2" > "$b/DEBIAN/control"
  if [ -n "$3" ]; then echo "Depends: $3" >> "$b/DEBIAN/control"; fi
  echo "/etc/$1.conf" > "$b/DEBIAN/conffiles"
  echo "default of $2" > "$b/etc/$1.conf"
  echo "$1 $2" > "$b/usr/share/$1/data"; chmod 0640 "$b/usr/share/$1/data"; chgrp mail "$b/usr/share/$1/data"
  ln -s data "$b/usr/share/$1/link"
  if [ "$1" = fails ]; then printf '#!/bin/sh\nexit 7\n' > "$b/DEBIAN/postinst"; chmod 755 "$b/DEBIAN/postinst"; fi
  if [ "$1" = hangs ]; then printf '#!/bin/sh\nsleep 4711\n' > "$b/DEBIAN/postinst"; chmod 755 "$b/DEBIAN/postinst"; fi
  dpkg-deb -Znone --build "$b" "/srv/repo/$1_$2_all.deb" > /dev/null
}
deb app 1.0 lib; deb lib 1.0 ""; deb app 1:1.1 "lib (>= 1.1)"; deb lib 1.1 ""; deb user 1.0 app; deb fails 1.0 ""; deb hangs 1.0 lib; deb other 1.0 lib
`

const index = `set -e
cd /srv/repo; rm -f Packages
for d in $1; do dpkg-deb -f "$d"; printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$d" "$(stat -c %s "$d")" "$(sha256sum "$d" | cut -d' ' -f1)"; done > Packages
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*; echo 'deb [trusted=yes] file:/srv/repo ./' > /etc/apt/sources.list
apt-get update -qq
`

func TestFixPackages(t *testing.T) {
	h := testhost.Boot(t)
	h.MustRun("sh", "-c", debs)
	repository := func(files string) { h.MustRun("sh", "-c", index, "sh", files) }
	repository("app_1.0_all.deb other_1.0_all.deb lib_1.0_all.deb user_1.0_all.deb fails_1.0_all.deb")
	f := &fixes{t: t, host: h}
	pkg := func(name, state string) fix { return fix{"package", map[string]any{"name": name, "state": state}} }
	line := fix{"file", map[string]any{"path": "/etc/lined", "content": "a\n"}}
	status := func() string {
		const format = "${Package} ${Version} ${db:Status-Abbrev}\n"
		var out []string
		for _, line := range strings.Split(h.Run("dpkg-query", "-W", "-f", format, "app", "lib", "other", "user", "fails", "hangs").Stdout, "\n") {
			if w := strings.Fields(line); len(w) == 3 && w[2] != "un" {
				out = append(out, strings.Join(w, " "))
			}
		}
		return strings.Join(out, ", ")
	}
	check := func(want string) {
		t.Helper()
		if got := status(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	tree := func() string {
		return h.MustRun("sh", "-c", "find /etc/app* /etc/lib.conf /usr/share/app /usr/share/lib -printf '%p %y %m %u:%g %l\n' -type f -exec sha256sum {} + 2>/dev/null | sort || true")
	}

	t.Run("with what it depends on, and away again", func(t *testing.T) {
		before := tree()
		done := f.apply(pkg("app", "present"))
		check("app 1.0 ii, lib 1.0 ii")
		if got := strings.Fields(h.MustRun("apt-mark", "showauto", "app", "lib")); fmt.Sprint(got) != "[lib]" {
			t.Error(got)
		}
		f.rollback(done)
		check("")
		if got := tree(); got != before {
			t.Error(got)
		}
	})
	t.Run("two that need the same, and away again", func(t *testing.T) {
		before := tree()
		done := f.apply(pkg("app", "present"), pkg("other", "present"), pkg("lib", "present"))
		check("app 1.0 ii, lib 1.0 ii, other 1.0 ii")
		if got := strings.TrimSpace(h.MustRun("apt-mark", "showauto", "app", "lib", "other")); got != "" {
			t.Error(got)
		}
		f.rollback(done)
		check("")
		if got := tree(); got != before {
			t.Error(got)
		}
	})
	t.Run("upgraded, and back without the archive", func(t *testing.T) {
		h.MustRun("apt-get", "install", "-qq", "app")
		h.WriteFile("/etc/app.conf", 0o600, "mine\n")
		before := tree()
		repository("app_1:1.1_all.deb lib_1.1_all.deb user_1.0_all.deb fails_1.0_all.deb")
		done := f.apply(pkg("app", "latest"))
		check("app 1:1.1 ii, lib 1.1 ii")
		if got := h.ReadFile("/etc/app.conf"); got != "mine\n" {
			t.Error(got)
		}
		h.MustRun("sh", "-c", "mv /srv/repo /srv/away")
		f.rollback(done)
		h.MustRun("sh", "-c", "mv /srv/away /srv/repo")
		check("app 1.0 ii, lib 1.0 ii")
		if got := tree(); got != before {
			t.Errorf("%s\nwas\n%s", got, before)
		}
	})
	t.Run("removed and purged", func(t *testing.T) {
		repository("user_1.0_all.deb")
		for _, state := range []string{"absent", "purged"} {
			h.WriteFile("/etc/app.conf", 0o600, "mine, before it is "+state+"\n") // not as when it was saved before
			before := tree()
			done := f.apply(pkg("app", state))
			check(map[string]string{"absent": "app 1.0 rc, lib 1.0 ii", "purged": "lib 1.0 ii"}[state])
			f.rollback(done)
			check("app 1.0 ii, lib 1.0 ii")
			if got := tree(); got != before {
				t.Errorf("%s:\n%s\nwas\n%s", state, got, before)
			}
		}
	})
	t.Run("refused", func(t *testing.T) {
		if got := f.refused(pkg("lib", "absent")); !strings.Contains(got, "app depend on lib") {
			t.Error(got)
		}
		if got := f.refused(pkg("no-such", "present")); !strings.Contains(got, "Unable to locate package no-such") {
			t.Error(got)
		}
		if got := f.refused(pkg("openssh-server", "absent")); !strings.Contains(got, "for a person") {
			t.Error(got)
		}
		h.MustRun("apt-mark", "hold", "app")
		if got := f.refused(pkg("app", "purged")); !strings.Contains(got, "held") {
			t.Error(got)
		}
		h.MustRun("apt-mark", "unhold", "app")
		if got := f.refused(pkg("app", "absent"), pkg("app", "present")); got == "" {
			t.Error(got)
		}
	})
	t.Run("an installation that fails is undone", func(t *testing.T) {
		repository("fails_1.0_all.deb")
		before := status()
		out := f.do("apply", "fails", pkg("fails", "present"))
		if !strings.Contains(out.Error, "rolled back: package fails: /usr/bin/apt-get: ") || !strings.Contains(out.Error, "E: Sub-process") || status() != before {
			t.Errorf("%s: %s", out.Error, status())
		}
	})
	t.Run("a script that hangs is killed, and all is undone", func(t *testing.T) {
		repository("hangs_1.0_all.deb lib_1.1_all.deb")
		h.MustRun("dpkg", "--purge", "app", "lib")
		const all = `dpkg-query -W -f '${binary:Package} ${Version} ${db:Status-Abbrev}\n'; ls /var/lib/dpkg/updates; dpkg --audit; pgrep -x -f 'sleep 4711' || true`
		before, was := tree(), sortedLines(h.MustRun("sh", "-c", all))
		f := &fixes{t: t, host: h, limits: effects.PackageLimits{Run: 4 * time.Second}}
		out := f.do("apply", "hung", line, pkg("hangs", "present"))
		if !strings.Contains(out.Error, "rolled back: package hangs: /usr/bin/apt-get did not end within 4s") {
			t.Error(out.Error)
		}
		check("")
		if got := tree(); got != before {
			t.Errorf("%s\nwas\n%s", got, before)
		}
		expect(t, "dpkg and what the script has started", sortedLines(h.MustRun("sh", "-c", all)), was)
	})
	t.Run("while somebody else holds the lock", func(t *testing.T) {
		repository("fails_1.0_all.deb lib_1.1_all.deb")
		h.MustRun("apt-get", "install", "-qq", "lib")
		f := &fixes{t: t, host: h, n: 100, limits: effects.PackageLimits{Lock: time.Second}}
		release := lockPackages(t, h)
		for _, state := range []string{"absent", "purged"} {
			out := f.do("apply", "held-"+state, line, pkg("lib", state))
			if !strings.Contains(out.Error, "rolled back: package lib: ") || !strings.Contains(out.Error, "another process") {
				t.Errorf("%s: %s", state, out.Error)
			}
		}
		if out := f.do("apply", "held-present", line, pkg("fails", "present")); !strings.HasPrefix(out.Error, "nothing was changed: ") || !strings.Contains(out.Error, "another process") {
			t.Error(out.Error)
		}
		check("lib 1.1 ii")
		if h.Run("test", "-e", "/etc/lined").Code == 0 {
			t.Error("another change of the transaction is still there")
		}
		release()
		f.rollback(f.apply(pkg("lib", "absent")))
	})
	t.Run("what can't be fetched begins nothing", func(t *testing.T) {
		repository("app_1.0_all.deb lib_1.1_all.deb user_1.0_all.deb")
		h.MustRun("rm", "/srv/repo/user_1.0_all.deb")
		out := f.do("apply", "unfetched", line, pkg("user", "present"))
		if !strings.HasPrefix(out.Error, "nothing was changed: ") || !strings.Contains(out.Error, "(app=1.0, user=1.0): ") || !strings.Contains(out.Error, "user_1.0_all.deb") {
			t.Error(out.Error)
		}
		if h.Run("test", "-e", "/var/lib/holdfast/journal/unfetched").Code == 0 || h.Run("test", "-e", "/etc/lined").Code == 0 {
			t.Error("a transaction has begun")
		}
	})
}

// lockPackages takes dpkg's lock as another run of apt would.
func lockPackages(t *testing.T, h *testhost.Host) (release func()) {
	t.Helper()
	const hold = `$f = "/var/lib/dpkg/lock-frontend"; open(F, "+>", $f); $l = pack("s s x4 q q i x4", 1, 0, 0, 0, 0); fcntl(F, 6, $l) or die; $| = 1; print "held\n"; <STDIN>`
	cmd := h.Command(t.Context(), "perl", "-e", hold)
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
	if said, err := bufio.NewReader(out).ReadString('\n'); said != "held\n" {
		t.Fatalf("the lock is not held: %q %v", said, err)
	}
	return func() {
		_ = in.Close()
		_ = cmd.Wait()
	}
}
