package report

import (
	"cmp"
	"slices"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
)

// Timings say where an audit's time went. Facts are collected in parallel, and one that is made from others counts the
// wait for them: the sum of the facts is more than the total.
type Timings struct {
	TotalMS      float64      `json:"total_ms"`      // by the wall clock, from the first fact to the last verdict
	LoadMS       float64      `json:"load_ms"`       // loading and checking the policies
	EvaluationMS float64      `json:"evaluation_ms"` // sum over the controls
	Facts        []FactTiming `json:"facts"`         // slowest first
}

// FactTiming is the time that one fact took.
type FactTiming struct {
	Fact    string  `json:"fact"`
	Subject string  `json:"subject"`
	MS      float64 `json:"ms"`
}

// FactTimings are the times of what was collected, slowest first.
func FactTimings(entries []facts.Entry) []FactTiming {
	out := make([]FactTiming, 0, len(entries))
	for _, e := range entries {
		out = append(out, FactTiming{e.Key.Fact, e.Key.Subject, milliseconds(e.Duration)})
	}
	slices.SortStableFunc(out, func(a, b FactTiming) int {
		return cmp.Or(-cmp.Compare(a.MS, b.MS), cmp.Compare(a.Fact, b.Fact), cmp.Compare(a.Subject, b.Subject))
	})
	return out
}

// milliseconds keeps microseconds, which is more than a noisy host can tell.
func milliseconds(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond)) / float64(time.Millisecond)
}
