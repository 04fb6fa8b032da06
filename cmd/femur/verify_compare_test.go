package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
	"femur/cache/memstore"
	"femur/internal/view"
)

// A pair is what is recorded and what was made again, each in a store of its own.
type pair struct {
	t        *testing.T
	was, now *memstore.Store
}

func newPair(t *testing.T) pair { return pair{t, memstore.New(), memstore.New()} }

func (p pair) put(s *memstore.Store, m cache.Media, text string) cache.Artifact {
	p.t.Helper()
	a, err := s.Put(context.Background(), m, strings.NewReader(text))
	if err != nil {
		p.t.Fatal(err)
	}
	return a
}

// many stores texts by id, of the patient who is named before their colon.
func (p pair) many(s *memstore.Store, texts map[string]string) cache.Output {
	p.t.Helper()
	var items []cache.Item
	for id, text := range texts {
		patient, _, _ := strings.Cut(text, ":")
		items = append(items, cache.Item{ID: cache.ItemID(id), Patient: cache.PatientID(patient), Artifact: p.put(s, cache.MediaText, text)})
	}
	m, err := cache.NewManifest(items)
	if err != nil {
		p.t.Fatal(err)
	}
	a := p.put(s, cache.MediaManifest, string(m.Encode()))
	return cache.Output{Name: "texts", Artifact: a, Many: true, Items: len(m), ItemMedia: cache.MediaText}
}

func (p pair) outputs(c comparer, was, now []cache.Output) []view.RerunOutput {
	p.t.Helper()
	c.was, c.now = p.was, p.now
	found, err := c.outputs(context.Background(), was, now)
	if err != nil {
		p.t.Fatal(err)
	}
	return found
}

// Items are matched by id; those that one side alone has, and those of another patient, are named.
func TestCompareItems(t *testing.T) {
	p := newPair(t)
	was := p.many(p.was, map[string]string{"a": "ann:1", "b": "bob:2", "c": "cat:3", "d": "dan:4"})
	now := p.many(p.now, map[string]string{"a": "ann:1", "b": "bob:9", "d": "eve:4", "e": "eve:5"})
	found := p.outputs(comparer{}, []cache.Output{was}, []cache.Output{now})
	want := []view.RerunItem{
		{ID: "b", Parts: []view.PartDiffer{{Part: "lines", Elements: 1, Differ: 1, Places: []view.PlaceDiffer{{Where: "line 1", Was: "bob:2", Now: "bob:9"}}}}},
		{ID: "c", Note: "it is recorded, and was not made again"},
		{ID: "d", Note: `its patient is "eve", and was "dan"`},
		{ID: "e", Note: "it was made, and is not recorded"},
	}
	if d := cmp.Diff(want, found[0].Differ); d != "" || found[0].Same {
		t.Errorf("same %v, items (-want +have):\n%s", found[0].Same, d)
	}
}

// Of very many items that differ all are named, and it is told of some how.
func TestCompareManyItems(t *testing.T) {
	p := newPair(t)
	was, now := map[string]string{}, map[string]string{}
	for i := range comparedItems + 20 {
		id := fmt.Sprintf("i%04d", i)
		was[id], now[id] = "ann:1", "ann:2"
	}
	found := p.outputs(comparer{}, []cache.Output{p.many(p.was, was)}, []cache.Output{p.many(p.now, now)})[0]
	told := 0
	for _, it := range found.Differ {
		if len(it.Parts) > 0 {
			told++
		}
	}
	if len(found.Differ) != len(was) || told != comparedItems || found.Note == "" {
		t.Errorf("%d items differ, of %d it is told how, note %q; want %d, %d and a note", len(found.Differ), told, found.Note, len(was), comparedItems)
	}
}

// What is too large is compared as bytes, what is damaged cannot be compared, and outputs that one side alone has are
// named: none of it passes for the same.
func TestCompareOutputs(t *testing.T) {
	p := newPair(t)
	single := func(s *memstore.Store, name, text string) cache.Output {
		return cache.Output{Name: name, Artifact: p.put(s, cache.MediaJSON, text)}
	}
	was := []cache.Output{single(p.was, "same", "[1]"), single(p.was, "large", "[1111111111]"), single(p.was, "damaged", "[2]"), single(p.was, "gone", "[3]")}
	now := []cache.Output{single(p.now, "same", "[1]"), single(p.now, "large", "[1111111112]"), single(p.now, "damaged", "[5]"), single(p.now, "new", "[6]")}
	if err := p.was.Damage(was[2].Digest); err != nil {
		t.Fatal(err)
	}
	have := map[string]view.RerunOutput{}
	for _, o := range p.outputs(comparer{whole: 8}, was, now) {
		have[o.Output] = o
	}
	for name, same := range map[string]bool{"same": true, "large": false, "damaged": false, "gone": false, "new": false} {
		if o, ok := have[name]; !ok || o.Same != same {
			t.Errorf("%s: %+v, want same %v", name, o, same)
		}
	}
	if o := have["large"]; len(o.Parts) != 1 || o.Parts[0].Places[0].Where != "byte 10" || !strings.Contains(o.Note, "compared as bytes") {
		t.Errorf("large: %+v", o)
	}
	if o := have["damaged"]; !strings.Contains(o.Note, "what is recorded cannot be read") {
		t.Errorf("damaged: %+v", o)
	}
	if have["gone"].Note == "" || have["new"].Note == "" {
		t.Errorf("outputs of one side alone: %+v, %+v", have["gone"], have["new"])
	}
}

// A recorded list of items that is damaged is told, and is no match.
func TestCompareDamagedList(t *testing.T) {
	p := newPair(t)
	was := p.many(p.was, map[string]string{"a": "ann:1"})
	now := p.many(p.now, map[string]string{"a": "ann:2"})
	if err := p.was.Damage(was.Digest); err != nil {
		t.Fatal(err)
	}
	if o := p.outputs(comparer{}, []cache.Output{was}, []cache.Output{now})[0]; o.Same || !strings.Contains(o.Note, "cannot be read") {
		t.Errorf("%+v, want a note that the list cannot be read", o)
	}
}

// What was noted of a result holds for its bytes alone, and a note that is lost or damaged is none.
func TestVerifiedNote(t *testing.T) {
	ctx, store := context.Background(), memstore.New()
	out := func(text string) []cache.Output {
		a, err := store.Put(ctx, cache.MediaText, bytes.NewReader([]byte(text)))
		if err != nil {
			t.Fatal(err)
		}
		return []cache.Output{{Name: "text", Artifact: a}}
	}
	r := cache.Record{Address: "a.x", Key: cache.Recipe{Stage: "a"}.Key(), Outputs: out("one")}
	last := func(r cache.Record) *view.Verified {
		t.Helper()
		v, err := lastVerified(ctx, store, r)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := last(r); v != nil {
		t.Errorf("verified %+v before it was", v)
	}
	found := view.Rerun{Outputs: []view.RerunOutput{{Output: "text"}, {Output: "page", Same: true}}}
	when := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	if err := noteVerified(ctx, store, r, found, when); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(&view.Verified{Time: when, Differ: []string{"text"}, Femur: version()}, last(r)); d != "" {
		t.Errorf("(-noted +read):\n%s", d)
	}
	other := r
	other.Outputs = out("two")
	if v := last(other); v != nil {
		t.Errorf("verified %+v, but that was another result", v)
	}
	if err := store.PutNotes(ctx, map[string][]byte{verifiedName(r.Key): []byte("{")}); err != nil {
		t.Fatal(err)
	}
	if v := last(r); v != nil {
		t.Errorf("verified %+v by a damaged note", v)
	}
}
