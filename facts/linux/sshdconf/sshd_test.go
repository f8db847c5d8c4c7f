package sshdconf

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "record the goldens anew from the installed sshd")

// osFiles reads the machine's own files.
type osFiles struct{}

func (osFiles) ReadFile(name string) ([]byte, error) { return os.ReadFile(name) }
func (osFiles) IsAbsent(err error) bool              { return errors.Is(err, fs.ErrNotExist) }
func (osFiles) IsDir(name string) bool {
	st, err := os.Stat(name)
	return err == nil && st.IsDir()
}
func (osFiles) Glob(pattern string) ([]string, error) {
	found, err := filepath.Glob(pattern)
	found = slices.DeleteFunc(found, func(n string) bool { return strings.HasPrefix(filepath.Base(n), ".") })
	return found, err
}

// oneLine are the options that sshd -T prints on one line though they are lists.
var oneLine = map[string]string{"authorizedkeysfile": " ", "authenticationmethods": " ", "logverbose": " ", "channeltimeout": " ",
	"permitopen": " ", "permitlisten": " ", "pubkeyauthoptions": " ", "gssapikexalgorithms": ","}

// dump prints options in the form of sshd -T, sorted.
func dump(opts map[string]Value) string {
	var lines []string
	for name, v := range opts {
		if name == "debianbanner" { // sshd -T does not show it
			continue
		}
		sep, joined := oneLine[name]
		if _, algorithms := algorithmOptions[name]; algorithms {
			sep, joined = ",", true
		}
		switch {
		case v.Unknown != "":
			lines = append(lines, name+" UNKNOWN "+v.Unknown)
		case joined && len(v.Items) > 0:
			lines = append(lines, name+" "+strings.Join(v.Items, sep))
		default:
			for _, item := range v.Items {
				lines = append(lines, name+" "+item)
			}
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}

// realSSHD runs sshd -T, or skips.
func realSSHD(t testing.TB) func(conf string, args ...string) (string, bool) {
	t.Helper()
	path := "/usr/sbin/sshd"
	version, err := exec.Command(path, "-V").CombinedOutput()
	if err != nil || !bytes.Contains(version, []byte("OpenSSH_"+tableVersion)) || os.Getuid() != 0 {
		t.Skip("needs root and the sshd of OpenSSH " + tableVersion)
	}
	if _, err := os.Stat("/etc/ssh/ssh_host_ed25519_key"); err != nil {
		t.Skip("needs host keys: sshd -T loads them")
	}
	if err := os.MkdirAll("/run/sshd", 0o755); err != nil { // its privilege separation directory
		t.Fatal(err)
	}
	return func(conf string, args ...string) (string, bool) {
		cmd := exec.Command(path, append([]string{"-T", "-f", conf}, args...)...)
		cmd.Dir = "/"
		out, err := cmd.Output()
		if err != nil {
			return "", false
		}
		// "none" in a Match block is printed, at the top it is not; it means the same.
		text := strings.ReplaceAll(string(out), "channeltimeout none\n", "")
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		slices.Sort(lines)
		return strings.Join(lines, "\n") + "\n", true
	}
}

func ours(t testing.TB, conf string, user, addr string) string {
	t.Helper()
	c, err := Load(osFiles{}, Options{Version: tableVersion, Args: []string{"-f", conf}})
	if err != nil {
		if !IsInvalid(err) {
			return "unread: " + err.Error() + "\n"
		}
		return "refused: " + err.Error() + "\n"
	}
	if user == "" {
		return dump(c.Default())
	}
	return dump(c.Effective(Connection{User: user, Groups: []string{user}, Address: netip.MustParseAddr(addr)}.Decide))
}

// TestGolden compares with recorded sshd -T output: what differs from the output for an empty file. $DIR in a
// configuration is the directory in which it lies.
func TestGolden(t *testing.T) {
	cases, err := filepath.Glob("testdata/golden/*.txtar")
	if err != nil || len(cases) < 30 {
		t.Fatal(len(cases), "goldens", err)
	}
	for _, name := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) { golden(t, name) })
	}
}

