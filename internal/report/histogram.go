package report

import (
	"fmt"
	"strconv"

	"femur/internal/analysis"
	"femur/internal/report/page"
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

func scoreHistogram(s analysis.ScoreChart, o analysis.Options, i int) page.Chart {
	c := page.Chart{ID: fmt.Sprintf("scores-%s-%d", s.Partition, i), Title: "Scores of " + s.Arm, Width: 310, Height: 246}
	up, positives := shares(s.Positive)
	down, negatives := shares(s.Negative)
	highest := 10.0
	for k := range up {
		highest = max(highest, up[k], down[k])
	}
	x := page.Scale{Low: 0, High: 1, From: 48, To: 304}
	y := page.Scale{Low: -highest, High: highest, From: 200, To: 44}
	width := (x.To - x.From) / analysis.ScoreBins
	c.Text("strong", 48, 16, s.Arm)
	for k := range up {
		left := x.At(float64(k)/analysis.ScoreBins) + 0.5
		if up[k] > 0 {
			c.Rectangle("bar f0", left, y.At(up[k]), width-1, y.At(0)-y.At(up[k]))
		}
		if down[k] > 0 {
			c.Rectangle("hatch", left, y.At(0), width-1, y.At(-down[k])-y.At(0))
		}
	}
	c.Path("zero", "M# #H#", x.From, y.At(0), x.To)
	for _, v := range []float64{0, 0.25, 0.5, 0.75, 1} {
		c.Text("mid soft", x.At(v), 216, page.TickText(v))
	}
	c.Text("mid", (x.From+x.To)/2, 236, "score")
	c.Text("end soft", 43, y.To+9, fmt.Sprintf("%.0f %%", highest))
	c.Text("end soft", 43, y.From, fmt.Sprintf("%.0f %%", highest))
	c.Text("soft", 48, 33, fmt.Sprintf("up: %s (%d), down: %s (%d)", o.Positive, positives, o.Negative, negatives))
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

func histogramTable(charts []analysis.ScoreChart, o analysis.Options, part analysis.Partition) page.Table {
	t := page.Table{ID: "scores-data-" + string(part), Caption: "Radiographs by score and class", Columns: []string{"score from"}}
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
