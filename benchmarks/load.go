package benchmarks

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/holdfast-agent/holdfast/facts"
	"github.com/zclconf/go-cty/cty"
)

// Bundle is a set of benchmarks that were loaded together, with the tailoring and waivers that apply to them.
type Bundle struct {
	Benchmarks []*Benchmark         // in the order of their ids
	Files      map[string]*hcl.File // for the snippets of diagnostics

	schema  facts.Schema
	kinds   map[string]*FixKind
	waivers []*waiver
}

const (
	policySuffix    = ".hcl"
	testSuffix      = ".test.hcl"
	tailoringSuffix = ".tailoring.hcl"
)

// Load reads and type-checks every benchmark below fsys. A folder in which one file has a benchmark block is one
// benchmark, made of all its files; where several have one, each file stands for itself. Tests and tailoring files
// (*.test.hcl, *.tailoring.hcl) are no part of it. The bundle holds what could be loaded, and may be evaluated only
// when the diagnostics have no errors. Policies can ask for the built-in kinds of fix and for the further ones given, of
// which none may have the name of another.
func Load(fsys fs.FS, schema facts.Schema, further ...FixKind) (*Bundle, hcl.Diagnostics) {
	b := &Bundle{Files: map[string]*hcl.File{}, schema: schema, kinds: fixKinds}
	if len(further) > 0 {
		b.kinds = kindTable(FixKinds(), further)
	}
	names, err := policyFiles(fsys, func(name string) bool {
		return strings.HasSuffix(name, policySuffix) && !strings.HasSuffix(name, testSuffix) && !strings.HasSuffix(name, tailoringSuffix)
	})
	if err != nil {
		return b, oneDiag(hcl.Range{Filename: "."}, "Policies not readable", capital(err.Error())+".")
	}
	parsed, diags := b.parseAll(fsys, names)
	folders := map[string][]*policyFile{}
	for _, p := range parsed {
		dir := path.Dir(p.src.name)
		folders[dir] = append(folders[dir], p)
	}
	for _, dir := range slices.Sorted(maps.Keys(folders)) {
		for _, group := range groupFiles(folders[dir], &diags) {
			if bench := b.loadBenchmark(group, &diags); bench != nil {
				b.Benchmarks = append(b.Benchmarks, bench)
			}
		}
	}
	slices.SortStableFunc(b.Benchmarks, func(x, y *Benchmark) int { return cmp.Compare(x.ID, y.ID) })
	for i := 1; i < len(b.Benchmarks); i++ {
		if x, y := b.Benchmarks[i-1], b.Benchmarks[i]; x.ID == y.ID {
			diags = append(diags, oneDiag(y.Range, "Benchmark twice", fmt.Sprintf("There is already a benchmark %q, at %s.", y.ID, x.Range))...)
		}
	}
	return b, diags
}

// keep remembers a file for the diagnostics that speak of it.
func (b *Bundle) keep(name string, f *hcl.File) {
	if b.Files == nil {
		b.Files = map[string]*hcl.File{}
	}
	b.Files[name] = f
}

// policyFiles are the names below fsys that pass a filter, sorted.
func policyFiles(fsys fs.FS, keep func(string) bool) ([]string, error) {
	var names []string
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.IsDir() || !keep(d.Name()):
			return nil
		case len(names) == MaxFiles:
			return fmt.Errorf("there are more than %d policy files", MaxFiles)
		}
		names = append(names, name)
		return nil
	})
	return names, err
}

type policyFile struct {
	src  *source
	file *hcl.File
}

func (p *policyFile) body() *hclsyntax.Body { return p.file.Body.(*hclsyntax.Body) }

// parseAll reads and parses files in parallel, in the order of their names. The text of those that can't be parsed is kept
// too: diagnostics show it.
func (b *Bundle) parseAll(fsys fs.FS, names []string) ([]*policyFile, hcl.Diagnostics) {
	files, diags := make([]*policyFile, len(names)), make([]hcl.Diagnostics, len(names))
	var wg sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, name := range names {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			text, err := readBounded(fsys, name)
			if err != nil {
				diags[i] = oneDiag(hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}, "File not readable", capital(err.Error())+".")
				return
			}
			f, d := parse(text, name)
			if diags[i] = d; f == nil {
				f = &hcl.File{Bytes: text}
			}
			files[i] = &policyFile{&source{name, text}, f}
		})
	}
	wg.Wait()
	for _, p := range files {
		if p != nil {
			b.keep(p.src.name, p.file)
		}
	}
	return slices.DeleteFunc(files, func(p *policyFile) bool { return p == nil || p.file.Body == nil }), slices.Concat(diags...)
}

