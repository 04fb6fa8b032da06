package analysis

import (
	"fmt"
	"slices"
)

// An inputName is how the answers call an input of the classifiers.
type inputName struct {
	question string // in the question
	subject  string // at the beginning of a sentence
	others   string // heads what it is compared with
}

// name is how an input is called. Only one around a predicted center is a patch without more words: anything else
// must not pass for what the study proposes.
func (o Options) name(input string) inputName {
	switch input {
	case o.PatchInput:
		return inputName{"a native-resolution patch", "The patch", "Patch against other inputs"}
	case o.CenterInput:
		return inputName{"the middle of the image at native resolution", "The middle of the image", "Middle of the image against other inputs"}
	case o.OracleInput:
		return inputName{"a native-resolution patch around the annotated center", "The patch around the annotated center", "Input against input"}
	}
	return inputName{fmt.Sprintf("the input %q", input), fmt.Sprintf("The input %q", input), "Input against input"}
}

// question is the second question, about an input and the whole image.
func (o Options) question(input string) string {
	return fmt.Sprintf("Is the class better told from %s or from the whole image?", o.name(input).question)
}

// proposed is the input that the second question sets against the whole image: the patch where there is one, else the
// middle of the image, the patch around the annotated center, or the first by name. One that some network has beside
// the whole image comes before those that cannot be compared. Without any, the question is about the patch.
func (a *analyst) proposed(part Partition) string {
	var inputs []string
	for _, s := range a.Charts.Scores {
		if s.Partition == part && s.Input != a.options.WholeInput {
			inputs = append(inputs, s.Input)
		}
	}
	first := []string{a.options.PatchInput, a.options.CenterInput, a.options.OracleInput}
	slices.Sort(inputs)
	order := append(slices.DeleteFunc(first, func(s string) bool { return !slices.Contains(inputs, s) }), inputs...)
	for _, input := range order {
		if input == a.options.PatchInput || len(a.againstWhole(input, part)) > 0 {
			return input
		}
	}
	return append(order, a.options.PatchInput)[0]
}

// againstWhole lists the comparisons of an input with the whole image, one for each network that has both.
func (a *analyst) againstWhole(input string, part Partition) []Estimate {
	var out []Estimate
	for _, e := range a.Metrics.Comparisons {
		if e.Question == byInput && e.Partition == part &&
			a.chartOf(e.A, part).Input == input && a.chartOf(e.B, part).Input == a.options.WholeInput {
			out = append(out, e)
		}
	}
	return out
}
