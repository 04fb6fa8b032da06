package dag

import (
	"errors"
	"fmt"

	"femur/cache"
)

// ErrLeak says that a model was about to predict for a patient that it has seen.
var ErrLeak = errors.New("leak")

// A LeakRule decides which models may predict for which patients. Direct: the patient is not among
// those that the model was fitted on. Strict: nor among those that any model behind it was fitted on,
// such as the localizers that placed the patches that a classifier was trained on.
type LeakRule struct {
	Strict bool
	// Models are the models among the inputs, by the digest of their bytes. Of models with the same
	// bytes the patients are joined.
	Models map[cache.Digest]ModelPatients
	// Routed holds, for a Router's items, the models that are in the item's own recipe. An item that is
	// absent, as all are when Routed is nil, may use every model.
	Routed map[cache.ItemID][]cache.Digest
	// Items are the patients of the items that the task reads.
	Items map[cache.ItemID]cache.PatientID
	// Required says that every item written needs an Apply first: the stage reads models and makes none.
	Required bool
}

// ModelPatients is what the leak rule knows of a model.
type ModelPatients struct {
	Name    string // "localizers[fold=0]"
	Fitted  Patients
	Learned Patients
}

// Check reports whether the models may predict for the item: nil, an error that is [ErrLeak], or an
// error that says what is missing to decide.
func (r LeakRule) Check(item cache.ItemRef, models ...cache.Item) error {
	if len(models) == 0 {
		return fmt.Errorf("item %s: apply without a model", item.ID)
	}
	if item.Patient == "" {
		return fmt.Errorf("item %s: no patient is known for it, so that no model may predict for it", item.ID)
	}
	if known, ok := r.Items[item.ID]; ok && known != "" && known != item.Patient {
		return fmt.Errorf("item %s: belongs to another patient at the stage's inputs", item.ID)
	}
	for _, m := range models {
		p, ok := r.Models[m.Digest]
		if !ok {
			return fmt.Errorf("item %s: model %s is none of the stage's inputs", item.ID, m.Digest.Short())
		}
		if routed, ok := r.Routed[item.ID]; ok && !contains(routed, m.Digest) {
			return fmt.Errorf("item %s: model %s is not among the inputs that Route gave for it", item.ID, p.Name)
		}
		if p.Fitted.Has(item.Patient) {
			return fmt.Errorf("%w: item %s: model %s was fitted on its patient", ErrLeak, item.ID, p.Name)
		}
		if r.Strict && p.Learned.Has(item.Patient) {
			return fmt.Errorf("%w: item %s: model %s learned from its patient through another model (the pipeline is nested)",
				ErrLeak, item.ID, p.Name)
		}
	}
	return nil
}

func contains(ds []cache.Digest, d cache.Digest) bool {
	for _, x := range ds {
		if x == d {
			return true
		}
	}
	return false
}
