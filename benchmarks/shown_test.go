package benchmarks

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A person who has to judge sees what the host can tell, and what it could not.
func TestManualControlsShowTheirEvidence(t *testing.T) {
	h := newFakeHost()
	r := evaluate(t, h, load(t, h, policyHead+`
control "1" {
  title    = "x"
  profiles = ["one"]
  severity = "low"
  manual   = "Look."
  evidence = {
    dirs    = [for d in tree.dirs : d.path if d.owner == "root"]
    doubt   = [for d in tree.dirs : d.path if d.sticky]
    partial = [for d in tree.partial : d.path]
    unread  = tree.unread
    empty   = tree.empty
    login   = sshd.permitrootlogin
    x11     = sshd.x11forwarding
    env     = sshd.env
    many    = range(150)
  }
}`), Selection{})["1"]
	var many []any
	for i := range maxShownValues {
		many = append(many, i)
	}
	got := map[string]Shown{}
	for _, s := range r.Shown {
		if s.Name == "many" {
			s.Values, many = s.Values[:0], many[len(s.Values):]
		}
		got[s.Name] = s
	}
	want := map[string]Shown{
		"dirs":    {Name: "dirs", Values: []any{"/tmp", "/var/spool/x", "/mnt/y", "/srv/z"}, Total: 4},
		"doubt":   {Name: "doubt", Values: []any{"/tmp"}, Total: 1, Unknown: "stale handle"},
		"partial": {Name: "partial", Values: []any{"/tmp"}, Total: 1, Unknown: "/proc/1/root: permission denied"},
		"unread":  {Name: "unread", Unknown: "the walk timed out"},
		"empty":   {Name: "empty"},
		"login":   {Name: "login", Values: []any{"yes"}, Total: 1},
		"x11":     {Name: "x11", Unknown: "permission denied"},
		"env":     {Name: "env", Values: []any{map[string]any{"LANG": "C"}}, Total: 1},
		"many":    {Name: "many", Values: []any{}, Total: 150},
	}
	if diff := cmp.Diff(want, got); diff != "" || len(many) != 0 {
		t.Error(diff, len(many))
	}
}
