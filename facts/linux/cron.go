package linux

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"strings"
	"syscall"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/crontab"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "cron",
		Doc:   "The jobs that cron runs, and who may use cron and at.",
		Reads: "/etc/crontab, /etc/cron.d, /etc/cron.{hourly,daily,weekly,monthly}, /var/spool/cron/crontabs, cron.allow, cron.deny, at.allow, at.deny",
	}, collectCron))
}

// Cron is what runs by the clock.
type Cron struct {
	Jobs    facts.List[CronJob]    `fact:"jobs" doc:"Jobs of /etc/crontab, /etc/cron.d and the users' own crontabs."`
	Scripts facts.List[CronScript] `fact:"scripts" doc:"What lies in cron.hourly, cron.daily, cron.weekly and cron.monthly."`
	Users   facts.List[string]     `fact:"users" doc:"Accounts that have a crontab of their own."`
	Cron    CronAccess             `fact:"cron" doc:"Who may use crontab(1)."`
	At      CronAccess             `fact:"at" doc:"Who may use at(1)."`
}

// CronJob is one line of a crontab.
type CronJob struct {
	Origin facts.Origin

	File     string   `fact:"file" doc:"The crontab."`
	Schedule string   `fact:"schedule" doc:"The five fields of time, or @daily and the like."`
	User     string   `fact:"user" doc:"The account the job runs as."`
	Programs []string `fact:"programs" doc:"Commands it calls, without arguments."`
	Ignored  string   `fact:"ignored" doc:"Why cron does not run the jobs of this file; empty when it does."`
}

// CronScript is one file of cron.daily and the like.
type CronScript struct {
	Period string `fact:"period" doc:"hourly, daily, weekly or monthly."`
	Name   string `fact:"name" doc:"The file's name."`
	Runs   bool   `fact:"runs" doc:"Whether run-parts(8) runs it: by its name and because it is executable."`
	File   File   `fact:"file" doc:"The file itself."`
}

// CronAccess is who may make jobs.
type CronAccess struct {
	Allow      File               `fact:"allow" doc:"The file of those who may."`
	Deny       File               `fact:"deny" doc:"The file of those who may not; it counts only when there is no allow."`
	AllowUsers facts.List[string] `fact:"allow_users" doc:"Accounts in allow; empty when there is no such file."`
	DenyUsers  facts.List[string] `fact:"deny_users" doc:"Accounts in deny; empty when there is no such file."`
	Policy     facts.V[string]    `fact:"policy" doc:"listed: those in allow. not_denied: all but those in deny. everyone, root: without either file. Root may always."`
}

func collectCron(ctx context.Context, r *facts.Reader, _ facts.Key) (Cron, error) {
	c := Cron{
		Cron: cronAccess(ctx, r, "/etc/cron", "everyone"), // Debian's crontab lets everyone, without the files
		At:   cronAccess(ctx, r, "/etc/at", "root"),
	}
	c.Scripts = cronScripts(ctx, r)
	c.Jobs, c.Users = cronJobs(r)
	return c, nil
}

const cronSpool = "/var/spool/cron/crontabs"

// cronName are the names cron and run-parts take: no dots, so that a package manager's leftovers don't run.
var cronName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

func cronJobs(r *facts.Reader) (facts.List[CronJob], facts.List[string]) {
	var jobs []CronJob
	failed := ""
	add := func(name, user string) {
		found, err := readCrontab(r, name, user)
		jobs = append(jobs, found...)
		if err != nil && failed == "" {
			failed = err.Error()
		}
	}
	add("/etc/crontab", "")
	names, err := cronEntries(r, "/etc/cron.d")
	if err != nil {
		failed = err.Error()
	}
	for _, name := range names {
		if cronName.MatchString(name) {
			add(path.Join("/etc/cron.d", name), "")
		}
	}
	origin := facts.File(cronSpool, 0)
	users, usersErr := cronEntries(r, cronSpool)
	owners := facts.Complete(users, origin)
	if usersErr != nil {
		owners = facts.UnknownList[string](usersErr.Error())
		failed = usersErr.Error()
	}
	for _, user := range users {
		add(path.Join(cronSpool, user), user)
	}
	if failed != "" {
		return facts.Partial(jobs, facts.Origin{}, failed), owners
	}
	return facts.Complete(jobs, facts.Origin{}), owners
}

