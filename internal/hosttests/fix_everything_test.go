package hosttests

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
	"github.com/holdfast-agent/holdfast/remediate/plan"
)

// fixable are the packages that fixes of the benchmark install, but for AIDE's: its installation takes half a minute.
var fixable = []string{"apparmor", "apparmor-utils", "audispd-plugins", "cracklib-runtime", "systemd-journal-remote"}

// beforeFixes makes a host what its administrator would: somebody who can get in, a web server that is meant to be there,
// and an AIDE that needs no minutes for its database.
const beforeFixes = `set -e
mkdir -p /etc/holdfast /etc/aide/aide.conf.d
cat > /etc/holdfast/web.tailoring.hcl <<'end'
tailoring "cis-debian-12" {
  leave_out "2.1.18" { reason = "It is a web server." }
}
end
rm -f /var/lib/aide/*
cat > /etc/aide/aide.conf.d/01_few <<'end'
!/(srv|var|root|home|boot|opt|usr/(share|lib|include|local|src|games|libexec|lib32|lib64|libx32))
end
chmod 0644 /etc/aide/aide.conf.d/01_few
aideinit -y -f
apt-get -qq install -y --no-install-recommends cracklib-runtime > /dev/null # an installation from the net recommends it
`

// machines are the reasons why the kernel or the boot loader of a container can't be changed in it: they are those of
// the machine. Every other refusal fails the test.
var machines = []*regexp.Regexp{
	regexp.MustCompile(`in a container, (they are those|it is that) of its host`),
	regexp.MustCompile(`does not start in a container`),
	regexp.MustCompile(`the running kernel has no parameter`),
	regexp.MustCompile(`is read-only here: it belongs to the machine that this container runs on`),
	regexp.MustCompile(`is built into the kernel: only another kernel is without it`),
	regexp.MustCompile(`there is no grub\.cfg here: GRUB does not boot this host`),
}

// people are the reasons that tell a person what to decide first.
var people = []*regexp.Regexp{
	regexp.MustCompile(`It does not start before it knows where to: write URL=`),
}

// hardening is one host on its way.
type hardening struct {
	*testing.T
	host    *testhost.Host
	program string
}

func (h hardening) holdfast(verb string, args ...string) testhost.Result {
	h.Helper()
	return h.host.Run(h.program, append([]string{verb, "--benchmark", "cis-debian-12", "--profile", "level2-server"}, args...)...)
}

func (h hardening) audit() map[string]string {
	h.Helper()
	return parseReport(h, h.holdfast("audit", "--format", "json")).verdicts()
}

func (h hardening) plan() *plan.Plan {
	h.Helper()
	r := h.holdfast("plan", "--max-risk", "manual", "--format", "json")
	var p plan.Plan
	if err := json.Unmarshal([]byte(r.Stdout), &p); err != nil {
		h.Fatalf("plan: exit status %d: %v\n%s", r.Code, err, r.Stderr)
	}
	return &p
}

// of are the controls with one of the verdicts.
func of(verdicts map[string]string, which ...string) []string {
	var out []string
	for control, v := range verdicts {
		if slices.Contains(which, v) {
			out = append(out, control)
		}
	}
	slices.Sort(out)
	return out
}

// apply applies in as many rounds as it takes, since some fixes need the package that another one installs, and gives
// the controls that the plans had changes for.
func (h hardening) apply() map[string]bool {
	h.Helper()
	promised := map[string]bool{}
	for round := 1; ; round++ {
		p := h.plan()
		if len(p.Changes) == 0 {
			return promised
		}
		if round > 3 {
			h.Fatalf("after three rounds there is still something to do: %v", p.Changes)
		}
		for _, s := range p.Controls() {
			promised[s.String()] = true
		}
		r := h.holdfast("apply", "--yes", "--confirm-within", "0s", "--max-risk", "manual")
		if r.Code != 0 && r.Code != 3 {
			h.Fatalf("round %d: exit status %d\n%s", round, r.Code, r.Stderr)
		}
		h.Logf("round %d: %d changes", round, len(p.Changes))
	}
}

