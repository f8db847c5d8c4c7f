package sshdconf

import (
	"math"
	"strconv"
	"strings"
)

const blanks = " \t\r\n"

// strdelim cuts the first word off s as misc.c's does: at a blank, or at one "=", or a quoted word. ok is false where
// it returns NULL: s is exhausted (rest is then nil) or a quote is not closed.
func strdelim(s *string) (word string, ok bool) {
	if s == nil || *s == exhausted {
		return "", false
	}
	i := strings.IndexAny(*s, blanks+`"=`)
	if i < 0 {
		word, *s = *s, exhausted
		return word, true
	}
	if (*s)[i] == '"' {
		// The quote is taken out, and the word goes on to the next one.
		joined := (*s)[:i] + (*s)[i+1:]
		end := strings.IndexByte(joined[i:], '"')
		// strpbrk searches from the quote's place on
		if end < 0 {
			*s = exhausted
			return "", false
		}
		word, *s = joined[:i+end], strings.TrimLeft(joined[i+end+1:], blanks)
		return word, true
	}
	equals := (*s)[i] == '='
	word = (*s)[:i]
	rest := strings.TrimLeft((*s)[i+1:], blanks)
	if !equals && strings.HasPrefix(rest, "=") {
		rest = strings.TrimLeft(rest[1:], blanks)
	}
	*s = rest
	return word, true
}

// exhausted stands for C's NULL; a line can't hold it, as lines end at a NUL.
const exhausted = "\x00"

// argvSplit splits a line's arguments as misc.c's argv_split does, with comments. ok is false for an unclosed quote.
func argvSplit(s string) (args []string, ok bool) {
	for i := 0; i < len(s); i++ {
		if s[i] == ' ' || s[i] == '\t' {
			continue
		}
		if s[i] == '#' {
			break
		}
		var word []byte
		var quote byte
		for ; i < len(s); i++ {
			ch := s[i]
			switch {
			case ch == '\\' && i+1 < len(s) && (s[i+1] == '\'' || s[i+1] == '"' || s[i+1] == '\\' || (quote == 0 && s[i+1] == ' ')):
				i++
				word = append(word, s[i])
				continue
			case quote == 0 && (ch == '"' || ch == '\''):
				quote = ch
				continue
			case quote != 0 && ch == quote:
				quote = 0
				continue
			}
			if quote == 0 && (ch == ' ' || ch == '\t') {
				break
			}
			word = append(word, ch)
		}
		if quote != 0 {
			return nil, false
		}
		args = append(args, string(word))
	}
	return args, true
}

// convtime reads a time of sshd_config(5): seconds, or a sequence like 1h30m.
func convtime(s string) (int64, bool) {
	if s == "" {
		return 0, false
	}
	var total int64
	for s != "" {
		n := 0
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		if n == 0 || n > 10 {
			return 0, false
		}
		secs, err := strconv.ParseInt(s[:n], 10, 64)
		if err != nil {
			return 0, false
		}
		s = s[n:]
		unit := int64(1)
		if s != "" {
			switch s[0] {
			case 's', 'S':
			case 'm', 'M':
				unit = 60
			case 'h', 'H':
				unit = 3600
			case 'd', 'D':
				unit = 24 * 3600
			case 'w', 'W':
				unit = 7 * 24 * 3600
			default:
				return 0, false
			}
			s = s[1:]
		}
		if total += secs * unit; total > math.MaxInt32 {
			return 0, false
		}
	}
	return total, true
}

// strtonum reads a decimal integer within bounds, as the function of that name: leading blanks and a sign are fine.
func strtonum(s string, low, high int64) (int64, bool) {
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < low || n > high {
		return 0, false
	}
	return n, true
}

// scanScaled reads a number of bytes with an optional fraction and unit, as OpenBSD's scan_scaled.
func scanScaled(s string) (int64, bool) {
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	unit := int64(1)
	if s == "" {
		return 0, false
	}
	if i := strings.IndexByte("bkmgtpe", s[len(s)-1]|0x20); i >= 0 {
		unit = 1 << (10 * i)
		s = s[:len(s)-1]
	}
	whole, fraction, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if (err != nil && (whole != "" || fraction == "")) || n < 0 || n > math.MaxInt64/unit {
		return 0, false
	}
	total := n * unit
	if fraction != "" {
		if len(fraction) > 18 || strings.Trim(fraction, "0123456789") != "" {
			return 0, false
		}
		f, err := strconv.ParseFloat("0."+fraction, 64)
		if err != nil {
			return 0, false
		}
		total += int64(f * float64(unit))
	}
	return total, true
}
