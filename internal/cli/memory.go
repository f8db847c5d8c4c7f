package cli

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	softHeap  = 32 << 20 // what the Go runtime may hold while it collects rarely
	largeHeap = 16 << 20 // live after a collection: more is a large host, and the runtime's own pace is the right one
)

// paceMemory lets a short-lived program collect garbage rarely as long as it is small, which spares a tenth of an
// audit's processor time and bounds its memory. GOGC and GOMEMLIMIT win.
func paceMemory() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(softHeap)
	afterCollection(func() bool {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		if live[0].Value.Kind() == metrics.KindUint64 && live[0].Value.Uint64() < largeHeap {
			return true
		}
		// Close to the limit, collections would follow one another.
		debug.SetMemoryLimit(math.MaxInt64)
		debug.SetGCPercent(100)
		return false
	})
}

// afterCollection calls f after each garbage collection for as long as it says so.
func afterCollection(f func() (again bool)) {
	// A pointer in it keeps the allocator from packing it with others that live on.
	sentinel := &struct{ self *int }{new(int)}
	runtime.AddCleanup(sentinel, func(struct{}) {
		if f() {
			afterCollection(f)
		}
	}, struct{}{})
}
