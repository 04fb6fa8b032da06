package backbone

import (
	"context"
	"math"
	"testing"

	"femur/models/fit/fittest"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

func TestLineFilters(t *testing.T) {
	filters := lineFilters()
	for k := range lineDirections {
		var sum, norm float64
		for i := range filters {
			for j := range filters[i] {
				v := float64(filters[i][j][0][k])
				sum += v
				norm += v * v
			}
		}
		if math.Abs(sum) > 1e-5 || math.Abs(norm-1) > 1e-5 {
			t.Errorf("direction %d sums to %g and has norm² %g, want 0 and 1", k, sum, norm)
		}
	}
	// Direction 0 finds lines along y: it is even in both axes and greatest in the middle column.
	if filters[3][3][0][0] <= filters[3][2][0][0] || filters[3][1][0][0] != filters[3][5][0][0] || filters[1][3][0][0] <= 0 {
		t.Error("the filter of direction 0 is not that of a bright line along y")
	}
}

// A dark line across and a bright line down answer in their own channels and
// cells; exposure and gain change nothing; a flat image is silent.
func TestLines(t *testing.T) {
	const size = 64
	across, down := make([]float32, size*size), make([]float32, size*size)
	for i := range across {
		across[i], down[i] = 0.5, 0.5
		if i/size == 20 {
			across[i] = 0.3
		}
		if i%size == 20 {
			down[i] = 0.7
		}
	}
	brighter := make([]float32, size*size)
	for i, v := range across {
		brighter[i] = 0.1 + 1.5*v
	}
	flat := make([]float32, size*size)
	got := lines(t, size, across, down, brighter, flat)
	const cells, channels = size / LineStride, 2*lineDirections + 2
	at := func(image, row, column, channel int) float32 {
		return got[((image*cells+row)*cells+column)*channels+channel]
	}
	const darkAcross, brightDown = lineDirections + lineDirections/2, 0
	for _, tt := range []struct{ image, row, column, channel int }{{0, 5, 8, darkAcross}, {1, 8, 5, brightDown}} {
		peak := at(tt.image, tt.row, tt.column, tt.channel)
		if peak < 1 {
			t.Errorf("image %d: the line's own channel says %g", tt.image, peak)
		}
		for c := range 2 * lineDirections {
			if v := at(tt.image, tt.row, tt.column, c); c != tt.channel && v > peak {
				t.Errorf("image %d: channel %d says %g, the line's own %g", tt.image, c, v, peak)
			}
		}
		if v := at(tt.image, cells-2, cells-2, tt.channel); v > peak/4 {
			t.Errorf("image %d: %g where no line is, %g where one is", tt.image, v, peak)
		}
	}
	for i := range cells * cells * channels {
		if d := math.Abs(float64(got[i] - got[2*cells*cells*channels+i])); d > 0.1 { // the floors of gray and contrast bend it a little
			t.Fatalf("value %d changes by %g with exposure and gain", i, d)
		}
		if v := got[3*cells*cells*channels+i]; v != 0 {
			t.Fatalf("value %d of a flat image is %g", i, v)
		}
	}
}

func lines(t *testing.T, size int, images ...[]float32) []float32 {
	t.Helper()
	backend, err := fittest.Go(t).Compute(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var all []float32
	for _, im := range images {
		all = append(all, im...)
	}
	g := graph.NewGraph(backend, "lines")
	out := Lines(graph.Parameter(g, "images", shapes.Make(dtypes.Float32, len(images), size, size, 1)))
	if err := g.Compile(out); err != nil {
		t.Fatal(err)
	}
	return tensors.MustCopyFlatData[float32](g.Run(tensors.FromFlatDataAndDimensions(all, len(images), size, size, 1))[0])
}
