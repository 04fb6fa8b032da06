package pipeline_test

import (
	"context"
	"fmt"

	"femur/cache"
	"femur/dag"
)

// A fake stands in for a stage kind: its ports and parameters are those of the real one in small.
type fake struct {
	params any
	in     []dag.Port
	out    []dag.Port
	check  func(params any) []dag.Problem
	adapt  func(params any, in []dag.Port)
}

func (f *fake) Describe(*cache.Recipe)              {}
func (f *fake) Run(context.Context, dag.Task) error { return nil }

func (f *fake) Ports() (in, out []dag.Port) {
	in = append([]dag.Port(nil), f.in...)
	if f.adapt != nil {
		f.adapt(f.params, in)
	}
	return in, f.out
}

func (f *fake) Check() []dag.Problem {
	if f.check == nil {
		return nil
	}
	return f.check(f.params)
}

type ingestSource struct {
	Format   string `hcl:"format,label" doc:"synthetic or csv."`
	Patients int    `hcl:"patients,optional" doc:"Patients in the cohort."`
	Path     string `hcl:"path,optional" doc:"The table."`
}

type ingestParams struct {
	Source ingestSource `hcl:"source,block" doc:"Where the radiographs come from."`
}

type splitParams struct {
	Test  float64 `hcl:"test,optional" doc:"Part of the patients that is held out."`
	Folds int     `hcl:"folds" doc:"Number of development folds."`
}

type trainParams struct {
	Model        string    `hcl:"model" doc:"Backbone of the network."`
	HoldOut      int       `hcl:"hold_out,optional" doc:"Fold that is not seen."`
	LearningRate float64   `hcl:"learning_rate,optional" doc:"Step of the optimizer."`
	Epochs       *int      `hcl:"epochs" doc:"Passes over the data."`
	Sizes        []int     `hcl:"sizes,optional" doc:"Input sizes, px."`
	Augment      []augment `hcl:"augment,block" doc:"Random changes of the input."`
}

type augment struct {
	Name   string  `hcl:"name,label" doc:"Which change."`
	Amount float64 `hcl:"amount" doc:"Its size."`
}

type cropParams struct {
	Around string `hcl:"around,optional" doc:"predicted, annotated or center."`
	Size   int    `hcl:"size,optional" doc:"Side of the patch, px."`
}

type compareParams struct {
	Level     float64           `hcl:"level,optional" doc:"Coverage of the intervals."`
	Labels    map[string]string `hcl:"labels,optional" doc:"Names for the report."`
	Bootstrap bool              `hcl:"bootstrap,optional" doc:"Whether to resample patients."`
}

func radiographs() dag.Port {
	return dag.Port{Name: "radiographs", Doc: "The images.", Media: cache.MediaRadiograph, Many: true}
}

// fakeKinds mimics the study's kinds.
func fakeKinds() []dag.Kind {
	return []dag.Kind{
		{Type: "ingest", Package: "stages/ingest", Doc: "Reads radiographs.", New: func() (dag.Stage, any) {
			p := &ingestParams{Source: ingestSource{Patients: 96}}
			return &fake{params: p,
				in:  []dag.Port{{Name: "files", Doc: "Files from outside.", Media: cache.MediaFile, Many: true, External: true}},
				out: []dag.Port{radiographs(), {Name: "index", Doc: "One row per radiograph.", Media: cache.MediaParquet}},
				check: func(any) []dag.Problem {
					if p.Source.Format == "csv" && p.Source.Path == "" {
						return []dag.Problem{{Attribute: "source", Summary: "Missing path", Detail: "A csv source needs a table. Add path = …."}}
					}
					if p.Source.Patients < 1 {
						return []dag.Problem{{Attribute: "source.patients", Summary: "Too few patients", Detail: "A cohort has at least one patient. Raise patients."}}
					}
					return nil
				}}, p
		}},
		{Type: "split-by-patient", Package: "stages/splitbypatient", Doc: "Deals patients into folds.", New: func() (dag.Stage, any) {
			p := &splitParams{Test: 0.25}
			return &fake{params: p,
				in: []dag.Port{{Name: "index", Doc: "The rows to deal.", Media: cache.MediaParquet, From: "radiographs"}},
				out: []dag.Port{
					{Name: "split", Doc: "The whole division.", Media: cache.MediaJSON},
					{Name: "train", Doc: "Training lists by fold.", Media: cache.MediaItemList, Many: true},
				}}, p
		}},
		{Type: "train-localizer", Package: "stages/trainlocalizer", Doc: "Fits a localizer.", New: func() (dag.Stage, any) {
			p := &trainParams{LearningRate: 1e-3, Sizes: []int{224}}
			return &fake{params: p,
				in: []dag.Port{
					radiographs(),
					{Name: "train", Doc: "Who is trained on.", Media: cache.MediaItemList, Many: true, From: "split"},
				},
				out: []dag.Port{{Name: "localizer", Doc: "The network.", Media: cache.MediaModel}},
				check: func(any) []dag.Problem {
					if p.HoldOut > 2 {
						return []dag.Problem{{Attribute: "hold_out", Summary: "No such fold", Detail: fmt.Sprintf("There is no fold %d. Lower hold_out.", p.HoldOut)}}
					}
					return nil
				}}, p
		}},
		{Type: "predict-centers", Package: "stages/predictcenters", Doc: "Predicts centers.", New: func() (dag.Stage, any) {
			return &fake{
				in: []dag.Port{
					radiographs(),
					{Name: "split", Doc: "Who is in which fold.", Media: cache.MediaJSON},
					{Name: "localizers", Doc: "One per fold.", Media: cache.MediaModel, List: true},
				},
				out: []dag.Port{{Name: "centers", Doc: "One per radiograph.", Media: cache.MediaCenter, Many: true}}}, nil
		}},
		{Type: "crop-patches", Package: "stages/croppatches", Doc: "Cuts patches.", New: func() (dag.Stage, any) {
			p := &cropParams{Around: "predicted", Size: 224}
			return &fake{params: p,
				in: []dag.Port{radiographs(), {Name: "centers", Doc: "Where to cut.", Media: cache.MediaCenter, Many: true}},
				adapt: func(_ any, in []dag.Port) {
					in[1].Ignored = p.Around != "predicted"
				},
				out: []dag.Port{{Name: "patches", Doc: "The patches.", Media: cache.MediaNPY, Many: true}}}, p
		}},
		{Type: "compare", Package: "stages/compare", Doc: "Compares arms.", New: func() (dag.Stage, any) {
			p := &compareParams{Level: 0.95}
			return &fake{params: p,
				in: []dag.Port{
					{Name: "centers", Doc: "Predictions of each arm.", Media: cache.MediaCenter, Many: true, List: true},
					{Name: "localizer", Doc: "A network to look into.", Media: cache.MediaModel, Optional: true},
				},
				out: []dag.Port{{Name: "metrics", Doc: "The figures.", Media: cache.MediaJSON}}}, p
		}},
		{Type: "loop", Package: "stages/loop", Doc: "Reads what its like wrote.", New: func() (dag.Stage, any) {
			return &fake{
				in:  []dag.Port{{Name: "before", Doc: "What was written.", Media: cache.MediaText}},
				out: []dag.Port{{Name: "after", Doc: "What is written.", Media: cache.MediaText}}}, nil
		}},
	}
}
