package cohortreport

import (
	"cmp"
	"slices"

	"femur/internal/cohort"
)

// Spacing says where the pixel spacing (pitch, mm per pixel) is known from, and what it is.
type Spacing struct {
	Known    int             `json:"known"` // radiographs
	BySource []SourceSpacing `json:"by_source"`
	PitchMM  Distribution    `json:"pitch_mm"` // of all that is known
	// Pitches counts radiographs by pitch, in mm per pixel.
	Pitches Histogram `json:"pitches"`
	// FieldMM is the length that the longer side shows.
	FieldMM Distribution `json:"field_mm"`
	// Doubtful counts radiographs whose longer side would show less than [LeastFieldMM] or more than
	// [GreatestFieldMM]; Examples are the first of them.
	Doubtful int      `json:"doubtful"`
	Examples []string `json:"doubtful_examples"`
}

// Lengths between which the longer side of a radiograph with a femur lies: the shaft of a child fits into
// the first, a film of both whole legs into the second.
const (
	LeastFieldMM    = 60
	GreatestFieldMM = 1500
)

// A SourceSpacing is the spacing from one source.
type SourceSpacing struct {
	Source      string       `json:"source"` // a [cohort.PitchSource]
	Patients    int          `json:"patients"`
	Radiographs int          `json:"radiographs"`
	ByLabel     []LabelCount `json:"by_label"`
	PitchMM     Distribution `json:"pitch_mm"`
}

// sourceOf is where a row's pitch comes from; a pitch without a source was stated.
func sourceOf(r cohort.CohortRow) cohort.PitchSource {
	if !usable(r.Pitch) {
		return cohort.PitchUnknown
	}
	if s := cohort.PitchSource(r.PitchFrom); s != "" && s != cohort.PitchUnknown {
		return s
	}
	return cohort.PitchStated
}

func spacing(rows []cohort.CohortRow, labels []string) Spacing {
	s := Spacing{BySource: []SourceSpacing{}, Examples: []string{}}
	members, pitches := map[cohort.PitchSource][]cohort.CohortRow{}, map[cohort.PitchSource][]float64{}
	var all, fields []float64
	for _, r := range rows {
		source := sourceOf(r)
		members[source] = append(members[source], r)
		if source == cohort.PitchUnknown {
			continue
		}
		s.Known++
		pitches[source], all = append(pitches[source], r.Pitch), append(all, r.Pitch)
		field := r.Pitch * float64(max(r.Width, r.Height))
		fields = append(fields, field)
		if field < LeastFieldMM || field > GreatestFieldMM {
			if s.Doubtful++; len(s.Examples) < examples {
				s.Examples = append(s.Examples, r.ID)
			}
		}
	}
	for source, list := range members {
		g := groupOf("", list, labels)
		s.BySource = append(s.BySource, SourceSpacing{
			Source: string(source), Patients: g.Patients, Radiographs: g.Radiographs, ByLabel: g.ByLabel, PitchMM: distribution(pitches[source]),
		})
	}
	trust := []cohort.PitchSource{cohort.PitchCalibrated, cohort.PitchDetector, cohort.PitchStated}
	rank := func(x SourceSpacing) int {
		if i := slices.Index(trust, cohort.PitchSource(x.Source)); i >= 0 {
			return i
		}
		if x.Source == string(cohort.PitchUnknown) {
			return len(trust) + 1
		}
		return len(trust)
	}
	slices.SortFunc(s.BySource, func(a, b SourceSpacing) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Source, b.Source))
	})
	s.PitchMM, s.FieldMM = distribution(all), distribution(fields)
	s.Pitches = histogram(byLabel(rows, labels, func(r cohort.CohortRow) (float64, bool) { return r.Pitch, usable(r.Pitch) }), labels)
	return s
}

// Of is the number of radiographs whose spacing is from a source.
func (s Spacing) Of(source cohort.PitchSource) int {
	for _, x := range s.BySource {
		if x.Source == string(source) {
			return x.Radiographs
		}
	}
	return 0
}
