// Package ingest turns what a clinic hands over into radiographs with known polarity, orientation and
// pitch, and what is known of them into annotations.
//
// Words: a source lists rows, one for each radiograph, without reading pixels; the stage then decodes
// row by row. Outputs are the pixels (radiographs), what is known of each (annotations), why some are
// missing (refusals), the little that splitting needs (index, links), and the cohort for people (cohort,
// summary, report, contact_sheet).
//
// Guarantee: a row that cannot be read as it claims is refused by name and the others go on; pixels and
// labels are never guessed. Where identifiers are hashed, no name, path or free text of a file reaches an
// output, a log or a key. Limits: text burnt into pixels stays there.
package ingest

import (
	"context"
	"fmt"

	"femur/cache"
	"femur/dag"
	"femur/internal/parallel"
	"femur/internal/radiograph/dicom"
	"femur/stages/ingest/gather"
)

// Tools are the programs of others that decoding may need; each is looked for on first need.
type Tools struct {
	// Converter finds what decodes the DICOM files that this module does not, gdcmconv; its error says why there is none.
	Converter func() (dicom.Converter, error)
}

// Kind describes the stage.
func Kind(tools Tools) dag.Kind {
	return dag.Kind{
		Type:     "ingest",
		Package:  "stages/ingest",
		Collects: "stages/ingest/gather",
		Doc: "Reads radiographs and what is known of them from a source, and checks both. " +
			"Adding or changing one radiograph redoes that radiograph and no other.",
		New: func() (dag.Stage, any) {
			s := &stage{Params: defaults(), tools: tools}
			return s, &s.Params
		},
	}
}

type stage struct {
	Params
	tools Tools
}

var (
	_ dag.Mapper           = (*stage)(nil)
	_ dag.Collector        = (*stage)(nil)
	_ dag.CollectDescriber = (*stage)(nil)
	_ dag.Sourced          = (*stage)(nil)
	_ dag.Checked          = (*stage)(nil)
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
		{Name: "fingerprints", Media: cache.MediaJSON, Many: true, Doc: "What tells whether two radiographs show the same exposure."},
		{Name: "refusals", Media: cache.MediaJSON, Many: true, Doc: "Why radiographs of the source are not in the cohort."},
		{Name: "index", Media: cache.MediaParquet, Doc: "Patient, label and view of each radiograph: what splitting needs."},
		{Name: "links", Media: cache.MediaParquet, Doc: "Pairs of radiographs that show the same exposure."},
		{Name: "cohort", Media: cache.MediaParquet, Doc: "All that is known of each radiograph, as a table."},
		{Name: "summary", Media: cache.MediaJSON, Doc: "The cohort in numbers."},
		{Name: "report", Media: cache.MediaHTML, Doc: "The cohort in numbers and pictures, one self-contained page."},
		{Name: "contact_sheet", Media: cache.MediaPNG, Doc: "Some radiographs of each label, with their annotated centers."},
	}
	return in, out
}

// Describe implements [dag.Stage]. What the source says reaches the key row by row, not as parameters.
func (s *stage) Describe(r *cache.Recipe) {
	r.Add(cache.Params, "max_megapixels", s.MaxMegapixels)
	r.Add(cache.Params, "truncated", s.Truncated)
}

// DescribeCollect implements [dag.CollectDescriber].
func (s *stage) DescribeCollect(r *cache.Recipe) {
	r.Add(cache.Params, "max_refused", s.MaxRefused)
	r.Add(cache.Params, "pictures", s.Pictures)
}

// MapOver implements [dag.Mapper].
func (s *stage) MapOver() string { return "rows" }

// Run implements [dag.Stage].
func (s *stage) Run(ctx context.Context, t dag.Task) error {
	files, err := dag.ReadItems(t, "files")
	if err != nil {
		return err
	}
	var rows []cache.Item
	for it, err := range t.Items("rows") {
		if err != nil {
			return err
		}
		rows = append(rows, it)
	}
	t.Log().Info("reading radiographs", "count", len(rows))
	r := newReader(s, t, files)
	progress := parallel.Counter(func(done int) {
		t.Progress(dag.Progress{Done: done, Total: len(rows), Unit: "radiographs"})
	})
	err = parallel.Each(ctx, rows, func(ctx context.Context, it cache.Item) error {
		if err := r.one(ctx, it); err != nil {
			return fmt.Errorf("%s: %w", it.ID, err)
		}
		progress()
		return nil
	})
	return err
}

// Collect implements [dag.Collector].
func (s *stage) Collect(ctx context.Context, t dag.Task) error {
	return gather.Cohort(ctx, t, gather.Params{MaxRefused: s.MaxRefused, Pictures: s.Pictures})
}
