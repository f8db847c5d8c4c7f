package hosttests

import (
	"strings"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

const debianSSHD = "Include /etc/ssh/sshd_config.d/*.conf\nKbdInteractiveAuthentication no\nUsePAM yes\nX11Forwarding yes\n"

func option(name, value string) call {
	return call{"sshd_option", map[string]any{"name": name, "value": value}}
}

// sshdHost is a host whose sshd has a configuration: sshd_config, and drop-ins by name.
func sshdHost(h *testhost.Host, main string, dropIns map[string]string) {
	h.MustRun("sh", "-c", "rm -rf /etc/ssh/sshd_config.d; mkdir /etc/ssh/sshd_config.d")
	h.WriteFile("/etc/ssh/sshd_config", 0o644, main)
	for name, text := range dropIns {
		h.WriteFile("/etc/ssh/sshd_config.d/"+name, 0o644, text)
	}
	h.MustRun("systemctl", "reload", "ssh.service")
}

func administrator(h *testhost.Host, name string) {
	h.MustRun("useradd", "--create-home", "--shell", "/bin/bash", "--groups", "sudo", name)
	h.MustRun("sh", "-c", "echo "+name+":Xk29.long-and-odd | chpasswd")
	h.MustRun("sh", "-c", "ssh-keygen -q -t ed25519 -N '' -f /root/"+name)
	h.WriteFile("/home/"+name+"/.ssh/authorized_keys", 0o600, h.ReadFile("/root/"+name+".pub"))
	h.MustRun("chown", "-R", name+":", "/home/"+name+"/.ssh")
}

func TestSSHDOptionsWinOrAreRefused(t *testing.T) {
	h := testhost.Boot(t)
	administrator(h, "alice")
	f := fixer{t, h}
	for _, test := range []struct {
		name    string
		main    string
		dropIns map[string]string
		calls   []call
		refused string   // words of the refusal of the last call
		said    []string // lines of sshd -T afterwards
		wrote   map[string]string
	}{
		{
			name: "a drop-in, of several options", main: debianSSHD,
			calls: []call{option("MaxAuthTries", "4"), option("PermitRootLogin", "no"), option("MaxStartups", "10:30:60"), option("Banner", "/etc/issue.net")},
			said:  []string{"maxauthtries 4", "permitrootlogin no", "maxstartups 10:30:60", "banner /etc/issue.net"},
			wrote: map[string]string{"sshd_config.d/10-holdfast.conf": "# Written by Holdfast for 1, 2, 3, 4.\nMaxAuthTries 4\nPermitRootLogin no\nMaxStartups 10:30:60\nBanner /etc/issue.net\n"},
		},
		{
			name: "what is so already", main: debianSSHD + "MaxAuthTries 4\n",
			calls: []call{option("MaxAuthTries", "4"), option("usepam", "yes"), option("PermitEmptyPasswords", "no"), option("Ciphers", "-3des-cbc")},
			wrote: map[string]string{},
		},
		{
			name: "a line after the Include does not win", main: debianSSHD + "MaxAuthTries 6\n",
			calls: []call{option("MaxAuthTries", "4")}, said: []string{"maxauthtries 4"},
		},
		{
			name: "a drop-in that is read earlier", main: debianSSHD, dropIns: map[string]string{"05-site.conf": "MaxAuthTries 6\nX11Forwarding yes\n"},
			calls: []call{option("MaxAuthTries", "4"), option("LogLevel", "VERBOSE")}, said: []string{"maxauthtries 4", "loglevel VERBOSE"},
			wrote: map[string]string{
				"sshd_config.d/00-holdfast.conf": "# Written by Holdfast for 1.\nMaxAuthTries 4\n", "sshd_config.d/10-holdfast.conf": "# Written by Holdfast for 2.\nLogLevel VERBOSE\n",
			},
		},
		{
			name: "a drop-in before any of ours", main: debianSSHD, dropIns: map[string]string{"+site.conf": "\nMaxAuthTries 6\n"},
			calls: []call{option("MaxAuthTries", "4")}, refused: "/etc/ssh/sshd_config.d/+site.conf:2 sets MaxAuthTries to 6",
		},
		{
			name: "a line before the Include", main: "MaxAuthTries 6\n" + debianSSHD,
			calls: []call{option("MaxAuthTries", "4")}, refused: "/etc/ssh/sshd_config:1 sets MaxAuthTries to 6, which sshd takes first: take that line out",
		},
		{
			name: "a Match block", main: debianSSHD + "Match User carol\n\tMaxAuthTries 6\n",
			calls: []call{option("MaxAuthTries", "4")}, refused: "/etc/ssh/sshd_config:6 sets MaxAuthTries to 6 for connections of Match user carol",
		},
		{
			name: "no Include", main: "UsePAM yes\nMaxAuthTries 6\n",
			calls: []call{option("MaxAuthTries", "4"), option("LogLevel", "VERBOSE")}, said: []string{"maxauthtries 4", "loglevel VERBOSE"},
			wrote: map[string]string{"sshd_config": "# Holdfast (1): this line was added\nInclude /etc/ssh/sshd_config.d/10-holdfast.conf\nUsePAM yes\nMaxAuthTries 6\n"},
		},
		{
			name: "an Include within a Match", main: "UsePAM yes\nMatch User carol\nInclude /etc/ssh/sshd_config.d/*.conf\n",
			calls: []call{option("MaxAuthTries", "4")}, refused: "MaxAuthTries would be 6",
		},
		{
			name: "lists that somebody has chosen get shorter, never longer", main: debianSSHD, dropIns: map[string]string{"50-site.conf": "Ciphers aes256-ctr,3des-cbc\n"},
			calls: []call{option("Ciphers", "-3des-cbc,aes128-cbc")}, said: []string{"ciphers aes256-ctr"},
		},
		{
			name: "lists of sshd's own", main: debianSSHD,
			calls: []call{option("MACs", "-hmac-md5*,umac-64*")}, wrote: map[string]string{"sshd_config.d/10-holdfast.conf": "# Written by Holdfast for 1.\nMACs -hmac-md5*,umac-64*\n"},
		},
		{
			name: "lines that add up", main: debianSSHD, dropIns: map[string]string{"50-site.conf": "AllowUsers carol alice\n"},
			calls: []call{option("AllowUsers", "alice")}, refused: "/etc/ssh/sshd_config.d/50-site.conf:1 is one: take it out",
		},
		{
			name: "a first list", main: debianSSHD, calls: []call{option("AllowGroups", "sudo")}, said: []string{"allowgroups sudo"},
		},
		{
			name: "two that contradict", main: debianSSHD,
			calls: []call{option("MaxAuthTries", "4"), option("maxauthtries", "3")}, refused: `test 1 wants sshd maxauthtries to be "4", and test 2 wants "3"`,
		},
		{
			name: "a value that sshd does not take", main: debianSSHD, calls: []call{option("MaxAuthTries", "four")}, refused: `sshd would not take "MaxAuthTries four"`,
		},
		{
			name: "a configuration that is broken", main: "Nonsense yes\n", calls: []call{option("MaxAuthTries", "4")}, refused: "/etc/ssh/sshd_config:1",
		},
		{
			name: "somebody else's file of our name", main: debianSSHD, dropIns: map[string]string{"10-holdfast.conf": "# mine\n"},
			calls: []call{option("MaxAuthTries", "4")}, refused: "10-holdfast.conf is there and Holdfast did not write it",
		},
		{
			name: "nobody on the list is an administrator", main: debianSSHD, calls: []call{option("AllowUsers", "carol")}, refused: "nobody who can become root could log in over SSH any more; now alice can",
		},
		{
			name: "no way to authenticate is left", main: debianSSHD + "PasswordAuthentication no\n", calls: []call{option("PubkeyAuthentication", "no")}, refused: "now alice can",
		},
		{
			name: "another way to authenticate is left", main: debianSSHD, calls: []call{option("PasswordAuthentication", "no")}, said: []string{"passwordauthentication no"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := fixer{t, h}
			if test.main == "Nonsense yes\n" { // which no reload survives
				h.WriteFile("/etc/ssh/sshd_config", 0o644, test.main)
			} else {
				sshdHost(h, test.main, test.dropIns)
			}
			before := f.tree("/etc/ssh")
			if test.refused != "" {
				f.refuses(test.refused, test.calls...)
				return
			}
			steps := f.plan(test.calls...)
			f.apply(steps)
			said := h.MustRun("/usr/sbin/sshd", "-T")
			for _, line := range test.said {
				if !strings.Contains(said, line+"\n") {
					t.Errorf("sshd -T does not say %q", line)
				}
			}
			for name, want := range test.wrote {
				if got := h.ReadFile("/etc/ssh/" + name); got != want {
					t.Errorf("%s is\n%s\nwant\n%s", name, got, want)
				}
			}
			if test.wrote != nil && len(test.wrote) == 0 && len(steps) > 0 {
				t.Errorf("%d steps for what is so", len(steps))
			}
			f.settled(test.calls...)
			f.undo(steps)
			if after := f.tree("/etc/ssh"); after != before {
				t.Errorf("after undoing:\n%s\nbefore:\n%s", after, before)
			}
		})
	}

	// The server that runs has read it, in the same process, and lets people in.
	sshdHost(h, debianSSHD, nil)
	pid := h.MustRun("systemctl", "show", "--value", "-p", "MainPID", "ssh.service")
	h.WriteFile("/etc/banner", 0o644, "a banner of ours\n")
	steps := f.plan(option("Banner", "/etc/banner"), option("PermitRootLogin", "no"))
	f.apply(steps)
	// SIGHUP has sshd start itself anew, and for a moment it does not listen.
	login := func(banner bool) {
		t.Helper()
		var r testhost.Result
		for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
			r = h.Run("ssh", "-i", "/root/alice", "-o", "StrictHostKeyChecking=no", "-o", "BatchMode=yes", "alice@127.0.0.1", "id", "-un")
			if r.Stdout == "alice\n" && strings.Contains(r.Stderr, "a banner of ours") == banner {
				return
			}
		}
		t.Errorf("alice does not log in with banner %v: %+v", banner, r)
	}
	login(true)
	if mode := h.MustRun("stat", "-c", "%a", "/etc/ssh/sshd_config.d/10-holdfast.conf"); mode != "600\n" {
		t.Errorf("the drop-in has mode %s", mode)
	}
	f.undo(steps)
	login(false)
	if now := h.MustRun("systemctl", "show", "--value", "-p", "MainPID", "ssh.service"); now != pid {
		t.Errorf("sshd was restarted: %s was %s", now, pid)
	}
}

