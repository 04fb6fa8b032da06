package cache

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// RecordVersion is the version of the JSON form of a record. It is raised when a reader of the
// older form would misread the newer one; a new optional field does not raise it.
const RecordVersion = 1

type recordEnvelope struct {
	Version int    `json:"version"`
	Record  Record `json:"record"`
}

// EncodeRecord writes a valid record as JSON, its recipe sorted, with a trailing newline. Equal
// records give equal bytes.
func EncodeRecord(r Record) ([]byte, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	r.Recipe = r.Recipe.Sorted()
	b, err := json.Marshal(recordEnvelope{RecordVersion, r})
	if err != nil {
		return nil, fmt.Errorf("record %s: %w", r.Name(), err)
	}
	return append(b, '\n'), nil
}

// DecodeRecord reads what [EncodeRecord] wrote. It refuses other versions, anything behind the
// record, and a record that is not valid, such as one whose key is not its recipe's.
func DecodeRecord(b []byte) (Record, error) {
	var version struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(b, &version); err != nil {
		return Record{}, fmt.Errorf("record: %w", err)
	}
	if version.Version != RecordVersion {
		return Record{}, fmt.Errorf("record: version %d, this program reads version %d", version.Version, RecordVersion)
	}
	var e recordEnvelope
	if err := json.Unmarshal(b, &e); err != nil {
		return Record{}, fmt.Errorf("record: %w", err)
	}
	return e.Record, e.Record.Validate()
}

// Name returns the address and, for the record of one item, the item: "crop-patches.main item a/1.png".
func (r Record) Name() string {
	if r.Item == "" {
		return r.Address
	}
	return r.Address + " item " + string(r.Item)
}

// Validate reports the first thing that makes a record useless: no address, a key that is not its
// recipe's, an output without name or digest, text that JSON cannot carry.
func (r Record) Validate() error {
	fail := func(format string, a ...any) error {
		return fmt.Errorf("record %s: %w", r.Name(), fmt.Errorf(format, a...))
	}
	switch {
	case r.Address == "":
		return fail("no address")
	case !plainText(r.Address) || !plainText(string(r.Item)) || !plainText(string(r.Patient)):
		return fail("address, item or patient is not valid UTF-8 or holds a zero byte")
	case r.Patient != "" && r.Item == "":
		return fail("patient %s without an item", r.Patient)
	case r.Purity != Exact && r.Purity != Pinned && r.Purity != Varies:
		return fail("purity %q is none of exact, pinned, varies", r.Purity)
	}
	if err := r.Recipe.validate(); err != nil {
		return fail("%w", err)
	}
	if k := r.Recipe.Key(); k != r.Key {
		return fail("key %s is not its recipe's, %s", r.Key.Short(), k.Short())
	}
	for i, o := range r.Outputs {
		if err := o.validate(); err != nil {
			return fail("output %q: %w", o.Name, err)
		}
		if slices.ContainsFunc(r.Outputs[:i], func(p Output) bool { return p.Name == o.Name }) {
			return fail("output %q stands twice", o.Name)
		}
	}
	return nil
}

func (o Output) validate() error {
	switch {
	case !plainText(o.Name) || o.Name == "":
		return errors.New("no usable name")
	case o.Many && o.Media != MediaManifest:
		return fmt.Errorf("many items, but its media is %s", o.Media)
	case o.Items < 0:
		return fmt.Errorf("%d items", o.Items)
	case !o.Many && (o.Items != 0 || o.ItemMedia != ""):
		return errors.New("items without being many")
	}
	return o.Artifact.validate()
}

func (a Artifact) validate() error {
	switch {
	case a.Digest.IsZero():
		return errors.New("no digest")
	case a.Size < 0:
		return fmt.Errorf("size %d", a.Size)
	case !plainText(string(a.Media)):
		return errors.New("media is not valid UTF-8 or holds a zero byte")
	}
	return nil
}

func (r Recipe) validate() error {
	if r.Stage == "" || !utf8.ValidString(r.Stage) {
		return fmt.Errorf("recipe: no usable stage %q", r.Stage)
	}
	fields := r.sorted()
	for i, f := range fields {
		if !utf8.ValidString(string(f.Kind)) || !utf8.ValidString(f.Label) || !utf8.ValidString(f.Value) {
			return fmt.Errorf("recipe: %s field %q is not valid UTF-8", f.Kind, f.Label)
		}
		if i > 0 && compareFields(fields[i-1], f) == 0 {
			return fmt.Errorf("recipe: %s field %q stands twice", f.Kind, f.Label)
		}
	}
	return nil
}

// Digests returns the digests that stand among the Input and Source values of the recipe, sorted
// and each once: what the execution read. A value may hold several, as a list does.
func (r Recipe) Digests() []Digest {
	var found []Digest
	for _, f := range r.Fields {
		if f.Kind != Input && f.Kind != Source {
			continue
		}
		for _, word := range strings.FieldsFunc(f.Value, func(c rune) bool {
			return (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
		}) {
			if d, err := ParseDigest(word); err == nil {
				found = append(found, d)
			}
		}
	}
	slices.SortFunc(found, func(a, b Digest) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(found)
}

// plainText reports whether s survives JSON and can be part of a zero-terminated key.
func plainText(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }
