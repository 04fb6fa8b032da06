package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strconv"
	"strings"

	"femur/cache"
	"femur/dag"
	"femur/internal/annotations"
	"femur/internal/cohort"
	"femur/internal/duplicates"
	"femur/internal/geom"
	"femur/internal/parallel"
	"femur/internal/radiograph"
	"femur/internal/radiograph/dicom"
	"femur/internal/synth"
)

// A reader makes radiographs and annotations of rows; several goroutines may use it.
type reader struct {
	*stage
	t       dag.Task
	files   map[cache.ItemID]cache.Item
	dicom   *dicom.Decoder
	cohorts synthCohorts
}

func newReader(s *stage, t dag.Task, files map[cache.ItemID]cache.Item) *reader {
	r := &reader{stage: s, t: t, files: files}
	r.dicom = &dicom.Decoder{Limits: r.limits()}
	// Most collections need no program of others; one that does says so when it is missing.
	if s.tools.Converter != nil {
		if c, err := s.tools.Converter(); err == nil {
			r.dicom.Tool = c
		}
	}
	return r
}

func (r *reader) limits() radiograph.Limits {
	return radiograph.Limits{MaxPixels: int64(r.MaxMegapixels) * 1_000_000}
}

// one decodes one radiograph and writes its outputs, or why there are none.
func (r *reader) one(ctx context.Context, it cache.Item) error {
	b, err := dag.ReadAll(r.t, it.Artifact)
	if err != nil {
		return err
	}
	var w row
	if err := json.Unmarshal(b, &w); err != nil {
		return fmt.Errorf("row: %w", err)
	}
	ref := cache.ItemRef{ID: it.ID, Patient: it.Patient}
	if w.Refused != nil {
		return r.refuse(ref, *w.Refused)
	}
	im, a, err := r.read(ctx, it, w)
	var bad *refusedError
	if errors.As(err, &bad) {
		return r.refuse(ref, bad.Refusal)
	}
	if err != nil {
		return err
	}
	if err := dag.Write(r.t, "radiographs", ref, func(w io.Writer) error { return radiograph.Encode(w, im) }); err != nil {
		return err
	}
	print, err := json.Marshal(duplicates.Of(im))
	if err != nil {
		return fmt.Errorf("fingerprint: %w", err)
	}
	if err := dag.WriteBytes(r.t, "fingerprints", ref, append(print, '\n')); err != nil {
		return err
	}
	return dag.WriteBytes(r.t, "annotations", ref, a.Encode())
}

func (r *reader) refuse(ref cache.ItemRef, why cohort.Refusal) error {
	return dag.WriteBytes(r.t, "refusals", ref, why.Encode())
}

// A refusedError says that a radiograph cannot become part of the cohort, whatever the machine.
type refusedError struct{ cohort.Refusal }

func (e *refusedError) Error() string { return e.Summary }

func refused(detail, format string, args ...any) error {
	return &refusedError{cohort.Refusal{Summary: fmt.Sprintf(format, args...), Detail: detail}}
}

// read decodes a row's radiograph and settles what is known of it.
func (r *reader) read(ctx context.Context, it cache.Item, w row) (radiograph.Image, cohort.Annotation, error) {
	a := w.annotation()
	var im radiograph.Image
	var err error
	if w.Synthetic != nil {
		if im, err = r.cohorts.render(w.Synthetic); err != nil {
			return im, a, fmt.Errorf("render: %w", err)
		}
		a.Bits, a.Format = 16, kindSynthetic
	} else if im, err = r.decode(ctx, it.ID, w, &a); err != nil {
		return im, a, err
	}
	if a.Pitch == 0 && w.Spacing > 0 {
		a.Pitch, a.PitchSource = w.Spacing, cohort.PitchStated
	}
	a.Width, a.Height, a.Blank = im.Width, im.Height, im.Uniform()
	if w.Width != 0 && (w.Width != im.Width || w.Height != im.Height) {
		return im, a, refused("Use the file that was annotated, or annotate this one.",
			"the annotation was made on an image of %d×%d pixels, the file has %d×%d", w.Width, w.Height, im.Width, im.Height)
	}
	return im, a, w.locate(&a)
}

