package linux

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"golang.org/x/sys/unix"
)

// findHolders adds to each wanted socket inode the processes that hold it, in the order of their ids, by one look at the
// descriptors of every process. It returns why some processes could not be looked at; empty when all were.
func findHolders(r *facts.Reader, wanted map[uint64][]int) (unseen string) {
	if len(wanted) == 0 {
		return ""
	}
	r.Touched("/proc")
	proc, err := r.Host().FS.Real("/proc")
	if err != nil {
		return err.Error()
	}
	pids, err := processIDs(proc)
	if err != nil {
		return err.Error()
	}
	denied := 0
	link := make([]byte, 64)
	for _, pid := range pids {
		err := socketsOf(proc, pid, wanted, link)
		switch {
		case err == nil, errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ESRCH): // it has ended
		case errors.Is(err, fs.ErrPermission):
			denied++
		default:
			return err.Error()
		}
	}
	if denied > 0 {
		why := fmt.Sprintf("no permission to see which sockets %d of %d processes hold", denied, len(pids))
		if os.Geteuid() != 0 {
			why += ": run as root"
		}
		return why
	}
	return ""
}

func processIDs(proc string) ([]int, error) {
	dir, err := os.Open(proc)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, n := range names {
		if pid, err := strconv.Atoi(n); err == nil && pid > 0 {
			pids = append(pids, pid)
		}
	}
	slices.Sort(pids)
	return pids, nil
}

var socketPrefix = []byte("socket:[")

func socketsOf(proc string, pid int, wanted map[uint64][]int, link []byte) error {
	dir, err := os.Open(proc + "/" + strconv.Itoa(pid) + "/fd")
	if err != nil {
		return err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return err
	}
	for _, name := range names {
		n, err := unix.Readlinkat(int(dir.Fd()), name, link)
		if errors.Is(err, unix.EACCES) {
			return err // the list of descriptors may be seen, their targets not
		}
		if err != nil {
			continue // closed meanwhile
		}
		rest, ok := bytes.CutPrefix(link[:n], socketPrefix)
		if !ok {
			continue
		}
		inode, err := strconv.ParseUint(string(bytes.TrimSuffix(rest, []byte("]"))), 10, 64)
		if err != nil {
			continue
		}
		if pids, ok := wanted[inode]; ok && (len(pids) == 0 || pids[len(pids)-1] != pid) {
			wanted[inode] = append(pids, pid)
		}
	}
	return nil
}

func lookAtProcess(r *facts.Reader, pid int) ListeningProcess {
	p := ListeningProcess{PID: pid}
	dir := "/proc/" + strconv.Itoa(pid)
	if b, err := r.ReadFile(dir + "/comm"); err != nil {
		p.Name = facts.Unknown[string](err.Error())
	} else {
		p.Name = facts.Known(strings.ToValidUTF8(strings.TrimSuffix(string(b), "\n"), "\uFFFD"), facts.File(dir+"/comm", 0))
	}
	if b, err := r.ReadFile(dir + "/cgroup"); err != nil {
		p.Unit = facts.Unknown[string](err.Error())
	} else {
		p.Unit = facts.Known(unitOfCgroup(string(b)), facts.File(dir+"/cgroup", 0))
	}
	return p
}

// unitOfCgroup finds the systemd unit in /proc/PID/cgroup: the first part of the path that is neither a slice nor a plain
// name, in systemd's own hierarchy (name=systemd where cgroup v1 is used, else the unified one), as sd_pid_get_unit(3).
func unitOfCgroup(table string) string {
	type hierarchy struct {
		rank int
		path string
	}
	var found []hierarchy
	for line := range strings.Lines(table) {
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		switch {
		case len(f) != 3:
		case f[1] == "name=systemd":
			found = append(found, hierarchy{0, f[2]})
		case f[0] == "0" && f[1] == "":
			found = append(found, hierarchy{1, f[2]})
		}
	}
	slices.SortFunc(found, func(a, b hierarchy) int { return cmp.Compare(a.rank, b.rank) })
	for _, h := range found {
		for part := range strings.SplitSeq(h.path, "/") {
			for _, suffix := range []string{".service", ".scope", ".socket", ".mount", ".swap"} {
				if strings.HasSuffix(part, suffix) {
					// systemd puts an underscore before names that would collide with cgroup's own files.
					return strings.TrimPrefix(part, "_")
				}
			}
		}
	}
	return ""
}
