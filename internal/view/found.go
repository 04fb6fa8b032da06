package view

import "strings"

// A Found is what lies in a folder that a pipeline was written for.
type Found struct {
	Kind    string `json:"kind"`
	Title   string `json:"title"` // "annotations in COCO form"
	Guessed bool   `json:"guessed"`
	// Facts are counts and ranges, one a line.
	Facts  []FoundFact  `json:"facts"`
	Labels []FoundLabel `json:"labels"`
	// Notes say what is missing and what was assumed; Faults are what will be refused.
	Notes  []string `json:"notes"`
	Faults []string `json:"faults"`
}

// A FoundFact is one line of what was found.
type FoundFact struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// A FoundLabel is a label with its counts and what it became.
type FoundLabel struct {
	Name     string `json:"name"`
	Images   int    `json:"images"`
	Patients int    `json:"patients"` // 0 where nobody is named
	Role     string `json:"role"`     // "positive", "negative" or empty
}

// maxFoundFaults is how many faults are printed; a run tells them all.
const maxFoundFaults = 5

// found prints what a folder holds.
func (p *page) found(f Found) {
	how := "Found"
	if f.Guessed {
		how = "Looks like"
	}
	p.linef("%s %s.", how, p.bold(f.Title))
	p.linef("")
	widest := 0
	for _, fact := range f.Facts {
		widest = max(widest, len(fact.Name))
	}
	for _, fact := range f.Facts {
		p.wrapped("  "+fact.Name+strings.Repeat(" ", widest-len(fact.Name)+2), fact.Text)
	}
	if len(f.Labels) > 0 {
		p.linef("")
		patients := false
		for _, l := range f.Labels {
			patients = patients || l.Patients > 0
		}
		g := grid{indent: "  ", columns: []column{{title: "LABEL"}, {title: "IMAGES", right: true}}}
		if patients {
			g.columns = append(g.columns, column{title: "PATIENTS", right: true})
		}
		g.columns = append(g.columns, column{title: ""})
		for _, l := range f.Labels {
			cells := []string{l.Name, grouped(l.Images)}
			if patients {
				cells = append(cells, grouped(l.Patients))
			}
			g.add(append(cells, l.Role)...)
		}
		g.print(p)
	}
	for _, note := range f.Notes {
		p.linef("")
		p.wrapped("", note)
	}
	if len(f.Faults) > 0 {
		p.linef("")
		p.wrapped("", p.red("Not all can be read")+"; correct this before you run:")
		for i, fault := range f.Faults {
			if i == maxFoundFaults {
				p.linef("  … and %s", Count(len(f.Faults)-i, "more fault"))
				break
			}
			p.wrapped("  ", fault)
		}
	}
	p.linef("")
}
