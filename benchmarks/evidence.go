package benchmarks

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/holdfast-agent/holdfast/facts"
)

// maxEvidence bounds the evidence of one result.
const maxEvidence = 100

// evidence is what was read, each attribute once: first what the outcome rests on.
func (ev *evaluator) evidence() []Evidence {
	type where struct {
		key  facts.Key
		path string
	}
	seen := map[where]bool{}
	var out []Evidence
	add := func(e entry) {
		if e.v.at == nil || len(out) >= maxEvidence {
			return
		}
		f, path := e.v.at.root(), e.v.at.path()
		w := where{f.key, path}
		if seen[w] {
			return
		}
		seen[w] = true
		x := Evidence{Fact: f.key.Fact, Subject: f.key.Subject, Path: path}
		if e.v.kind == kUnknown {
			x.Unknown = e.v.reason()
		} else {
			x.Value = e.v.plain()
		}
		if o := e.v.at.origin(); !o.IsZero() {
			x.Origin = o.String()
		}
		out = append(out, x)
	}
	all := slices.Concat(ev.trace, ev.kept)
	for _, e := range all {
		if !e.incidental {
			add(e)
		}
	}
	for _, e := range all {
		if e.incidental {
			add(e)
		}
	}
	return out
}

func violationOf(check string, v value) Violation {
	x := Violation{Identity: identity(v), Check: check, Value: v.plain()}
	if v.at != nil {
		x.Origin = v.at.origin().String()
	} else if v.kind == kObject {
		for i, name := range v.c.names {
			if a := v.attr(i, name); a.at != nil {
				x.Origin = a.at.origin().String()
				break
			}
		}
	}
	return x
}

// maxIdentity bounds an identity, in bytes.
const maxIdentity = 512

// identity is what an element of a list is called, the same in every audit: its path, name or message, or the text
// itself; else its JSON.
func identity(v value) string {
	switch v.kind {
	case kString:
		return short(v.s)
	case kObject:
		for _, want := range []string{"path", "name", "message"} {
			if i, ok := slices.BinarySearch(v.c.names, want); ok {
				if a := v.attr(i, want); a.kind == kString && a.s != "" {
					return short(a.s)
				}
			}
		}
	case kUnknown:
		return "unknown"
	}
	b, err := json.Marshal(v.whole())
	if err != nil {
		return "unprintable"
	}
	return short(string(b))
}

// short keeps an identity within bounds, and different from others that begin alike.
func short(s string) string {
	if len(s) <= maxIdentity {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return clip(s, maxIdentity-20) + " " + hex.EncodeToString(sum[:8])
}

// Affected are the controls, by id, whose verdicts rest on one of the facts that changed. A control that was decided
// without reading anything is never affected.
func Affected(results []Result, changed []facts.Key) []string {
	set := make(map[facts.Key]bool, len(changed))
	for _, k := range changed {
		set[k] = true
	}
	var ids []string
	for _, r := range results {
		if slices.ContainsFunc(r.Reads, func(k facts.Key) bool { return set[k] }) {
			ids = append(ids, r.Control.ID)
		}
	}
	return ids
}
