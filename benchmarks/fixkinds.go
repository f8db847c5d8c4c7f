package benchmarks

import (
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// FixKind is one way to change a host, as policies ask for it. What it does is the business of the action of that name;
// here is only what it can be told.
type FixKind struct {
	Name string
	Doc  string
	Args []FixArg
	// AnyOf: at least one argument of each group must be given. NotBoth: at most one of each.
	AnyOf, NotBoth [][]string
}

// FixArg is one argument of a fix.
type FixArg struct {
	Name     string
	Type     cty.Type
	Required bool
	OneOf    []string // the values that a string may have; empty: any
	Doc      string
}

// FixKinds are all kinds, in the order of their names.
func FixKinds() []FixKind {
	out := make([]FixKind, 0, len(fixKinds))
	for _, name := range FixKindNames() {
		out = append(out, *fixKinds[name])
	}
	return out
}

// FixKindNames are the names of all kinds, sorted.
func FixKindNames() []string { return slices.Sorted(maps.Keys(fixKinds)) }

func (k *FixKind) arg(name string) (FixArg, bool) {
	i := slices.IndexFunc(k.Args, func(a FixArg) bool { return a.Name == name })
	if i < 0 {
		return FixArg{}, false
	}
	return k.Args[i], true
}

func (k *FixKind) checkGroups(b block) {
	given := func(group []string) (names []string) {
		for _, name := range group {
			if _, ok := b.Body.Attributes[name]; ok {
				names = append(names, name)
			}
		}
		return names
	}
	for _, group := range k.AnyOf {
		if len(given(group)) == 0 {
			b.errorf(b.DefRange(), "Attribute missing", "A fix %q needs at least one of %s.", k.Name, strings.Join(group, ", "))
		}
	}
	for _, group := range k.NotBoth {
		if names := given(group); len(names) > 1 {
			b.errorf(b.attrRange(names[1]), "Attributes exclude each other", "A fix %q takes only one of %s.", k.Name, strings.Join(group, ", "))
		}
	}
}

var (
	strs = cty.List(cty.String)

	fixKinds = kindTable(fileKinds(), systemKinds(), accountKinds(), serviceKinds())
)

func kindTable(groups ...[]FixKind) map[string]*FixKind {
	table := map[string]*FixKind{}
	for _, g := range groups {
		for _, k := range g {
			if table[k.Name] != nil {
				panic("benchmarks: two kinds of fix named " + k.Name)
			}
			table[k.Name] = &k
		}
	}
	return table
}

func need(name string, t cty.Type, doc string) FixArg {
	return FixArg{Name: name, Type: t, Required: true, Doc: doc}
}

func may(name string, t cty.Type, doc string) FixArg { return FixArg{Name: name, Type: t, Doc: doc} }

func choice(a FixArg, values ...string) FixArg {
	a.OneOf = values
	return a
}

func fileKinds() []FixKind {
	return []FixKind{
		{
			Name: "file", Doc: "A file's content: all of it, one line, or its absence.",
			Args: []FixArg{
				need("path", cty.String, "The file, an absolute path."),
				may("content", cty.String, "All of the file."),
				may("line", cty.String, "A line that must be there."),
				may("match", cty.String, "An RE2 pattern: the lines that the line replaces; those it matches are commented out when there is no line."),
				may("absent", cty.Bool, "true: the file must not be there."),
				may("mode", cty.String, "Its mode, when the file is made: 0644."),
				may("owner", cty.String, "Its owner, when the file is made."),
				may("group", cty.String, "Its group, when the file is made."),
				may("validate", cty.String, "What must accept the result: sshd, sudoers, nftables, systemd."),
			},
			AnyOf:   [][]string{{"content", "line", "match", "absent"}},
			NotBoth: [][]string{{"content", "line", "absent"}, {"content", "match", "absent"}},
		},
		{
			Name: "file_mode", Doc: "Mode and owner of a path that exists.",
			Args: []FixArg{
				need("path", cty.String, "The path; a symlink is not followed."),
				may("mode", cty.String, "The exact mode: 0600."),
				may("max", cty.String, "A mask: bits outside of it are taken away, others stay."),
				may("add", cty.String, "Bits to add: o+t, u+r, 1000."),
				may("remove", cty.String, "Bits to take away: o-w, go-rwx, 0022."),
				may("owner", cty.String, "The owner's name."),
				may("group", cty.String, "The group's name."),
				may("groups", strs, "Groups that are as good; the first is set when it is none of them."),
				may("recurse", cty.Bool, "true: all below the path, on its file system."),
				may("only", cty.String, "With recurse: file or directory."),
			},
			AnyOf:   [][]string{{"mode", "max", "add", "remove", "owner", "group", "groups"}},
			NotBoth: [][]string{{"mode", "max"}, {"group", "groups"}},
		},
		{
			Name: "key_mode", Doc: "Mode and owner of a private or public key.",
			Args: []FixArg{
				need("path", cty.String, "The key."),
				may("mode", cty.String, "A mask: bits outside of it are taken away."),
				may("owner", cty.String, "The owner's name."),
				may("group", cty.String, "The group's name."),
			},
			AnyOf: [][]string{{"mode", "owner", "group"}},
		},
		{
			Name: "mount_option", Doc: "Options of a mount, in fstab or its unit and on the running mount.",
			Args: []FixArg{
				need("path", cty.String, "The mount point."),
				may("add", strs, "Options to add: nodev, nosuid, noexec."),
				may("remove", strs, "Options to take away."),
				may("running", cty.Bool, "false: leave the running mount alone."),
			},
			AnyOf: [][]string{{"add", "remove"}},
		},
		{
			Name: "cron_access", Doc: "Who may use cron or at.",
			Args: []FixArg{
				choice(need("service", cty.String, "cron or at."), "cron", "at"),
				may("users", strs, "Those who may, beside root; none when not given."),
				may("group", cty.String, "The group of the allow file."),
			},
		},
	}
}

func systemKinds() []FixKind {
	return []FixKind{
		{
			Name: "sysctl", Doc: "A kernel parameter, running and at boot.",
			Args: []FixArg{
				need("name", cty.String, "net.ipv4.ip_forward"),
				need("value", cty.String, "Its value, as in /proc/sys."),
				may("running", cty.Bool, "false: set it at the next boot only."),
				may("configured", cty.Bool, "false: leave the configuration alone."),
			},
		},
		{
			Name: "kernel_module", Doc: "A module that must not be loaded, or must be.",
			Args: []FixArg{
				need("name", cty.String, "The module's name."),
				choice(need("state", cty.String, "disabled: it can't be loaded, and is unloaded where nothing uses it; loaded: now and at boot."), "disabled", "loaded"),
				may("options", cty.String, "Its parameters, for loaded."),
			},
		},
		{
			Name: "package", Doc: "A package that must be there or not.",
			Args: []FixArg{
				need("name", cty.String, "The package's name."),
				choice(need("state", cty.String, "present, absent (configuration files kept), purged or latest."), "present", "absent", "purged", "latest"),
				may("later", cty.Bool, "true: what the package does when it is installed goes on in the background, so that the control is not expected to pass at once."),
			},
		},
		{
			Name: "service", Doc: "A unit's enablement and state.",
			Args: []FixArg{
				need("name", cty.String, "The unit: ssh, rsyslog.socket."),
				may("enabled", cty.Bool, "Whether it starts at boot."),
				may("masked", cty.Bool, "Whether nothing can start it."),
				choice(may("state", cty.String, "running or stopped."), "running", "stopped"),
			},
			AnyOf:   [][]string{{"enabled", "masked", "state"}},
			NotBoth: [][]string{{"enabled", "masked"}},
		},
		{
			Name: "grub", Doc: "The boot loader: the kernel's command line, or its password.",
			Args: []FixArg{
				may("add", strs, "Words of the kernel command line that must be there: apparmor=1. A word with = replaces others of that name."),
				may("remove", strs, "Words that must not be there."),
				may("superuser", cty.String, "The name that may edit boot entries."),
				may("password_file", cty.String, "A root-only file with a grub-mkpasswd-pbkdf2 hash."),
				may("unrestricted", cty.Bool, "true: entries boot without a password, editing needs it."),
			},
			AnyOf: [][]string{{"add", "remove", "superuser"}},
		},
		{
			Name: "apparmor", Doc: "The mode of AppArmor profiles.",
			Args: []FixArg{
				may("profile", cty.String, "One profile's name; all loaded ones when not given."),
				choice(need("mode", cty.String, "enforce or complain."), "enforce", "complain"),
			},
		},
		{
			Name: "audit_rules", Doc: "Rules of the audit system, in rules.d and loaded.",
			Args: []FixArg{
				may("rules", strs, "The rules, as auditctl takes them; those already there are left."),
				may("file", cty.String, "The file's name in rules.d: 50-holdfast-time."),
				may("immutable", cty.Bool, "true: -e 2 as the last rule; one way until the next boot."),
			},
			AnyOf: [][]string{{"rules", "immutable"}},
		},
		{
			Name: "firewall", Doc: "The host's packet filter: a table of our own, or ufw where ufw owns it.",
			Args: []FixArg{
				choice(may("input", cty.String, "What happens to packets that no rule allows: drop, reject or accept."), "drop", "reject", "accept"),
				choice(may("forward", cty.String, "The same for forwarded packets."), "drop", "reject", "accept"),
				choice(may("output", cty.String, "The same for packets that leave."), "drop", "reject", "accept"),
				may("allow", cty.List(cty.Object(map[string]cty.Type{"protocol": cty.String, "port": cty.Number, "from": cty.String})), "What is allowed in: protocol, port, and the network it comes from (empty: any)."),
				may("allow_listeners", cty.Bool, "true: what listens now on other than loopback addresses stays reachable."),
				may("loopback", cty.Bool, "true: loopback traffic is allowed, and its addresses from elsewhere are not."),
				may("established", cty.Bool, "true: answers to what went out are allowed."),
				may("enabled", cty.Bool, "true: it is loaded at boot."),
			},
			AnyOf: [][]string{{"input", "forward", "output", "allow", "loopback", "established", "enabled"}},
		},
		{
			Name: "unattended_upgrades", Doc: "Automatic security updates.",
			Args: []FixArg{
				may("enabled", cty.Bool, "Whether lists are fetched and upgrades installed daily."),
				may("origins", strs, "Origins to allow, in its own notation."),
				may("reboot", cty.Bool, "Whether it may reboot."),
				may("reboot_time", cty.String, "When: 02:00."),
				may("mail", cty.String, "Whom it tells."),
			},
			AnyOf: [][]string{{"enabled", "origins", "reboot", "reboot_time", "mail"}},
		},
	}
}

func accountKinds() []FixKind {
	return []FixKind{
		{
			Name: "user", Doc: "One account.",
			Args: []FixArg{
				need("name", cty.String, "The account's name."),
				may("locked", cty.Bool, "Whether its password is locked."),
				may("shell", cty.String, "Its login shell."),
				may("home", cty.String, "Its home directory, made where it is missing."),
				may("min_days", cty.Number, "Days before a password may be changed."),
				may("max_days", cty.Number, "Days after which it must be."),
				may("warn_days", cty.Number, "Days of warning before."),
				may("inactive_days", cty.Number, "Days after expiry until the account is locked."),
				may("expire_password", cty.Bool, "true: it must be changed at the next login."),
				may("primary_group", cty.String, "Its primary group."),
				may("remove_groups", strs, "Groups that it must not be in."),
				may("add_groups", strs, "Groups that it must be in."),
			},
			AnyOf: [][]string{{"locked", "shell", "home", "min_days", "max_days", "warn_days", "inactive_days", "expire_password", "primary_group", "remove_groups", "add_groups"}},
		},
		{
			Name: "group", Doc: "One group.",
			Args: []FixArg{
				need("name", cty.String, "The group's name."),
				may("members", strs, "Exactly its members."),
				may("remove_members", strs, "Members that must go."),
				choice(may("state", cty.String, "present or absent."), "present", "absent"),
			},
			AnyOf:   [][]string{{"members", "remove_members", "state"}},
			NotBoth: [][]string{{"members", "remove_members"}},
		},
		{
			Name: "login_defs", Doc: "A setting of /etc/login.defs.",
			Args: []FixArg{
				need("name", cty.String, "PASS_MAX_DAYS"),
				need("value", cty.String, "Its value."),
			},
		},
		{
			Name: "sudo_default", Doc: "A Defaults setting of sudo, in a drop-in.",
			Args: []FixArg{
				need("name", cty.String, "use_pty, timestamp_timeout; !name turns a flag off."),
				may("value", cty.String, "Its value; none for a flag."),
			},
		},
		{
			Name: "pam", Doc: "PAM, through pam-auth-update profiles and the modules' files in /etc/security.",
			Args: []FixArg{
				may("profile", cty.String, "A profile of pam-auth-update."),
				may("enabled", cty.Bool, "Whether the profile is enabled."),
				choice(may("type", cty.String, "auth, account, password or session: where the module's arguments stand."), "auth", "account", "password", "session"),
				may("module", cty.String, "pam_unix, pam_pwhistory, pam_faillock."),
				may("add", strs, "Arguments that the module must have."),
				may("remove", strs, "Arguments that it must not have."),
				may("file", cty.String, "A module's file: pwquality.conf, faillock.conf."),
				may("name", cty.String, "A setting of that file."),
				may("value", cty.String, "Its value; none for a flag."),
			},
			AnyOf: [][]string{{"profile", "module", "file"}},
		},
	}
}

func serviceKinds() []FixKind {
	return []FixKind{
		{
			Name: "sshd_option", Doc: "An option of the SSH server, in a drop-in that wins.",
			Args: []FixArg{
				need("name", cty.String, "PermitRootLogin"),
				need("value", cty.String, "Its value."),
			},
		},
		{
			Name: "auditd", Doc: "A setting of auditd.conf.",
			Args: []FixArg{need("name", cty.String, "max_log_file_action"), need("value", cty.String, "Its value.")},
		},
		{
			Name: "journald", Doc: "A setting of journald, in a drop-in.",
			Args: []FixArg{need("name", cty.String, "Storage"), need("value", cty.String, "Its value.")},
		},
		{
			Name: "systemd_conf", Doc: "A setting of one of systemd's files or of a unit, in a drop-in.",
			Args: []FixArg{
				need("file", cty.String, "What it belongs to: timesyncd.conf, journal-upload.conf, coredump.conf, ssh.service."),
				need("section", cty.String, "Time, Service."),
				need("name", cty.String, "NTP"),
				need("value", cty.String, "Its value."),
				may("restart", cty.String, "The unit that must read it again."),
			},
		},
		{
			Name: "postgres_setting", Doc: "A setting of a PostgreSQL cluster.",
			Args: []FixArg{
				may("cluster", cty.String, "The cluster, 15/main; all when not given."),
				need("name", cty.String, "ssl"),
				need("value", cty.String, "Its value."),
			},
		},
		{
			Name: "mariadb_setting", Doc: "A setting of MariaDB or MySQL, in a drop-in.",
			Args: []FixArg{
				may("section", cty.String, "mysqld when not given."),
				need("name", cty.String, "local_infile"),
				may("value", cty.String, "Its value; none for a flag."),
			},
		},
		{
			Name: "redis_setting", Doc: "A setting of Redis or Valkey.",
			Args: []FixArg{
				may("instance", cty.String, "Its configuration file; the packaged one when not given."),
				need("name", cty.String, "protected-mode"),
				need("value", cty.String, "Its value."),
			},
		},
	}
}