func golden(t *testing.T, name string) {
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	archive := txtar.Parse(b)
	dir := t.TempDir()
	want := ""
	for _, f := range archive.Files {
		text := bytes.ReplaceAll(f.Data, []byte("$DIR"), []byte(dir))
		text = bytes.ReplaceAll(text, []byte(`\r`), []byte("\r"))
		if f.Name == "want" {
			want = string(text)
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, f.Name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	user, addr := "", ""
	if line, _, _ := strings.Cut(string(archive.Comment), "\n"); strings.HasPrefix(line, "connection ") {
		fields := strings.Fields(line)
		user, addr = fields[1], fields[2]
	}
	conf := filepath.Join(dir, "sshd_config")
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	got := ours(t, conf, user, addr)
	if strings.HasPrefix(got, "refused") {
		got = "refused\n"
	} else {
		got = differing(ours(t, empty, "", ""), got)
	}
	if *update {
		run := realSSHD(t)
		var args []string
		if user != "" {
			args = []string{"-C", "user=" + user + ",host=" + addr + ",addr=" + addr}
		}
		base, _ := run(empty)
		out, ok := run(conf, args...)
		want = "refused\n"
		if ok {
			want = differing(base, out)
		}
		record(t, name, archive, strings.ReplaceAll(want, dir, "$DIR"))
	}
	if got != want {
		t.Errorf("\n%s\ngot:\n%s\nwant:\n%s", archive.Files[0].Data, got, want)
	}
}

func record(t *testing.T, name string, a *txtar.Archive, want string) {
	t.Helper()
	a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool { return f.Name == "want" })
	a.Files = append(a.Files, txtar.File{Name: "want", Data: []byte(want)})
	if err := os.WriteFile(name, txtar.Format(a), 0o600); err != nil {
		t.Fatal(err)
	}
}

// differing are the lines of b that are not in a, and with "-" those of a that are gone with their option.
func differing(a, b string) string {
	var out strings.Builder
	before := strings.SplitAfter(a, "\n")
	for l := range strings.Lines(b) {
		if !slices.Contains(before, l) {
			out.WriteString(l)
		}
	}
	return out.String()
}

// TestDefaultsAreThoseOfSSHD compares every line for an empty file.
func TestDefaultsAreThoseOfSSHD(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "sshd_config")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	got := ours(t, empty, "", "")
	if *update {
		out, _ := realSSHD(t)(empty)
		if err := os.WriteFile("testdata/defaults", []byte(out), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/defaults")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// samples are arguments, good and bad, for the random configurations below.
var samples = map[string][]string{
	"flag":     {"yes", "no", "YES", `"no"`, "maybe", "yes no", "yes # c"},
	"int":      {"0", "1", "4", "10", "-1", "x", "3x", "+7", " 5"},
	"time":     {"0", "30", "1m", "1h30m", "2W", "x", "1y", "none"},
	"file":     {"none", "/etc/issue", `"/a b"`, "rel/x", "NONE", "/a /b", "~/k"},
	"list":     {"a", "a", "a b", "b !c", `"x y"`, "a@10.0.0.1", "a@10.0.0.0/8", "a@10.0.0.1/8", "*", `q\ w`, "x # y"},
	"algo":     {"-aes*", "-*nistp*,*sha1*", "aes128-ctr", "+hmac-md5", "-aes*", "^aes256-ctr", "ssh-rsa*", "+ssh-dss", "nope", "-*", "hmac-sha2-256,hmac-sha1", "ssh-ed25519,RSA", "^diffie-hellman-group14-sha1,ecdh-sha2-nistp256", "+3des-cbc,aes128-cbc", "-*nistp*,*sha1*", ""},
	"root":     {"yes", "no", "prohibit-password", "without-password", "forced-commands-only", "x"},
	"fwd":      {"yes", "no", "all", "local", "remote", "clientspecified"},
	"open":     {"any", "none", "h:22", "h:* i:80", "22", "x", "[::1]:80", "any h:1"},
	"methods":  {"publickey", "publickey,password", "password publickey", "any", "hostbased", "foo", "keyboard-interactive:pam"},
	"startups": {"5", "5:30:60", "10:0:20", "10:30", "70:10:60", "7"},
	"qos":      {"cs1", "0x10 none", "af21 0x99", "300", "EF"},
	"rekey":    {"1G", "default 1h", "1.5M none", "8", "default none", "0 5"},
	"channel":  {"session:*=5m", "none", "x11-connection=1h *=3", "x", "a=b"},
	"env":      {"LANG", "LANG LC_*", "A=B", "A=1 B=2", "A=1 A=2"},
	"mask":     {"0177", "0222", "888", "077x"},
	"command":  {"/bin/x %u", "none", "x", `/bin/y "a b" # c`},
	"level":    {"info", "VERBOSE", "DEBUG1", "QUIET", "x", "AUTH", "local3"},
}

var kinds = map[string]string{
	"permitrootlogin": "root", "maxauthtries": "int", "maxsessions": "int", "x11displayoffset": "int", "clientalivecountmax": "int",
	"requiredrsasize": "int", "clientaliveinterval": "time", "logingracetime": "time", "unusedconnectiontimeout": "time", "banner": "file",
	"trustedusercakeys": "file", "revokedkeys": "file", "pidfile": "file", "xauthlocation": "file", "allowusers": "list", "denyusers": "list",
	"allowgroups": "list", "denygroups": "list", "ciphers": "algo", "macs": "algo", "kexalgorithms": "algo", "hostkeyalgorithms": "algo",
	"pubkeyacceptedalgorithms": "algo", "hostbasedacceptedkeytypes": "algo", "casignaturealgorithms": "algo", "allowtcpforwarding": "fwd",
	"allowstreamlocalforwarding": "fwd", "gatewayports": "fwd", "permitopen": "open", "permitlisten": "open",
	"authenticationmethods": "methods", "maxstartups": "startups", "ipqos": "qos", "rekeylimit": "rekey", "channeltimeout": "channel",
	"acceptenv": "env", "setenv": "env", "streamlocalbindmask": "mask", "forcecommand": "command", "authorizedkeyscommand": "command",
	"authorizedprincipalscommand": "command", "authorizedkeyscommanduser": "list", "authorizedprincipalscommanduser": "list",
	"loglevel": "level", "syslogfacility": "level", "authorizedkeysfile": "file", "logverbose": "list", "versionaddendum": "command",
	"persourcemaxstartups": "int", "permituserenvironment": "list", "x11forwarding": "flag", "usepam": "flag",
	"challengeresponseauthentication": "flag", "passwordauthentication": "flag", "ignorerhosts": "flag", "usedns": "flag",
	"permittunnel": "flag", "disableforwarding": "flag", "compression": "flag", "protocol": "flag", "uselogin": "flag", "chrootdirectory": "file",
	"authorizedprincipalsfile": "file", "permitemptypasswords": "flag", "port": "int", "fingerprinthash": "level",
}

var matches = []string{"all", "User root", "User *,!root", "Group wheel", "Group users", "Address 10.0.0.0/8", "Address 10.0.0.1/8", "Host *.example.org,10.*",
	"User=root Address 10.1.2.3", "User root # c", "Bogus x", "User", "Address !10.1.2.3,*", "all User x"}

func randomConfig(r *rand.Rand, names []string) string {
	var b strings.Builder
	for range 1 + r.IntN(14) {
		switch r.IntN(12) {
		case 0, 11:
			m := matches[r.IntN(6)]
			if r.IntN(20) == 0 {
				m = matches[r.IntN(len(matches))]
			}
			b.WriteString("Match " + m + "\n")
			continue
		case 1:
			b.WriteString([]string{"# comment\n", "\n", "   \t\n", "Include $DIR/inc*.conf\n", "Include /none/*.conf\n"}[r.IntN(5)])
			continue
		}
		name := names[r.IntN(len(names))]
		if r.IntN(2) == 0 { // what can stand in a Match block and collide
			name = []string{"permitrootlogin", "x11forwarding", "allowusers", "acceptenv", "banner", "forcecommand"}[r.IntN(6)]
		}
		args := samples[kinds[name]]
		arg := args[r.IntN(2)] // the good ones come first: a refused configuration compares little
		if r.IntN(20) == 0 {
			arg = args[r.IntN(len(args))]
		}
		sep := []string{" ", "\t", "=", " = ", "  "}[r.IntN(5)]
		b.WriteString(strings.Repeat(" ", r.IntN(2)) + strings.ToUpper(name[:1]) + name[1:] + sep + arg + []string{"\n", "\r\n", " \n"}[r.IntN(3)])
	}
	return b.String()
}

// TestRandomConfigurationsAgreeWithSSHD needs the real server; the goldens are its short form.
func TestRandomConfigurationsAgreeWithSSHD(t *testing.T) {
	run := realSSHD(t)
	names := []string{}
	for n := range kinds {
		names = append(names, n)
	}
	slices.Sort(names)
	r := rand.New(rand.NewPCG(1, uint64(*seed)))
	refused, known := 0, 0
	for i := range *rounds {
		dir := t.TempDir()
		conf := filepath.Join(dir, "sshd_config")
		write := func(name, text string) {
			text = strings.ReplaceAll(text, "$DIR", dir)
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		main := randomConfig(r, names)
		write("sshd_config", main)
		inc := strings.ReplaceAll(randomConfig(r, names), "Include $DIR", "Include /none")
		write("inc1.conf", inc)
		user := []string{"", "root", "daemon"}[i%3]
		var args []string
		if user != "" {
			args = []string{"-C", "user=" + user + ",host=10.1.2.3,addr=10.1.2.3"}
		}
		want, ok := run(conf, args...)
		got := ours(t, conf, user, "10.1.2.3")
		if !ok {
			refused++
			want = "refused\n"
			if strings.HasPrefix(got, "refused") {
				got = want
			}
		} else {
			known++
		}
		if diff := differing(want, got) + "--- want\n" + differing(got, want); diff != "--- want\n" && !strings.HasPrefix(got, "unread") {
			t.Errorf("%s\n-- inc1 --\n%s\n%s got\n%s", main, inc, fmt.Sprint(args), diff)
		}
	}
	t.Logf("%d configurations refused, %d compared", refused, known)
}

var (
	seed   = flag.Int("seed", 1, "of the random configurations")
	rounds = flag.Int("rounds", 60, "random configurations to compare")
)
