package actions

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts/linux/pgconf"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	register(remediate.Define(remediate.Descriptor{
		Kind: "postgres_setting",
		Doc: "Sets a parameter of Debian's PostgreSQL clusters in conf.d/" + postgresFile + ", has the server check the value, and reloads it, or restarts it " +
			"where only that puts the parameter in force. Refused where ALTER SYSTEM or the command line decides: those are taken back where they were given.",
	}, planPostgres))
}

type postgresArgs struct {
	Cluster *string `cty:"cluster"`
	Name    string  `cty:"name"`
	Value   string  `cty:"value"`
}

const postgresFile = "zz-holdfast.conf"

// atStart are the parameters that are read when the server starts (PGC_POSTMASTER of guc_tables.c, versions 12 to 18).
var atStart = []string{
	"allow_alter_system", "archive_mode", "autovacuum_freeze_max_age", "autovacuum_max_workers", "autovacuum_multixact_freeze_max_age",
	"autovacuum_worker_slots", "bonjour", "bonjour_name", "cluster_name", "commit_timestamp_buffers", "config_file", "data_directory", "data_sync_retry",
	"debug_io_direct", "dynamic_shared_memory_type", "event_source", "external_pid_file", "hba_file", "hot_standby", "huge_page_size", "huge_pages",
	"ident_file", "ignore_invalid_pages", "io_max_concurrency", "io_method", "jit_provider", "listen_addresses", "logging_collector",
	"max_active_replication_origins", "max_connections", "max_files_per_process", "max_locks_per_transaction", "max_logical_replication_workers",
	"max_notify_queue_pages", "max_pred_locks_per_transaction", "max_prepared_transactions", "max_replication_slots", "max_wal_senders",
	"max_worker_processes", "min_dynamic_shared_memory", "multixact_member_buffers", "multixact_offset_buffers", "notify_buffers",
	"old_snapshot_threshold", "port", "recovery_target", "recovery_target_action", "recovery_target_inclusive", "recovery_target_lsn",
	"recovery_target_name", "recovery_target_time", "recovery_target_timeline", "recovery_target_xid", "reserved_connections", "serializable_buffers",
	"shared_buffers", "shared_memory_type", "shared_preload_libraries", "subtransaction_buffers", "superuser_reserved_connections",
	"track_activity_query_size", "track_commit_timestamp", "transaction_buffers", "unix_socket_directories", "unix_socket_group",
	"unix_socket_permissions", "wal_buffers", "wal_decode_buffer_size", "wal_level", "wal_log_hints",
}

func planPostgres(ctx context.Context, d *remediate.Draft, a postgresArgs) error {
	name := strings.ToLower(a.Name)
	if !settingName.MatchString(name) || strings.Contains(name, "-") || !plainValue(a.Value) || slices.Contains([]string{"include", "include_dir", "include_if_exists"}, name) {
		return remediate.Refuse("%q is no parameter that can be set here", a.Name)
	}
	clusters, err := databases(ctx, d, "postgres")
	if err != nil {
		return err
	}
	found := false
	for _, c := range clusters {
		if a.Cluster != nil && text(c, "name") != *a.Cluster {
			continue
		}
		found = true
		p := postgresPlan{d: d, cluster: c, cname: text(c, "name"), name: name, value: a.Value}
		if err := p.plan(ctx); err != nil {
			return err
		}
	}
	if !found && a.Cluster != nil {
		return remediate.Refuse("there is no cluster %s", *a.Cluster)
	}
	return nil
}

type postgresPlan struct {
	d           *remediate.Draft
	cluster     cty.Value
	cname       string // 15/main
	name, value string
}

func (p *postgresPlan) plan(ctx context.Context) error {
	version, name, debian := strings.Cut(p.cname, "/")
	main := path.Join("/etc/postgresql", p.cname, "postgresql.conf")
	if !debian || path.IsAbs(p.cname) || text(p.cluster, "config_file") != main {
		return remediate.Refuse("cluster %s is not laid out as Debian does: ALTER SYSTEM SET %s = '…', and reload it", p.cname, p.name)
	}
	if err := p.d.Claim(p.cname+"'s "+p.name, p.value); err != nil {
		return err
	}
	unit := fmt.Sprintf("postgresql@%s-%s.service", version, name)
	if err := supervised(ctx, p.d, p.cluster, unit); err != nil {
		return err
	}
	file := path.Join("/etc/postgresql", p.cname, "conf.d", postgresFile)
	if f, err := p.d.File(ctx, file); err != nil || f.Type != remediate.Absent && f.Type != remediate.Regular {
		return errors.Join(err, remediate.Refuse("%s is a %s", file, f.Type))
	}
	now, err := p.load(main)
	if err != nil {
		return err
	}
	if err := p.possible(ctx, now); err != nil {
		return err
	}
	if at, ok := now.Lookup(p.name); ok && sameParameter(at.Value, p.value) && (at.File == file || p.inForce()) {
		return p.pending(unit)
	}
	if err := p.write(ctx, file, unit); err != nil {
		return err
	}
	return p.wins(main, file)
}

