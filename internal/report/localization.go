package report

import (
	"fmt"
	"strconv"
	"strings"

	"femur/internal/analysis"
	"femur/internal/report/page"
)

// partName is how a part is spoken of.
func partName(p analysis.Partition) string {
	if p == analysis.Test {
		return "test part"
	}
	return "out of fold"
}

// localizationSection shows one part's errors: distribution, spread, table.
func localizationSection(r analysis.Result, part analysis.Partition) (page.Section, bool) {
	s := page.Section{ID: "localization-" + string(part), Title: "Finding the center, " + partName(part)}
	var charts []analysis.ErrorChart
	for _, c := range r.Charts.Errors {
		if c.Partition == part && c.N > 0 {
			charts = append(charts, c)
		}
	}
	if len(charts) == 0 {
		return s, false
	}
	if part == analysis.Test {
		s.Text = append(s.Text, "No network saw a patient of the test part; a radiograph's center is that of the folds' networks together.")
	} else {
		s.Text = append(s.Text, "Each radiograph of the development part was localized by the network of the fold that held its patient out. Shown apart from the test part, and not used for the answer if there is one.")
	}
	s.Text = append(s.Text, "The constant-mean guess, for comparison, places every center at the mean relative position of the training centers.")
	unit := charts[0].Unit
	s.Figures = append(s.Figures, page.Figure{
		Caption: caption,
		Charts:  []page.Chart{errorCurve(charts, part), errorBoxes(charts, part)},
		Data:    quantileTable(charts, part),
	})
	s.Tables = append(s.Tables, errorTable(r, part, unit), successTable(r, part))
	return s, true
}

const caption = "First: share of radiographs whose error is at most the value on the axis. Second: boxes span the middle half of the radiographs, whiskers the middle 90 percent, the thick line is the median; the number of radiographs is in parentheses. Both axes are logarithmic."

// seriesOf numbers the arms of charts in order; the guess has the neutral class.
func seriesOf(charts []analysis.ErrorChart) map[string]string {
	out := map[string]string{}
	for _, c := range charts {
		if _, ok := out[c.Arm]; ok {
			continue
		}
		if c.Arm == analysis.ConstantMean {
			out[c.Arm] = "n"
			continue
		}
		out[c.Arm] = strconv.Itoa(len(out) % 6)
	}
	return out
}

// errorScale spans the charts' errors from their 2 to their 99 percent quantiles.
func errorScale(charts []analysis.ErrorChart, from, to float64) page.Scale {
	low, high := 0.0, 0.0
	for i, c := range charts {
		l, h := c.Quantiles[2], c.Quantiles[99]
		if i == 0 || l < low {
			low = l
		}
		high = max(high, h)
	}
	high = max(high, 1e-3)
	low = min(max(low, high/1000), high/10)
	return page.Scale{Low: page.Round125(low, false), High: page.Round125(high, true), From: from, To: to, Log: true}
}

func errorCurve(charts []analysis.ErrorChart, part analysis.Partition) page.Chart {
	c := page.Chart{ID: "error-curve-" + string(part), Title: "Cumulative localization error, " + partName(part), Width: 460, Height: 340}
	x := errorScale(charts, 46, 440)
	y := page.Scale{Low: 0, High: 100, From: 265, To: 28}
	c.Axes(x, y, "error, "+charts[0].Unit, "radiographs, %")
	class := seriesOf(charts)
	var told []string
	legend := 46.0
	for _, e := range charts {
		if e.Group != "all" {
			continue
		}
		var points [][2]float64
		for q, v := range e.Quantiles {
			points = append(points, [2]float64{x.At(v), y.At(float64(q))})
		}
		c.Polyline("s s"+class[e.Arm], points, false)
		c.Path("s s"+class[e.Arm], "M# #h26", legend, 322.0)
		c.Text("", legend+31, 326, e.Arm)
		legend += 48 + 7.2*float64(len(e.Arm))
		told = append(told, fmt.Sprintf("%s reaches half of %d radiographs at %s and 90 percent at %s %s", e.Arm, e.N, short(e.Quantiles[50]), short(e.Quantiles[90]), e.Unit))
	}
	c.Description = "Cumulative distribution on a logarithmic axis. " + strings.Join(told, "; ") + "."
	return c
}

