package pgconf

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Kind is the type of a parameter and how its values are printed.
type Kind struct {
	Type string // bool, integer, real, enum or string, as pg_settings.vartype
	// Unit is the unit that an integer or real counts in, as pg_settings.unit: kB, 8kB, ms, s, min; empty for none.
	Unit string
	// Octal prints an integer as SHOW does for modes: 0600.
	Octal bool
	// Values are those of an enum, in lower case; Synonyms the hidden ones among its spellings.
	Values   []string
	Synonyms map[string]string
}

// Normal is a value as the server would show it in pg_settings.
func (k Kind) Normal(value string) (string, error) {
	switch k.Type {
	case "bool":
		on, ok := parseBool(value)
		if !ok {
			return "", fmt.Errorf("%q is not a boolean", clip(value))
		}
		if on {
			return "on", nil
		}
		return "off", nil
	case "integer":
		f, err := k.number(value)
		if err != nil {
			return "", err
		}
		n := math.RoundToEven(f)
		if n > math.MaxInt32 || n < math.MinInt32 {
			return "", fmt.Errorf("%q is out of range", clip(value))
		}
		if k.Octal {
			return fmt.Sprintf("%04o", int64(n)), nil
		}
		return strconv.FormatInt(int64(n), 10), nil
	case "real":
		f, err := k.number(value)
		if err != nil {
			return "", err
		}
		return strconv.FormatFloat(f, 'g', -1, 64), nil
	case "enum":
		v := lower(value)
		if to, ok := k.Synonyms[v]; ok {
			return to, nil
		}
		for _, known := range k.Values {
			if lower(known) == v {
				return known, nil
			}
		}
		if slices.Contains(k.Values, "on") && slices.Contains(k.Values, "off") {
			switch v {
			case "true", "yes", "1":
				return "on", nil
			case "false", "no", "0":
				return "off", nil
			}
		}
		return "", fmt.Errorf("%q is none of %s", clip(value), strings.Join(k.Values, ", "))
	}
	return value, nil
}

// parseBool is parse_bool: any beginning of true, false, yes, no, on and off that is not ambiguous, 1 and 0.
func parseBool(s string) (on, ok bool) {
	s = lower(s)
	switch {
	case s == "":
	case s == "1" || s == "on" || strings.HasPrefix("true", s) || strings.HasPrefix("yes", s):
		return true, true
	case s == "0" || s == "of" || s == "off" || strings.HasPrefix("false", s) || strings.HasPrefix("no", s):
		return false, true
	}
	return false, false
}

// factors of units: of memory in bytes, of time in microseconds (guc.c, memory_unit_conversion_table).
var (
	memory = map[string]float64{"B": 1, "kB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40, "8kB": 8 << 10}
	times  = map[string]float64{"us": 1, "ms": 1e3, "s": 1e6, "min": 60e6, "h": 3600e6, "d": 86400e6}
)

// number is a number in the parameter's own unit: strtol with any base, else strtod, then a unit.
func (k Kind) number(value string) (float64, error) {
	s := strings.TrimLeft(value, " \t\n\v\f\r")
	n := numberLen(s)
	digits, unit := s[:n], strings.Trim(s[n:], " \t\n\v\f\r")
	f, err := parseNumber(digits)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number", clip(value))
	}
	if unit == "" {
		return f, nil
	}
	for _, table := range []map[string]float64{memory, times} {
		own, ok := table[k.Unit]
		given, known := table[unit]
		if ok && known && unit != "8kB" {
			return f * given / own, nil
		}
	}
	return 0, fmt.Errorf("%q is not a unit of a number in %q", clip(unit), k.Unit)
}

func numberLen(s string) int {
	if s == "" {
		return 0
	}
	b := []byte(s)
	sign := signLen(b)
	if len(b) > sign+2 && b[sign] == '0' && (b[sign+1] == 'x' || b[sign+1] == 'X') {
		if n := run(b, sign+2, hexByte); n > sign+2 {
			return n
		}
	}
	n := run(b, sign, digit)
	if n < len(b) && b[n] == '.' {
		n = run(b, n+1, digit)
	}
	if n < len(b) && (b[n] == 'e' || b[n] == 'E') {
		e := n + 1
		if e < len(b) {
			e += signLen(b[e:])
		}
		if last := run(b, e, digit); last > e {
			n = last
		}
	}
	return n
}

// parseNumber reads hexadecimal, octal and decimal integers as strtol(3) with base 0, and else a float.
func parseNumber(s string) (float64, error) {
	if strings.ContainsAny(s, ".") || (strings.ContainsAny(s, "eE") && !strings.ContainsAny(s, "xX")) {
		return strconv.ParseFloat(s, 64)
	}
	body := strings.TrimLeft(s, "+-")
	base := 10
	switch {
	case len(body) > 2 && (strings.HasPrefix(body, "0x") || strings.HasPrefix(body, "0X")):
		body, base = body[2:], 16
	case len(body) > 1 && body[0] == '0':
		body, base = body[1:], 8
	}
	n, err := strconv.ParseInt(body, base, 64)
	if strings.HasPrefix(s, "-") {
		n = -n
	}
	return float64(n), err
}
