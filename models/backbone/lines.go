package backbone

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

// LineStride is the side of a cell of Lines in input pixels.
const LineStride = 4

// Numbers of Lines.
const (
	lineKernel     = 7    // side of the filters
	lineDirections = 8    // half a turn apart in equal steps
	lineAcross     = 1.0  // deviation across a line, in input pixels
	lineAlong      = 2.0  // deviation along it
	contrastCell   = 8    // side of the squares over which local contrast is taken
	contrastFloor  = 0.05 // deviation below which contrast is not raised, in deviations of the image
)

// Lines is a fixed stem: what radiologists look for in a fracture, thin bright
// and dark lines and steps, measured by filters that are not learned. It maps
// images [batch, size, size, 1] to [batch, size/4, size/4, 18]: for each of eight
// directions the strongest bright line and the strongest dark line in a cell,
// then the cell's mean gray, standardized over the image, and its mean local
// contrast.
//
// A line filter is the negative second derivative of a Gaussian across the line, a
// Gaussian along it (Freeman & Adelson 1991). It reads the local contrast, the
// image less its local mean over its local deviation, so that a faint crack in
// dense cortex counts as much as one in thin bone. With some hundred training
// images a network finds lines itself only after thousands of steps; with this
// stem it does not have to, and since nothing in the stem is learned it costs
// no backward pass.
func Lines(images *graph.Node) *graph.Node {
	x := Standardize(images)
	local := localContrast(x)
	filters := graph.Const(x.Graph(), lineFilters())
	// Every second position is enough for lines that are two pixels wide.
	lines := graph.Convolve(local, filters).
		PaddingPerDim([][2]int{{lineKernel / 2, lineKernel / 2}, {lineKernel / 2, lineKernel / 2}}).
		StridePerAxis(2, 2).Done()
	lines = graph.Concatenate([]*graph.Node{lines, graph.Neg(lines)}, 3)
	both := graph.Concatenate([]*graph.Node{x, local}, 3)
	return graph.StopGradient(graph.Concatenate([]*graph.Node{
		graph.MaxScalar(tiles(lines, LineStride/2, graph.ReduceMax), 0),
		tiles(both, LineStride, graph.ReduceMean),
	}, 3))
}

// tiles reduces squares of a side to one cell each.
func tiles(x *graph.Node, side int, reduce func(*graph.Node, ...int) *graph.Node) *graph.Node {
	d := x.Shape().Dimensions
	return reduce(graph.Reshape(x, d[0], d[1]/side, side, d[2]/side, side, d[3]), 2, 4)
}

// localContrast takes the local mean off and divides by the local deviation:
// [batch, size, size, 1] → the same.
func localContrast(x *graph.Node) *graph.Node {
	centered := graph.Sub(x, smooth(x))
	variance := graph.AddScalar(smooth(graph.Square(centered)), contrastFloor*contrastFloor)
	return graph.Div(centered, graph.Sqrt(variance))
}

// smooth is a local mean: that of squares, weighted by a Gaussian of one
// square's side. Two products with a small matrix make it cheap.
func smooth(x *graph.Node) *graph.Node {
	d := x.Shape().Dimensions
	cells := d[1] / contrastCell
	spread := make([][]float32, d[1])
	for i := range spread {
		spread[i] = make([]float32, cells)
		row, sum := make([]float64, cells), 0.0
		for j := range row {
			away := (float64(i)+0.5)/contrastCell - (float64(j) + 0.5)
			row[j] = math.Exp(-away * away / 2)
			sum += row[j]
		}
		for j := range row {
			spread[i][j] = float32(row[j] / sum)
		}
	}
	weights := graph.Const(x.Graph(), spread)
	v := graph.Reshape(tiles(x, contrastCell, graph.ReduceMean), d[0], cells, cells)
	v = graph.DotGeneral(v, []int{1}, nil, weights, []int{1}, nil) // [batch, column, y]
	v = graph.DotGeneral(v, []int{1}, nil, weights, []int{1}, nil) // [batch, y, x]
	return graph.Reshape(v, d...)
}

// lineFilters gives the kernels, [height, width, 1, direction]; each sums to 0
// and has norm 1.
func lineFilters() [][][][]float32 {
	const half = lineKernel / 2
	kernels := make([][][][]float32, lineKernel)
	for i := range kernels {
		kernels[i] = make([][][]float32, lineKernel)
		for j := range kernels[i] {
			kernels[i][j] = [][]float32{make([]float32, lineDirections)}
		}
	}
	for k := range lineDirections {
		sin, cos := math.Sincos(math.Pi * float64(k) / lineDirections)
		var filter, window [lineKernel][lineKernel]float64
		var sum, weight, norm float64
		for i := range lineKernel {
			for j := range lineKernel {
				x, y := float64(j-half), float64(i-half)
				across, along := (x*cos+y*sin)/lineAcross, (y*cos-x*sin)/lineAlong
				window[i][j] = math.Exp(-(across*across + along*along) / 2)
				filter[i][j] = (1 - across*across) * window[i][j]
				sum += filter[i][j]
				weight += window[i][j]
			}
		}
		for i := range lineKernel {
			for j := range lineKernel {
				// The cut at the kernel's border leaves a small sum; take it off.
				filter[i][j] -= sum / weight * window[i][j]
				norm += filter[i][j] * filter[i][j]
			}
		}
		for i := range lineKernel {
			for j := range lineKernel {
				kernels[i][j][0][k] = float32(filter[i][j] / math.Sqrt(norm))
			}
		}
	}
	return kernels
}
