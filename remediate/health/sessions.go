package health

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Sessions are the people who are logged in: "alice from 192.0.2.7 (pts/0)". Without systemd-logind there are none to be
// told.
func Sessions() []string { return sessions("/run/systemd/sessions") }

func sessions(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		if !e.Type().IsRegular() { // beside each session there is a FIFO, which would block
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			continue
		}
		if s := session(string(text)); s != "" {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return out
}

// session reads one file of systemd-logind's, lines of KEY=value.
func session(text string) string {
	v := map[string]string{}
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		v[key] = value
	}
	if v["USER"] == "" || v["CLASS"] != "user" || v["STATE"] == "closing" {
		return ""
	}
	s := v["USER"]
	if v["REMOTE_HOST"] != "" {
		s += " from " + v["REMOTE_HOST"]
	}
	if tty := v["TTY"]; tty != "" {
		s += " (" + tty + ")"
	} else if v["SERVICE"] != "" {
		s += " (" + v["SERVICE"] + ")"
	}
	return s
}
