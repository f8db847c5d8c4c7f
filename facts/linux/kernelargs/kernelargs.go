// Package kernelargs takes a kernel command line apart as the kernel does (lib/cmdline.c, next_arg). It reads no files
// and knows no parameter.
package kernelargs

import "strings"

// Split lists the arguments up to "--", behind which all is for init. Double quotes keep blanks together; those around a
// value, or around a whole argument, are taken off.
func Split(cmdline string) []string {
	var out []string
	for cmdline = strings.Trim(cmdline, space); cmdline != ""; cmdline = strings.TrimLeft(cmdline, space) {
		end, equals, quoted := 0, -1, false
		for ; end < len(cmdline); end++ {
			c := cmdline[end]
			if !quoted && strings.IndexByte(space, c) >= 0 {
				break
			}
			switch {
			case c == '"':
				quoted = !quoted
			case c == '=' && equals < 0:
				equals = end
			}
		}
		arg := unquote(cmdline[:end], equals)
		if arg == "--" {
			break
		}
		out = append(out, arg)
		cmdline = cmdline[end:]
	}
	return out
}

const space = " \t\n\v\f\r"

func unquote(arg string, equals int) string {
	if strings.HasPrefix(arg, `"`) {
		return strings.TrimSuffix(arg[1:], `"`)
	}
	if equals >= 0 && strings.HasPrefix(arg[equals+1:], `"`) {
		return arg[:equals+1] + strings.TrimSuffix(arg[equals+2:], `"`)
	}
	return arg
}

// Last keeps of each parameter given several times only the last, which decides for most (audit=0 behind audit=1).
func Last(args []string) []string {
	last := map[string]int{}
	for i, a := range args {
		last[name(a)] = i
	}
	var out []string
	for i, a := range args {
		if last[name(a)] == i {
			out = append(out, a)
		}
	}
	return out
}

// name is a parameter's name; to the kernel dashes and underscores are the same.
func name(arg string) string {
	n, _, _ := strings.Cut(arg, "=")
	return strings.ReplaceAll(n, "-", "_")
}
