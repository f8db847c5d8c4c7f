package report

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/benchmarks"
)

// verdictWords is a verdict as prose has it.
func verdictWords(v benchmarks.Verdict) string {
	switch v {
	case benchmarks.Pass:
		return "passed"
	case benchmarks.Fail:
		return "failed"
	case benchmarks.NotApplicable:
		return "not applicable"
	case benchmarks.Error:
		return "in error"
	}
	return v.String()
}

// plural is a count with its noun: "1 control", "12 controls".
func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + one + "s"
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// violationLine is one violation with where it was read, unless that is the violation itself.
func violationLine(v Violation) string {
	if v.Origin == "" || v.Origin == v.Identity {
		return v.Identity
	}
	return v.Identity + "   " + v.Origin
}

// oneLine joins the lines of prose that a policy's author broke.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// group is the results that share something, in the order in which they first came up.
type group struct {
	key     string
	results []Result
}

func groupBy(results []Result, key func(Result) string) []group {
	var out []group
	at := map[string]int{}
	for _, r := range results {
		k := key(r)
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, group{key: k})
		}
		out[i].results = append(out[i].results, r)
	}
	return out
}

func only(results []Result, verdicts ...benchmarks.Verdict) []Result {
	var out []Result
	for _, r := range results {
		for _, v := range verdicts {
			if r.Verdict == v {
				out = append(out, r)
			}
		}
	}
	return out
}

// rootMayHelp tells whether a reason is one that root would not meet.
func (r *Report) rootMayHelp(reason string) bool {
	return r.Tool.Unprivileged && !strings.Contains(reason, "run as root") &&
		(strings.Contains(reason, "permission denied") || strings.Contains(reason, "operation not permitted"))
}

// cause is why a result is unknown, without which attribute of which fact it was: one unreadable file is one cause.
func cause(r Result) string {
	if r.cause != "" {
		return oneLine(r.cause)
	}
	reason := oneLine(r.Reason)
	best := ""
	for _, e := range r.Evidence {
		if e.Unknown == nil {
			continue
		}
		if why := oneLine(*e.Unknown); len(why) > len(best) && strings.HasSuffix(reason, why) {
			best = why
		}
	}
	if best != "" {
		return best
	}
	return reason
}

// shownWords is what the host says for the person who judges: at most so many values, and how many more there are.
func shownWords(s Shown, most int) string {
	show := min(len(s.Values), most)
	parts := make([]string, 0, show+2)
	for _, v := range s.Values[:show] {
		parts = append(parts, oneLine(shownValue(v)))
	}
	if more := s.Total - show; more > 0 {
		parts = append(parts, thousands(more)+" more")
	}
	switch {
	case s.Unknown != "" && len(parts) == 0:
		return "not known: " + oneLine(s.Unknown)
	case s.Unknown != "":
		parts = append(parts, "and what was not read: "+oneLine(s.Unknown))
	case len(parts) == 0:
		return "none"
	}
	return strings.Join(parts, "; ")
}

func shownValue(v any) string {
	switch v := v.(type) {
	case string:
		if v == "" {
			return `""`
		}
		return v
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case map[string]any:
		if len(v) == 1 { // an entry of a map
			for k, e := range v {
				return k + "=" + shownValue(e)
			}
		}
	}
	b, err := json.Marshal(v)
	if err != nil {
		return "?"
	}
	return string(b)
}

// osWords is the distribution with its version.
func osWords(os OS) string {
	name := strings.TrimSpace(os.Name)
	if name == "" {
		name = os.ID
	}
	if os.VersionID == "" || strings.Contains(name, os.VersionID) {
		return name
	}
	return strings.TrimSpace(name + " " + os.VersionID)
}
