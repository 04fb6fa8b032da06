package vit

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

// positions brings the table [1, 1 + 14·14, dim], its first row the class
// token's, to a grid of side × side patches: [1, 1 + side·side, dim].
func positions(table *graph.Node, side int) *graph.Node {
	if side == tableSide {
		return table
	}
	g := table.Graph()
	dim := table.Shape().Dimensions[2]
	class := graph.Slice(table, graph.AxisRange(), graph.AxisRange(0, 1))
	grid := graph.Slice(table, graph.AxisRange(), graph.AxisRangeToEnd(1))
	grid = graph.Reshape(grid, tableSide, tableSide, dim)
	weights := graph.Const(g, resampling(tableSide, side))
	// Rows, then columns: [to, from] · [from, from, dim].
	grid = graph.DotGeneral(weights, []int{1}, nil, grid, []int{0}, nil)
	grid = graph.DotGeneral(weights, []int{1}, nil, grid, []int{1}, nil)
	// The second product leaves columns before rows.
	grid = graph.TransposeAllAxes(grid, 1, 0, 2)
	return graph.Concatenate([]*graph.Node{class, graph.Reshape(grid, 1, side*side, dim)}, 1)
}

// resampling gives the weights [to][from] of a one-dimensional bicubic
// resampling with antialiasing, Keys' kernel with a = −1/2, pixel centers
// aligned: torch.nn.functional.interpolate(mode="bicubic", antialias=True).
func resampling(from, to int) [][]float32 {
	step := float64(from) / float64(to)
	stretch := math.Max(step, 1)
	weights := make([][]float32, to)
	for i := range weights {
		center := (float64(i) + 0.5) * step
		row, sum := make([]float64, from), 0.0
		for j := range row {
			row[j] = keys((float64(j) + 0.5 - center) / stretch)
			sum += row[j]
		}
		weights[i] = make([]float32, from)
		for j := range row {
			weights[i][j] = float32(row[j] / sum)
		}
	}
	return weights
}

// keys is the cubic convolution kernel (Keys 1981) with a = −1/2.
func keys(t float64) float64 {
	const a = -0.5
	t = math.Abs(t)
	switch {
	case t < 1:
		return ((a+2)*t-(a+3))*t*t + 1
	case t < 2:
		return ((a*t-5*a)*t+8*a)*t - 4*a
	}
	return 0
}
