package hosttests

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
	"golang.org/x/tools/txtar"
)

// Each section is one configuration: the text up to the first file is sshd_config, named files lie in /etc/ssh.
var sshdConfigurations = map[string]string{
	"Debian's own":                    "Include /etc/ssh/sshd_config.d/*.conf\nKbdInteractiveAuthentication no\nUsePAM yes\nX11Forwarding yes\nPrintMotd no\nAcceptEnv LANG LC_*\nSubsystem sftp /usr/lib/openssh/sftp-server\n",
	"nothing":                         "",
	"only comments":                   "# PermitRootLogin yes\n   # Port 2\n\n\t\n",
	"first value wins":                "PermitRootLogin no\nPermitRootLogin yes\nMaxAuthTries 3\nMaxAuthTries 9\n",
	"drop-in first":                   "Include /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin yes\n-- sshd_config.d/10-a.conf --\nPermitRootLogin no\n-- sshd_config.d/05-z.conf --\nPermitRootLogin forced-commands-only\n",
	"include at the end":              "PermitRootLogin yes\nInclude sshd_config.d/*.conf\n-- sshd_config.d/10-a.conf --\nPermitRootLogin no\nClientAliveInterval 300\n",
	"include of several patterns":     "Include /etc/ssh/b.conf /etc/ssh/a.conf\n-- a.conf --\nPort 2201\nBanner /etc/issue\n-- b.conf --\nPort 2202\nBanner /etc/issue.net\n",
	"include of nothing":              "Include /etc/ssh/absent/*.conf\nMaxSessions 4\n",
	"nested includes":                 "Include /etc/ssh/one.conf\n-- one.conf --\nInclude two.conf\nLogLevel VERBOSE\n-- two.conf --\nLogLevel DEBUG\nMaxStartups 10:30:60\n",
	"quotes":                          "Banner \"/etc/my banner\"\nAuthorizedKeysFile \".ssh/a b\" .ssh/c\nVersionAddendum \"x y\"\n",
	"equals signs and case":           "permitROOTlogin=NO\nPasswordAuthentication = no\nUSEDNS  =  yes\nX11FORWARDING\tno\n",
	"comment behind a value":          "PermitRootLogin no # not at all\nMaxAuthTries 2 # two\n",
	"carriage returns":                "PermitRootLogin no\r\nMaxAuthTries 2\r\n",
	"times":                           "LoginGraceTime 2m\nClientAliveInterval 1h30m\nClientAliveCountMax 0\nRekeyLimit 1G 1h\n",
	"sizes":                           "RekeyLimit 500M\nRequiredRSASize 3072\n",
	"ciphers replaced":                "Ciphers aes256-gcm@openssh.com,aes128-ctr\nMACs hmac-sha2-512\nKexAlgorithms curve25519-sha256\n",
	"ciphers added":                   "Ciphers +aes128-cbc\nMACs +hmac-md5\nKexAlgorithms +diffie-hellman-group1-sha1\n",
	"ciphers removed":                 "Ciphers -chacha20-poly1305@openssh.com,*gcm*\nMACs -umac*,hmac-sha1*\nKexAlgorithms -*nistp*\n",
	"ciphers first":                   "Ciphers ^aes256-ctr\nMACs ^hmac-sha2-256\nHostKeyAlgorithms ^rsa-sha2-512\nPubkeyAcceptedAlgorithms -ssh-ed25519*\n",
	"old names":                       "ChallengeResponseAuthentication yes\nPubkeyAcceptedKeyTypes +ssh-rsa\nHostbasedAcceptedKeyTypes -ecdsa*\n",
	"deprecated lines":                "UsePrivilegeSeparation yes\nKeyRegenerationInterval 1h\nServerKeyBits 768\nRSAAuthentication yes\nProtocol 1\nPermitEmptyPasswords no\n",
	"lists add up":                    "AllowUsers alice bob@10.0.0.*\nAllowUsers carol\nDenyUsers mallory\nAllowGroups sudo ssh-users\nDenyGroups no-ssh\nAcceptEnv A B\nAcceptEnv C\n",
	"host keys":                       "HostKey /etc/ssh/ssh_host_ed25519_key\nHostKey /etc/ssh/ssh_host_rsa_key\n",
	"ports and addresses":             "Port 22\nPort 2222\nListenAddress 127.0.0.1\nListenAddress [::1]:2200\nAddressFamily any\n",
	"addresses before ports":          "ListenAddress 192.0.2.1\nPort 99\n",
	"inet only":                       "AddressFamily inet\n",
	"forwarding":                      "AllowTcpForwarding local\nGatewayPorts clientspecified\nPermitOpen host:80 [2001:db8::1]:443\nPermitListen 8080\nPermitTunnel ethernet\nDisableForwarding yes\nAllowStreamLocalForwarding no\nStreamLocalBindMask 0077\n",
	"root's several ways":             "PermitRootLogin prohibit-password\nAuthenticationMethods publickey,password publickey,keyboard-interactive\n",
	"match of a user":                 "PermitRootLogin no\nX11Forwarding no\nMatch User alice\n  X11Forwarding yes\n  PermitRootLogin yes\n",
	"match of an address":             "PasswordAuthentication no\nMatch Address 10.0.0.0/8,!10.9.0.0/16\n\tPasswordAuthentication yes\nMatch Address 10.1.0.0/16\n\tMaxAuthTries 1\n\tPasswordAuthentication no\n",
	"match of a group":                "Match Group wheelers,users*\nAllowTcpForwarding no\nForceCommand internal-sftp -d /x\nChrootDirectory %h\n",
	"match all closes":                "Match User nobody\nBanner /a\nMatch all\nBanner /b\nMaxSessions 2\n",
	"match with several criteria":     "Match User alice,bob Address 192.0.2.0/24 LocalPort 22\nPermitTTY no\nMatch User !alice,*\nPermitTTY yes\nX11Forwarding yes\n",
	"match in an include":             "Include /etc/ssh/m.conf\nPermitRootLogin yes\nMaxAuthTries 5\n-- m.conf --\nMatch User alice\nPermitRootLogin no\nMaxAuthTries 1\n",
	"include in a match":              "Match User alice\nInclude /etc/ssh/m.conf\nMatch all\nMaxSessions 7\n-- m.conf --\nMaxSessions 3\nPasswordAuthentication no\n",
	"environment":                     "SetEnv SECRET=hunter2 \"B=two words\"\nPermitUserEnvironment LANG,LC_*\n",
	"subsystems":                      "Subsystem sftp internal-sftp -f AUTH -l INFO\nSubsystem other /bin/other\n",
	"none and any":                    "Banner none\nPidFile none\nVersionAddendum none\nPermitOpen none\nPermitListen any\nAuthorizedPrincipalsFile none\nTrustedUserCAKeys none\nIPQoS none\n",
	"service classes":                 "IPQoS af21 cs1\nSyslogFacility AUTHPRIV\nLogLevel verbose\nFingerprintHash md5\n",
	"an option nobody knows":          "PermitRootLogin no\nPermitRotLogin no\n",
	"a value nobody knows":            "PermitRootLogin perhaps\n",
	"a number that is none":           "MaxAuthTries many\n",
	"a cipher nobody knows":           "Ciphers rot13\n",
	"a match without criteria":        "Match\nPermitRootLogin no\n",
	"a global option within a match":  "Match User alice\nPort 99\n",
	"an option without value":         "PermitRootLogin\n",
	"too many values":                 "PermitRootLogin no yes\n",
	"an include that does not parse":  "Include /etc/ssh/bad.conf\n-- bad.conf --\nNonsense yes\n",
	"an error in a match not reached": "Match User nobody-at-all\nNonsense yes\n",
	"an open quote":                   "Banner \"/etc/issue\nMaxSessions 3\n",
	"an include of itself":            "Include /etc/ssh/sshd_config\nMaxSessions 3\n",
}