// decode reads the file of a row. What the row does not say, the file may.
func (r *reader) decode(ctx context.Context, id cache.ItemID, w row, a *cohort.Annotation) (radiograph.Image, error) {
	file, ok := r.files[id]
	if !ok {
		return radiograph.Image{}, errors.New("its file is not listed")
	}
	b, err := dag.ReadAll(r.t, file.Artifact)
	if err != nil {
		return radiograph.Image{}, err
	}
	if dicom.Is(b) {
		return r.decodeDICOM(ctx, id, b, w, a)
	}
	if w.Frame > 0 {
		return radiograph.Image{}, refused("Only DICOM files have frames: leave the frame out.", "it has no frame %d", w.Frame)
	}
	im, facts, err := radiograph.DecodeWith(b, string(id), radiograph.DecodeOptions{Limits: r.limits(), Truncated: radiograph.Truncation(r.Truncated)})
	if err != nil {
		return im, unreadable(id, err)
	}
	a.Bits, a.Format = facts.BitsStored, string(facts.Format)
	a.Truncated, a.MissingRows = facts.Truncated, facts.MissingRows
	return im, nil
}

// unreadable turns a decoder's error into a refusal; what the decoder says opens with the name it was given.
func unreadable(id cache.ItemID, err error) error {
	return refused("Replace the file, or remove its row from the source.", "%s", strings.TrimPrefix(err.Error(), string(id)+": "))
}

// decodeDICOM reads one frame of a DICOM file, and from its header what the row leaves open.
func (r *reader) decodeDICOM(ctx context.Context, id cache.ItemID, b []byte, w row, a *cohort.Annotation) (radiograph.Image, error) {
	h, err := dicom.ReadHeader(b, string(id))
	if err != nil {
		return radiograph.Image{}, unreadable(id, err)
	}
	if w.Frame == 0 && h.Frames > 1 {
		return radiograph.Image{}, refused("Say which one shows the fracture: the column frame of the table, counted from 0.", "the file holds %d frames", h.Frames)
	}
	im, facts, err := r.dicom.Decode(ctx, b, string(id), max(w.Frame-1, 0))
	var missing *dicom.ToolMissingError
	switch {
	case ctx.Err() != nil:
		return im, ctx.Err()
	case errors.As(err, &missing):
		// What is refused must not hang on what is installed here: this ends the stage.
		return im, &dag.BadInput{Record: string(id), Summary: missing.Error(), Detail: "Install it and run again; what was read is kept."}
	case err != nil:
		return im, unreadable(id, err)
	}
	a.Bits, a.Format = facts.BitsStored, kindDICOM
	if a.Pitch == 0 && facts.Pitch > 0 {
		a.Pitch, a.PitchSource = facts.Pitch, cohort.PitchSource(facts.PitchSource)
	}
	for _, x := range []struct {
		to   *string
		from string
	}{{&a.View, h.View}, {&a.Side, h.Side}, {&a.Modality, h.Modality}} {
		if *x.to == "" {
			*x.to = x.from
		}
	}
	switch {
	case w.StudyDates == "full":
		a.StudyDate = h.StudyDate
	case w.StudyDates == "year" && len(h.StudyDate) >= 4:
		a.StudyDate = h.StudyDate[:4]
	}
	return im, nil
}

// locate settles the center among all that was marked.
func (w row) locate(a *cohort.Annotation) error {
	if len(w.Marks) == 0 {
		a.Unlocated = true
		return nil
	}
	chosen, err := annotations.Settle(w.marked(), w.Choose, a.Width, a.Height)
	var bad *dag.BadInput
	if errors.As(err, &bad) {
		return refused(bad.Detail, "%s", bad.Summary)
	}
	if err != nil {
		return err
	}
	a.Center, a.Annotators, a.AnnotatorSpread = chosen.Center, chosen.Annotators, chosen.Spread
	if len(chosen.Centers) > 1 {
		a.Centers = chosen.Centers
	}
	for _, c := range append([]geom.Point{chosen.Center}, chosen.Centers...) {
		if !c.Inside(a.Width, a.Height) {
			return refused("Coordinates are pixels of the oriented image, x to the right and y down. Correct the annotation.",
				"the center %s lies outside the image of %d×%d pixels", c, a.Width, a.Height)
		}
	}
	return nil
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
