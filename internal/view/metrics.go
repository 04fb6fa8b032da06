package view

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Metrics is what a metrics file says, as far as it is printed; the names in JSON are those of the file.
type Metrics struct {
	Notice         string      `json:"notice"`
	Localization   []Metric    `json:"localization"`
	Classification []Metric    `json:"classification"`
	Comparisons    []Metric    `json:"comparisons"`
	Thresholds     []Threshold `json:"thresholds"`
	Answers        []Answer    `json:"answers"`
	Omitted        []Omission  `json:"omitted"`
}

// Estimates lists all numbers that have a name.
func (m *Metrics) Estimates() []Metric {
	return slices.Concat(m.Localization, m.Classification, m.Comparisons)
}

// A Metric is an estimate with its interval.
type Metric struct {
	Name       string  `json:"name"`
	Arm        string  `json:"arm"`
	Group      string  `json:"group"`
	Partition  string  `json:"partition"`
	Unit       string  `json:"unit"`
	Estimate   float64 `json:"estimate"`
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	Level      float64 `json:"level"`
	NPatients  int     `json:"n_patients"`
	NImages    int     `json:"n_images"`
	Conclusion string  `json:"conclusion"` // of a comparison, a sentence
}

// Value prints the estimate with its unit.
func (m Metric) Value() string { return strings.TrimSpace(significant(m.Estimate) + " " + m.Unit) }

// A Threshold is the score from which an arm calls positive.
type Threshold struct {
	Arm       string  `json:"arm"`
	Group     string  `json:"group"`
	Partition string  `json:"applied_to"`
	Value     float64 `json:"value"`
	ChosenOn  string  `json:"chosen_on"`
}

// An Answer answers one of the study's questions in words.
type Answer struct {
	Question  string  `json:"question"`
	Partition string  `json:"partition"`
	Headline  string  `json:"headline"`
	Basis     string  `json:"basis"`
	Points    []Point `json:"points"`
}

// A Point is one part of an answer: a heading and its findings.
type Point struct {
	Title    string   `json:"title"`
	Findings []string `json:"findings"`
}

// An Omission is an estimate that could not be computed, with the reason.
type Omission struct {
	Name      string `json:"name"`
	Arm       string `json:"arm"`
	Group     string `json:"group"`
	Partition string `json:"partition"`
	Reason    string `json:"reason"`
}

// metrics prints the answers first, then the numbers behind them: of one part of the study, that which
// the answers rest on, or of all.
func (p *page) metrics(m Metrics, all bool) {
	part, others := m.parts()
	in := func(of string) bool { return all || of == part }
	if m.Notice != "" {
		p.wrapped("", m.Notice)
		p.linef("")
	}
	for _, a := range m.Answers {
		p.answer(a)
	}
	p.estimates("Localization", m.Localization, in)
	p.estimates("Classification", m.Classification, in)
	p.comparisons(m.Comparisons, in)
	p.thresholds(m.Thresholds, in)
	p.omissions(m.Omitted, in)
	if len(others) > 0 && !all {
		p.wrapped("", fmt.Sprintf("This is the %s part; --all adds %s.", part, strings.Join(others, " and ")))
	}
}

// parts tells the part that the answers rest on, or else the first, and the others.
func (m Metrics) parts() (first string, others []string) {
	for _, a := range m.Answers {
		if first = a.Partition; first != "" {
			break
		}
	}
	for i, e := range m.Estimates() {
		if i == 0 && first == "" {
			first = e.Partition
		}
		if e.Partition != first && !slices.Contains(others, e.Partition) {
			others = append(others, e.Partition)
		}
	}
	return first, others
}

func (p *page) answer(a Answer) {
	p.question(a)
	for _, point := range a.Points {
		p.linef("")
		p.wrapped("  ", point.Title)
		for _, finding := range point.Findings {
			p.wrapped("  · ", finding)
		}
	}
	if a.Basis != "" {
		p.linef("")
		p.wrapped("  ", a.Basis)
	}
	p.linef("")
}

// question prints a question and its answer in short.
func (p *page) question(a Answer) {
	for _, line := range wrap(a.Question, p.width) {
		p.linef("%s", p.bold(line))
	}
	p.wrapped("  ", a.Headline)
}

// estimates prints a table for each arm, group and part that rests on the same patients.
func (p *page) estimates(title string, list []Metric, in func(string) bool) {
	type table struct {
		heading string
		rows    []Metric
	}
	var tables []*table
	for _, e := range list {
		if !in(e.Partition) {
			continue
		}
		heading := fmt.Sprintf("%s (%s of %s)", e.scope(), Count(e.NImages, "radiograph"), Count(e.NPatients, "patient"))
		i := slices.IndexFunc(tables, func(t *table) bool { return t.heading == heading })
		if i < 0 {
			tables = append(tables, &table{heading: heading})
			i = len(tables) - 1
		}
		tables[i].rows = append(tables[i].rows, e)
	}
	if len(tables) == 0 {
		return
	}
	p.linef("%s", p.bold(title))
	for _, t := range tables {
		p.linef("")
		p.wrapped("  ", t.heading)
		p.estimateTable(t.rows)
	}
	p.linef("")
}

