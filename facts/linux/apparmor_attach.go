package linux

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
)

// attachment is a profile with the programs it is meant for.
type attachment struct {
	profile  string
	programs *regexp.Regexp
}

const apparmorPolicy = "/sys/kernel/security/apparmor/policy/profiles"

// attachments are what profiles attach to: the kernel tells it beside each profile; a profile without says it by its name,
// which is then a path. unread says what could not be told.
func attachments(r *facts.Reader, profiles facts.List[AppArmorProfile]) (list []attachment, unread string) {
	unread = profiles.Reason()
	add := func(profile, pattern string) {
		programs, err := apparmorPattern(pattern)
		if err != nil {
			unread = fmt.Sprintf("the attachment %q of profile %s can't be decided", pattern, profile)
			return
		}
		list = append(list, attachment{profile, programs})
	}
	for _, p := range profiles.Items() {
		// Children and hats (parent//child) are only entered from their parent.
		if strings.HasPrefix(p.Name, "/") && !strings.Contains(p.Name, "//") {
			add(p.Name, p.Name)
		}
	}
	dirs, err := r.ReadDir(apparmorPolicy)
	if err != nil {
		if unread == "" {
			unread = err.Error()
		}
		return list, unread
	}
	for _, d := range dirs {
		dir := path.Join(apparmorPolicy, d.Name())
		pattern, err := r.ReadFile(path.Join(dir, "attach"))
		if facts.IsAbsent(err) {
			continue
		}
		name, nameErr := r.ReadFile(path.Join(dir, "name"))
		if err != nil || nameErr != nil {
			unread = fmt.Sprintf("%s could not be read", dir)
			continue
		}
		if at := strings.TrimSpace(string(pattern)); strings.HasPrefix(at, "/") {
			add(strings.TrimSpace(string(name)), at)
		}
	}
	return list, unread
}

func profileFor(list []attachment, exe string) string {
	for _, a := range list {
		if a.programs.MatchString(exe) {
			return a.profile
		}
	}
	return ""
}

// apparmorPattern translates AppArmor's globs (apparmor.d(5)): * and ? stay within a name, ** does not, {a,b} is one of
// several. The expression is linear in time, whatever the pattern.
func apparmorPattern(pattern string) (*regexp.Regexp, error) {
	var b strings.Builder
	b.WriteString("^")
	depth := 0
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '*' && strings.HasPrefix(pattern[i:], "**"):
			b.WriteString(".*")
			i++
		case c == '*':
			b.WriteString("[^/]*")
		case c == '?':
			b.WriteString("[^/]")
		case c == '{':
			depth++
			b.WriteString("(?:")
		case c == '}' && depth > 0:
			depth--
			b.WriteString(")")
		case c == ',' && depth > 0:
			b.WriteString("|")
		case c == '[' || c == ']':
			b.WriteByte(c)
		case c == '\\' && i+1 < len(pattern):
			i++
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		default:
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		}
	}
	if depth != 0 || len(pattern) > 4096 {
		return nil, fmt.Errorf("pattern %q", pattern)
	}
	b.WriteString("$")
	return regexp.Compile(b.String())
}
