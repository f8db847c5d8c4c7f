package aideconf

import (
	"fmt"
	"regexp"
	"strings"
)

// Match is the rule that AIDE applies to a path of a type ('f', 'd', 'l', …): a rule that leaves it out goes before all
// that select it; of those the one whose fixed directory lies deepest, = before others, then the first. nil: the path is
// not recorded. unsure says why that is not certain.
func (c *Config) Match(path string, kind byte) (rule *Rule, unsure string) {
	var best *Rule
	for i := range c.Rules {
		r := &c.Rules[i]
		if r.Types != "" && !strings.ContainsRune(r.Types, rune(kind)) {
			continue
		}
		hit, why := r.matches(path)
		if why != "" {
			return nil, why
		}
		if !hit {
			continue
		}
		if r.Unsure != "" {
			return nil, r.Unsure
		}
		if r.Sign == '!' || r.Sign == '-' {
			return r, ""
		}
		if best == nil || better(r, best) {
			best = r
		}
	}
	return best, ""
}

func better(a, b *Rule) bool {
	x, y := len(a.dir()), len(b.dir())
	if x != y {
		return x > y
	}
	return a.Sign == '=' && b.Sign != '='
}

const special = `.*+?[](){}|^$\`

// fixed is what every path that matches begins with.
func (r *Rule) fixed() string {
	s := r.Regex
	if i := strings.Index(s, "@@{"); i >= 0 {
		s = s[:i]
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && !isAlnum(s[i+1]) {
			i++
		} else if strings.IndexByte(special, s[i]) >= 0 {
			text := b.String()
			if strings.IndexByte("*?{|", s[i]) >= 0 && text != "" {
				text = text[:len(text)-1] // the character before it is optional
			}
			if strings.IndexByte(s, '|') >= 0 && s[i] == '|' {
				return ""
			}
			return text
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func (r *Rule) dir() string {
	f := r.fixed()
	return f[:strings.LastIndexByte(f, '/')+1]
}

func (r *Rule) matches(path string) (hit bool, unsure string) {
	if !strings.HasPrefix(path, r.fixed()) {
		return false, ""
	}
	// What a variable holds that is not known could be anything; the text around it must match all the same.
	re, err := regexp.Compile("^(?:" + variable.ReplaceAllLiteralString(r.Regex, "(?s:.*)") + ")")
	if err != nil {
		return false, fmt.Sprintf("%s:%d: the regular expression is not understood: %v", r.Path, r.Line, err)
	}
	if !re.MatchString(path) {
		return false, ""
	}
	return true, ""
}
