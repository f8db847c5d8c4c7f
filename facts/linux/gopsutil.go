package linux

import (
	"context"
	"fmt"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/internal/hostfs"
	"github.com/shirou/gopsutil/v3/common"
	"github.com/shirou/gopsutil/v3/process"
)

// With each stat file gopsutil looks for the boot time, in two more files. We take no time from it (see startedAt), so
// once is enough.
func init() { process.EnableBootTimeCache(true) }

// gopsutilContext makes gopsutil read /proc and /sys of the host being read. It is shown no /etc: the only file it would
// read there is os-release, which anybody may have replaced by a FIFO, and which we read ourselves.
func gopsutilContext(ctx context.Context, r *facts.Reader) (context.Context, error) {
	env := common.EnvMap{common.HostEtcEnvKey: "/dev/null"}
	for key, dir := range map[common.EnvKeyType]string{common.HostProcEnvKey: "/proc", common.HostSysEnvKey: "/sys", common.HostRootEnvKey: "/"} {
		real, err := r.Host().FS.Real(dir)
		if err != nil {
			return nil, err
		}
		env[key] = real
	}
	return context.WithValue(ctx, common.EnvKey, env), nil
}

// regular is asked before gopsutil reads a file: it opens and reads whatever is there, without a bound.
func regular(r *facts.Reader, name string) error {
	st, err := r.Lstat(name)
	switch {
	case err != nil:
		return err
	case !st.Mode().IsRegular():
		return fmt.Errorf("%s: %w", name, hostfs.ErrNotRegular)
	case st.Size() > hostfs.DefaultLimit:
		return fmt.Errorf("%s: %w", name, hostfs.ErrTooLarge)
	}
	return nil
}

// told calls gopsutil, which indexes into what it reads without counting first: what it can't take apart is an error.
func told[T any](what string, ask func() (T, error)) (answer T, err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("%s is garbled", what)
		}
	}()
	return ask()
}
