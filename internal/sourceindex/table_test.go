package sourceindex

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
)

func TestEntryRoundTrip(t *testing.T) {
	for _, want := range []entry{{1, 2, 3, 4, 5, 6, cache.Digest{7}}, {-1, -2, -3, 1 << 63, 1<<64 - 1, -6, cache.Digest{}}} {
		b := want.encode()
		if got, ok := decodeEntry(b); !ok || got != want || len(b) != entrySize {
			t.Errorf("%+v came back as %+v", want, got)
		}
	}
	if _, ok := decodeEntry(make([]byte, entrySize-1)); ok {
		t.Error("a cut entry was read")
	}
}

// content is all that a table holds.
func content(t *table) map[cache.Digest]string {
	all := map[cache.Digest]string{}
	for i := range t.len() {
		key, _, value := t.row(i)
		all[cache.Digest(key)] = string(value)
	}
	for key, f := range t.fresh {
		all[key] = string(f.value)
	}
	return all
}

func TestTableRoundTrip(t *testing.T) {
	salt := cache.Sum([]byte("salt"))
	first, want := newTable(), map[cache.Digest]string{}
	for i := range 100 {
		key, value := cache.Sum(fmt.Append(nil, i)), fmt.Sprint("value ", i)[:i%8]
		first.put(key, []byte(value), 20000)
		want[key] = value
	}
	second := decodeTable(first.encode(salt, 20000), salt)
	if d := cmp.Diff(want, content(second)); d != "" {
		t.Fatal(d)
	}
	// What is put later replaces, what is there is found.
	changed, added := cache.Sum([]byte("7")), cache.Sum([]byte("new"))
	for _, key := range []cache.Digest{changed, added} {
		second.put(key, []byte("other"), 20001)
		want[key] = "other"
	}
	third := decodeTable(second.encode(salt, 20001), salt)
	if d := cmp.Diff(want, content(third)); d != "" {
		t.Error(d)
	}
	for key, value := range want {
		if got, ok := third.get(key, 20001); !ok || string(got) != value {
			t.Errorf("%s is %q, %v; want %q", key.Short(), got, ok, value)
		}
	}
	if _, ok := third.get(cache.Sum([]byte("unknown")), 20001); ok || third.changed {
		t.Error("it knows what it was never told, or has to be written although nothing is new")
	}
	if n := decodeTable(first.encode(salt, 20000), cache.Sum([]byte("other"))).len(); n != 0 {
		t.Errorf("%d entries under another salt", n)
	}
}

// Entries are dropped once nobody asked for them for long, and kept while someone does.
func TestTableForgetsWhatNobodyAsksFor(t *testing.T) {
	used, unused := cache.Sum([]byte("used")), cache.Sum([]byte("unused"))
	table := newTable()
	table.put(used, []byte("u"), 20000)
	table.put(unused, []byte("n"), 20000)
	for day := uint32(20000); day <= 20100; day += 10 {
		table = decodeTable(table.encode(cache.Digest{}, day), cache.Digest{})
		if _, ok := table.get(used, day); !ok {
			t.Fatalf("day %d: dropped although it was asked for ten days ago", day)
		}
		if day > 20000 && !table.changed {
			t.Errorf("day %d: that it was asked for is not kept", day)
		}
		if _, ok := content(table)[unused]; ok != (day <= 20090) {
			t.Errorf("day %d: the other one is there: %v", day, ok)
		}
	}
	if b := decodeTable(table.encode(cache.Digest{}, 20500), cache.Digest{}).encode(cache.Digest{}, 20900); b != nil {
		t.Errorf("an empty table is written: %q", b)
	}
}

func TestTablePrunesWhatWasNotAskedFor(t *testing.T) {
	table := newTable()
	for i := range 10 {
		table.put(cache.Sum(fmt.Append(nil, i)), fmt.Append(nil, i), 20000)
	}
	table = decodeTable(table.encode(cache.Digest{}, 20000), cache.Digest{})
	if _, ok := table.get(cache.Sum([]byte("3")), 20000); !ok {
		t.Fatal("not found")
	}
	table.put(cache.Sum([]byte("4")), []byte("other"), 20000)
	if n := table.prune(); n != 8 || !table.changed {
		t.Errorf("%d dropped, changed %v", n, table.changed)
	}
	want := map[cache.Digest]string{cache.Sum([]byte("3")): "3", cache.Sum([]byte("4")): "other"}
	if d := cmp.Diff(want, content(decodeTable(table.encode(cache.Digest{}, 20000), cache.Digest{}))); d != "" {
		t.Error(d)
	}
	if n := table.prune(); n != 0 {
		t.Errorf("%d dropped the second time", n)
	}
}

// What is lost or damaged in the store is read again.
func TestDamagedIndex(t *testing.T) {
	d := newDesk(t, "a/1.png")
	d.digests("a/1.png")
	key := cache.Sum([]byte("path a/1.png"))
	name := newTables(nil, "files", cache.Digest{}, 0).name(int(key[0]) % parts)
	good, err := d.notes.Note(context.Background(), name)
	if err != nil || decodeTable(good, cache.Digest{}).len() != 1 {
		t.Fatal(err)
	}
	for i := range good {
		bad := append([]byte(nil), good...)
		bad[i] ^= 0x40
		if decodeTable(bad, cache.Digest{}).len() != 0 {
			t.Errorf("byte %d damaged, and not noticed", i)
		}
		if decodeTable(good[:i], cache.Digest{}).len() != 0 {
			t.Errorf("cut at byte %d, and not noticed", i)
		}
	}
	if err := d.notes.PutNotes(context.Background(), map[string][]byte{name: good[:len(good)/2]}); err != nil {
		t.Fatal(err)
	}
	if _, n := d.digests("a/1.png"); n != 1 {
		t.Errorf("%d read, want 1", n)
	}
}

func FuzzDecodeTable(f *testing.F) {
	table := newTable()
	table.put(cache.Digest{1}, []byte("value"), 20000)
	table.put(cache.Digest{2}, nil, 20000)
	good := table.encode(cache.Digest{}, 20000)
	f.Add(good[:len(good)-len(cache.Digest{})])
	f.Add([]byte(tableMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		sum := cache.Sum(b) // with a good checksum it gets past the first line
		table := decodeTable(append(b, sum[:]...), cache.Digest{})
		all := content(table)
		for key, value := range all {
			if got, ok := table.get(key, 20000); !ok || string(got) != value {
				t.Errorf("%s is %q, not %q", key.Short(), got, value)
			}
		}
		again := decodeTable(table.encode(cache.Digest{}, 0), cache.Digest{})
		if d := cmp.Diff(all, content(again)); d != "" {
			t.Error(d)
		}
	})
}
