package retain

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"femur/cache"
	"femur/cache/memstore"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func TestChoose(t *testing.T) {
	run := func(id, pipeline string, done bool, day int) Run {
		return Run{ID: id, Pipeline: pipeline, Done: done, Started: start.AddDate(0, 0, day)}
	}
	runs := []Run{ // the newest first
		run("a5", "a", false, 9), run("b2", "b", true, 8), run("a4", "a", true, 7), run("a3", "a", false, 6),
		run("b1", "b", true, 5), run("a2", "a", true, 4), run("a1", "a", true, 3),
	}
	pins := Pins{{Name: "a1", Run: "a1"}}
	for _, c := range []struct {
		name string
		rule Rule
		want map[string]string
	}{
		{"the last of each pipeline, and what failed since", Rule{Newest: 1},
			map[string]string{"a5": WhyNewest, "b2": WhyNewest, "a4": WhyNewest, "a1": WhyPinned}},
		{"two of each", Rule{Newest: 2},
			map[string]string{"a5": WhyNewest, "b2": WhyNewest, "a4": WhyNewest, "a3": WhyNewest, "b1": WhyNewest, "a2": WhyNewest, "a1": WhyPinned}},
		{"young ones too", Rule{Newest: 1, Since: start.AddDate(0, 0, 5)},
			map[string]string{"a5": WhyNewest, "b2": WhyNewest, "a4": WhyNewest, "a3": WhyYoung, "a1": WhyPinned}},
		{"none but pinned", Rule{}, map[string]string{"a1": WhyPinned}},
	} {
		if d := cmp.Diff(c.want, Choose(runs, c.rule, pins)); d != "" {
			t.Errorf("%s (-want +have):\n%s", c.name, d)
		}
	}
}

func TestParseAge(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"30d": 30 * 24 * time.Hour, "8w": 8 * 7 * 24 * time.Hour, "36h": 36 * time.Hour, "90m": 90 * time.Minute, "0d": 0,
	} {
		if have, err := ParseAge(text); err != nil || have != want {
			t.Errorf("%q: have %v, error %v", text, have, err)
		}
	}
	for _, text := range []string{"", "d", "30", "-1d", "1.5d", "30 days", "9999999d", "１d"} {
		if have, err := ParseAge(text); err == nil {
			t.Errorf("%q: have %v, want an error", text, have)
		}
	}
}