// scope names what an estimate is of: the arm, the part, the group.
func (m Metric) scope() string {
	words := []string{m.Arm}
	if m.Partition != "" {
		words = append(words, m.Partition+" part")
	}
	return strings.Join(append(words, m.Group), ", ")
}

// longName is from where on a name stands alone, without the words beside it.
const longName = 26

func (p *page) estimateTable(rows []Metric) {
	names := 0
	for _, m := range rows {
		if n := len([]rune(m.Name)); n <= longName {
			names = max(names, n)
		}
	}
	g := grid{indent: "    ", columns: []column{{end: true}, {right: true}, {right: true}}}
	for _, m := range rows {
		name := m.Name
		if words := metricWords(m.Name); words != "" {
			name = pad(name, names) + "  " + words
		}
		g.columns[0].least = max(g.columns[0].least, len([]rune(m.Name)))
		value := m.Value()
		if of, ok := strings.CutPrefix(m.Unit, "% of "); ok && strings.Contains(m.Name, of) {
			value = strings.TrimSuffix(value, " of "+of) // the name says of what
		}
		g.add(name, value, "("+significant(m.Low)+" to "+significant(m.High)+")")
	}
	g.print(p)
}

// metricWords says in words what a short name stands for.
func metricWords(name string) string {
	words := map[string]string{
		"auroc": "area under the ROC curve", "auroc_delong": "the same, DeLong's interval",
		"auprc": "area under precision and recall", "brier": "Brier score, 0 is best",
		"ppv": "positive predictive value", "npv": "negative predictive value",
	}
	if w, ok := words[name]; ok {
		return w
	}
	if strings.HasPrefix(name, "error_") {
		return map[string]string{"median": "median", "p90": "90 % within", "mean": "mean"}[name[strings.LastIndexByte(name, '_')+1:]]
	}
	if within, ok := strings.CutPrefix(name, "success_within_"); ok {
		return "share within " + strings.NewReplacer("percent", " %", "mm", " mm", "px", " px").Replace(within)
	}
	return ""
}

// comparisons prints the sentence of each difference under what is compared.
func (p *page) comparisons(list []Metric, in func(string) bool) {
	list = slices.DeleteFunc(slices.Clone(list), func(m Metric) bool { return !in(m.Partition) })
	if len(list) == 0 {
		return
	}
	p.linef("%s", p.bold("Comparisons"))
	for _, m := range list {
		p.linef("")
		p.wrapped("  ", m.Name+": "+m.scope())
		text := m.Conclusion
		if text == "" {
			text = fmt.Sprintf("%s (%s to %s)", m.Value(), significant(m.Low), significant(m.High))
		}
		p.wrapped("    ", text)
	}
	p.linef("")
}

func (p *page) thresholds(list []Threshold, in func(string) bool) {
	g := grid{indent: "  ", columns: []column{{title: "ARM"}, {title: "GROUP"}, {title: "PART"}, {title: "SCORE", right: true}, {title: "CHOSEN ON", end: true}}}
	for _, t := range list {
		if in(t.Partition) {
			g.add(t.Arm, t.Group, t.Partition, significant(t.Value), t.ChosenOn)
		}
	}
	if len(g.rows) == 0 {
		return
	}
	p.linef("%s", p.bold("Thresholds, the scores from which on an arm calls positive"))
	p.linef("")
	g.print(p)
	p.linef("")
}

func (p *page) omissions(list []Omission, in func(string) bool) {
	list = slices.DeleteFunc(slices.Clone(list), func(o Omission) bool { return !in(o.Partition) })
	if len(list) == 0 {
		return
	}
	p.linef("%s", p.bold("Not computed"))
	p.linef("")
	for _, o := range list {
		p.wrapped("  · ", fmt.Sprintf("%s: %s. %s", o.Name, Metric{Arm: o.Arm, Partition: o.Partition, Group: o.Group}.scope(), o.Reason))
	}
	p.linef("")
}

// significant prints a number with three significant digits, whole ones in full.
func significant(f float64) string {
	text := fmt.Sprintf("%.3g", f)
	switch {
	case f == 0:
		return "0" // and not −0
	case math.Abs(f) >= 999.5:
		text = grouped(int(math.Round(f)))
	}
	return strings.Replace(text, "-", "−", 1)
}
