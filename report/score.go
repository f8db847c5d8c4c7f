package report

import "github.com/holdfast-agent/holdfast/benchmarks"

// Score counts a benchmark's verdicts.
type Score struct {
	Passed        int `json:"passed"`
	Failed        int `json:"failed"`
	Waived        int `json:"waived"`
	NotApplicable int `json:"not_applicable"`
	Manual        int `json:"manual"`
	Unknown       int `json:"unknown"`
	Error         int `json:"error"`
	// Percent is what passed of what passed, failed, is unknown or in error; nil when that is nothing. What is waived,
	// manual or not applicable does not count.
	Percent *float64 `json:"percent"`
}

func score(results []Result) Score {
	var s Score
	for _, r := range results {
		*s.count(r.Verdict)++
	}
	if counted := s.Passed + s.Failed + s.Unknown + s.Error; counted > 0 {
		percent := float64(s.Passed) / float64(counted) * 100
		s.Percent = &percent
	}
	return s
}

func (s *Score) count(v benchmarks.Verdict) *int {
	switch v {
	case benchmarks.Pass:
		return &s.Passed
	case benchmarks.Fail:
		return &s.Failed
	case benchmarks.Waived:
		return &s.Waived
	case benchmarks.NotApplicable:
		return &s.NotApplicable
	case benchmarks.Manual:
		return &s.Manual
	case benchmarks.Error:
		return &s.Error
	}
	return &s.Unknown
}

// Outcome is what a report comes to as a whole. The zero value is Undecided.
type Outcome int

// The outcomes.
const (
	Undecided Outcome = iota // nothing failed, but something is unknown or in error, or no benchmark applies
	Clean                    // everything passed, or does not count
	Failing                  // something failed
)

// Outcome weighs the failures, unknowns and errors from a severity up (the zero Severity weighs all) that the baseline,
// where there is one, did not have.
func (r *Report) Outcome(from Severity) Outcome {
	out, applied := Clean, false
	for _, b := range r.Benchmarks {
		switch b.Verdict {
		case benchmarks.Pass:
			applied = true
		case benchmarks.NotApplicable:
		default:
			out = Undecided
		}
		for _, res := range b.Results {
			if res.Severity < from || res.InBaseline {
				continue
			}
			switch res.Verdict {
			case benchmarks.Fail:
				return Failing
			case benchmarks.Pass, benchmarks.Waived, benchmarks.NotApplicable, benchmarks.Manual:
			default:
				out = Undecided
			}
		}
	}
	if !applied {
		return Undecided
	}
	return out
}
