package pamconf

import (
	"math"
	"slices"
	"strings"
)

// Action is what libpam does on one answer of a module.
type Action int

// The actions; a positive Action jumps over that many modules.
const (
	Ignore Action = -iota
	OK
	Done
	Bad
	Die
	Reset
)

// Actions say for each answer what is done; answers not named get Default.
type Actions struct {
	Of      map[string]Action
	Default Action
}

// On is the action on an answer: success, auth_err, new_authtok_reqd, …
func (a Actions) On(answer string) Action {
	if act, ok := a.Of[answer]; ok {
		return act
	}
	return a.Default
}

var bad = Actions{Default: Bad}

// answers are the return values in the order of their numbers; the order decides which of two with a common start is
// meant.
var answers = strings.Fields(`success open_err symbol_err service_err system_err buf_err perm_denied auth_err cred_insufficient
	authinfo_unavail user_unknown maxtries new_authtok_reqd acct_expired session_err cred_unavail cred_expired cred_err
	no_module_data conv_err authtok_err authtok_recover_err authtok_lock_busy authtok_disable_aging try_again ignore abort
	authtok_expired module_unknown bad_item conv_again incomplete default`)

var actionNames = []struct {
	name string
	act  Action
}{{"ignore", Ignore}, {"ok", OK}, {"done", Done}, {"bad", Bad}, {"die", Die}, {"reset", Reset}}

// parseActions reads a control flag. What libpam can't read fails on every answer.
func parseActions(control string) Actions {
	switch strings.ToLower(control) {
	case "required":
		return Actions{map[string]Action{"success": OK, "new_authtok_reqd": OK, "ignore": Ignore}, Bad}
	case "requisite":
		return Actions{map[string]Action{"success": OK, "new_authtok_reqd": OK, "ignore": Ignore}, Die}
	case "optional":
		return Actions{map[string]Action{"success": OK, "new_authtok_reqd": OK}, Ignore}
	case "sufficient":
		return Actions{map[string]Action{"success": Done, "new_authtok_reqd": Done}, Ignore}
	}
	text := strings.TrimSuffix(strings.TrimPrefix(control, "["), "]")
	a := Actions{Of: map[string]Action{}, Default: Bad}
	defaulted := false
	for {
		text = strings.TrimLeft(text, " \t\n\v\f\r")
		if text == "" {
			return a
		}
		i := slices.IndexFunc(answers, func(name string) bool { return strings.HasPrefix(text, name) })
		if i < 0 {
			return bad
		}
		answer := answers[i]
		rest, ok := strings.CutPrefix(strings.TrimLeft(text[len(answer):], " \t\n\v\f\r"), "=")
		if !ok {
			return bad
		}
		var act Action
		if act, text, ok = parseAction(strings.TrimLeft(rest, " \t\n\v\f\r")); !ok {
			return bad
		}
		switch {
		case answer != "default":
			a.Of[answer] = act
		case !defaulted: // it fills what is not set yet; nothing is left for another
			a.Default, defaulted = act, true
		}
		if answer == "default" {
			continue
		}
	}
}

func parseAction(text string) (act Action, rest string, ok bool) {
	for _, a := range actionNames {
		if rest, ok := strings.CutPrefix(text, a.name); ok {
			return a.act, rest, true
		}
	}
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		if act = act*10 + Action(text[n]-'0'); act > math.MaxInt16 {
			return 0, "", false
		}
		n++
	}
	return act, text[n:], act > 0
}

// Run goes through the stack as libpam does when each module gives the answer that answer says. It returns the
// positions, in Entries, of the modules that were called, and whether the application is told success.
func (s *Stack) Run(answer func(i int, e Entry) string) (called []int, success bool) {
	r := run{stack: s, answer: answer, index: make([]int, len(s.entries))}
	n := 0
	for i, e := range s.entries {
		r.index[i] = n
		if !e.substack {
			n++
		}
	}
	r.level(0, 0)
	return r.called, r.impression == positive
}

type impression int

const (
	undefined impression = iota
	positive
	negative
)

type run struct {
	stack      *Stack
	answer     func(i int, e Entry) string
	index      []int
	called     []int
	impression impression
	start      []impression // at the start of each substack, for reset
}

// level runs the entries of one depth from position i on. It returns the position behind them, and whether the whole
// stack is decided.
func (r *run) level(i, depth int) (next int, decided bool) {
	entries := r.stack.entries
	r.start = append(r.start, r.impression)
	defer func() { r.start = r.start[:len(r.start)-1] }()
	for i < len(entries) && entries[i].Depth >= depth {
		e := entries[i]
		if e.substack {
			if i, decided = r.level(i+1, depth+1); decided {
				return i, true
			}
			continue
		}
		r.called = append(r.called, r.index[i])
		act := e.Actions.On(r.answer(r.index[i], e))
		i++
		switch act {
		case Ignore:
		case OK, Done:
			if r.impression == undefined {
				r.impression = positive
			}
			if act == Done && r.impression == positive {
				return r.end(i, depth), depth == 0
			}
		case Bad, Die:
			r.impression = negative
			if act == Die {
				return r.end(i, depth), depth == 0
			}
		case Reset:
			r.impression = r.start[len(r.start)-1]
		default:
			if i = r.jump(i, depth, int(act)); i < 0 {
				r.impression = negative
				return len(entries), true
			}
		}
	}
	return i, false
}

// end is the position behind the entries of a depth.
func (r *run) end(i, depth int) int {
	for i < len(r.stack.entries) && r.stack.entries[i].Depth >= depth {
		i++
	}
	return i
}

// jump skips n entries of the depth, each substack as one. A jump past the end is an error, -1.
func (r *run) jump(i, depth, n int) int {
	for ; n > 0; n-- {
		if i >= len(r.stack.entries) || r.stack.entries[i].Depth < depth {
			return -1
		}
		sub := r.stack.entries[i].substack
		i++
		if sub {
			i = r.end(i, depth+1)
		}
	}
	return i
}

// LocalUser is what modules answer, for Run, when a local user other than root does all that is asked of him.
func LocalUser(_ int, e Entry) string {
	switch e.Module() {
	case "pam_deny.so", "pam_rootok.so":
		return "auth_err"
	case "pam_sss.so", "pam_ldap.so", "pam_krb5.so", "pam_winbind.so", "pam_systemd_home.so", "pam_fprintd.so":
		return "user_unknown" // they know other users
	case "pam_faillock.so":
		if slices.Contains(e.Args, "authfail") {
			return "ignore"
		}
	}
	return "success"
}
