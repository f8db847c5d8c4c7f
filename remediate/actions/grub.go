package actions

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/remediate"
	"github.com/holdfast-agent/holdfast/remediate/plan"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	register(remediate.Define(remediate.Descriptor{
		Kind: "grub",
		Doc: "Adds words to the kernel's command line in " + grubFile + ", takes others out of the settings that have them, asks for a password " +
			"before entries are changed (in " + grubPasswordFile + "), and has GRUB's configuration made anew, for the next boot. " +
			"Undoing brings the configuration back byte for byte.",
		Risk: plan.Manual, AtBoot: true,
	}, planGrub))
}

type grubArgs struct {
	Add          []string `cty:"add"`
	Remove       []string `cty:"remove"`
	Superuser    *string  `cty:"superuser"`
	PasswordFile *string  `cty:"password_file"`
	Unrestricted *bool    `cty:"unrestricted"`
}

const (
	grubDefaults = "/etc/default/grub.d"
	grubFile     = grubDefaults + "/60-holdfast.cfg"
	cmdlineStart = `GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX `
)

// kernelWord is a word of the command line that no shell has a meaning for.
var kernelWord = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.,:/=+@%-]*$`)

func planGrub(ctx context.Context, d *remediate.Draft, a grubArgs) error {
	boot, err := d.Fact(ctx, "boot")
	if err != nil {
		return err
	}
	if !yes(boot, "exists") {
		return remediate.Refuse("there is no grub.cfg here: GRUB does not boot this host")
	}
	if _, err := d.Tree().Stat("/usr/sbin/grub-mkconfig"); err != nil {
		return remediate.Refuse("grub-mkconfig, which makes grub.cfg, is not installed")
	}
	all, known := items(boot, "defaults")
	if !known {
		return remediate.Refuse("what /etc/default/grub gives to the kernel can't be told")
	}
	var words []string
	for _, w := range all {
		words = append(words, w.AsString())
	}
	changed := false
	for _, w := range a.Remove {
		if err := d.Claim("word "+w+" of the kernel's command line", "not there"); err != nil {
			return err
		}
		if slices.Contains(words, w) {
			if err := removeWord(ctx, d, w); err != nil {
				return err
			}
			changed = true
		}
	}
	if a.Superuser != nil && (!yes(boot, "password_hashed") || d.Changes("file", grubPasswordFile)) { // else somebody has set one
		set, err := grubPassword(ctx, d, a)
		if err != nil {
			return err
		}
		changed = changed || set || len(texts(boot, "superusers")) == 0
	}
	var missing []string
	for _, w := range a.Add {
		if !kernelWord.MatchString(w) {
			return fmt.Errorf("%q is no word for the kernel's command line", w)
		}
		name, value, _ := strings.Cut(w, "=")
		if err := d.Claim("word "+name+" of the kernel's command line", value); err != nil {
			return err
		}
		if !slices.Contains(words, w) {
			missing = append(missing, w)
		}
	}
	if len(a.Add) == 0 {
		if changed {
			return makeAnew(ctx, d)
		}
		return nil
	}
	if len(missing) == 0 && !changed && !lacksInEntries(texts(boot, "common_arguments"), a.Add) {
		return nil
	}
	return addWords(ctx, d, missing, boot)
}

func lacksInEntries(common, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(common, w) })
}

// addWords puts words behind those of the other files: of one given several times, the last counts.
func addWords(ctx context.Context, d *remediate.Draft, words []string, boot cty.Value) error {
	own := texts(boot, "recovery_defaults")
	later := texts(boot, "defaults")[min(len(own), len(texts(boot, "defaults"))):] // GRUB_CMDLINE_LINUX_DEFAULT comes last
	for _, w := range words {
		name, _, _ := strings.Cut(w, "=")
		for _, l := range later {
			if n, _, _ := strings.Cut(l, "="); n == name {
				return remediate.Refuse("GRUB_CMDLINE_LINUX_DEFAULT has %s, which counts more than %s: take it away in /etc/default/grub", l, w)
			}
		}
	}
	entries, err := d.Tree().ReadDir(grubDefaults)
	if err != nil && !facts.IsAbsent(err) {
		return err
	}
	for _, e := range entries {
		if path.Ext(e.Name()) != ".cfg" || e.Name() <= path.Base(grubFile) {
			continue
		}
		text, err := content(ctx, d, path.Join(grubDefaults, e.Name()))
		if err != nil {
			return err
		}
		if strings.Contains(string(text), "GRUB_CMDLINE_LINUX=") && !strings.Contains(string(text), "$GRUB_CMDLINE_LINUX") {
			return remediate.Refuse("%s sets the command line after %s: add %s there", path.Join(grubDefaults, e.Name()), grubFile, strings.Join(words, " "))
		}
	}
	o := remediate.Options{AtBoot: true}
	if len(words) > 0 {
		err := d.DropIn(ctx, grubFile, "#", func(lines []string) []string {
			var have []string
			for _, l := range lines {
				if rest, ok := strings.CutPrefix(l, cmdlineStart); ok {
					have = append(have, strings.Fields(strings.TrimSuffix(rest, `"`))...)
				}
			}
			for _, w := range words {
				if !slices.Contains(have, w) {
					have = append(have, w)
				}
			}
			return []string{cmdlineStart + strings.Join(have, " ") + `"`}
		}, o)
		if err != nil {
			return err
		}
	}
	return makeAnew(ctx, d)
}

func makeAnew(ctx context.Context, d *remediate.Draft) error {
	o := remediate.Options{AtBoot: true, Stage: remediate.Generated}
	return d.Set(ctx, "generated", "update-grub", remediate.NewState("made anew by grub-mkconfig", map[string]bool{"anew": true}), o)
}
