package effects

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts/linux/pgconf"
	"github.com/holdfast-agent/holdfast/remediate"
)

func init() {
	validators["mariadb"] = validateMariaDB
	validators["postgres"] = validatePostgres
}

// validateMariaDB has the server put its options together, as it does when it starts, and print them.
func validateMariaDB(ctx context.Context, _ []*remediate.Step) error {
	program, args := "/usr/sbin/mariadbd", []string{"--user=mysql", "--verbose", "--help"}
	if _, err := os.Stat(program); errors.Is(err, fs.ErrNotExist) {
		program, args = "/usr/sbin/mysqld", []string{"--user=mysql", "--validate-config"}
	}
	err := ask(ctx, program, args...)
	if err == nil {
		return nil
	}
	var complaints []string
	for line := range strings.Lines(err.Error()) {
		if strings.Contains(line, "[ERROR]") || strings.Contains(line, "[Warning]") {
			complaints = append(complaints, strings.TrimSpace(line))
		}
	}
	if len(complaints) == 0 {
		return err
	}
	return fmt.Errorf("%s: %s", program, strings.Join(complaints, "; "))
}

// validatePostgres gives each value of our file to a server of the cluster's version that only prints a parameter, as
// the cluster's owner: it checks them as at a start, against all the other files. The owner's directories are not shown
// as they would be, so the values go on the command line.
func validatePostgres(ctx context.Context, steps []*remediate.Step) error {
	for _, s := range steps {
		f, err := decode[remediate.File](s.After)
		if s.Effect != "file" || s.Account == nil || err != nil || !slices.Contains(s.Validate, "postgres") {
			continue
		}
		cluster := path.Dir(path.Dir(s.Target)) // /etc/postgresql/15/main/conf.d/zz-holdfast.conf
		program := path.Join("/usr/lib/postgresql", path.Base(path.Dir(cluster)), "bin/postgres")
		if _, err := os.Stat(program); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		args := []string{"-C", "config_file", "-c", "config_file=" + path.Join(cluster, "postgresql.conf")}
		for line := range strings.Lines(string(f.Content)) {
			name, value, err := pgconf.ParseLine([]byte(strings.TrimRight(line, "\n")))
			if err != nil {
				return fmt.Errorf("%s: %w", s.Target, err)
			}
			if name != "" {
				args = append(args, "--"+name+"="+value)
			}
		}
		if _, err := (process{env: environment, limit: maxOutput, account: s.Account}).run(ctx, validateTimeout, program, args...); err != nil {
			return err
		}
	}
	return nil
}
