package view_test

import (
	"testing"
	"time"

	"femur/internal/view"
)

func TestCollection(t *testing.T) {
	c := view.Collection{
		Before: 4_812_000_000, After: 1_305_000_000, Records: 12_904, Blobs: 8_611, Stored: 3_498_000_000, Forgotten: true, Files: 7,
		Stale: []string{"ingest.cohort", "compare.main"},
		Runs: []view.KeptRun{
			{ID: "20260105-080000", Pipeline: "aff-vs-nff", State: "failed", Started: start.AddDate(0, 0, 3), Kept: "newest"},
			{ID: "20260104-080000", Pipeline: "aff-vs-nff", State: "done", Started: start.AddDate(0, 0, 2), Kept: "newest", Alone: 81_000_000},
			{ID: "20260102-030405", Pipeline: "aff-vs-nff", State: "done", Started: start, Alone: 3_498_000_000},
		},
		Removed: []view.RemovedOf{
			{Blobs: 2, Bytes: 2048},
			{Address: "ingest.cohort", Records: 4301, Blobs: 8602, Bytes: 3_490_000_000},
			{Address: "train-classifiers.main[model=vit-tiny,input=patch,fold=0,repeat=1,head=attention]", Records: 1, Blobs: 3, Bytes: 22_000_000},
		},
		Pins: []view.PinnedResult{
			{Name: "20260101-120000", Kind: "run", Results: 30, Gone: 2, Since: start},
			{Name: "compare.main.metrics", Kind: "artifact", Digest: "ab12", Results: 1, Since: start.Add(time.Hour)},
			{Name: "3f6a", Kind: "artifact", Digest: "3f6a", Since: start},
		},
	}
	dry := c
	dry.DryRun, dry.Forgotten, dry.Stale = true, false, nil
	print := func(c view.Collection) func(view.Stream) error {
		return func(s view.Stream) error { return view.NewGc(s).Collection(c) }
	}
	golden(t, "gc.txt", print(c))
	golden(t, "gc.json", print(c))
	golden(t, "gc_dry.txt", print(dry))
	golden(t, "gc_nothing.txt", print(view.Collection{Before: 100, After: 100, Forgotten: true}))
	golden(t, "gc_nothing.json", print(view.Collection{}))
	golden(t, "pin.txt", func(s view.Stream) error { return view.NewGc(s).Pinned(c.Pins[0]) })
	golden(t, "unpin.json", func(s view.Stream) error { return view.NewGc(s).Unpinned(c.Pins[1]) })
}
