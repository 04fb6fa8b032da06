package cachetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
)

func testLookup(t *testing.T, s *suite) {
	s.wantMiss(t, record("a.b", "x").Key, cache.ErrMiss)
	plain := record("a.b", "x", output("o", s.put(t, cache.MediaText, "x")))
	plain.Facts.Log = s.put(t, cache.MediaText, "log").Digest
	many, _ := s.manifest(t, "items", 20)
	whole := record("a.c", "y", many, output("second", plain.Outputs[0].Artifact))
	whole.Fitted = cache.Sum([]byte("some patients"))
	item := ofItem(record("a.c", "z", plain.Outputs...), "items/00000.png", "0")
	none := record("a.d", "without outputs")
	recs := []cache.Record{plain, whole, item, none}
	s.commit(t, recs...)
	for range 2 {
		for _, rec := range recs {
			s.wantRecord(t, rec)
		}
		s.wantMiss(t, record("a.b", "another").Key, cache.ErrMiss)
		s.restart(t)
	}
}

func testLookupWithoutBlobs(t *testing.T, s *suite) {
	keep := s.put(t, cache.MediaText, "kept")
	many, m := s.manifest(t, "items", 30)
	other, _ := s.manifest(t, "others", 5)
	logged := record("a.log", "log", output("o", keep))
	logged.Facts.Log = s.put(t, cache.MediaText, "log").Digest
	recs := []cache.Record{
		record("a.plain", "plain", output("kept", keep), output("gone", s.put(t, cache.MediaText, "gone"))),
		record("a.long", "long", output("gone", s.put(t, cache.MediaNPY, string(noise(1, 3<<20))))),
		record("a.item", "one item gone", many),
		record("a.manifest", "manifest gone", other),
		logged,
	}
	fine := record("a.fine", "fine", output("kept", keep))
	s.commit(t, append(recs, fine)...)
	live := map[cache.Digest]bool{keep.Digest: true, many.Digest: true}
	for _, it := range m[1:] {
		live[it.Digest] = true
	}
	if _, err := s.Sweep(s.ctx, cache.Keep{Blob: func(a cache.Artifact) bool { return live[a.Digest] }}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for _, rec := range recs {
			s.wantMiss(t, rec.Key, cache.ErrMissingBlob)
			wantKeys(t, "history of "+rec.Address, collect(t, s.History(s.ctx, rec.Address)), rec) // kept to compare with
		}
		s.wantRecord(t, fine)
		s.restart(t)
	}
	// Doing the work again makes the records whole again.
	s.put(t, cache.MediaText, "gone")
	s.wantRecord(t, recs[0])
}

func testCommitRefuses(t *testing.T, s *suite) {
	good := record("a.good", "good", output("o", s.put(t, cache.MediaText, "good")))
	absent := cache.Artifact{Media: cache.MediaText, Digest: cache.Sum([]byte("absent")), Size: 6}
	items, err := cache.NewManifest([]cache.Item{{ID: "1", Artifact: absent}})
	if err != nil {
		t.Fatal(err)
	}
	dangling := output("o", s.put(t, cache.MediaManifest, string(items.Encode())))
	dangling.Many, dangling.Items, dangling.ItemMedia = true, 1, cache.MediaText
	noManifest := dangling
	noManifest.Artifact = s.put(t, cache.MediaManifest, "this is no manifest")
	withLog := record("a.bad", "log")
	withLog.Facts.Log = absent.Digest
	wrongKey := record("a.bad", "key")
	wrongKey.Key[0]++
	noAddress := record("", "address")
	noPurity := record("a.bad", "purity")
	noPurity.Purity = ""
	badText := record("a.bad", "text\xff")
	double := record("a.bad", "double", good.Outputs[0], good.Outputs[0])
	tests := []struct {
		name string
		rec  cache.Record
		miss bool
	}{
		{"an output that is not stored", record("a.bad", "output", good.Outputs[0], output("p", absent)), true},
		{"an item that is not stored", record("a.bad", "item", dangling), true},
		{"a log that is not stored", withLog, true},
		{"a manifest that is none", record("a.bad", "manifest", noManifest), false},
		{"a key of another recipe", wrongKey, false},
		{"no address", noAddress, false},
		{"an address with a zero byte", record("a\x00b", "zero"), false},
		{"no purity", noPurity, false},
		{"text that JSON cannot carry", badText, false},
		{"two outputs of a name", double, false},
	}
	for _, test := range tests {
		err := s.Commit(s.ctx, good, test.rec)
		if err == nil || errors.Is(err, cache.ErrMiss) != test.miss {
			t.Errorf("%s: have error %v", test.name, err)
		}
		s.wantMiss(t, test.rec.Key, cache.ErrMiss)
		s.wantMiss(t, good.Key, cache.ErrMiss) // all or none
	}
	s.commit(t)
	s.commit(t, good)
	s.wantRecord(t, good)
}

