package overlay_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
	"femur/cache/memstore"
	"femur/dag"
	"femur/dag/dagtest"
	"femur/internal/executor/inprocess"
	"femur/internal/overlay"
)

// everything lists what a store holds.
func everything(t *testing.T, s cache.Store) (all []string) {
	t.Helper()
	ctx := context.Background()
	for a, err := range s.Blobs(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a.Digest.String())
	}
	for address, err := range s.Addresses(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		for r, err := range s.History(ctx, address) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, address+" "+r.Facts.Run)
		}
	}
	return all
}

// A Mapper made again through an overlay makes all its items, from the base's inputs, and leaves the base as it was.
func TestRunLeavesTheBaseAlone(t *testing.T) {
	ctx := context.Background()
	base, top := memstore.New(), memstore.New()
	var count dagtest.Counter
	mapping := func(address string, in, out []dag.Port) dagtest.Mapping {
		return dagtest.Mapping{Fake: dagtest.Fake{Name: address, Count: &count, In: in, Out: out}}
	}
	out := []dag.Port{dagtest.Many("items"), dagtest.Single("table")}
	source := &dagtest.Source{Rows: map[string]string{"p1-a": "one", "p2-a": "two"}, Mapping: mapping("src.x", []dag.Port{dagtest.Rows("rows")}, out)}
	end := mapping("end.x", []dag.Port{dagtest.Many("items")}, out)
	g := dagtest.Graph(dagtest.Node("src.x", source), dagtest.Node("end.x", &end, dagtest.From("items", "src.x", "items")))
	run := func(results dag.Results, sel dag.Selection) {
		t.Helper()
		r := &dag.Runner{
			Options:  dag.Options{Results: results, Files: dagtest.Files{}, Selection: sel},
			Executor: &inprocess.Executor{Results: results, Files: dagtest.Files{}},
		}
		if _, err := r.Run(ctx, g, dag.RunOptions{ID: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	run(base, dag.Selection{})
	before := everything(t, base)
	first, err := base.Lookup(ctx, lastKey(t, base, "end.x"))
	if err != nil {
		t.Fatal(err)
	}
	count.Items()

	again := overlay.New(base, top)
	run(again, dag.Selection{Only: "end.x", Force: []string{"end.x"}, Recorded: true})
	if d := cmp.Diff(map[string]int{"end.x/p1-a": 1, "end.x/p2-a": 1}, count.Items()); d != "" {
		t.Errorf("items made (-want +got):\n%s", d)
	}
	if d := cmp.Diff(before, everything(t, base)); d != "" {
		t.Errorf("the base changed (-before +after):\n%s", d)
	}
	made, ok := again.Made("end.x")
	if !ok || made.Key != first.Key {
		t.Fatalf("made %v %v, want the key %v", ok, made.Key, first.Key)
	}
	if d := cmp.Diff(first.Outputs, made.Outputs); d != "" {
		t.Errorf("outputs (-recorded +made):\n%s", d)
	}
	if _, ok := again.Made("src.x"); ok {
		t.Error("src.x was made too")
	}
	for _, o := range made.Outputs {
		if _, err := cache.ReadAll(ctx, top, o.Artifact); err != nil {
			t.Errorf("%s is not in the top: %v", o.Name, err)
		}
	}
}

func lastKey(t *testing.T, s cache.Store, address string) cache.Key {
	t.Helper()
	for r, err := range s.History(context.Background(), address) {
		if err != nil {
			t.Fatal(err)
		}
		return r.Key
	}
	t.Fatalf("%s has no record", address)
	return cache.Key{}
}

func TestOpen(t *testing.T) {
	ctx := context.Background()
	base, top := memstore.New(), memstore.New()
	r := overlay.New(base, top)
	old, err := base.Put(ctx, cache.MediaText, strings.NewReader("old"))
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := r.Put(ctx, cache.MediaText, strings.NewReader("new"))
	if err != nil {
		t.Fatal(err)
	}
	for a, want := range map[cache.Artifact]string{old: "old", fresh: "new"} {
		if b, err := cache.ReadAll(ctx, r, a); err != nil || string(b) != want {
			t.Errorf("%q, %v, want %q", b, err, want)
		}
	}
	if _, err := base.Open(ctx, fresh); !errors.Is(err, cache.ErrMiss) {
		t.Errorf("the base has what was put: %v", err)
	}
	if _, err := r.Open(ctx, cache.Artifact{Digest: cache.Sum([]byte("nowhere"))}); !errors.Is(err, cache.ErrMiss) {
		t.Errorf("error %v, want a miss", err)
	}
	if err := r.Commit(ctx, cache.Record{Address: "a.x", Item: "i"}); err != nil {
		t.Fatal(err)
	}
	if _, ok := r.Made("a.x"); ok {
		t.Error("the record of an item stands for the instance")
	}
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	if err := r.Commit(canceled, cache.Record{Address: "a.x"}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want canceled", err)
	}
}
