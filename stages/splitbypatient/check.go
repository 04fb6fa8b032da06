package splitbypatient

import (
	"fmt"

	"femur/dag"
	"femur/internal/cohort"
)

// Check implements [dag.Checked].
func (s *stage) Check() []dag.Problem {
	var problems []dag.Problem
	bad := func(attribute, summary, detail string, args ...any) {
		problems = append(problems, dag.Problem{Attribute: attribute, Summary: summary, Detail: fmt.Sprintf(detail, args...)})
	}
	if s.Test <= 0 || s.Test >= 1 {
		bad("test", "Invalid share", "The test part's share must lie between 0 and 1, not at %g.", s.Test)
	}
	if s.Folds < 2 {
		bad("folds", "Invalid number of folds", "Out-of-fold predictions need at least 2 folds, not %d.", s.Folds)
	}
	if s.Validate <= 0 || s.Validate >= 0.5 {
		bad("validate", "Invalid share", "The validation share must lie between 0 and 0.5, not at %g.", s.Validate)
	}
	if s.Assignment != "stable" && s.Assignment != "balanced" {
		bad("assignment", "Unknown assignment", "%q is neither stable nor balanced.", s.Assignment)
	}
	if s.Linked != together && s.Linked != drop && s.Linked != fail {
		bad("linked", "Unknown treatment of linked patients", "%q is neither together, drop nor fail.", s.Linked)
	}
	seen := map[string]string{}
	parts := map[string]bool{}
	for _, a := range s.Assign {
		if _, err := s.parsePart(a.Part); err != nil {
			bad("assign", "Unknown part", "%s.", err)
		}
		if parts[a.Part] {
			bad("assign", "Duplicate assignment", "There are two assign blocks for %q. Merge them.", a.Part)
		}
		parts[a.Part] = true
		for _, p := range a.Patients {
			if before, ok := seen[p]; ok {
				bad("assign.patients", "Patient assigned twice", "Patient %q is assigned to %s and to %s. A patient stands on one side only: remove one of the two.", p, before, a.Part)
			}
			seen[p] = a.Part
		}
	}
	return problems
}

// parsePart reads "test" or "fold-K".
func (s *stage) parsePart(part string) (int, error) {
	if part == cohort.Test {
		return cohort.TestFold, nil
	}
	for k := range s.Folds {
		if part == fmt.Sprintf("fold-%d", k) {
			return k, nil
		}
	}
	return 0, fmt.Errorf("%q is no part of this split; use test, or fold-0 to fold-%d", part, s.Folds-1)
}
