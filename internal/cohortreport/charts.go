package cohortreport

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"femur/internal/report/page"
)

// area is the class of the i-th label's areas: filled, then outlined, so that neighbors differ without color.
func area(i int) string {
	if i%2 == 0 {
		return "bar " + page.Fill(i)
	}
	return "box " + page.Series(i) + " " + page.Fill(i)
}

// legend names the labels, as many as fit on a line from left to right, and returns the last line's y.
func legend(c *page.Chart, left, right, y float64, labels []string) float64 {
	x := left
	for i, label := range labels {
		name := clip(labelName(label), 16)
		width := 20 + 7.4*float64(utf8.RuneCountInString(name))
		if x > left && x+width > right {
			x, y = left, y+17
		}
		c.Rectangle(area(i), x, y-10, 11, 11)
		c.Text("soft", x+16, y, name)
		x += width + 12
	}
	return y
}

// clip shortens a text to a number of runes.
func clip(text string, room int) string {
	if utf8.RuneCountInString(text) <= room {
		return text
	}
	return string([]rune(text)[:room-1]) + "…"
}

// A bar is one row of a bar chart: a name and a number for each label, and all of them together.
type bar struct {
	name string
	all  int
	of   []int
}

// shownBars is how many bars a chart has; the table has all values.
const shownBars = 12

func barsOf(b Breakdown) []bar {
	var out []bar
	shown := b.Groups
	limit := shownBars
	if b.Property == "study_year" {
		limit = 3 * shownBars
	}
	if len(shown) > limit {
		shown = shown[:limit]
	}
	for _, g := range shown {
		out = append(out, bar{name: orNotStated(g.Value), all: g.Patients, of: patientsOf(g.ByLabel)})
	}
	return out
}

func perPatientBars(s Summary) []bar {
	var out []bar
	for _, p := range s.PerPatient[:min(len(s.PerPatient), shownBars)] {
		out = append(out, bar{name: grouped(p.Radiographs), all: p.Patients, of: patientsOf(p.ByLabel)})
	}
	return out
}

func patientsOf(list []LabelCount) []int {
	var out []int
	for _, c := range list {
		out = append(out, c.Patients)
	}
	return out
}

// barChart draws a horizontal bar for each value, its labels one after the other.
func barChart(id, title string, bars []bar, labels []string) page.Chart {
	c := page.Chart{ID: id, Title: "Patients by: " + strings.ToLower(title), Width: 328}
	const left, right, pitch = 126.0, 240.0, 21.0
	c.Text("strong", 0, 14, title)
	top := legend(&c, left, 328, 32, labels) + 12
	most := 1
	for _, b := range bars {
		sum := 0
		for _, n := range b.of {
			sum += n
		}
		most = max(most, sum)
	}
	var told []string
	for i, b := range bars {
		y := top + pitch*float64(i)
		c.Text("end", left-8, y+13, clip(b.name, 14))
		x := left
		for l, n := range b.of {
			width := float64(n) / float64(most) * (right - left)
			if n > 0 {
				c.Rectangle(area(l), x+0.8, y+2, max(width-1.6, 0.8), pitch-6)
			}
			x += width
		}
		c.Text("soft", x+6, y+13, b.numbers())
		told = append(told, fmt.Sprintf("%s: %s", b.name, count(b.all, "patient")))
	}
	c.Height = int(top+pitch*float64(len(bars))) + 8
	c.Path("axis", "M# #V#", left, top, float64(c.Height)-8)
	c.Description = fmt.Sprintf("Bars of patients by label (%s). %s.", labelNames(labels), strings.Join(told, "; "))
	return c
}

// numbers prints the counts of the labels as "12 + 28" or, where there is no room for them, of all patients.
func (b bar) numbers() string {
	var parts []string
	for _, n := range b.of {
		parts = append(parts, grouped(n))
	}
	if text := strings.Join(parts, " + "); len(text) <= 11 {
		return text
	}
	return grouped(b.all)
}

func labelNames(labels []string) string {
	var names []string
	for _, l := range labels {
		names = append(names, labelName(l))
	}
	return strings.Join(names, ", ")
}

