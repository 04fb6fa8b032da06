package compare

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"femur/cache"
	"femur/dag"
	"femur/internal/analysis"
	"femur/internal/cohort"
	"femur/internal/geom"
	"femur/internal/outoffold"
	"femur/internal/table"
)

// A study is everything that compare reads, decoded.
type study struct {
	annotations map[cache.ItemID]cohort.Annotation
	lists       map[cache.ItemID]cache.ItemList
	folds       map[cache.ItemID]int // of the held-out list; cohort.TestFold in the test part
	centers     []arm[cohort.CenterRow]
	scores      []arm[cohort.ScoreRow]
	windows     map[string]cohort.WindowRow // of the patches around predicted centers, by radiograph
	inputs      []input                     // the tables read, for the report
}

// An arm is one table with its name.
type arm[R any] struct {
	name, model, input string
	rows               []R
}

// An input is an artifact that went in.
type input struct {
	port string
	item cache.Item
}

func read(t dag.Task) (*study, error) {
	s := &study{lists: map[cache.ItemID]cache.ItemList{}, folds: map[cache.ItemID]int{}}
	var err error
	if s.annotations, err = cohort.Annotations(t, "annotations"); err != nil {
		return nil, err
	}
	for it, err := range t.Items("split") {
		if err != nil {
			return nil, err
		}
		b, err := dag.ReadAll(t, it.Artifact)
		if err != nil {
			return nil, err
		}
		if s.lists[it.ID], err = cache.DecodeItemList(b); err != nil {
			return nil, fmt.Errorf("list %s: %w", it.ID, err)
		}
		fold, ok := outoffold.Fold(it.ID)
		if !ok {
			continue
		}
		for _, ref := range s.lists[it.ID] {
			s.folds[ref.ID] = fold
		}
	}
	if s.centers, err = arms[cohort.CenterRow](t, "centers", s); err != nil {
		return nil, err
	}
	if s.scores, err = arms[cohort.ScoreRow](t, "scores", s); err != nil {
		return nil, err
	}
	windows, err := arms[cohort.WindowRow](t, "windows", s)
	if err != nil {
		return nil, err
	}
	s.windows = map[string]cohort.WindowRow{}
	for _, a := range windows {
		if a.input != "patch" && len(windows) > 1 {
			continue
		}
		for _, w := range a.rows {
			s.windows[w.ID] = w
		}
	}
	return s, nil
}

// ids lists the radiographs that stand in the split, sorted.
func (s *study) ids() []cache.ItemID { return slices.Sorted(maps.Keys(s.folds)) }

// arms reads the tables at a port.
func arms[R any](t dag.Task, port string, s *study) ([]arm[R], error) {
	var out []arm[R]
	for it, err := range t.Items(port) {
		if err != nil {
			return nil, err
		}
		b, err := dag.ReadAll(t, it.Artifact)
		if err != nil {
			return nil, err
		}
		rows, err := table.Read[R](b)
		if err != nil {
			return nil, fmt.Errorf("port %s, %s: %w", port, it.ID, err)
		}
		a := newArm[R](string(it.ID))
		a.rows = rows
		out = append(out, a)
		s.inputs = append(s.inputs, input{port, it})
	}
	return out, nil
}

// newArm names an arm by its matrix values: the value of input is its input, all others are its model.
func newArm[R any](id string) arm[R] {
	var a arm[R]
	var model []string
	for pair := range strings.SplitSeq(id, ",") {
		k, v, ok := strings.Cut(pair, "=")
		switch {
		case !ok:
		case k == "input":
			a.input = v
		case k == "model":
			model = append([]string{v}, model...)
		default:
			model = append(model, pair)
		}
	}
	a.model = strings.Join(model, " ")
	if a.model == "" {
		a.model = "network"
	}
	a.name = a.model
	if a.input != "" {
		a.name += " · " + a.input
	}
	return a
}

