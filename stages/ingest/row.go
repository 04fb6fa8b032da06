package ingest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"femur/cache"
	"femur/dag"
	"femur/internal/annotations"
	"femur/internal/cohort"
	"femur/internal/geom"
	"femur/internal/synth"
)

// A row is what a source says of one radiograph. Its JSON is part of the radiograph's key, so it holds
// nothing that may change without a meaning, such as a line number or a folder; and it is stored, so where
// identifiers are hashed it holds no name.
type row struct {
	Patient    string     `json:"patient"`
	Label      string     `json:"label"`
	Marks      []mark     `json:"marks,omitempty"`
	Choose     string     `json:"choose,omitempty"` // the rule when there are several marks
	Width      int        `json:"width,omitempty"`  // as the source claims; 0 when it claims nothing
	Height     int        `json:"height,omitempty"`
	Pitch      geom.Pitch `json:"pitch,omitempty"`   // of this radiograph, as the source states it
	Spacing    geom.Pitch `json:"spacing,omitempty"` // where neither the source nor the file states a pitch
	View       string     `json:"view,omitempty"`
	Side       string     `json:"side,omitempty"`
	Site       string     `json:"site,omitempty"`
	Modality   string     `json:"modality,omitempty"`
	Implant    string     `json:"implant,omitempty"`
	Frame      int        `json:"frame,omitempty"`       // of a DICOM file with several, counted from 1
	StudyDates string     `json:"study_dates,omitempty"` // how much of the file's date is kept

	// Hashed says that the names of the radiograph, its patient and its site are keyed hashes.
	Hashed bool `json:"hashed,omitempty"`

	Synthetic *syntheticRow `json:"synthetic,omitempty"`
	// Drawn says that the file was written by femur synth.
	Drawn bool `json:"drawn,omitempty"`
	// Refused says that the radiograph cannot be read, or shall not be, before its pixels are looked at.
	Refused *cohort.Refusal `json:"refused,omitempty"`

	id    cache.ItemID
	image string // path of the file; empty when synthetic or refused
	from  annotations.Record
}

// A mark is an [annotations.Mark] as it is stored.
type mark struct {
	Center    geom.Point `json:"center"` // oriented pixels or, when relative, fractions of width and height
	Relative  bool       `json:"relative,omitempty"`
	Area      float64    `json:"area,omitempty"`
	Annotator string     `json:"annotator,omitempty"`
}

// marks numbers the annotators of a radiograph: who they are does not matter, and may be private.
func marks(said []annotations.Mark) []mark {
	numbers := map[string]string{}
	out := make([]mark, len(said))
	for i, m := range said {
		out[i] = mark{Center: m.Center, Relative: m.Relative, Area: m.Area}
		if m.Annotator == "" {
			continue
		}
		n, ok := numbers[m.Annotator]
		if !ok {
			n = strconv.Itoa(len(numbers) + 1)
			numbers[m.Annotator] = n
		}
		out[i].Annotator = n
	}
	return out
}

// marked is the inverse of marks, but for names and classes.
func (r row) marked() []annotations.Mark {
	out := make([]annotations.Mark, len(r.Marks))
	for i, m := range r.Marks {
		out[i] = annotations.Mark{Center: m.Center, Relative: m.Relative, Area: m.Area, Annotator: m.Annotator}
	}
	return out
}

type syntheticRow struct {
	Config synth.Config `json:"config"`
	Spec   synth.Spec   `json:"spec"`
}

func (r row) annotation() cohort.Annotation {
	a := cohort.Annotation{
		Patient: cache.PatientID(r.Patient), Label: r.Label, Pitch: r.Pitch, PitchSource: cohort.PitchUnknown,
		View: r.View, Side: r.Side, Site: r.Site, Modality: r.Modality, Implant: r.Implant,
		Hashed: r.Hashed, Synthetic: r.Synthetic != nil || r.Drawn,
	}
	if r.Pitch > 0 {
		a.PitchSource = cohort.PitchStated
	}
	return a
}

// items are the row as the engine takes it.
func (r row) items(private bool, encoded []byte) []dag.SourceItem {
	patient := cache.PatientID(r.Patient)
	items := []dag.SourceItem{{Port: "rows", ID: r.id, Patient: patient, Inline: encoded}}
	if r.image != "" {
		items = append(items, dag.SourceItem{Port: "files", ID: r.id, Patient: patient, Path: r.image, Private: private})
	}
	return items
}

// sortRows orders rows by id, and keeps the order of those that share one. Rows are large, so each is moved once.
func sortRows(rows []row) {
	if slices.IsSortedFunc(rows, func(a, b row) int { return strings.Compare(string(a.id), string(b.id)) }) {
		return
	}
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(strings.Compare(string(rows[a].id), string(rows[b].id)), a-b)
	})
	sorted := make([]row, len(rows))
	for i, from := range order {
		sorted[i] = rows[from]
	}
	copy(rows, sorted)
}
