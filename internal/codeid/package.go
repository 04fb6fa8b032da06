package codeid

import (
	"errors"
	"fmt"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"femur/cache"
)

// A pkg is one folder's code.
type pkg struct {
	dir     string
	files   []file   // sorted by path, embedded ones included
	imports []string // sorted, each once
}

type file struct {
	path   string
	digest cache.Digest
}

func readPackage(files fs.FS, dir string) (*pkg, error) {
	entries, err := fs.ReadDir(files, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("package %s is not in the program: source.go at the module's root does not embed it", dir)
	}
	if err != nil {
		return nil, err
	}
	p := &pkg{dir: dir}
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || name[0] == '_' || name[0] == '.' {
			continue
		}
		if err := p.read(files, path.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	if len(p.files) == 0 {
		return nil, fmt.Errorf("package %s is not in the program: source.go at the module's root embeds no Go file of it", dir)
	}
	slices.SortFunc(p.files, func(a, b file) int { return strings.Compare(a.path, b.path) })
	p.files = slices.Compact(p.files)
	slices.Sort(p.imports)
	p.imports = slices.Compact(p.imports)
	return p, nil
}

func (p *pkg) read(files fs.FS, name string) error {
	src, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	syntax, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		return err
	}
	for _, group := range syntax.Comments {
		for _, c := range group.List {
			if c.Pos() < syntax.Package && constraint.IsGoBuild(c.Text) {
				x, err := constraint.Parse(c.Text)
				if err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				if !everBuilt(x) {
					return nil
				}
			}
		}
	}
	raw := false
	for _, spec := range syntax.Imports {
		imp, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return fmt.Errorf("%s: import %s: %w", name, spec.Path.Value, err)
		}
		if imp == "C" {
			raw = true
			continue
		}
		p.imports = append(p.imports, imp)
	}
	if raw {
		p.files = append(p.files, file{name, cache.Sum(src)})
		return nil
	}
	d, embeds, err := fingerprint(name, src)
	if err != nil {
		return err
	}
	p.files = append(p.files, file{name, d})
	return p.embed(files, name, embeds)
}

// embed adds the files that //go:embed names: templates are code.
func (p *pkg) embed(files fs.FS, name string, patterns []string) error {
	for _, pattern := range patterns {
		pattern = strings.TrimPrefix(pattern, "all:")
		matches, err := fs.Glob(files, path.Join(p.dir, pattern))
		if err != nil {
			return fmt.Errorf("%s: embed %s: %w", name, pattern, err)
		}
		if len(matches) == 0 {
			return fmt.Errorf("%s: embed %s: source.go at the module's root does not embed it", name, pattern)
		}
		for _, m := range matches {
			err := fs.WalkDir(files, m, func(f string, e fs.DirEntry, err error) error {
				if err != nil || e.IsDir() {
					return err
				}
				data, err := fs.ReadFile(files, f)
				if err == nil {
					p.files = append(p.files, file{f, cache.Sum(data)})
				}
				return err
			})
			if err != nil {
				return fmt.Errorf("%s: embed %s: %w", name, pattern, err)
			}
		}
	}
	return nil
}

// everBuilt reports whether some platform and choice of tags, but for "ignore", builds a file with the
// constraint. Constraints name few tags, so all choices are tried.
func everBuilt(x constraint.Expr) bool {
	var tags []string
	x.Eval(func(tag string) bool {
		tags = append(tags, tag)
		return true
	})
	x.Eval(func(tag string) bool { // what && and || passed over
		tags = append(tags, tag)
		return false
	})
	slices.Sort(tags)
	tags = slices.Compact(tags)
	if len(tags) > 12 {
		return true
	}
	for choice := range 1 << len(tags) {
		if x.Eval(func(tag string) bool {
			i := slices.Index(tags, tag)
			return tag != "ignore" && (i < 0 || choice&(1<<i) != 0)
		}) {
			return true
		}
	}
	return false
}