// left sees that everything that still fails has a reason which is not ours, and gives what a person must see to and what
// is the machine's.
func (h hardening) left(failing []string) (person, machine []string) {
	h.Helper()
	reasons := map[string][]string{}
	byHand := map[string]bool{}
	for _, r := range h.plan().Refused {
		control := r.Benchmark + " " + r.Control
		reasons[control] = append(reasons[control], r.Reason)
		byHand[control] = byHand[control] || r.ByHand
	}
	matches := func(control string, list []*regexp.Regexp) bool {
		return len(reasons[control]) > 0 && !slices.ContainsFunc(reasons[control], func(reason string) bool {
			return !slices.ContainsFunc(list, func(r *regexp.Regexp) bool { return r.MatchString(reason) })
		})
	}
	for _, control := range failing {
		switch {
		case byHand[control], matches(control, people):
			person = append(person, control)
		case matches(control, machines):
			machine = append(machine, control)
		default:
			h.Errorf("%s still fails: %q", control, reasons[control])
		}
	}
	return person, machine
}

// inUse sees that the host serves whom it served: an administrator over SSH, and the web.
func (h hardening) inUse(when string) {
	h.Helper()
	peer := func(command string) testhost.Result {
		return h.host.Run("nsenter", "--net=/run/netns/peer", "sh", "-c", command)
	}
	ssh := peer("ssh -i /root/alice -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=5 -o BatchMode=yes alice@10.9.0.1 id -un")
	if strings.TrimSpace(ssh.Stdout) != "alice" {
		h.Errorf("%s, alice can't get in: %d %s%s", when, ssh.Code, ssh.Stdout, ssh.Stderr)
	}
	web := peer(`printf 'GET / HTTP/1.0\r\n\r\n' | socat -t3 - TCP:10.9.0.1:80,connect-timeout=5`)
	if !strings.HasPrefix(web.Stdout, "HTTP/1.1 200 ") {
		h.Errorf("%s, nginx does not answer: %d %.100s%s", when, web.Code, web.Stdout, web.Stderr)
	}
}

// wholeState is all of a host that a roll-back has to bring back, a line each.
const wholeState = `exec 2>/dev/null
cd /
export LC_ALL=C
find /etc /usr /var /boot /root /home -printf 'file %p %y %m %U:%G %l\n'
find /etc /usr /var /boot /root /home -type f -print0 | xargs -0 sha256sum | sed -E 's/^(\S+) .(.*)$/content \2 \1/'
getfattr -R -P -d -m - --absolute-names /etc /usr /var /boot /root /home | awk '/^# file: /{f=$3;next} /./{print "xattr " f " " $0}'
sysctl -a | grep -vE '^(fs\.(dentry|file-nr|inode|quota|aio)|kernel\.(random|ns_last_pid|pty|perf|sched)|net\.netfilter|vm\.)' | sed 's/^/sysctl /'
ip -o addr | grep -v 'inet6 fe80' | sed -E 's/^[0-9]+: /address /;s/ +valid_lft.*//'
{ ip route; ip -6 route; } | grep -v '^fe80' | sed 's/^/route /'
systemctl list-unit-files --plain --no-legend | awk '{print "enabled " $1 " " $2}'
systemctl list-units --state=active --plain --no-legend --type=service,socket,timer,path,mount | awk '{print "unit " $1}' | grep -vE ' (session-|user@|user-runtime-dir@|run-|systemd-tmpfiles-clean|apt-daily|dpkg-db-backup)'
nft list ruleset | sed 's/^/nft /'
findmnt -rno TARGET,FSTYPE,VFS-OPTIONS | grep -v '^/run/user/' | sed 's/^/mount /'
cd /etc; grep -H . passwd group shadow gshadow | sed 's/^/account /'
`

func (h hardening) state() map[string]bool {
	h.Helper()
	out := map[string]bool{}
	for line := range strings.Lines(h.host.MustRun("bash", "-c", wholeState)) {
		out[strings.TrimSuffix(line, "\n")] = true
	}
	return out
}

