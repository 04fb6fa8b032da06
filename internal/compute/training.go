package compute

import (
	"encoding/json"
	"fmt"
	"io"

	"femur/cache"
	"femur/dag"
	"femur/internal/cohort"
	"femur/models/fit"
)

// A Training is what all kinds have in common that fit a network without the patients of one fold: two
// parameters, and the lists, the luck and the outputs that follow from them.
type Training struct {
	HoldOut int `hcl:"hold_out" doc:"The fold whose patients the network never sees."`
	Repeat  int `hcl:"repeat,optional" doc:"Number of the repeat; another number draws other luck."`
}

// SplitPort is the input of the split's lists: only the fold's own train and validate lists are read.
func (f Training) SplitPort() dag.Port {
	return dag.Port{
		Name: "split", Media: cache.MediaItemList, Many: true, Doc: "The lists of the split.",
		Pick: []cache.ItemID{cohort.PartID(f.HoldOut, cohort.Train), cohort.PartID(f.HoldOut, cohort.Validate)},
	}
}

// Seeded implements [dag.Seeded] for the stages that embed Training.
func (f Training) Seeded() bool { return true }

// Describe adds the parameters to a recipe.
func (f Training) Describe(r *cache.Recipe) {
	r.Add(cache.Params, "hold_out", f.HoldOut)
	r.Add(cache.Params, "repeat", f.Repeat)
}

// Problems lists what is wrong with the parameters and with a network's, given what its Validate returned.
func (f Training) Problems(network error) []dag.Problem {
	problems := dag.Problems(network)
	if f.HoldOut < 0 {
		problems = append(problems, dag.Problem{Attribute: "hold_out", Summary: "Invalid fold", Detail: fmt.Sprintf("Folds count from 0, not from %d.", f.HoldOut)})
	}
	if f.Repeat < 0 {
		problems = append(problems, dag.Problem{Attribute: "repeat", Summary: "Invalid repeat", Detail: fmt.Sprintf("Repeats count from 0, not from %d.", f.Repeat)})
	}
	return problems
}

// Seed is the luck of this fold and repeat; no parameter of the network changes it.
func (f Training) Seed(t dag.Task) uint64 {
	return dag.Derive(dag.Derive(t.Seed(), "fold", f.HoldOut), "repeat", f.Repeat)
}

// Items returns the items at a port that a list of the fold (cohort.Train or cohort.Validate) names, in the
// order of their ids. One that the port lacks is an error.
func (f Training) Items(t dag.Task, port, list string) ([]cache.Item, error) {
	id := cohort.PartID(f.HoldOut, list)
	refs, err := dag.ReadRefs(t, "split", id)
	if err != nil {
		return nil, err
	}
	have, err := dag.ReadItems(t, port)
	if err != nil {
		return nil, err
	}
	items := make([]cache.Item, len(refs))
	for i, ref := range refs {
		it, ok := have[ref.ID]
		if !ok {
			return nil, &dag.BadInput{
				Record: string(ref.ID), Summary: fmt.Sprintf("stands in the list %s and not among the %s", id, port),
				Detail: "Give the split that was made of the same radiographs.",
			}
		}
		items[i] = it
	}
	return items, nil
}

// Store writes what a training leaves: the model at one port, its curve at the port "curve".
func (f Training) Store(t dag.Task, port string, save func(io.Writer) error, curve fit.Curve) error {
	best := curve.Points[curve.Best-1]
	t.Log().Info("trained", "best_epoch", curve.Best, "validation_loss", round(best.ValidationLoss), "validation_metric", round(best.Metric))
	if err := dag.Write(t, port, cache.ItemRef{}, save); err != nil {
		return err
	}
	return dag.Write(t, "curve", cache.ItemRef{}, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", " ")
		return e.Encode(curve)
	})
}

// Chosen is what [dag.Chooser] wants, of the package of a network's backbone. A name that is no backbone's
// chooses nothing: the parameters' check reports it.
func Chosen(pkg string, err error) []string {
	if err != nil {
		return nil
	}
	return []string{pkg}
}
