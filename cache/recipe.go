package cache

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Epoch salts every key. It changes when the encoding of recipes, manifests or records changes in a
// way that makes older results unusable; it never salts a [Digest], so that blobs stay shared.
const Epoch = "femur-1"

// A FieldKind says which part of the world an ingredient of a result comes from.
type FieldKind string

// The kinds of ingredient, in the order in which they are listed to people.
const (
	Code        FieldKind = "code"        // a source file, as the digest of its tokens, or a module's version
	Params      FieldKind = "params"      // a parameter of the stage
	Input       FieldKind = "input"       // an artifact of an upstream stage, as its digest
	Source      FieldKind = "source"      // files from outside the cache, as the digest of their manifest
	Environment FieldKind = "environment" // backend and versions; only with strict_environment
)

// A Field is one labeled ingredient of a result.
type Field struct {
	Kind  FieldKind `json:"kind"`
	Label string    `json:"label"`
	Value string    `json:"value"`
}

// A Recipe is everything that decides a result's bytes. Two executions with equal recipes must
// produce equal outputs; that promise is what makes a cached result as good as a new one.
//
// The zero value with Stage set is ready to use. Names of stages, paths, hosts, worker counts and
// clocks are no ingredients.
type Recipe struct {
	Stage  string  `json:"stage"` // the kind of work, "crop-patches"
	Fields []Field `json:"fields"`
}

// Add appends an ingredient. Strings, booleans, integers, floats, digests and slices of strings,
// ints and floats have one encoding each; any other type, and a label used twice for the kind, is
// a programmer's error and panics.
func (r *Recipe) Add(k FieldKind, label string, v any) {
	for _, f := range r.Fields {
		if f.Kind == k && f.Label == label {
			panic(fmt.Sprintf("cache: recipe of %s: duplicate %s field %q", r.Stage, k, label))
		}
	}
	r.Fields = append(r.Fields, Field{k, label, encodeValue(r.Stage, label, v)})
}

// Get returns the value of an ingredient.
func (r Recipe) Get(k FieldKind, label string) (string, bool) {
	for _, f := range r.Fields {
		if f.Kind == k && f.Label == label {
			return f.Value, true
		}
	}
	return "", false
}

// Sorted returns a copy whose fields stand in the order in which they are hashed.
func (r Recipe) Sorted() Recipe {
	r.Fields = slices.Clone(r.Fields)
	slices.SortFunc(r.Fields, compareFields)
	return r
}

// sorted returns the fields in that order; the caller does not change them.
func (r Recipe) sorted() []Field {
	if slices.IsSortedFunc(r.Fields, compareFields) {
		return r.Fields
	}
	return r.Sorted().Fields
}

// Key hashes the recipe: salt, stage, then each field in sorted order, every string framed by its
// length, so that no two recipes share an encoding.
func (r Recipe) Key() Key { return sha256.Sum256(r.encode()) }

func (r Recipe) encode() []byte {
	var b bytes.Buffer
	frame := func(s string) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(s)))
		b.Write(n[:])
		b.WriteString(s)
	}
	frame(Epoch)
	frame(r.Stage)
	for _, f := range r.sorted() {
		frame(string(f.Kind))
		frame(f.Label)
		frame(f.Value)
	}
	return b.Bytes()
}

// A Change is one ingredient that differs between two recipes; Old or New is empty where the
// ingredient is absent on that side.
type Change struct {
	Kind  FieldKind `json:"kind"`
	Label string    `json:"label"`
	Old   string    `json:"old"`
	New   string    `json:"new"`
}

// Diff lists every ingredient in which r differs from an older recipe, sorted by kind and label.
// The two are equal exactly when the list is empty.
func (r Recipe) Diff(old Recipe) []Change {
	type id struct {
		kind  FieldKind
		label string
	}
	before := make(map[id]string, len(old.Fields))
	for _, f := range old.Fields {
		before[id{f.Kind, f.Label}] = f.Value
	}
	var changes []Change
	if r.Stage != old.Stage {
		changes = append(changes, Change{Params, "stage", old.Stage, r.Stage})
	}
	for _, f := range r.Fields {
		i := id{f.Kind, f.Label}
		if v, ok := before[i]; !ok || v != f.Value {
			changes = append(changes, Change{f.Kind, f.Label, v, f.Value})
		}
		delete(before, i)
	}
	for i, v := range before {
		changes = append(changes, Change{i.kind, i.label, v, ""})
	}
	slices.SortFunc(changes, func(a, b Change) int {
		return compareFields(Field{Kind: a.Kind, Label: a.Label}, Field{Kind: b.Kind, Label: b.Label})
	})
	return changes
}

func compareFields(a, b Field) int {
	if c := strings.Compare(string(a.Kind), string(b.Kind)); c != 0 {
		return c
	}
	return strings.Compare(a.Label, b.Label)
}

func encodeValue(stage, label string, v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case uint64:
		return strconv.FormatUint(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case Digest:
		return v.String()
	case []string:
		return encodeList(v, strconv.Quote)
	case []int:
		return encodeList(v, strconv.Itoa)
	case []float64:
		return encodeList(v, func(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) })
	}
	panic(fmt.Sprintf("cache: recipe of %s: field %q: type %T has no encoding", stage, label, v))
}

func encodeList[T any](vs []T, one func(T) string) string {
	parts := make([]string, len(vs))
	for i, v := range vs {
		parts[i] = one(v)
	}
	return "[" + strings.Join(parts, " ") + "]"
}