// histogramChart has a panel for each label over one axis, each in percent of its label.
func histogramChart(id, title, axis string, h Histogram) page.Chart {
	c := page.Chart{ID: id, Title: title, Width: 652, Wide: true}
	const left, right, panel, gap, head = 118.0, 624.0, 74.0, 12.0, 8.0
	bins := 0
	if len(h.ByLabel) > 0 {
		bins = len(h.ByLabel[0].Bins)
	}
	x := page.Scale{Low: h.From, High: h.From + h.Width*float64(max(bins, 1)), From: left, To: right}
	highest := 0.0
	for _, l := range h.ByLabel {
		for _, n := range l.Bins {
			highest = max(highest, float64(n)/float64(max(total(l.Bins), 1)))
		}
	}
	bottom := head + float64(len(h.ByLabel))*(panel+gap) - gap
	for _, v := range x.Ticks() { // below the bars
		c.Path("grid", "M# #V#", x.At(v), head, bottom)
		c.Text("mid soft", x.At(v), bottom+17, tick(v))
	}
	var told []string
	for i, l := range h.ByLabel {
		n := total(l.Bins)
		y := page.Scale{Low: 0, High: max(highest, 0.01), From: head + float64(i+1)*panel + float64(i)*gap, To: head + float64(i)*(panel+gap) + 12}
		c.Text("end", left-8, y.From-14, clip(labelName(l.Label), 15))
		c.Text("end soft", left-8, y.From+1, "n = "+grouped(n))
		c.Text("end soft", left-8, y.To+5, percent(highest))
		fullest := 0
		for k, v := range l.Bins {
			if v > l.Bins[fullest] {
				fullest = k
			}
			if v == 0 {
				continue
			}
			from, to := x.At(h.From+h.Width*float64(k)), x.At(h.From+h.Width*float64(k+1))
			at := y.At(float64(v) / float64(n))
			c.Rectangle(area(i), from+0.8, at, to-from-1.6, y.From-at)
		}
		c.Path("axis", "M# #H#", left, y.From, right)
		if n > 0 {
			told = append(told, fmt.Sprintf("%s: %s, most between %s and %s", labelName(l.Label), count(n, "radiograph"), number(h.From+h.Width*float64(fullest)), number(h.From+h.Width*float64(fullest+1))))
		}
	}
	c.Text("mid", (left+right)/2, bottom+36, axis)
	c.Height = int(bottom) + 44
	c.Description = fmt.Sprintf("Histograms over %s. %s.", axis, strings.Join(told, "; "))
	return c
}

// tick prints a tick, thousands in groups.
func tick(v float64) string {
	if v >= 1000 && v == float64(int(v)) {
		return grouped(int(v))
	}
	return page.TickText(v)
}

func total(bins []int) int {
	n := 0
	for _, v := range bins {
		n += v
	}
	return n
}

