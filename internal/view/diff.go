package view

import "strings"

// A RunDiff is what differs between two runs.
type RunDiff struct {
	Version   string         `json:"version"`
	A         string         `json:"a"`
	B         string         `json:"b"`
	Params    []ValueDiff    `json:"params"`
	Artifacts []ArtifactDiff `json:"artifacts"`
	Metrics   []MetricDiff   `json:"metrics"`
}

// A ValueDiff is an ingredient of an instance, or a variable, that differs; empty where absent.
type ValueDiff struct {
	Address string `json:"address"`
	Name    string `json:"name"`
	A       string `json:"a"`
	B       string `json:"b"`
}

// An ArtifactDiff is an artifact whose bytes differ; a digest is empty where there is none.
type ArtifactDiff struct {
	Artifact string `json:"artifact"`
	A        string `json:"a"`
	B        string `json:"b"`
}

// A MetricDiff is an estimate of both runs, equal ones included; nil where one has none.
type MetricDiff struct {
	Name      string   `json:"name"`
	Arm       string   `json:"arm"`
	Group     string   `json:"group"`
	Partition string   `json:"partition,omitempty"`
	Unit      string   `json:"unit,omitempty"`
	A         *float64 `json:"a"`
	B         *float64 `json:"b"`
}

// A Diff prints what differs between two runs.
type Diff interface{ Diff(RunDiff) error }

var (
	_ Diff = (*DiffHuman)(nil)
	_ Diff = (*DiffJSON)(nil)
)

// NewDiff returns the view that the stream asks for.
func NewDiff(s Stream) Diff {
	if s.JSON {
		return &DiffJSON{s}
	}
	return &DiffHuman{s}
}

// DiffJSON prints one object.
type DiffJSON struct{ stream Stream }

// Diff implements [Diff].
func (v *DiffJSON) Diff(d RunDiff) error {
	d.Version = Version
	if d.Params == nil {
		d.Params = []ValueDiff{}
	}
	if d.Artifacts == nil {
		d.Artifacts = []ArtifactDiff{}
	}
	if d.Metrics == nil {
		d.Metrics = []MetricDiff{}
	}
	return v.stream.writeJSON(d)
}

// DiffHuman prints settings, artifacts and metrics side by side.
type DiffHuman struct{ stream Stream }

// Diff implements [Diff].
func (v *DiffHuman) Diff(d RunDiff) error {
	p := v.stream.page()
	p.linef("A  %s\nB  %s", p.bold(d.A), p.bold(d.B))
	if len(d.Params)+len(d.Artifacts) == 0 {
		p.linef("")
		p.linef("Settings and artifacts are the same.")
	}
	p.section(len(d.Params), "SETTING", func(g *grid) {
		groups := foldNames(d.Params, func(one ValueDiff) (string, string) {
			return one.Address, strings.Join([]string{one.Name, one.A, one.B}, "\n")
		})
		for _, f := range groups {
			one := f.members[0]
			g.add(f.name()+" "+one.Name, shortHash(one.A), shortHash(one.B))
		}
	})
	p.section(len(d.Artifacts), "ARTIFACT", func(g *grid) {
		for _, one := range d.Artifacts {
			g.add(one.Artifact, shortHash(one.A), shortHash(one.B))
		}
	})
	p.metricDiffs(d.Metrics)
	return p.to(v.stream.Out)
}

// metricDiffs prints the estimates that differ, under what they are of.
func (p *page) metricDiffs(list []MetricDiff) {
	same := 0
	scope := ""
	var g *grid
	flush := func() {
		if g != nil {
			p.linef("")
			p.wrapped("", scope)
			g.print(p)
		}
	}
	for _, m := range list {
		if m.A != nil && m.B != nil && *m.A == *m.B {
			same++
			continue
		}
		if of := (Metric{Arm: m.Arm, Partition: m.Partition, Group: m.Group}).scope(); g == nil || of != scope {
			flush()
			scope = of
			g = &grid{indent: "  ", columns: []column{{title: "METRIC"}, {title: "A", right: true}, {title: "B", right: true}, {}}}
		}
		g.add(m.Name, number(m.A), number(m.B), m.Unit)
	}
	flush()
	if same > 0 {
		p.linef("")
		p.linef("%s the same in both runs.", areMetrics(same))
	}
}

func areMetrics(n int) string {
	if n == 1 {
		return "1 metric is"
	}
	return Count(n, "metric") + " are"
}

// section prints a table of three columns, unless it is empty.
func (p *page) section(rows int, title string, fill func(*grid)) {
	if rows == 0 {
		return
	}
	p.linef("")
	g := grid{columns: []column{{title: title}, {title: "A"}, {title: "B"}}}
	fill(&g)
	g.print(p)
}

// number prints an estimate, or a dot where a run has none.
func number(f *float64) string {
	if f == nil {
		return "·"
	}
	return significant(*f)
}
