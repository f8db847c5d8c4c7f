package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/tools/txtar"
)

var fenced = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")

// examples are the fenced blocks of a page that are written in lang.
func examples(t *testing.T, page, lang string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", page))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range fenced.FindAllStringSubmatch(string(text), -1) {
		if m[1] == lang {
			out = append(out, m[2])
		}
	}
	return out
}

// beginning is the one block that begins with the text.
func beginning(t *testing.T, blocks []string, with string) string {
	t.Helper()
	for _, b := range blocks {
		if strings.HasPrefix(b, with) {
			return b
		}
	}
	t.Fatalf("no example begins with %q", with)
	return ""
}

func runScript(t *testing.T, script string, files []txtar.File) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "docs.txtar")
	if err := os.WriteFile(name, txtar.Format(&txtar.Archive{Comment: []byte(script), Files: files}), 0o600); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Files: []string{name}, RequireExplicitExec: true, Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits}})
}

// Whoever copies a command or a policy from the documentation gets what it promises.
func TestTheReadmesCommandsWork(t *testing.T) {
	files := []txtar.File{
		{Name: "host/etc/os-release", Data: []byte("ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n")},
		{Name: "image/etc/os-release", Data: []byte("ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n")},
	}
	script := "exec holdfast audit --exit-zero --format json=last-week.json\n"
	blocks := examples(t, "README.md", "sh")
	lines := strings.Split(strings.TrimSpace(beginning(t, blocks, "holdfast audit ")), "\n")
	for i, line := range lines {
		name := fmt.Sprintf("line%d.sh", i+1)
		files = append(files, txtar.File{Name: name, Data: []byte(strings.ReplaceAll(line, "/mnt/image", "image") + "\n")})
		script += "exec sh -c 'sh " + name + "; test $? != 1'\n"
	}
	script += "exists report.json report.xml web1.rec\n"
	if len(lines) < 10 {
		t.Errorf("only %d commands were found", len(lines))
	}
	hcl := examples(t, "README.md", "hcl")
	files = append(files,
		txtar.File{Name: "site.tailoring.hcl", Data: []byte(beginning(t, hcl, "tailoring "))},
		txtar.File{Name: "own/own.hcl", Data: []byte(`benchmark "own" {
  title           = "Our own"
  version         = "1"
  default_profile = "level1-server"

  profile "level1-server" { title = "Servers" }
}

` + beginning(t, hcl, "control "))})
	script += "exec holdfast policy check --tailoring site.tailoring.hcl\nexec holdfast policy check own\nexec holdfast policy fmt --check own\n"
	runScript(t, script, files)
}

func TestThePolicyLanguagesExamplesWork(t *testing.T) {
	hcl := examples(t, "docs/policy-language.md", "hcl")
	if len(hcl) != 4 {
		t.Errorf("the page has %d examples: try them all here", len(hcl))
	}
	runScript(t, `exec holdfast policy check web
stderr 'web 1.0.0: 1 control'
exec holdfast policy test web
stdout '^1 test passed$'
exec holdfast policy check web --tailoring web.tailoring.hcl
exec holdfast policy check --waivers waivers/legacy-ftp.hcl
`, []txtar.File{
		{Name: "web/web.hcl", Data: []byte(beginning(t, hcl, "benchmark "))},
		{Name: "web/web.test.hcl", Data: []byte(beginning(t, hcl, "test "))},
		{Name: "web.tailoring.hcl", Data: []byte(beginning(t, hcl, "tailoring "))},
		{Name: "waivers/legacy-ftp.hcl", Data: []byte(beginning(t, hcl, "waiver "))},
	})
}