// possible refuses what the server would take and not be able to do, or only because it is told to elsewhere.
func (p *postgresPlan) possible(ctx context.Context, c *pgconf.Config) error {
	if s, ok := p.setting(); ok && text(s, "source") == "command line" {
		return remediate.Refuse("the command line of %s sets %s: take it out of pg_ctl.conf, and restart the cluster", p.cname, p.name)
	}
	if p.name == "shared_preload_libraries" {
		return p.libraries(ctx)
	}
	if on, err := (pgconf.Kind{Type: "bool"}).Normal(p.value); p.name != "ssl" || err != nil || on != "on" {
		return nil
	}
	data, _ := attribute(p.cluster, "data_directory")
	for _, attr := range []string{"ssl_cert_file", "ssl_key_file"} {
		name := text(p.cluster, attr)
		if s, ok := c.Lookup(attr); ok {
			name = s.Value
		}
		if !path.IsAbs(name) {
			name = path.Join(text(data, "path"), name)
		}
		if st, err := p.d.Tree().Stat(name); err != nil || !st.Mode().IsRegular() {
			return remediate.Refuse("%s has no %s (%s), and would not start with ssl = on: give it a certificate first", p.cname, attr, name)
		}
	}
	return nil
}

// libraries refuses those that are not there: the server would not start.
func (p *postgresPlan) libraries(ctx context.Context) error {
	version, _, _ := strings.Cut(p.cname, "/")
	for l := range strings.SplitSeq(p.value, ",") {
		l = strings.Trim(strings.TrimSpace(l), `"`)
		file := path.Join("/usr/lib/postgresql", version, "lib", strings.TrimPrefix(l, "$libdir/")) + ".so"
		if _, err := p.d.Tree().Stat(file); l == "" || err == nil {
			continue
		}
		// Debian's packages of extensions are named so; one that the plan brings is there by then.
		s, err := p.d.State(ctx, "package", "postgresql-"+version+"-"+l)
		if err != nil || !strings.HasPrefix(s.Summary, "installed") {
			return remediate.Refuse("there is no %s, and cluster %s would not start: install it, and plan again", file, p.cname)
		}
	}
	return nil
}

func (p *postgresPlan) setting() (cty.Value, bool) {
	all, ok := attribute(p.cluster, "settings")
	if !ok || !all.CanIterateElements() {
		return cty.NilVal, false
	}
	if all.Type().IsObjectType() {
		return attribute(all, p.name)
	}
	key := cty.StringVal(p.name)
	if !all.Type().IsMapType() || !all.HasIndex(key).True() {
		return cty.NilVal, false
	}
	return all.Index(key), true
}

// inForce tells whether the server has the value.
func (p *postgresPlan) inForce() bool {
	s, ok := p.setting()
	return ok && sameParameter(text(s, "value"), p.value)
}

// pending is an error where the files say it and the server has not read them: there is nothing to write then.
func (p *postgresPlan) pending(unit string) error {
	if p.inForce() || !yes(p.cluster, "running") {
		return nil
	}
	if _, ok := p.setting(); !ok {
		return nil
	}
	return remediate.Refuse("the files of %s set %s already, and it runs with another value: systemctl %s %s", p.cname, p.name, p.verb(), unit)
}

func (p *postgresPlan) verb() remediate.Verb {
	if slices.Contains(atStart, p.name) {
		return remediate.Restart
	}
	return remediate.Reload
}

func (p *postgresPlan) write(ctx context.Context, file, unit string) error {
	data, _ := attribute(p.cluster, "data_directory")
	owner := accountOf(data)
	if owner == nil {
		return remediate.Refuse("whose cluster %s is, is not known", p.cname)
	}
	o := remediate.Options{Validate: []string{"postgres"}, Account: owner, Triggers: []remediate.Trigger{{Verb: p.verb(), Unit: unit}}}
	if p.verb() == remediate.Restart {
		o.Risk = plan.Disruptive
	}
	line := fmt.Sprintf("%s = '%s'", p.name, strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(p.value))
	return confineTo(ctx, p.d, file, owner.GID, func() error {
		return p.d.DropIn(ctx, file, "#", func(lines []string) []string {
			for i, l := range lines {
				if n, _, err := pgconf.ParseLine([]byte(l)); err == nil && strings.EqualFold(n, p.name) {
					lines[i] = line
					return lines
				}
			}
			return append(lines, line)
		}, o)
	})
}

// wins is an error where our file is not what decides.
func (p *postgresPlan) wins(main, file string) error {
	then, err := p.load(main)
	if err != nil {
		return err
	}
	at, _ := then.Lookup(p.name)
	switch {
	case at.File == file:
		return nil
	case path.Base(at.File) == "postgresql.auto.conf":
		return remediate.Refuse("ALTER SYSTEM has set %s in cluster %s, which counts more than any file: ALTER SYSTEM RESET %s", p.name, p.cname, p.name)
	case !slices.Contains(then.Files, file):
		return remediate.Refuse("%s does not include conf.d: write include_dir = 'conf.d' as its last line", main)
	}
	return remediate.Refuse("%s:%d sets %s after %s: take it away there", at.File, at.Line, p.name, file)
}

func (p *postgresPlan) load(main string) (*pgconf.Config, error) {
	v, err := viewOf(p.d)
	if err != nil {
		return nil, err
	}
	data, _ := attribute(p.cluster, "data_directory")
	c := pgconf.Load(clusterView{v}, main, text(data, "path"))
	if c.Invalid != "" || c.Unread != "" {
		return nil, remediate.Refuse("what cluster %s is set to can't be told: %s%s", p.cname, c.Invalid, c.Unread)
	}
	return c, nil
}

// sameParameter tells whether two texts are one value, whatever the parameter's type. Numbers in other units are not
// seen to be the same: then the value is written once more.
func sameParameter(a, b string) bool {
	if a == b {
		return true
	}
	x, errX := (pgconf.Kind{Type: "bool"}).Normal(a)
	y, errY := (pgconf.Kind{Type: "bool"}).Normal(b)
	return errX == nil && errY == nil && x == y && !isDigits(a) && !isDigits(b)
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// clusterView lets pgconf read a view.
type clusterView struct{ *view }

func (c clusterView) ReadDir(name string) ([]string, error) { return c.List(name) }
