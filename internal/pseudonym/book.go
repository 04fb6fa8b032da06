package pseudonym

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"hash"
	"strings"
	"sync"

	"femur/cache"
)

// Purposes of pseudonyms.
const (
	Radiograph = "radiograph"
	Patient    = "patient"
	Site       = "site"
	Instance   = "instance" // SOP Instance UID of a DICOM image, by which annotations may name it
)

// prefixes begin the pseudonyms of a purpose, so that nobody takes a patient for a site.
func prefix(purpose string) (string, bool) {
	switch purpose {
	case Radiograph, Patient, Site, Instance:
		return purpose[:1], true
	}
	return "", false
}

// idBytes is how much of a hash a pseudonym holds: among a million names, two share 80 bits with a
// probability of 4 in 10^13.
const idBytes = 10

// Options say where a book lies.
type Options struct {
	KeyFile string   // empty for [DefaultKeyFile]; the private index lies beside it
	Outside []string // folders that the key may not lie in, such as the cache
}

// A Book makes pseudonyms and remembers whom they stand for. Nothing is read or made before the first one
// is asked for. Safe for concurrent use.
type Book struct {
	key   func() ([]byte, error)
	macs  sync.Pool
	index index
}

// New returns the book of a key.
func New(o Options) *Book {
	file, err := o.KeyFile, error(nil)
	if file == "" {
		file, err = DefaultKeyFile()
	}
	b := &Book{index: index{file: IndexFile(file)}}
	b.key = sync.OnceValues(func() ([]byte, error) {
		if err != nil {
			return nil, err
		}
		return openKey(file, o.Outside)
	})
	return b
}

// Pseudonym returns what stands for a name: the letter of the purpose and 16 letters or digits. The pair
// reaches the private index at the next Flush.
func (b *Book) Pseudonym(purpose, name string) (string, error) {
	first, ok := prefix(purpose)
	if !ok {
		return "", fmt.Errorf("pseudonym: purpose %q is none of %s, %s, %s, %s", purpose, Radiograph, Patient, Site, Instance)
	}
	sum, err := b.mac("femur pseudonym 1", purpose, name)
	if err != nil {
		return "", err
	}
	id := first + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:idBytes]))
	return id, b.index.add(newLine(id, fieldName, name))
}

// Hash returns a keyed hash of a name that no one will want back, such as the path that an index of files
// keeps its entries under.
func (b *Book) Hash(purpose, name string) (cache.Digest, error) {
	return b.mac("femur hash 1", purpose, name)
}

// Edition identifies the key together with the private index, and betrays neither. What was made with the
// help of a book has to be made again when the edition is another one: the names are other ones, or the
// index does not know them any more.
func (b *Book) Edition() (string, error) {
	if _, err := b.key(); err != nil {
		return "", err
	}
	mark, err := b.index.mark()
	if err != nil {
		return "", err
	}
	sum, err := b.mac("femur edition 1", mark)
	return fmt.Sprintf("%x", sum[:8]), err
}

// Locate notes the file of a radiograph's pseudonym, and its patient's; the note reaches the private index
// at the next Flush.
func (b *Book) Locate(id, patient, file string) error {
	var err error
	if file != "" {
		err = b.index.add(newLine(id, fieldFile, file))
	}
	if patient != "" && err == nil {
		err = b.index.add(newLine(id, fieldPatient, patient))
	}
	return err
}

// Flush writes what is new to the private index. Call it before anything is stored under a new pseudonym.
func (b *Book) Flush() error { return b.index.flush() }

// mac is the keyed hash of length-framed parts.
func (b *Book) mac(parts ...string) (sum cache.Digest, err error) {
	key, err := b.key()
	if err != nil {
		return sum, err
	}
	h, ok := b.macs.Get().(hash.Hash)
	if !ok {
		h = hmac.New(sha256.New, key)
	}
	h.Reset()
	var frame []byte
	for _, p := range parts {
		frame = binary.BigEndian.AppendUint64(frame, uint64(len(p)))
		frame = append(frame, p...)
	}
	h.Write(frame)
	h.Sum(sum[:0])
	b.macs.Put(h)
	return sum, nil
}
