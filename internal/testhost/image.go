package testhost

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	defaultSuite  = "bookworm"
	defaultMirror = "http://deb.debian.org/debian"
	// recipe is part of the key of every cached root: raise it when the way of building changes.
	recipe = "1"
)

// basePackages are on every host: a small server as an installation from the net leaves it, and what tests look with.
var basePackages = []string{
	"apt", "auditd", "ca-certificates", "cron", "dbus", "iproute2", "kmod", "libpam-pwquality", "libpam-systemd",
	"netbase", "nftables", "openssh-server", "passwd", "procps", "socat", "strace", "sudo", "systemd", "systemd-sysv",
}

// cacheDir is where roots are kept between runs: HOLDFAST_TESTHOST_CACHE, or a directory of the machine.
func cacheDir() string {
	if dir := os.Getenv("HOLDFAST_TESTHOST_CACHE"); dir != "" {
		return dir
	}
	return "/var/cache/holdfast-testhost"
}

// moving are the suites whose packages come and go from one day to the next.
var moving = []string{"sid"}

// buildError is a root that could not be built. The cache is as before, and whoever wants it next tries again.
type buildError struct {
	suite    string
	packages []string
	err      error
}

func (e *buildError) Error() string {
	return fmt.Sprintf("build a root of %s with %s: %v", e.suite, strings.Join(e.packages, " "), e.err)
}

func (e *buildError) Unwrap() error { return e.err }

// unavailable tells whether an error is about a suite that moves and this machine's mirror, not about us.
func unavailable(err error) bool {
	var e *buildError
	return errors.As(err, &e) && slices.Contains(moving, e.suite)
}

// layers are the directories a host with these options lies on, topmost first. What is not cached yet is built;
// whoever else wants the same waits for it.
func layers(o Options) ([]string, error) {
	suite := cmp.Or(o.Suite, defaultSuite)
	if err := os.MkdirAll(cacheDir(), 0o755); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(cacheDir(), "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		return nil, err
	}
	base, err := cached("base", suite, basePackages, func(dir string) error { return buildBase(dir, suite) })
	if err != nil {
		return nil, err
	}
	all, known := []string{base}, slices.Clone(basePackages)
	for _, l := range []struct {
		kind     string
		packages []string
		build    func(root string, packages []string) error
	}{
		{"extra", o.Packages, func(root string, packages []string) error { return installPackages(root, suite, packages) }},
		{"archive", o.Archive, buildArchive},
	} {
		if len(l.packages) == 0 {
			continue
		}
		packages := slices.Sorted(slices.Values(l.packages))
		known = append(known, packages...)
		layer, err := cached(l.kind, suite, known, func(dir string) error {
			return buildOver(dir, all, func(root string) error { return l.build(root, packages) })
		})
		if err != nil {
			return nil, err
		}
		all = append([]string{layer}, all...)
	}
	return all, nil
}

// cached gives the directory for a list of a suite's packages, built if it is not there. It appears only when it is whole.
func cached(kind, suite string, packages []string, build func(dir string) error) (string, error) {
	sum := sha256.Sum256([]byte(recipe + suite + strings.Join(packages, " ")))
	dir := filepath.Join(cacheDir(), kind+"-"+hex.EncodeToString(sum[:6]))
	if _, err := os.Stat(dir); err == nil || !errors.Is(err, os.ErrNotExist) {
		return dir, err
	}
	building := dir + ".building"
	_ = unix.Unmount(filepath.Join(building, "root"), unix.MNT_DETACH)
	if err := os.RemoveAll(building); err != nil {
		return "", err
	}
	if err := os.MkdirAll(building, 0o755); err != nil {
		return "", err
	}
	tree := filepath.Join(building, "tree")
	if err := os.Mkdir(tree, 0o755); err != nil {
		return "", err
	}
	if err := build(tree); err != nil {
		return "", &buildError{suite, packages, err}
	}
	if err := os.Rename(tree, dir); err != nil {
		return "", err
	}
	return dir, os.RemoveAll(building)
}

