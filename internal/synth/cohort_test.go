package synth

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var convention = regexp.MustCompile(`^patient_(\d+)_(AFF|CONTROL)_class_1_modality_(CR|DX)_scanoccasion_\d_imagenumber_\d+$`)

func TestSpecsAreConsistent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		config := Config{
			Patients: rapid.IntRange(1, 30).Draw(t, "patients"),
			AFF:      rapid.Float64Range(0.05, 0.95).Draw(t, "aff"),
			Scale:    rapid.Float64Range(minScale, 1).Draw(t, "scale"),
			Seed:     rapid.Uint64().Draw(t, "seed"),
		}
		c, err := NewCohort(config)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		label := map[string]Label{}
		for _, s := range c.Specs() {
			m := convention.FindStringSubmatch(s.ID)
			if m == nil || m[1] != s.Patient || (m[2] == "AFF") != (s.Label == AFF) || m[3] != s.Modality {
				t.Fatalf("ID %s does not tell %+v", s.ID, s)
			}
			if seen[s.ID] {
				t.Fatalf("ID %s twice", s.ID)
			}
			seen[s.ID] = true
			if before, ok := label[s.Patient]; ok && before != s.Label {
				t.Fatalf("patient %s has both labels", s.Patient)
			}
			label[s.Patient] = s.Label
			if !s.Center.Inside(s.Width, s.Height) || s.Pitch.Validate() != nil || !s.Pitch.Known() {
				t.Fatalf("center or pitch is impossible: %+v", s)
			}
			if (s.Kind == Incomplete || s.Kind == Transverse) != (s.Label == AFF) {
				t.Fatalf("%s is %s", s.Kind, s.Label)
			}
			if s.SpacingKnown != (s.Known() != 0) {
				t.Fatalf("known pitch %g, known %v", float64(s.Known()), s.SpacingKnown)
			}
			if found, ok := c.Spec(s.ID); !ok || found != s {
				t.Fatalf("the cohort does not find %s", s.ID)
			}
		}
		if len(label) != config.Patients {
			t.Fatalf("%d patients, want %d", len(label), config.Patients)
		}
	})
}

func TestMorePatientsChangeNobody(t *testing.T) {
	small := mustCohort(t, Config{Patients: 33, Seed: 4, Scale: 0.05})
	large := mustCohort(t, Config{Patients: 90, Seed: 4, Scale: 0.05})
	if diff := cmp.Diff(small.Specs(), large.Specs()[:len(small.Specs())]); diff != "" {
		t.Fatalf("specs differ (-33 patients +90):\n%s", diff)
	}
	for _, s := range small.Specs()[:6] {
		a, err := small.Render(s)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := large.Render(s); err != nil || !a.Equal(b) {
			t.Fatalf("%s is drawn otherwise in the larger cohort, %v", s.ID, err)
		}
	}
	if other := mustCohort(t, Config{Patients: 33, Seed: 5, Scale: 0.05}); cmp.Equal(small.Specs(), other.Specs()) {
		t.Error("another seed gives the same cohort")
	}
}

func TestShareOfAtypicalFractures(t *testing.T) {
	for _, share := range []float64{0.05, 0.2, 0.37, 0.5} {
		for seed := range uint64(20) {
			c := mustCohort(t, Config{Patients: 100, AFF: share, Seed: seed, MinImages: 1, MaxImages: 1})
			specs := c.Specs()
			for block := 0; block < 100; block += labelBlock {
				n := 0
				for _, s := range specs[block : block+labelBlock] {
					n += int(one(s.Label == AFF))
				}
				if math.Abs(float64(n)-share*labelBlock) >= 1 {
					t.Errorf("share %g, seed %d: %d of %d in a block", share, seed, n, labelBlock)
				}
			}
		}
	}
}

// TestCohortFollowsTheFit compares what is drawn with the table.
func TestCohortFollowsTheFit(t *testing.T) {
	f := fitted()
	c := mustCohort(t, Config{Patients: 6000, Seed: 11})
	specs := c.Specs()
	n := float64(len(specs))
	total := f.otherSizes
	for _, size := range f.sizes {
		total += size.count
	}
	for _, size := range f.sizes[:6] {
		drawn := 0.0
		for _, s := range specs {
			drawn += one(s.Width == size.width && s.Height == size.height)
		}
		want := float64(size.count) / float64(total)
		if got := drawn / n; math.Abs(got-want) > 4*math.Sqrt(want/n)+0.001 {
			t.Errorf("%d×%d has share %.4f, want %.4f", size.width, size.height, got, want)
		}
	}
	if mean, want := n/6000, mean(f.perPatient); math.Abs(mean-want) > 0.06 {
		t.Errorf("%.2f radiographs per patient, want %.2f", mean, want)
	}
	// Along the film the place is drawn as fitted; across it, overviews may be mirrored.
	var y []float64
	for _, s := range specs {
		if shapeOf(s.Width, s.Height) == portrait {
			y = append(y, 100*s.Center.Y/float64(s.Height))
		}
	}
	slices.Sort(y)
	for i, want := range f.centers[portrait].y {
		at := y[min(i*len(y)/20, len(y)-1)]
		if i > 0 && i < 20 && math.Abs(at-want) > 2 {
			t.Errorf("quantile %d %% of y is %.1f, want %.1f", 5*i, at, want)
		}
	}
}

func mean(counts []int) float64 {
	var sum, n float64
	for i, c := range counts {
		sum, n = sum+float64(i*c), n+float64(c)
	}
	return sum / n
}

func TestImagesPerPatient(t *testing.T) {
	c := mustCohort(t, Config{Patients: 50, MinImages: 2, MaxImages: 4, Seed: 1})
	count := map[string]int{}
	for _, s := range c.Specs() {
		count[s.Patient]++
	}
	found := map[int]bool{}
	for patient, n := range count {
		if n < 2 || n > 4 {
			t.Errorf("patient %s has %d radiographs", patient, n)
		}
		found[n] = true
	}
	if len(found) != 3 {
		t.Errorf("numbers %v, want 2, 3 and 4", found)
	}
}

func TestConfigRefuses(t *testing.T) {
	tests := []struct {
		name   string
		config Config
		want   string
	}{
		{"nobody", Config{}, "0 patients"},
		{"too many", Config{Patients: mostPatients + 1}, "patients; give"},
		{"share", Config{Patients: 1, AFF: 1}, "share of 1"},
		{"negative share", Config{Patients: 1, AFF: -0.1}, "share of -0.1"},
		{"no number", Config{Patients: 1, AFF: math.NaN()}, "NaN"},
		{"too small", Config{Patients: 1, Scale: 0.001}, "scale of 0.001"},
		{"too large", Config{Patients: 1, Scale: 2}, "scale of 2"},
		{"order", Config{Patients: 1, MinImages: 3, MaxImages: 2}, "3 to 2 radiographs"},
		{"minimum alone", Config{Patients: 1, MinImages: 3}, "3 to 0 radiographs"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := NewCohort(tt.config); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
	c := mustCohort(t, Config{Patients: 1, Scale: 0.05})
	if got := c.Config(); got.AFF != 0.2 || got.Scale != 0.05 {
		t.Errorf("defaults are %+v", got)
	}
	if _, err := c.Render(Spec{ID: "patient_9"}); err == nil || !strings.Contains(err.Error(), "patient_9") {
		t.Errorf("a stranger is drawn: %v", err)
	}
}
