package hosttests

import (
	"strings"
	"testing"
)

// Two running clusters, read as an audit does by the whole program: meant are under 100 ms on a quiet machine, its start
// (Version) included.
func BenchmarkPostgres(b *testing.B) {
	h := postgresReleases[0].host(b)
	h.MustRun("sh", "-euc", "printf 'local all all peer\\n' > /etc/postgresql/15/second/pg_hba.conf; pg_ctlcluster 15 second start")
	dir, err := programs()
	if err != nil {
		b.Fatal(err)
	}
	const holdfast = "/usr/local/bin/holdfast"
	h.CopyIn(dir+"/holdfast", holdfast)
	h.CopyIn(dir+"/measure", "/usr/local/bin/measure")
	if out := h.MustRun(holdfast, "facts", "postgres", "--json"); strings.Count(out, "postgres, default") < 2 && strings.Count(out, "the server of") < 2 {
		b.Fatalf("the clusters were not asked: %.300s", out)
	}
	b.Run("TwoClusters", func(b *testing.B) { benchmarkOnHost(b, h, []string{holdfast, "facts", "postgres", "--json"}) })
	b.Run("FromFiles", func(b *testing.B) { benchmarkOnHost(b, h, []string{holdfast, "facts", "postgres_clusters", "--json"}) })
	b.Run("Variable", func(b *testing.B) {
		benchmarkOnHost(b, h, []string{holdfast, "facts", "environment_variable", "PGPASSWORD", "--json"})
	})
	b.Run("Version", func(b *testing.B) { benchmarkOnHost(b, h, []string{holdfast, "version"}) })
}