func buildBase(dir, suite string) error {
	mirror := mirror(suite)
	if err := command(nil, "debootstrap", "--variant=minbase", "--include="+strings.Join(basePackages, ","), suite, dir, mirror); err != nil {
		return err
	}
	security := strings.TrimSuffix(strings.TrimSuffix(mirror, "/"), "/debian") + "/debian-security"
	sources := fmt.Sprintf("deb %s %s main\ndeb %s %s-updates main\ndeb %s %s-security main\n", mirror, suite, mirror, suite, security, suite)
	if suite == "sid" { // has neither, and a mirror that stands still for a while is good enough
		sources = fmt.Sprintf("deb [check-valid-until=no] %s sid main\n", mirror)
	}
	for name, content := range map[string]string{
		"etc/apt/sources.list": sources,
		"etc/hosts":            "127.0.0.1 localhost\n127.0.1.1 testhost\n::1 localhost ip6-localhost\n",
		"etc/hostname":         "testhost\n",
		"etc/resolv.conf":      "",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	return inRoot(dir, "apt-get", "update", "-qq")
}

// buildOver changes what lies on other layers and keeps what that changed.
func buildOver(dir string, layers []string, change func(root string) error) error {
	building := filepath.Dir(dir)
	root, work := filepath.Join(building, "root"), filepath.Join(building, "work")
	for _, d := range []string{root, work} {
		if err := os.Mkdir(d, 0o755); err != nil {
			return err
		}
	}
	options := fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s", strings.Join(layers, ":"), dir, work)
	if err := unix.Mount("overlay", root, "overlay", 0, options); err != nil {
		return fmt.Errorf("mount the overlay to install on: %w", err)
	}
	defer func() { _ = unix.Unmount(root, unix.MNT_DETACH) }()
	return change(root)
}

func installPackages(root, suite string, packages []string) error {
	// No service may start while it is installed: there is no init.
	policy := filepath.Join(root, "usr/sbin/policy-rc.d")
	if err := os.WriteFile(policy, []byte("#!/bin/sh\nexit 101\n"), 0o755); err != nil {
		return err
	}
	if slices.Contains(moving, suite) { // the packages that base knows of may be gone
		if err := inRoot(root, "apt-get", "update", "-qq"); err != nil {
			return err
		}
	}
	if err := inRoot(root, "apt-get", append([]string{"install", "-y", "-qq", "--no-install-recommends"}, packages...)...); err != nil {
		return err
	}
	if err := inRoot(root, "apt-get", "clean"); err != nil {
		return err
	}
	return os.Remove(policy)
}

// archive fetches packages with what they depend on and has apt know no other place.
const archive = `set -e
mkdir -p /srv/archive/partial
apt-get install -y -qq --download-only --no-install-recommends -o Dir::Cache::archives=/srv/archive -o APT::Sandbox::User=root "$@"
cd /srv/archive
rm -rf partial lock /etc/apt/sources.list /etc/apt/sources.list.d/* /var/lib/apt/lists/*
for d in *.deb; do
  dpkg-deb --field "$d"
  printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$d" "$(stat -c %s "$d")" "$(sha256sum "$d" | cut -d' ' -f1)"
done > Packages
echo 'deb [trusted=yes] file:/srv/archive ./' > /etc/apt/sources.list
apt-get update -qq
rm -f /var/cache/apt/*.bin`

func buildArchive(root string, packages []string) error {
	return inRoot(root, "sh", append([]string{"-c", archive, "sh"}, packages...)...)
}

// inRoot runs a program in a root that is being built, with the machine's network and name resolution.
func inRoot(root, name string, args ...string) error {
	// In a mount namespace of its own: whatever happens, nothing stays mounted.
	const script = `set -e; root=$1; shift
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
exec chroot "$root" "$@"`
	return command(proxy(), "unshare", append([]string{"--mount", "sh", "-c", script, "sh", root, name}, args...)...)
}

func command(env []string, name string, args ...string) error {
	var output bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Env = append([]string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
		"LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive",
	}, env...)
	if name == "debootstrap" {
		cmd.Env = append(cmd.Env, proxy()...)
	}
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		tail := output.Bytes()
		tail = tail[max(0, len(tail)-4000):]
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, tail)
	}
	return nil
}

// mirror is where the machine itself gets Debian from, if that carries the suite; HOLDFAST_TESTHOST_MIRROR wins.
func mirror(suite string) string {
	if m := os.Getenv("HOLDFAST_TESTHOST_MIRROR"); m != "" {
		return m
	}
	out, err := exec.Command("apt-get", "indextargets", "--format", "$(REPO_URI)",
		"Created-By: Packages", "Codename: "+suite, "Origin: Debian", "Component: main").Output()
	if uri, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n"); err == nil && strings.HasPrefix(uri, "http") {
		return strings.TrimSuffix(uri, "/")
	}
	return defaultMirror
}

// proxy is what the machine's apt goes through, as environment for debootstrap and apt in a root.
func proxy() []string {
	var env []string
	for _, scheme := range []string{"http", "https"} {
		out, err := exec.Command("apt-config", "shell", "p", "Acquire::"+scheme+"::Proxy").Output()
		value := strings.Trim(strings.TrimPrefix(strings.TrimSpace(string(out)), "p="), "'")
		if err != nil || value == "" || value == "DIRECT" {
			value = os.Getenv(scheme + "_proxy")
		}
		if value != "" {
			env = append(env, scheme+"_proxy="+value)
		}
	}
	return env
}
