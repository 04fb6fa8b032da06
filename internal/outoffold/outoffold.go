// Package outoffold decides which models may predict for which radiograph, and lets them.
//
// Words: a development radiograph is predicted by the models of the fold that held its patient out; a
// test radiograph by the models of all folds, averaged.
//
// Guarantee: the choice is made from the split alone. That no model was fitted on the patient is checked
// once more, and independently, by the engine (dag.Task.Apply).
package outoffold

import (
	"fmt"
	"strconv"
	"strings"

	"femur/cache"
	"femur/dag"
	"femur/internal/cohort"
)

// A Router knows, for each radiograph of a split, the models that may predict for it.
type Router struct {
	folds  map[cache.ItemID]int // of the held-out list; cohort.TestFold for the test part
	models map[int][]cache.Item // by fold, sorted by id
	all    []cache.Item
}

// New reads a split (lists fold=K/held-out and test) and the models at a List port, whose ids must hold
// the matrix key fold ("fold=0", "fold=0,repeat=1").
func New(t dag.Task, split, models string) (*Router, error) {
	r := &Router{folds: map[cache.ItemID]int{}, models: map[int][]cache.Item{}}
	folds := map[int]bool{}
	for it, err := range t.Items(split) {
		if err != nil {
			return nil, err
		}
		fold, ok := Fold(it.ID)
		if !ok {
			continue
		}
		if fold != cohort.TestFold {
			folds[fold] = true
		}
		b, err := dag.ReadAll(t, it.Artifact)
		if err != nil {
			return nil, err
		}
		refs, err := cache.DecodeItemList(b)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", it.ID, err)
		}
		for _, ref := range refs {
			r.folds[ref.ID] = fold
		}
	}
	for it, err := range t.Items(models) {
		if err != nil {
			return nil, err
		}
		fold, ok := foldOf(it.ID)
		if !ok {
			return nil, fmt.Errorf("port %s: %q does not say which fold the model held out; train it in a matrix with the key fold", models, it.ID)
		}
		r.models[fold] = append(r.models[fold], it)
		r.all = append(r.all, it)
	}
	for fold := range folds {
		if len(r.models[fold]) == 0 {
			return nil, fmt.Errorf("port %s: no model that held fold %d out; train one for each of the %d folds", models, fold, len(folds))
		}
	}
	return r, nil
}

// Fold says which fold's patients a list of a split holds out: cohort.TestFold for the test part, K for
// fold=K/held-out; other lists hold out nobody.
func Fold(list cache.ItemID) (int, bool) {
	if list == cohort.Test {
		return cohort.TestFold, true
	}
	fold, ok := foldOf(list)
	return fold, ok && strings.HasSuffix(string(list), "/"+cohort.HeldOut)
}

// foldOf reads the matrix value fold out of an id such as "fold=0,repeat=1" or "fold=0/held-out".
func foldOf(id cache.ItemID) (int, bool) {
	head, _, _ := strings.Cut(string(id), "/")
	for pair := range strings.SplitSeq(head, ",") {
		if v, ok := strings.CutPrefix(pair, "fold="); ok {
			n, err := strconv.Atoi(v)
			return n, err == nil
		}
	}
	return 0, false
}

// Models returns the models that may predict for a radiograph, and its fold (cohort.TestFold in the test part).
func (r *Router) Models(id cache.ItemID) (models []cache.Item, fold int, err error) {
	fold, ok := r.folds[id]
	if !ok {
		return nil, 0, fmt.Errorf("%s: the radiograph is not in the split", id)
	}
	if fold == cohort.TestFold {
		return r.all, fold, nil
	}
	return r.models[fold], fold, nil
}

// Part names the part that a fold belongs to.
func Part(fold int) string {
	if fold == cohort.TestFold {
		return cohort.Test
	}
	return cohort.Development
}
