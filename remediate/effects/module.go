package effects

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/holdfast-agent/holdfast/remediate"
	"golang.org/x/sys/unix"
)

func init() { register("module", moduleEffect{}) }

// moduleEffect is whether a kernel module is loaded.
type moduleEffect struct{}

type moduleData struct {
	Loaded bool `json:"loaded"`
}

// moduleTimeout bounds the loading of one: drivers may look for their devices meanwhile.
const moduleTimeout = time.Minute

func (moduleEffect) observe(_ context.Context, target string) (remediate.State, error) {
	loaded, err := isLoaded(target)
	summary := "not loaded"
	if loaded {
		summary = "loaded"
	}
	return remediate.NewState(summary, moduleData{loaded}).With(struct{}{}), err
}

func isLoaded(name string) (bool, error) {
	text, err := os.ReadFile("/proc/modules")
	if errors.Is(err, os.ErrNotExist) {
		return false, nil // a kernel without modules
	}
	return bytes.HasPrefix(text, []byte(name+" ")) || bytes.Contains(text, []byte("\n"+name+" ")), err
}

func (moduleEffect) set(ctx context.Context, s *remediate.Step, to remediate.State) error {
	want, err := decode[moduleData](to)
	if err != nil {
		return err
	}
	loaded, err := isLoaded(s.Target)
	if err != nil || loaded == want.Loaded {
		return err
	}
	if !want.Loaded {
		if err := unix.DeleteModule(s.Target, unix.O_NONBLOCK); err != nil {
			return fmt.Errorf("unloading %s: %w", s.Target, err)
		}
		return nil
	}
	// modprobe knows dependencies, parameters and compressed files, and no file or system call does all of that.
	args := []string{"--", s.Target}
	if to.Carry != nil {
		args = append([]string{"--ignore-install"}, args...) // back again: the file that denies it may still be there
	}
	if err := runProgram(ctx, moduleTimeout, "/usr/sbin/modprobe", args...); err != nil {
		return err
	}
	if loaded, err = isLoaded(s.Target); err == nil && !loaded {
		err = fmt.Errorf("modprobe did not load %s", s.Target)
	}
	return err
}
