package sourceindex

import (
	"errors"

	"femur/cache"
)

// Identifiers makes the pseudonyms of what may not be stored in clear, and remembers them for the user
// (internal/pseudonym). All methods may be called in parallel.
type Identifiers interface {
	// Pseudonym returns what stands for a name.
	Pseudonym(purpose, name string) (string, error)
	// Hash is a keyed hash that nobody will want back.
	Hash(purpose, name string) (cache.Digest, error)
	// Edition changes when what was made with the help of pseudonyms has to be made again.
	Edition() (string, error)
	// Locate notes the file and the patient behind a radiograph's pseudonym.
	Locate(id, patient, file string) error
	// Flush keeps what was noted. It comes before anything under a new pseudonym is stored.
	Flush() error
}

// Pseudonym implements [dag.SourceFiles].
func (x *Index) Pseudonym(purpose, name string) (string, error) {
	return x.ids.Pseudonym(purpose, name)
}

// nobody are the identifiers where there is no key.
type nobody struct{}

var errNobody = errors.New("pseudonyms: there is no key of identifiers here")

func (nobody) Pseudonym(string, string) (string, error)  { return "", errNobody }
func (nobody) Hash(string, string) (cache.Digest, error) { return cache.Digest{}, errNobody }
func (nobody) Edition() (string, error)                  { return "", errNobody }
func (nobody) Locate(string, string, string) error       { return errNobody }
func (nobody) Flush() error                              { return nil }
