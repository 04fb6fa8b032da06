package duplicates

import (
	"os"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
	"femur/internal/cohort"
	"femur/internal/radiograph"
)

// found says how a copy of an image, whose fingerprint is known, was found, by Links of the two alone.
func found(t testing.TB, a radiograph.Image, of Fingerprint, b radiograph.Image) (cohort.LinkRow, bool) {
	items := []Item{{ID: "a", Patient: "p", Fingerprint: of}, {ID: "b", Patient: "q", Fingerprint: Of(b)}}
	links, err := Links(t.Context(), items, func(id cache.ItemID) (radiograph.Image, error) {
		if id == "a" {
			return a, nil
		}
		return b, nil
	})
	if err != nil {
		t.Error(err)
	}
	if len(links) == 0 {
		return cohort.LinkRow{}, false
	}
	return links[0], true
}

// torture reports whether the tests have minutes instead of seconds, as in make torture.
func torture() bool { return os.Getenv("FEMUR_TORTURE") != "" }

// recall tests that a share of the images is found again in each variant, lying as it does.
func recall(t *testing.T, names []string, images []radiograph.Image, least float64) {
	prints := make([]Fingerprint, len(images))
	each(t, len(images), func(i int) { prints[i] = Of(images[i]) })
	for _, v := range variants() {
		var hits, right atomic.Int32
		each(t, len(images), func(i int) {
			l, ok := found(t, images[i], prints[i], v.make(t, images[i]))
			if !ok {
				t.Logf("%s, %s: not found", v.name, names[i])
				return
			}
			hits.Add(1)
			if l.Mirrored == v.mirror.String() && l.Inverted == v.inverted {
				right.Add(1)
			} else {
				t.Logf("%s, %s: mirrored %q, inverted %v", v.name, names[i], l.Mirrored, l.Inverted)
			}
		})
		t.Logf("%s: %d of %d found, %d the right way round", v.name, hits.Load(), len(images), right.Load())
		if n := float64(len(images)); float64(hits.Load()) < least*n || float64(right.Load()) < least*n {
			t.Errorf("%s: %d of %d found, %d the right way round; want %g of them", v.name, hits.Load(), len(images), right.Load(), least)
		}
	}
}

func TestRecallOnRealRadiographs(t *testing.T) {
	step := 40
	if torture() {
		step = 4
	}
	names, images := fracAtlas(t, step)
	recall(t, names, images, 0.85)
}

func TestRecallOnSyntheticRadiographs(t *testing.T) {
	patients := 2
	if torture() {
		patients = 20
	}
	specs, images := synthetic(t, patients, 0.15)
	names := make([]string, len(specs))
	for i, s := range specs {
		names[i] = s.ID
	}
	recall(t, names, images, 0.75)
}

// linksOf links images, each of a patient of its own.
func linksOf(t *testing.T, names []string, images []radiograph.Image) []cohort.LinkRow {
	t.Helper()
	at := map[cache.ItemID]int{}
	items := make([]Item, len(images))
	for i, name := range names {
		at[cache.ItemID(name)] = i
	}
	each(t, len(images), func(i int) {
		items[i] = Item{ID: cache.ItemID(names[i]), Patient: cache.PatientID(names[i]), Fingerprint: Of(images[i])}
	})
	links, err := Links(t.Context(), items, func(id cache.ItemID) (radiograph.Image, error) { return images[at[id]], nil })
	if err != nil {
		t.Fatal(err)
	}
	return links
}

// The four pairs were looked at: three are the same exposure in other files, and one is a pelvis exposed twice without
// having moved, the first time blurred. All other 20,096 pairs are different radiographs.
func TestLinksAmongRealRadiographs(t *testing.T) {
	if testing.Short() {
		t.Skip("decodes 201 radiographs")
	}
	names, images := fracAtlas(t, 1)
	got := map[string]bool{}
	for _, l := range linksOf(t, names, images) {
		got[l.A+" "+l.B] = l.Exact
		if l.Mirrored != "" || l.Inverted || l.Correlation < leastCorrelation || l.Distance > threshold {
			t.Errorf("the link is %+v", l)
		}
	}
	want := map[string]bool{
		"IMG0002337.jpg IMG0002340.jpg": false,
		"IMG0002945.jpg IMG0004266.jpg": false,
		"IMG0002946.jpg IMG0004267.jpg": true,
		"IMG0003020.jpg IMG0004320.jpg": true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pairs, and whether they are exact (-want +got):\n%s", diff)
	}
}

// No two synthetic radiographs are one exposure: neither those of a patient in one view nor any others. Of 100,000 pairs
// one may be linked all the same.
func TestDifferentExposuresAreNotLinked(t *testing.T) {
	patients := 60
	if torture() {
		patients = 400
	}
	specs, images := synthetic(t, patients, 0.1)
	names := make([]string, len(specs))
	alike := 0
	for i, s := range specs {
		names[i] = s.ID
		for _, other := range specs[:i] {
			if other.Patient == s.Patient && other.View == s.View {
				alike++
			}
		}
	}
	if alike < patients/4 {
		t.Errorf("only %d pairs are of one patient in one view: the test lost its point", alike)
	}
	links := linksOf(t, names, images)
	pairs := len(images) * (len(images) - 1) / 2
	t.Logf("%d false links in %d pairs, %d of them of one patient in one view", len(links), pairs, alike)
	if len(links) <= pairs/100_000 {
		return // what the package promises; none where the tests are short
	}
	for _, l := range links {
		t.Errorf("%+v", l)
	}
}
