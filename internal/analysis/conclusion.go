package analysis

import "fmt"

// A Verdict is what a comparison established.
type Verdict string

const (
	// Higher and Lower: the interval excludes no difference, and the p-value
	// adjusted for the family agrees.
	Higher Verdict = "higher"
	Lower  Verdict = "lower"
	// Equivalent: any difference is smaller than the margin.
	Equivalent Verdict = "equivalent"
	// Undecided: the interval allows for more than one of these.
	Undecided Verdict = "undecided"
	// TooFew: a class has too few patients to say anything.
	TooFew Verdict = "too few patients"
)

// judge reads a comparison's verdict off its numbers.
func (a *analyst) judge(e Estimate) Verdict {
	switch {
	case a.shortage(e) != "":
		return TooFew
	case e.Low > 0 && e.PAdjusted <= a.options.alpha():
		return Higher
	case e.High < 0 && e.PAdjusted <= a.options.alpha():
		return Lower
	case e.PEquivalence <= a.options.alpha():
		return Equivalent
	}
	return Undecided
}

// shortage says which patients are too few, or nothing. Two localizers on the same
// radiographs need patients of any class, all else needs both classes.
func (a *analyst) shortage(e Estimate) string {
	least := a.options.MinPatients
	if e.Question == byModel && e.Name == medianDifference {
		if e.NPatients < 2*least {
			return fmt.Sprintf("%d, at least %d are asked for", e.NPatients, 2*least)
		}
		return ""
	}
	if min(e.NPositive, e.NNegative) < least {
		return fmt.Sprintf("%d %s and %d %s, at least %d of each are asked for", e.NPositive, a.options.Positive, e.NNegative, a.options.Negative, least)
	}
	return ""
}

// conclude gives every comparison its verdict and its sentence.
func (a *analyst) conclude() {
	for i := range a.Metrics.Comparisons {
		e := &a.Metrics.Comparisons[i]
		e.Verdict = a.judge(*e)
		e.Conclusion = a.sentence(*e)
	}
}

// sentence says in words what the numbers allow, and no more.
func (a *analyst) sentence(e Estimate) string {
	numbers := fmt.Sprintf("difference %s, %s", e.Text(), a.adjusted(e))
	subject := a.subject(e)
	switch e.Verdict {
	case TooFew:
		return fmt.Sprintf("Cannot tell %s: too few patients (%s). Observed: %s.", subject.whether, a.shortage(e), numbers)
	case Higher, Lower:
		text := subject.higher
		if e.Verdict == Lower {
			text = subject.lower
		}
		if e.PEquivalence <= a.options.alpha() {
			return fmt.Sprintf("%s, but by less than the margin of %s: %s.", text, a.marginText(e), numbers)
		}
		return fmt.Sprintf("%s: %s.", text, numbers)
	case Equivalent:
		return fmt.Sprintf("%s to within the margin of %s: %s, p of equivalence %s.", subject.same, a.marginText(e), numbers, FormatP(e.PEquivalence))
	}
	reason := "The interval includes no difference"
	if e.Low > 0 || e.High < 0 {
		reason = fmt.Sprintf("The interval excludes no difference, but not after adjusting for %d comparisons", e.FamilySize)
	}
	return fmt.Sprintf("Cannot tell %s: %s. %s, and it reaches beyond the margin of %s: more patients are needed.", subject.whether, numbers, reason, a.marginText(e))
}

// adjusted is the p-value as it counts.
func (a *analyst) adjusted(e Estimate) string {
	if e.FamilySize < 2 {
		return "p " + FormatP(e.P)
	}
	return "adjusted p " + FormatP(e.PAdjusted)
}

func (a *analyst) marginText(e Estimate) string { return withUnit(trim(e.Margin), e.Unit) }

// phrases say what is compared, for each way it can come out. Higher means that
// A − B is positive.
type phrases struct{ whether, higher, lower, same string }

func (a *analyst) subject(e Estimate) phrases {
	switch e.Question {
	case byClass:
		return phrases{
			whether: fmt.Sprintf("whether %s is as accurate on %s as on %s", e.Arm, e.A, e.B),
			higher:  fmt.Sprintf("%s is less accurate on %s than on %s", e.Arm, e.A, e.B),
			lower:   fmt.Sprintf("%s is more accurate on %s than on %s", e.Arm, e.A, e.B),
			same:    fmt.Sprintf("%s is as accurate on %s as on %s", e.Arm, e.A, e.B),
		}
	case byModel:
		if e.Name == medianDifference {
			return phrases{
				whether: fmt.Sprintf("whether %s or %s finds the center more accurately", e.A, e.B),
				higher:  fmt.Sprintf("%s finds the center less accurately than %s", e.A, e.B),
				lower:   fmt.Sprintf("%s finds the center more accurately than %s", e.A, e.B),
				same:    fmt.Sprintf("%s and %s find the center equally accurately", e.A, e.B),
			}
		}
	}
	return phrases{
		whether: fmt.Sprintf("whether %s or %s separates %s from %s better", e.A, e.B, a.options.Positive, a.options.Negative),
		higher:  fmt.Sprintf("%s separates %s from %s better than %s", e.A, a.options.Positive, a.options.Negative, e.B),
		lower:   fmt.Sprintf("%s separates %s from %s worse than %s", e.A, a.options.Positive, a.options.Negative, e.B),
		same:    fmt.Sprintf("%s and %s separate %s from %s equally well", e.A, e.B, a.options.Positive, a.options.Negative),
	}
}
