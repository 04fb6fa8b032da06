package main

import (
	"context"
	"strings"
	"testing"

	"femur/cache"
	"femur/cache/memstore"
)

// A damaged blob is named with the artifact it belongs to, and the others are checked all the same.
func TestVerifierNamesDamage(t *testing.T) {
	ctx := context.Background()
	store := memstore.New()
	var outputs []cache.Output
	for _, name := range []string{"sound", "damaged"} {
		a, err := store.Put(ctx, cache.MediaText, strings.NewReader(name))
		if err != nil {
			t.Fatal(err)
		}
		outputs = append(outputs, cache.Output{Name: name, Artifact: a})
	}
	recipe := cache.Recipe{Stage: "texts"}
	if err := store.Commit(ctx, cache.Record{
		Address: "texts.main", Recipe: recipe, Key: recipe.Key(), Outputs: outputs, Purity: cache.Exact,
	}); err != nil {
		t.Fatal(err)
	}
	if err := store.Damage(outputs[1].Digest); err != nil {
		t.Fatal(err)
	}
	v := verifier{ctx: ctx, store: store, seen: map[cache.Digest]bool{}}
	if err := v.all(); err != nil {
		t.Fatal(err)
	}
	if v.found.Blobs != 2 || len(v.found.Corrupt) != 1 {
		t.Fatalf("found %+v, want one of two blobs corrupt", v.found)
	}
	bad := v.found.Corrupt[0]
	if bad.Digest != outputs[1].Digest.String() || len(bad.Of) != 1 || bad.Of[0] != "texts.main" {
		t.Errorf("corrupt: %+v, want %s of texts.main", bad, outputs[1].Digest)
	}
}
