package linux

import (
	"fmt"
	"path"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/envfile"
)

// sshdUnit is what of ssh.service decides the server's arguments.
type sshdUnit struct {
	start   string // the command of ExecStart
	origin  facts.Origin
	files   []string          // EnvironmentFile, in order
	environ map[string]string // Environment
}

// sshdArguments are the arguments in ssh.service's ExecStart, with $SSHD_OPTS and its like put in as systemd does. A
// host without the unit starts sshd, if at all, in a way not known here: then as without arguments.
func sshdArguments(r *facts.Reader) facts.List[string] {
	u := &sshdUnit{environ: map[string]string{}}
	if err := u.read(r); err != nil {
		return facts.UnknownList[string](err.Error())
	}
	if u.start == "" {
		return facts.Complete[string](nil, facts.From("no ssh.service starts sshd"))
	}
	if err := u.readEnvironment(r); err != nil {
		return facts.UnknownList[string](err.Error())
	}
	words, err := u.expand()
	if err != nil {
		return facts.UnknownList[string](fmt.Sprintf("%s: %v", u.origin, err))
	}
	return facts.Complete(words[1:], u.origin)
}

// read takes the unit file that wins, and then its drop-ins in the order of their names.
func (u *sshdUnit) read(r *facts.Reader) error {
	main := ""
	var dropInDirs []string
	for _, dir := range unitDirs {
		file := path.Join(dir, "ssh.service")
		if _, err := r.Stat(file); err == nil && main == "" {
			main = file
		} else if err != nil && !facts.IsAbsent(err) {
			return err
		}
		dropInDirs = append(dropInDirs, file+".d")
	}
	if main == "" {
		return nil
	}
	dropIns, err := layeredFiles(r, dropInDirs, ".conf")
	if err != nil {
		return err
	}
	for _, file := range append([]string{main}, dropIns...) {
		b, err := readLayered(r, file, 1<<20)
		if err != nil {
			return err
		}
		u.parse(file, string(b))
	}
	return nil
}

func (u *sshdUnit) parse(file, text string) {
	section, line, joined := "", 0, ""
	for raw := range strings.Lines(text) {
		line++
		raw = strings.TrimSpace(raw)
		if joined != "" && (strings.HasPrefix(raw, "#") || strings.HasPrefix(raw, ";")) {
			continue // a comment between continued lines
		}
		raw = joined + raw
		joined = ""
		if strings.HasSuffix(raw, `\`) {
			joined = strings.TrimSuffix(raw, `\`) + " "
			continue
		}
		if strings.HasPrefix(raw, "[") {
			section = raw
			continue
		}
		key, value, ok := strings.Cut(raw, "=")
		if !ok || section != "[Service]" {
			continue
		}
		u.set(strings.TrimSpace(key), strings.TrimSpace(value), facts.File(file, line))
	}
}

func (u *sshdUnit) set(key, value string, origin facts.Origin) {
	switch key {
	case "ExecStart":
		u.start, u.origin = value, origin
	case "EnvironmentFile":
		if value == "" {
			u.files = nil
			return
		}
		u.files = append(u.files, value)
	case "Environment":
		if value == "" {
			clear(u.environ)
		}
		words, _ := shellWords(value)
		for _, w := range words {
			if name, v, ok := strings.Cut(w, "="); ok {
				u.environ[name] = v
			}
		}
	}
}

// readEnvironment: the files win over Environment=, a later one over an earlier.
func (u *sshdUnit) readEnvironment(r *facts.Reader) error {
	for _, pattern := range u.files {
		pattern = strings.TrimPrefix(pattern, "-")
		found, err := r.Glob(pattern)
		if err != nil {
			return err
		}
		for _, file := range found {
			b, err := r.ReadFile(file)
			if facts.IsAbsent(err) {
				continue
			}
			if err != nil {
				return err
			}
			vars, err := envfile.Parse(b)
			if err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			for name, v := range vars {
				u.environ[name] = v.Text
			}
		}
	}
	return nil
}

// expand splits the command and replaces variables as systemd.service(5) says: $NAME as a word of its own is split at
// blanks, ${NAME} anywhere is one text.
func (u *sshdUnit) expand() ([]string, error) {
	words, err := shellWords(strings.TrimLeft(u.start, "@-:+!"))
	if err != nil {
		return nil, err
	}
	var out []string
	for _, w := range words {
		name, alone := strings.CutPrefix(w, "$")
		switch {
		case strings.Contains(w, "%"):
			return nil, fmt.Errorf("ExecStart has specifiers, which are not expanded: %s", w)
		case alone && !strings.HasPrefix(name, "{") && !strings.HasPrefix(name, "$"):
			split, err := shellWords(u.environ[name])
			if err != nil {
				return nil, fmt.Errorf("$%s: %w", name, err)
			}
			out = append(out, split...)
		default:
			out = append(out, u.braces(w))
		}
	}
	if len(out) == 0 || path.Base(out[0]) != "sshd" {
		return nil, fmt.Errorf("ExecStart starts something other than sshd")
	}
	return out, nil
}

func (u *sshdUnit) braces(w string) string {
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(w, "${")
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			out.WriteString("${" + rest)
			return out.String()
		}
		out.WriteString(u.environ[name])
		w = after
	}
}

// shellWords splits at blanks outside of quotes, as systemd splits commands and variables.
func shellWords(s string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord, quote := false, byte(0)
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote, inWord = c, true
		case c == '\\' && i+1 < len(s):
			i++
			word.WriteByte(s[i])
			inWord = true
		case quote == 0 && (c == ' ' || c == '\t' || c == '\n'):
			if inWord {
				words = append(words, word.String())
				word.Reset()
			}
			inWord = false
		default:
			word.WriteByte(c)
			inWord = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("a quote is not closed")
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}
