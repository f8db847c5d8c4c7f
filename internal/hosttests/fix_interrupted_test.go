package hosttests

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

// Whoever looked on is gone: a closed pipe, a terminal that was hung up.
func TestAVerbThatNobodyListensToEndsItsWork(t *testing.T) {
	h := testhost.Boot(t)
	a := newApplier(t, h, "holdfast")
	before := a.footprint()
	// Its words go to a pipe of which nobody has the other end.
	unheard := func(args string) testhost.Result {
		return h.Run("bash", "-c", "exec 4> >(true); wait $!; "+a.program+" "+args+" >/dev/null 2>&4 4>&-")
	}
	if r := unheard("apply --yes --policy /root/trial --control '1.[13]' --confirm-within 0s"); r.Code != 0 || a.last().Status != "kept" {
		t.Fatalf("apply: %d, history: %v", r.Code, a.history())
	}
	if r := unheard("rollback"); r.Code != 0 || a.last().Status != "rolled back" {
		t.Fatalf("rollback: %d, history: %v", r.Code, a.history())
	}
	a.unchanged(before, "after the roll-back")

	// The hang-up comes while the host is changed: a reload that waits says when.
	h.WriteFile("/etc/systemd/system/ssh.service.d/wait.conf", 0o644,
		"[Service]\nExecReload=\nExecReload=/bin/sh -c 'test -e /run/told || { mkdir /run/told; kill -HUP $(cat /run/applying); }'\n")
	h.MustRun("systemctl", "daemon-reload")
	before = a.footprint()
	r := h.Run("bash", "-c", "echo $$ >/run/applying; exec "+a.program+" apply --yes --policy /root/trial --control 1.3 --confirm-within 0s")
	if r.Code != 2 || !strings.Contains(r.Stderr, "rolled back") {
		t.Errorf("hung up: %d %s", r.Code, r.Stderr)
	}
	if h.Run("test", "-d", "/run/told").Code != 0 {
		t.Error("nothing was hung up: this test shows nothing")
	}
	a.unchanged(before, "after it was hung up")
}

// A roll-back of what was kept has no dead man's switch: the next call goes on with it, and with nothing else.
func TestARollBackThatDiesIsGoneOnWith(t *testing.T) {
	h := testhost.Boot(t)
	a := newApplier(t, h, "holdfast-faults")
	a.applied(0, "--control", "1.1", "--confirm-within", "0s")
	between := a.footprint()
	for _, n := range []int{3, 6, 9} {
		a.applied(0, "--control", "1.[23]", "--confirm-within", "0s")
		if r := h.Run("sh", "-c", fmt.Sprintf("HOLDFAST_FAULT=kill:%d %s rollback", n, a.program)); r.Code != 137 {
			t.Fatalf("the roll-back did not die at %d: %d %s", n, r.Code, r.Stderr)
		}
		if s := a.last().Status; s != "unfinished" {
			t.Errorf("history after it died at %d: %s", n, s)
		}
		h.MustRun(a.program, "rollback")
		a.unchanged(between, fmt.Sprintf("after a roll-back that died at %d", n))
		if all := a.history(); all[0].Status != "kept" || a.last().Status != "rolled back" {
			t.Fatalf("history: %v", all)
		}
	}
}
