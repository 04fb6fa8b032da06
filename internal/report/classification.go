package report

import (
	"fmt"
	"slices"
	"strings"

	"femur/internal/analysis"
	"femur/internal/report/page"
)

// classificationSection shows one part's scores: ROC, distribution, tables.
func classificationSection(r analysis.Result, part analysis.Partition) (page.Section, bool) {
	s := page.Section{ID: "classification-" + string(part), Title: fmt.Sprintf("Telling %s from %s, %s", r.Options.Positive, r.Options.Negative, partName(part))}
	var charts []analysis.ScoreChart
	for _, c := range r.Charts.Scores {
		if c.Partition == part {
			charts = append(charts, c)
		}
	}
	if len(charts) == 0 {
		return s, false
	}
	if part == analysis.Test {
		s.Text = append(s.Text, "No classifier saw a patient of the test part. Where the classifiers of several folds scored a radiograph, its score is their mean. Thresholds were chosen on the out-of-fold scores of the development part.")
	} else {
		s.Text = append(s.Text, "Each radiograph of the development part was scored by the classifier of the fold that held its patient out. The threshold for a fold was chosen on the other folds. Shown apart from the test part, and not used for the answer if that part has both classes.")
	}
	if roc := rocCharts(r, charts, part); len(roc) > 0 {
		s.Figures = append(s.Figures, page.Figure{
			Caption: fmt.Sprintf("ROC curves, a radiograph a row, with the pointwise %s band of the patient bootstrap. The diagonal is chance.", levelText(r)),
			Charts:  roc, Data: bandTable(charts, part),
		})
	} else {
		s.Text = append(s.Text, "This part lacks one of the classes: there is no ROC curve.")
	}
	var histograms []page.Chart
	for i, c := range charts {
		histograms = append(histograms, scoreHistogram(c, r.Options, i))
	}
	s.Figures = append(s.Figures, page.Figure{
		Caption: fmt.Sprintf("Distribution of the scores: %s upward, %s downward, each in percent of its class.", r.Options.Positive, r.Options.Negative),
		Charts:  histograms, Data: histogramTable(charts, r.Options, part),
	})
	s.Tables = append(s.Tables,
		metricTable(r, part, "areas-", "Discrimination and probabilities", []column{
			{"auroc", "AUROC"}, {"auroc_delong", "AUROC, DeLong's interval"}, {"auprc", "AUPRC"}, {"brier", "Brier score"},
		}),
		metricTable(r, part, "rates-", "At the threshold of Youden", []column{
			{"sensitivity", "sensitivity"}, {"specificity", "specificity"}, {"ppv", "PPV"}, {"npv", "NPV"}, {"accuracy", "accuracy"},
		}))
	last := &s.Tables[len(s.Tables)-1]
	if majority, ok := baseline(r, part); ok {
		last.Notes = append(last.Notes, fmt.Sprintf("Always naming the larger class is right for %.0f %% of the radiographs. PPV and NPV hold at the prevalence of this part.", 100*majority))
	}
	return s, true
}

type column struct{ name, title string }