func cronEntries(r *facts.Reader, dir string) ([]string, error) {
	entries, err := r.ReadDir(dir)
	if facts.IsAbsent(err) {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names, err
}

// readCrontab reads one file; without a user it is the system's, whose lines name one.
func readCrontab(r *facts.Reader, name, user string) ([]CronJob, error) {
	b, err := r.ReadFile(name)
	if facts.IsAbsent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	parsed, err := crontab.Parse(b, user == "")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	ignored := ignoredCrontab(r, name, user)
	jobs := make([]CronJob, 0, len(parsed))
	for _, p := range parsed {
		if user != "" {
			p.User = user
		}
		jobs = append(jobs, CronJob{facts.File(name, p.Line), name, p.Schedule, p.User, p.Programs, ignored})
	}
	return jobs, nil
}

// ignoredCrontab: cron takes a system's crontab only from root, and when nobody else can write it (process_crontab in
// Debian's cron).
func ignoredCrontab(r *facts.Reader, name, user string) string {
	st, err := r.Stat(name)
	if err != nil || user != "" {
		return ""
	}
	sys, ok := st.Sys().(*syscall.Stat_t)
	switch {
	case !ok:
		return ""
	case sys.Uid != 0:
		return "not owned by root"
	case sys.Mode&0o022 != 0:
		return "writable by others than root"
	}
	return ""
}

func cronScripts(ctx context.Context, r *facts.Reader) facts.List[CronScript] {
	var out []CronScript
	for _, period := range []string{"hourly", "daily", "weekly", "monthly"} {
		dir := "/etc/cron." + period
		names, err := cronEntries(r, dir)
		if err != nil {
			return facts.Partial(out, facts.Origin{}, err.Error())
		}
		for _, name := range names {
			f := statFile(ctx, r, path.Join(dir, name))
			mode := f.Mode.Or("0000")
			executable := strings.ContainsAny(mode[1:], "1357")
			out = append(out, CronScript{period, name, executable && cronName.MatchString(name), f})
		}
	}
	return facts.Complete(out, facts.Origin{})
}

func cronAccess(ctx context.Context, r *facts.Reader, prefix, neither string) CronAccess {
	a := CronAccess{Allow: statFile(ctx, r, prefix+".allow"), Deny: statFile(ctx, r, prefix+".deny"),
		AllowUsers: usersIn(r, prefix+".allow"), DenyUsers: usersIn(r, prefix+".deny")}
	allow, known := a.Allow.Exists.Get()
	deny, denyKnown := a.Deny.Exists.Get()
	switch {
	case known && allow:
		a.Policy = facts.Known("listed", facts.File(prefix+".allow", 0))
	case !known:
		a.Policy = facts.Unknown[string](string(a.Allow.Missing))
	case !denyKnown:
		a.Policy = facts.Unknown[string](string(a.Deny.Missing))
	case deny:
		a.Policy = facts.Known("not_denied", facts.File(prefix+".deny", 0))
	default:
		a.Policy = facts.Known(neither, facts.File(prefix+".allow", 0))
	}
	return a
}

func usersIn(r *facts.Reader, name string) facts.List[string] {
	b, err := r.ReadFile(name)
	if facts.IsAbsent(err) {
		return facts.Complete[string](nil, facts.File(name, 0))
	}
	if err != nil {
		return facts.UnknownList[string](err.Error())
	}
	return facts.Complete(fieldsOf(b), facts.File(name, 0))
}
