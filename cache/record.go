package cache

import "time"

// A Purity says how far a result can be expected to repeat.
type Purity string

// From the strongest promise to the weakest.
const (
	Exact  Purity = "exact"  // the same bytes everywhere
	Pinned Purity = "pinned" // the same bytes on the same backend, plugin and device
	Varies Purity = "varies" // may differ from one execution to the next
)

// A Record is the receipt of one execution: of a whole stage instance, or, when Item is set, of one
// item of it.
type Record struct {
	Address string    `json:"address"`
	Item    ItemID    `json:"item,omitempty"`
	Patient PatientID `json:"patient,omitempty"` // of the item
	Key     Key       `json:"key"`
	Recipe  Recipe    `json:"recipe"` // kept whole, so that any two executions can be compared later
	Outputs []Output  `json:"outputs"`
	// Fitted points at the sorted list of patients that the outputs, when they are models, were fitted on.
	Fitted Digest `json:"fitted,omitzero"`
	// Learned is Fitted and the patients of every model that took part upstream.
	Learned Digest `json:"learned,omitzero"`
	// ItemLearned points at a manifest of MediaPatients: Learned item by item, when the items of the
	// outputs differ in it. Items that no model stands behind are left out. Without it, Learned holds for all.
	ItemLearned Digest `json:"item_learned,omitzero"`
	Purity      Purity `json:"purity"`
	Facts       Facts  `json:"facts"`
}

// Output returns the output with the name.
func (r Record) Output(name string) (Output, bool) {
	for _, o := range r.Outputs {
		if o.Name == name {
			return o, true
		}
	}
	return Output{}, false
}

// Facts are circumstances of an execution: shown, never hashed.
type Facts struct {
	Run         string            `json:"run,omitempty"` // id of the run that executed it
	Started     time.Time         `json:"started,omitzero"`
	Seconds     float64           `json:"seconds"`
	Host        string            `json:"host,omitempty"`
	Environment map[string]string `json:"environment,omitempty"` // backend, plugin, versions
	Log         Digest            `json:"log,omitzero"`          // what the stage printed
	// Predictions counts the (item, model) pairs whose leak rule was checked before the result was stored.
	Predictions int `json:"predictions,omitempty"`
	// Accepted is the user's reason for taking the record over under a new key (femur accept).
	Accepted string `json:"accepted,omitempty"`
}
