package dag_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"femur/cache"
	"femur/cache/memstore"
	"femur/dag"
	"femur/dag/dagtest"
)

// What an error about a private file says where it may be stored, and where the user sees it.
func TestConceal(t *testing.T) {
	const file = "Smith_John/1.dcm"
	for _, c := range []struct {
		name   string
		err    error
		want   string // the text
		origin string // empty when the error is to stay as it is
	}{
		{"bad input", &dag.BadInput{File: file, Line: 3, Summary: "is cut", Detail: "Export it again."}, "line 3: is cut. Export it again.", file},
		{"bad input about another file", &dag.BadInput{File: "Smith_John/labels.csv", Summary: "is cut"}, "is cut", "Smith_John/labels.csv"},
		{"concealed before", &dag.BadInput{Origin: "first", Record: "r1", Summary: "is cut"}, "r1: is cut", "first"},
		{"wrapped", fmt.Errorf("read %s: %w", file, &dag.BadInput{File: file, Summary: "is cut"}), "is cut", file},
		{"of the system", &fs.PathError{Op: "open", Path: "/data/" + file, Err: fs.ErrPermission}, "the file cannot be read: permission denied. Make it readable.", file},
		{"of the system, wrapped", fmt.Errorf("file %s: %w", file, &fs.PathError{Op: "open", Path: file, Err: fs.ErrPermission}), "the file cannot be read: permission denied. Make it readable.", file},
		{"any other", errors.New("cannot parse " + file), "the file cannot be read. Make it readable.", file},
		{"canceled", fmt.Errorf("x: %w", context.Canceled), "x: context canceled", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := dag.Conceal(c.err, file)
			var bad *dag.BadInput
			if err.Error() != c.want || errors.As(err, &bad) != (c.origin != "") || bad != nil && bad.Origin != c.origin {
				t.Errorf("%q of %+v, want %q of %q", err, bad, c.want, c.origin)
			}
		})
	}
	if dag.Conceal(nil, file) != nil || (dag.SourceItem{Private: true}).Failure(nil) != nil {
		t.Error("no error became one")
	}
}

// A source of one private file, read by its stage.
type privateSource struct {
	dagtest.Mapping
	path string
}

func (s *privateSource) Sources(_ context.Context, files dag.SourceFiles) ([]dag.SourceItem, error) {
	id, err := files.Pseudonym("radiograph", s.path)
	return []dag.SourceItem{{Port: "rows", ID: cache.ItemID(id), Patient: "p1", Path: s.path, Private: true}}, err
}

// What goes wrong with a private file names it nowhere but in the Origin.
func TestErrorsOfPrivateFiles(t *testing.T) {
	r := dag.Reader{Files: dagtest.Files{"Smith/1.dcm": "changed"}, External: map[cache.Digest]dag.SourceItem{
		cache.Sum([]byte("as it was")): {ID: "r1", Path: "Smith/1.dcm", Private: true},
		cache.Sum([]byte("gone")):      {ID: "r2", Path: "Smith/2.dcm", Private: true},
	}}
	for text, want := range map[string]string{
		"as it was": "r1: changed while the pipeline was running. Run again when nothing writes to it.",
		"gone":      "r2: the file cannot be read: file does not exist. Make it readable.",
	} {
		_, err := r.Open(t.Context(), cache.Artifact{Digest: cache.Sum([]byte(text))})
		var bad *dag.BadInput
		if !errors.As(err, &bad) || err.Error() != want || !strings.HasPrefix(bad.Origin, "Smith/") {
			t.Errorf("%s: %v (%+v), want %s", text, err, bad, want)
		}
	}
}

// asked notes what a stage's files are asked to remember under.
type asked struct {
	dagtest.Files
	under []string
}

func (a *asked) As(kind string, code cache.Digest) dag.SourceFiles {
	a.under = append(a.under, kind+" "+code.Short())
	return a.Files
}

// What a stage derives from files is remembered under the code of its key, and under nothing else of it.
func TestFilesAreSeenByKindAndCode(t *testing.T) {
	files := &asked{Files: dagtest.Files{"Smith/1.dcm": "x"}}
	plan := func(code string) {
		t.Helper()
		s := &privateSource{path: "Smith/1.dcm"}
		s.In, s.Out = []dag.Port{dagtest.Rows("rows")}, []dag.Port{dagtest.Many("out")}
		fingerprint := func(*dag.Node) ([]cache.Field, error) {
			return []cache.Field{{Kind: cache.Code, Label: "a.go", Value: code}}, nil
		}
		g := dagtest.Graph(dagtest.Node("source.main", s))
		if _, err := dag.NewPlan(t.Context(), g, dag.Options{Results: memstore.New(), Files: files, Fingerprint: fingerprint}); err != nil {
			t.Fatal(err)
		}
	}
	plan("v1")
	plan("v1")
	plan("v2")
	if len(files.under) != 3 || files.under[0] != files.under[1] || files.under[1] == files.under[2] || !strings.HasPrefix(files.under[0], "source ") {
		t.Errorf("asked under %v", files.under)
	}
}
