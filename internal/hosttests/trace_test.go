package hosttests

import (
	"bytes"
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux"
	"github.com/holdfast-agent/holdfast/internal/testhost"
	"github.com/zclconf/go-cty/cty"
)

// traced are the system calls by which a program could change the host, start another or talk to one.
const traced = "execve,execveat,fork,vfork,open,openat,openat2,creat," +
	"unlink,unlinkat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mkdir,mkdirat,rmdir,mknod,mknodat," +
	"truncate,ftruncate,fallocate,chmod,fchmod,fchmodat,?fchmodat2,chown,fchown,lchown,fchownat,utime,utimes,utimensat,futimesat," +
	"setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr," +
	"mount,umount2,move_mount,fsopen,fsmount,open_tree,mount_setattr,pivot_root,chroot,swapon,swapoff," +
	"init_module,finit_module,delete_module,bpf,kexec_load,reboot,sethostname,setdomainname,settimeofday,clock_settime,adjtimex," +
	"setns,unshare,kill,tkill,tgkill,ptrace,acct,quotactl," +
	"socket,connect,bind,listen,sendto,sendmsg,sendmmsg"

// trace runs a program on a host under strace and gives the lines of the trace.
func trace(t *testing.T, h *testhost.Host, stdin string, command ...string) []string {
	t.Helper()
	const at = "/run/trace"
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	args := append([]string{"-f", "-qq", "-y", "-s", "200", "-o", at, "-e", "signal=none", "-e", "trace=" + traced, "--"}, command...)
	cmd := h.Command(ctx, "strace", args...)
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = strings.NewReader(stdin), &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() < 0 || strings.Contains(stderr.String(), "strace: ") {
		t.Fatalf("strace: %v\n%s", err, stderr.String())
	}
	found := lines(h.ReadFile(at))
	if len(found) == 0 || !strings.Contains(found[0], "execve(") {
		t.Fatalf("nothing was traced: %q", found)
	}
	return found
}

var (
	callOf      = regexp.MustCompile(`^(?:[0-9]+ +)?([a-z0-9_]+)\((.*)`)
	writesFile  = regexp.MustCompile(`\bO_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)\b`)
	toInternet  = regexp.MustCompile(`sa_family=AF_INET6?\b`)
	toItself    = regexp.MustCompile(`inet_addr\("127\.|inet_pton\(AF_INET6, "(::1|::ffff:127\.[0-9.]+)"`)
	anyPort     = regexp.MustCompile(`sin6?_port=htons\(0\)`)
	goPreempts  = regexp.MustCompile(`^[0-9]+(<[^>]*>)?, [0-9]+(<[^>]*>)?, SIGURG\b`)
	packetSends = regexp.MustCompile(`^AF_(PACKET|BLUETOOTH|VSOCK|CAN)\b`)
)

// breaches are the calls of a trace that an audit may not make. A file that the user asked for may be written.
func breaches(trace []string, asked ...string) []string {
	var found []string
	started := false
	for _, line := range trace {
		m := callOf.FindStringSubmatch(line)
		if m == nil {
			continue // the end of a call whose beginning was looked at, or the end of a thread
		}
		call, args := m[1], m[2]
		bad := true
		switch call {
		case "execve":
			bad, started = started, true
		case "open", "openat", "openat2":
			bad = writesFile.MatchString(args) && !strings.Contains(args, `"/dev/null"`) &&
				!slices.ContainsFunc(asked, func(name string) bool { return strings.Contains(args, `"`+name) })
		case "socket":
			bad = packetSends.MatchString(args)
		case "connect", "sendto", "sendmsg", "sendmmsg":
			bad = toInternet.MatchString(args) && !toItself.MatchString(args)
		case "bind":
			// A connection to a service of the host is bound to the address that it asks, which makes leaving impossible.
			bad = !strings.Contains(args, "sa_family=AF_NETLINK") && !(toItself.MatchString(args) && anyPort.MatchString(args))
		case "tgkill":
			bad = !goPreempts.MatchString(args) // Go preempts its own threads with SIGURG
		case "adjtimex":
			bad = !strings.Contains(args, "modes=0")
		}
		if bad {
			found = append(found, line)
		}
	}
	return found
}

