package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestProgressIsShownOnlyToThoseWhoWait(t *testing.T) {
	var b bytes.Buffer
	g := startProgress(&b, time.Hour)
	g.show(1, 8)
	g.show(8, 8)
	g.end()
	if b.Len() > 0 {
		t.Errorf("a quick audit wrote %q", b.String())
	}
}

func TestProgressTakesItsLineAway(t *testing.T) {
	var b bytes.Buffer
	g := startProgress(&b, time.Hour)
	g.mu.Lock()
	g.draw() // as the timer does
	g.mu.Unlock()
	g.show(8, 16)
	g.end()
	g.show(16, 16)
	out := b.String()
	if !strings.Contains(out, "Reading this host …") || !strings.Contains(out, "████████████░░░░░░░░░░░░  8 of 16 controls") {
		t.Errorf("wrote %q", out)
	}
	if !strings.HasSuffix(out, "\r\x1b[K") {
		t.Errorf("the line stays: %q", out)
	}
}

func TestAStreamThatIsNoTerminalHasNoProgress(t *testing.T) {
	p := &program{env: func(string) string { return "" }}
	if p.newProgress() != nil {
		t.Error("progress without a terminal")
	}
}
