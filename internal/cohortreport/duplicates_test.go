package cohortreport

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"femur/internal/cohort"
)

func TestGroupsOfLinks(t *testing.T) {
	rows := []cohort.CohortRow{{ID: "a", Label: "AFF"}, {ID: "b", Label: "AFF"}, {ID: "c", Label: "NFF"}, {ID: "x", Label: "NFF"}, {ID: "y", Label: "NFF"}}
	d := duplicates([]cohort.LinkRow{
		{A: "x", PatientA: "9", B: "y", PatientB: "9", Exact: true},
		{A: "b", PatientA: "2", B: "c", PatientB: "3", Exact: true, Conflict: "label"},
		{A: "a", PatientA: "1", B: "b", PatientB: "2", Distance: 7, Correlation: 0.9951234, Conflict: "center"},
	}, rows)
	want := Duplicates{
		Links: 3, Groups: 2, Radiographs: 5, Surplus: 3, Exact: 1, Within: 1, Across: 1, Patients: 3, Conflicts: 1,
		List: []DuplicateGroup{
			{Members: []Member{{"a", "1", "AFF"}, {"b", "2", "AFF"}, {"c", "3", "NFF"}}, Patients: 3, Conflict: "label and center"},
			{Members: []Member{{"x", "9", "NFF"}, {"y", "9", "NFF"}}, Patients: 1, Exact: true},
		},
		Pairs: []Pair{
			{A: "a", PatientA: "1", LabelA: "AFF", B: "b", PatientB: "2", LabelB: "AFF", Distance: 7, Correlation: 0.995123, Conflict: "center"},
			{A: "x", PatientA: "9", LabelA: "NFF", B: "y", PatientB: "9", LabelB: "NFF", Exact: true},
		},
	}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Errorf("duplicates (-want +got):\n%s", diff)
	}
}

// Every linked radiograph is in one group, with all it is linked to.
func TestGroupsHoldTheirLinks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 20).Draw(t, "radiographs")
		var links []cohort.LinkRow
		for range rapid.IntRange(1, 25).Draw(t, "links") {
			a := rapid.IntRange(0, n-2).Draw(t, "a")
			b := rapid.IntRange(a+1, n-1).Draw(t, "b")
			links = append(links, cohort.LinkRow{A: fmt.Sprintf("%02d", a), B: fmt.Sprintf("%02d", b), PatientA: fmt.Sprint(a / 2), PatientB: fmt.Sprint(b / 2)})
		}
		group := map[string]int{}
		d := duplicates(links, nil)
		for i, g := range d.List {
			for _, m := range g.Members {
				if _, twice := group[m.ID]; twice {
					t.Fatalf("%s is in two groups", m.ID)
				}
				group[m.ID] = i
			}
		}
		for _, l := range links {
			if a, ok := group[l.A]; !ok || a != group[l.B] {
				t.Fatalf("%s and %s are linked and not in one group", l.A, l.B)
			}
		}
		if len(group) != d.Radiographs || d.Within+d.Across != d.Groups || d.Radiographs-d.Groups != d.Surplus {
			t.Fatalf("counts do not agree: %+v", d)
		}
	})
}