func errorBoxes(charts []analysis.ErrorChart, part analysis.Partition) page.Chart {
	c := page.Chart{ID: "error-boxes-" + string(part), Title: "Localization error by network and class, " + partName(part), Width: 460}
	const left, top, pitch = 150.0, 14.0, 26.0
	bottom := top + pitch*float64(len(charts))
	c.Height = int(bottom) + 48
	x := errorScale(charts, left, 445)
	for _, v := range x.Ticks() {
		c.Path("grid", "M# #V#", x.At(v), top, bottom)
		c.Text("mid soft", x.At(v), bottom+17, page.TickText(v))
	}
	c.Path("axis", "M# #H#", left, bottom, x.To)
	c.Text("mid", (left+x.To)/2, bottom+36, "error, "+charts[0].Unit)
	class := seriesOf(charts)
	var told []string
	for i, e := range charts {
		y := top + pitch*(float64(i)+0.5)
		name := "  " + e.Group
		style := "end soft"
		if e.Group == "all" {
			name, style = e.Arm, "end"
		}
		c.Text(style, left-8, y+4, fmt.Sprintf("%s (%d)", name, e.N))
		q := func(p int) float64 { return x.At(e.Quantiles[p]) }
		c.Path("whisker s"+class[e.Arm], "M# #H#M# #H#", q(5), y, q(25), q(75), y, q(95))
		c.Rectangle("box s"+class[e.Arm]+" f"+class[e.Arm], q(25), y-8, max(q(75)-q(25), 1), 16)
		c.Path("median s"+class[e.Arm], "M# #v16", q(50), y-8)
		told = append(told, fmt.Sprintf("%s, %s: median %s", e.Arm, e.Group, short(e.Quantiles[50])))
	}
	c.Description = fmt.Sprintf("Box plots on a logarithmic axis, in %s. %s.", charts[0].Unit, strings.Join(told, "; "))
	return c
}

func quantileTable(charts []analysis.ErrorChart, part analysis.Partition) page.Table {
	t := page.Table{
		ID: "error-quantiles-" + string(part), Caption: fmt.Sprintf("Quantiles of the error in %s", charts[0].Unit),
		Columns: []string{"network, class", "radiographs"},
	}
	shown := []int{5, 25, 50, 75, 90, 95}
	for _, p := range shown {
		t.Columns = append(t.Columns, fmt.Sprintf("%d %%", p))
	}
	for _, e := range charts {
		row := []string{e.Arm + ", " + e.Group, strconv.Itoa(e.N)}
		for _, p := range shown {
			row = append(row, short(e.Quantiles[p]))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// short prints three significant digits.
func short(v float64) string { return strconv.FormatFloat(roundTo(v, 3), 'f', -1, 64) }

func roundTo(v float64, digits int) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', digits-1, 64), 64)
	if err != nil {
		return v
	}
	return rounded
}

// errorTable has median, 90 percent quantile and mean with intervals, by network
// and class.
func errorTable(r analysis.Result, part analysis.Partition, unit string) page.Table {
	t := page.Table{
		ID: "errors-" + string(part), Caption: fmt.Sprintf("Localization error with %s intervals, %s", levelText(r), partName(part)),
		Columns: []string{"network, class", "patients, radiographs", "median, " + unit, "90 % quantile, " + unit, "mean, " + unit, "median, px", "ratio to constant mean"},
	}
	name := map[string]string{"mm": "mm", "% of diagonal": "diagonal"}[unit]
	cells := indexEstimates(r.Metrics.Localization, part)
	for _, key := range cells.rows {
		median, ok := cells.at(key, "error_"+name+"_median")
		if !ok {
			continue
		}
		row := []string{key.arm + ", " + key.group, size(median)}
		for _, n := range []string{"error_" + name + "_median", "error_" + name + "_p90", "error_" + name + "_mean", "error_px_median", "median_error_ratio_to_constant_mean"} {
			row = append(row, cells.text(key, n))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// successTable has the share of radiographs within each radius.
func successTable(r analysis.Result, part analysis.Partition) page.Table {
	t := page.Table{ID: "success-" + string(part), Caption: fmt.Sprintf("Share of radiographs localized within a radius, with %s intervals, %s", levelText(r), partName(part)), Columns: []string{"network, class"}}
	cells := indexEstimates(r.Metrics.Localization, part)
	var names []string
	for _, e := range r.Metrics.Localization {
		radius, ok := strings.CutPrefix(e.Name, "success_within_")
		if !ok || e.Partition != part || contains(names, e.Name) {
			continue
		}
		names = append(names, e.Name)
		radius = strings.Replace(strings.Replace(radius, "mm", " mm", 1), "percent", " % of diagonal", 1)
		t.Columns = append(t.Columns, "within "+radius)
	}
	for _, key := range cells.rows {
		row := []string{key.arm + ", " + key.group}
		for _, n := range names {
			row = append(row, cells.text(key, n))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
