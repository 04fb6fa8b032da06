package dag

import (
	"encoding/json"
	"fmt"
	"slices"

	"femur/cache"
)

// Patients is a sorted set of patients, each once: those that a model was fitted on, or learned from.
type Patients []cache.PatientID

// NewPatients sorts ids into a set.
func NewPatients(ids ...cache.PatientID) Patients {
	p := slices.Clone(ids)
	slices.Sort(p)
	return slices.Compact(p)
}

// Has reports whether the patient is one of them.
func (p Patients) Has(id cache.PatientID) bool {
	_, ok := slices.BinarySearch(p, id)
	return ok
}

// Encode writes the set as JSON with a trailing newline, the bytes of a [cache.MediaPatients] blob.
func (p Patients) Encode() []byte {
	if p == nil {
		p = Patients{}
	}
	b, err := json.Marshal(p)
	if err != nil {
		panic(fmt.Sprintf("dag: encode patients: %v", err)) // strings only
	}
	return append(b, '\n')
}

// DecodePatients reads what [Patients.Encode] wrote and refuses an unsorted list.
func DecodePatients(b []byte) (Patients, error) {
	var p Patients
	if err := json.Unmarshal(b, &p); err != nil {
		return nil, fmt.Errorf("patients: %w", err)
	}
	for i := 1; i < len(p); i++ {
		if p[i] <= p[i-1] {
			return nil, fmt.Errorf("patients: %q out of order", p[i])
		}
	}
	return p, nil
}
