package main

import (
	"go/parser"
	"go/scanner"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSetAttribute(t *testing.T) {
	const pipeline = "stage \"compare\" \"main\" {\n  level = 0.9\n  scores = x.y\n}\n\nstage \"other\" \"main\" {\n  level = 1\n}\n"
	const header = `stage "compare" "main"`
	for _, tt := range []struct{ name, attribute, want string }{
		{"replaced", "level", strings.Replace(pipeline, "level = 0.9", "level = 7", 1)},
		{"added", "resamples", strings.Replace(pipeline, "{\n", "{\n  resamples = 7\n", 1)},
	} {
		got, err := setAttribute(pipeline, header, tt.attribute, "7")
		if err != nil || got != tt.want {
			t.Errorf("%s: %v\n%s", tt.name, err, cmp.Diff(tt.want, got))
		}
	}
	if _, err := setAttribute(pipeline, `stage "none" "main"`, "level", "7"); err == nil {
		t.Error("a block that is not there was edited")
	}
	if _, err := setAttribute(pipeline+pipeline, header, "level", "7"); err == nil {
		t.Error("one of two blocks was edited")
	}
}

// tokens are what the compiler sees.
func tokens(t *testing.T, source []byte) []string {
	t.Helper()
	files := token.NewFileSet()
	var s scanner.Scanner
	s.Init(files.AddFile("", files.Base(), len(source)), source, func(at token.Position, text string) { t.Errorf("%s: %s", at, text) }, 0)
	var all []string
	for {
		_, tok, literal := s.Scan()
		if tok == token.EOF {
			return all
		}
		all = append(all, tok.String()+" "+literal)
	}
}

func TestReformat(t *testing.T) {
	const source = "// Package p is one.\npackage p\n\nimport (\n\t\"embed\"\n\t\"fmt\"\n)\n\n//go:embed x\nvar files embed.FS\n\n" +
		"// F prints.\nfunc F(a ...int) { // of one line\n\tfmt.Println(`raw\n\t\ttext`, a); fmt.Println(files)\n\tif len(a) > 0 &&\n\t\ta[0] != 1 {\n\t\treturn\n\t}\n}\n"
	got, err := reformat([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(tokens(t, []byte(source)), tokens(t, got)); diff != "" {
		t.Errorf("the tokens changed (-before +after):\n%s", diff)
	}
	for _, want := range []string{"\n//go:embed x\nvar files", "`raw\n\t\ttext`", "A comment that was not here before", "\n   if len(a)"} {
		if !strings.Contains(string(got), want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if _, err := reformat([]byte("package p\nvar s = \"open\n")); err == nil {
		t.Error("a string without end was reformatted")
	}
}

// Every stage must survive both edits, or make bench would fail after minutes.
func TestEditsOfStages(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	files, err := filepath.Glob(filepath.Join(root, "stages", "*", "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no stages: %v", err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := reformat(text)
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if diff := cmp.Diff(tokens(t, text), tokens(t, got)); diff != "" {
			t.Errorf("%s: the tokens changed (-before +after):\n%s", path, diff)
		}
	}
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(changedFile)))
	if err != nil {
		t.Fatal(err)
	}
	changed, err := changeLine(string(text))
	if err != nil {
		t.Fatal(err)
	}
	if cmp.Equal(tokens(t, text), tokens(t, []byte(changed))) {
		t.Error("the changed line changed no token")
	}
	if _, err := parser.ParseFile(token.NewFileSet(), changedFile, changed, 0); err != nil {
		t.Error(err)
	}
	if _, err := changeLine("package p\n"); err == nil {
		t.Error("a file that makes no error was changed")
	}
}
