package femur_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// module is the path of the module that these tests stand at the root of.
const module = "femur"

// A goPackage is the Go files of one folder.
type goPackage struct {
	dir   string // slash-separated, relative to the root; "." for the root
	files []goFile
}

type goFile struct {
	name string // relative to the root
	test bool
	tree *ast.File
}

// importPath is what other packages import the package by.
func (p goPackage) importPath() string { return path.Join(module, p.dir) }

// imports calls f for every import of the package's files, those of tests too. Files are read
// whatever their build constraints, so that no platform escapes a rule.
func (p goPackage) imports(f func(file goFile, imported string)) {
	for _, file := range p.files {
		for _, spec := range file.tree.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				panic(err) // the parser took it for a string
			}
			f(file, imported)
		}
	}
}

// readPackages parses all Go files of the module. Folders that the go command ignores, and those that
// are a module of their own, are left out.
func readPackages(t *testing.T, mode parser.Mode) (*token.FileSet, []goPackage) {
	t.Helper()
	fset := token.NewFileSet()
	var packages []goPackage
	byDir := map[string]int{}
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() {
			_, err := os.Stat(filepath.Join(name, "go.mod"))
			switch {
			case name == ".":
				return nil
			case err == nil, base == "testdata", strings.HasPrefix(base, "."), strings.HasPrefix(base, "_"):
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(base) != ".go" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
			return nil
		}
		tree, err := parser.ParseFile(fset, name, nil, mode)
		if err != nil {
			return err
		}
		dir := path.Dir(filepath.ToSlash(name))
		at, ok := byDir[dir]
		if !ok {
			at = len(packages)
			byDir[dir] = at
			packages = append(packages, goPackage{dir: dir})
		}
		p := &packages[at]
		p.files = append(p.files, goFile{filepath.ToSlash(name), strings.HasSuffix(base, "_test.go"), tree})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(packages) == 0 {
		t.Fatal("no Go packages here; the tests of the root run in the root of the module")
	}
	return fset, packages
}

// within reports whether an import path or folder is the tree's root or below it.
func within(name, tree string) bool {
	return name == tree || strings.HasPrefix(name, tree+"/")
}
