package linux

import (
	"context"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "shells",
		Doc:   "The login shells that /etc/shells offers, as getusershell(3) reads it.",
		Reads: "/etc/shells",
	}, collectShells))
}

const shellsPath = "/etc/shells"

// Shells is what /etc/shells lists.
type Shells struct {
	Origin facts.Origin

	Exists       facts.V[bool]      `fact:"exists" doc:"Whether /etc/shells exists; without it glibc allows /bin/sh and /bin/csh."`
	Paths        facts.List[string] `fact:"paths" doc:"The shells, in the order of the file."`
	ListsNologin facts.V[bool]      `fact:"lists_nologin" doc:"Whether a nologin is among them, which makes it a valid shell for chsh and for FTP."`
}

// shellList is /etc/shells parsed.
type shellList struct {
	exists bool
	paths  []string
	lines  []int
	origin facts.Origin
}

func (s *shellList) lists(shell string) bool { return slices.Contains(s.paths, shell) }

func shellsOf(ctx context.Context, r *facts.Reader) (*shellList, error) {
	return facts.Once(ctx, r, "shells", func(_ context.Context, r *facts.Reader) (*shellList, error) {
		b, err := r.ReadFile(shellsPath)
		if facts.IsAbsent(err) {
			return &shellList{paths: []string{"/bin/sh", "/bin/csh"}, lines: []int{0, 0}, origin: facts.From("default of glibc: " + shellsPath + " does not exist")}, nil
		}
		if err != nil {
			return nil, err
		}
		s := &shellList{exists: true, origin: facts.File(shellsPath, 0)}
		n := 0
		for line := range strings.Lines(string(b)) {
			n++
			if p := shellOf(line); p != "" {
				s.paths, s.lines = append(s.paths, p), append(s.lines, n)
			}
		}
		return s, nil
	})
}

// shellOf is the path in a line: from the first slash that no # precedes to the next blank or # (glibc misc/getusershell.c).
func shellOf(line string) string {
	line, _, _ = strings.Cut(line, "\x00")
	line, _, _ = strings.Cut(line, "#")
	i := strings.IndexByte(line, '/')
	if i < 0 {
		return ""
	}
	line = line[i:]
	if j := strings.IndexAny(line, " \t\n\v\f\r"); j >= 0 {
		line = line[:j]
	}
	if line == "/" {
		return ""
	}
	return line
}

func collectShells(ctx context.Context, r *facts.Reader, _ facts.Key) (Shells, error) {
	s, err := shellsOf(ctx, r)
	if err != nil {
		return Shells{}, err
	}
	out := Shells{
		Origin:       s.origin,
		Exists:       facts.Known(s.exists, facts.File(shellsPath, 0)),
		Paths:        facts.Complete(s.paths, s.origin),
		ListsNologin: facts.Known(false, s.origin),
	}
	for i, p := range s.paths {
		if strings.HasSuffix(p, "/nologin") {
			out.ListsNologin = facts.Known(true, facts.File(shellsPath, s.lines[i]))
		}
	}
	return out, nil
}
