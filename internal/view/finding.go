package view

// A Finding is what a metrics file of a run answers.
type Finding struct {
	Artifact string   // ADDRESS.OUTPUT
	Notice   string   // such as that the radiographs are synthetic; may be empty
	Answers  []Answer // at least one
}

// findings prints each question with its answer in short, and where the numbers are.
func (p *page) findings(all []Finding) {
	for _, f := range all {
		for i, a := range f.Answers {
			p.linef("")
			p.question(a)
			if last := i == len(f.Answers)-1; a.Basis != "" && (last || f.Answers[i+1].Basis != a.Basis) {
				p.wrapped("  ", a.Basis)
			}
		}
		if f.Notice != "" {
			p.linef("")
			p.wrapped("  ", f.Notice)
		}
		p.linef("")
		p.linef("  all numbers:  femur show %s", shellQuote(f.Artifact))
	}
}
