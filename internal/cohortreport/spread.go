package cohortreport

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"femur/internal/cohort"
	"femur/internal/report/page"
	"femur/internal/stats"
)

// A Distribution has the quantiles (type 7 of Hyndman and Fan) of some values. All are 0 where N is.
type Distribution struct {
	N      int     `json:"n"`
	Min    float64 `json:"min"`
	Q05    float64 `json:"q05"`
	Q25    float64 `json:"q25"`
	Median float64 `json:"median"`
	Q75    float64 `json:"q75"`
	Q90    float64 `json:"q90"`
	Q95    float64 `json:"q95"`
	Max    float64 `json:"max"`
}

func distribution(values []float64) Distribution {
	if len(values) == 0 {
		return Distribution{}
	}
	sorted := slices.Sorted(slices.Values(values))
	q := func(p float64) float64 { return rounded(stats.QuantileSorted(sorted, p)) }
	return Distribution{N: len(sorted), Min: q(0), Q05: q(0.05), Q25: q(0.25), Median: q(0.5), Q75: q(0.75), Q90: q(0.9), Q95: q(0.95), Max: q(1)}
}

// rounded keeps six significant digits, so that the last bit of a sum is not in the summary.
func rounded(v float64) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 5, 64), 64)
	if err != nil {
		return v
	}
	return r
}

// usable reports whether v is a length that can be counted with.
func usable(v float64) bool { return v > 0 && !math.IsInf(v, 1) }

// A Histogram counts values in bins of one width, by label: bin k of a label holds the values from
// From + k·Width up to, and without, From + (k+1)·Width; the last bin has its upper end too.
type Histogram struct {
	From    float64     `json:"from"`
	Width   float64     `json:"bin_width"`
	ByLabel []LabelBins `json:"by_label"`
}

// LabelBins are the counts of one label.
type LabelBins struct {
	Label string `json:"label"`
	Bins  []int  `json:"bins"`
}

// leastBins is how many bins a histogram has at least, unless all values are the same; it has fewer than
// three times as many.
const leastBins = 12

// histogram takes the values of each label, in the order of labels.
func histogram(values [][]float64, labels []string) Histogram {
	all := slices.Concat(values...)
	if len(all) == 0 {
		return Histogram{ByLabel: []LabelBins{}}
	}
	low, high := slices.Min(all), slices.Max(all)
	width := page.Round125(cmp.Or(high-low, math.Abs(high)/10, 1)/leastBins, false)
	first := math.Floor(low / width)
	bins := max(1, int(math.Ceil(high/width)-first))
	h := Histogram{From: rounded(first * width), Width: rounded(width)}
	for i, label := range labels {
		counts := make([]int, bins)
		for _, v := range values[i] {
			counts[min(max(int(math.Floor(v/width)-first), 0), bins-1)]++
		}
		h.ByLabel = append(h.ByLabel, LabelBins{Label: label, Bins: counts})
	}
	return h
}

// byLabel takes a value of each row that has one, label by label.
func byLabel(rows []cohort.CohortRow, labels []string, value func(cohort.CohortRow) (float64, bool)) [][]float64 {
	out := make([][]float64, len(labels))
	for _, r := range rows {
		if v, ok := value(r); ok {
			i := slices.Index(labels, r.Label)
			out[i] = append(out[i], v)
		}
	}
	return out
}

// Sizes are those of the radiographs in pixels.
type Sizes struct {
	Width      Distribution `json:"width"`
	Height     Distribution `json:"height"`
	Megapixels Distribution `json:"megapixels"`
	// LongerSide counts radiographs by their longer side.
	LongerSide Histogram `json:"longer_side"`
	// Common are the most frequent sizes; Different is how many there are.
	Common    []Size `json:"common"`
	Different int    `json:"different"`
}

// A Size counts the radiographs of a size.
type Size struct {
	Width       int `json:"width"`
	Height      int `json:"height"`
	Radiographs int `json:"radiographs"`
}

// commonSizes is how many sizes are listed.
const commonSizes = 8

func sizes(rows []cohort.CohortRow, labels []string) Sizes {
	var width, height, megapixels []float64
	counts := map[[2]int]int{}
	for _, r := range rows {
		width, height = append(width, float64(r.Width)), append(height, float64(r.Height))
		megapixels = append(megapixels, float64(r.Width)*float64(r.Height)/1e6)
		counts[[2]int{int(r.Width), int(r.Height)}]++
	}
	s := Sizes{
		Width: distribution(width), Height: distribution(height), Megapixels: distribution(megapixels), Common: []Size{}, Different: len(counts),
		LongerSide: histogram(byLabel(rows, labels, func(r cohort.CohortRow) (float64, bool) { return float64(max(r.Width, r.Height)), true }), labels),
	}
	for size, n := range counts {
		s.Common = append(s.Common, Size{Width: size[0], Height: size[1], Radiographs: n})
	}
	slices.SortFunc(s.Common, func(a, b Size) int {
		return cmp.Or(cmp.Compare(b.Radiographs, a.Radiographs), cmp.Compare(a.Width, b.Width), cmp.Compare(a.Height, b.Height))
	})
	s.Common = s.Common[:min(len(s.Common), commonSizes)]
	return s
}
