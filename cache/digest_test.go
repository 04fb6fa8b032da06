package cache_test

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"femur/cache"
)

func TestParseDigest(t *testing.T) {
	good := cache.Sum([]byte("good")).String()
	tests := []struct{ name, text string }{
		{"empty", ""},
		{"short", good[:63]},
		{"long", good + "0"},
		{"upper case", strings.ToUpper(good)},
		{"no hex digit", "g" + good[1:]},
		{"space", " " + good[1:]},
		{"prefix 0x", "0x" + good[2:]},
		{"two bytes of one character", "é" + good[2:]},
	}
	for _, test := range tests {
		if d, err := cache.ParseDigest(test.text); err == nil {
			t.Errorf("%s: %q is read as %s", test.name, test.text, d)
		}
		if k, err := cache.ParseKey(test.text); err == nil {
			t.Errorf("%s: %q is read as key %s", test.name, test.text, k)
		}
	}
	if d, err := cache.ParseDigest(good); err != nil || d.String() != good || d.Short() != good[:8] {
		t.Errorf("%q is read as %s, error %v", good, d, err)
	}
}

func TestDigestText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d cache.Digest
		copy(d[:], rapid.SliceOfN(rapid.Byte(), len(d), len(d)).Draw(t, "digest"))
		type both struct {
			D cache.Digest `json:"d"`
			K cache.Key    `json:"k,omitzero"`
		}
		text, err := json.Marshal(both{d, cache.Key(d)})
		if err != nil {
			t.Fatal(err)
		}
		var back both
		if err := json.Unmarshal(text, &back); err != nil || back.D != d || back.K != cache.Key(d) {
			t.Fatalf("%s comes back as %v, error %v", text, back, err)
		}
	})
	for _, text := range []string{`{"d":"00"}`, `{"d":5}`, `{"d":"` + strings.Repeat("G", 64) + `"}`} {
		var v struct{ D cache.Digest }
		if err := json.Unmarshal([]byte(text), &v); err == nil {
			t.Errorf("%s is read as %s", text, v.D)
		}
	}
}
