package analysis

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// A Partition is the part of the cohort that a row belongs to.
type Partition string

// The parts. Development rows are out of fold; for classification they are called
// validate, after the role in which their fold saw them.
const (
	Test        Partition = "test"
	Development Partition = "development"
	Validate    Partition = "validate"
)

// A LocalizationRow is one radiograph's true and predicted fracture center, in
// oriented pixels (x right, y down, continuous). The tags name its columns where rows
// are kept as a table.
type LocalizationRow struct {
	Image     string    `parquet:"image"`
	Patient   string    `parquet:"patient"`
	Label     string    `parquet:"label"`
	Arm       string    `parquet:"arm"`       // the localizer's model
	Partition Partition `parquet:"partition"` // Test or Development

	TrueX float64 `parquet:"true_x"`
	TrueY float64 `parquet:"true_y"`
	PredX float64 `parquet:"pred_x"`
	PredY float64 `parquet:"pred_y"`
	// ConstX and ConstY are the constant-mean guess: the mean relative position of
	// the training centers times this radiograph's size.
	ConstX float64 `parquet:"const_x"`
	ConstY float64 `parquet:"const_y"`
	Width  float64 `parquet:"width"` // pixels
	Height float64 `parquet:"height"`
	Pitch  float64 `parquet:"pitch"` // mm per pixel, 0 if unknown
}

// A ClassificationRow is one classifier's score of one radiograph. On the test part,
// rows of the same image and arm with different folds are averaged to one score.
type ClassificationRow struct {
	Image     string    `parquet:"image"`
	Patient   string    `parquet:"patient"`
	Positive  bool      `parquet:"positive"`
	Arm       string    `parquet:"arm"` // the name shown, such as "cnn-small · patch"
	Model     string    `parquet:"model"`
	Input     string    `parquet:"input"`
	Fold      int       `parquet:"fold"`      // of the classifier; any number on the test part
	Partition Partition `parquet:"partition"` // Test or Validate
	Score     float64   `parquet:"score"`     // probability of the positive class
}

// checkLocalization refuses rows that no estimate may be made from and returns them
// sorted by part, arm and image.
func checkLocalization(rows []LocalizationRow, o Options) ([]LocalizationRow, error) {
	rows = slices.Clone(rows)
	labels := map[string]string{}
	owners := map[string]string{}
	for i, r := range rows {
		fault := func(format string, a ...any) error {
			return fmt.Errorf("localization row %d (image %q, arm %q): %s", i+1, r.Image, r.Arm, fmt.Sprintf(format, a...))
		}
		if r.Image == "" || r.Patient == "" || r.Arm == "" || r.Label == "" {
			return nil, fault("image, patient, arm and label must all be set")
		}
		if r.Arm == ConstantMean {
			return nil, fault("the arm's name is that of the constant-mean guess: rename the model")
		}
		if r.Partition != Test && r.Partition != Development {
			return nil, fault("partition %q: want %q or %q", r.Partition, Test, Development)
		}
		for _, v := range []float64{r.TrueX, r.TrueY, r.PredX, r.PredY, r.ConstX, r.ConstY} {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fault("a coordinate is %v", v)
			}
		}
		if !(r.Width > 0 && r.Height > 0) || math.IsInf(r.Width*r.Height, 0) {
			return nil, fault("size %v × %v: want positive numbers of pixels", r.Width, r.Height)
		}
		if !(r.Pitch >= 0) || math.IsInf(r.Pitch, 0) {
			return nil, fault("pitch %v: want mm per pixel, 0 if unknown", r.Pitch)
		}
		if err := sameFor(labels, r.Patient, r.Label, "label"); err != nil {
			return nil, fault("patient: %v", err)
		}
		if err := sameFor(owners, r.Image, r.Patient, "patient"); err != nil {
			return nil, fault("image: %v", err)
		}
	}
	// One label is that of a study that does not classify, whatever it is called.
	if found := distinct(rows, func(r LocalizationRow) string { return r.Label }); len(found) > 1 && !slices.Contains(found, o.Positive) {
		return nil, fmt.Errorf("localization rows: no label is %q, the positive class; the labels are %q", o.Positive, found)
	}
	slices.SortStableFunc(rows, func(a, b LocalizationRow) int {
		return cmp.Or(cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Arm, b.Arm), cmp.Compare(a.Image, b.Image))
	})
	for i := 1; i < len(rows); i++ {
		if a, b := rows[i-1], rows[i]; a.Partition == b.Partition && a.Arm == b.Arm && a.Image == b.Image {
			return nil, fmt.Errorf("localization rows: image %q has two centers by arm %q in the %s part", a.Image, a.Arm, a.Partition)
		}
	}
	return rows, nil
}

// checkClassification refuses rows that no estimate may be made from and returns
// them sorted by part, arm, image and fold.
func checkClassification(rows []ClassificationRow) ([]ClassificationRow, error) {
	rows = slices.Clone(rows)
	labels := map[string]string{}
	owners := map[string]string{}
	arms := map[string]string{}
	for i, r := range rows {
		fault := func(format string, a ...any) error {
			return fmt.Errorf("classification row %d (image %q, arm %q): %s", i+1, r.Image, r.Arm, fmt.Sprintf(format, a...))
		}
		if r.Image == "" || r.Patient == "" || r.Arm == "" || r.Model == "" || r.Input == "" {
			return nil, fault("image, patient, arm, model and input must all be set")
		}
		if r.Partition != Test && r.Partition != Validate {
			return nil, fault("partition %q: want %q or %q", r.Partition, Test, Validate)
		}
		if !(r.Score >= 0 && r.Score <= 1) {
			return nil, fault("score %v: want a probability from 0 to 1", r.Score)
		}
		if err := sameFor(labels, r.Patient, fmt.Sprint(r.Positive), "class (positive)"); err != nil {
			return nil, fault("patient: %v", err)
		}
		if err := sameFor(owners, r.Image, r.Patient, "patient"); err != nil {
			return nil, fault("image: %v", err)
		}
		if err := sameFor(arms, r.Arm, r.Model+" on "+r.Input, "model and input"); err != nil {
			return nil, fault("arm: %v", err)
		}
	}
	slices.SortStableFunc(rows, func(a, b ClassificationRow) int {
		return cmp.Or(cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Arm, b.Arm), cmp.Compare(a.Image, b.Image), cmp.Compare(a.Fold, b.Fold))
	})
	for i := 1; i < len(rows); i++ {
		a, b := rows[i-1], rows[i]
		if a.Partition != b.Partition || a.Arm != b.Arm || a.Image != b.Image {
			continue
		}
		if a.Fold == b.Fold {
			return nil, fmt.Errorf("classification rows: image %q has two scores by arm %q, fold %d in the %s part", a.Image, a.Arm, a.Fold, a.Partition)
		}
		if a.Partition == Validate {
			return nil, fmt.Errorf("classification rows: image %q is validated by folds %d and %d of arm %q; out of fold means one", a.Image, a.Fold, b.Fold, a.Arm)
		}
	}
	return rows, nil
}

// sameFor records value under name and reports a second, different one.
func sameFor(seen map[string]string, name, value, what string) error {
	if old, ok := seen[name]; ok && old != value {
		return fmt.Errorf("%q has two values of %s, %q and %q", name, what, old, value)
	}
	seen[name] = value
	return nil
}

// distinct is the sorted set of a property of rows.
func distinct[R any](rows []R, property func(R) string) []string {
	var set []string
	for _, r := range rows {
		set = append(set, property(r))
	}
	slices.Sort(set)
	return slices.Compact(set)
}
