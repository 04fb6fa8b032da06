package croppatches

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"femur/cache"
	"femur/dag"
	"femur/dag/stagetest"
	"femur/internal/cohort"
	"femur/internal/geom"
	"femur/internal/npy"
	"femur/internal/radiograph"
	"femur/internal/table"
)

// ramp is an image in which every pixel tells its place.
func ramp(w, h int) radiograph.Image {
	im := radiograph.New(w, h)
	for y := range h {
		for x := range w {
			im.Pix[y*w+x] = uint16(1 + 100*y + x)
		}
	}
	return im
}

func cut(t *testing.T, p Params, im radiograph.Image, a cohort.Annotation, center geom.Point) ([]uint16, cohort.WindowRow, error) {
	t.Helper()
	s := &stage{Params: p}
	task := stagetest.New(s)
	var b bytes.Buffer
	if err := radiograph.Encode(&b, im); err != nil {
		t.Fatal(err)
	}
	task.Add("radiographs", cache.MediaRadiograph, "r", "p", b.Bytes())
	task.Add("annotations", cache.MediaAnnotation, "r", "p", a.Encode())
	task.Add("centers", cache.MediaCenter, "r", "p", cohort.Center{Point: center}.Encode())
	if err := task.Run(t.Context(), s, nil); err != nil {
		return nil, cohort.WindowRow{}, err
	}
	pix, h, w, err := npy.Read(task.Outputs["patches"]["r"])
	if err != nil || h != p.Size || w != p.Size {
		t.Fatalf("patch of %d×%d (%v), want %d", w, h, err, p.Size)
	}
	rows, err := table.Read[cohort.WindowRow](task.One("table"))
	if err != nil || len(rows) != 1 || rows[0].ID != "r" || rows[0].Patient != "p" {
		t.Fatalf("table %v (%v)", rows, err)
	}
	return pix, rows[0], nil
}

func TestNativeResolutionCopiesPixels(t *testing.T) {
	im := ramp(60, 50)
	pix, w, err := cut(t, Params{Input: "patch", Size: 16}, im, cohort.Annotation{}, geom.Point{X: 30, Y: 20})
	if err != nil {
		t.Fatal(err)
	}
	if w.Left != 22 || w.Top != 12 || w.Scale != 1 || w.Outside != 0 {
		t.Errorf("window %+v, want 16 px from (22, 12)", w)
	}
	for y := range 16 {
		for x := range 16 {
			if got, want := pix[y*16+x], im.At(22+x, 12+y); got != want {
				t.Fatalf("pixel (%d,%d) is %d, want %d", x, y, got, want)
			}
		}
	}
}

func TestEdgesArePaddedNotMoved(t *testing.T) {
	im := ramp(60, 50)
	pix, w, err := cut(t, Params{Input: "patch", Size: 16}, im, cohort.Annotation{}, geom.Point{X: 0, Y: 0})
	if err != nil {
		t.Fatal(err)
	}
	if w.Outside != 0.75 {
		t.Errorf("%g of the patch lies outside, want 0.75", w.Outside)
	}
	if pix[0] != radiograph.PadValue || pix[8*16+8] != im.At(0, 0) || pix[15*16+15] != im.At(7, 7) {
		t.Errorf("the corner of the image is not at the center of the patch")
	}
}

func TestInputsAreCutWhereTheySay(t *testing.T) {
	im := ramp(60, 50)
	a := cohort.Annotation{Center: geom.Point{X: 40, Y: 30}}
	predicted := geom.Point{X: 20, Y: 20}
	for input, want := range map[string]geom.Point{"patch": predicted, "oracle": a.Center, "center": {X: 30, Y: 25}} {
		_, w, err := cut(t, Params{Input: input, Size: 16}, im, a, predicted)
		if err != nil {
			t.Fatal(err)
		}
		if got := (geom.Point{X: w.Left + w.Width/2, Y: w.Top + w.Height/2}); got.Distance(want) > 0.71 {
			t.Errorf("%s: window around %v, want %v", input, got, want)
		}
	}
}

func TestOracleNeedsAnAnnotatedCenter(t *testing.T) {
	_, _, err := cut(t, Params{Input: "oracle", Size: 16}, ramp(60, 50), cohort.Annotation{Unlocated: true}, geom.Point{})
	var bad *dag.BadInput
	if !errors.As(err, &bad) || !strings.Contains(err.Error(), "no center is annotated") {
		t.Errorf("oracle without a center: %v, want it refused", err)
	}
}

func TestWholeIsScaledNotSquashed(t *testing.T) {
	_, w, err := cut(t, Params{Input: "whole", Size: 32}, ramp(60, 30), cohort.Annotation{}, geom.Point{})
	if err != nil {
		t.Fatal(err)
	}
	if w.Width != w.Height || w.Width != 60 || w.Outside != 0.5 {
		t.Errorf("window %+v, want a square of 60 px, half of it outside", w)
	}
}

func TestMillimeters(t *testing.T) {
	a := cohort.Annotation{Center: geom.Point{X: 30, Y: 25}, Pitch: 0.5}
	_, w, err := cut(t, Params{Input: "oracle", Size: 16, SizeMM: 10}, ramp(60, 50), a, geom.Point{})
	if err != nil || w.Width != 20 || w.Scale != 0.8 {
		t.Errorf("window %+v (%v), want 20 px at scale 0.8", w, err)
	}
	a.Pitch = 0
	_, _, err = cut(t, Params{Input: "oracle", Size: 16, SizeMM: 10}, ramp(60, 50), a, geom.Point{})
	var bad *dag.BadInput
	if !errors.As(err, &bad) || !strings.Contains(err.Error(), "spacing of the radiograph is not known") {
		t.Errorf("unknown pitch: %v, want it refused", err)
	}
}

// What an input does not read must be no part of its key.
func TestUnreadPortsAreIgnored(t *testing.T) {
	for input, want := range map[string]string{"patch": "annotations", "oracle": "centers", "center": "centers annotations", "whole": "centers annotations"} {
		in, _ := (&stage{Params: Params{Input: input, Size: 16}}).Ports()
		var ignored []string
		for _, p := range in {
			if p.Ignored {
				ignored = append(ignored, p.Name)
			}
		}
		if got := strings.Join(ignored, " "); got != want {
			t.Errorf("%s ignores %q, want %q", input, got, want)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, p := range []Params{{Input: "half", Size: 224}, {Input: "patch", Size: 8}, {Input: "patch", Size: 224, SizeMM: -1}} {
		if problems := (&stage{Params: p}).Check(); len(problems) != 1 {
			t.Errorf("%+v: problems %v, want one", p, problems)
		}
	}
}