// groupFiles says which files of a folder make up a benchmark.
func groupFiles(files []*policyFile, diags *hcl.Diagnostics) [][]*policyFile {
	var heads []*policyFile
	for _, p := range files {
		if slices.ContainsFunc(p.body().Blocks, func(b *hclsyntax.Block) bool { return b.Type == "benchmark" }) {
			heads = append(heads, p)
		}
	}
	switch len(heads) {
	case 1:
		return [][]*policyFile{files}
	case 0:
		if diags.HasErrors() { // the file with the benchmark block may be the one that could not be parsed
			return nil
		}
	}
	var groups [][]*policyFile
	for _, p := range files {
		if slices.Contains(heads, p) {
			groups = append(groups, []*policyFile{p})
			continue
		}
		start := hcl.Range{Filename: p.src.name, Start: hcl.InitialPos, End: hcl.InitialPos}
		*diags = append(*diags, oneDiag(start, "Not part of a benchmark", "The folder has no benchmark block that this file could belong to, or several.")...)
	}
	return groups
}

// loader builds one benchmark.
type loader struct {
	bench *Benchmark
	scope *scope
	kinds map[string]*FixKind
	diags *hcl.Diagnostics
}

func (b *Bundle) loadBenchmark(files []*policyFile, diags *hcl.Diagnostics) *Benchmark {
	bench := &Benchmark{controls: map[string]*Control{}, tailored: map[string]variableSetting{}}
	bench.scope = &scope{schema: b.schema, variables: map[string]*variable{}, locals: map[string]*local{}, diags: diags}
	l := &loader{bench: bench, scope: bench.scope, kinds: b.kinds, diags: diags}
	blocks := map[string][]block{}
	kinds := []string{"benchmark", "variable", "locals", "control"}
	for _, p := range files {
		checkBody(p.body(), "policy file", nil, kinds, diags)
		for _, x := range p.body().Blocks {
			blocks[x.Type] = append(blocks[x.Type], block{x, p.src, diags})
		}
	}
	heads := blocks["benchmark"]
	if len(heads) != 1 {
		heads[1].errorf(heads[1].DefRange(), "Benchmark twice", "A benchmark has one benchmark block; another is at %s.", heads[0].DefRange())
		return nil
	}
	for _, x := range blocks["variable"] {
		l.variable(x)
	}
	for _, x := range blocks["locals"] {
		l.locals(x)
	}
	l.compileLocals()
	l.validations(blocks["variable"])
	l.head(heads[0])
	if n := len(blocks["control"]); n > MaxControls {
		heads[0].errorf(heads[0].DefRange(), "Too many controls", "The benchmark has %d controls, and at most %d are allowed.", n, MaxControls)
		return nil
	}
	for _, x := range blocks["control"] {
		l.control(x)
	}
	l.finish()
	return bench
}

// head reads the benchmark block.
func (l *loader) head(b block) {
	b.only([]string{"title", "version", "applies_to", "default_profile"}, []string{"profile", "chapter"})
	bench := l.bench
	bench.Range = b.DefRange()
	bench.ID, _ = b.label("id")
	bench.Title, bench.Version = b.needText("title"), b.text("version")
	bench.DefaultProfile = b.text("default_profile")
	if a, ok := b.Body.Attributes["applies_to"]; ok {
		bench.appliesTo = l.scope.compile(a.Expr, b.src, cty.Bool)
		bench.AppliesTo = b.src.sourceText(a.Expr.Range())
	}
	for _, x := range b.Body.Blocks {
		inner := block{x, b.src, b.diags}
		switch x.Type {
		case "profile":
			inner.only([]string{"title", "includes"}, nil)
			l.addProfile(inner, nil)
		case "chapter":
			inner.only([]string{"title"}, nil)
			if id, ok := inner.label("5.1"); ok {
				bench.Chapters = append(bench.Chapters, Chapter{ID: id, Title: inner.needText("title")})
			}
		}
	}
}

// addProfile adds a profile of the benchmark itself or of tailoring.
func (l *loader) addProfile(b block, controls []string) {
	name, ok := b.label("name")
	if !ok {
		return
	}
	if old := l.bench.profile(name); old != nil {
		b.errorf(b.DefRange(), "Profile twice", "There is already a profile %q, at %s.", name, old.Range)
		return
	}
	l.bench.Profiles = append(l.bench.Profiles, &Profile{
		Name: name, Title: b.needText("title"), Includes: b.texts("includes"), Controls: controls, Range: b.DefRange(),
	})
}