// localization joins predicted centers with the truth.
func (s *study) localization() ([]analysis.LocalizationRow, error) {
	guesses := map[int]geom.Point{}
	for _, fold := range s.folds {
		if _, ok := guesses[fold]; !ok {
			guesses[fold] = s.guess(fold)
		}
	}
	var out []analysis.LocalizationRow
	for _, a := range s.centers {
		for _, r := range a.rows {
			truth, fold, err := s.truth(r.ID)
			if err != nil {
				return nil, fmt.Errorf("centers of %s: %w", a.name, err)
			}
			part := analysis.Development
			if fold == cohort.TestFold {
				part = analysis.Test
			}
			if string(part) != r.Part {
				return nil, fmt.Errorf("centers of %s: %s was predicted in the %s part and is in the %s part of the split; give the split that predicted it", a.name, r.ID, r.Part, part)
			}
			if truth.Unlocated {
				continue // predicted, but there is no truth to hold it against
			}
			g := guesses[fold]
			out = append(out, analysis.LocalizationRow{
				Image: r.ID, Patient: string(truth.Patient), Label: truth.Label, Arm: a.name, Partition: part,
				TrueX: truth.Center.X, TrueY: truth.Center.Y, PredX: r.X, PredY: r.Y,
				ConstX: g.X * float64(truth.Width), ConstY: g.Y * float64(truth.Height),
				Width: float64(truth.Width), Height: float64(truth.Height), Pitch: float64(truth.Pitch),
			})
		}
	}
	return out, nil
}

// guess is the constant-mean guess for a fold: the mean relative center of the radiographs that its
// models could learn from, in fractions of width and height. For the test part these are all of the
// development part.
func (s *study) guess(fold int) geom.Point {
	var refs []cache.ItemRef
	if fold == cohort.TestFold {
		refs = s.lists[cohort.Development]
	} else {
		refs = slices.Concat(s.lists[cohort.PartID(fold, cohort.Train)], s.lists[cohort.PartID(fold, cohort.Validate)])
	}
	var sum geom.Point
	n := 0
	for _, ref := range refs {
		if a, ok := s.annotations[ref.ID]; ok && !a.Unlocated && a.Width > 0 && a.Height > 0 {
			sum = sum.Add(geom.Point{X: a.Center.X / float64(a.Width), Y: a.Center.Y / float64(a.Height)})
			n++
		}
	}
	if n == 0 {
		return geom.Point{X: 0.5, Y: 0.5}
	}
	return sum.Scale(1 / float64(n))
}

// classification joins scores with the labels.
func (s *study) classification(positive string) ([]analysis.ClassificationRow, error) {
	var out []analysis.ClassificationRow
	for _, a := range s.scores {
		for _, r := range a.rows {
			truth, fold, err := s.truth(r.ID)
			if err != nil {
				return nil, fmt.Errorf("scores of %s: %w", a.name, err)
			}
			if int(r.Fold) != fold {
				return nil, fmt.Errorf("scores of %s: %s was scored for fold %d and is in fold %d of the split; give the split that scored it", a.name, r.ID, r.Fold, fold)
			}
			part := analysis.Validate
			if fold == cohort.TestFold {
				part = analysis.Test
			}
			row := analysis.ClassificationRow{
				Image: r.ID, Patient: string(truth.Patient), Positive: truth.Label == positive,
				Arm: a.name, Model: a.model, Input: a.input, Fold: fold, Partition: part, Score: r.Score,
			}
			if row.Input == "" {
				row.Input = "patch"
			}
			out = append(out, row)
		}
	}
	return out, nil
}

// truth finds what is known of a radiograph and where it stands in the split.
func (s *study) truth(id string) (cohort.Annotation, int, error) {
	a, ok := s.annotations[cache.ItemID(id)]
	if !ok {
		return a, 0, fmt.Errorf("%s has no annotation; give the cohort that the networks saw", id)
	}
	fold, ok := s.folds[cache.ItemID(id)]
	if !ok {
		return a, 0, fmt.Errorf("%s is not in the split; give the split that the networks saw", id)
	}
	return a, fold, nil
}

// predictions counts pairs of a radiograph and a model, each of which the engine checked for leaks.
func (s *study) predictions() int {
	n := 0
	for _, a := range s.centers {
		for _, r := range a.rows {
			n += int(r.Models)
		}
	}
	for _, a := range s.scores {
		for _, r := range a.rows {
			n += int(r.Models)
		}
	}
	return n
}
