package lineage_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"femur/cache"
	"femur/cache/memstore"
	"femur/internal/lineage"
	"femur/internal/view"
)

// A study keeps records of what a small study would have executed.
type study struct {
	t     *testing.T
	store *memstore.Store
}

func (s study) put(m cache.Media, text []byte) cache.Artifact {
	s.t.Helper()
	a, err := s.store.Put(context.Background(), m, bytes.NewReader(text))
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// manifest stores items, each with a text of its own, as "ID:PATIENT".
func (s study) manifest(of string, ids ...string) (cache.Output, cache.Manifest) {
	s.t.Helper()
	var items []cache.Item
	for _, id := range ids {
		id, patient, _ := strings.Cut(id, ":")
		items = append(items, cache.Item{ID: cache.ItemID(id), Patient: cache.PatientID(patient), Artifact: s.put(cache.MediaText, []byte(of+id))})
	}
	m, err := cache.NewManifest(items)
	if err != nil {
		s.t.Fatal(err)
	}
	a := s.put(cache.MediaManifest, m.Encode())
	return cache.Output{Name: of, Artifact: a, Many: true, Items: len(m), ItemMedia: cache.MediaText}, m
}

func (s study) commit(r cache.Record) {
	s.t.Helper()
	r.Recipe.Stage, r.Purity = "test", cache.Exact
	r.Recipe.Fields = append(r.Recipe.Fields, cache.Field{Kind: cache.Params, Label: "name", Value: r.Address + string(r.Item)})
	r.Key = r.Recipe.Key()
	if err := s.store.Commit(context.Background(), r); err != nil {
		s.t.Fatal(err)
	}
}

func input(label string, d cache.Digest) cache.Field {
	return cache.Field{Kind: cache.Input, Label: label, Value: d.String()}
}

// newStudy has two patients: a network is fitted on one of them, and scores both; a report reads the scores.
func newStudy(t *testing.T) *memstore.Store {
	s := study{t, memstore.New()}
	images, all := s.manifest("images", "a1:ann", "b1:bob")
	for _, item := range all {
		s.commit(cache.Record{
			Address: "ingest.x", Item: item.ID, Patient: item.Patient,
			Recipe:  cache.Recipe{Fields: []cache.Field{{Kind: cache.Source, Label: "files", Value: cache.Sum([]byte(item.ID)).String()}}},
			Outputs: []cache.Output{{Name: "images", Artifact: item.Artifact}},
		})
	}
	file := func(id string) cache.Item {
		return cache.Item{ID: cache.ItemID(id), Artifact: cache.Artifact{Media: cache.MediaFile, Digest: cache.Sum([]byte(id)), Size: 2}}
	}
	files, err := cache.NewManifest([]cache.Item{file("a1"), file("b1")})
	if err != nil {
		t.Fatal(err)
	}
	s.commit(cache.Record{
		Address: "ingest.x", Outputs: []cache.Output{images},
		Recipe: cache.Recipe{Fields: []cache.Field{{Kind: cache.Source, Label: "files", Value: s.put(cache.MediaManifest, files.Encode()).Digest.String()}}},
	})

	patients, err := json.Marshal([]string{"ann"})
	if err != nil {
		t.Fatal(err)
	}
	fitted := s.put(cache.MediaPatients, patients)
	part := s.put(cache.MediaManifest, cache.Manifest{all[0]}.Encode()) // what the engine makes of images within a list
	model := cache.Output{Name: "model", Artifact: s.put(cache.MediaModel, []byte("model"))}
	s.commit(cache.Record{
		Address: "train.x", Outputs: []cache.Output{model}, Fitted: fitted.Digest, Learned: fitted.Digest,
		Recipe: cache.Recipe{Fields: []cache.Field{input("images", part.Digest), input("validate", images.Digest), input("images.learned", fitted.Digest)}},
	})

	scores, each := s.manifest("scores", "a1:ann", "b1:bob")
	for i, item := range each {
		s.commit(cache.Record{
			Address: "score.x", Item: item.ID, Patient: item.Patient, Outputs: []cache.Output{{Name: "scores", Artifact: item.Artifact}},
			Recipe: cache.Recipe{Fields: []cache.Field{input("images", all[i].Digest), input("models[fold=0]", model.Digest)}},
		})
	}
	s.commit(cache.Record{
		Address: "score.x", Outputs: []cache.Output{scores},
		Recipe: cache.Recipe{Fields: []cache.Field{input("images", images.Digest), input("models[fold=0]", model.Digest)}},
	})
	s.commit(cache.Record{
		Address: "compare.x", Outputs: []cache.Output{{Name: "report", Artifact: s.put(cache.MediaHTML, []byte("report"))}},
		Recipe: cache.Recipe{Fields: []cache.Field{input("scores", scores.Digest)}},
	})
	return s.store
}

func edges(l view.Lineage) []string {
	var list []string
	for _, e := range l.Edges {
		list = append(list, e.From+" > "+e.To)
	}
	slices.Sort(list)
	return list
}

func check(t *testing.T, l view.Lineage, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := edges(l); !slices.Equal(got, want) {
		t.Errorf("edges:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
	nodes := map[string]bool{}
	for _, n := range l.Nodes {
		if nodes[n.ID] || n.Kind == "" || n.Label == "" {
			t.Errorf("node %+v stands twice or says nothing", n)
		}
		nodes[n.ID] = true
	}
	for _, e := range l.Edges {
		if !nodes[e.From] || !nodes[e.To] {
			t.Errorf("edge %+v has an end that is no node", e)
		}
	}
}

func open(t *testing.T) *lineage.World {
	t.Helper()
	w, err := lineage.Open(context.Background(), newStudy(t))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestArtifactUp(t *testing.T) {
	l, err := open(t).Artifact("compare.x.report", true, false)
	if err != nil {
		t.Fatal(err)
	}
	check(t, l,
		"file:a1 > ingest.x.images", "file:b1 > ingest.x.images", "ingest.x.images > score.x.scores",
		"ingest.x.images > train.x.model", // a part of the images, which no instance made as such
		"train.x.model > score.x.scores", "score.x.scores > compare.x.report")
}

func TestArtifactDown(t *testing.T) {
	l, err := open(t).Artifact("train.x.model", false, true)
	if err != nil {
		t.Fatal(err)
	}
	check(t, l, "train.x.model > score.x.scores", "score.x.scores > compare.x.report")
}

// A patient feeds the network that was fitted on him, and the other does not, although a manifest that
// this network read holds his image, too.
func TestPatientFeedsWhatWasFittedOnHim(t *testing.T) {
	w := open(t)
	ann, err := w.Patient("ann", false, true)
	if err != nil {
		t.Fatal(err)
	}
	check(t, ann,
		"patient:ann > image:a1", "image:a1 > ingest.x.images a1", "ingest.x.images a1 > score.x.scores a1",
		"ingest.x.images a1 > train.x.model", "train.x.model > score.x.scores", "score.x.scores > compare.x.report",
		"score.x.scores a1 > compare.x.report")
	bob, err := w.Patient("bob", false, true)
	if err != nil {
		t.Fatal(err)
	}
	check(t, bob,
		"patient:bob > image:b1", "image:b1 > ingest.x.images b1", "ingest.x.images b1 > score.x.scores b1",
		"score.x.scores b1 > compare.x.report")
}

// Upwards, an image's score names the model behind it, and the image its file.
func TestImageUp(t *testing.T) {
	l, err := open(t).Image("b1", true, false)
	if err != nil {
		t.Fatal(err)
	}
	check(t, l, "file:b1 > image:b1", "ingest.x.images b1 > score.x.scores b1", "train.x.model > score.x.scores b1")
}

func TestUnknownSubjects(t *testing.T) {
	w := open(t)
	if _, err := w.Image("c1", true, true); !errors.Is(err, lineage.ErrUnknown) {
		t.Errorf("image c1: %v", err)
	}
	if _, err := w.Patient("eve", true, true); !errors.Is(err, lineage.ErrUnknown) {
		t.Errorf("patient eve: %v", err)
	}
	if _, err := w.Artifact("ingest.x.masks", true, true); err == nil {
		t.Error("an artifact that nobody made has a lineage")
	}
}
