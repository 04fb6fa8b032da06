package vit

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

func TestResampling(t *testing.T) {
	for _, tt := range []struct{ from, to int }{{14, 7}, {14, 14}, {14, 6}, {14, 28}, {4, 2}} {
		for i, row := range resampling(tt.from, tt.to) {
			var sum, mean float64
			for j, w := range row {
				sum += float64(w)
				mean += float64(w) * (float64(j) + 0.5)
			}
			if math.Abs(sum-1) > 1e-6 {
				t.Errorf("%d to %d: row %d sums to %g", tt.from, tt.to, i, sum)
			}
			// Away from the border a resampling keeps straight lines straight.
			want := (float64(i) + 0.5) * float64(tt.from) / float64(tt.to)
			reach := 2 * math.Max(float64(tt.from)/float64(tt.to), 1)
			if want > reach && want < float64(tt.from)-reach && math.Abs(mean-want) > 0.01 {
				t.Errorf("%d to %d: row %d has its center at %g, want %g", tt.from, tt.to, i, mean, want)
			}
		}
	}
	// By hand, 4 to 2: the kernel is stretched by 2 and its center lies at 1, so
	// the distances are ±1/4 and 3/4, 5/4 of its unit: keys(¼), keys(¼), keys(¾), keys(5/4),
	// normalized.
	at := []float64{0.8671875, 0.8671875, 0.2265625, -0.0703125}
	sum := at[0] + at[1] + at[2] + at[3]
	for j, w := range resampling(4, 2)[0] {
		if math.Abs(float64(w)-at[j]/sum) > 1e-6 {
			t.Errorf("4 to 2: weight %d is %g, want %g", j, w, at[j]/sum)
		}
	}
}

// The class token's position stays, and rows and columns are not exchanged.
func TestPositions(t *testing.T) {
	backend, err := fittest.Go(t).Compute(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	table := make([]float32, 1+tableSide*tableSide)
	table[0] = 99
	for i := range tableSide * tableSide {
		table[1+i] = float32(i%tableSide) + 100*float32(i/tableSide) // column + 100·row
	}
	g := graph.NewGraph(backend, "positions")
	out := positions(graph.Parameter(g, "table", shapes.Make(dtypes.Float32, 1, len(table), 1)), 7)
	if err := g.Compile(out); err != nil {
		t.Fatal(err)
	}
	got := tensors.MustCopyFlatData[float32](g.Run(tensors.FromFlatDataAndDimensions(table, 1, len(table), 1))[0])
	if got[0] != 99 {
		t.Errorf("the class token's position is %g, want 99", got[0])
	}
	for _, cell := range []struct{ row, column int }{{3, 3}, {3, 4}, {2, 4}} {
		want := (2*float64(cell.column) + 0.5) + 100*(2*float64(cell.row)+0.5)
		if v := float64(got[1+cell.row*7+cell.column]); math.Abs(v-want) > 0.01 {
			t.Errorf("row %d, column %d is %g, want %g", cell.row, cell.column, v, want)
		}
	}
}
