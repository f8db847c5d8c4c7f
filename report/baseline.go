package report

import (
	"time"

	"github.com/holdfast-agent/holdfast/benchmarks"
)

// Baseline is the earlier report that this one was compared with.
type Baseline struct {
	ID   string    `json:"id"`
	Time time.Time `json:"time"`
	// Known counts the failures, unknowns and errors that it had too; New those that it had not; Gone those that it
	// had and that are no more, among the controls of this report.
	Known int `json:"known"`
	New   int `json:"new"`
	Gone  int `json:"gone"`
}

// compare marks what the earlier report already had. A control is known only when nothing about it is new: the same
// verdict, no check that did not fail before, no violation that was not listed before. Where not all violations are
// listed, they must all be the same.
func (r *Report) compare(old *Report) {
	before := map[[2]string]*Result{}
	for i := range old.Benchmarks {
		b := &old.Benchmarks[i]
		for j := range b.Results {
			before[[2]string{b.ID, b.Results[j].Control}] = &b.Results[j]
		}
	}
	r.Baseline = &Baseline{ID: old.ID, Time: old.Time}
	for i := range r.Benchmarks {
		b := &r.Benchmarks[i]
		for j := range b.Results {
			now := &b.Results[j]
			then := before[[2]string{b.ID, now.Control}]
			switch {
			case counts(now.Verdict):
				now.InBaseline = then != nil && now.hasNothingNew(then)
				if now.InBaseline {
					r.Baseline.Known++
				} else {
					r.Baseline.New++
				}
			case then != nil && counts(then.Verdict):
				r.Baseline.Gone++
			}
		}
	}
}

func counts(v benchmarks.Verdict) bool {
	return v == benchmarks.Fail || v == benchmarks.Unknown || v == benchmarks.Error
}

func (res *Result) hasNothingNew(then *Result) bool {
	if res.Verdict != then.Verdict {
		return false
	}
	if res.Verdict != benchmarks.Fail {
		return true
	}
	if !subset(failedChecks(res), failedChecks(then)) {
		return false
	}
	if res.ViolationsTotal > len(res.Violations) {
		return res.ViolationsDigest != "" && res.ViolationsDigest == then.ViolationsDigest
	}
	return subset(identities(res), identities(then))
}

func failedChecks(res *Result) map[[2]string]bool {
	set := map[[2]string]bool{}
	for _, c := range res.Checks {
		if c.Verdict == benchmarks.Fail {
			set[[2]string{c.Name}] = true
		}
	}
	return set
}

func identities(res *Result) map[[2]string]bool {
	set := map[[2]string]bool{}
	for _, v := range res.Violations {
		set[[2]string{v.Check, v.Identity}] = true
	}
	return set
}

func subset(a, b map[[2]string]bool) bool {
	for k := range a {
		if !b[k] {
			return false
		}
	}
	return true
}
