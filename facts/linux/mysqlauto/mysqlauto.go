// Package mysqlauto reads mysqld-auto.cnf, the file in which MySQL keeps what SET PERSIST and SET PERSIST_ONLY were told, as
// its persisted_variable.cc does. It knows no variable, and opens no file. Variables that MySQL holds for secret are
// passed over: only that there are some is told.
package mysqlauto

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Bounds of one file.
const (
	maxSize      = 1 << 20
	maxVariables = 5000
)

// Variable is one persisted variable.
type Variable struct {
	Value string
	// Static: the server takes it as an option of its command line. Others it sets once it runs.
	Static bool
}

// File is what a file has in it.
type File struct {
	Variables map[string]Variable // by name
	Sensitive bool                // whether there are secret ones
}

// Parse reads a file. The error says why the server would not start with it, or why it is not known what it means.
func Parse(b []byte) (File, error) {
	f := File{Variables: map[string]Variable{}}
	if len(b) > maxSize {
		return f, fmt.Errorf("larger than %d bytes", maxSize)
	}
	top, err := object(b)
	if err != nil {
		return f, err
	}
	var version int
	if err := json.Unmarshal(top["Version"], &version); err != nil || version != 1 && version != 2 {
		return f, errors.New("its version is not known")
	}
	for name, part := range top {
		switch name {
		case "Version":
		case "mysql_server": // version 1
			err = f.first(part)
		case "mysql_dynamic_variables", "mysql_dynamic_parse_early_variables":
			err = f.group(part, false)
		case "mysql_static_variables", "mysql_static_parse_early_variables":
			err = f.group(part, true)
		case "mysql_sensitive_variables", "mysql_dynamic_sensitive_variables", "mysql_static_sensitive_variables":
			f.Sensitive = true
		default:
			err = errors.New("a part of it is not known: " + word(name))
		}
		if err != nil {
			return f, err
		}
	}
	return f, nil
}

// first reads the only group of version 1, where the static ones have a group of their own inside.
func (f *File) first(b []byte) error {
	entries, err := object(b)
	if err != nil {
		return err
	}
	if static, ok := entries["mysql_server_static_options"]; ok {
		delete(entries, "mysql_server_static_options")
		if err := f.group(static, true); err != nil {
			return err
		}
	}
	return f.entries(entries, false)
}

func (f *File) group(b []byte, static bool) error {
	entries, err := object(b)
	if err != nil {
		return err
	}
	return f.entries(entries, static)
}

func (f *File) entries(entries map[string]json.RawMessage, static bool) error {
	for written, raw := range entries {
		name := strings.ToLower(strings.ReplaceAll(written, "-", "_"))
		fields, err := object(raw)
		if err != nil {
			return err
		}
		var value *string
		if err := json.Unmarshal(fields["Value"], &value); err != nil || value == nil {
			return fmt.Errorf("%s has no value", word(name))
		}
		if _, twice := f.Variables[name]; twice || len(f.Variables) >= maxVariables {
			return fmt.Errorf("%s stands there twice, or there are too many variables", word(name))
		}
		f.Variables[name] = Variable{Value: *value, Static: static}
	}
	return nil
}

// object reads an object whose keys all differ: of two alike the server and this reader might take another one.
func object(b []byte) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("it is not in JSON: the server does not start")
	}
	out := map[string]json.RawMessage{}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		var raw json.RawMessage
		if err == nil {
			err = d.Decode(&raw)
		}
		if err != nil || !ok {
			return nil, errors.New("it is not in JSON: the server does not start")
		}
		if _, twice := out[name]; twice {
			return nil, fmt.Errorf("%s stands there twice", word(name))
		}
		out[name] = raw
	}
	if _, err := d.Token(); err != nil {
		return nil, errors.New("it is not in JSON: the server does not start")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something behind its end: the server does not start")
	}
	return out, nil
}

// word is a name as it may be told: cut, and without what is no name.
func word(s string) string {
	odd := func(r rune) bool { return r < ' ' || r > '~' }
	if len(s) > 64 || slices.ContainsFunc([]rune(s), odd) {
		return "a name"
	}
	return s
}