func TestRootLoginsEndOnlyWhereSomebodyElseCanComeIn(t *testing.T) {
	h := testhost.Boot(t)
	f := fixer{t, h}
	sshdHost(h, debianSSHD, nil)
	no := option("PermitRootLogin", "no")
	if steps := f.plan(no); len(steps) == 0 {
		t.Error("nobody could log in before either, so nothing is lost; and yet there is no step")
	}
	h.MustRun("sh", "-c", "ssh-keygen -q -t ed25519 -N '' -f /root/key")
	h.WriteFile("/root/.ssh/authorized_keys", 0o600, h.ReadFile("/root/key.pub"))
	f.refuses("now root can", no)
	administrator(h, "alice")
	for break_, mend := range map[string]string{
		"gpasswd -d alice sudo":                                   "usermod -aG sudo alice",
		"usermod -s /usr/sbin/nologin alice":                      "usermod -s /bin/bash alice",
		"passwd -l alice":                                         "passwd -u alice", // by key still, but no sudo
		"echo DenyUsers alice > /etc/ssh/sshd_config.d/50-x.conf": "rm /etc/ssh/sshd_config.d/50-x.conf",
		"echo 'PasswordAuthentication no' > /etc/ssh/sshd_config.d/50-x.conf; sed -i 's/^/command=\"true\" /' /home/alice/.ssh/authorized_keys": "rm /etc/ssh/sshd_config.d/50-x.conf; sed -i 's/^command=\"true\" //' /home/alice/.ssh/authorized_keys",
	} {
		h.MustRun("sh", "-c", break_)
		f.refuses("now root can", no)
		h.MustRun("sh", "-c", mend)
	}
	if steps := f.plan(no); len(steps) != 1 {
		t.Errorf("alice can come in, and there are %d steps", len(steps))
	}
}
