// Package codeid says which source code a stage runs, as the code fields of its key.
//
// Words: the source is the module's own files, embedded in the program; a walk follows the imports of
// a package within the module; a fingerprint is the digest of a file's tokens.
//
// Guarantee: what a walk yields changes when a statement changes in a package that the stage imports,
// directly or not, or when a module that one of these imports changes its version or its bytes; and does
// not when comments, blank lines, indentation or line breaks change, or other packages. Nothing has to
// be declared for it.
//
// Where the walk ends:
//
//   - Packages dag and cache are the contract between engine and stages; a change that makes older
//     results unusable raises cache.Epoch.
//   - Package models/zoo maps names to networks. Only the ones that an instance has chosen are entered.
//   - Of other modules the version and the checksum of go.sum count, of the standard library nothing: the
//     version of Go is part of the environment.
//
// Files for all platforms count, whatever the one at hand, so that a key means the same everywhere; files
// that no platform compiles (//go:build ignore) and tests do not. A file with import "C" counts byte by
// byte, since its comments are code.
package codeid

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"femur/cache"
	"femur/internal/parallel"
)

// engine are the packages, and those below them, that no walk enters.
var engine = []string{"dag", "cache"}

// registry is the package whose imports are entered only where an instance has chosen them.
const registry = "models/zoo"

// A Source fingerprints the packages of one module. It reads each file at most once. Use [New].
type Source struct {
	files    fs.FS
	module   module
	packages parallel.Memo[string, *pkg]
	walks    parallel.Memo[string, []cache.Field]
}

// New reads go.mod and go.sum of a module. Packages are read when they are asked for.
func New(files fs.FS) (*Source, error) {
	m, err := readModule(files)
	if err != nil {
		return nil, err
	}
	return &Source{files: files, module: m}, nil
}

// Fields returns the code fields of a stage in the folder dir, such as "stages/compare", with the
// packages that it has chosen behind the registry ("models/backbone/vit"): one per file, labeled by its
// path, and one per other module, labeled "module PATH". The package without, if it is named, and what only it
// imports are left out.
func (s *Source) Fields(dir string, chosen []string, without string) ([]cache.Field, error) {
	roots := append([]string{dir}, slices.Sorted(slices.Values(chosen))...)
	return s.walks.Get(strings.Join(append(roots, "", without), "\x00"), func() ([]cache.Field, error) {
		found, err := s.walk(roots, without)
		var fields []cache.Field
		if err == nil {
			fields, err = s.fields(found)
		}
		if err != nil {
			return nil, fmt.Errorf("source of %s: %w", dir, err)
		}
		return fields, nil
	})
}

// Packages returns the folders of the module that the walk from the roots enters, sorted.
func (s *Source) Packages(roots ...string) ([]string, error) {
	found, err := s.walk(roots, "")
	if err != nil {
		return nil, err
	}
	dirs := make([]string, len(found))
	for i, p := range found {
		dirs[i] = p.dir
	}
	return dirs, nil
}

// walk returns the packages that the roots import, and the roots, sorted by folder. It does not enter the package
// without.
func (s *Source) walk(roots []string, without string) ([]*pkg, error) {
	var found []*pkg
	seen := map[string]bool{}
	var enter func(dir, from string) error
	enter = func(dir, from string) error {
		if seen[dir] {
			return nil
		}
		seen[dir] = true
		p, err := s.packages.Get(dir, func() (*pkg, error) { return readPackage(s.files, dir) })
		if err != nil {
			if from != "" {
				return fmt.Errorf("%w (imported by %s)", err, from)
			}
			return err
		}
		found = append(found, p)
		for _, imp := range p.imports {
			if d, ok := s.module.within(imp); ok && !ends(d) && d != without {
				if err := enter(d, dir); err != nil {
					return err
				}
			}
		}
		return nil
	}
	for _, r := range roots {
		if err := enter(path.Clean(r), ""); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(found, func(a, b *pkg) int { return strings.Compare(a.dir, b.dir) })
	return found, nil
}

// ends reports whether no walk enters the folder.
func ends(dir string) bool {
	return dir == registry || slices.ContainsFunc(engine, func(e string) bool {
		return dir == e || strings.HasPrefix(dir, e+"/")
	})
}

func (s *Source) fields(found []*pkg) ([]cache.Field, error) {
	var fields []cache.Field
	modules := map[string]bool{}
	for _, p := range found {
		for _, f := range p.files {
			fields = append(fields, cache.Field{Kind: cache.Code, Label: f.path, Value: f.digest.String()})
		}
		for _, imp := range p.imports {
			if _, ok := s.module.within(imp); ok || standard(imp) {
				continue
			}
			r, ok := s.module.owner(imp)
			if !ok {
				return nil, fmt.Errorf("package %s imports %s, which no module of go.mod holds", p.dir, imp)
			}
			if !modules[r.path] {
				modules[r.path] = true
				fields = append(fields, cache.Field{Kind: cache.Code, Label: "module " + r.path, Value: r.identity()})
			}
		}
	}
	return fields, nil
}

// standard reports whether an import path is of the standard library: its first part has no dot.
func standard(imp string) bool {
	first, _, _ := strings.Cut(imp, "/")
	return !strings.Contains(first, ".")
}
