package actions

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
)

func init() {
	register(remediate.Define(remediate.Descriptor{
		Kind: "auditd",
		Doc: "Sets an option in /etc/audit/auditd.conf, which has no drop-ins, and has a running auditd read it again by SIGHUP: it refuses to be " +
			"restarted by hand (auditd(8)).",
	}, planAuditd))
}

const auditdConf = "/etc/audit/auditd.conf"

func planAuditd(ctx context.Context, d *remediate.Draft, a settingArgs) error {
	for _, s := range []string{a.Name, a.Value} {
		if s == "" || strings.ContainsAny(s, " \t\n\r\x00=#") {
			return fmt.Errorf("%q = %q is no setting of %s", a.Name, a.Value, auditdConf)
		}
	}
	key := strings.ToLower(a.Name)
	if err := d.Claim(auditdConf+" "+key, a.Value); err != nil {
		return err
	}
	f, err := d.Mode(ctx, auditdConf)
	if err != nil {
		return err
	}
	if f.Type == remediate.Absent {
		return remediate.Refuse("%s is not there: install auditd first", auditdConf)
	}
	if key == "log_group" {
		if _, err := groupID(d, a.Value); err != nil {
			return err
		}
	}
	o := remediate.Options{Triggers: []remediate.Trigger{{Verb: remediate.Reload, Unit: "auditd.service"}}}
	if slices.Contains([]string{"halt", "single", "suspend"}, strings.ToLower(a.Value)) && strings.HasSuffix(key, "_action") {
		o.Risk, o.Affects = plan.Disruptive, []string{"the whole machine, once " + key + " is taken: " + strings.ToLower(a.Value)}
	}
	// "name = value [option]", each between blanks, the name in any case.
	of := func(line string) (string, bool) {
		w := strings.Fields(line)
		if len(w) < 3 || w[1] != "=" || !strings.EqualFold(w[0], key) {
			return "", false
		}
		return w[2], true
	}
	return editFile(ctx, d, auditdConf, edit{
		matches: func(l string) bool { _, is := of(l); return is },
		isSo:    func(l string) bool { v, _ := of(l); return auditdSame(key, v, a.Value) },
		line:    func(old string) string { return withValue(old, key+" = "+a.Value, a.Value) },
	}, o)
}

// auditdSame: words are compared in any case, names of files, groups and accounts are not.
func auditdSame(key, a, b string) bool {
	if slices.Contains([]string{"log_file", "log_group", "action_mail_acct", "name", "dispatcher", "krb5_key_file", "krb5_principal", "plugin_dir"}, key) {
		return a == b
	}
	return strings.EqualFold(a, b)
}
