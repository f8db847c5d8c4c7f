// Package imports reads which package imports which, straight from the source files, and tells where an import breaks
// the architecture. It knows no rule of its own: they are a table in its test, which is what keeps the arrows of
// docs/architecture pointing one way.
package imports

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Import is one import declaration of a file.
type Import struct {
	Folder string // of the importing package, inside the module: "facts/linux"; "." is the module's root
	Path   string // what is imported
	Test   bool   // by a _test.go file
	File   string // inside the module, with the line: "facts/linux/file.go:4"
}

// Rule is what the packages of one folder may import. The matching rule whose folder says most
// decides; a * in it stands for (a part of) one name, a trailing /... for the folder itself and everything below,
// ... alone for all.
type Rule struct {
	Folder string
	Ours   []string // folders of the module that may be imported, in the same notation
	Never  []string // packages outside the module that may not; a trailing /... includes what lies below
	Except []string // of Never

	OnlyFor []string // the folders that may import this one; empty leaves it to their rules alone
}

// Read parses the imports of every Go file below root, the files of all build tags among them. Folders that the Go
// tool ignores are ignored.
func Read(root string) ([]Import, error) {
	var found []Import
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() {
			if name != root && (base == "testdata" || base == "vendor" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(base, ".go") {
			return nil
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		of, err := readFile(name, filepath.ToSlash(rel))
		found = append(found, of...)
		return err
	})
	return found, err
}

func readFile(name, rel string) ([]Import, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, nil, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var found []Import
	for _, spec := range f.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		found = append(found, Import{
			Folder: path.Dir(rel),
			Path:   p,
			Test:   strings.HasSuffix(rel, "_test.go"),
			File:   fmt.Sprintf("%s:%d", rel, fset.Position(spec.Pos()).Line),
		})
	}
	return found, nil
}

// Check tells every import that breaks a rule. Imports of tests are not its business: what a test uses is not linked.
// A folder without a rule is told too, so that a new package gets its row before it gets its first user.
func Check(module string, imports []Import, rules []Rule) []string {
	var broken []string
	for _, i := range imports {
		if i.Test {
			continue
		}
		rule, ok := ruleOf(rules, i.Folder)
		if !ok {
			broken = append(broken, fmt.Sprintf("%s: the folder %s has no rule", i.File, i.Folder))
			continue
		}
		if why := rule.breaks(module, i); why != "" {
			broken = append(broken, i.File+": "+why)
		} else if folder, ours := strings.CutPrefix(i.Path, module+"/"); ours {
			if of, ok := ruleOf(rules, folder); ok && len(of.OnlyFor) > 0 && !matchesAny(of.OnlyFor, i.Folder) {
				broken = append(broken, fmt.Sprintf("%s: %s is not for %s", i.File, folder, i.Folder))
			}
		}
	}
	slices.Sort(broken)
	return slices.Compact(broken)
}

func (r Rule) breaks(module string, i Import) string {
	if folder, ours := strings.CutPrefix(i.Path, module+"/"); ours {
		if !matchesAny(r.Ours, folder) {
			return fmt.Sprintf("%s may not import our %s", i.Folder, folder)
		}
		return ""
	}
	if matchesAny(r.Never, i.Path) && !matchesAny(r.Except, i.Path) {
		return fmt.Sprintf("%s may never import %s", i.Folder, i.Path)
	}
	return ""
}

// Reach tells every chain of imports, tests left out, that leads from a folder to another that it must not be linked
// with.
func Reach(module string, imports []Import, from string, never []string) []string {
	next := map[string][]string{}
	for _, i := range imports {
		if folder, ours := strings.CutPrefix(i.Path, module+"/"); ours && !i.Test {
			next[i.Folder] = append(next[i.Folder], folder)
		}
	}
	var broken []string
	seen := map[string]bool{}
	var walk func(chain []string)
	walk = func(chain []string) {
		at := chain[len(chain)-1]
		if seen[at] {
			return
		}
		seen[at] = true
		if matchesAny(never, at) {
			broken = append(broken, strings.Join(chain, " -> "))
			return
		}
		for _, n := range next[at] {
			walk(append(slices.Clone(chain), n))
		}
	}
	for _, i := range imports {
		if matches(from, i.Folder) {
			walk([]string{i.Folder})
		}
	}
	return broken
}

func ruleOf(rules []Rule, folder string) (best Rule, ok bool) {
	for _, r := range rules {
		if matches(r.Folder, folder) && (!ok || specific(r.Folder) > specific(best.Folder)) {
			best, ok = r, true
		}
	}
	return best, ok
}

// specific orders patterns: the more a pattern says literally, the more it counts.
func specific(pattern string) int { return len(strings.Trim(pattern, "*.")) }

func matchesAny(patterns []string, p string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, p) })
}

func matches(pattern, p string) bool {
	if pattern == "..." {
		return true
	}
	if above, ok := strings.CutSuffix(pattern, "/..."); ok {
		return p == above || strings.HasPrefix(p, above+"/")
	}
	ok, err := path.Match(pattern, p)
	return ok && err == nil
}
