package effects

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"

	"github.com/godbus/dbus/v5"
)

func TestSilenceIsToldFromARefusal(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	late := &net.OpError{Op: "read", Net: "unix", Err: os.ErrDeadlineExceeded}
	for name, c := range map[string]struct {
		ctx    context.Context
		err    error
		silent bool
	}{
		"an answer":                   {t.Context(), nil, false},
		"a refusal":                   {t.Context(), errors.New("no such unit"), false},
		"the context is over":         {gone, errors.New("whatever"), true},
		"the connection was too slow": {t.Context(), late, true},
		"the connection was closed":   {t.Context(), dbus.ErrClosed, true},
	} {
		if got := errors.Is(answered(c.ctx, c.err), errNoAnswer); got != c.silent {
			t.Errorf("%s: %v", name, got)
		}
	}
}
