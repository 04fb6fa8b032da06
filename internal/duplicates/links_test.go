package duplicates

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"femur/cache"
	"femur/internal/cohort"
	"femur/internal/geom"
	"femur/internal/radiograph"
)

// copies is a small archive: an image, an exact copy of another patient, a mirrored one of the same, and strangers.
func copies() (items []Item, images map[cache.ItemID]radiograph.Image) {
	im := patterned(200, 300, 1)
	images = map[cache.ItemID]radiograph.Image{
		"a": im, "b": im, "c": im.FlipX().Invert(), "d": patterned(200, 300, 2), "e": patterned(200, 300, 3),
	}
	for id, patient := range map[cache.ItemID]cache.PatientID{"a": "p", "b": "q", "c": "p", "d": "r", "e": "s"} {
		items = append(items, Item{ID: id, Patient: patient, Fingerprint: Of(images[id])})
	}
	return items, images
}

func TestLinks(t *testing.T) {
	items, images := copies()
	var mu sync.Mutex
	opened := map[cache.ItemID]int{}
	open := func(id cache.ItemID) (radiograph.Image, error) {
		mu.Lock()
		defer mu.Unlock()
		opened[id]++
		return images[id], nil
	}
	got, err := Links(t.Context(), items, open)
	if err != nil {
		t.Fatal(err)
	}
	want := []cohort.LinkRow{
		{A: "a", PatientA: "p", B: "b", PatientB: "q", Exact: true, Correlation: 1},
		{A: "a", PatientA: "p", B: "c", PatientB: "p", Mirrored: "left-right", Inverted: true, Correlation: 1},
		{A: "b", PatientA: "q", B: "c", PatientB: "p", Mirrored: "left-right", Inverted: true, Correlation: 1},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 0.001), cmpopts.IgnoreFields(cohort.LinkRow{}, "Distance")); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[cache.ItemID]int{"a": 1, "b": 1, "c": 1}, opened); diff != "" {
		t.Errorf("radiographs opened (-want +got):\n%s", diff)
	}
	for range 3 {
		rand.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
		again, err := Links(t.Context(), items, open)
		if err != nil || !slices.Equal(again, got) {
			t.Errorf("in another order the links are %+v (%v)", again, err)
		}
	}
}

func TestLinksErrors(t *testing.T) {
	items, images := copies()
	gone := errors.New("the pixels are gone")
	_, err := Links(t.Context(), items, func(id cache.ItemID) (radiograph.Image, error) { return images[id], gone })
	if !errors.Is(err, gone) || !strings.HasPrefix(err.Error(), "duplicates of ") {
		t.Errorf("error is %v, want it to name a radiograph and say that the pixels are gone", err)
	}
	open := func(id cache.ItemID) (radiograph.Image, error) { return images[id], nil }
	if _, err := Links(t.Context(), append(items, items[0]), open); err == nil || !strings.Contains(err.Error(), "listed twice") {
		t.Errorf("an id twice: error is %v", err)
	}
	items[0].Fingerprint.Thumb = nil
	if _, err := Links(t.Context(), items, open); err == nil || !strings.Contains(err.Error(), "thumbnail") {
		t.Errorf("a damaged fingerprint: error is %v", err)
	}
}

func TestConflict(t *testing.T) {
	at := func(label string, x, y float64, w, h int) cohort.Annotation {
		return cohort.Annotation{Label: label, Center: geom.Point{X: x, Y: y}, Width: w, Height: h}
	}
	a := at("AFF", 20, 100, 100, 200)
	nowhere := cohort.Annotation{Label: "AFF", Unlocated: true, Width: 100, Height: 200}
	for name, c := range map[string]struct {
		b    cohort.Annotation
		link cohort.LinkRow
		want string
	}{
		"same":          {a, cohort.LinkRow{}, ""},
		"within 2 %":    {at("AFF", 22, 103, 100, 200), cohort.LinkRow{}, ""},
		"center":        {at("AFF", 24, 104, 100, 200), cohort.LinkRow{}, "center"},
		"label":         {at("NFF", 20, 100, 100, 200), cohort.LinkRow{}, "label"},
		"both":          {at("NFF", 80, 100, 100, 200), cohort.LinkRow{}, "label and center"},
		"half size":     {at("AFF", 10, 50, 50, 100), cohort.LinkRow{}, ""},
		"left-right":    {at("AFF", 80, 100, 100, 200), cohort.LinkRow{Mirrored: "left-right"}, ""},
		"top-bottom":    {at("AFF", 20, 90, 100, 200), cohort.LinkRow{Mirrored: "top-bottom"}, "center"},
		"half-turn":     {at("AFF", 40, 50, 50, 100), cohort.LinkRow{Mirrored: "half-turn"}, ""},
		"not annotated": {nowhere, cohort.LinkRow{}, ""},
	} {
		if got := Conflict(a, c.b, c.link); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
