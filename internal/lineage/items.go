package lineage

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"femur/cache"
	"femur/internal/view"
)

// ErrUnknown says that no instance made anything of the image or patient that was asked about.
var ErrUnknown = errors.New("nothing in the cache belongs to it")

// Image walks from everything that was made of one image.
func (w *World) Image(id cache.ItemID, up, down bool) (view.Lineage, error) {
	return w.items("image:"+string(id), KindImage, string(id), up, down, func(item cache.Item) bool { return item.ID == id })
}

// Patient walks from everything that was made of one patient's images.
func (w *World) Patient(id cache.PatientID, up, down bool) (view.Lineage, error) {
	return w.items("patient:"+string(id), KindPatient, string(id), up, down, func(item cache.Item) bool { return item.Patient == id })
}

// An owned item is one of the images asked about, in one artifact.
type ownedItem struct {
	cache.Item
	id     string // of its node: the artifact and the image
	label  string // the artifact
	record cache.Record
}

// items collects every item that is asked about, and joins them by what was read for each.
func (w *World) items(subject, kind, label string, up, down bool, mine func(cache.Item) bool) (view.Lineage, error) {
	owned, byDigest, err := w.owned(mine)
	if err != nil {
		return view.Lineage{}, err
	}
	if len(owned) == 0 {
		return view.Lineage{}, fmt.Errorf("%s: %w", subject, ErrUnknown)
	}
	labels := map[string]string{}
	for _, item := range owned {
		labels[item.id] = item.label
	}
	g := newGraph()
	g.node(subject, kind, label)
	g.Subject = []string{subject}
	for _, item := range owned {
		sources, err := w.itemInputs(g, item, byDigest, labels, up)
		if err != nil {
			return view.Lineage{}, err
		}
		if sources && down { // the first that was made of the image itself
			image := "image:" + string(item.ID)
			if image != subject {
				g.node(image, KindImage, string(item.ID))
				g.edge(subject, image, "image")
			}
			g.node(item.id, KindItem, item.label)
			g.edge(image, item.id, "image")
		}
	}
	if down {
		if err := w.aggregates(g, owned, labels); err != nil {
			return view.Lineage{}, err
		}
	}
	if up {
		if err := w.files(g, subject, owned); err != nil {
			return view.Lineage{}, err
		}
	}
	return g.Lineage, nil
}

// owned lists the items that are asked about, in all artifacts.
func (w *World) owned(mine func(cache.Item) bool) ([]ownedItem, map[cache.Digest][]string, error) {
	var owned []ownedItem
	byDigest := map[cache.Digest][]string{}
	for _, r := range w.records {
		for _, o := range r.Outputs {
			if !o.Many {
				continue
			}
			m, err := w.members(r, o)
			if err != nil {
				return nil, nil, err
			}
			for _, item := range m {
				if !mine(item) {
					continue
				}
				record, err := w.itemRecord(r, item)
				if err != nil {
					return nil, nil, err
				}
				id := name(r, o) + " " + string(item.ID)
				owned = append(owned, ownedItem{Item: item, id: id, label: name(r, o), record: record})
				byDigest[item.Digest] = append(byDigest[item.Digest], id)
			}
		}
	}
	return owned, byDigest, nil
}

// itemRecord finds the record of one item of an instance; an instance that does not work item by item
// has none, and its own record stands for it.
func (w *World) itemRecord(instance cache.Record, item cache.Item) (cache.Record, error) {
	for r, err := range w.store.Producers(w.ctx, item.Digest) {
		if err != nil {
			return instance, fmt.Errorf("lineage: item %s: %w", item.ID, err)
		}
		if r.Item == item.ID && r.Address == instance.Address {
			return r, nil
		}
	}
	return instance, nil
}