// published is a list of docs/rollback.md.
func published(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile("../../docs/rollback.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(text), "```"+name+"\n")
	list, _, _ = strings.Cut(list, "```")
	var out []string
	for _, line := range strings.Split(strings.TrimSpace(list), "\n") {
		if !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}

// different are the lines that only one of two states has, but for what is published.
func different(t *testing.T, before, after map[string]bool) []string {
	t.Helper()
	left, accounts := published(t, "paths"), published(t, "accounts")
	free := func(line string) bool {
		words := strings.SplitN(line, " ", 3)
		if words[0] == "account" {
			_, entry, _ := strings.Cut(words[1], ":")
			name, _, _ := strings.Cut(entry, ":")
			return slices.Contains(accounts, name)
		}
		if !slices.Contains([]string{"file", "content", "xattr"}, words[0]) {
			return false
		}
		return slices.ContainsFunc(left, func(pattern string) bool {
			if dir, ok := strings.CutSuffix(pattern, "/**"); ok {
				return words[1] == dir || strings.HasPrefix(words[1], dir+"/") ||
					strings.HasSuffix(dir, "*") && strings.HasPrefix(words[1], strings.TrimSuffix(dir, "*"))
			}
			return words[1] == pattern
		})
	}
	var out []string
	for sign, of := range map[string][2]map[string]bool{"- ": {before, after}, "+ ": {after, before}} {
		for line := range of[0] {
			if !of[1][line] && !free(line) {
				out = append(out, sign+line)
			}
		}
	}
	slices.SortFunc(out, func(a, b string) int { return strings.Compare(a[2:]+a[:1], b[2:]+b[:1]) })
	return out
}

func TestEveryFixableControlIsFixedAndBroughtBack(t *testing.T) {
	t.Parallel()
	host := testhost.New(t, testhost.Options{Packages: []string{"aide", "aide-common", "nginx-light", "systemd-timesyncd"}, Archive: fixable, OwnTmp: true})
	host.WriteFile("/etc/fstab", 0o644, "tmpfs /tmp tmpfs mode=1777 0 0\n")
	host.Boot()
	network(host)
	administrator(host, "alice")
	host.MustRun("sh", "-c", beforeFixes)
	h := hardening{t, host, install(t, host, "holdfast")}
	h.inUse("before")
	first, before := h.audit(), h.state()

	promised := h.apply()
	second := h.audit()
	person, machine := h.left(of(second, "fail", "error"))
	fixed := 0
	for _, control := range of(first, "fail") {
		if second[control] == "pass" {
			fixed++
		} else if promised[control] && second[control] == "fail" {
			t.Logf("%s had changes, and fails", control)
		}
	}
	for _, control := range of(first, "pass", "not_applicable") {
		if v := second[control]; v != "pass" && v != "not_applicable" {
			t.Errorf("%s passed, and is %s now", control, v)
		}
	}
	passed, passes, failed := len(of(first, "pass")), len(of(second, "pass")), len(of(first, "fail"))
	t.Logf("%d of %d passed and %d failed; now %d pass, %d are left to people and %d to the machine: %v", passed, len(first), failed, passes, len(person), len(machine), fmt.Sprint(of(second, "unknown")))
	if passes < passed+fixed || fixed < 50 {
		t.Errorf("%d controls were mended, and %d pass, where %d did", fixed, passes, passed)
	}
	h.inUse("hardened")

	host.Reboot()
	network(host)
	third := h.audit()
	for _, control := range slices.Sorted(maps.Keys(second)) {
		if third[control] != second[control] && !slices.Contains(machine, control) {
			t.Errorf("%s was %s, and is %s after a reboot", control, second[control], third[control])
		}
	}
	if p := h.plan(); len(p.Changes) > 0 {
		t.Errorf("after a reboot there is something to do: %v", p.Changes)
	}
	h.inUse("after a reboot")

	for range strings.Count(host.MustRun(h.program, "history"), "kept") {
		if r := host.Run(h.program, "rollback"); r.Code != 0 {
			t.Fatalf("rollback: exit status %d\n%s%s", r.Code, r.Stdout, r.Stderr)
		}
	}
	now := different(t, before, h.state())
	for _, line := range now {
		switch strings.Fields(line)[1] {
		case "file", "content", "xattr", "account", "enabled", "address", "route":
			t.Errorf("after all is rolled back, there differs %s", line)
		}
	}
	h.inUse("brought back")
	// What the boot between started stays until the next one.
	host.Reboot()
	network(host)
	if diff := different(t, before, h.state()); len(diff) > 0 {
		t.Errorf("after all is rolled back and a reboot, there differ:\n%s", strings.Join(diff, "\n"))
	}
	t.Logf("until the next boot, %d lines of the running state were otherwise", len(now))
}