func TestBreachesAreSeen(t *testing.T) {
	first := `7 execve("/usr/local/bin/holdfast", ["holdfast", "audit"], 0x7ffd /* 5 vars */) = 0`
	for line, bad := range map[string]bool{
		`7 execve("/usr/sbin/sshd", ["sshd", "-T"], 0xc000 /* 5 vars */ <unfinished ...>`:                                              true,
		`7 openat(AT_FDCWD</root>, "/etc/shadow", O_RDONLY|O_CLOEXEC) = 3</etc/shadow>`:                                                false,
		`7 openat(AT_FDCWD</root>, "/proc/sys/net/ipv4/ip_forward", O_WRONLY|O_CLOEXEC) = 3`:                                           true,
		`7 openat(AT_FDCWD</root>, "/tmp/x", O_RDWR|O_CREAT|O_EXCL, 0600) = 3</tmp/x>`:                                                 true,
		`7 openat2(3</etc>, "x", {flags=O_RDWR|O_CLOEXEC, resolve=RESOLVE_IN_ROOT}, 24) = 4`:                                           true,
		`7 openat(AT_FDCWD</root>, "/root/report.json", O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC, 0644) = 3`:                                 false,
		`7 unlinkat(AT_FDCWD</root>, "/tmp/x", 0) = 0`:                                                                                 true,
		`7 finit_module(3</lib/modules/x.ko>, "", 0) = 0`:                                                                              true,
		`7 connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="/run/dbus/system_bus_socket"}, 30) = 0`:                                false,
		`7 connect(3<socket:[1]>, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("192.0.2.1")}, 16) = 0`:                   true,
		`7 connect(3<socket:[1]>, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("127.0.0.1")}, 16) = 0`:                  false,
		`7 sendto(3<socket:[1]>, "x", 1, 0, {sa_family=AF_INET6, sin6_port=htons(9), inet_pton(AF_INET6, "2001:db8::1", &x)}, 28) = 1`: true,
		`7 sendto(3<socket:[1]>, [{nlmsg_len=20}], 20, 0, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12) = 20`:              false,
		`7 socket(AF_PACKET, SOCK_RAW, 768) = 3<socket:[1]>`:                                                                           true,
		`7 bind(3<socket:[1]>, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("127.0.0.1")}, 16) = 0`:                       false,
		`7 bind(3<socket:[1]>, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = 0`:                      true,
		`7 bind(3<socket:[1]>, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("0.0.0.0")}, 16) = 0`:                         true,
		`7 tgkill(7, 9, SIGURG) = 0`:   false,
		`7 kill(1, SIGHUP) = 0`:        true,
		`7 <... connect resumed>) = 0`: false,
	} {
		got := breaches([]string{first, line}, "/root/report.json")
		if want := bad; (len(got) == 1) != want {
			t.Errorf("%s: got %v", line, got)
		}
	}
}

// An audit as such is traced in audit_test.go; here every source is, whether or not a policy reads it.
func TestReadingEveryFactChangesNothingAndStartsNothing(t *testing.T) {
	h := testhost.Boot(t)
	program := install(t, h, "readfacts")
	if got := breaches(trace(t, h, "", "sh", "-c", "id >/dev/null; echo x > /tmp/x")); len(got) < 2 {
		t.Fatalf("the control was not caught: %q", got)
	}
	type wanted struct {
		Fact string
		Args []any
	}
	var list []wanted
	for _, s := range linux.Sources() {
		d := s.Describe()
		args := example(d)
		var values []cty.Value
		for _, a := range args {
			switch a := a.(type) {
			case string:
				values = append(values, cty.StringVal(a))
			case int:
				values = append(values, cty.NumberIntVal(int64(a)))
			}
		}
		if _, err := d.Subject(values); err != nil {
			t.Errorf("%s: add an example to the list: %v", d.Name, err)
			continue
		}
		list = append(list, wanted{d.Name, args})
	}
	stdin, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range breaches(trace(t, h, string(stdin), program)) {
		t.Error(line)
	}
}

// examples are arguments of keyed facts that have rules of their own; any other gets a name that every host has.
var examples = map[string][]any{
	"audit_rule":       {"-w /etc/sudoers -p wa"},
	"database":         {"redis"},
	"dconf":            {"org/gnome/login-screen/banner-message-enable"},
	"firewall::admits": {"tcp", 22},
	"glob":             {"/etc/cron.d/*"},
	"limit":            {"*", "hard", "core"},
	"package":          {"openssh-server"},
	"pam_stack":        {"login", "auth"},
	"service":          {"ssh.service"},
	"sshd_for":         {"root", "192.0.2.1"},
	"sysctl":           {"net.ipv4.ip_forward"},
	"systemd_conf":     {"logind.conf"},
}

func example(d facts.Descriptor) []any {
	if given, ok := examples[d.Name]; ok {
		return given
	}
	var args []any
	for _, a := range d.Args {
		if strings.Contains(a.Name, "path") || strings.Contains(a.Name, "dir") || strings.Contains(a.Name, "file") {
			args = append(args, "/etc/ssh")
		} else {
			args = append(args, "root")
		}
	}
	return args
}
