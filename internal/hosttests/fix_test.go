package hosttests

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-agent/holdfast/internal/testhost"
	"github.com/holdfast-agent/holdfast/remediate"
)

// fixer plans, sets and unsets bare steps on a host, through the program runfix.
type fixer struct {
	t    *testing.T
	host *testhost.Host
}

type call struct {
	Kind string
	Args map[string]any
}

type fixed struct {
	Steps    []*remediate.Step
	Outcomes []string
	Error    string
}

func (f fixer) ask(request map[string]any) fixed {
	f.t.Helper()
	text, err := json.Marshal(request)
	if err != nil {
		f.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(f.t.Context(), time.Minute)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := f.host.Command(ctx, install(f.t, f.host, "runfix"))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(text), &out, &errs
	if err := cmd.Run(); err != nil {
		f.t.Fatalf("runfix: %v\n%s", err, errs.String())
	}
	var a fixed
	if err := json.Unmarshal(out.Bytes(), &a); err != nil {
		f.t.Fatalf("runfix: %v\n%s", err, out.String())
	}
	return a
}

// plan plans calls, none of which may be refused.
func (f fixer) plan(calls ...call) []*remediate.Step {
	f.t.Helper()
	a := f.ask(map[string]any{"Do": "plan", "Calls": calls})
	for _, o := range a.Outcomes {
		if o != "" && o != "nothing" {
			f.t.Errorf("refused: %s", o)
		}
	}
	if a.Error != "" {
		f.t.Fatal(a.Error)
	}
	return a.Steps
}

// refuses sees that the last call is refused with a reason that has the words.
func (f fixer) refuses(words string, calls ...call) {
	f.t.Helper()
	a := f.ask(map[string]any{"Do": "plan", "Calls": calls})
	if a.Error != "" {
		f.t.Fatal(a.Error)
	}
	if last := a.Outcomes[len(a.Outcomes)-1]; !strings.Contains(last, words) {
		f.t.Errorf("the plan's last outcome is %q, want a refusal with %q", last, words)
	}
}

// apply validates and sets all steps, and does what follows them.
func (f fixer) apply(steps []*remediate.Step) {
	f.t.Helper()
	if a := f.ask(map[string]any{"Do": "set", "Steps": steps}); a.Error != "" {
		f.t.Fatalf("apply: %s", a.Error)
	}
}

func (f fixer) undo(steps []*remediate.Step) {
	f.t.Helper()
	if a := f.ask(map[string]any{"Do": "unset", "Steps": steps}); a.Error != "" {
		f.t.Fatalf("undo: %s", a.Error)
	}
}

// settled sees that the calls have nothing to do.
func (f fixer) settled(calls ...call) {
	f.t.Helper()
	for _, s := range f.plan(calls...) {
		f.t.Errorf("a second plan still has %s: %s -> %s\n%s", s, s.Before.Data, s.After.Data, s.Diff)
	}
}

func fileStep(name string, before, after remediate.File, validate ...string) *remediate.Step {
	return &remediate.Step{
		Effect: "file", Target: name, Validate: validate,
		Before: remediate.NewState(before.Summary(), before), After: remediate.NewState(after.Summary(), after),
	}
}

func regular(mode uint32, content string) remediate.File {
	return remediate.File{Type: remediate.Regular, Mode: mode, Content: []byte(content)}
}

func TestNativeValidatorsSeeTheFilesAsTheyWouldBe(t *testing.T) {
	h := testhost.Boot(t)
	f := fixer{t, h}
	absent := remediate.File{}
	h.WriteFile("/etc/sudoers.d/present", 0o440, "root ALL=(ALL) ALL\n")
	for _, test := range []struct {
		name  string
		words string // of the refusal; empty: accepted
		steps []*remediate.Step
	}{
		{"a new drop-in of sshd", "", []*remediate.Step{fileStep("/etc/ssh/sshd_config.d/10-x.conf", absent, regular(0o644, "MaxAuthTries 3\n"), "sshd")}},
		{"a new drop-in of sshd that is nonsense", "10-x.conf: line 1: Bad configuration option: MaxAuthTrees", []*remediate.Step{fileStep("/etc/ssh/sshd_config.d/10-x.conf", absent, regular(0o644, "MaxAuthTrees 3\n"), "sshd")}},
		{"sshd_config itself", "sshd_config: line 1: Bad configuration option", []*remediate.Step{fileStep("/etc/ssh/sshd_config", absent, regular(0o644, "Nonsense yes\n"), "sshd")}},
		{"a file that takes an error away, by another step", "", []*remediate.Step{
			fileStep("/etc/ssh/sshd_config", absent, regular(0o644, "Include /etc/ssh/more.d/*.conf\n"), "sshd"),
			fileStep("/etc/ssh/more.d", absent, remediate.File{Type: remediate.Directory, Mode: 0o755}),
			fileStep("/etc/ssh/more.d/a.conf", absent, regular(0o644, "MaxAuthTries 3\n")),
		}},
		{"a new file in a new directory", "more.d/a.conf: terminating", []*remediate.Step{
			fileStep("/etc/ssh/more.d/a.conf", absent, regular(0o644, "Nonsense\n")),
			fileStep("/etc/ssh/sshd_config", absent, regular(0o644, "Include /etc/ssh/more.d/*.conf\n"), "sshd"),
			fileStep("/etc/ssh/more.d", absent, remediate.File{Type: remediate.Directory, Mode: 0o755}),
		}},
		{"a removed file", "no hostkeys available", []*remediate.Step{
			fileStep("/etc/ssh/ssh_host_ed25519_key", absent, absent, "sshd"), fileStep("/etc/ssh/ssh_host_rsa_key", absent, absent, "sshd"), fileStep("/etc/ssh/ssh_host_ecdsa_key", absent, absent, "sshd"),
		}},
		{"sudoers", "", []*remediate.Step{fileStep("/etc/sudoers.d/holdfast", absent, regular(0o440, "Defaults use_pty\n"), "sudoers")}},
		{"sudoers with an error", "syntax error", []*remediate.Step{fileStep("/etc/sudoers.d/holdfast", absent, regular(0o440, "Defaults use_pty yes please\n"), "sudoers")}},
		{"sudoers that others may write", "bad permissions", []*remediate.Step{fileStep("/etc/sudoers.d/holdfast", absent, regular(0o666, "Defaults use_pty\n"), "sudoers")}},
		{"sudoers whose mode alone changes", "bad permissions", []*remediate.Step{
			{Effect: "mode", Target: "/etc/sudoers.d/present", Validate: []string{"sudoers"}, After: remediate.NewState("", remediate.File{Type: remediate.Regular, Mode: 0o666})},
		}},
		{"nftables", "", []*remediate.Step{fileStep("/etc/nftables.conf", absent, regular(0o755, "table inet x {\nchain c {\ntcp dport 22 accept\n}\n}\n"), "nftables")}},
		{"nftables with an error", "syntax error", []*remediate.Step{fileStep("/etc/nftables.conf", absent, regular(0o755, "table inet x { chain c { tcp port 22 accept; } }\n"), "nftables")}},
		{"a unit's drop-in", "", []*remediate.Step{
			fileStep("/etc/systemd/system/cron.service.d", absent, remediate.File{Type: remediate.Directory, Mode: 0o755}),
			fileStep("/etc/systemd/system/cron.service.d/x.conf", absent, regular(0o644, "[Service]\nNice=5\n"), "systemd"),
		}},
		{"a unit's drop-in that systemd does not know", "x.conf:2: Unknown key", []*remediate.Step{
			fileStep("/etc/systemd/system/cron.service.d", absent, remediate.File{Type: remediate.Directory, Mode: 0o755}),
			fileStep("/etc/systemd/system/cron.service.d/x.conf", absent, regular(0o644, "[Service]\nNicer=5\n"), "systemd"),
		}},
		{"a validator nobody knows", `there is no validator "nobody"`, []*remediate.Step{fileStep("/etc/x", absent, absent, "nobody")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := fixer{t, h}
			before := f.tree("/etc") + h.MustRun("cat", "/proc/1/mountinfo") + h.MustRun("nft", "list", "ruleset")
			a := f.ask(map[string]any{"Do": "validate", "Steps": test.steps})
			if test.words == "" && a.Error != "" || !strings.Contains(a.Error, test.words) {
				t.Errorf("the validators said %q, want %q", a.Error, test.words)
			}
			if after := f.tree("/etc") + h.MustRun("cat", "/proc/1/mountinfo") + h.MustRun("nft", "list", "ruleset"); after != before {
				t.Errorf("the host changed:\n%s\nand was\n%s", after, before)
			}
		})
	}
	h.MustRun("systemctl", "stop", "ssh.service")
	h.MustRun("rm", "-rf", "/run/sshd")
	if a := f.ask(map[string]any{"Do": "validate", "Steps": []*remediate.Step{fileStep("/etc/ssh/sshd_config.d/10-x.conf", absent, regular(0o644, "MaxAuthTries 3\n"), "sshd")}}); a.Error != "" {
		t.Errorf("where sshd does not run, its configuration can't be validated: %s", a.Error)
	}
	if h.Run("test", "-e", "/run/sshd").Code == 0 {
		t.Error("validating made /run/sshd on the host")
	}
}

func TestTriggersReachWhatRuns(t *testing.T) {
	h := testhost.Boot(t)
	f := fixer{t, h}
	trigger := func(verb remediate.Verb, unit string) string {
		t.Helper()
		return f.ask(map[string]any{"Do": "trigger", "Steps": []*remediate.Step{{Effect: "file", Target: "/etc/x", Triggers: []remediate.Trigger{{Verb: verb, Unit: unit}}}}}).Error
	}
	show := func(unit, property string) string {
		return strings.TrimSpace(h.MustRun("systemctl", "show", "--value", "-p", property, unit))
	}

	pid := show("ssh.service", "MainPID")
	h.WriteFile("/etc/ssh/sshd_config.d/10-x.conf", 0o644, "Port 22\nPort 2222\n")
	if said := trigger(remediate.Reload, "ssh.service"); said != "" {
		t.Errorf("reload: %s", said)
	}
	awaitPort(t, h, 2222)
	if now := show("ssh.service", "MainPID"); now != pid {
		t.Errorf("sshd was restarted: %s was %s", now, pid)
	}

	pid = show("cron.service", "MainPID")
	if said := trigger(remediate.Restart, "cron.service"); said != "" || show("cron.service", "MainPID") == pid {
		t.Errorf("restart: %q, and its process %s stayed", said, pid)
	}
	h.MustRun("systemctl", "stop", "cron.service")
	if said := trigger(remediate.Restart, "cron.service"); said != "" || show("cron.service", "ActiveState") != "inactive" {
		t.Errorf("a unit that was stopped is %s after its restart was asked for (%q)", show("cron.service", "ActiveState"), said)
	}
	if said := trigger(remediate.Reload, "nothing-of-that-name.service"); said != "" {
		t.Errorf("a unit that is not there: %s", said)
	}

	h.MustRun("systemctl", "start", "cron.service")
	h.WriteFile("/etc/systemd/system/cron.service.d/x.conf", 0o644, "[Service]\nExecStart=\nExecStart=/bin/false\nRestart=no\nType=oneshot\n")
	if said := trigger(remediate.DaemonReload, ""); said != "" || show("cron.service", "NeedDaemonReload") != "no" {
		t.Errorf("daemon-reload: %q", said)
	}
	if said := trigger(remediate.Restart, "cron.service"); !strings.Contains(said, "cron.service") || !strings.Contains(said, "journalctl") {
		t.Errorf("a unit that does not come back: %q", said)
	}
	if said := trigger(remediate.Run, "rm"); !strings.Contains(said, `there is no command "rm"`) {
		t.Errorf("a command nobody knows: %q", said)
	}

	// Without D-Bus, sshd is told by a signal, whether its file says who it is or only its cgroup does.
	h.MustRun("systemctl", "stop", "dbus.socket", "dbus.service")
	for i, prepare := range []string{"true", "rm -f /run/sshd.pid"} {
		h.MustRun("sh", "-c", prepare)
		port := 2300 + i
		h.WriteFile("/etc/ssh/sshd_config.d/10-x.conf", 0o644, fmt.Sprintf("Port 22\nPort %d\nPidFile none\n", port))
		if said := trigger(remediate.Reload, "ssh.service"); said != "" {
			t.Fatalf("reload without D-Bus: %s", said)
		}
		awaitPort(t, h, port)
	}
	if said := trigger(remediate.Restart, "cron.service"); !strings.Contains(said, "systemd does not answer") {
		t.Errorf("another unit without D-Bus: %q", said)
	}
}

// awaitPort waits until something listens on a port of the host.
func awaitPort(t *testing.T, h *testhost.Host, port int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if strings.Contains(h.MustRun("ss", "-Hltn"), fmt.Sprintf(":%d ", port)) {
			return
		}
	}
	t.Errorf("nothing listens on port %d: %s", port, h.MustRun("ss", "-Hltn"))
}
