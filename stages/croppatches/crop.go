// Package croppatches makes what classifiers see: patches at native resolution, or the whole radiograph
// downsampled.
//
// Words: the input says where a patch is cut. "patch" is around the predicted center, "oracle" around the
// annotated one (what perfect localization would give), "center" around the image's own center (what no
// localization gives), "whole" is no cut: the radiograph scaled down until its longer side fits.
//
// Guarantee: nothing is squashed; what lies outside the radiograph is padded with black, and the windows
// table says how much. With size_mm, a radiograph of unknown pitch is refused rather than guessed.
package croppatches

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"femur/cache"
	"femur/dag"
	"femur/internal/cohort"
	"femur/internal/geom"
	"femur/internal/npy"
	"femur/internal/parallel"
	"femur/internal/radiograph"
	"femur/internal/table"
)

// Params are the attributes of the block.
type Params struct {
	Input  string  `hcl:"input" doc:"patch (around the predicted center), oracle (the annotated one), center (the image's own) or whole (downsampled)."`
	Size   int     `hcl:"size,optional" doc:"Side of the network's input in pixels."`
	SizeMM float64 `hcl:"size_mm,optional" doc:"Side of the patch in mm, resampled to size; 0 cuts size pixels at native resolution."`
}

// inputs are the values of Input.
var inputs = []string{"patch", "oracle", "center", "whole"}

// Kind describes the stage.
func Kind() dag.Kind {
	return dag.Kind{
		Type:    "crop-patches",
		Package: "stages/croppatches",
		Doc:     "Cuts a native-resolution patch around a center, or scales the whole radiograph down. One radiograph at a time.",
		New: func() (dag.Stage, any) {
			s := &stage{Params: Params{Size: 224}}
			return s, &s.Params
		},
	}
}

type stage struct{ Params }

var (
	_ dag.Mapper    = (*stage)(nil)
	_ dag.Collector = (*stage)(nil)
	_ dag.Checked   = (*stage)(nil)
)

// Ports implements [dag.Stage]. What an input does not need is not read, so it is no part of the key.
func (s *stage) Ports() (in, out []dag.Port) {
	in = []dag.Port{
		{Name: "radiographs", Media: cache.MediaRadiograph, Many: true, Doc: "Pixels."},
		{Name: "centers", Media: cache.MediaCenter, Many: true, Optional: s.Input != "patch", Ignored: s.Input != "patch", Doc: "Predicted centers; read when input is patch."},
		{Name: "annotations", From: "radiographs", Media: cache.MediaAnnotation, Many: true, Optional: !s.annotated(), Ignored: !s.annotated(), Doc: "Annotated centers and pitches; read when input is oracle or size_mm is set."},
	}
	out = []dag.Port{
		{Name: "patches", Media: cache.MediaNPY, Many: true, Doc: "size × size arrays of uint16, bright is dense."},
		{Name: "windows", Media: cache.MediaJSON, Many: true, Doc: "Which part of the radiograph each patch shows."},
		{Name: "table", Media: cache.MediaParquet, Doc: "The windows, as a table."},
	}
	return in, out
}

func (s *stage) annotated() bool { return s.Input == "oracle" || (s.SizeMM > 0 && s.Input != "whole") }

// Describe implements [dag.Stage].
func (s *stage) Describe(r *cache.Recipe) {
	r.Add(cache.Params, "input", s.Input)
	r.Add(cache.Params, "size", s.Size)
	if s.Input != "whole" {
		r.Add(cache.Params, "size_mm", s.SizeMM)
	}
}

// Check implements [dag.Checked].
func (s *stage) Check() []dag.Problem {
	var problems []dag.Problem
	if !slices.Contains(inputs, s.Input) {
		problems = append(problems, dag.Problem{Attribute: "input", Summary: "Unknown input", Detail: fmt.Sprintf("%q is no input. Use one of %s.", s.Input, strings.Join(inputs, ", "))})
	}
	if s.Size < 16 || s.Size > 4096 {
		problems = append(problems, dag.Problem{Attribute: "size", Summary: "Invalid size", Detail: fmt.Sprintf("The side must lie between 16 and 4096 pixels, not at %d.", s.Size)})
	}
	if s.SizeMM < 0 {
		problems = append(problems, dag.Problem{Attribute: "size_mm", Summary: "Invalid size", Detail: "The side in mm must be positive, or 0 for native resolution."})
	}
	return problems
}

// MapOver implements [dag.Mapper].
func (s *stage) MapOver() string { return "radiographs" }

// Run implements [dag.Stage].
func (s *stage) Run(ctx context.Context, t dag.Task) error {
	truth, err := byID(t, "annotations", s.annotated())
	if err != nil {
		return err
	}
	centers, err := byID(t, "centers", s.Input == "patch")
	if err != nil {
		return err
	}
	var todo []cache.Item
	for it, err := range t.Items("radiographs") {
		if err != nil {
			return err
		}
		todo = append(todo, it)
	}
	progress := parallel.Counter(func(done int) {
		t.Progress(dag.Progress{Done: done, Total: len(todo), Unit: "radiographs"})
	})
	return parallel.Each(ctx, todo, func(ctx context.Context, it cache.Item) error {
		defer progress()
		return s.one(t, it, truth, centers)
	})
}

