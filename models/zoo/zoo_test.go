package zoo

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"femur/models/backbone"
	"femur/models/fit/fittest"
	"femur/models/nn"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

func TestLookup(t *testing.T) {
	names := Names()
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("names %v are not sorted and unique", names)
	}
	for _, name := range names {
		v, err := Lookup(name)
		if err != nil || v.Name != name || v.Summary == "" {
			t.Errorf("Lookup(%q) = %q (%q), %v", name, v.Name, v.Summary, err)
		}
		pkg, err := Package(name)
		if err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(filepath.Join("..", "..", pkg)); err != nil {
			t.Errorf("package of %s: %v", name, err)
		}
	}
	for name, want := range map[string]string{
		"vit-tinny": `did you mean "vit-tiny"?`,
		"CNN-Small": `did you mean "cnn-small"?`,
		"inception": "choose one of cnn-small, resnet18",
	} {
		if _, err := Lookup(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Lookup(%q): got %v, want it to say %q", name, err, want)
		}
		if _, err := Package(name); err == nil {
			t.Errorf("Package(%q): no error", name)
		}
	}
}

// Every variant builds, with maps of the strides it states, from the finest on.
// The numbers of weights are those of timm and torchvision, less two input
// channels and the classifier.
func TestVariants(t *testing.T) {
	weights := map[string]int{
		"vit-tiny":  5_524_416 - 2*16*16*192,
		"vit-small": 21_665_664 - 2*16*16*384,
		"vit-base":  85_798_656 - 2*16*16*768,
		"resnet18":  11_176_512 - 2*49*64,
		"resnet34":  21_284_672 - 2*49*64,
	}
	device := fittest.Go(t)
	compute, err := device.Compute(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			v, err := Lookup(name)
			if err != nil {
				t.Fatal(err)
			}
			const size = 224
			if err := v.CheckSize(size); err != nil {
				t.Fatal(err)
			}
			if v.CheckSize(size+1) == nil || v.CheckSize(0) == nil {
				t.Error("sides that do not fit are accepted")
			}
			layout := nn.Trace(compute, func(g *graph.Graph, s nn.Scope) {
				f := v.Build(s, graph.Parameter(g, "images", shapes.Make(dtypes.Float32, 2, size, size, 1)))
				checkFeatures(t, f, size)
			})
			if want, ok := weights[name]; ok && layout.Size != want {
				t.Errorf("%d weights, want %d", layout.Size, want)
			}
		})
	}
}

func checkFeatures(t *testing.T, f backbone.Features, size int) {
	last := 0
	for _, m := range f.Maps {
		d := m.Node.Shape().Dimensions
		if len(d) != 4 || d[0] != 2 || d[1] != size/m.Stride || d[2] != size/m.Stride {
			t.Errorf("a map of stride %d has shape %v", m.Stride, d)
		}
		if m.Stride <= last {
			t.Errorf("stride %d follows %d", m.Stride, last)
		}
		last = m.Stride
	}
	if d := f.Pooled.Shape().Dimensions; len(d) != 2 || d[0] != 2 {
		t.Errorf("pooled features have shape %v", d)
	}
}
