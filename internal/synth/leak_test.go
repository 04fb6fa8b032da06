package synth

import (
	"math"
	"slices"
	"strings"
	"testing"

	"femur/internal/geom"
	"femur/internal/radiograph"
)

func mustCohort(t testing.TB, config Config) *Cohort {
	t.Helper()
	c, err := NewCohort(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// oneEach returns a cohort's patients with one radiograph each.
func oneEach(t *testing.T, patients int, scale float64) (*Cohort, []Spec) {
	c := mustCohort(t, Config{Patients: patients, AFF: 0.4, Scale: scale, MinImages: 1, MaxImages: 1, Seed: 77})
	return c, c.Specs()
}

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// acquisition is everything about a radiograph but the disease.
func acquisition(s Spec) []float64 {
	x, y := s.Center.X/float64(s.Width), s.Center.Y/float64(s.Height)
	f := []float64{
		float64(s.Width), float64(s.Height), float64(s.Width) / float64(s.Height), float64(s.Pitch), one(s.SpacingKnown),
		x, y, x * x, y * y, x * y, one(s.View == AP), one(s.Side == Left), one(s.Modality == "CR"),
		float64(s.Occasion), float64(s.Number), s.Exposure, s.Exposure * s.Exposure, s.Contrast, s.Dose,
		one(s.Marker), one(s.Collimated), one(s.Implant == Nail), one(s.Implant == Plate),
	}
	for site := range sites {
		f = append(f, one(s.Site == site))
	}
	return f
}

func TestClassIsNotInTheAcquisition(t *testing.T) {
	_, specs := oneEach(t, 4000, 1)
	var samples []sample
	for _, s := range specs {
		samples = append(samples, sample{acquisition(s), s.Label == AFF})
	}
	mean, err := crossValidated(samples, 0.001)
	t.Logf("AUROC from acquisition %.3f ± %.3f", mean, err)
	if math.Abs(mean-0.5) > 3.5*err {
		t.Errorf("the class can be read from the acquisition: AUROC %.3f, standard error %.3f", mean, err)
	}
}

// TestClassIsNotInTheNumberOfRadiographs uses the fitted numbers per patient.
func TestClassIsNotInTheNumberOfRadiographs(t *testing.T) {
	c := mustCohort(t, Config{Patients: 6000, AFF: 0.4, Seed: 3})
	count, operated, atypical := map[string]int{}, map[string]bool{}, map[string]bool{}
	for _, s := range c.Specs() {
		count[s.Patient]++
		operated[s.Patient] = operated[s.Patient] || s.Implant != NoImplant
		atypical[s.Patient] = s.Label == AFF
	}
	patients := make([]string, 0, len(count))
	for p := range count {
		patients = append(patients, p)
	}
	slices.Sort(patients)
	var samples []sample
	for _, p := range patients {
		samples = append(samples, sample{[]float64{float64(count[p]), one(operated[p])}, atypical[p]})
	}
	if mean, err := crossValidated(samples, 0.001); math.Abs(mean-0.5) > 3.5*err {
		t.Errorf("the class can be read from the number of radiographs: AUROC %.3f ± %.3f", mean, err)
	}
}

// intensities are statistics of a rendered radiograph without the surroundings of the fracture.
func intensities(im radiograph.Image, s Spec) []float64 {
	away, _ := s.Pitch.PX(40)
	var values []float64
	var left, right, top, bottom float64
	for y := range im.Height {
		for x := range im.Width {
			v := float64(im.At(x, y))
			if x == 0 {
				left += v
			}
			if x == im.Width-1 {
				right += v
			}
			if y == 0 {
				top += v
			}
			if y == im.Height-1 {
				bottom += v
			}
			if d := (geom.Point{X: float64(x), Y: float64(y)}).Sub(s.Center); math.Abs(d.X) > away || math.Abs(d.Y) > away {
				values = append(values, v)
			}
		}
	}
	w, h := float64(im.Width), float64(im.Height)
	f := []float64{left / h, right / h, top / w, bottom / w}
	if len(values) == 0 {
		values = []float64{0}
	}
	slices.Sort(values)
	var sum, square float64
	for _, v := range values {
		sum, square = sum+v, square+v*v
	}
	n := float64(len(values))
	f = append(f, sum/n, math.Sqrt(max(0, square/n-sum*sum/(n*n))))
	for _, q := range []float64{0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1} {
		f = append(f, values[int(q*(n-1))])
	}
	return f
}

func TestClassIsNotInTheBrightness(t *testing.T) {
	patients := 600
	if testing.Short() {
		patients = 200
	}
	c, specs := oneEach(t, patients, 0.05)
	var samples []sample
	for _, s := range specs {
		im, err := c.Render(s)
		if err != nil {
			t.Fatal(err)
		}
		samples = append(samples, sample{intensities(im, s), s.Label == AFF})
	}
	mean, err := crossValidated(samples, 0.001)
	t.Logf("AUROC from brightness %.3f ± %.3f", mean, err)
	if math.Abs(mean-0.5) > 3.5*err {
		t.Errorf("the class can be read from the brightness: AUROC %.3f, standard error %.3f", mean, err)
	}
}

func TestNoticeNamesTheCohortSynthetic(t *testing.T) {
	if !strings.HasPrefix(Notice, "Synthetic") {
		t.Errorf("the notice begins otherwise: %q", Notice)
	}
}
