package effects

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-agent/holdfast/remediate"
)

// validateTimeout bounds one native validator.
const validateTimeout = 10 * time.Second

// validators ask the host's own programs whether they accept the files that lie there: no other parser is as sure to
// read them as the service will. A program that is not there reads no files, and so accepts them.
var validators = map[string]func(ctx context.Context, steps []*remediate.Step) error{
	"sshd":     validateSSHD,
	"sudoers":  validateSudoers,
	"nftables": validateNftables,
	"systemd":  validateUnits,
}

// Validate implements remediate.Hands. The cheap questions come first, and what takes a network last.
func (l Local) Validate(ctx context.Context, steps []*remediate.Step) error {
	if err := validateFiles(ctx, steps); err != nil {
		return err
	}
	return fetchPackages(limited(ctx, l.Packages), steps)
}

func validateFiles(ctx context.Context, steps []*remediate.Step) error {
	var names []string
	for _, s := range steps {
		names = append(names, s.Validate...)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	for _, name := range names {
		if validators[name] == nil {
			return fmt.Errorf("there is no validator %q", name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return inView(ctx, steps, func(ctx context.Context) error {
		for _, name := range names {
			if err := remediate.Fault("validate-" + name); err != nil {
				return err
			}
			if err := validators[name](ctx, steps); err != nil {
				return fmt.Errorf("the files as they would be are not accepted: %w", err)
			}
		}
		return nil
	})
}

// ask runs a validator where it is installed.
func ask(ctx context.Context, program string, args ...string) error {
	if _, err := os.Stat(program); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return runProgram(ctx, validateTimeout, program, args...)
}

// validateSSHD asks sshd. It wants its directory for separated privileges, which only its unit makes.
func validateSSHD(ctx context.Context, _ []*remediate.Step) error {
	if err := os.Mkdir("/run/sshd", 0o700); err != nil && !errors.Is(err, fs.ErrExist) { // of the view, not of the host
		return err
	}
	return ask(ctx, "/usr/sbin/sshd", "-t")
}

func validateSudoers(ctx context.Context, _ []*remediate.Step) error {
	return ask(ctx, "/usr/sbin/visudo", "-c")
}

func validateNftables(ctx context.Context, _ []*remediate.Step) error {
	if _, err := os.Stat("/etc/nftables.conf"); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return ask(ctx, "/usr/sbin/nft", "-c", "-f", "/etc/nftables.conf")
}

// validateUnits asks systemd about the units whose files or drop-ins the steps set. Warnings count, of these units alone.
func validateUnits(ctx context.Context, steps []*remediate.Step) error {
	var units []string
	for _, s := range steps {
		f, err := decode[remediate.File](s.After)
		if s.Effect == "file" && slices.Contains(s.Validate, "systemd") && err == nil && f.Type == remediate.Regular {
			units = append(units, unitOf(s.Target))
		}
	}
	slices.Sort(units)
	for _, unit := range slices.Compact(units) {
		err := ask(ctx, "/usr/bin/systemd-analyze", "verify", "--man=no", "--generators=no", "--recursive-errors=no", unit)
		if err != nil && strings.Contains(err.Error(), "unrecognized option") { // before systemd 250
			err = ask(ctx, "/usr/bin/systemd-analyze", "verify", "--man=no", "--generators=no", unit)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// unitOf is the unit that a file belongs to: the unit's own one, or one in its .d directory.
func unitOf(file string) string {
	if unit, dropIn := strings.CutSuffix(path.Base(path.Dir(file)), ".d"); dropIn {
		return unit
	}
	return path.Base(file)
}
