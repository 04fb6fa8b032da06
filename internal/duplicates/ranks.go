package duplicates

import (
	"slices"

	"femur/internal/radiograph"
)

// ranks replaces each value by its middle rank, from −1 to 1: what is left is the same under every change of window,
// gamma or bit depth, and under inversion turns round.
func ranks(pix []uint16) []float64 {
	var counts [radiograph.MaxValue + 1]int32
	for _, v := range pix {
		counts[v]++
	}
	below := int32(0)
	level := make([]float64, len(counts))
	for v, n := range counts {
		level[v] = float64(2*below+n-int32(len(pix))) / float64(len(pix))
		below += n
	}
	out := make([]float64, len(pix))
	for i, v := range pix {
		out[i] = level[v]
	}
	return out
}

// spearman is the correlation of the ranks of two lists of equal length; 0 when one is constant.
func spearman(a, b []float64) float64 { return correlation(midranks(a), midranks(b)) }

func midranks(v []float64) []float64 {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		switch {
		case v[i] < v[j]:
			return -1
		case v[i] > v[j]:
			return 1
		}
		return i - j
	})
	out := make([]float64, len(v))
	for i := 0; i < len(order); {
		j := i + 1
		for j < len(order) && v[order[j]] == v[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			out[k] = float64(i+j-1) / 2
		}
		i = j
	}
	return out
}
