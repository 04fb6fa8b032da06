package cache_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
)

// full is a record that uses every field.
func full() cache.Record {
	r := cache.Recipe{Stage: "predict-centers"}
	r.Add(cache.Params, "size", 224)
	r.Add(cache.Input, "radiograph", cache.Sum([]byte("radiograph")))
	r.Add(cache.Code, "stages/predictcenters/run.go", cache.Sum([]byte("code")))
	manifest := cache.Artifact{Media: cache.MediaManifest, Digest: cache.Sum([]byte("manifest")), Size: 100}
	return cache.Record{
		Address: "predict-centers.main[model=vit-tiny]", Item: "patient_449/a<b>.png", Patient: "449",
		Key: r.Key(), Recipe: r, Purity: cache.Pinned,
		Outputs: []cache.Output{
			{Name: "center", Artifact: cache.Artifact{Media: cache.MediaCenter, Digest: cache.Sum([]byte("center")), Size: 40}},
			{Name: "maps", Artifact: manifest, Many: true, Items: 3, ItemMedia: cache.MediaPNG},
		},
		Fitted: cache.Sum([]byte("fitted")), Learned: cache.Sum([]byte("learned")),
		Facts: cache.Facts{
			Run: "20260102-030405", Started: time.Date(2026, 1, 2, 3, 4, 5, 600, time.UTC), Seconds: 0.125, Host: "node7",
			Environment: map[string]string{"backend": "xla", "plugin": "cpu 0.0.1"}, Log: cache.Sum([]byte("log")),
			Predictions: 5, Accepted: "a comment only",
		},
	}
}

// TestRecordGolden holds the form that docs/cache-format.md describes.
func TestRecordGolden(t *testing.T) {
	have, err := cache.EncodeRecord(full())
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "record.json")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(golden, have, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(have)); d != "" {
		t.Fatalf("record (-want +have):\n%s", d)
	}
	back, err := cache.DecodeRecord(want)
	if err != nil {
		t.Fatal(err)
	}
	expected := full()
	expected.Recipe = expected.Recipe.Sorted()
	if d := cmp.Diff(expected, back); d != "" {
		t.Fatalf("decoded (-want +have):\n%s", d)
	}
}

func TestDecodeRecordRefuses(t *testing.T) {
	b, err := cache.EncodeRecord(full())
	if err != nil {
		t.Fatal(err)
	}
	valid := string(b)
	change := func(old, new string) string {
		if !strings.Contains(valid, old) {
			t.Fatalf("the record has no %s", old)
		}
		return strings.Replace(valid, old, new, 1)
	}
	tests := []struct{ name, text, says string }{
		{"nothing", "", "unexpected end"},
		{"half of it", valid[:len(valid)/2], "unexpected end"},
		{"another version", change(`"version":1`, `"version":2`), "version 2, this program reads version 1"},
		{"no version", change(`"version":1,`, ``), "version 0"},
		{"bytes behind it", valid + "{}", "after top-level value"},
		{"a changed ingredient", change(`"224"`, `"225"`), "is not its recipe's"},
		{"a changed key", change(full().Key.String(), strings.Repeat("0", 64)), "is not its recipe's"},
		{"half a digest", change(full().Outputs[0].Digest.String(), "00"), "want 64 hex digits"},
		{"no digest", change(full().Outputs[0].Digest.String(), ""), "no digest"},
		{"another purity", change(`"pinned"`, `"pure"`), `purity "pure"`},
		{"an ingredient twice", change(`"fields":[`, `"fields":[{"kind":"params","label":"size","value":"1"},`), "stands twice"},
	}
	for _, test := range tests {
		rec, err := cache.DecodeRecord([]byte(test.text))
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: have record %s and error %v, want an error with %q", test.name, rec.Name(), err, test.says)
		}
	}
}

func TestEncodeRecordRefuses(t *testing.T) {
	tests := []struct {
		name, says string
		change     func(*cache.Record)
	}{
		{"no address", "no address", func(r *cache.Record) { r.Address = "" }},
		{"no stage", "no usable stage", func(r *cache.Record) { r.Recipe.Stage = ""; r.Key = r.Recipe.Key() }},
		{"a patient without an item", "without an item", func(r *cache.Record) { r.Item = "" }},
		{"an output without a name", "no usable name", func(r *cache.Record) { r.Outputs[0].Name = "" }},
		{"an output twice", "stands twice", func(r *cache.Record) { r.Outputs[1].Name = r.Outputs[0].Name }},
		{"many that is no manifest", "media is image/png", func(r *cache.Record) { r.Outputs[1].Media = cache.MediaPNG }},
		{"items of one", "without being many", func(r *cache.Record) { r.Outputs[0].Items = 2 }},
		{"seconds that JSON cannot carry", "NaN", func(r *cache.Record) { r.Facts.Seconds = math.NaN() }},
	}
	for _, test := range tests {
		r := full()
		test.change(&r)
		if _, err := cache.EncodeRecord(r); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: have error %v, want one with %q", test.name, err, test.says)
		}
	}
}

func FuzzDecodeRecord(f *testing.F) {
	b, err := cache.EncodeRecord(full())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:len(b)-20])
	f.Add([]byte(`{"version":1,"record":{}}`))
	f.Add(bytes.Replace(b, []byte(`"label"`), []byte(`"Label"`), 1))
	f.Fuzz(func(t *testing.T, b []byte) {
		rec, err := cache.DecodeRecord(b)
		if err != nil {
			return
		}
		text, err := cache.EncodeRecord(rec)
		if err != nil {
			t.Fatalf("decoded, but cannot be encoded: %v", err)
		}
		again, err := cache.DecodeRecord(text)
		if err != nil {
			t.Fatalf("does not come back: %v", err)
		}
		if second, err := cache.EncodeRecord(again); err != nil || !bytes.Equal(second, text) {
			t.Fatalf("comes back otherwise: %v", err)
		}
	})
}
