package cohortreport

import (
	"fmt"
	"strings"
	"testing"

	"femur/internal/cohort"
)

// clean is a cohort of two sites of which there is nothing to say.
func clean() Input {
	var in Input
	for i := range 480 {
		in.Rows = append(in.Rows, cohort.CohortRow{
			ID: fmt.Sprint("r", i), Patient: fmt.Sprint("p", i), Label: []string{"AFF", "NFF"}[i%2], Site: []string{"north", "south"}[i/2%2],
			Width: 2000, Height: 2500, Pitch: 0.15, PitchFrom: string(cohort.PitchCalibrated), Located: true, CenterX: 900, CenterY: 1000, Centers: 1,
			Annotator: 2, Spread: 5, Bits: 12, Format: "dicom", View: "AP", Modality: "DX", Side: "L", Implant: "none", StudyDate: "2020",
		})
	}
	return in
}

func TestCleanCohortHasNoWarning(t *testing.T) {
	if w := Summarize(clean()).Warnings; len(w) > 0 {
		t.Errorf("warnings of a cohort without a fault: %+v", w)
	}
}

// Each warning comes with its cause, and says what a reader needs.
func TestWarnings(t *testing.T) {
	each := func(change func(i int, r *cohort.CohortRow)) func(*Input) {
		return func(in *Input) {
			for i := range in.Rows {
				change(i, &in.Rows[i])
			}
		}
	}
	link := func(conflict string) func(*Input) {
		return func(in *Input) {
			in.Links = []cohort.LinkRow{{A: "r0", PatientA: "p0", B: "r1", PatientB: "p1", Exact: true, Conflict: conflict}}
		}
	}
	for _, c := range []struct {
		name   string
		change func(*Input)
		level  Level
		want   string
	}{
		{"nothing", func(in *Input) { in.Rows = nil }, Problem, "No radiograph is part of the cohort."},
		{"contradiction", link("label"), Problem, "1 group of radiographs that show the same exposure has different annotations: r0, r1 (label)."},
		{"no label", each(func(i int, r *cohort.CohortRow) {
			if i < 2 {
				r.Label = ""
			}
		}), Problem, "2 radiographs have no label."},
		{"center outside", each(func(i int, r *cohort.CohortRow) {
			if i == 3 {
				r.CenterY = 2500.5
			}
		}), Problem, "1 radiograph has a center outside of the picture: r3."},
		{"spacing in centimeters", each(func(i int, r *cohort.CohortRow) {
			if i < 6 {
				r.Pitch /= 10
			}
		}), Problem, "6 radiographs would show less than 60 mm or more than 1,500 mm of a patient: r0, r1, r2, r3 and 2 more."},
		{"nothing to see", each(func(i int, r *cohort.CohortRow) { r.Blank = i == 7 }), Problem, "On 1 radiograph all pixels are alike, so there is nothing to see: r7."},
		{"cut short", each(func(i int, r *cohort.CohortRow) { r.Truncated = i < 2 }), Problem, "The files of 2 radiographs end too early, and are used as far as they go: r0, r1."},
		{"several labels", each(func(i int, r *cohort.CohortRow) {
			if i < 2 {
				r.Patient = "p"
			}
		}), Caution, "1 patient has radiographs of more than one label."},
		{"one label", each(func(_ int, r *cohort.CohortRow) { r.Label = "NFF" }), Caution, "All radiographs have the label NFF"},
		{"rare label", func(in *Input) {
			for i := range in.Rows {
				in.Rows[i].Label = []string{"AFF", "NFF"}[min(i%5, 1)]
			}
		}, Caution, "AFF is the label of 20 % of the patients (96 of 480): always naming NFF is right in 80 %."},
		{"few patients", func(in *Input) { in.Rows = in.Rows[:120] }, Caution, "60 patients have the label AFF, 60 another. Around an AUROC of 0.85 over all of them, a 95 % interval reaches ±0.07"},
		{"shortcut", each(func(i int, r *cohort.CohortRow) {
			if r.Label == "AFF" {
				r.Bits = 8
			}
		}), Caution, "Bits per pixel goes with the label (Cramér's V 1.00, adjusted p 0.00"},
		{"no site", each(func(_ int, r *cohort.CohortRow) { r.Site = "" }), Caution, "No site is stated"},
		{"one site", each(func(_ int, r *cohort.CohortRow) { r.Site = "north" }), Caution, "All radiographs are from one site"},
		{"copies across patients", link(""), Caution, "1 group of radiographs that show the same exposure is of different patients, 2 patients in all."},
		{"refusals", func(in *Input) {
			in.Refusals = []Refused{{ID: "x", Refusal: cohort.Refusal{Summary: "Broken."}}, {ID: "y", Refusal: cohort.Refusal{Summary: "Report", Skipped: true}}}
		}, Caution, "1 of 481 files (0.2 %) was refused; the most frequent reason, of 1: Broken."},
		{"no centers", each(func(i int, r *cohort.CohortRow) { r.Located = i%4 != 0 }), Caution, "120 radiographs (25 %) without an annotated center: 120 of 240 with AFF."},
		{"no spacing", each(func(i int, r *cohort.CohortRow) {
			if i < 48 {
				r.Pitch, r.PitchFrom = 0, "unknown"
			}
		}), Caution, "48 radiographs (10 %) without a known pixel spacing"},
		{"detector", each(func(i int, r *cohort.CohortRow) { r.PitchFrom = "detector" }), Caution, "The pixel spacing of 480 radiographs (100 %) is that of the detector"},
		{"one annotator", each(func(i int, r *cohort.CohortRow) { r.Annotator, r.Spread = 1, 0 }), Caution, "No center is known to be marked by two people"},
		{"few repeated", each(func(i int, r *cohort.CohortRow) { r.Annotator = int32(1 + max(0, 10-i)/10) }), Caution, "Only 1 of 480 centers was marked by two people or more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := clean()
			c.change(&in)
			var found []string
			for _, w := range Summarize(in).Warnings {
				if w.Level == c.level && strings.Contains(w.Text, c.want) {
					return
				}
				found = append(found, string(w.Level)+": "+w.Text)
			}
			t.Errorf("no %s with %q among:\n%s", c.level, c.want, strings.Join(found, "\n"))
		})
	}
}

func TestDecodeRefusesOtherJSON(t *testing.T) {
	for _, text := range []string{`{`, `[]`, `{}`, `{"kind":"metrics"}`} {
		if _, err := Decode([]byte(text)); err == nil || !strings.HasPrefix(err.Error(), "cohort summary: ") {
			t.Errorf("%s: error is %v", text, err)
		}
	}
}

func TestManyReasonsAreGathered(t *testing.T) {
	var list []Refused
	for i := range 70 {
		list = append(list, Refused{ID: fmt.Sprintf("f%02d", i), Refusal: cohort.Refusal{Summary: fmt.Sprintf("%d bytes are missing", i)}})
	}
	got := reasons(list)
	files := 0
	for _, r := range got {
		files += r.Files
	}
	if last := got[len(got)-1]; len(got) != listedReasons || files != 70 || last.Summary != "Other reasons" || len(last.Examples) != examples {
		t.Errorf("%d reasons of %d files, the last %+v", len(got), files, last)
	}
}
