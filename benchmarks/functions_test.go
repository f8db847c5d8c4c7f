package benchmarks

import (
	"slices"
	"strings"
	"testing"
)

func TestTheAllowListIsDocumentedAndHasNothingThatActsOrCatches(t *testing.T) {
	var names []string
	for _, f := range Functions() {
		names = append(names, f.Name)
		if f.Doc == "" || !strings.HasPrefix(f.Usage, f.Name+"(") {
			t.Errorf("%s is not documented: %q %q", f.Name, f.Usage, f.Doc)
		}
	}
	for _, want := range []string{"alltrue", "anytrue", "contains", "startswith", "endswith", "matches", "dirname", "mode_within", "version_compare", "cidr_contains", "days_until", "complete", "at_least", "format", "length"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is missing", want)
		}
	}
	for _, refused := range []string{"setproduct", "jsondecode", "indent", "formatlist", "try", "can", "file", "templatefile", "timestamp", "csvdecode"} {
		if slices.Contains(names, refused) {
			t.Errorf("%s is on the allow-list", refused)
		}
	}
}

// Small arguments must not make large results.
func TestOutputIsBounded(t *testing.T) {
	wantVerdicts(t, map[string]Verdict{
		`format("%${label("none")}257d", 1) == ""`:                                                                Error,
		`format(join("", [for i in range(9000) : "%256d"]), 1) == ""`:                                             Error,
		`regexreplace(join("", [for i in range(2000) : "a"]), "a", join("", [for i in range(2000) : "b"])) == ""`: Error,
		`join(join("", [for i in range(9000) : "a"]), [for i in range(9000) : "a"]) == ""`:                        Error,
		`replace(join("", [for i in range(9000) : "a"]), "", join("", [for i in range(900) : "b"])) == ""`:        Error,
		`matches("a", join("", [for i in range(5000) : "a"]))`:                                                    Error,
		`parseint(join("", [for i in range(5000) : "9"]), 10) == 1`:                                               Error,
		`pow(2, 100000) > 1`: Error,
		`version_compare(join("", [for i in range(5000) : "9"]), "1") == 1`: Error,
		`length([for i in range(10) : strrev("abc")]) == 10`:                Pass,
	})
}
