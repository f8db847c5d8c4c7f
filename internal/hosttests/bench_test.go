package hosttests

import (
	"os/exec"
	"syscall"
	"testing"
)

// The whole audit of this machine, as its user would run it, beside the walk of find(1) over the same tree.

func BenchmarkAudit(b *testing.B) {
	benchmarkProgram(b, builtFor(b, "holdfast"), "audit", "--exit-zero", "--profile", "level2-server", "--format", "json")
}

func BenchmarkAuditOfFilesOnly(b *testing.B) {
	benchmarkProgram(b, builtFor(b, "holdfast"), "audit", "--exit-zero", "--root", "/", "--format", "json", "--profile", "level2-server")
}

func BenchmarkVersion(b *testing.B) {
	benchmarkProgram(b, builtFor(b, "holdfast"), "version")
}

func BenchmarkFindSetuid(b *testing.B) {
	find, err := exec.LookPath("find")
	if err != nil {
		b.Skip("find is not installed")
	}
	benchmarkProgram(b, find, "/", "-xdev", "-perm", "-4000")
}

func builtFor(b *testing.B, name string) string {
	b.Helper()
	dir, err := programs()
	if err != nil {
		b.Fatal(err)
	}
	return dir + "/" + name
}

// benchmarkProgram reports, besides the time by the wall clock, processor time and the greatest resident size.
func benchmarkProgram(b *testing.B, name string, args ...string) {
	b.Helper()
	var cpu, resident int64
	for b.Loop() {
		cmd := exec.Command(name, args...)
		// find ends with 1 where /proc changes under its feet; audit is told to end with 0.
		if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() != 1 {
			b.Fatal(err)
		}
		usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
		if !ok {
			b.Fatal("no resource usage")
		}
		cpu += usage.Utime.Nano() + usage.Stime.Nano()
		resident = max(resident, usage.Maxrss)
	}
	b.ReportMetric(float64(cpu)/float64(b.N)/1e6, "cpu-ms/op")
	b.ReportMetric(float64(resident)/1024, "rss-MB")
}
