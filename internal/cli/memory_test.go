package cli

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestALargeHeapIsCollectedAtTheRuntimesOwnPace(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(-1)
	defer func() { debug.SetGCPercent(percent); debug.SetMemoryLimit(limit) }()
	paceMemory()
	if got := debug.SetMemoryLimit(-1); got != softHeap {
		t.Errorf("the limit is %d while the heap is small", got)
	}
	live := make([]byte, 2*largeHeap)
	for range 500 { // a cleanup runs some time after the collection
		runtime.GC()
		if debug.SetMemoryLimit(-1) == math.MaxInt64 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if got := debug.SetMemoryLimit(-1); got != math.MaxInt64 {
		t.Errorf("the limit is %d while %d are in use", got, len(live))
	}
	if got := debug.SetGCPercent(100); got != 100 {
		t.Errorf("the heap may grow by %d %%", got)
	}
	runtime.KeepAlive(live)
}

func TestTheUsersOwnPaceWins(t *testing.T) {
	t.Setenv("GOGC", "50")
	before := debug.SetMemoryLimit(-1)
	paceMemory()
	if got := debug.SetMemoryLimit(-1); got != before {
		t.Errorf("the limit became %d", got)
	}
}
