package linux

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"path"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/internal/hostfs"
	"github.com/shirou/gopsutil/v3/process"
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
	Missing facts.Missing
	Origin  facts.Origin

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
	ctx, err := gopsutilContext(ctx, r)
	if err != nil {
		return facts.UnknownList[Process](err.Error()), nil
	}
	r.Touched("/proc")
	pids, err := process.PidsWithContext(ctx)
	if err != nil {
		return facts.UnknownList[Process](err.Error()), nil
	}
	boot := bootTime(r)
	names := namesOf(ctx, r)
	var out []Process
	for _, pid := range pids {
		if err := ctx.Err(); err != nil || len(out) >= maxProcesses {
			return facts.Partial(out, facts.File("/proc", 0), "there are more processes than were looked at"), nil
		}
		if p, ok := readProcess(ctx, r, pid, boot, names); ok {
			out = append(out, p)
		}
	}
	if why := hiddenProcesses(r); why != "" {
		return facts.Partial(out, facts.File("/proc", 0), why), nil
	}
	return facts.Complete(out, facts.File("/proc", 0)), nil
}

// readProcess is false for kernel threads and for processes that ended meanwhile. The process is asked for by its id:
// gopsutil's NewProcess would first send it signal 0.
func readProcess(ctx context.Context, r *facts.Reader, pid int32, boot facts.V[string], names *idNames) (Process, bool) {
	dir := path.Join("/proc", strconv.Itoa(int(pid)))
	p := Process{PID: int(pid), Origin: facts.File(dir, 0)}
	st, err := readProcStat(r, dir+"/stat")
	switch {
	case gone(err):
		return p, false
	case err != nil:
		p.Missing = facts.Missing(err.Error())
		return p, true
	case st.flags&kernelThread != 0:
		return p, false
	}
	gp := &process.Process{Pid: pid}
	p.Name = facts.Known(st.name, facts.Origin{})
	p.PPID = facts.Known(st.parent, facts.Origin{})
	p.Started = startedAt(boot, st.start)
	p.Exe = exeOf(ctx, r, gp, dir)
	p.UID = effectiveUID(ctx, r, gp, dir)
	p.User = facts.Unknown[string](p.UID.Reason())
	if id, ok := p.UID.Get(); ok {
		p.User = names.user(id)
	}
	p.Unit = unitOf(r, dir)
	return p, true
}

func gone(err error) bool {
	return facts.IsAbsent(err) || errors.Is(err, syscall.ESRCH)
}

// procStat is /proc/PID/stat, which we must read ourselves: gopsutil does not tell threads of the kernel from processes.
// The rest comes with it: gopsutil would read the file once more for the parent and another time for the start; and a name
// it trims, shows escaped, and completes from the arguments, which are the process's own to write.
type procStat struct {
	name   string
	parent int
	flags  uint64
	start  int64 // in userHZ after the boot
}

const kernelThread = 0x00200000 // PF_KTHREAD

func readProcStat(r *facts.Reader, name string) (procStat, error) {
	b, err := r.ReadFile(name)
	if err != nil {
		return procStat{}, err
	}
	// The name stands in parentheses and may hold any byte but NUL: what follows the last one are numbers (proc(5)).
	open, closing := bytes.IndexByte(b, '('), bytes.LastIndexByte(b, ')')
	fields := strings.Fields(string(b[closing+1:]))
	if open < 0 || closing < open || len(fields) < 20 {
		return procStat{}, fmt.Errorf("%s is garbled", name)
	}
	st := procStat{name: string(b[open+1 : closing])}
	var errs [3]error
	st.parent, errs[0] = strconv.Atoi(fields[1])
	st.flags, errs[1] = strconv.ParseUint(fields[6], 10, 64)
	st.start, errs[2] = strconv.ParseInt(fields[19], 10, 64)
	if err := errors.Join(errs[:]...); err != nil {
		return procStat{}, fmt.Errorf("%s: %w", name, err)
	}
	return st, nil
}

func exeOf(ctx context.Context, r *facts.Reader, gp *process.Process, dir string) facts.V[string] {
	r.Touched(dir + "/exe")
	exe, err := gp.ExeWithContext(ctx)
	if err != nil {
		return facts.Unknown[string](hostfs.Clean(err, dir+"/exe").Error())
	}
	return facts.Known(exe, facts.Origin{})
}

// effectiveUID is gopsutil's, but for ids above 2^31, as user namespaces and NFS's nobody have them: for these it fails.
func effectiveUID(ctx context.Context, r *facts.Reader, gp *process.Process, dir string) facts.V[uint32] {
	name := dir + "/status"
	if err := regular(r, name); err != nil {
		return facts.Unknown[uint32](err.Error())
	}
	ids, err := told(name, func() ([]int32, error) { return gp.UidsWithContext(ctx) })
	if err == nil && len(ids) == 4 { // real, effective, saved, file system
		return facts.Known(uint32(ids[1]), facts.Origin{})
	}
	b, err := r.ReadFile(name)
	if err != nil {
		return facts.Unknown[uint32](err.Error())
	}
	for line := range strings.Lines(string(b)) {
		rest, ok := strings.CutPrefix(line, "Uid:")
		if f := strings.Fields(rest); ok && len(f) == 4 {
			if id, err := strconv.ParseUint(f[1], 10, 32); err == nil {
				return facts.Known(uint32(id), facts.Origin{})
			}
		}
	}
	return facts.Unknown[uint32](name + " tells no user id")
}

// userHZ is the unit of times in /proc: 100 a second on every architecture Linux runs on but Alpha.
const userHZ = 100

// startedAt counts from the kernel's own boot time. gopsutil's CreateTime counts from now minus the uptime, which is
// another second now and then: the same process would seem to have started anew.
func startedAt(boot facts.V[string], ticks int64) facts.V[string] {
	at, err := time.Parse(time.RFC3339, boot.Or(""))
	if err != nil {
		return facts.Unknown[string](cmp.Or(boot.Reason(), err.Error()))
	}
	if ticks < 0 || ticks > math.MaxInt64/int64(time.Second) {
		return facts.Unknown[string]("its start lies out of range")
	}
	return facts.Known(at.Add(time.Duration(ticks)*time.Second/userHZ).Format(time.RFC3339), facts.Origin{})
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