// The connections for which each configuration is asked, besides none in particular.
var sshdConnections = []struct{ user, address string }{
	{"alice", "10.1.2.3"}, {"alice", "192.0.2.7"}, {"root", "10.9.1.1"}, {"nobody", "2001:db8::5"},
}

func TestSSHDIsWhatTheServerItselfSays(t *testing.T) {
	h := testhost.Boot(t)
	h.MustRun("groupadd", "wheelers")
	h.MustRun("useradd", "--groups", "wheelers", "alice")
	h.MustRun("rm", "-r", "/etc/ssh/sshd_config.d")
	valid := 0
	for name, text := range sshdConfigurations {
		t.Run(name, func(t *testing.T) {
			archive := txtar.Parse([]byte(text))
			h.WriteFile("/etc/ssh/sshd_config", 0o644, string(archive.Comment))
			for _, f := range archive.Files {
				h.WriteFile("/etc/ssh/"+f.Name, 0o644, string(f.Data))
				defer h.MustRun("rm", "/etc/ssh/"+f.Name)
			}
			keys := []key{{"sshd"}}
			for _, c := range sshdConnections {
				keys = append(keys, key{"sshd_for", c.user, c.address})
			}
			r := read(t, h, keys...)
			said := h.Run("/usr/sbin/sshd", "-t")
			if s := r.object("sshd"); s["config_valid"] != (said.Code == 0) {
				t.Fatalf("config_valid is %v (%v); sshd -t ended with %d: %s", s["config_valid"], s["config_error"], said.Code, said.Stderr)
			}
			if said.Code != 0 {
				for _, option := range []string{"permitrootlogin", "maxauthtries", "ciphers"} {
					if v := r.object("sshd")[option]; fmt.Sprintf("%T", v) != "hosttests.unknown" {
						t.Errorf("%s is %v, of a server that does not start", option, v)
					}
				}
				return
			}
			valid++
			said = h.Run("/usr/sbin/sshd", "-T")
			if needsMore := strings.Contains(said.Stderr, "not in connection test specification"); !needsMore {
				compareSSHD(t, "sshd", said.Stdout, r.object("sshd"))
			}
			for _, c := range sshdConnections {
				// A name that no Match of these configurations asks for: sources know no names of addresses.
				said := h.MustRun("/usr/sbin/sshd", "-T", "-C", fmt.Sprintf("user=%s,addr=%s,host=%s,laddr=192.0.2.1,lport=22", c.user, c.address, c.address))
				compareSSHD(t, fmt.Sprint("sshd_for ", c), said, r.object("sshd_for", c.user, c.address))
			}
		})
	}
	if valid < 30 {
		t.Errorf("only %d configurations were compared option by option", valid)
	}
}

func compareSSHD(t *testing.T, what, said string, fact map[string]any) {
	t.Helper()
	want, got := map[string]string{}, map[string]string{}
	for _, line := range lines(said) {
		option, value, _ := strings.Cut(line, " ")
		if option == "setenv" { // values may be secret, and are not told
			value, _, _ = strings.Cut(value, "=")
		}
		want[option] = strings.TrimSpace(want[option] + " " + words(value))
	}
	for option := range want {
		switch v := fact[option].(type) {
		case unknown: // sshd_for takes no local port, so what a Match asks of it stays open
			got[option] = string(v)
			if strings.HasSuffix(got[option], "the localport of the connection is not given") {
				got[option] = want[option]
			}
		case []any:
			var items []string
			for _, item := range v {
				items = append(items, words(fmt.Sprint(item)))
			}
			got[option] = strings.Join(items, " ")
		case nil:
		default:
			got[option] = words(fmt.Sprint(v))
		}
	}
	same(t, what, want, got, 80)
}

// words are the parts of a value, whether sshd prints them with blanks or with commas between.
func words(value string) string {
	return strings.Join(strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == ',' }), " ")
}
