package splitbypatient

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"femur/cache"
	"femur/dag"
	"femur/internal/cohort"
)

// link is a link between the first radiographs of two patients of rowsOf.
func link(a, b string) cohort.LinkRow {
	a, b = min(a, b), max(a, b)
	return cohort.LinkRow{A: a + "-0", PatientA: a, B: b + "-0", PatientB: b}
}

// drawLinks links some of n patients at random.
func drawLinks(t *rapid.T, n int) []cohort.LinkRow {
	var links []cohort.LinkRow
	patient := rapid.IntRange(0, n-1)
	for range rapid.IntRange(0, 25).Draw(t, "links") {
		links = append(links, link(fmt.Sprint(patient.Draw(t, "a")), fmt.Sprint(patient.Draw(t, "b"))))
	}
	return links
}

func drawParams(t *rapid.T) Params {
	return Params{
		Test: rapid.Float64Range(0.1, 0.5).Draw(t, "test"), Folds: rapid.IntRange(2, 4).Draw(t, "folds"), Validate: 0.2,
		Assignment: rapid.SampledFrom([]string{"stable", "balanced"}).Draw(t, "assignment"),
	}
}

// place says for each patient in which lists the patient is.
func place(lists map[string]cache.ItemList) map[cache.PatientID]string {
	at := map[cache.PatientID]string{}
	for _, name := range slices.Sorted(maps.Keys(lists)) {
		for p := range patients(lists[name]) {
			at[p] += name + " "
		}
	}
	return at
}

func TestLinkedPatientsStandTogether(t *testing.T) {
	tried := 0
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(150, 250).Draw(t, "patients")
		links := drawLinks(t, n)
		lists, groups, err := runLinked(t, drawParams(t), rowsOf(n, 2), links)
		if err != nil {
			t.Skip("a class is missing somewhere")
		}
		tried++
		at := place(lists)
		for _, l := range links {
			if a, b := at[cache.PatientID(l.PatientA)], at[cache.PatientID(l.PatientB)]; a != b || a == "" {
				t.Fatalf("linked patients %s and %s stand in %q and %q", l.PatientA, l.PatientB, a, b)
			}
		}
		if len(at) != n {
			t.Fatalf("%d of %d patients are in a list", len(at), n)
		}
		for _, g := range groups {
			if !g.Kept || at[cache.PatientID(g.Patient)] != at[cache.PatientID(g.Group)] {
				t.Fatalf("patient %s is not where the leader %s is", g.Patient, g.Group)
			}
		}
	})
	if tried == 0 {
		t.Error("every split was refused: nothing was tested")
	}
}