// metricTable has one row for each arm and unit of analysis.
func metricTable(r analysis.Result, part analysis.Partition, id, caption string, columns []column) page.Table {
	t := page.Table{ID: id + string(part), Caption: fmt.Sprintf("%s, with %s intervals, %s", caption, levelText(r), partName(part)), Columns: []string{"network · input", "patients, radiographs"}}
	for _, c := range columns {
		t.Columns = append(t.Columns, c.title)
	}
	cells := indexEstimates(r.Metrics.Classification, part)
	for _, key := range cells.rows {
		var row []string
		for _, c := range columns {
			if e, ok := cells.at(key, c.name); ok && row == nil {
				row = []string{key.arm + ", " + key.group, size(e)}
			}
		}
		if row == nil {
			continue
		}
		for _, c := range columns {
			row = append(row, cells.text(key, c.name))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// baseline is the accuracy of naming the larger class on radiographs.
func baseline(r analysis.Result, part analysis.Partition) (float64, bool) {
	for _, e := range r.Metrics.Classification {
		if e.Partition == part && e.Name == "accuracy" && e.Baseline != nil {
			return *e.Baseline, true
		}
	}
	return 0, false
}

// inputSeries gives every input its color and dashes, the same in all charts.
func inputSeries(r analysis.Result) map[string]int {
	var inputs []string
	for _, c := range r.Charts.Scores {
		if !contains(inputs, c.Input) {
			inputs = append(inputs, c.Input)
		}
	}
	first := []string{r.Options.PatchInput, r.Options.WholeInput, r.Options.OracleInput}
	slices.SortStableFunc(inputs, func(a, b string) int {
		rank := func(s string) int {
			if i := slices.Index(first, s); i >= 0 {
				return i
			}
			return len(first)
		}
		return rank(a) - rank(b)
	})
	out := map[string]int{}
	for i, input := range inputs {
		out[input] = i
	}
	return out
}

// rocCharts has a panel for each network, with a curve for each input.
func rocCharts(r analysis.Result, charts []analysis.ScoreChart, part analysis.Partition) []page.Chart {
	var models []string
	for _, c := range charts {
		if c.Curve != nil && !contains(models, c.Model) {
			models = append(models, c.Model)
		}
	}
	number := inputSeries(r)
	cells := indexEstimates(r.Metrics.Classification, part)
	var out []page.Chart
	for m, model := range models {
		c := page.Chart{ID: fmt.Sprintf("roc-%s-%d", part, m), Title: fmt.Sprintf("ROC of %s, %s", model, partName(part)), Width: 400}
		x, y := page.Scale{Low: 0, High: 1, From: 44, To: 384}, page.Scale{Low: 0, High: 1, From: 372, To: 32}
		c.Axes(x, y, "1 − specificity", "sensitivity")
		c.Text("end strong", 384, 18, model)
		c.Path("chance", "M# #L# #", x.At(0), y.At(0), x.At(1), y.At(1))
		var drawn []analysis.ScoreChart
		for _, s := range charts {
			if s.Model == model && s.Curve != nil {
				drawn = append(drawn, s)
			}
		}
		slices.SortStableFunc(drawn, func(a, b analysis.ScoreChart) int { return number[a.Input] - number[b.Input] })
		for _, s := range drawn {
			var band [][2]float64
			for _, b := range s.Band {
				band = append(band, [2]float64{x.At(b.FalsePositiveRate), y.At(b.High)})
			}
			for _, b := range slices.Backward(s.Band) {
				band = append(band, [2]float64{x.At(b.FalsePositiveRate), y.At(b.Low)})
			}
			c.Polyline("band "+page.Fill(number[s.Input]), band, true)
		}
		var told []string
		for i, s := range drawn {
			var curve [][2]float64
			for _, p := range s.Curve {
				curve = append(curve, [2]float64{x.At(p.FalsePositiveRate), y.At(p.TruePositiveRate)})
			}
			c.Polyline(page.Series(number[s.Input]), curve, false)
			area := "AUROC " + cells.text(armGroup{s.Arm, "per image"}, "auroc")
			row := 434 + 20*float64(i)
			c.Path(page.Series(number[s.Input]), "M44 #h30", row-4)
			c.Text("", 82, row, s.Input+": "+area)
			told = append(told, s.Input+" "+area)
		}
		c.Height = 434 + 20*len(drawn) - 8
		c.Description = fmt.Sprintf("Sensitivity against 1 − specificity for %s. %s.", model, strings.Join(told, "; "))
		out = append(out, c)
	}
	return out
}

// bandTable reads the curves at a few false positive rates.
func bandTable(charts []analysis.ScoreChart, part analysis.Partition) page.Table {
	t := page.Table{ID: "roc-data-" + string(part), Caption: "Sensitivity limits of the bands, by 1 − specificity", Columns: []string{"network · input"}}
	rates := []float64{0.02, 0.1, 0.2, 0.3, 0.5, 0.8}
	for _, rate := range rates {
		t.Columns = append(t.Columns, page.TickText(rate))
	}
	for _, c := range charts {
		if c.Band == nil {
			continue
		}
		row := []string{c.Arm}
		for _, rate := range rates {
			for _, b := range c.Band {
				if d := b.FalsePositiveRate - rate; d < 1e-9 && d > -1e-9 {
					row = append(row, fmt.Sprintf("%.2f to %.2f", b.Low, b.High))
				}
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
