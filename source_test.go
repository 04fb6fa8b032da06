package femur_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"femur"
	"femur/internal/codeid"
)

// Each stage's walk finds what the go command links into it, apart from the engine and the networks
// behind the registry, and all of that is embedded.
func TestSourceHoldsWhatStagesImport(t *testing.T) {
	out, err := exec.Command("go", "list", "./stages/...").CombinedOutput()
	if err != nil {
		t.Skipf("go list: %v\n%s", err, out)
	}
	start := time.Now()
	source, err := codeid.New(femur.Source)
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range strings.FieldsSeq(string(out)) {
		dir, ok := strings.CutPrefix(pkg, "femur/stages/")
		if !ok {
			continue // the list of kinds imports them all
		}
		got, err := source.Packages("stages/" + dir)
		if err != nil {
			t.Error(err)
			continue
		}
		want := imported(t, pkg, ends)
		if !slices.Equal(got, want) {
			t.Errorf("stages/%s:\nwalk    %v\ngo list %v", dir, got, want)
		}
		if _, err := source.Fields("stages/"+dir, nil, ""); err != nil {
			t.Error(err)
		}
	}
	t.Logf("all stages in %v, go list included", time.Since(start))
}

func ends(dir string) bool {
	return dir == "dag" || dir == "cache" || dir == "models/zoo"
}

// imported asks the go command for the module's packages that pkg imports, not looking behind those that
// end a walk.
func imported(t *testing.T, pkg string, ends func(string) bool) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", "-f", `{{.ImportPath}} {{join .Imports " "}}`, pkg).Output()
	if err != nil {
		t.Fatalf("go list -deps %s: %v", pkg, err)
	}
	imports := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		imports[words[0]] = words[1:]
	}
	var found []string
	var visit func(string)
	visit = func(p string) {
		dir, own := strings.CutPrefix(p, "femur/")
		if !own || ends(dir) || slices.Contains(found, dir) {
			return
		}
		found = append(found, dir)
		for _, i := range imports[p] {
			visit(i)
		}
	}
	visit(pkg)
	slices.Sort(found)
	return found
}

// The fingerprints of the whole program are made before each command, so they have to be quick.
func BenchmarkFingerprints(b *testing.B) {
	for b.Loop() {
		source, err := codeid.New(femur.Source)
		if err != nil {
			b.Fatal(err)
		}
		entries, err := femur.Source.ReadDir("stages")
		if err != nil {
			b.Fatal(err)
		}
		for _, e := range entries {
			if e.IsDir() {
				if _, err := source.Fields("stages/"+e.Name(), nil, ""); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}
