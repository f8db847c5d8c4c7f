// Command measure runs a program, its output discarded, and says what that cost. The benchmarks on real hosts run it
// there: of what they start themselves, the kernel gives the greatest resident size as at least their own.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

func run() error {
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stderr = os.Stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return err
	}
	wall := time.Since(start)
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return fmt.Errorf("no resource usage")
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]int64{
		"wall": int64(wall), "cpu": usage.Utime.Nano() + usage.Stime.Nano(), "resident": usage.Maxrss << 10,
	})
}
