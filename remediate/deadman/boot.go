package deadman

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	systemd "github.com/coreos/go-systemd/v22/dbus"
	"github.com/holdfast-agent/holdfast/internal/atomicfile"
	"golang.org/x/sys/unix"
)

// The units that roll back at boot are part of the package. Where the program came without one, they are made for the
// time of the transaction.
const (
	packaged = "/usr/lib/systemd/system/holdfast-recover.service"
	etc      = "/etc/systemd/system"
)

// early runs before whatever a transaction could have broken: mounts, kernel parameters, modules, the network, SSH.
const early = `# Made by Holdfast for the time of a transaction.
[Unit]
Description=Roll an unconfirmed Holdfast transaction back before the system starts
DefaultDependencies=no
ConditionPathExists=%[2]s/pending
RequiresMountsFor=%[2]s %[1]s
After=systemd-remount-fs.service
Before=local-fs.target sysinit.target systemd-sysctl.service systemd-modules-load.service network-pre.target ssh.service shutdown.target
Conflicts=shutdown.target

[Service]
Type=oneshot
ExecStart=%[1]s _recover --early
TimeoutStartSec=120

[Install]
WantedBy=sysinit.target
`

// late does what needs a running system. It runs even when nothing is pending: then it takes itself away.
const late = `# Made by Holdfast for the time of a transaction.
[Unit]
Description=Roll back what is left of an unconfirmed Holdfast transaction
RequiresMountsFor=%[2]s
After=dbus.service basic.target

[Service]
Type=oneshot
ExecStart=%[1]s _recover
TimeoutStartSec=600

[Install]
WantedBy=multi-user.target
`

type bootUnit struct{ name, text, wantedBy string }

func (s *Switch) early() bootUnit {
	return bootUnit{"holdfast-recover.service", fmt.Sprintf(early, s.Program, s.Store.Dir), "sysinit.target"}
}

func (s *Switch) late() bootUnit {
	return bootUnit{"holdfast-recover-late.service", fmt.Sprintf(late, s.Program, s.Store.Dir), "multi-user.target"}
}

func (s *Switch) armBoot(ctx context.Context, conn *systemd.Conn) error {
	if _, err := os.Stat(packaged); err == nil {
		return nil // static: its package has it wanted
	}
	for _, u := range []bootUnit{s.late(), s.early()} {
		err := atomicfile.Write(filepath.Join(etc, u.name), 0o644, func(w io.Writer) error {
			_, err := io.WriteString(w, u.text)
			return err
		})
		if err != nil {
			return err
		}
		wants := filepath.Join(etc, u.wantedBy+".wants")
		if err := os.MkdirAll(wants, 0o755); err != nil { //nolint:gosec // systemd's own directories can be read by all
			return err
		}
		err = os.Symlink(filepath.Join(etc, u.name), filepath.Join(wants, u.name))
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return conn.ReloadContext(ctx)
}

// disarmBoot removes one of the units that armBoot made.
func (s *Switch) disarmBoot(u bootUnit) error {
	if _, err := os.Stat(packaged); err == nil {
		return nil
	}
	var errs []error
	for _, name := range []string{filepath.Join(etc, u.wantedBy+".wants", u.name), filepath.Join(etc, u.name)} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Reboot asks systemd for an orderly reboot by a signal, which needs no bus: SIGRTMIN+5, see systemd(1).
func Reboot() error { return unix.Kill(1, unix.Signal(34+5)) }