func testSameKey(t *testing.T, s *suite) {
	a := output("o", s.put(t, cache.MediaText, "a"))
	first := record("a.first", "same", a)
	s.commit(t, first)
	second := first
	second.Address = "a.second" // the stage was renamed
	s.commit(t, second)
	again := first
	again.Outputs = []cache.Output{output("o", s.put(t, cache.MediaText, "another result"))}
	again.Facts.Run = "forced"
	s.commit(t, again)
	for range 2 {
		s.wantRecord(t, again)
		wantKeys(t, "history", collect(t, s.History(s.ctx, "a.second")), second)
		history := collect(t, s.History(s.ctx, "a.first"))
		wantKeys(t, "history", history, again, first)
		if history[0].Outputs[0].Digest != again.Outputs[0].Digest || history[1].Outputs[0].Digest != a.Digest {
			t.Fatal("a record under the same key changed an older one")
		}
		wantKeys(t, "producers", collect(t, s.Producers(s.ctx, a.Digest)), second, first)
		s.restart(t)
	}
	// Of one item, the newest record alone counts.
	item := ofItem(record("a.first", "item", a), "i", "p")
	redone := item
	redone.Outputs = again.Outputs
	s.commit(t, item, redone)
	s.wantRecord(t, redone)
	wantKeys(t, "producers", collect(t, s.Producers(s.ctx, a.Digest)), second, first)
	wantKeys(t, "producers", collect(t, s.Producers(s.ctx, again.Outputs[0].Digest)), redone, again)
}

func testHistory(t *testing.T, s *suite) {
	for rec, err := range s.History(s.ctx, "never.run") {
		t.Fatalf("have record %v, error %v", rec, err)
	}
	var want []cache.Record
	for i := range 30 {
		if i%10 == 9 {
			s.restart(t)
		}
		rec := record("a.b[fold=1]", fmt.Sprint(i))
		others := []cache.Record{
			record("a.b[fold=10]", fmt.Sprint("other", i)), record("a.b", fmt.Sprint("short", i)),
			ofItem(record("a.b[fold=1]", fmt.Sprint("item", i)), "x", ""),
		}
		s.commit(t, append(others, rec)...)
		want = append(want, rec)
	}
	slices.Reverse(want)
	wantKeys(t, "history", collect(t, s.History(s.ctx, "a.b[fold=1]")), want...)
	for rec, err := range s.History(s.ctx, "a.b[fold=1]") { // a caller may stop
		if err != nil || rec.Key != want[0].Key {
			t.Fatalf("newest: have %s, %v", rec.Key.Short(), err)
		}
		break
	}
}

func testAddresses(t *testing.T, s *suite) {
	want := []string{"a.b", "a.b[fold=1]", "a.b[fold=10]", "a.bc", "é.ü"}
	for i := range 600 {
		want = append(want, fmt.Sprintf("many.%03d", i))
	}
	var recs []cache.Record
	for i, address := range slices.Backward(want) {
		recs = append(recs, record(address, fmt.Sprint(i)), record(address, fmt.Sprint("again", i)))
	}
	recs = append(recs, ofItem(record("items.only", "item"), "x", "p"))
	s.commit(t, recs...)
	slices.Sort(want)
	if d := cmp.Diff(want, collect(t, s.Addresses(s.ctx))); d != "" {
		t.Fatalf("addresses (-want +have):\n%s", d)
	}
}

func testProducers(t *testing.T, s *suite) {
	a, b := s.put(t, cache.MediaText, "a"), s.put(t, cache.MediaText, "b")
	many, m := s.manifest(t, "items", 4)
	one := record("a.one", "one", output("o", a), output("same bytes again", a))
	two := record("a.two", "two", output("o", a), output("p", b))
	whole := record("a.many", "many", many)
	item := ofItem(record("a.many", "item", output("items", m[1].Artifact)), m[1].ID, m[1].Patient)
	s.commit(t, one, two)
	s.commit(t, item)
	s.commit(t, whole)
	for range 2 {
		wantKeys(t, "a", collect(t, s.Producers(s.ctx, a.Digest)), two, one)
		wantKeys(t, "b", collect(t, s.Producers(s.ctx, b.Digest)), two)
		wantKeys(t, "a manifest", collect(t, s.Producers(s.ctx, many.Digest)), whole)
		wantKeys(t, "an item with a record", collect(t, s.Producers(s.ctx, m[1].Digest)), item)
		wantKeys(t, "an item without one", collect(t, s.Producers(s.ctx, m[2].Digest)), whole)
		wantKeys(t, "nothing", collect(t, s.Producers(s.ctx, cache.Sum([]byte("nothing")))))
		s.restart(t)
	}
}

func testConsumers(t *testing.T, s *suite) {
	a, b := cache.Sum([]byte("a")), cache.Sum([]byte("b"))
	reads := reading(record("a.reads", "reads"), cache.Input, "radiographs", a)
	source := reading(record("a.source", "source"), cache.Source, "files", a)
	list := reading(record("a.list", "list"), cache.Input, "localizers", []string{a.String(), b.String()})
	item := ofItem(reading(record("a.item", "item"), cache.Input, "radiograph", a), "x", "p")
	param := reading(record("a.param", "param"), cache.Params, "weights", a) // no input
	s.commit(t, reads, source)
	s.commit(t, list, param, item)
	for range 2 {
		wantKeys(t, "a", collect(t, s.Consumers(s.ctx, a)), item, list, source, reads)
		wantKeys(t, "b", collect(t, s.Consumers(s.ctx, b)), list)
		wantKeys(t, "nothing", collect(t, s.Consumers(s.ctx, cache.Sum([]byte("nothing")))))
		s.restart(t)
	}
}
