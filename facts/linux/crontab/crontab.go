// Package crontab parses crontab(5): the jobs of a file with their times, users and the programs they call. Arguments and
// the values of variables are dropped, they may hold secrets. It runs nothing and computes no next time.
package crontab

import (
	"fmt"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Bounds.
const (
	maxSize = 1 << 20
	maxJobs = 1 << 12
)

// Job is one line.
type Job struct {
	Schedule string   // "0 5 * * *" or "@daily"
	User     string   // of the sixth field in a system's crontab; else empty
	Programs []string // what the command calls, in order, each once
	Line     int
}

var (
	assignment = regexp.MustCompile(`^(?:"[^"]*"|'[^']*'|[^\s=]+)\s*=`)
	timeField  = regexp.MustCompile(`^[0-9*,/~A-Za-z-]+$`)
	nicknames  = map[string]bool{"@reboot": true, "@yearly": true, "@annually": true, "@monthly": true, "@weekly": true,
		"@daily": true, "@midnight": true, "@hourly": true}
)

// Parse reads a crontab; system says that lines name a user, as in /etc/crontab. cron drops the whole file at the first
// bad line: with an error, no job of it runs until it is mended.
func Parse(b []byte, system bool) ([]Job, error) {
	if len(b) > maxSize {
		return nil, fmt.Errorf("larger than %d bytes", maxSize)
	}
	var out []Job
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		if strings.IndexByte(line, 0) >= 0 {
			return nil, fmt.Errorf("line %d: a NUL byte", n)
		}
		if !strings.HasSuffix(line, "\n") {
			return nil, fmt.Errorf("line %d: no newline at its end", n)
		}
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || assignment.MatchString(line) {
			continue
		}
		job, err := parseJob(line, system)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		job.Line = n
		if out = append(out, job); len(out) > maxJobs {
			return nil, fmt.Errorf("line %d: too many jobs", n)
		}
	}
	return out, nil
}

func parseJob(line string, system bool) (Job, error) {
	var j Job
	fields := 5
	if line[0] == '@' {
		fields = 1
	}
	var times []string
	for range fields {
		var f string
		f, line = cut(line)
		if fields == 5 && !timeField.MatchString(f) || fields == 1 && !nicknames[strings.ToLower(f)] {
			return j, fmt.Errorf("%q is no time", f)
		}
		times = append(times, f)
	}
	j.Schedule = strings.Join(times, " ")
	if system {
		if j.User, line = cut(line); j.User == "" {
			return j, fmt.Errorf("no user")
		}
	}
	if line == "" {
		return j, fmt.Errorf("no command")
	}
	j.Programs = Programs(line)
	return j, nil
}

func cut(s string) (first, rest string) {
	i := strings.IndexAny(s, " \t")
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimLeft(s[i:], " \t")
}

// Programs are the names a shell command calls. What follows an unescaped % is input, not command.
func Programs(command string) []string {
	for i := 0; i < len(command); i++ {
		if command[i] == '%' && (i == 0 || command[i-1] != '\\') {
			command = command[:i]
		}
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(command), "")
	if err != nil {
		first, _ := cut(strings.TrimSpace(command))
		return []string{first}
	}
	var out []string
	seen := map[string]bool{}
	syntax.Walk(file, func(n syntax.Node) bool {
		if call, ok := n.(*syntax.CallExpr); ok && len(call.Args) > 0 {
			if name := call.Args[0].Lit(); name != "" && !seen[name] {
				seen[name] = true
				out = append(out, name)
			}
		}
		return true
	})
	return out
}
