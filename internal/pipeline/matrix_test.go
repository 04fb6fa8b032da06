package pipeline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"femur/cache"
	"femur/dag"
	"femur/internal/pipeline"
)

// TestMatrixSelection draws two matrices and checks a reference between their stages against the rule
// itself: an instance reads exactly those that agree with it on shared keys, in matrix order, each named
// by the keys left over.
func TestMatrixSelection(t *testing.T) {
	keys := []string{"model", "fold", "repeat", "input"}
	rapid.Check(t, func(t *rapid.T) {
		sizes := map[string]int{}
		for _, k := range keys {
			sizes[k] = rapid.IntRange(1, 3).Draw(t, k)
		}
		theirs := rapid.Permutation(keys).Draw(t, "their keys")[:rapid.IntRange(0, 3).Draw(t, "their count")]
		mine := rapid.Permutation(keys).Draw(t, "my keys")[:rapid.IntRange(0, 3).Draw(t, "my count")]
		src := "pipeline { name = \"t\" }\nstage \"ingest\" \"c\" {\n  source \"synthetic\" {}\n}\n" +
			stageText("predict-centers", "up", matrixText(theirs, sizes), "radiographs = ingest.c.radiographs", "split = split-by-patient.s.split", "localizers = train-localizer.t.localizer") +
			stageText("split-by-patient", "s", "", "radiographs = ingest.c.radiographs", "folds = 3") +
			stageText("train-localizer", "t", "", "radiographs = ingest.c.radiographs", "split = split-by-patient.s.split", `model = "m"`) +
			stageText("compare", "down", matrixText(mine, sizes), "centers = predict-centers.up.centers")
		p, ds := pipeline.Load(pipeline.Options{File: "p.hcl", Source: []byte(src)}, fakeKinds())
		if p == nil {
			t.Fatalf("%s\n%s", src, render(ds))
		}
		var up, down []*dag.Node
		for _, n := range p.Graph.Nodes() {
			switch n.Address.Stage() {
			case "predict-centers.up":
				up = append(up, n)
			case "compare.down":
				down = append(down, n)
			}
		}
		want := 1
		for _, k := range theirs {
			want *= sizes[k]
		}
		if len(up) != want {
			t.Fatalf("%d instances, want %d", len(up), want)
		}
		for _, n := range down {
			var wanted []dag.OutputRef
			for _, u := range up {
				agrees, id := true, []string{}
				for _, m := range u.Matrix {
					if !slices.Contains(mine, m.Key) {
						id = append(id, m.Key+"="+m.Value)
					} else if !slices.Contains(n.Matrix, m) {
						agrees = false
					}
				}
				if agrees {
					wanted = append(wanted, dag.OutputRef{Address: u.Address, Output: "centers", ID: cache.ItemID(strings.Join(id, ","))})
				}
			}
			if got := n.Inputs[0].Sources; !slices.Equal(got, wanted) {
				t.Fatalf("%s reads %v, want %v", n.Address, got, wanted)
			}
		}
	})
}

func matrixText(keys []string, sizes map[string]int) string {
	if len(keys) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("  matrix {\n")
	for _, k := range keys {
		fmt.Fprintf(&b, "    %s = range(%d)\n", k, sizes[k])
	}
	b.WriteString("  }\n")
	return b.String()
}

func stageText(kind, name, matrix string, lines ...string) string {
	return fmt.Sprintf("stage %q %q {\n%s  %s\n}\n", kind, name, matrix, strings.Join(lines, "\n  "))
}

// studyText is a pipeline of 60 instances, the size of the study.
func studyText() []byte {
	src := "pipeline { name = \"t\" }\nlocals { models = [\"cnn-small\", \"vit-tiny\", \"resnet\"] }\n" +
		stageText("ingest", "c", "", "source \"synthetic\" {}") +
		stageText("split-by-patient", "s", "", "radiographs = ingest.c.radiographs", "folds = 17")
	matrix := "  matrix {\n    model = local.models\n    fold = range(17)\n  }\n"
	src += stageText("train-localizer", "m", matrix, "radiographs = ingest.c.radiographs", "split = split-by-patient.s.split",
		"model = matrix.model", "hold_out = matrix.fold % 3", "learning_rate = 0.001 * (1 + matrix.fold)", "epochs = 3", "sizes = [224, 448]")
	matrix = "  matrix { model = local.models }\n"
	src += stageText("predict-centers", "m", matrix, "radiographs = ingest.c.radiographs", "split = split-by-patient.s.split", "localizers = train-localizer.m.localizer")
	src += stageText("crop-patches", "m", matrix, "radiographs = ingest.c.radiographs", "centers = predict-centers.m.centers")
	src += stageText("compare", "m", "", "centers = predict-centers.m.centers")
	return []byte(src)
}

// The study loads in at most 10 ms. The fastest of twenty counts, since other work shares the machine.
func TestLoadIsFast(t *testing.T) {
	src := studyText()
	best := time.Hour
	for range 20 {
		start := time.Now()
		p, ds := pipeline.Load(pipeline.Options{File: "p.hcl", Source: src}, fakeKinds())
		best = min(best, time.Since(start))
		if p == nil || len(p.Graph.Nodes()) != 60 {
			t.Fatal(render(ds))
		}
	}
	if best > 10*time.Millisecond {
		t.Errorf("60 instances took %v, want at most 10ms", best)
	}
}

func BenchmarkLoad(b *testing.B) {
	src := studyText()
	for b.Loop() {
		if _, ds := pipeline.Load(pipeline.Options{File: "p.hcl", Source: src}, fakeKinds()); ds.HasErrors() {
			b.Fatal(render(ds))
		}
	}
}
