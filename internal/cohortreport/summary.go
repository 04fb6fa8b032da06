package cohortreport

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"femur/internal/cohort"
	"femur/internal/synth"
)

// Kind is how a stored summary says what it is.
const Kind = "cohort-summary"

// A Summary is what is known of a cohort as a whole. Lengths are in pixels of the oriented radiograph
// unless a name ends in MM; shares are from 0 to 1.
type Summary struct {
	Kind   string `json:"kind"` // always [Kind]
	Title  string `json:"title"`
	Notice string `json:"notice,omitempty"` // what must stand on everything made of the cohort
	Hashed bool   `json:"hashed"`           // ids, patients and sites are keyed hashes

	Files Files `json:"files"`
	// Labels are in alphabetical order, "" for none last; every list by label has this order.
	Labels     []string     `json:"labels"`
	All        Group        `json:"all"`
	Several    int          `json:"patients_of_several_labels"`
	Breakdowns []Breakdown  `json:"breakdowns"`
	PerPatient []PerPatient `json:"radiographs_per_patient"`
	Sizes      Sizes        `json:"sizes"`
	Spacing    Spacing      `json:"spacing"`
	Centers    Centers      `json:"centers"`
	Annotators Annotators   `json:"annotators"`
	Pixels     Pixels       `json:"pixels"`
	Duplicates Duplicates   `json:"near_duplicates"`
	Refusals   []Reason     `json:"refusals"`
	Skipped    []Reason     `json:"skipped"` // left out on purpose
	// Associations has every property that was looked at, the closest first.
	Associations []Association `json:"associations"`
	Warnings     []Warning     `json:"warnings"`
	// Contact lists the radiographs of the contact sheet.
	Contact []string `json:"contact"`
}

// Files says what became of the source.
type Files struct {
	Found   int `json:"found"`   // files and frames of the source: skipped, refused and used
	Refused int `json:"refused"` // not part of the cohort, for a reason that is told
	Used    int `json:"used"`    // part of the cohort
	Skipped int `json:"skipped"` // left out on purpose: nothing is wrong with them
}

// Pixels counts the radiographs whose pixels cannot be what was exposed. Examples are the first of their ids.
type Pixels struct {
	Blank             int      `json:"blank"` // all pixels alike
	BlankExamples     []string `json:"blank_examples"`
	Truncated         int      `json:"truncated"` // the file ends too early and is used all the same
	TruncatedExamples []string `json:"truncated_examples"`
}

func pixelFaults(rows []cohort.CohortRow) Pixels {
	p := Pixels{BlankExamples: []string{}, TruncatedExamples: []string{}}
	tell := func(n *int, list *[]string, id string) {
		if *n++; len(*list) < examples {
			*list = append(*list, id)
		}
	}
	for _, r := range rows {
		if r.Blank {
			tell(&p.Blank, &p.BlankExamples, r.ID)
		}
		if r.Truncated {
			tell(&p.Truncated, &p.TruncatedExamples, r.ID)
		}
	}
	return p
}

// A Reason is why files were refused or skipped. Examples are the first of their ids.
type Reason struct {
	Summary  string   `json:"summary"`
	Detail   string   `json:"detail,omitempty"`
	Files    int      `json:"files"`
	Examples []string `json:"examples"`
}

// Summarize describes a cohort. The result does not depend on the order of what comes in.
func Summarize(in Input) Summary {
	rows := slices.Clone(in.Rows)
	slices.SortFunc(rows, func(a, b cohort.CohortRow) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Patient, b.Patient), cmp.Compare(a.Label, b.Label))
	})
	contact := in.Contact
	if contact == 0 {
		contact = DefaultContact
	}
	labels := labelsOf(rows)
	var wrong, skipped []Refused
	for _, r := range in.Refusals {
		if r.Skipped {
			skipped = append(skipped, r)
		} else {
			wrong = append(wrong, r)
		}
	}
	s := Summary{
		Kind: Kind, Title: in.Title, Hashed: in.Hashed, Labels: nonNil(labels), Notice: notice(rows),
		Files:        Files{Found: len(rows) + len(in.Refusals), Refused: len(wrong), Skipped: len(skipped), Used: len(rows)},
		All:          groupOf("", rows, labels),
		Several:      severalLabels(rows),
		Breakdowns:   breakdowns(rows, labels),
		PerPatient:   perPatient(rows, labels),
		Sizes:        sizes(rows, labels),
		Spacing:      spacing(rows, labels),
		Centers:      centers(rows, labels),
		Annotators:   annotators(rows, labels),
		Pixels:       pixelFaults(rows),
		Duplicates:   duplicates(in.Links, rows),
		Refusals:     reasons(wrong),
		Skipped:      reasons(skipped),
		Associations: associations(rows, labels),
		Contact:      nonNil(Choose(rows, contact)),
	}
	s.Warnings = warnings(s)
	return s
}

// Pictured lists the radiographs that the page and the contact sheet picture, each once.
func (s Summary) Pictured() []string {
	out := slices.Clone(s.Contact)
	for _, p := range s.Duplicates.Pairs {
		out = append(out, p.A, p.B)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Encode writes the summary as JSON.
func (s Summary) Encode() []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("cohortreport: encode summary: %v", err)) // every number in it is finite
	}
	return append(b, '\n')
}

// Decode reads what [Summary.Encode] wrote. Other JSON is an error.
func Decode(b []byte) (Summary, error) {
	var s Summary
	if err := json.Unmarshal(b, &s); err != nil {
		return Summary{}, fmt.Errorf("cohort summary: %w", err)
	}
	if s.Kind != Kind {
		return Summary{}, fmt.Errorf("cohort summary: kind is %q, want %q", s.Kind, Kind)
	}
	return s, nil
}

// notice is what must stand on everything made from synthetic radiographs; empty where there are none.
func notice(rows []cohort.CohortRow) string {
	synthetic := 0
	for _, r := range rows {
		if r.Synthetic {
			synthetic++
		}
	}
	switch synthetic {
	case 0:
		return ""
	case len(rows):
		return synth.Notice
	}
	return fmt.Sprintf("%d of %d radiographs are synthetic. %s", synthetic, len(rows), synth.Notice)
}

const (
	// listedReasons keeps reasons that name a number, and so are all different, from filling the report.
	listedReasons = 50
	// examples is how many ids are enough to see what is meant.
	examples = 10
)

// reasons groups refusals by what is wrong, the most frequent first.
func reasons(list []Refused) []Reason {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Refused) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Summary, b.Summary), cmp.Compare(a.Detail, b.Detail))
	})
	at := map[string]int{}
	out := []Reason{}
	for _, r := range list {
		i, ok := at[r.Summary]
		if !ok {
			i = len(out)
			at[r.Summary] = i
			out = append(out, Reason{Summary: r.Summary, Detail: r.Detail})
		}
		out[i].Files++
		if len(out[i].Examples) < examples {
			out[i].Examples = append(out[i].Examples, r.ID)
		}
	}
	slices.SortStableFunc(out, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(b.Files, a.Files), cmp.Compare(a.Summary, b.Summary))
	})
	if len(out) <= listedReasons {
		return out
	}
	rest := Reason{Summary: "Other reasons", Detail: "The output refusals of the stage tells each."}
	for _, r := range out[listedReasons-1:] {
		rest.Files += r.Files
		rest.Examples = append(rest.Examples, r.Examples[:min(len(r.Examples), examples-len(rest.Examples))]...)
	}
	return append(out[:listedReasons-1], rest)
}

// nonNil makes an empty list an empty list in JSON too.
func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
