package compare

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/png"
	"math"
	"slices"
	"strings"

	"femur/cache"
	"femur/dag"
	"femur/internal/analysis"
	"femur/internal/geom"
	"femur/internal/radiograph"
	"femur/internal/report"
)

// Sides of the report's pictures in pixels.
const (
	thumbnailSide = 288
	patchSide     = 192
)

// gallery pictures radiographs of the test part from the best to the worst localized, each label in turn.
func (s *stage) gallery(t dag.Task, st *study, centers []analysis.LocalizationRow, scores []analysis.ClassificationRow) ([]report.Example, error) {
	pixels, err := dag.ReadItems(t, "radiographs")
	if err != nil {
		return nil, err
	}
	if len(pixels) == 0 || len(st.centers) == 0 {
		return nil, nil
	}
	var out []report.Example
	for _, r := range pick(centers, st.centers[0].name, s.Positive, s.Gallery) {
		it, ok := pixels[cache.ItemID(r.Image)]
		if !ok {
			return nil, fmt.Errorf("%s: its pixels are not among the radiographs", r.Image)
		}
		e, err := st.example(t, it, r)
		if err != nil {
			return nil, err
		}
		e.Score = scoresOf(r.Image, scores)
		out = append(out, e)
	}
	return out, nil
}

// pick chooses n rows of an arm's test part: for either label, evenly from the smallest error to the largest.
func pick(rows []analysis.LocalizationRow, arm, positive string, n int) []analysis.LocalizationRow {
	var out []analysis.LocalizationRow
	for _, wantPositive := range []bool{true, false} {
		var some []analysis.LocalizationRow
		for _, r := range rows {
			if r.Arm == arm && r.Partition == analysis.Test && (r.Label == positive) == wantPositive {
				some = append(some, r)
			}
		}
		slices.SortFunc(some, func(a, b analysis.LocalizationRow) int {
			return cmp.Or(cmp.Compare(distance(a), distance(b)), strings.Compare(a.Image, b.Image))
		})
		want := min((n+1)/2, len(some), n-len(out))
		for i := range want {
			at := 0
			if want > 1 {
				at = i * (len(some) - 1) / (want - 1)
			}
			out = append(out, some[at])
		}
	}
	return out
}

// distance is the relative error of a row, so that radiographs of every size compare.
func distance(r analysis.LocalizationRow) float64 {
	return math.Hypot(r.PredX-r.TrueX, r.PredY-r.TrueY) / math.Hypot(r.Width, r.Height)
}

// example pictures one radiograph and the patch cut from it.
func (s *study) example(t dag.Task, it cache.Item, r analysis.LocalizationRow) (report.Example, error) {
	b, err := dag.ReadAll(t, it.Artifact)
	if err != nil {
		return report.Example{}, err
	}
	im, err := radiograph.DecodeContainer(b, radiograph.Limits{})
	if err != nil {
		return report.Example{}, fmt.Errorf("%s: %w", it.ID, err)
	}
	f := min(1, float64(thumbnailSide)/float64(max(im.Width, im.Height)))
	small := radiograph.Resize(im, max(1, int(f*float64(im.Width)+0.5)), max(1, int(f*float64(im.Height)+0.5)))
	e := report.Example{
		Image: r.Image, Patient: r.Patient, Label: r.Label, Arm: r.Arm,
		Width: r.Width, Height: r.Height, TrueX: r.TrueX, TrueY: r.TrueY, PredX: r.PredX, PredY: r.PredY, Pitch: r.Pitch,
	}
	if e.Thumbnail, err = picture(small); err != nil {
		return e, err
	}
	w, ok := s.windows[r.Image]
	if !ok {
		return e, nil
	}
	e.PatchX0, e.PatchY0, e.PatchX1, e.PatchY1 = w.Left, w.Top, w.Left+w.Width, w.Top+w.Height
	cut := radiograph.Resample(im, geom.Rect{Min: geom.Point{X: e.PatchX0, Y: e.PatchY0}, Max: geom.Point{X: e.PatchX1, Y: e.PatchY1}}, patchSide, patchSide)
	e.Patch, err = picture(cut)
	return e, err
}

// picture encodes an image as an 8-bit gray PNG, which is what a screen shows.
func picture(im radiograph.Image) ([]byte, error) {
	g := image.NewGray(image.Rect(0, 0, im.Width, im.Height))
	for i, p := range im.Pix {
		g.Pix[i] = uint8(p >> 8)
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, g); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// scoresOf lists the scores of a radiograph: "cnn-small · patch 0.81, …".
func scoresOf(image string, scores []analysis.ClassificationRow) string {
	var parts []string
	for _, r := range scores {
		if r.Image == image {
			parts = append(parts, fmt.Sprintf("%s %.2f", r.Arm, r.Score))
		}
	}
	return strings.Join(parts, ", ")
}