// Without links, an unbound port and an empty table say the same as before there were groups.
func TestPatientsWithoutLinksStay(t *testing.T) {
	p := Params{Test: 0.25, Folds: 3, Validate: 0.2, Assignment: "stable"}
	rows := rowsOf(200, 1)
	unbound, _, err := runLinked(t, p, rows, nil)
	if err != nil {
		t.Fatal(err)
	}
	linked, groups, err := runLinked(t, p, rows, []cohort.LinkRow{link("3", "4")})
	if err != nil {
		t.Fatal(err)
	}
	empty, none, err := runLinked(t, p, rows, []cohort.LinkRow{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(unbound, empty); diff != "" || len(none) != 0 {
		t.Errorf("no links (-unbound +empty, groups %v):\n%s", none, diff)
	}
	was, is := place(unbound), place(linked)
	for _, p := range []cache.PatientID{"3", "4"} {
		delete(was, p)
		delete(is, p)
	}
	if diff := cmp.Diff(was, is); diff != "" {
		t.Errorf("a link between 3 and 4 moved others (-before +after):\n%s", diff)
	}
	if len(groups) != 2 || groups[0].Patient != "3" || groups[1].Patient != "4" || groups[0].Group != groups[1].Group {
		t.Errorf("groups are %+v, want 3 and 4 in one", groups)
	}
}

func TestNewPatientMovesAtMostTheGroupJoined(t *testing.T) {
	tried := 0
	rapid.Check(t, func(t *rapid.T) {
		p := drawParams(t)
		p.Assignment = "stable"
		links := drawLinks(t, 200)
		before, groups, err := runLinked(t, p, rowsOf(200, 1), links)
		if err != nil {
			t.Skip("a class is missing somewhere")
		}
		newcomer := cohort.IndexRow{ID: "new-0", Patient: "new", Label: "NFF"}
		friend := ""
		more := links
		if rapid.Bool().Draw(t, "joins") {
			friend = fmt.Sprint(rapid.IntRange(0, 199).Draw(t, "friend"))
			more = append(slices.Clone(links), link(friend, "new"))
		}
		after, _, err := runLinked(t, p, append(rowsOf(200, 1), newcomer), more)
		if err != nil {
			t.Skip("a class is missing somewhere")
		}
		tried++
		group := map[string]string{}
		for _, g := range groups {
			group[g.Patient] = g.Group
		}
		was, is := place(before), place(after)
		for id, at := range was {
			joined := string(id) == friend || group[friend] != "" && group[string(id)] == group[friend]
			if !joined && is[id] != at {
				t.Fatalf("patient %s, of another group than %q, moved from %q to %q", id, friend, at, is[id])
			}
		}
	})
	if tried == 0 {
		t.Error("every split was refused: nothing was tested")
	}
}

func TestDropKeepsOneOfEachGroup(t *testing.T) {
	p := Params{Test: 0.25, Folds: 3, Validate: 0.2, Assignment: "balanced", Linked: drop}
	// 11–12–13 agree on NFF; 5 is AFF and 6 is NFF; 21 is linked with itself only.
	links := []cohort.LinkRow{link("12", "11"), link("12", "13"), link("5", "6"), link("21", "21")}
	lists, groups, err := runLinked(t, p, rowsOf(120, 2), links)
	if err != nil {
		t.Fatal(err)
	}
	at := place(lists)
	for id, want := range map[cache.PatientID]bool{"11": true, "12": false, "13": false, "5": false, "6": false, "21": true, "40": true} {
		if at[id] != "" != want {
			t.Errorf("patient %s stands in %q, want any list: %v", id, at[id], want)
		}
	}
	if len(at) != 120-4 {
		t.Errorf("%d patients are left of 120, want 116", len(at))
	}
	want := []cohort.GroupRow{
		{Patient: "11", Group: "11", Label: "NFF", Kept: true}, {Patient: "12", Group: "11", Label: "NFF"}, {Patient: "13", Group: "11", Label: "NFF"},
		{Patient: "5", Group: "5", Label: "AFF"}, {Patient: "6", Group: "5", Label: "NFF"},
	}
	if diff := cmp.Diff(want, groups); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
}

func TestAssignmentByHandCarriesTheGroup(t *testing.T) {
	for _, assignment := range []string{"stable", "balanced"} {
		p := Params{Test: 0.25, Folds: 3, Validate: 0.2, Assignment: assignment, Assign: []Assign{{"fold-1", []string{"7"}}}}
		lists, _, err := runLinked(t, p, rowsOf(200, 1), []cohort.LinkRow{link("7", "8"), link("8", "9")})
		if err != nil {
			t.Fatal(err)
		}
		held := patients(lists["fold=1/held-out"])
		if !held["7"] || !held["8"] || !held["9"] {
			t.Errorf("%s: 7 is put into fold 1 and 8 and 9 share its exposures; in fold 1 are %v", assignment, held)
		}
	}
}

func TestLinkedPatientsAreRefused(t *testing.T) {
	base := Params{Test: 0.25, Folds: 3, Validate: 0.2, Assignment: "balanced"}
	with := func(linked string, assign ...Assign) Params { p := base; p.Linked, p.Assign = linked, assign; return p }
	for name, c := range map[string]struct {
		params Params
		links  []cohort.LinkRow
		want   []string
	}{
		"fail": {with(fail), []cohort.LinkRow{link("1", "2")}, []string{"1-0 of patient 1 is 2-0 of patient 2", `linked = "together"`}},
		"fail, two groups": {
			with(fail), []cohort.LinkRow{link("1", "2"), link("3", "4")},
			[]string{"2 groups", "1-0 of patient 1 is 2-0 of patient 2", "3-0 of patient 3 is 4-0 of patient 4"},
		},
		"torn apart": {
			with(together, Assign{"test", []string{"1"}}, Assign{"fold-2", []string{"3"}}), []cohort.LinkRow{link("1", "2"), link("2", "3")},
			[]string{"3: the patient is assigned to fold-2, and patient 1, who shares an exposure, to test"},
		},
		"assigned and dropped": {
			with(drop, Assign{"test", []string{"2"}}), []cohort.LinkRow{link("1", "2")},
			[]string{"2: the patient is assigned to test by hand and dropped as linked with 1"},
		},
	} {
		_, _, err := runLinked(t, c.params, rowsOf(60, 1), c.links)
		var bad *dag.BadInput
		if !errors.As(err, &bad) {
			t.Errorf("%s: error is %v, want a *dag.BadInput", name, err)
			continue
		}
		for _, want := range c.want {
			if text := err.Error() + " " + bad.Detail; !strings.Contains(text, want) {
				t.Errorf("%s: error is %q, want it to contain %q", name, text, want)
			}
		}
	}
	// Links within a patient, and with whom the cohort does not hold, are nobody's fault.
	for _, l := range []cohort.LinkRow{link("1", "1"), link("1", "elsewhere")} {
		if _, groups, err := runLinked(t, with(fail), rowsOf(60, 1), []cohort.LinkRow{l}); err != nil || len(groups) != 0 {
			t.Errorf("a link of %s and %s: error %v, groups %v", l.PatientA, l.PatientB, err, groups)
		}
	}
}

// Both are copies of a radiograph that is not in the cohort: they are copies of each other.
func TestLinksReachThroughAbsentPatients(t *testing.T) {
	_, groups, err := runLinked(t, Params{Test: 0.25, Folds: 3, Validate: 0.2, Assignment: "balanced"}, rowsOf(60, 1), []cohort.LinkRow{link("1", "x"), link("x", "2")})
	if err != nil {
		t.Fatal(err)
	}
	if len(groups) != 2 || groups[0].Patient != "1" || groups[1].Patient != "2" {
		t.Errorf("groups are %+v, want 1 and 2 in one", groups)
	}
}
