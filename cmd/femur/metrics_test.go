package main

import (
	"strings"
	"testing"

	"femur/cache"
	"femur/cache/memstore"
	"femur/dag"
)

// The end of a run finds the answers in the metrics of what was done or reused, and nowhere else.
func TestFindingReadsAnswers(t *testing.T) {
	store := memstore.New()
	put := func(text string) cache.Output {
		t.Helper()
		a, err := store.Put(t.Context(), cache.MediaJSON, strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return cache.Output{Name: metricsPort, Artifact: a}
	}
	answer := put(`{"answers": [{"question": "How?", "headline": "So."}]}`)
	plain := put(`{"localization": [{"name": "n", "estimate": 1}]}`)
	curve := answer
	curve.Name = "curve"
	lost := cache.Output{Name: metricsPort, Artifact: cache.Artifact{Media: cache.MediaJSON, Digest: cache.Sum([]byte("lost")), Size: 4}}
	f := &finding{}
	for address, end := range map[dag.Address]dag.StageEnd{
		"compare.done":   {Result: dag.ResultDone, Outputs: []cache.Output{answer}},
		"compare.failed": {Result: dag.ResultFailed, Outputs: []cache.Output{answer}},
		"compare.plain":  {Result: dag.ResultHit, Outputs: []cache.Output{plain}},
		"train.curve":    {Result: dag.ResultDone, Outputs: []cache.Output{curve}},
		"compare.lost":   {Result: dag.ResultHit, Outputs: []cache.Output{lost}},
	} {
		end.Address = address
		f.Observe(end)
	}
	found, err := f.answers(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || found[0].Artifact != "compare.done.metrics" || found[0].Answers[0].Headline != "So." {
		t.Errorf("found %+v, want the answer of compare.done alone", found)
	}
}

func TestReadMetricsRefusesOtherJSON(t *testing.T) {
	for _, text := range []string{"", "[]", "{}", `{"answers": "yes"}`, `{"localization": []}`, `{"points": [1, 2]}`} {
		if m := readMetrics([]byte(text)); m != nil {
			t.Errorf("%s was read as %+v", text, m)
		}
	}
}