// itemInputs adds what one item was made from, and reports whether that was outside of the cache.
func (w *World) itemInputs(g *graph, item ownedItem, byDigest map[cache.Digest][]string, labels map[string]string, up bool) (source bool, err error) {
	for _, f := range item.record.Recipe.Fields {
		source = source || f.Kind == cache.Source
	}
	ins, err := w.inputs(item.record)
	if err != nil {
		return source, err
	}
	for _, in := range ins {
		if in.from == "" {
			continue
		}
		if from, ok := byDigest[in.digest]; ok {
			i := slices.IndexFunc(from, func(id string) bool { return id != item.id })
			if i < 0 {
				continue
			}
			g.node(from[i], KindItem, labels[from[i]])
			g.node(item.id, KindItem, item.label)
			g.edge(from[i], item.id, in.role)
			continue
		}
		if up && in.count == 0 && item.record.Item != "" {
			g.node(in.from, KindArtifact, in.from)
			g.node(item.id, KindItem, item.label)
			g.edge(in.from, item.id, in.role)
		}
	}
	return source, nil
}

// files adds the source files that the items came from.
func (w *World) files(g *graph, subject string, owned []ownedItem) error {
	for _, item := range owned {
		for _, f := range item.record.Recipe.Fields {
			if f.Kind != cache.Source || item.record.Item == "" {
				continue
			}
			id := "file:" + string(item.ID)
			g.node(id, KindFile, string(item.ID))
			g.edge(id, subject, f.Label)
		}
	}
	return nil
}

// aggregates adds the artifacts made of many items at once in which one of these took part, and all
// that was made of them.
func (w *World) aggregates(g *graph, owned []ownedItem, labels map[string]string) error {
	digests, patients, ids := map[cache.Digest]string{}, map[cache.PatientID]bool{}, map[cache.ItemID]bool{}
	for _, item := range owned {
		digests[item.Digest] = item.id
		patients[item.Patient] = true
		ids[item.ID] = true
	}
	for _, r := range w.records {
		took, err := w.tookPart(r, digests)
		if err != nil {
			return err
		}
		learned, err := w.learnedFrom(r, patients)
		if err != nil {
			return err
		}
		for _, t := range took {
			if !r.Fitted.IsZero() && !learned {
				continue
			}
			for _, o := range r.Outputs {
				if o.Many && w.itemByItem(r, o, ids) {
					continue // its items stand for it
				}
				g.node(t.item, KindItem, labels[t.item])
				fresh := g.node(name(r, o), KindArtifact, name(r, o))
				g.edge(t.item, name(r, o), t.role)
				if fresh {
					if err := w.down(g, name(r, o)); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

type part struct{ item, role string }

// tookPart lists the items among those that a record read in manifests.
func (w *World) tookPart(r cache.Record, digests map[cache.Digest]string) ([]part, error) {
	var took []part
	for _, f := range r.Recipe.Fields {
		if f.Kind != cache.Input {
			continue
		}
		for _, d := range (cache.Recipe{Fields: []cache.Field{f}}).Digests() {
			if item, ok := digests[d]; ok {
				took = append(took, part{item, f.Label})
				continue
			}
			m, err := w.manifest(d)
			if err != nil {
				continue // one artifact, not a manifest
			}
			for _, item := range m {
				if id, ok := digests[item.Digest]; ok {
					took = append(took, part{id, f.Label})
				}
			}
		}
	}
	return took, nil
}

// itemByItem reports whether an output has one of the items as its own.
func (w *World) itemByItem(r cache.Record, o cache.Output, ids map[cache.ItemID]bool) bool {
	m, err := w.members(r, o)
	return err == nil && slices.ContainsFunc(m, func(item cache.Item) bool { return ids[item.ID] })
}

// learnedFrom reports whether the models that a record made were fitted on one of the patients.
func (w *World) learnedFrom(r cache.Record, patients map[cache.PatientID]bool) (bool, error) {
	if r.Fitted.IsZero() {
		return false, nil
	}
	list, ok := w.lists[r.Fitted]
	if !ok {
		b, err := cache.ReadAll(w.ctx, w.store, cache.Artifact{Media: cache.MediaPatients, Digest: r.Fitted})
		if err != nil {
			return false, fmt.Errorf("lineage: patients of %s: %w", r.Address, err)
		}
		if err := json.Unmarshal(b, &list); err != nil {
			return false, fmt.Errorf("lineage: patients of %s: %w", r.Address, err)
		}
		w.lists[r.Fitted] = list
	}
	return slices.ContainsFunc(list, func(p cache.PatientID) bool { return patients[p] }), nil
}
