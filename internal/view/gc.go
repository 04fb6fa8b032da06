package view

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// A Collection is what femur gc removed from a cache, or would remove.
type Collection struct {
	Version   string         `json:"version"`
	DryRun    bool           `json:"dry_run"`
	Before    int64          `json:"bytes_before"`  // on the disk
	After     int64          `json:"bytes_after"`   // on the disk; of a dry run the least that is expected
	Records   int            `json:"records"`       // removed, of stages and of single items
	Blobs     int            `json:"blobs"`         // removed
	Stored    int64          `json:"stored_bytes"`  // that the removed blobs took in the store
	Forgotten bool           `json:"forgotten"`     // no file of the cache holds anything of what was removed
	Short     int64          `json:"short_bytes"`   // of free disk that were missing for that
	Files     int            `json:"index_entries"` // of files that the pipeline reads no more, removed from the index
	Stale     []string       `json:"stale"`         // instances whose newest result is not up to date
	Runs      []KeptRun      `json:"runs"`
	Removed   []RemovedOf    `json:"removed"`
	Pins      []PinnedResult `json:"pins"`
}

// A KeptRun is one run and what becomes of it.
type KeptRun struct {
	ID       string    `json:"id"`
	Pipeline string    `json:"pipeline"`
	State    string    `json:"state"`
	Started  time.Time `json:"started"`
	Kept     string    `json:"kept"`        // newest, young or pinned; empty for one that goes
	Alone    int64     `json:"alone_bytes"` // of artifacts that nothing but this run needs
}

// RemovedOf is what an instance lost; no address stands for what no record names.
type RemovedOf struct {
	Address string `json:"address"`
	Records int    `json:"records"`
	Blobs   int    `json:"blobs"`
	Bytes   int64  `json:"bytes"` // of artifacts
}

// A PinnedResult is a run or an artifact that is kept until it is unpinned.
type PinnedResult struct {
	Name    string    `json:"name"`
	Kind    string    `json:"kind"` // run or artifact
	Digest  string    `json:"digest,omitempty"`
	Results int       `json:"results"` // of stages that it keeps
	Gone    int       `json:"gone"`    // of them, that were removed or damaged before
	Since   time.Time `json:"since"`
}

// A Gc prints what was removed, and what is pinned.
type Gc interface {
	Collection(Collection) error
	Pinned(PinnedResult) error
	Unpinned(PinnedResult) error
}

var (
	_ Gc = (*GcHuman)(nil)
	_ Gc = (*GcJSON)(nil)
)

// NewGc returns the view that the stream asks for.
func NewGc(s Stream) Gc {
	if s.JSON {
		return &GcJSON{s}
	}
	return &GcHuman{s}
}

// GcJSON prints one object.
type GcJSON struct{ stream Stream }

// Collection implements [Gc].
func (v *GcJSON) Collection(c Collection) error {
	c.Version = Version
	c.Stale, c.Runs = slices.Concat([]string{}, c.Stale), slices.Concat([]KeptRun{}, c.Runs)
	c.Removed, c.Pins = slices.Concat([]RemovedOf{}, c.Removed), slices.Concat([]PinnedResult{}, c.Pins)
	return v.stream.writeJSON(c)
}

type pinChange struct {
	Version  string        `json:"version"`
	Pinned   *PinnedResult `json:"pinned,omitempty"`
	Unpinned *PinnedResult `json:"unpinned,omitempty"`
}

// Pinned implements [Gc].
func (v *GcJSON) Pinned(p PinnedResult) error {
	return v.stream.writeJSON(pinChange{Version: Version, Pinned: &p})
}

// Unpinned implements [Gc].
func (v *GcJSON) Unpinned(p PinnedResult) error {
	return v.stream.writeJSON(pinChange{Version: Version, Unpinned: &p})
}

// GcHuman prints what goes by instance, then runs, pins, and the sizes.
type GcHuman struct{ stream Stream }