// profile is the profile of a name; nil when there is none.
func (b *Benchmark) profile(name string) *Profile {
	for _, p := range b.Profiles {
		if p.Name == name {
			return p
		}
	}
	return nil
}

func (b *Benchmark) profileNames() []string {
	var names []string
	for _, p := range b.Profiles {
		names = append(names, p.Name)
	}
	return names
}

// finish checks what needs all blocks to be there.
func (l *loader) finish() {
	bench := l.bench
	slices.SortStableFunc(bench.Controls, func(a, b *Control) int { return compareIDs(a.ID, b.ID) })
	l.defaultProfile()
	checkProfiles(bench, l.diags)
	if bench.DefaultProfile != "" && bench.profile(bench.DefaultProfile) == nil {
		*l.diags = append(*l.diags, oneDiag(bench.Range, "No such profile", fmt.Sprintf("The default_profile %q is not declared.%s", bench.DefaultProfile, didYouMean(bench.DefaultProfile, bench.profileNames())))...)
	}
	for _, c := range bench.Controls {
		c.Chapter = bench.chapterOf(c.ID)
		for _, name := range c.Profiles {
			if bench.profile(name) == nil {
				*l.diags = append(*l.diags, oneDiag(c.Range, "No such profile", fmt.Sprintf("Control %s names the profile %q, which the benchmark does not declare.%s", c.ID, name, didYouMean(name, bench.profileNames())))...)
			}
		}
	}
}

// defaultProfile fills in what goes without saying: a benchmark of no profiles has one of all its controls, and one of a
// single profile uses that.
func (l *loader) defaultProfile() {
	bench := l.bench
	if len(bench.Profiles) == 0 {
		bench.Profiles = []*Profile{{Name: "all", Title: "Every control", Range: bench.Range}}
		for _, c := range bench.Controls {
			if !c.profiled {
				c.Profiles = []string{"all"}
			}
		}
	}
	if bench.DefaultProfile == "" && len(bench.Profiles) == 1 {
		bench.DefaultProfile = bench.Profiles[0].Name
	}
	if bench.DefaultProfile == "" {
		*l.diags = append(*l.diags, oneDiag(bench.Range, "Attribute missing", "A benchmark of several profiles needs a default_profile.")...)
	}
	for _, c := range bench.Controls {
		if !c.profiled && len(c.Profiles) == 0 {
			*l.diags = append(*l.diags, oneDiag(c.Range, "Attribute missing", fmt.Sprintf("Control %s needs profiles: those that it belongs to.", c.ID))...)
		}
	}
}

// checkProfiles refuses profiles that include what is not there, or themselves.
func checkProfiles(bench *Benchmark, diags *hcl.Diagnostics) {
	state := map[string]int{} // 1: on the way, 2: done
	var visit func(p *Profile)
	visit = func(p *Profile) {
		state[p.Name] = 1
		for _, name := range p.Includes {
			q := bench.profile(name)
			switch {
			case q == nil:
				*diags = append(*diags, oneDiag(p.Range, "No such profile", fmt.Sprintf("The profile %q includes %q, which is not declared.%s", p.Name, name, didYouMean(name, bench.profileNames())))...)
			case state[name] == 1:
				*diags = append(*diags, oneDiag(p.Range, "Profile includes itself", fmt.Sprintf("The profile %q includes %q, which includes it in turn.", p.Name, name))...)
			case state[name] == 0:
				visit(q)
			}
		}
		state[p.Name] = 2
	}
	for _, p := range bench.Profiles {
		if state[p.Name] == 0 {
			visit(p)
		}
	}
}

// chapterOf is the title of the innermost chapter that a control stands in.
func (b *Benchmark) chapterOf(id string) string {
	best := Chapter{}
	for _, c := range b.Chapters {
		if (id == c.ID || strings.HasPrefix(id, c.ID+".")) && len(c.ID) > len(best.ID) {
			best = c
		}
	}
	return best.Title
}

// compareIDs orders 5.1.9 before 5.1.20.
func compareIDs(a, b string) int {
	for a != "" && b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		if x == y {
			continue
		}
		if isDigits(x) && isDigits(y) {
			x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
			if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); c != 0 {
				return c
			}
			continue
		}
		return cmp.Compare(x, y)
	}
	return cmp.Compare(len(a), len(b))
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
