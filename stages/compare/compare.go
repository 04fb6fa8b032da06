// Package compare answers the study's questions: how accurately the center is found, equally well for
// both labels or not, and whether a patch or the whole image tells the labels apart.
//
// Words: an arm is one network on one input, named by the matrix values of the table that came in. Rows
// of the test part and out-of-fold rows of the development part are never mixed.
//
// Guarantee: it trains nothing and predicts nothing; it alone reads the labels of the test part. Every
// number is computed from the tables that are its inputs, with intervals that resample patients.
package compare

import (
	"context"
	"errors"
	"fmt"

	"femur/cache"
	"femur/dag"
	"femur/internal/analysis"
	"femur/internal/table"
)

// Params are the attributes of the block.
type Params struct {
	Title       string  `hcl:"title,optional" doc:"Title of the report."`
	Positive    string  `hcl:"positive,optional" doc:"The label that scores are the probability of."`
	Negative    string  `hcl:"negative,optional" doc:"The name shown for the other labels."`
	Level       float64 `hcl:"level,optional" doc:"Coverage of the intervals."`
	Resamples   int     `hcl:"resamples,optional" doc:"Bootstrap resamples of patients."`
	MarginMM    float64 `hcl:"margin_mm,optional" doc:"Median errors that differ by less are equally accurate (equivalence test)."`
	MarginPct   float64 `hcl:"margin_percent,optional" doc:"The same in percent of the diagonal, for radiographs of unknown pitch."`
	MarginAUROC float64 `hcl:"margin_auroc,optional" doc:"Areas under the ROC curve that differ by less are equally good."`
	MinPatients int     `hcl:"min_patients,optional" doc:"Patients of each label below which the report says that it cannot tell."`
	Gallery     int     `hcl:"gallery,optional" doc:"Number of radiographs pictured in the report."`
}

// Kind describes the stage.
func Kind() dag.Kind {
	return dag.Kind{
		Type:    "compare",
		Package: "stages/compare",
		Doc:     "Computes every metric with its interval, compares the arms patient by patient, and writes the report.",
		New: func() (dag.Stage, any) {
			d := analysis.Defaults()
			s := &stage{Params: Params{
				Title: "Atypical femur fractures: localization and classification", Positive: d.Positive, Negative: d.Negative,
				Level: d.Level, Resamples: d.Resamples, MarginMM: d.MarginMM, MarginPct: d.MarginPercent,
				MarginAUROC: d.MarginAUROC, MinPatients: d.MinPatients, Gallery: 8,
			}}
			return s, &s.Params
		},
	}
}

type stage struct{ Params }

var (
	_ dag.Seeded  = (*stage)(nil)
	_ dag.Checked = (*stage)(nil)
)

// Seeded implements [dag.Seeded].
func (s *stage) Seeded() bool { return true }

// Ports implements [dag.Stage].
func (s *stage) Ports() (in, out []dag.Port) {
	in = []dag.Port{
		{Name: "annotations", From: "radiographs", Media: cache.MediaAnnotation, Many: true, Doc: "The truth: labels, centers, sizes and pitches."},
		{Name: "split", Media: cache.MediaItemList, Many: true, Doc: "The lists of the split."},
		{Name: "centers", Media: cache.MediaParquet, List: true, Optional: true, Doc: "The table output of predict-centers, one for each localizer."},
		{Name: "scores", Media: cache.MediaParquet, List: true, Optional: true, Doc: "The table output of score-patches, one for each network and input."},
		{Name: "windows", Media: cache.MediaParquet, List: true, Optional: true, Doc: "The table output of crop-patches; the report frames the windows of input patch."},
		{Name: "radiographs", Media: cache.MediaRadiograph, Many: true, Optional: true, Doc: "Pixels, for the pictures of the report."},
		{Name: "summary", From: "radiographs", Media: cache.MediaJSON, Optional: true, Doc: "The cohort in numbers, for the report."},
	}
	out = []dag.Port{
		{Name: "metrics", Media: cache.MediaJSON, Doc: "Every estimate with its interval."},
		{Name: "report", Media: cache.MediaHTML, Doc: "The report, one self-contained file."},
		{Name: "localization", Media: cache.MediaParquet, Doc: "True and predicted center of each radiograph and localizer."},
		{Name: "classification", Media: cache.MediaParquet, Doc: "Score of each radiograph, network and input."},
	}
	return in, out
}

