package cache_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"femur/cache"
)

func item(id string) cache.Item {
	return cache.Item{ID: cache.ItemID(id), Artifact: cache.Artifact{Media: cache.MediaPNG, Digest: cache.Sum([]byte(id)), Size: 3}}
}

func TestManifestEncoding(t *testing.T) {
	second := item("b.png")
	second.Patient = "7"
	m, err := cache.NewManifest([]cache.Item{second, item("a <&>.png")})
	if err != nil {
		t.Fatal(err)
	}
	want := `[
{"id":"a \u003c\u0026\u003e.png","media":"image/png","digest":"` + m[0].Digest.String() + `","size":3},
{"id":"b.png","patient":"7","media":"image/png","digest":"` + m[1].Digest.String() + `","size":3}
]
`
	if d := cmp.Diff(want, string(m.Encode())); d != "" {
		t.Fatalf("encoding (-want +have):\n%s", d)
	}
	if d := cmp.Diff("[\n]\n", string(cache.Manifest{}.Encode())); d != "" {
		t.Fatalf("empty (-want +have):\n%s", d)
	}
}

func TestNewManifestRefuses(t *testing.T) {
	noDigest := item("x")
	noDigest.Digest = cache.Digest{}
	negative := item("x")
	negative.Size = -1
	badPatient := item("x")
	badPatient.Patient = "\xff"
	tests := []struct {
		name, says string
		items      []cache.Item
	}{
		{"an id twice", `"b" stands twice`, []cache.Item{item("b"), item("a"), item("b")}},
		{"no id", "id", []cache.Item{item("")}},
		{"an id that JSON cannot carry", "UTF-8", []cache.Item{item("a\xff")}},
		{"an id with a zero byte", "zero byte", []cache.Item{item("a\x00")}},
		{"a patient that JSON cannot carry", "UTF-8", []cache.Item{badPatient}},
		{"no digest", "no digest", []cache.Item{noDigest}},
		{"a negative size", "size -1", []cache.Item{negative}},
	}
	for _, test := range tests {
		if _, err := cache.NewManifest(test.items); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: have error %v, want one with %q", test.name, err, test.says)
		}
	}
}

func TestManifestFind(t *testing.T) {
	m, err := cache.NewManifest([]cache.Item{item("c"), item("a"), item("b")})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []cache.ItemID{"a", "b", "c"} {
		if it, ok := m.Find(id); !ok || it.ID != id {
			t.Errorf("find %s: have %v, %v", id, it, ok)
		}
	}
	for _, id := range []cache.ItemID{"", "aa", "d"} {
		if it, ok := m.Find(id); ok {
			t.Errorf("find %q: have %v", id, it)
		}
	}
}

func items() *rapid.Generator[[]cache.Item] {
	one := rapid.Custom(func(t *rapid.T) cache.Item {
		it := item(rapid.StringMatching(`[a-zé/ "<\\]{1,6}`).Draw(t, "id"))
		it.Patient = cache.PatientID(rapid.StringMatching(`[0-9]{0,3}`).Draw(t, "patient"))
		it.Size = rapid.Int64Min(0).Draw(t, "size")
		return it
	})
	return rapid.SliceOfNDistinct(one, 0, 20, func(it cache.Item) cache.ItemID { return it.ID })
}

func TestManifestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := items().Draw(t, "items")
		m, err := cache.NewManifest(all)
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(all)
		again, err := cache.NewManifest(all)
		if err != nil || string(again.Encode()) != string(m.Encode()) {
			t.Fatalf("the order of the items matters, error %v", err)
		}
		back, err := cache.DecodeManifest(m.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]cache.Item(m), []cache.Item(back)); d != "" && len(m) > 0 {
			t.Fatalf("decoded (-want +have):\n%s", d)
		}
	})
}

func TestItemListRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l cache.ItemList
		for _, it := range items().Draw(t, "items") {
			l = append(l, cache.ItemRef{ID: it.ID, Patient: it.Patient})
		}
		before := slices.Clone(l)
		text := l.Encode()
		if d := cmp.Diff(before, l); d != "" {
			t.Fatalf("Encode changed the list:\n%s", d)
		}
		back, err := cache.DecodeItemList(text)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(l, func(a, b cache.ItemRef) int { return strings.Compare(string(a.ID), string(b.ID)) })
		if d := cmp.Diff(l, back); d != "" && len(l) > 0 {
			t.Fatalf("decoded (-want +have):\n%s", d)
		}
	})
}

func TestDecodeItemListRefuses(t *testing.T) {
	for _, text := range []string{
		``, `{}`, `[{"id":"b"},{"id":"a"}]`, `[{"id":"a"},{"id":"a"}]`, `[] []`, `[{"id":1}]`,
	} {
		if l, err := cache.DecodeItemList([]byte(text)); err == nil {
			t.Errorf("%s is read as %v", text, l)
		}
	}
}

func FuzzDecodeManifest(f *testing.F) {
	m, err := cache.NewManifest([]cache.Item{item("b"), item("a"), item("é/c.png")})
	if err != nil {
		f.Fatal(err)
	}
	valid := string(m.Encode())
	f.Add([]byte(valid))
	f.Add([]byte(strings.Replace(valid, `"b"`, `"a"`, 1)))
	f.Add([]byte(valid[:len(valid)-5]))
	f.Add([]byte("[]"))
	f.Add([]byte("null"))
	f.Add([]byte(`[{"id":"a"}]`))
	f.Add([]byte(`[{"id":"\ud800","digest":"` + strings.Repeat("0a", 32) + `"}]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := cache.DecodeManifest(b)
		if err != nil {
			return
		}
		if _, err := cache.NewManifest(m); err != nil {
			t.Fatalf("decoded, but cannot be made: %v", err)
		}
		again, err := cache.DecodeManifest(m.Encode())
		if err != nil || string(again.Encode()) != string(m.Encode()) {
			t.Fatalf("does not come back: %v", err)
		}
	})
}
