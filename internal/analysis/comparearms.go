package analysis

import (
	"fmt"
	"slices"

	"femur/internal/stats"
)

// compareArms makes every comparison that answers a question, and no other, since
// each one costs the rest: for each network the patch against the other inputs (all
// pairs if there is no patch), then the networks on each input.
func (a *analyst) compareArms(arms []scored) error {
	type pair struct {
		first, second scored
		question      string
		order         int
	}
	isPatch := func(s scored) bool { return s.input == a.options.PatchInput }
	anyPatch := slices.ContainsFunc(arms, isPatch)
	var pairs []pair
	for i, first := range arms {
		for _, second := range arms[i+1:] {
			p := pair{first: first, second: second}
			switch {
			case first.model == second.model && first.input != second.input:
				if anyPatch && !isPatch(first) && !isPatch(second) {
					continue
				}
				if a.inputRank(second.input) < a.inputRank(first.input) {
					p.first, p.second = second, first
				}
				p.question, p.order = byInput, a.inputRank(p.second.input)
				if p.first.input == a.options.OracleInput && isPatch(p.second) {
					p.question, p.order = byCenters, 10
				}
				if p.second.input == a.options.WholeInput {
					p.order = 0
				}
			case first.input == second.input && first.model != second.model:
				p.question, p.order = byModel, 20+a.inputRank(first.input)
			default:
				continue
			}
			pairs = append(pairs, p)
		}
	}
	slices.SortStableFunc(pairs, func(x, y pair) int { return x.order - y.order })
	for _, p := range pairs {
		if err := a.comparePair(p.first, p.second, p.question); err != nil {
			return err
		}
	}
	return nil
}

// inputRank orders inputs so that a difference reads "what is proposed minus what
// it is measured against".
func (a *analyst) inputRank(input string) int {
	switch input {
	case a.options.OracleInput:
		return 0
	case a.options.PatchInput:
		return 1
	case a.options.WholeInput:
		return 3
	}
	return 2
}

// comparePair compares the areas of two arms on the radiographs that both scored.
func (a *analyst) comparePair(first, second scored, question string) error {
	var rowsA, rowsB []int
	for i, name := range first.names {
		if j, ok := slices.BinarySearch(second.names, name); ok {
			rowsA, rowsB = append(rowsA, i), append(rowsB, j)
		}
	}
	x, y := first.pick(rowsA), second.pick(rowsB)
	c := contrast{
		name: aurocDifference, question: question, family: "classification, " + string(first.part),
		a: first.arm, b: second.arm, arm: first.arm + " − " + second.arm, group: perImage, part: first.part,
		patients: x.patients, positive: x.positive, margin: a.options.MarginAUROC,
	}
	e := Estimate{Name: c.name, Arm: c.arm, Group: c.group, Partition: c.part}
	areaA, err := stats.AUROC(x.scores, x.positive)
	if err != nil {
		return a.omit(e, fmt.Errorf("radiographs in common: %w", err))
	}
	areaB, err := stats.AUROC(y.scores, y.positive)
	if err != nil {
		return a.omit(e, fmt.Errorf("radiographs in common: %w", err))
	}
	c.difference = stats.Difference(areaA, areaB)
	bound, err := x.perfectBound(a.options.Level)
	if err != nil {
		return err
	}
	c.bound = 1 - bound
	// The second test is left out where it has no variance to work with.
	if paired, err := stats.DeLongPaired(x.scores, y.scores, x.positive, x.patients, a.options.Level); err == nil {
		c.pDeLong = &paired.P
	}
	return a.contrast(c)
}
