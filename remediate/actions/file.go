package actions

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
)

func init() {
	register(remediate.Define(remediate.Descriptor{
		Kind: "file",
		Doc: "Sets all of a file, one line of it, or its absence. Where the file is somebody else's, what a line replaces stays in it as a " +
			"comment. Mode and owner are those given when the file is made; one that is there keeps its own.",
	}, planFile))
}

type fileArgs struct {
	Path     string  `cty:"path"`
	Content  *string `cty:"content"`
	Line     *string `cty:"line"`
	Match    *string `cty:"match"`
	Absent   *bool   `cty:"absent"`
	Mode     *string `cty:"mode"`
	Owner    *string `cty:"owner"`
	Group    *string `cty:"group"`
	Validate *string `cty:"validate"`
}

// doors are where files lie that decide who may come in.
var doors = []string{"/etc/ssh/", "/etc/sudoers", "/etc/pam.d/", "/etc/security/", "/etc/nftables", "/etc/network/", "/etc/netplan/", "/etc/nsswitch.conf", "/etc/hosts.", "/etc/passwd", "/etc/shadow", "/root/.ssh/"}

func planFile(ctx context.Context, d *remediate.Draft, a fileArgs) error {
	if !path.IsAbs(a.Path) || path.Clean(a.Path) != a.Path {
		return fmt.Errorf("%q is not a clean absolute path", a.Path)
	}
	o := remediate.Options{}
	if slices.ContainsFunc(doors, func(door string) bool { return strings.HasPrefix(a.Path, door) }) {
		o.Risk = plan.Lockout
	}
	if a.Validate != nil {
		o.Validate = []string{*a.Validate}
		if *a.Validate != "systemd" {
			o.Risk = plan.Lockout
		}
	}
	gone := deref(a.Absent)
	if err := d.Claim("that "+a.Path+" is absent", fmt.Sprint(gone)); err != nil {
		return err
	}
	switch {
	case gone:
		return removeFile(ctx, d, a.Path, o)
	case a.Content != nil:
		return writeFile(ctx, d, a, o)
	case a.Line == nil && a.Match == nil: // absent = false alone
		return nil
	}
	return editLine(ctx, d, a, o)
}

func removeFile(ctx context.Context, d *remediate.Draft, name string, o remediate.Options) error {
	f, err := d.File(ctx, name)
	switch {
	case err != nil:
		return err
	case f.Type == remediate.Absent:
		return nil
	case f.Type == remediate.Directory:
		return remediate.Refuse("%s is a directory", name)
	}
	return d.SetFile(ctx, name, remediate.File{Secret: f.Mode&0o004 == 0}, o)
}

// writeFile sets all of a file.
func writeFile(ctx context.Context, d *remediate.Draft, a fileArgs, o remediate.Options) error {
	if err := d.Claim("all of "+a.Path, *a.Content); err != nil {
		return err
	}
	f, err := d.File(ctx, a.Path)
	if err != nil {
		return err
	}
	sign := commentOf(a.Path)
	made := f.Type == remediate.Absent
	mine := strings.HasPrefix(string(f.Content), sign+" "+remediate.Written)
	switch {
	case !made && f.Type != remediate.Regular:
		return remediate.Refuse("%s is %s", a.Path, f.Type.Words())
	case sign == "" || !made && !mine:
		content := *a.Content
		if sign != "" && string(f.Content) != content {
			content = sign + " " + remediate.Written + d.Source().Control + ".\n" + content
		}
		if string(f.Content) == content && !made {
			return nil
		}
		if made {
			f = remediate.File{Type: remediate.Regular, Mode: 0o644}
		}
		f.Content, f.Secret = []byte(content), f.Mode&0o004 == 0
		err = d.SetFile(ctx, a.Path, f, o)
	default:
		lines := strings.Split(strings.TrimSuffix(*a.Content, "\n"), "\n")
		err = d.DropIn(ctx, a.Path, sign, func([]string) []string { return lines }, o)
	}
	if err != nil || !made {
		return err
	}
	return dressNew(ctx, d, a)
}

// commentOf is the sign that begins a comment in a file, as far as its name tells; empty where a line of ours could be
// part of what the file says.
func commentOf(name string) string {
	if slices.Contains([]string{".sh", ".conf", ".rules", ".list"}, path.Ext(name)) || strings.HasSuffix(path.Dir(name), ".d") {
		return "#"
	}
	return ""
}

// dressNew gives a file that is being made the mode and owner that were asked for.
func dressNew(ctx context.Context, d *remediate.Draft, a fileArgs) error {
	f, err := d.Mode(ctx, a.Path)
	if err != nil {
		return err
	}
	if a.Mode != nil {
		if f.Mode, err = octal(*a.Mode); err != nil {
			return err
		}
	}
	if a.Owner != nil {
		if f.UID, err = userID(d, *a.Owner); err != nil {
			return err
		}
	}
	if a.Group != nil {
		if f.GID, err = groupID(d, *a.Group); err != nil {
			return err
		}
	}
	return d.SetMode(ctx, a.Path, f, remediate.Options{})
}

// editLine has a line in a file, in place of those that match.
func editLine(ctx context.Context, d *remediate.Draft, a fileArgs, o remediate.Options) error {
	pattern := regexp.MustCompile(`[^\s\S]`) // nothing
	if a.Match != nil {
		var err error
		if pattern, err = regexp.Compile(*a.Match); err != nil {
			return err
		}
	}
	e := edit{secret: true, matches: func(l string) bool { return pattern.MatchString(l) || a.Line != nil && l == *a.Line }}
	if a.Line != nil {
		if strings.ContainsAny(*a.Line, "\n\r\x00") {
			return fmt.Errorf("%q is not one line", *a.Line)
		}
		if a.Match != nil {
			if err := d.Claim("the line of "+a.Path+" in place of "+*a.Match, *a.Line); err != nil {
				return err
			}
		}
		e.line = func(string) string { return *a.Line }
		e.isSo = func(l string) bool { return l == *a.Line }
	}
	f, err := d.Mode(ctx, a.Path)
	if err != nil {
		return err
	}
	if f.Type == remediate.Absent {
		if a.Line == nil {
			return nil
		}
		if err := d.DropIn(ctx, a.Path, "#", func([]string) []string { return []string{*a.Line} }, o); err != nil {
			return err
		}
		return dressNew(ctx, d, a)
	}
	return editFile(ctx, d, a.Path, e, o)
}
