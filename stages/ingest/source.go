package ingest

import (
	"context"
	"fmt"
	"path"
	"strconv"

	"femur/dag"
	"femur/internal/synth"
)

// Sources implements [dag.Sourced]: the rows of the source and the files they name.
func (s *stage) Sources(ctx context.Context, files dag.SourceFiles) ([]dag.SourceItem, error) {
	var rows []row
	var err error
	switch src := s.Source; src.Kind {
	case "synthetic":
		rows, err = src.synthetic()
	case "csv":
		rows, err = src.csv(files)
	case "coco":
		rows, err = src.coco(files)
	case "label-studio":
		rows, err = src.labelStudio(files)
	default:
		err = fmt.Errorf("unknown kind of source %q", src.Kind)
	}
	if err != nil {
		return nil, err
	}
	return s.Source.finish(sorted(rows), files)
}

// synthetic lists a cohort of package synth; nothing is rendered yet.
func (s Source) synthetic() ([]row, error) {
	cfg := synth.Config{
		Patients: or(s.Patients, 96), AFF: or(s.AFF, 0.2), Scale: or(s.Scale, 1), Seed: uint64(or(s.Cohort, 1)),
	}
	if s.Radiographs != nil {
		cfg.MinImages, cfg.MaxImages = 1, *s.Radiographs
	}
	co, err := synth.NewCohort(cfg)
	if err != nil {
		return nil, &dag.BadInput{Summary: err.Error(), Detail: "Correct the arguments of the source."}
	}
	// The number of patients has no effect on any one of them, so it stays out of their rows.
	each := cfg
	each.Patients = 0
	var rows []row
	for _, spec := range co.Specs() {
		rows = append(rows, row{
			id: spec.ID, Patient: spec.Patient, Label: string(spec.Label), Center: spec.Center,
			Width: spec.Width, Height: spec.Height, Pitch: spec.Known(), View: string(spec.View), Side: string(spec.Side),
			Site: strconv.Itoa(spec.Site), Modality: spec.Modality, Implant: string(spec.Implant),
			Synthetic: &syntheticRow{Config: each, Spec: spec},
		})
	}
	return rows, nil
}

// read returns a file of the source, with an error that names it.
func (s Source) read(files dag.SourceFiles, name string) ([]byte, error) {
	if !files.Exists(name) {
		return nil, &dag.BadInput{File: name, Summary: "the file does not exist", Detail: "Paths are relative to the pipeline file, or to the working directory. Correct the path of the source."}
	}
	b, err := files.ReadFile(name)
	if err != nil {
		return nil, &dag.BadInput{File: name, Summary: err.Error(), Detail: "Make the file readable."}
	}
	return b, nil
}

// images returns the folder that image names are relative to.
func (s Source) images(otherwise string) string {
	if s.Images != nil {
		return *s.Images
	}
	return path.Join(path.Dir(*s.Path), otherwise)
}
