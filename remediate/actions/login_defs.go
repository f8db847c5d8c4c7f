package actions

import (
	"context"
	"fmt"
	"strings"

	"github.com/holdfast-agent/holdfast/facts/linux/logindefs"
	"github.com/holdfast-agent/holdfast/remediate"
)

func init() {
	register(remediate.Define(remediate.Descriptor{
		Kind: "login_defs",
		Doc: "Sets an option in /etc/login.defs, which has no drop-ins. One line of that name stays: shadow-utils takes the last one, PAM's modules " +
			"the first.",
	}, planLoginDefs))
}

type settingArgs struct {
	Name  string `cty:"name"`
	Value string `cty:"value"`
}

const loginDefs = "/etc/login.defs"

func planLoginDefs(ctx context.Context, d *remediate.Draft, a settingArgs) error {
	got, ok := logindefs.Parse([]byte(a.Name + "\t" + a.Value)).Last(a.Name)
	if !ok || got.Value != a.Value || strings.ContainsAny(a.Name+a.Value, "\n\r\x00#") {
		return fmt.Errorf("%q = %q is no setting of %s", a.Name, a.Value, loginDefs)
	}
	if err := d.Claim(loginDefs+" "+a.Name, a.Value); err != nil {
		return err
	}
	of := func(line string) logindefs.Setting { // PAM looks for the name in any case
		s, _ := logindefs.Parse([]byte(line)).First(a.Name)
		return s
	}
	return editFile(ctx, d, loginDefs, edit{
		matches: func(l string) bool { return of(l).Name != "" },
		isSo:    func(l string) bool { return of(l).Name == a.Name && of(l).Value == a.Value },
		line: func(old string) string {
			if of(old).Name != a.Name {
				old = ""
			}
			return withValue(old, a.Name+"\t"+a.Value, a.Value)
		},
	}, remediate.Options{})
}

// withValue is a line with another value behind its name and the blanks after it, so that the columns of the file stay;
// fresh where there is no such line yet.
func withValue(old, fresh, value string) string {
	const blanks = " \t"
	name := strings.IndexAny(strings.TrimLeft(old, blanks), blanks+"=")
	if name < 0 {
		return fresh
	}
	name += len(old) - len(strings.TrimLeft(old, blanks))
	start := name + len(old[name:]) - len(strings.TrimLeft(old[name:], blanks+"="))
	return old[:start] + value
}
