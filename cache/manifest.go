package cache

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Manifest is a list of items sorted by id, each id once. It is stored as an artifact itself, so
// its digest stands for all of its items.
type Manifest []Item

// NewManifest sorts items into a manifest. An id that stands twice, and an item without id or
// digest, is an error that names it.
func NewManifest(items []Item) (Manifest, error) {
	m := slices.Clone(items)
	slices.SortFunc(m, func(a, b Item) int { return strings.Compare(string(a.ID), string(b.ID)) })
	for i, it := range m {
		if i > 0 && it.ID == m[i-1].ID {
			return nil, fmt.Errorf("manifest: item %q stands twice", it.ID)
		}
		if err := it.validate(); err != nil {
			return nil, fmt.Errorf("manifest: item %q: %w", it.ID, err)
		}
	}
	return m, nil
}

func (it Item) validate() error {
	if it.ID == "" || !plainText(string(it.ID)) || !plainText(string(it.Patient)) {
		return errors.New("id or patient is empty, not valid UTF-8, or holds a zero byte")
	}
	return it.Artifact.validate()
}

// Find returns the item with the id.
func (m Manifest) Find(id ItemID) (Item, bool) {
	i, ok := slices.BinarySearchFunc(m, id, func(it Item, id ItemID) int { return strings.Compare(string(it.ID), string(id)) })
	if !ok {
		return Item{}, false
	}
	return m[i], true
}

// Encode writes the manifest as JSON, one item a line, with a trailing newline.
func (m Manifest) Encode() []byte { return encodeLines(m) }

// DecodeManifest reads what [Manifest.Encode] wrote and refuses unsorted or repeated ids, and
// items that [NewManifest] refuses.
func DecodeManifest(b []byte) (Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	for i, it := range m {
		if i > 0 && it.ID <= m[i-1].ID {
			return nil, fmt.Errorf("manifest: item %q out of order", it.ID)
		}
		if err := it.validate(); err != nil {
			return nil, fmt.Errorf("manifest: item %q: %w", it.ID, err)
		}
	}
	return m, nil
}

// An ItemRef names an item without its bytes.
type ItemRef struct {
	ID      ItemID    `json:"id"`
	Patient PatientID `json:"patient"`
}

// An ItemList says which items of another port count, such as the radiographs of one fold's
// training part. It is sorted by id.
type ItemList []ItemRef

// Encode writes the list as JSON, one item a line.
func (l ItemList) Encode() []byte {
	s := slices.Clone(l)
	slices.SortFunc(s, func(a, b ItemRef) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return encodeLines(s)
}

// DecodeItemList reads what [ItemList.Encode] wrote and refuses unsorted or repeated ids.
func DecodeItemList(b []byte) (ItemList, error) {
	var l ItemList
	if err := json.Unmarshal(b, &l); err != nil {
		return nil, fmt.Errorf("item list: %w", err)
	}
	for i := 1; i < len(l); i++ {
		if l[i].ID <= l[i-1].ID {
			return nil, fmt.Errorf("item list: item %q out of order", l[i].ID)
		}
	}
	return l, nil
}

func encodeLines[T any](items []T) []byte {
	var b bytes.Buffer
	b.WriteString("[")
	for i, it := range items {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n")
		line, err := json.Marshal(it)
		if err != nil {
			panic(fmt.Sprintf("cache: encode %T: %v", it, err)) // strings and numbers only
		}
		b.Write(line)
	}
	b.WriteString("\n]\n")
	return b.Bytes()
}
