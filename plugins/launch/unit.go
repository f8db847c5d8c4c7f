package launch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	sddbus "github.com/coreos/go-systemd/v22/dbus"
	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"
)

const bus = "unix:path=/run/dbus/system_bus_socket"

// unit runs a plugin as a transient unit of systemd, in the sandbox that properties gives. It implements runner.Runner.
// systemd is asked over D-Bus, as systemd-run does, since only so can the descriptor that was judged be handed over: it
// is the unit's standard input, and what the unit executes.
type unit struct {
	name     string
	path     string // of the program, for people
	dir      string // /run/NAME, which systemd makes
	props    []sddbus.Property
	theirs   []*os.File // the unit's ends of the pipes
	out, err *os.File
	conn     *sddbus.Conn
	end      sync.Once
}

// booted tells whether systemd is process 1, as sd_booted(3) does.
func booted() bool {
	_, err := os.Lstat("/run/systemd/system")
	return err == nil
}

var units struct {
	sync.Mutex
	n int
}

func newUnit(s *Spec, program *os.File, env []string) (*unit, error) {
	units.Lock()
	units.n++
	n := units.n
	units.Unlock()
	u := &unit{path: s.Path}
	base := fmt.Sprintf("holdfast-plugin-%s-%d-%d", s.Name, os.Getpid(), n)
	u.name, u.dir = base+".service", "/run/"+base
	out, outEnd, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	errs, errsEnd, err := os.Pipe()
	if err != nil {
		_, _ = out.Close(), outEnd.Close()
		return nil, err
	}
	u.out, u.err, u.theirs = out, errs, []*os.File{outEnd, errsEnd}
	own := []string{"PLUGIN_UNIX_SOCKET_DIR=" + u.dir}
	for _, e := range env {
		if !strings.HasPrefix(e, "PLUGIN_UNIX_SOCKET_DIR=") {
			own = append(own, e)
		}
	}
	u.props = append(sandbox(s, base),
		property("Environment", own),
		property("StandardInputFileDescriptor", dbus.UnixFD(program.Fd())), // #nosec G115 -- descriptors are small
		property("StandardOutputFileDescriptor", dbus.UnixFD(outEnd.Fd())), // #nosec G115
		property("StandardErrorFileDescriptor", dbus.UnixFD(errsEnd.Fd())), // #nosec G115
	)
	return u, nil
}

// allowed is systemd's way to write a list of what alone is allowed.
type allowed struct {
	Allow bool
	Names []string
}

type command struct {
	Path   string
	Args   []string
	Ignore bool
}

func property(name string, v any) sddbus.Property {
	return sddbus.Property{Name: name, Value: dbus.MakeVariant(v)}
}

// sandbox is what a plugin may: read what everybody may read, use some memory and time, and answer us.
func sandbox(s *Spec, base string) []sddbus.Property {
	var caps uint64
	if s.ReadAll {
		caps = 1 << unix.CAP_DAC_READ_SEARCH
	}
	return []sddbus.Property{
		property("Description", "Holdfast plugin "+s.Name),
		property("Type", "exec"),
		property("ExecStart", []command{{"/proc/self/fd/0", append([]string{s.Path}, s.Args...), false}}),
		property("CollectMode", "inactive-or-failed"),
		property("WorkingDirectory", "/"),
		property("UMask", uint32(0o077)),

		property("DynamicUser", true),
		property("RuntimeDirectory", []string{base}),
		property("RuntimeDirectoryMode", uint32(0o700)),
		property("CapabilityBoundingSet", caps),
		property("AmbientCapabilities", caps),
		property("NoNewPrivileges", true),
		property("ProtectSystem", "strict"),
		property("ProtectHome", "read-only"),
		property("PrivateTmp", true),
		property("PrivateNetwork", true),
		property("PrivateDevices", true),
		property("ProtectKernelTunables", true),
		property("ProtectKernelModules", true),
		property("ProtectControlGroups", true),
		property("ProtectClock", true),
		property("ProtectHostname", true),
		property("RestrictNamespaces", uint64(0)),
		property("RestrictSUIDSGID", true),
		property("RestrictRealtime", true),
		property("LockPersonality", true),
		property("RestrictAddressFamilies", allowed{true, []string{"AF_UNIX"}}),
		property("SystemCallArchitectures", []string{"native"}),
		property("SystemCallFilter", allowed{true, []string{"@system-service"}}),

		property("MemoryMax", uint64(s.MemoryMiB)<<20), // #nosec G115 -- 32 to 4096
		property("MemorySwapMax", uint64(0)),
		property("LimitDATA", uint64(s.MemoryMiB)<<20),              // #nosec G115 -- where the memory controller is not delegated to this systemd
		property("CPUQuotaPerSecUSec", uint64(s.CPUPercent)*10_000), // #nosec G115 -- 1 to 400
		property("TasksMax", uint64(64)),
		property("LimitCORE", uint64(0)),
		property("LimitFSIZE", uint64(0)),
		property("RuntimeMaxUSec", uint64(time.Hour/time.Microsecond)),
		property("TimeoutStopUSec", uint64(time.Second/time.Microsecond)),
	}
}

// Start implements runner.Runner.
func (u *unit) Start(ctx context.Context) error {
	defer func() {
		for _, f := range u.theirs {
			_ = f.Close()
		}
	}()
	err := u.start(ctx)
	if err != nil {
		_ = u.Kill(context.Background())
		return fmt.Errorf("starting it as %s: %w", u.name, err)
	}
	return nil
}

func (u *unit) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	connected := make(chan error, 1)
	go func() { connected <- u.connect() }()
	select {
	case err := <-connected:
		if err != nil {
			return err
		}
	case <-ctx.Done():
		return ctx.Err()
	}
	result := make(chan string, 1)
	if _, err := u.conn.StartTransientUnitContext(ctx, u.name, "fail", u.props, result); err != nil {
		return err
	}
	select {
	case r := <-result:
		if r != "done" {
			return fmt.Errorf("systemd says %q: journalctl -u %s", r, u.name)
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// connect makes a connection that can carry descriptors. go-systemd's own way would try systemd's private socket next,
// which has no deadline.
func (u *unit) connect() error {
	conn, err := sddbus.NewConnection(func() (*dbus.Conn, error) {
		c, err := dbus.Dial(bus)
		if err != nil {
			return nil, err
		}
		if err := errors.Join(c.Auth(nil), c.Hello()); err != nil {
			_ = c.Close()
			return nil, err
		}
		return c, nil
	})
	u.conn = conn
	return err
}

// Wait implements runner.AttachedRunner. It is called when both pipes have ended: nobody of the unit holds them any more.
func (u *unit) Wait(ctx context.Context) error { return u.Kill(ctx) }

// Kill implements runner.AttachedRunner. With the unit's last process its files and its user are gone.
func (u *unit) Kill(ctx context.Context) error {
	u.end.Do(func() {
		if u.conn != nil {
			ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
			defer cancel()
			_ = u.conn.KillUnitWithTarget(ctx, u.name, sddbus.All, int32(unix.SIGKILL))
			stopped := make(chan string, 1)
			if _, err := u.conn.StopUnitContext(ctx, u.name, "replace", stopped); err == nil { // it is an error when it is gone
				select {
				case <-stopped:
				case <-ctx.Done():
				}
			}
			u.conn.Close()
		}
		_, _ = u.out.Close(), u.err.Close()
	})
	return nil
}

// Stdout, Stderr, Name, ID and Diagnose implement runner.Runner.
func (u *unit) Stdout() io.ReadCloser           { return u.out }
func (u *unit) Stderr() io.ReadCloser           { return u.err }
func (u *unit) Name() string                    { return u.path }
func (u *unit) ID() string                      { return u.name }
func (u *unit) Diagnose(context.Context) string { return "" }

// PluginToHost implements runner.AddrTranslator.
func (u *unit) PluginToHost(network, addr string) (string, string, error) {
	return network, addr, within(u.dir, network, addr)
}

// HostToPlugin implements runner.AddrTranslator.
func (u *unit) HostToPlugin(network, addr string) (string, string, error) { return network, addr, nil }
