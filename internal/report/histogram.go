package report

import (
	"fmt"
	"strconv"

	"femur/internal/analysis"
)

// shares are a histogram's bins in percent of its total.
func shares(bins [analysis.ScoreBins]int) (out [analysis.ScoreBins]float64, total int) {
	for _, n := range bins {
		total += n
	}
	for i, n := range bins {
		out[i] = 100 * float64(n) / float64(max(total, 1))
	}
	return out, total
}

func scoreHistogram(s analysis.ScoreChart, o analysis.Options, i int) chart {
	c := chart{ID: fmt.Sprintf("scores-%s-%d", s.Partition, i), Title: "Scores of " + s.Arm, Width: 310, Height: 246}
	up, positives := shares(s.Positive)
	down, negatives := shares(s.Negative)
	highest := 10.0
	for k := range up {
		highest = max(highest, up[k], down[k])
	}
	x := scale{low: 0, high: 1, from: 48, to: 304}
	y := scale{low: -highest, high: highest, from: 200, to: 44}
	width := (x.to - x.from) / analysis.ScoreBins
	c.text("strong", 48, 16, s.Arm)
	for k := range up {
		left := x.at(float64(k)/analysis.ScoreBins) + 0.5
		if up[k] > 0 {
			c.rectangle("bar f0", left, y.at(up[k]), width-1, y.at(0)-y.at(up[k]))
		}
		if down[k] > 0 {
			c.rectangle("hatch", left, y.at(0), width-1, y.at(-down[k])-y.at(0))
		}
	}
	c.path("zero", "M# #H#", x.from, y.at(0), x.to)
	for _, v := range []float64{0, 0.25, 0.5, 0.75, 1} {
		c.text("mid soft", x.at(v), 216, tickText(v))
	}
	c.text("mid", (x.from+x.to)/2, 236, "score")
	c.text("end soft", 43, y.to+9, fmt.Sprintf("%.0f %%", highest))
	c.text("end soft", 43, y.from, fmt.Sprintf("%.0f %%", highest))
	c.text("soft", 48, 33, fmt.Sprintf("up: %s (%d), down: %s (%d)", o.Positive, positives, o.Negative, negatives))
	half := func(bins [analysis.ScoreBins]float64) float64 {
		sum := 0.0
		for k := analysis.ScoreBins / 2; k < analysis.ScoreBins; k++ {
			sum += bins[k]
		}
		return sum
	}
	c.Description = fmt.Sprintf("Histogram of scores. Scores of at least 0.5: %.0f percent of %d %s and %.0f percent of %d %s.",
		half(up), positives, o.Positive, half(down), negatives, o.Negative)
	return c
}

func histogramTable(charts []analysis.ScoreChart, o analysis.Options, part analysis.Partition) table {
	t := table{ID: "scores-data-" + string(part), Caption: "Radiographs by score and class", Columns: []string{"score from"}}
	for _, c := range charts {
		t.Columns = append(t.Columns, c.Arm+", "+o.Positive, c.Arm+", "+o.Negative)
	}
	for k := range analysis.ScoreBins {
		row := []string{fmt.Sprintf("%.2f", float64(k)/analysis.ScoreBins)}
		for _, c := range charts {
			row = append(row, strconv.Itoa(c.Positive[k]), strconv.Itoa(c.Negative[k]))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
