package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"femur/cache"
	"femur/internal/difference"
	"femur/internal/view"
)

const (
	// comparedWhole is the greatest artifact that is compared by what it holds; a larger one is compared as bytes,
	// so that memory stays bounded.
	comparedWhole = 512 << 20
	// comparedItems is of how many items that differ, of one output, it is told how.
	comparedItems = 100
)

// A comparer compares artifacts of two stores.
type comparer struct {
	was, now cache.Opener
	whole    int64 // 0 stands for comparedWhole
}

// outputs compares the outputs of two records.
func (c comparer) outputs(ctx context.Context, was, now []cache.Output) ([]view.RerunOutput, error) {
	find := func(all []cache.Output, name string) (cache.Output, bool) {
		return cache.Record{Outputs: all}.Output(name)
	}
	var compared []view.RerunOutput
	for _, o := range was {
		again, ok := find(now, o.Name)
		if !ok {
			compared = append(compared, view.RerunOutput{Output: o.Name, Type: outputType(o), Was: o.Digest.String(), Note: "it is recorded, and was not made again"})
			continue
		}
		one, err := c.output(ctx, o, again)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o.Name, err)
		}
		compared = append(compared, one)
	}
	for _, o := range now {
		if _, ok := find(was, o.Name); !ok {
			compared = append(compared, view.RerunOutput{Output: o.Name, Type: outputType(o), Now: o.Digest.String(), Note: "it was made, and is not recorded"})
		}
	}
	return compared, nil
}

func outputType(o cache.Output) string {
	if o.Many {
		return string(o.ItemMedia)
	}
	return string(o.Media)
}

func (c comparer) output(ctx context.Context, was, now cache.Output) (view.RerunOutput, error) {
	m := view.RerunOutput{
		Output: was.Name, Type: outputType(now), Same: was.Digest == now.Digest, Was: was.Digest.String(), Now: now.Digest.String(),
		Bytes: now.Size, Items: max(was.Items, now.Items),
	}
	if !now.Many {
		if m.Same {
			return m, nil
		}
		var err error
		m.Parts, m.Note, err = c.artifact(ctx, was.Artifact, now.Artifact)
		return m, err
	}
	again, err := members(ctx, c.now, now)
	if err != nil {
		return m, err
	}
	for _, it := range again {
		m.Bytes += it.Size
	}
	if m.Same {
		return m, nil
	}
	before, err := members(ctx, c.was, was)
	if errors.Is(err, cache.ErrMiss) {
		m.Note = "the recorded list of items cannot be read: " + err.Error()
		return m, nil
	}
	if err != nil {
		return m, err
	}
	m.Differ, err = c.items(ctx, before, again)
	if more := len(m.Differ) - comparedItems; more > 0 {
		m.Note = fmt.Sprintf("how they differ is told of the first %d", comparedItems)
	}
	return m, err
}

// items compares two manifests, which are sorted by id.
func (c comparer) items(ctx context.Context, was, now cache.Manifest) (differ []view.RerunItem, err error) {
	for len(was) > 0 || len(now) > 0 {
		switch {
		case len(now) == 0 || len(was) > 0 && was[0].ID < now[0].ID:
			differ = append(differ, view.RerunItem{ID: string(was[0].ID), Note: "it is recorded, and was not made again"})
			was = was[1:]
		case len(was) == 0 || now[0].ID < was[0].ID:
			differ = append(differ, view.RerunItem{ID: string(now[0].ID), Note: "it was made, and is not recorded"})
			now = now[1:]
		default:
			if was[0] != now[0] {
				one := view.RerunItem{ID: string(now[0].ID)}
				if was[0].Patient != now[0].Patient {
					one.Note = fmt.Sprintf("its patient is %q, and was %q", now[0].Patient, was[0].Patient)
				} else if len(differ) < comparedItems {
					if one.Parts, one.Note, err = c.artifact(ctx, was[0].Artifact, now[0].Artifact); err != nil {
						return differ, fmt.Errorf("item %s: %w", one.ID, err)
					}
				}
				differ = append(differ, one)
			}
			was, now = was[1:], now[1:]
		}
	}
	return differ, nil
}

// artifact compares the bytes of two artifacts. What is recorded and cannot be read is told in the note.
func (c comparer) artifact(ctx context.Context, was, now cache.Artifact) (parts []view.PartDiffer, note string, err error) {
	whole := c.whole
	if whole == 0 {
		whole = comparedWhole
	}
	var found []difference.Part
	if max(was.Size, now.Size) > whole {
		found, err = c.large(ctx, was, now)
		note = fmt.Sprintf("it has more than %s, and is compared as bytes", view.Bytes(whole))
	} else {
		found, err = c.small(ctx, was, now)
	}
	if errors.Is(err, errRecorded) {
		return nil, err.Error(), nil
	}
	for _, p := range found {
		one := view.PartDiffer{Part: p.Name, Elements: p.Elements, Differ: p.Differ, MaxAbs: p.MaxAbs, MaxRel: p.MaxRel, Note: p.Note}
		for _, at := range p.Places {
			one.Places = append(one.Places, view.PlaceDiffer(at))
		}
		parts = append(parts, one)
	}
	return parts, note, err
}

// errRecorded says that what is recorded is damaged or gone, so that there is nothing to compare with.
var errRecorded = errors.New("what is recorded cannot be read")

func recordedMiss(err error) error {
	if errors.Is(err, cache.ErrMiss) {
		return fmt.Errorf("%w: %w", errRecorded, err)
	}
	return err
}

func (c comparer) small(ctx context.Context, was, now cache.Artifact) ([]difference.Part, error) {
	a, err := cache.ReadAll(ctx, c.was, was)
	if err != nil {
		return nil, recordedMiss(err)
	}
	b, err := cache.ReadAll(ctx, c.now, now)
	if err != nil {
		return nil, err
	}
	return difference.Compare(now.Media, a, b), nil
}

func (c comparer) large(ctx context.Context, was, now cache.Artifact) (_ []difference.Part, err error) {
	a, err := c.was.Open(ctx, was)
	if err != nil {
		return nil, recordedMiss(err)
	}
	defer closing(&err, a)
	b, err := c.now.Open(ctx, now)
	if err != nil {
		return nil, err
	}
	defer closing(&err, b)
	part, err := difference.Bytes(io.NewSectionReader(a, 0, a.Size()), io.NewSectionReader(b, 0, b.Size()))
	if err != nil {
		return nil, recordedMiss(err)
	}
	return []difference.Part{part}, nil
}
