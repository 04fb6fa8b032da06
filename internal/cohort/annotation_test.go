package cohort

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"femur/cache"
	"femur/dag"
	"femur/dag/stagetest"
	"femur/internal/geom"
)

// Coordinates must come back to the last bit: what is stored is what the next stage works with.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Float64Range(-1e6, 1e6)
		at := geom.Point{X: number.Draw(t, "x"), Y: number.Draw(t, "y")}
		part := rapid.SampledFrom([]string{Development, Test}).Draw(t, "part")

		a := Annotation{
			Patient: cache.PatientID(rapid.String().Draw(t, "patient")), Label: rapid.String().Draw(t, "label"), Center: at,
			Width: rapid.IntRange(1, 5000).Draw(t, "width"), Height: rapid.IntRange(1, 5000).Draw(t, "height"),
			Pitch: geom.Pitch(rapid.Float64Range(0, 1).Draw(t, "pitch")), Synthetic: rapid.Bool().Draw(t, "synthetic"),
		}
		if got, err := DecodeAnnotation(a.Encode()); err != nil || !cmp.Equal(a, got) {
			t.Errorf("annotation (%v, -want +got):\n%s", err, cmp.Diff(a, got))
		}
		c := Center{Point: at, Spread: number.Draw(t, "spread"), Part: part, Models: rapid.IntRange(1, 9).Draw(t, "models")}
		if got, err := DecodeCenter(c.Encode()); err != nil || got != c {
			t.Errorf("center %+v came back as %+v (%v)", c, got, err)
		}
		s := Score{Part: part, Fold: rapid.IntRange(TestFold, 9).Draw(t, "fold"), Score: number.Draw(t, "score"), PerFold: rapid.SliceOfN(number, 1, 5).Draw(t, "scores")}
		if got, err := DecodeScore(s.Encode()); err != nil || !cmp.Equal(s, got) {
			t.Errorf("score (%v, -want +got):\n%s", err, cmp.Diff(s, got))
		}
	})
}

// No stage may store a center that is no number; it must have refused it before.
func TestEncodeRefusesWhatIsNoNumber(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a center at NaN was encoded")
		}
	}()
	Center{Point: geom.Point{X: math.NaN()}}.Encode()
}

func TestDecodeSaysWhatItIs(t *testing.T) {
	for what, decode := range map[string]func([]byte) error{
		"annotation": func(b []byte) error { _, err := DecodeAnnotation(b); return err },
		"center":     func(b []byte) error { _, err := DecodeCenter(b); return err },
		"score":      func(b []byte) error { _, err := DecodeScore(b); return err },
	} {
		if err := decode([]byte("no JSON")); err == nil || !strings.HasPrefix(err.Error(), what+": ") {
			t.Errorf("error is %v, want it to begin with %q", err, what)
		}
	}
}

// ports is a stage that a task can be made for.
type ports struct{ dag.Stage }

func (ports) Ports() (in, out []dag.Port) { return nil, nil }

func TestAnnotationsByRadiograph(t *testing.T) {
	task := stagetest.New(ports{})
	want := map[cache.ItemID]Annotation{"a": {Label: "AFF"}, "b": {Label: "NFF"}}
	for id, a := range want {
		task.Add("annotations", cache.MediaAnnotation, id, "p", a.Encode())
	}
	got, err := Annotations(task, "annotations")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("annotations (-want +got):\n%s", diff)
	}
	task.Add("annotations", cache.MediaAnnotation, "c", "p", []byte("{"))
	if _, err := Annotations(task, "annotations"); err == nil || !strings.HasPrefix(err.Error(), "c: annotation: ") {
		t.Errorf("error is %v, want it to name the radiograph", err)
	}
}
