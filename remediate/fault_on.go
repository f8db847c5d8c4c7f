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

var passed atomic.Int64

// fault makes the program die or fail at its N-th call, when HOLDFAST_FAULT says kill:N or full:N (as if the disk were
// full), and adds the point's name to the file HOLDFAST_FAULT_TRACE names. It is compiled in only for tests.
func fault(point string) error {
	n := passed.Add(1)
	if name := os.Getenv("HOLDFAST_FAULT_TRACE"); name != "" {
		if f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); err == nil {
			fmt.Fprintf(f, "%d %s\n", n, point)
			_ = f.Close()
		}
	}
	how, at, _ := strings.Cut(os.Getenv("HOLDFAST_FAULT"), ":")
	if at, err := strconv.ParseInt(at, 10, 64); err != nil || at != n {
		return nil
	}
	switch how {
	case "kill":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "full":
		return fmt.Errorf("%s: %w", point, syscall.ENOSPC)
	}
	return nil
}

// Fault is for the effects, which are packages of their own.
func Fault(point string) error { return fault(point) }