// Collection implements [Gc].
func (v *GcHuman) Collection(c Collection) error {
	p := v.stream.page()
	if len(c.Removed) > 0 {
		title := "REMOVED"
		if c.DryRun {
			title = "WOULD GO"
		}
		g := grid{columns: []column{
			{title: title}, {title: "RECORDS", right: true, fixed: true}, {title: "BLOBS", right: true, fixed: true}, {title: "SIZE", right: true, fixed: true},
		}}
		for _, r := range c.Removed {
			name := r.Address
			if name == "" {
				name = "(of no record)"
			}
			g.add(name, blankZero(r.Records), blankZero(r.Blobs), Bytes(r.Bytes))
		}
		g.print(p)
		p.linef("")
	}
	p.keptRuns(c)
	p.pins(c.Pins)
	p.collected(c)
	return p.to(v.stream.Out)
}

func (p *page) keptRuns(c Collection) {
	if len(c.Runs) == 0 {
		return
	}
	g := grid{columns: []column{
		{title: "RUN", fixed: true}, {title: "STATE", spare: true, paint: p.state}, {title: "PIPELINE", spare: true},
		{title: "KEPT", fixed: true}, {title: "ALONE", right: true, fixed: true},
	}}
	for _, r := range c.Runs {
		kept := r.Kept
		if kept == "" {
			kept = "·"
		}
		g.add(r.ID, r.State, r.Pipeline, kept, Bytes(r.Alone))
	}
	g.print(p)
	p.linef("")
}

func (p *page) pins(pins []PinnedResult) {
	if len(pins) == 0 {
		return
	}
	g := grid{columns: []column{{title: "PIN"}, {title: "SINCE", fixed: true, spare: true}, {title: "KEEPS", fixed: true}}}
	for _, one := range pins {
		g.add(one.Name, one.Since.Format("2006-01-02 15:04"), one.keeps())
	}
	g.print(p)
	p.linef("")
}

func (one PinnedResult) keeps() string {
	switch {
	case one.Results == 0:
		return "itself"
	case one.Gone > 0:
		return strconv.Itoa(one.Results-one.Gone) + " of " + Count(one.Results, "result")
	}
	return Count(one.Results, "result")
}

// collected is the summary in sentences.
func (p *page) collected(c Collection) {
	verb := "removed"
	if c.DryRun {
		verb = "would be removed"
	}
	if c.Records+c.Blobs == 0 {
		p.wrapped("", "Nothing to remove: all that is stored is needed.")
	} else {
		p.wrapped("", fmt.Sprintf("%s and %s (%s as stored) %s.", Count(c.Records, "record"), Count(c.Blobs, "blob"), Bytes(c.Stored), verb))
	}
	if c.DryRun {
		p.wrapped("", fmt.Sprintf("The cache takes %s on the disk, and about %s afterwards.", Bytes(c.Before), Bytes(c.After)))
	} else {
		p.wrapped("", fmt.Sprintf("The cache took %s on the disk and takes %s now.", Bytes(c.Before), Bytes(c.After)))
		if c.Forgotten {
			p.wrapped("", "Nothing of what was removed is left in its files.")
		}
	}
	if len(c.Stale) > 0 {
		p.linef("")
		p.wrapped(p.yellow("note")+": ", fmt.Sprintf("%s not up to date (%s), so what the newest results were made from was kept: "+
			"patients who were withdrawn since then too. Run femur run, then femur gc again.", isAre(len(c.Stale)), some(c.Stale, 3, "instance")))
	}
}

func isAre(n int) string {
	if n == 1 {
		return "1 instance is"
	}
	return Count(n, "instance") + " are"
}

// Pinned implements [Gc].
func (v *GcHuman) Pinned(one PinnedResult) error {
	p := v.stream.page()
	p.wrapped("", fmt.Sprintf("Pinned %s: femur gc keeps %s until femur unpin.", one.Name, one.keeps()))
	if one.Gone > 0 {
		p.wrapped("", "The rest was removed or damaged before, and nothing can keep that.")
	}
	return p.to(v.stream.Out)
}

// Unpinned implements [Gc].
func (v *GcHuman) Unpinned(one PinnedResult) error {
	p := v.stream.page()
	p.wrapped("", fmt.Sprintf("Unpinned %s: the next femur gc removes what nothing else needs of it.", one.Name))
	return p.to(v.stream.Out)
}
