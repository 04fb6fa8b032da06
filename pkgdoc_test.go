package femur_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

// Each package says once, in one place, what it is.
func TestPackageComments(t *testing.T) {
	_, packages := readPackages(t, parser.PackageClauseOnly|parser.ParseComments)
	for _, p := range packages {
		var have []string
		code := false
		for _, file := range p.files {
			if file.test {
				continue
			}
			code = true
			if file.tree.Doc == nil {
				continue
			}
			have = append(have, file.name)
			want := "Package " + file.tree.Name.Name + " "
			if file.tree.Name.Name == "main" {
				want = "Command "
			}
			if text := file.tree.Doc.Text(); !strings.HasPrefix(text, want) {
				first, _, _ := strings.Cut(text, "\n")
				t.Errorf("%s: the package comment begins %q, want %q", file.name, first, want+"…")
			}
		}
		switch {
		case !code:
		case len(have) == 0:
			t.Errorf("%s: no package comment; say what it is, its words, its guarantee and its limits", p.importPath())
		case len(have) > 1:
			t.Errorf("%s: package comments in %s; one is enough", p.importPath(), strings.Join(have, " and "))
		}
	}
}

// Every exported name has a comment.
func TestExportedNamesAreDocumented(t *testing.T) {
	fset, packages := readPackages(t, parser.ParseComments|parser.SkipObjectResolution)
	checked := 0
	for _, p := range packages {
		if within(p.dir, "cmd") {
			continue // a program exports nothing
		}
		for _, file := range p.files {
			if file.test || file.tree.Name.Name == "main" {
				continue
			}
			for _, decl := range file.tree.Decls {
				checked += len(exported(decl))
				for _, name := range undocumented(decl) {
					t.Errorf("%s: %s has no comment", fset.Position(decl.Pos()), name)
				}
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d exported names were found", checked)
	}
}

// A named is an exported name of a declaration and its comment.
type named struct {
	name string
	doc  bool
}

// exported lists the exported names that a declaration declares. A group's comment counts for its
// constants and variables, since these are read together, and not for its types; so does a comment
// within the group that mentions the name.
func exported(decl ast.Decl) []named {
	var names []named
	add := func(id *ast.Ident, comments ...*ast.CommentGroup) {
		if !id.IsExported() {
			return
		}
		doc := false
		for _, c := range comments {
			doc = doc || strings.TrimSpace(c.Text()) != ""
		}
		names = append(names, named{id.Name, doc})
	}
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if receiver := receiverType(decl); receiver == "" || ast.IsExported(receiver) {
			add(decl.Name, decl.Doc)
		}
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				comments := []*ast.CommentGroup{spec.Doc, spec.Comment}
				if !decl.Lparen.IsValid() {
					comments = append(comments, decl.Doc)
				}
				add(spec.Name, comments...)
			case *ast.ValueSpec:
				for _, id := range spec.Names {
					add(id, append(mentions(decl, id.Name), spec.Doc, spec.Comment, decl.Doc)...)
				}
			}
		}
	}
	return names
}

// mentions lists the comments of a group that have the name as a word.
func mentions(decl *ast.GenDecl, name string) []*ast.CommentGroup {
	word := regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `\b`)
	var found []*ast.CommentGroup
	for _, spec := range decl.Specs {
		if spec, ok := spec.(*ast.ValueSpec); ok && word.MatchString(spec.Doc.Text()) {
			found = append(found, spec.Doc)
		}
	}
	return found
}

func undocumented(decl ast.Decl) []string {
	var names []string
	for _, n := range exported(decl) {
		if !n.doc {
			names = append(names, n.name)
		}
	}
	return names
}

// receiverType is the name of a method's type, "" for a function.
func receiverType(f *ast.FuncDecl) string {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return ""
	}
	x := f.Recv.List[0].Type
	for {
		switch e := x.(type) {
		case *ast.StarExpr:
			x = e.X
		case *ast.IndexExpr:
			x = e.X
		case *ast.IndexListExpr:
			x = e.X
		case *ast.Ident:
			return e.Name
		default:
			return ""
		}
	}
}

// The checker itself must find what it is for.
func TestUndocumented(t *testing.T) {
	const source = `package p

func Bare() {}

// Said does something.
func Said() {}

type T struct{}

func (*T) Method() {}

func (t hidden) Method() {}

// Together.
const (
	A = 1
	b = 2
)

var V, w = 1, 2

const (
	// High and Low go together.
	High = 1
	Low  = 2
	Lower = 3
)

// A group's comment is not a type's.
type (
	Inside struct{}
	// Known is known.
	Known[K any] struct{}
)

func (Known[K]) Also() {}
`
	file, err := parser.ParseFile(token.NewFileSet(), "p.go", source, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, decl := range file.Decls {
		got = append(got, undocumented(decl)...)
	}
	if have, want := strings.Join(got, " "), "Bare T Method V Lower Inside Also"; have != want {
		t.Errorf("undocumented names are %q, want %q", have, want)
	}
}