// one makes the patch of one radiograph.
func (s *stage) one(t dag.Task, it cache.Item, truth, centers map[cache.ItemID]cache.Item) error {
	b, err := dag.ReadAll(t, it.Artifact)
	if err != nil {
		return err
	}
	im, err := radiograph.DecodeContainer(b, radiograph.Limits{})
	if err != nil {
		return fmt.Errorf("%s: %w", it.ID, err)
	}
	var a cohort.Annotation
	if s.annotated() {
		if a, err = read(t, it, truth, "annotation", cohort.DecodeAnnotation); err != nil {
			return err
		}
	}
	var center geom.Point
	switch s.Input {
	case "patch":
		c, err := read(t, it, centers, "predicted center", cohort.DecodeCenter)
		if err != nil {
			return err
		}
		center = c.Point
	case "oracle":
		if a.Unlocated {
			return &dag.BadInput{
				Record: string(it.ID), Summary: "no center is annotated, so there is none to cut around",
				Detail: `Annotate the radiograph, leave it out (unannotated = "skip" in the source), or leave the input oracle out.`,
			}
		}
		center = a.Center
	default:
		center = geom.CenterOf(im.Width, im.Height)
	}
	patch, window, err := s.cut(im, center, a.Pitch)
	if err != nil {
		return &dag.BadInput{Record: string(it.ID), Summary: err.Error(), Detail: "Leave size_mm out to cut at native resolution, or give the pitch of every radiograph."}
	}
	window.ID, window.Patient = string(it.ID), string(it.Patient)
	ref := cache.ItemRef{ID: it.ID, Patient: it.Patient}
	if err := dag.Write(t, "patches", ref, func(w io.Writer) error { return npy.Write(w, patch.Pix, s.Size, s.Size) }); err != nil {
		return err
	}
	j, err := json.Marshal(window)
	if err != nil {
		return fmt.Errorf("%s: %w", it.ID, err)
	}
	return dag.WriteBytes(t, "windows", ref, append(j, '\n'))
}

// cut makes the size × size patch around the center and says which part of the radiograph it shows.
func (s *stage) cut(im radiograph.Image, center geom.Point, pitch geom.Pitch) (radiograph.Image, cohort.WindowRow, error) {
	if s.Input == "whole" {
		patch, box := radiograph.Letterboxed(im, s.Size)
		src, content := box.Source(), box.Content()
		outside := 1 - content.Width()*content.Height()/float64(s.Size*s.Size)
		return patch, cohort.WindowRow{
			Left: src.Min.X, Top: src.Min.Y, Width: src.Width(), Height: src.Height(),
			Outside: outside, Scale: float64(s.Size) / src.Width(),
		}, nil
	}
	w, err := geom.WindowPX(center, s.Size)
	if s.SizeMM > 0 {
		w, err = geom.WindowMM(center, s.SizeMM, pitch)
	}
	if err != nil {
		return radiograph.Image{}, cohort.WindowRow{}, err
	}
	return radiograph.Crop(im, w, s.Size), cohort.WindowRow{
		Left: float64(w.MinX), Top: float64(w.MinY), Width: float64(w.Side), Height: float64(w.Side),
		Outside: w.OutsideFraction(im.Width, im.Height), Scale: float64(s.Size) / float64(w.Side),
	}, nil
}

// Collect implements [dag.Collector].
func (s *stage) Collect(_ context.Context, t dag.Task) error {
	return table.Collect(t, "windows", "table", decodeWindow, func(_ cache.Item, r cohort.WindowRow) cohort.WindowRow { return r })
}

func decodeWindow(b []byte) (r cohort.WindowRow, err error) {
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("window: %w", err)
	}
	return r, nil
}

// byID lists the items of a port that this input reads.
func byID(t dag.Task, port string, wanted bool) (map[cache.ItemID]cache.Item, error) {
	if !wanted {
		return nil, nil
	}
	return dag.ReadItems(t, port)
}

// read decodes what is known of the same radiograph at another port.
func read[T any](t dag.Task, it cache.Item, of map[cache.ItemID]cache.Item, what string, decode func([]byte) (T, error)) (T, error) {
	var none T
	item, ok := of[it.ID]
	if !ok {
		return none, fmt.Errorf("%s: no %s", it.ID, what)
	}
	b, err := dag.ReadAll(t, item.Artifact)
	if err != nil {
		return none, err
	}
	v, err := decode(b)
	if err != nil {
		return none, fmt.Errorf("%s: %w", it.ID, err)
	}
	return v, nil
}
