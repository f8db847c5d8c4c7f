//go:build faults

package remediate

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// A program built with this tag dies or fails at the N-th point that it passes, when HOLDFAST_FAULT says kill:N or full:N
// (as if the disk were full). It adds every point to the file that HOLDFAST_FAULT_TRACE names, so that a test can go
// through all of them.
func init() {
	how, at, _ := strings.Cut(os.Getenv("HOLDFAST_FAULT"), ":")
	n, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		n = -1
	}
	var passed atomic.Int64
	fault = func(point string) error {
		i := passed.Add(1)
		trace(i, point)
		switch {
		case i == n && how == "kill":
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		case i == n && how == "full":
			return fmt.Errorf("%s: %w", point, syscall.ENOSPC)
		}
		return nil
	}
}

func trace(i int64, point string) {
	name := os.Getenv("HOLDFAST_FAULT_TRACE")
	if name == "" {
		return
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	fmt.Fprintf(f, "%d %s\n", i, point)
	_ = f.Close()
}
