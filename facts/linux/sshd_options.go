package linux

import "github.com/holdfast-agent/holdfast/facts"

// SSHDOptions are the options of an OpenSSH server, named and spelt as sshd -T prints them.
type SSHDOptions struct {
	AcceptEnv                       facts.List[string] `fact:"acceptenv" doc:"Environment variables that a client may send (patterns)."`
	AddressFamily                   facts.V[string]    `fact:"addressfamily" doc:"any, inet or inet6."`
	AllowAgentForwarding            facts.V[string]    `fact:"allowagentforwarding" doc:"Whether ssh-agent forwarding is permitted: yes or no."`
	AllowGroups                     facts.List[string] `fact:"allowgroups" doc:"Groups whose members may log in (patterns); empty when not restricted so."`
	AllowStreamLocalForwarding      facts.V[string]    `fact:"allowstreamlocalforwarding" doc:"Forwarding of Unix-domain sockets: yes, no, local or remote."`
	AllowTCPForwarding              facts.V[string]    `fact:"allowtcpforwarding" doc:"TCP forwarding: yes, no, local or remote."`
	AllowUsers                      facts.List[string] `fact:"allowusers" doc:"Users who may log in (patterns, USER or USER@HOST); empty when not restricted so."`
	AuthenticationMethods           facts.List[string] `fact:"authenticationmethods" doc:"Lists of methods of which one must be completed; any for no more than one method."`
	AuthorizedKeysCommand           facts.V[string]    `fact:"authorizedkeyscommand" doc:"Program that looks up public keys, with its arguments; none."`
	AuthorizedKeysCommandUser       facts.V[string]    `fact:"authorizedkeyscommanduser" doc:"The account under which that program runs."`
	AuthorizedKeysFile              facts.List[string] `fact:"authorizedkeysfile" doc:"Files with a user's authorized keys."`
	AuthorizedPrincipalsCommand     facts.V[string]    `fact:"authorizedprincipalscommand" doc:"Program that lists the certificate principals of a user; none."`
	AuthorizedPrincipalsCommandUser facts.V[string]    `fact:"authorizedprincipalscommanduser" doc:"The account under which that program runs."`
	AuthorizedPrincipalsFile        facts.V[string]    `fact:"authorizedprincipalsfile" doc:"File with the certificate principals of a user; none."`
	Banner                          facts.V[string]    `fact:"banner" doc:"File shown before login; none."`
	CASignatureAlgorithms           facts.List[string] `fact:"casignaturealgorithms" doc:"Algorithms with which certificate authorities may sign."`
	ChannelTimeout                  facts.List[string] `fact:"channeltimeout" doc:"TYPE=INTERVAL after which inactive channels are closed."`
	ChrootDirectory                 facts.V[string]    `fact:"chrootdirectory" doc:"Directory a session is confined to; none."`
	Ciphers                         facts.List[string] `fact:"ciphers" doc:"Ciphers offered, in order."`
	ClientAliveCountMax             facts.V[int64]     `fact:"clientalivecountmax" doc:"Unanswered messages after which the client is dropped; 0 never drops one."`
	ClientAliveInterval             facts.V[int64]     `fact:"clientaliveinterval" doc:"Seconds without data after which the client is asked for a sign of life; 0 never asks."`
	Compression                     facts.V[string]    `fact:"compression" doc:"Whether compression is permitted after login: yes or no."`
	DebianBanner                    facts.V[string]    `fact:"debianbanner" doc:"Whether the version banner names the Debian package: yes or no (sshd -T does not show it)."`
	DenyGroups                      facts.List[string] `fact:"denygroups" doc:"Groups whose members may not log in (patterns)."`
	DenyUsers                       facts.List[string] `fact:"denyusers" doc:"Users who may not log in (patterns)."`
	DisableForwarding               facts.V[string]    `fact:"disableforwarding" doc:"Whether all forwarding is off, whatever the other options say: yes or no."`
	ExposeAuthInfo                  facts.V[string]    `fact:"exposeauthinfo" doc:"Whether a session can read how its user authenticated: yes or no."`
	FingerprintHash                 facts.V[string]    `fact:"fingerprinthash" doc:"Hash of logged key fingerprints: MD5, SHA256, …"`
	ForceCommand                    facts.V[string]    `fact:"forcecommand" doc:"Command run instead of what the client asks for; none."`
	GatewayPorts                    facts.V[string]    `fact:"gatewayports" doc:"Whether remote forwards may bind other than loopback: yes, no or clientspecified."`
	GSSAPIAuthentication            facts.V[string]    `fact:"gssapiauthentication" doc:"Whether GSSAPI logins are permitted: yes or no."`
	GSSAPICleanupCredentials        facts.V[string]    `fact:"gssapicleanupcredentials" doc:"Whether GSSAPI credentials are destroyed at logout: yes or no."`
	GSSAPIKexAlgorithms             facts.List[string] `fact:"gssapikexalgorithms" doc:"GSSAPI key exchange methods."`
	GSSAPIKeyExchange               facts.V[string]    `fact:"gssapikeyexchange" doc:"Whether GSSAPI key exchange is permitted: yes or no."`
	GSSAPIStoreCredentialsOnRekey   facts.V[string]    `fact:"gssapistorecredentialsonrekey" doc:"Whether credentials are renewed when keys are: yes or no."`
	GSSAPIStrictAcceptorCheck       facts.V[string]    `fact:"gssapistrictacceptorcheck" doc:"Whether clients must authenticate to this host's own name: yes or no."`
	HostBasedAcceptedAlgorithms     facts.List[string] `fact:"hostbasedacceptedalgorithms" doc:"Signature algorithms accepted for host-based logins."`
	HostBasedAuthentication         facts.V[string]    `fact:"hostbasedauthentication" doc:"Whether a client host may vouch for its users: yes or no."`
	HostBasedUsesNameFromPacketOnly facts.V[string]    `fact:"hostbasedusesnamefrompacketonly" doc:"Whether the client's own word for its name counts: yes or no."`
	HostCertificate                 facts.List[string] `fact:"hostcertificate" doc:"Files with certificates of host keys."`
	HostKey                         facts.List[string] `fact:"hostkey" doc:"Files with private host keys, whether they exist or not."`
	HostKeyAgent                    facts.V[string]    `fact:"hostkeyagent" doc:"Socket of an agent that holds host keys; none."`
	HostKeyAlgorithms               facts.List[string] `fact:"hostkeyalgorithms" doc:"Host key signature algorithms offered, in order."`
	IgnoreRhosts                    facts.V[string]    `fact:"ignorerhosts" doc:"Whether .rhosts and .shosts are ignored: yes, no or shosts-only."`
	IgnoreUserKnownHosts            facts.V[string]    `fact:"ignoreuserknownhosts" doc:"Whether users' known_hosts are ignored in host-based logins: yes or no."`
	IPQoS                           facts.V[string]    `fact:"ipqos" doc:"Service classes of interactive and bulk traffic, with a blank between."`
	KbdInteractiveAuthentication    facts.V[string]    `fact:"kbdinteractiveauthentication" doc:"Whether keyboard-interactive (PAM) logins are permitted: yes or no."`
	KerberosAuthentication          facts.V[string]    `fact:"kerberosauthentication" doc:"Whether passwords are checked through Kerberos: yes or no."`
	KerberosOrLocalPasswd           facts.V[string]    `fact:"kerberosorlocalpasswd" doc:"Whether a password that Kerberos refuses may be a local one: yes or no."`
	KerberosTicketCleanup           facts.V[string]    `fact:"kerberosticketcleanup" doc:"Whether tickets are destroyed at logout: yes or no."`
	KexAlgorithms                   facts.List[string] `fact:"kexalgorithms" doc:"Key exchange methods offered, in order."`
	ListenAddress                   facts.List[string] `fact:"listenaddress" doc:"Addresses and ports listened on: 0.0.0.0:22, [::]:22."`
	LoginGraceTime                  facts.V[int64]     `fact:"logingracetime" doc:"Seconds in which a client must log in; 0 for no limit."`
	LogLevel                        facts.V[string]    `fact:"loglevel" doc:"QUIET, FATAL, ERROR, INFO, VERBOSE, DEBUG, DEBUG2 or DEBUG3."`
	LogVerbose                      facts.List[string] `fact:"logverbose" doc:"Places in the source whose messages are always logged."`
	MACs                            facts.List[string] `fact:"macs" doc:"Message authentication codes offered, in order."`
	MaxAuthTries                    facts.V[int64]     `fact:"maxauthtries" doc:"Tries at authentication a connection has."`
	MaxSessions                     facts.V[int64]     `fact:"maxsessions" doc:"Sessions a connection may have."`
	MaxStartups                     facts.V[string]    `fact:"maxstartups" doc:"START:RATE:FULL, as below."`
	MaxStartupsStart                facts.V[int64]     `fact:"maxstartups_start" doc:"Unauthenticated connections from which on new ones are refused at random."`
	MaxStartupsRate                 facts.V[int64]     `fact:"maxstartups_rate" doc:"Per cent of them refused from there on."`
	MaxStartupsFull                 facts.V[int64]     `fact:"maxstartups_full" doc:"Unauthenticated connections at which all new ones are refused."`
	ModuliFile                      facts.V[string]    `fact:"modulifile" doc:"File with Diffie-Hellman groups."`
	PasswordAuthentication          facts.V[string]    `fact:"passwordauthentication" doc:"Whether password logins are permitted: yes or no."`
	PermitEmptyPasswords            facts.V[string]    `fact:"permitemptypasswords" doc:"Whether accounts without a password may log in: yes or no."`
	PermitListen                    facts.List[string] `fact:"permitlisten" doc:"Where remote forwards may listen: HOST:PORT, any or none."`
	PermitOpen                      facts.List[string] `fact:"permitopen" doc:"Where TCP forwards may connect to: HOST:PORT, any or none."`
	PermitRootLogin                 facts.V[string]    `fact:"permitrootlogin" doc:"yes, no, without-password (also written prohibit-password) or forced-commands-only."`
	PermitTTY                       facts.V[string]    `fact:"permittty" doc:"Whether sessions get a terminal: yes or no."`
	PermitTunnel                    facts.V[string]    `fact:"permittunnel" doc:"Tunnel devices: yes, no, point-to-point or ethernet."`
	PermitUserEnvironment           facts.V[string]    `fact:"permituserenvironment" doc:"Whether ~/.ssh/environment and environment= in keys are heeded: yes, no, or patterns of names."`
	PermitUserRC                    facts.V[string]    `fact:"permituserrc" doc:"Whether ~/.ssh/rc is run: yes or no."`
	PerSourceMaxStartups            facts.V[string]    `fact:"persourcemaxstartups" doc:"Unauthenticated connections one address may have; none."`
	PerSourceNetBlockSize           facts.V[string]    `fact:"persourcenetblocksize" doc:"Bits of IPv4 and IPv6 addresses that count as one source: 32:128."`
	PIDFile                         facts.V[string]    `fact:"pidfile" doc:"File with the server's process id; none."`
	Port                            facts.List[string] `fact:"port" doc:"Ports listened on."`
	PrintLastLog                    facts.V[string]    `fact:"printlastlog" doc:"Whether the last login is shown: yes or no."`
	PrintMotd                       facts.V[string]    `fact:"printmotd" doc:"Whether sshd itself shows /etc/motd: yes or no."`
	PubkeyAcceptedAlgorithms        facts.List[string] `fact:"pubkeyacceptedalgorithms" doc:"Signature algorithms accepted for public key logins."`
	PubkeyAuthentication            facts.V[string]    `fact:"pubkeyauthentication" doc:"Whether public key logins are permitted: yes or no."`
	PubkeyAuthOptions               facts.List[string] `fact:"pubkeyauthoptions" doc:"touch-required, verify-required; none."`
	RekeyLimit                      facts.V[string]    `fact:"rekeylimit" doc:"Bytes and seconds after which keys are renewed, with a blank between; 0 for the cipher's own limit and none."`
	RequiredRSASize                 facts.V[int64]     `fact:"requiredrsasize" doc:"Least size, in bits, of RSA keys accepted."`
	RevokedKeys                     facts.V[string]    `fact:"revokedkeys" doc:"File with keys that are refused; none."`
	SecurityKeyProvider             facts.V[string]    `fact:"securitykeyprovider" doc:"Library for FIDO keys; internal."`
	SetEnv                          facts.List[string] `fact:"setenv" doc:"Names of the environment variables set for sessions; their values are not told."`
	StreamLocalBindMask             facts.V[string]    `fact:"streamlocalbindmask" doc:"Umask of forwarded sockets, octal: 0177."`
	StreamLocalBindUnlink           facts.V[string]    `fact:"streamlocalbindunlink" doc:"Whether an existing socket file is replaced: yes or no."`
	StrictModes                     facts.V[string]    `fact:"strictmodes" doc:"Whether modes and owners of users' files are checked at login: yes or no."`
	Subsystem                       facts.List[string] `fact:"subsystem" doc:"NAME and command of the subsystems."`
	SyslogFacility                  facts.V[string]    `fact:"syslogfacility" doc:"AUTH, AUTHPRIV, DAEMON, LOCAL0, …"`
	TCPKeepAlive                    facts.V[string]    `fact:"tcpkeepalive" doc:"Whether dead TCP connections are noticed: yes or no."`
	TrustedUserCAKeys               facts.V[string]    `fact:"trustedusercakeys" doc:"File with keys of authorities that may sign users' certificates; none."`
	UnusedConnectionTimeout         facts.V[string]    `fact:"unusedconnectiontimeout" doc:"Seconds after which a connection without channels is closed; none."`
	UseDNS                          facts.V[string]    `fact:"usedns" doc:"Whether clients' names are looked up: yes or no."`
	UsePAM                          facts.V[string]    `fact:"usepam" doc:"Whether logins go through PAM: yes or no."`
	VersionAddendum                 facts.V[string]    `fact:"versionaddendum" doc:"Text behind the version banner; none."`
	X11DisplayOffset                facts.V[int64]     `fact:"x11displayoffset" doc:"First display number for X11 forwarding."`
	X11Forwarding                   facts.V[string]    `fact:"x11forwarding" doc:"Whether X11 forwarding is permitted: yes or no."`
	X11UseLocalhost                 facts.V[string]    `fact:"x11uselocalhost" doc:"Whether forwarded displays listen on loopback only: yes or no."`
	XauthLocation                   facts.V[string]    `fact:"xauthlocation" doc:"The xauth program; none."`
}