// Describe implements [dag.Stage].
func (s *stage) Describe(r *cache.Recipe) {
	r.Add(cache.Params, "title", s.Title)
	r.Add(cache.Params, "positive", s.Positive)
	r.Add(cache.Params, "negative", s.Negative)
	r.Add(cache.Params, "level", s.Level)
	r.Add(cache.Params, "resamples", s.Resamples)
	r.Add(cache.Params, "margin_mm", s.MarginMM)
	r.Add(cache.Params, "margin_percent", s.MarginPct)
	r.Add(cache.Params, "margin_auroc", s.MarginAUROC)
	r.Add(cache.Params, "min_patients", s.MinPatients)
	r.Add(cache.Params, "gallery", s.Gallery)
}

// Check implements [dag.Checked].
func (s *stage) Check() []dag.Problem {
	var problems []dag.Problem
	bad := func(attribute string, wrong bool, detail string) {
		if wrong {
			problems = append(problems, dag.Problem{Attribute: attribute, Summary: "Invalid parameter", Detail: detail})
		}
	}
	bad("level", s.Level <= 0.5 || s.Level >= 1, fmt.Sprintf("The coverage of intervals must lie between 0.5 and 1, such as 0.95, not at %g.", s.Level))
	bad("resamples", s.Resamples < 100, fmt.Sprintf("At least 100 resamples are needed, 2000 for a publication, not %d.", s.Resamples))
	bad("margin_mm", !(s.MarginMM > 0), "The margin must be positive.")
	bad("margin_percent", !(s.MarginPct > 0), "The margin must be positive.")
	bad("margin_auroc", !(s.MarginAUROC > 0), "The margin must be positive.")
	bad("min_patients", s.MinPatients < 2, "At least 2 patients of each label are needed.")
	bad("gallery", s.Gallery < 0 || s.Gallery > 100, "The number of pictures must lie between 0 and 100.")
	bad("negative", s.Positive == "" || s.Negative == "" || s.Positive == s.Negative, "Positive and negative must be two different names.")
	return problems
}

func (s *stage) options(seed uint64) analysis.Options {
	o := analysis.Defaults()
	o.Seed, o.Level, o.Resamples = seed, s.Level, s.Resamples
	o.Positive, o.Negative = s.Positive, s.Negative
	o.MarginMM, o.MarginPercent, o.MarginAUROC, o.MinPatients = s.MarginMM, s.MarginPct, s.MarginAUROC, s.MinPatients
	return o
}

// Run implements [dag.Stage].
func (s *stage) Run(ctx context.Context, t dag.Task) error {
	study, err := read(t)
	if err != nil {
		return err
	}
	if len(study.centers) == 0 && len(study.scores) == 0 {
		return errors.New("there is nothing to compare: neither centers nor scores are given")
	}
	centers, err := study.localization()
	if err != nil {
		return err
	}
	scores, err := study.classification(s.Positive)
	if err != nil {
		return err
	}
	t.Log().Info("comparing", "centers", len(centers), "scores", len(scores), "resamples", s.Resamples)
	result, err := analysis.Analyze(centers, scores, s.options(t.Seed()))
	var few *analysis.ResamplesError
	if errors.As(err, &few) {
		return &dag.BadInput{
			Record: fmt.Sprintf("resamples = %d", few.Resamples), Summary: few.Error(),
			Detail: fmt.Sprintf("Set resamples to %d or more.", few.Want),
		}
	}
	if err != nil {
		return err
	}
	result.Metrics.Notice = study.notice()
	for _, a := range result.Metrics.Answers {
		t.Log().Info("answer", "question", a.Question, "headline", a.Headline)
	}
	b, err := result.Metrics.Encode()
	if err != nil {
		return err
	}
	if err := dag.WriteBytes(t, "metrics", cache.ItemRef{}, b); err != nil {
		return err
	}
	if err := table.Put(t, "localization", centers); err != nil {
		return err
	}
	if err := table.Put(t, "classification", scores); err != nil {
		return err
	}
	return s.report(t, study, result, centers, scores)
}
