package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"femur/models/backend"
	"femur/stages/ingest"
)

// A package that a kind collects with is left out of what its items are made of, so nothing else of the kind may
// use it.
func TestOnlyCollectCollects(t *testing.T) {
	checked := 0
	for _, k := range studyKinds(backend.NewDevice(backend.Options{}), ingest.Tools{}) {
		if k.Collects == "" {
			continue
		}
		checked++
		if path.Dir(k.Collects) != k.Package {
			t.Errorf("%s collects with %s, which is not below %s", k.Type, k.Collects, k.Package)
		}
		name := path.Base(k.Collects)
		files, err := filepath.Glob("../../" + k.Package + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no source: %v", k.Package, err)
		}
		uses := 0
		for _, file := range files {
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, imp := range parsed.Imports {
				if strings.HasSuffix(strings.Trim(imp.Path.Value, `"`), k.Collects) && imp.Name != nil {
					t.Errorf("%s imports %s under another name, which this test does not see through", file, k.Collects)
				}
			}
			for _, d := range parsed.Decls {
				f, isFunc := d.(*ast.FuncDecl)
				if g, general := d.(*ast.GenDecl); general && g.Tok == token.IMPORT {
					continue
				}
				ast.Inspect(d, func(n ast.Node) bool {
					id, ok := n.(*ast.Ident)
					if !ok || id.Name != name {
						return true
					}
					if isFunc && f.Name.Name == "Collect" && f.Recv != nil {
						uses++
					} else {
						t.Errorf("%s uses package %s outside of Collect: its items would not know that its code changed", file, name)
					}
					return true
				})
			}
		}
		if uses == 0 {
			t.Errorf("Collect of %s does not use %s", k.Type, k.Collects)
		}
	}
	if checked == 0 {
		t.Error("no kind names a package that it collects with")
	}
}
