// Package ingest turns what a clinic hands over into radiographs with known polarity, orientation and
// pitch, and what is known of them into annotations.
//
// Words: a source lists rows, one for each radiograph, without reading pixels; the stage then decodes
// row by row. Outputs are the pixels (radiographs), what is known of each (annotations), the little that
// splitting needs (index) and a table for people (cohort).
//
// Guarantee: a row that cannot be read as it claims is refused by name; pixels and labels are never
// guessed. Limits: sources are synthetic, csv, coco and label-studio; images are PNG and JPEG.
package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strconv"

	"femur/cache"
	"femur/dag"
	"femur/internal/cohort"
	"femur/internal/parallel"
	"femur/internal/radiograph"
	"femur/internal/synth"
	"femur/internal/table"
)

// Kind describes the stage.
func Kind() dag.Kind {
	return dag.Kind{
		Type:    "ingest",
		Package: "stages/ingest",
		Doc: "Reads radiographs and what is known of them from a source, and checks both. " +
			"Adding or changing one radiograph redoes that radiograph and no other.",
		New: func() (dag.Stage, any) {
			s := &stage{Params: defaults()}
			return s, &s.Params
		},
	}
}

type stage struct{ Params }

var (
	_ dag.Mapper    = (*stage)(nil)
	_ dag.Collector = (*stage)(nil)
	_ dag.Sourced   = (*stage)(nil)
	_ dag.Checked   = (*stage)(nil)
)

// Ports implements [dag.Stage].
func (s *stage) Ports() (in, out []dag.Port) {
	in = []dag.Port{
		{Name: "rows", Media: cache.MediaJSON, Many: true, External: true, Doc: "What the source says of each radiograph."},
		{Name: "files", Media: cache.MediaFile, Many: true, External: true, Doc: "The image files."},
	}
	out = []dag.Port{
		{Name: "radiographs", Media: cache.MediaRadiograph, Many: true, Doc: "Pixels: 16 bit, oriented, bright is dense."},
		{Name: "annotations", Media: cache.MediaAnnotation, Many: true, Doc: "Patient, label, center, size, pitch and view of each radiograph."},
		{Name: "index", Media: cache.MediaParquet, Doc: "Patient, label and view of each radiograph: what splitting needs."},
		{Name: "cohort", Media: cache.MediaParquet, Doc: "All that is known of each radiograph, as a table."},
	}
	return in, out
}

// Describe implements [dag.Stage]. What the source says reaches the key row by row, not as parameters.
func (s *stage) Describe(r *cache.Recipe) { r.Add(cache.Params, "max_megapixels", s.MaxMegapixels) }

// MapOver implements [dag.Mapper].
func (s *stage) MapOver() string { return "rows" }

// Run implements [dag.Stage].
func (s *stage) Run(ctx context.Context, t dag.Task) error {
	files := map[cache.ItemID]cache.Item{}
	for it, err := range t.Items("files") {
		if err != nil {
			return err
		}
		files[it.ID] = it
	}
	var rows []cache.Item
	for it, err := range t.Items("rows") {
		if err != nil {
			return err
		}
		rows = append(rows, it)
	}
	t.Log().Info("reading radiographs", "count", len(rows))
	cohorts := synthCohorts{}
	progress := parallel.Counter(func(done int) {
		t.Progress(dag.Progress{Done: done, Total: len(rows), Unit: "radiographs"})
	})
	// A fault in one radiograph does not end the reading: all faults are reported together.
	var bad pixelFaults
	err := parallel.Each(ctx, rows, func(ctx context.Context, it cache.Item) error {
		if err := s.one(t, it, files, &cohorts); err != nil {
			return bad.add(it.ID, err)
		}
		progress()
		return nil
	})
	return errors.Join(err, bad.join())
}

// one decodes one radiograph and writes its two outputs.
func (s *stage) one(t dag.Task, it cache.Item, files map[cache.ItemID]cache.Item, cohorts *synthCohorts) error {
	b, err := dag.ReadAll(t, it.Artifact)
	if err != nil {
		return err
	}
	var r row
	if err := json.Unmarshal(b, &r); err != nil {
		return fmt.Errorf("row %s: %w", it.ID, err)
	}
	var im radiograph.Image
	a := r.annotation()
	if r.Synthetic != nil {
		if im, err = cohorts.render(r.Synthetic); err != nil {
			return fmt.Errorf("render %s: %w", it.ID, err)
		}
		a.Bits, a.Format = 16, "synthetic"
	} else {
		file, ok := files[it.ID]
		if !ok {
			return fmt.Errorf("row %s: its file is not listed", it.ID)
		}
		blob, err := dag.ReadAll(t, file.Artifact)
		if err != nil {
			return err
		}
		decoded, facts, err := radiograph.DecodeBytes(blob, string(it.ID), radiograph.Limits{MaxPixels: int64(s.MaxMegapixels) * 1_000_000})
		if err != nil {
			return &dag.BadInput{Summary: err.Error(), Detail: "Replace the file, or remove its row from the source."}
		}
		im = decoded
		a.Bits, a.Format = facts.BitsStored, string(facts.Format)
	}
	a.Width, a.Height = im.Width, im.Height
	if err := r.check(string(it.ID), im.Width, im.Height); err != nil {
		return err
	}
	ref := cache.ItemRef{ID: it.ID, Patient: it.Patient}
	if err := dag.Write(t, "radiographs", ref, func(w io.Writer) error { return radiograph.Encode(w, im) }); err != nil {
		return err
	}
	return dag.WriteBytes(t, "annotations", ref, a.Encode())
}

// Collect implements [dag.Collector]: the two tables.
func (s *stage) Collect(_ context.Context, t dag.Task) error {
	rows, err := table.Rows(t, "annotations", cohort.DecodeAnnotation, cohortRow)
	if err != nil {
		return err
	}
	index := make([]cohort.IndexRow, len(rows))
	for i, r := range rows {
		index[i] = cohort.IndexRow{ID: r.ID, Patient: r.Patient, Label: r.Label, View: r.View}
	}
	if err := table.Put(t, "index", index); err != nil {
		return err
	}
	return table.Put(t, "cohort", rows)
}

func cohortRow(it cache.Item, a cohort.Annotation) cohort.CohortRow {
	return cohort.CohortRow{
		ID: string(it.ID), Patient: string(it.Patient), Label: a.Label, View: a.View, Side: a.Side, Site: a.Site,
		Modality: a.Modality, Implant: a.Implant, Width: int32(a.Width), Height: int32(a.Height),
		Pitch: float64(a.Pitch), CenterX: a.Center.X, CenterY: a.Center.Y,
		Bits: int32(a.Bits), Format: a.Format, Synthetic: a.Synthetic,
	}
}

// synthCohorts renders synthetic radiographs; it prepares each configuration once.
type synthCohorts struct {
	memo parallel.Memo[synth.Config, *synth.Cohort]
}

// render draws a radiograph. A patient is the same in a cohort of any size, so the size is the next power
// of two that holds the patient: few cohorts serve all.
func (c *synthCohorts) render(r *syntheticRow) (radiograph.Image, error) {
	number, err := strconv.Atoi(r.Spec.Patient)
	if err != nil {
		return radiograph.Image{}, fmt.Errorf("patient %q is no number", r.Spec.Patient)
	}
	config := r.Config
	config.Patients = 1 << bits.Len(uint(number+1))
	co, err := c.memo.Get(config, func() (*synth.Cohort, error) { return synth.NewCohort(config) })
	if err != nil {
		return radiograph.Image{}, err
	}
	return co.Render(r.Spec)
}
