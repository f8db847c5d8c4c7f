package effects

import (
	"context"
	"fmt"
	"os"
	"path"
	"time"

	"github.com/holdfast-agent/holdfast/remediate"
)

func init() { register("generated", generatedEffect{}) }

// generatedEffect is files that a program of the distribution makes out of others. Its target names one of the generators.
// Going on means to run the program, as only that knows what it makes; going back means the very files that were there,
// without the program: its inputs need not be as they were yet.
type generatedEffect struct{}

// generator is one such program.
type generator struct {
	program string
	args    []string
	timeout time.Duration
	outputs []string
}

var generators = map[string]generator{
	"update-grub": {"/usr/sbin/grub-mkconfig", []string{"-o", "/boot/grub/grub.cfg"}, 5 * time.Minute, []string{"/boot/grub/grub.cfg"}},
	"pam-auth-update": {"/usr/sbin/pam-auth-update", []string{"--package"}, time.Minute, []string{
		"/etc/pam.d/common-account", "/etc/pam.d/common-auth", "/etc/pam.d/common-password", "/etc/pam.d/common-session", "/etc/pam.d/common-session-noninteractive",
		"/var/lib/pam/account", "/var/lib/pam/auth", "/var/lib/pam/password", "/var/lib/pam/seen", "/var/lib/pam/session", "/var/lib/pam/session-noninteractive",
	}},
}

type generatedData struct {
	// Anew asks for the program to be run; what it makes is known only then.
	Anew  bool                      `json:"anew,omitempty"`
	Files map[string]remediate.File `json:"files,omitempty"`
}

func (generatedEffect) observe(_ context.Context, target string) (remediate.State, error) {
	g, ok := generators[target]
	if !ok {
		return remediate.State{}, fmt.Errorf("there is no generator %q", target)
	}
	d := generatedData{Files: map[string]remediate.File{}}
	there := 0
	for _, name := range g.outputs {
		f, err := look(name, true)
		if err != nil {
			return remediate.State{}, err
		}
		if d.Files[name] = f; f.Type != remediate.Absent {
			there++
		}
	}
	return remediate.NewState(fmt.Sprintf("%d of %d files below %s", there, len(g.outputs), path.Dir(g.outputs[0])), d), nil
}

func (generatedEffect) set(ctx context.Context, s *remediate.Step, to remediate.State) error {
	g, ok := generators[s.Target]
	if !ok {
		return fmt.Errorf("there is no generator %q", s.Target)
	}
	d, err := decode[generatedData](to)
	if err != nil {
		return err
	}
	if d.Anew {
		if _, err := os.Stat(g.program); err != nil {
			return err
		}
		_, err := runWith(ctx, g.timeout, packageEnvironment, maxOutput, g.program, g.args...)
		return err
	}
	for _, name := range g.outputs {
		if err := place(name, d.Files[name]); err != nil {
			return err
		}
	}
	return nil
}
