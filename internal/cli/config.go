package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/holdfast-agent/holdfast/internal/hostfs"
)

// configFile is one file of the machine's configuration, which changes verdicts: whoever can write it can make a
// failure a pass. So it must belong to root, as must the directory it lies in, and nobody else may write to either.
type configFile struct {
	name string
	text []byte
}

// configFiles reads the files of a pattern below the configuration's directory. What is not there is left out.
func (p *program) configFiles(pattern string) ([]configFile, error) {
	dir := filepath.Dir(filepath.Join(p.config, pattern))
	err := p.trusted(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && dir != p.config {
		err = p.trusted(p.config)
	}
	if err != nil {
		return nil, err
	}
	names, err := hostfs.New("/").Glob(filepath.Join(p.config, pattern))
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	var files []configFile
	for _, name := range names {
		text, err := p.readConfig(name)
		if err != nil {
			return nil, err
		}
		files = append(files, configFile{name, text})
	}
	return files, nil
}

func (p *program) readConfig(name string) ([]byte, error) {
	f, err := hostfs.New("/").Open(name)
	if err != nil {
		return nil, configError(err)
	}
	defer f.Close()
	st, err := f.Stat() // of what was opened: the name could lead elsewhere by now
	if err != nil {
		return nil, configError(err)
	}
	if err := p.safe(name, st); err != nil {
		return nil, err
	}
	return readBounded(f, name)
}

// readBounded reads a file of at most a megabyte, which is more than a person writes.
func readBounded(r io.Reader, name string) ([]byte, error) {
	const limit = 1 << 20
	text, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if len(text) > limit {
		return nil, fmt.Errorf("%s is larger than %d bytes", name, limit)
	}
	return text, nil
}

func configError(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("reading the configuration: %w; without it the verdicts could be others: run as root, or make it readable", err)
	}
	return fmt.Errorf("reading the configuration: %w", err)
}

func (p *program) trusted(dir string) error {
	st, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err != nil {
		return configError(err)
	}
	return p.safe(dir, st)
}

func (p *program) safe(name string, st fs.FileInfo) error {
	sys, ok := st.Sys().(*syscall.Stat_t)
	switch {
	case !ok:
		return fmt.Errorf("%s: its owner can't be told", name)
	case sys.Uid != p.configOwner:
		return fmt.Errorf("%s decides over verdicts and belongs to user %d; it must belong to root: chown root %s", name, sys.Uid, name)
	case st.Mode().Perm()&0o022 != 0:
		return fmt.Errorf("%s decides over verdicts and can be written by others (mode %04o): chmod go-w %s", name, st.Mode().Perm(), name)
	}
	return nil
}

// labels are what the machine's owner calls it: lines of key = value in the configuration's file labels.
func (p *program) labels() (map[string]string, error) {
	files, err := p.configFiles("labels")
	if err != nil || len(files) == 0 {
		return map[string]string{}, err
	}
	return parseLabels(files[0])
}

func parseLabels(f configFile) (map[string]string, error) {
	out := map[string]string{}
	n := 0
	for line := range bytes.Lines(f.text) {
		n++
		text := strings.TrimSpace(string(line))
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		key, value, err := parseLabel(text)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", f.name, n, err)
		}
		if _, twice := out[key]; twice {
			return nil, fmt.Errorf("%s:%d: label %q is set twice", f.name, n, key)
		}
		out[key] = value
	}
	return out, nil
}

func parseLabel(s string) (key, value string, err error) {
	key, value, ok := strings.Cut(s, "=")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	if !ok || key == "" || strings.ContainsAny(key, " \t") {
		return "", "", fmt.Errorf("%q is not a label: write key=value", s)
	}
	return key, value, nil
}

// settings are what the configuration's file settings says.
type settings struct {
	noProbe     bool              // no connection to the machine's own services is made
	credentials map[string]string // as facts.Host has them
}

// settings reads lines of key = value: probe, and where the logins of database servers are. Those are named, not given:
// what is in this file may be read by everyone.
func (p *program) settings() (settings, error) {
	s := settings{credentials: map[string]string{}}
	files, err := p.configFiles("settings")
	if err != nil || len(files) == 0 {
		return s, err
	}
	n := 0
	for line := range bytes.Lines(files[0].text) {
		n++
		text := strings.TrimSpace(string(line))
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		key, value, _ := strings.Cut(text, "=")
		if err := s.set(strings.TrimSpace(key), strings.TrimSpace(value)); err != nil {
			return s, fmt.Errorf("%s:%d: %w", files[0].name, n, err)
		}
	}
	return s, nil
}

// set does not repeat the value: someone may have put a password there.
func (s *settings) set(key, value string) error {
	kind, isCredential := strings.CutSuffix(key, "_credentials")
	switch {
	case key == "probe" && (value == "yes" || value == "no"):
		s.noProbe = value == "no"
	case key == "probe":
		return errors.New("probe is yes or no")
	case isCredential && slices.Contains([]string{"mariadb", "mongodb", "redis"}, kind):
		if !filepath.IsAbs(value) && (value == "" || value == "." || value == ".." || strings.ContainsAny(value, "/ \t")) {
			return fmt.Errorf("%s names the absolute path of a file, or a systemd credential", key)
		}
		s.credentials[kind] = value
	default:
		return errors.New("there is no such setting: there are probe, mariadb_credentials, mongodb_credentials and redis_credentials")
	}
	return nil
}
