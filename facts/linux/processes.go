package linux

import (
	"cmp"
	"context"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "processes",
		Doc:   "The running processes, without kernel threads, in the order of their ids. Arguments and environments are not told, they may hold secrets.",
		Reads: "/proc/PID",
	}, collectProcesses))
}

// Process is one process.
type Process struct {
	Origin facts.Origin

	PID     int             `fact:"pid" doc:"Process id."`
	PPID    facts.V[int]    `fact:"ppid" doc:"Id of the parent."`
	Name    facts.V[string] `fact:"name" doc:"Name the kernel has for it, at most 15 bytes."`
	Exe     facts.V[string] `fact:"exe" doc:"Path of the running program, (deleted) included when its file is gone; unknown where it may not be read."`
	UID     facts.V[uint32] `fact:"uid" doc:"Effective user id."`
	User    facts.V[string] `fact:"user" doc:"Name of that user; empty when no account has the id."`
	Unit    facts.V[string] `fact:"unit" doc:"The systemd unit it belongs to, by its control group: ssh.service; empty when none."`
	Started facts.V[string] `fact:"started" doc:"When it started, RFC 3339 in UTC."`
}

const maxProcesses = 1 << 18

func collectProcesses(ctx context.Context, r *facts.Reader, _ facts.Key) (facts.List[Process], error) {
	if !r.Live() {
		return facts.UnknownList[Process](facts.Offline), nil
	}
	entries, err := r.ReadDir("/proc")
	if err != nil {
		return facts.UnknownList[Process](err.Error()), nil
	}
	boot, _ := bootTime(r)
	names := namesOf(ctx, r)
	var out []Process
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || !digits(e.Name()) {
			continue
		}
		if err := ctx.Err(); err != nil || len(out) >= maxProcesses {
			return facts.Partial(out, facts.File("/proc", 0), "there are more processes than were looked at"), nil
		}
		if p, ok := readProcess(r, pid, boot, names); ok {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b Process) int { return cmp.Compare(a.PID, b.PID) })
	if why := hiddenProcesses(r); why != "" {
		return facts.Partial(out, facts.File("/proc", 0), why), nil
	}
	return facts.Complete(out, facts.File("/proc", 0)), nil
}

// readProcess is false for kernel threads and for processes that ended meanwhile.
func readProcess(r *facts.Reader, pid int, boot facts.V[string], names *idNames) (Process, bool) {
	dir := path.Join("/proc", strconv.Itoa(pid))
	p := Process{PID: pid, Origin: facts.File(dir, 0)}
	b, err := r.ReadFile(dir + "/stat")
	if err != nil {
		return p, !gone(err) && p.unread(err)
	}
	// The name stands in parentheses and may hold any byte but NUL: what follows the last one are numbers (proc(5)).
	open, closing := strings.IndexByte(string(b), '('), strings.LastIndexByte(string(b), ')')
	if open < 0 || closing < open {
		return p, false
	}
	fields := fieldsOf(b[closing+1:])
	const kernelThread = 0x00200000 // PF_KTHREAD
	if len(fields) < 20 {
		return p, false
	}
	if flags, err := strconv.ParseUint(fields[6], 10, 64); err == nil && flags&kernelThread != 0 {
		return p, false
	}
	p.Name = facts.Known(string(b[open+1:closing]), facts.Origin{})
	if ppid, err := strconv.Atoi(fields[1]); err == nil {
		p.PPID = facts.Known(ppid, facts.Origin{})
	}
	p.Started = startedAt(boot, fields[19])
	p.Exe = linkOf(r, dir+"/exe")
	p.owner(r, dir, names)
	p.Unit = unitOf(r, dir)
	return p, true
}

func gone(err error) bool {
	return facts.IsAbsent(err) || strings.Contains(err.Error(), syscall.ESRCH.Error())
}

func (p *Process) unread(err error) bool {
	p.Name = facts.Unknown[string](err.Error())
	return true
}

// userHZ is the unit of times in /proc: 100 a second on every architecture Linux runs on but Alpha.
const userHZ = 100

func startedAt(boot facts.V[string], ticks string) facts.V[string] {
	at, err := time.Parse(time.RFC3339, boot.Or(""))
	if err != nil {
		return facts.Unknown[string](cmp.Or(boot.Reason(), err.Error()))
	}
	n, err := strconv.ParseInt(ticks, 10, 64)
	if err != nil {
		return facts.Unknown[string](err.Error())
	}
	return facts.Known(at.Add(time.Duration(n)*time.Second/userHZ).Format(time.RFC3339), facts.Origin{})
}

func linkOf(r *facts.Reader, name string) facts.V[string] {
	target, err := r.Readlink(name)
	if err != nil {
		return facts.Unknown[string](err.Error())
	}
	return facts.Known(target, facts.Origin{})
}

func (p *Process) owner(r *facts.Reader, dir string, names *idNames) {
	b, err := r.ReadFile(dir + "/status")
	if err != nil {
		p.UID, p.User = facts.Unknown[uint32](err.Error()), facts.Unknown[string](err.Error())
		return
	}
	for line := range strings.Lines(string(b)) {
		ids, ok := strings.CutPrefix(line, "Uid:")
		if !ok {
			continue
		}
		if f := strings.Fields(ids); len(f) == 4 { // real, effective, saved, file system
			if id, err := strconv.ParseUint(f[1], 10, 32); err == nil {
				p.UID = facts.Known(uint32(id), facts.Origin{})
				p.User = names.user(uint32(id))
			}
		}
	}
}

// unitOf is the innermost unit in the path of the process's control group: of cgroup v2, or of systemd's own hierarchy.
func unitOf(r *facts.Reader, dir string) facts.V[string] {
	b, err := r.ReadFile(dir + "/cgroup")
	if err != nil {
		return facts.Unknown[string](err.Error())
	}
	unit := ""
	for line := range strings.Lines(string(b)) {
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(f) != 3 || f[1] != "" && f[1] != "name=systemd" {
			continue
		}
		for part := range strings.SplitSeq(f[2], "/") {
			if strings.HasSuffix(part, ".service") || strings.HasSuffix(part, ".scope") || strings.HasSuffix(part, ".socket") {
				unit = strings.TrimPrefix(part, "_") // cg_escape: names that look like the kernel's own files
			}
		}
	}
	return facts.Known(unit, facts.Origin{})
}

// hiddenProcesses: with the mount option hidepid, others' processes are not in the listing at all.
func hiddenProcesses(r *facts.Reader) string {
	b, err := r.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return "" // a fixture, or a /proc without ourselves: nothing speaks for hiding
	}
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) > 5 && f[4] == "/proc" && (strings.Contains(line, "hidepid=2") || strings.Contains(line, "hidepid=invisible")) && syscall.Geteuid() != 0 {
			return "/proc is mounted with hidepid: processes of others are not shown"
		}
	}
	return ""
}