func histogramTable(id, caption, from string, h Histogram) page.Table {
	t := page.Table{ID: id, Caption: caption, Columns: []string{from}}
	if len(h.ByLabel) == 0 {
		return t
	}
	for _, l := range h.ByLabel {
		t.Columns = append(t.Columns, labelName(l.Label))
	}
	for k := range h.ByLabel[0].Bins {
		row := []string{page.TickText(h.From + h.Width*float64(k))}
		for _, l := range h.ByLabel {
			row = append(row, grouped(l.Bins[k]))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// A named distribution is a row of a table, or a box of a chart.
type named struct {
	name string
	of   Distribution
}

func distributionTable(id, caption, unit string, rows []named) page.Table {
	t := page.Table{ID: id, Caption: caption, Columns: []string{strings.TrimSpace("quantity " + unit), "radiographs", "least", "25 %", "median", "75 %", "90 %", "greatest"}}
	for _, r := range rows {
		row := []string{r.name, grouped(r.of.N)}
		for _, v := range []float64{r.of.Min, r.of.Q25, r.of.Median, r.of.Q75, r.of.Q90, r.of.Max} {
			row = append(row, number(v))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// boxChart has a box plot in each row.
func boxChart(id, title, axis string, rows []named) page.Chart {
	c := page.Chart{ID: id, Title: title, Width: 520}
	const left, top, pitch = 118.0, 10.0, 28.0
	bottom := top + pitch*float64(len(rows))
	c.Height = int(bottom) + 46
	high := 0.0
	for _, r := range rows {
		high = max(high, r.of.Q95)
	}
	x := page.Scale{Low: 0, High: max(1.05*high, 1e-6), From: left, To: 500}
	for _, v := range x.Ticks() {
		c.Path("grid", "M# #V#", x.At(v), top, bottom)
		c.Text("mid soft", x.At(v), bottom+17, tick(v))
	}
	c.Path("axis", "M# #H#", left, bottom, x.To)
	c.Text("mid", (left+x.To)/2, bottom+36, axis)
	var told []string
	for i, r := range rows {
		y := top + pitch*(float64(i)+0.5)
		class := "n"
		if i > 0 {
			class = fmt.Sprint((i - 1) % 6)
		}
		c.Text("end", left-8, y+4, fmt.Sprintf("%s (%s)", clip(r.name, 10), grouped(r.of.N)))
		c.Path("whisker s"+class, "M# #H#M# #H#", x.At(r.of.Q05), y, x.At(r.of.Q25), x.At(r.of.Q75), y, x.At(r.of.Q95))
		c.Rectangle("box s"+class+" f"+class, x.At(r.of.Q25), y-8, max(x.At(r.of.Q75)-x.At(r.of.Q25), 1), 16)
		c.Path("median s"+class, "M# #v16", x.At(r.of.Median), y-8)
		told = append(told, fmt.Sprintf("%s: median %s of %s", r.name, number(r.of.Median), count(r.of.N, "radiograph")))
	}
	c.Description = fmt.Sprintf("Box plots of %s. %s.", axis, strings.Join(told, "; "))
	return c
}

// scatterChart draws the places of centers over a radiograph of the cohort's median shape.
func scatterChart(s Summary) page.Chart {
	c := page.Chart{ID: "places", Title: "Where the centers lie", Width: 420}
	shape := min(max(s.Sizes.Height.Median/max(s.Sizes.Width.Median, 1), 0.6), 1.8)
	const left, right, top = 46.0, 356.0, 52.0
	bottom := top + shape*(right-left)
	c.Height = int(bottom) + 44
	x, y := page.Scale{Low: 0, High: 1, From: left, To: right}, page.Scale{Low: 0, High: 1, From: top, To: bottom}
	c.Text("", 4, top-14, "from the top, in heights")
	for _, v := range []float64{0, 0.25, 0.5, 0.75, 1} {
		c.Path("grid", "M# #V#M# #H#", x.At(v), top, bottom, left, y.At(v), right)
		c.Text("mid soft", x.At(v), bottom+17, page.TickText(v))
		c.Text("end soft", left-7, y.At(v)+4, page.TickText(v))
	}
	c.Path("axis", "M# #H#V#H#Z", left, top, right, bottom, left)
	key := left
	for i, label := range s.Labels {
		var d strings.Builder
		if i%2 == 0 {
			fmt.Fprintf(&d, "M%s 12h0", page.Coordinate(key+3))
		} else {
			fmt.Fprintf(&d, "M%s 9.5l5 5m0-5l-5 5", page.Coordinate(key+0.5))
		}
		c.Text("soft", key+12, 16, clip(labelName(label), 16))
		key += 32 + 7.4*float64(utf8.RuneCountInString(clip(labelName(label), 16)))
		for _, p := range s.Centers.Places {
			if p.Label != label {
				continue
			}
			if i%2 == 0 {
				fmt.Fprintf(&d, "M%s %sh0", page.Coordinate(x.At(p.X)), page.Coordinate(y.At(p.Y)))
			} else {
				fmt.Fprintf(&d, "M%s %sl5 5m0-5l-5 5", page.Coordinate(x.At(p.X)-2.5), page.Coordinate(y.At(p.Y)-2.5))
			}
		}
		class := "dots"
		if i%2 == 1 {
			class = "crosses"
		}
		c.Marks = append(c.Marks, page.Mark{Class: fmt.Sprintf("%s s%d", class, i%6), D: d.String()})
	}
	at := s.Centers
	c.Path("chance", "M# #V#M# #H#", x.At(at.Across.Median), top, bottom, left, y.At(at.Down.Median), right)
	c.Text("mid", (left+right)/2, bottom+36, "from the left, in widths")
	c.Description = fmt.Sprintf("Scatter of %s over the unit square. The median lies at %.0f percent of the width and %.0f percent of the height.",
		count(len(at.Places), "center"), 100*at.Across.Median, 100*at.Down.Median)
	return c
}

// associationChart has a dot for each property, over the effect in parts of a medium one.
func associationChart(list []Association) page.Chart {
	c := page.Chart{ID: "associations", Title: "How closely properties of the acquisition go with the label", Width: 640, Wide: true}
	const left, right, top, pitch = 206.0, 506.0, 10.0, 23.0
	bottom := top + pitch*float64(len(list))
	high := 2.0
	for _, a := range list {
		high = max(high, a.share())
	}
	x := page.Scale{Low: 0, High: high * 1.02, From: left, To: right}
	for _, v := range x.Ticks() {
		c.Path("grid", "M# #V#", x.At(v), top, bottom)
		c.Text("mid soft", x.At(v), bottom+17, page.TickText(v))
	}
	c.Path("axis", "M# #H#", left, bottom, right)
	c.Path("zero", "M# #V#", x.At(1), top, bottom)
	c.Text("mid", (left+right)/2, bottom+36, "effect, in parts of a medium one")
	var told []string
	for i, a := range list {
		y := top + pitch*(float64(i)+0.5)
		class := map[Verdict]string{Confounded: "1", Unclear: "1", Slight: "0"}[a.Verdict]
		if class == "" {
			class = "n"
		}
		c.Text("end", left-12, y+4, clip(a.Title, 28))
		c.Path("whisker s"+class, "M# #H#", left, y, x.At(a.share()))
		if a.PAdjusted <= significance {
			c.Dot("f"+class, x.At(a.share()), y, 5)
		} else {
			c.Dot("open s"+class, x.At(a.share()), y, 4.2)
		}
		c.Text("soft", right+12, y+4, fmt.Sprintf("%s %.2f", a.Measure, a.Effect))
		told = append(told, fmt.Sprintf("%s: %s %.2f, %s", a.Title, a.Measure, a.Effect, a.Verdict))
	}
	c.Height = int(bottom) + 46
	c.Description = strings.Join(told, "; ") + "."
	return c
}
