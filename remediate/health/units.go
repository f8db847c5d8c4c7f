package health

import (
	"context"
	"fmt"
	"strings"
	"time"

	systemd "github.com/coreos/go-systemd/v22/dbus"
)

// Units is an error when one of the units has failed.
func Units(ctx context.Context, names []string) error {
	failed, err := Failed(ctx, names)
	if err == nil && len(failed) > 0 {
		err = fmt.Errorf("failed after the change: %s", strings.Join(failed, ", "))
	}
	return err
}

// Failed are those of the units that have failed, by their names.
func Failed(ctx context.Context, names []string) ([]string, error) {
	if len(names) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, err := systemd.NewSystemConnectionContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("asking systemd how the services are: %w", err)
	}
	defer conn.Close()
	units, err := conn.ListUnitsByNamesContext(ctx, names)
	if err != nil {
		return nil, fmt.Errorf("asking systemd how the services are: %w", err)
	}
	var failed []string
	for _, u := range units {
		if u.ActiveState == "failed" {
			failed = append(failed, u.Name)
		}
	}
	return failed, nil
}
