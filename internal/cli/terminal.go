package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/holdfast-agent/holdfast/report"
	"golang.org/x/term"
)

// stream is an output that may be a terminal.
type stream struct {
	io.Writer
	terminal bool
	width    int // columns of a terminal; 0 elsewhere
}

func newStream(f *os.File) stream {
	s := stream{Writer: f}
	if fd := int(f.Fd()); term.IsTerminal(fd) {
		s.terminal = true
		if w, _, err := term.GetSize(fd); err == nil {
			s.width = w
		}
	}
	return s
}

// view is how a report looks on a stream; see no-color.org for NO_COLOR.
func (p *program) view(s stream) report.View {
	return report.View{Width: s.columns(), Color: p.colors(s)}
}

func (p *program) colors(s stream) bool {
	return s.terminal && p.env("NO_COLOR") == "" && p.env("TERM") != "dumb"
}

// columns keeps lines readable: neither narrower than 40, nor so wide that the eye loses them.
func (s stream) columns() int {
	if s.width == 0 {
		return 100
	}
	return min(max(s.width, 40), 140)
}

// progress is one line on stderr that is written over, while an audit runs on a terminal. What is done before anyone
// can read is not shown.
type progress struct {
	w     io.Writer
	start *time.Timer

	mu          sync.Mutex
	done, total int
	shown       bool // something was drawn, and what comes is drawn as well
	ended       bool
}

// newProgress is nil, which shows nothing, where nobody would see it.
func (p *program) newProgress() *progress {
	if p.quiet || !p.err.terminal || p.env("TERM") == "dumb" {
		return nil
	}
	return startProgress(p.err, 200*time.Millisecond)
}

func startProgress(w io.Writer, after time.Duration) *progress {
	g := &progress{w: w}
	g.start = time.AfterFunc(after, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.draw()
	})
	return g
}

// show is called as controls finish.
func (g *progress) show(done, total int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.done, g.total = done, total
	if g.shown && (done == total || done%8 == 0) {
		g.draw()
	}
}

func (g *progress) draw() {
	if g.ended {
		return
	}
	g.shown = true
	if g.total == 0 {
		_, _ = io.WriteString(g.w, "\r\x1b[KReading this host …")
		return
	}
	const width = 24
	filled := g.done * width / g.total
	_, _ = fmt.Fprintf(g.w, "\r\x1b[KReading this host  %s%s  %d of %d controls",
		strings.Repeat("█", filled), strings.Repeat("░", width-filled), g.done, g.total)
}

// end takes the line away.
func (g *progress) end() {
	if g == nil {
		return
	}
	g.start.Stop()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ended = true
	if g.shown {
		_, _ = io.WriteString(g.w, "\r\x1b[K")
	}
}