func TestPins(t *testing.T) {
	dir := t.TempDir()
	if pins, err := LoadPins(dir); err != nil || len(pins) > 0 {
		t.Fatalf("without a file: %v, error %v", pins, err)
	}
	run := Pin{Name: "20260102-030405", Run: "20260102-030405", Keys: []cache.Key{{1}, {2}}, Since: start}
	artifact := Pin{Name: "a.b.c", Blob: cache.Sum([]byte("x")), Keys: []cache.Key{{3}}, Since: start}
	pins := Pins(nil).Add(artifact).Add(run).Add(run)
	if err := pins.Save(dir); err != nil {
		t.Fatal(err)
	}
	have, err := LoadPins(dir)
	if d := cmp.Diff(Pins{run, artifact}, have); d != "" || err != nil {
		t.Fatalf("error %v, pins (-want +have):\n%s", err, d)
	}
	if !have.Run(run.ID()) || have.Run("") || !slices.Equal(have.Names(cache.Key{3}), []string{"a.b.c"}) {
		t.Error("pins are not found by run and key")
	}
	for _, name := range []string{"", "20", "a", "a.b.c", artifact.Blob.String()[:8], "20260102-030405"} {
		left, pin, err := have.Remove(name)
		if ok := name != ""; (err == nil) != ok || ok && (len(left) != 1 || left.Run(pin.Run)) || len(have) != 2 {
			t.Errorf("remove %q: %v, %v, error %v", name, left, pin, err)
		}
	}
	if _, _, err := have.Add(Pin{Name: "20260103"}).Remove("2026"); err == nil || !strings.Contains(err.Error(), "could be any of 2") {
		t.Errorf("remove what is not unique: have error %v", err)
	}
	for _, text := range []string{"", "{", `{"version":2,"pins":[]}`, `{"version":1,"pins":[{"keys":["12"]}]}`} {
		if err := os.WriteFile(filepath.Join(dir, "pins.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if pins, err := LoadPins(dir); err == nil {
			t.Errorf("%q: have %v, want an error: no pins would mean that all may go", text, pins)
		}
	}
}

// ID is the run that is pinned.
func (p Pin) ID() string { return p.Run }

// A ward is a store in which an instance is executed over and over, each time on other patients.
type ward struct {
	ctx   context.Context
	store *memstore.Store
	runs  []Run
}

func (w *ward) put(m cache.Media, text []byte) cache.Artifact {
	a, err := w.store.Put(w.ctx, m, bytes.NewReader(text))
	if err != nil {
		panic(err)
	}
	return a
}

// run executes an instance on patients and returns its whole record. Items that were made before are not
// made again; an execution that is cut makes items only.
func (w *ward) run(address string, patients []int, cut bool) cache.Record {
	began := start.Add(time.Duration(len(w.runs)) * time.Hour)
	r := Run{ID: began.Format("20060102-150405"), Pipeline: "p", Done: !cut, Started: began}
	facts := cache.Facts{Run: r.ID, Started: began}
	var items, sources []cache.Item
	var recs []cache.Record
	for _, n := range patients {
		id, patient := cache.ItemID(fmt.Sprintf("ward/%d.png", n)), cache.PatientID(fmt.Sprint("P", n))
		file := cache.Artifact{Media: cache.MediaFile, Digest: cache.Sum(fmt.Append(nil, "file ", n)), Size: 6}
		sources = append(sources, cache.Item{ID: id, Patient: patient, Artifact: file})
		rec := cache.Record{Address: address, Item: id, Patient: patient, Purity: cache.Exact, Recipe: cache.Recipe{Stage: "x"}, Facts: facts}
		rec.Recipe.Add(cache.Source, "files", file.Digest)
		rec.Key = rec.Recipe.Key()
		if n%7 > 0 { // of every seventh nothing can be made
			a := w.put(cache.MediaRadiograph, fmt.Append(nil, address, " pixels of ", n))
			rec.Outputs = []cache.Output{{Name: "out", Artifact: a}}
			items = append(items, cache.Item{ID: id, Patient: patient, Artifact: a})
		}
		if _, err := w.store.Lookup(w.ctx, rec.Key); err != nil {
			recs = append(recs, rec)
		}
	}
	list := func(items []cache.Item) ([]byte, int) {
		m, err := cache.NewManifest(items)
		if err != nil {
			panic(err)
		}
		return m.Encode(), len(m)
	}
	source, _ := list(sources)
	text, n := list(items)
	whole := cache.Record{Address: address, Purity: cache.Exact, Recipe: cache.Recipe{Stage: "x"}, Facts: facts}
	whole.Recipe.Add(cache.Source, "files", w.put(cache.MediaManifest, source).Digest)
	whole.Key = whole.Recipe.Key()
	whole.Facts.Log = w.put(cache.MediaText, fmt.Append(nil, "log of ", r.ID)).Digest
	whole.Outputs = []cache.Output{{Name: "out", Artifact: w.put(cache.MediaManifest, text), Many: true, Items: n, ItemMedia: cache.MediaRadiograph}}
	if !cut {
		recs = append(recs, whole)
		r.Used = []Used{{address, whole.Key}}
	}
	if err := w.store.Commit(w.ctx, recs...); err != nil {
		panic(err)
	}
	w.runs = slices.Insert(w.runs, 0, r)
	return whole
}

// left lists the patients of whom anything is stored.
func (w *ward) left(t *rapid.T) map[string]bool {
	all := map[string]bool{}
	for a, err := range w.store.Blobs(w.ctx) {
		if err != nil {
			t.Fatal(err)
		}
		b, err := cache.ReadAll(w.ctx, w.store, a)
		if err != nil {
			t.Fatal(err)
		}
		m, err := cache.DecodeManifest(b)
		if err != nil {
			_, n, _ := strings.Cut(string(b), " pixels of ")
			all[n] = true
			continue
		}
		for _, it := range m {
			all[string(it.Patient[1:])] = true
		}
	}
	// Records of items that made nothing have no blob to be found by.
	for n := range 30 {
		recipe := cache.Recipe{Stage: "x"}
		recipe.Add(cache.Source, "files", cache.Sum(fmt.Append(nil, "file ", n)))
		if _, err := w.store.Lookup(w.ctx, recipe.Key()); err == nil {
			all[fmt.Sprint(n)] = true
		}
	}
	delete(all, "")
	return all
}

// TestCollect holds for any history of runs: the kept runs and the pipeline's newest result are found whole
// afterwards, and of no patient is anything left who is in none of them.
func TestCollect(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &ward{ctx: context.Background(), store: memstore.New()}
		patients := rapid.SliceOfNDistinct(rapid.IntRange(0, 29), 1, 12, rapid.ID[int])
		var whole []cache.Record
		var who [][]int
		for i := range rapid.IntRange(1, 5).Draw(t, "runs") {
			p := patients.Draw(t, "patients")
			cut := i > 0 && rapid.IntRange(0, 3).Draw(t, "cut") == 0
			whole = append(whole, w.run("a.b", p, cut))
			who = append(who, p)
		}
		pins := Pins{}
		if i := rapid.IntRange(-1, len(whole)-1).Draw(t, "pin"); i >= 0 {
			if r := w.runs[len(w.runs)-1-i]; r.Done {
				pins = pins.Add(Pin{Name: r.ID, Run: r.ID, Keys: r.Keys()})
			}
		}
		rule := Rule{Newest: rapid.IntRange(0, 3).Draw(t, "newest")}
		request := Request{Addresses: []string{"a.b"}, Runs: w.runs, Kept: Choose(w.runs, rule, pins), Pins: pins, DryRun: true}
		would, err := Collect(w.ctx, w.store, request)
		if err != nil {
			t.Fatal(err)
		}
		request.DryRun = false
		result, err := Collect(w.ctx, w.store, request)
		if err != nil {
			t.Fatal(err)
		}
		would.Forgotten, would.Item = true, nil
		result.Item = nil
		if d := cmp.Diff(would, result); d != "" {
			t.Errorf("the dry run said otherwise (-dry +done):\n%s", d)
		}
		needed, kept := map[string]bool{}, map[string]bool{}
		newest := true
		for i := len(whole) - 1; i >= 0; i-- {
			r := w.runs[len(w.runs)-1-i]
			finishedSince := slices.ContainsFunc(w.runs, func(o Run) bool { return o.Done && o.Started.After(r.Started) })
			keep := request.Kept[r.ID] != "" && r.Done || newest && r.Done || !r.Done && !finishedSince
			if r.Done {
				newest = false
			}
			if !keep {
				continue
			}
			for _, n := range who[i] {
				needed[fmt.Sprint(n)] = true
				kept[fmt.Sprint(n)] = kept[fmt.Sprint(n)] || r.Done // one that was cut may have made nothing of them
			}
			if _, err := w.store.Lookup(w.ctx, whole[i].Key); r.Done && err != nil {
				t.Errorf("run %s was kept: %v", r.ID, err)
			}
		}
		for n := range w.left(t) {
			if !needed[n] {
				t.Errorf("something of patient %s is left, whom nothing kept knows", n)
			}
		}
		for n, sure := range kept {
			if sure && !w.left(t)[n] {
				t.Errorf("nothing of patient %s is left", n)
			}
		}
	})
}

func TestAlone(t *testing.T) {
	w := &ward{ctx: context.Background(), store: memstore.New()}
	w.run("a.b", []int{1, 2}, false)
	w.run("a.b", []int{2, 3}, false)
	w.run("a.b", []int{3, 4}, false)
	request := Request{Addresses: []string{"a.b"}, Runs: w.runs, Kept: map[string]string{}}
	result, err := Collect(w.ctx, w.store, request)
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{w.runs[2].ID, w.runs[1].ID, w.runs[0].ID}
	// The first run alone has the pixels of 1, the second nothing but its list, the last is what the pipeline needs.
	pixels := int64(len("a.b pixels of 1"))
	first, second := result.Alone[ids[0]], result.Alone[ids[1]]
	if first != second+pixels || result.Alone[ids[2]] != 0 {
		t.Errorf("alone %v, want the first %d more than the second, and nothing of the last", result.Alone, pixels)
	}
	want := []Address{{Address: "", Blobs: 2, Bytes: result.Addresses[0].Bytes}, {Address: "a.b", Records: 4, Blobs: 6, Bytes: result.Addresses[1].Bytes}}
	if d := cmp.Diff(want, result.Addresses); d != "" {
		t.Errorf("lost (-want +have):\n%s", d)
	}
}
