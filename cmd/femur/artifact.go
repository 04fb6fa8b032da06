package main

import (
	"context"
	"fmt"
	"strings"

	"femur/cache"
	"femur/dag"
)

// A found is an artifact that the user named.
type found struct {
	cache.Output
	Name    string    // ADDRESS.OUTPUT, with the item where it is one of many
	Address string    // empty for a blob that no record names
	Key     cache.Key // of the record; zero without one
	Item    cache.Item
	Facts   cache.Facts
}

// minPrefix is the least number of digits that a digest may be cut to.
const minPrefix = 6

// findArtifact resolves ADDRESS.OUTPUT, as it was made last, or a prefix of a digest.
func findArtifact(ctx context.Context, store cache.Store, name string) (found, error) {
	if isHex(name) && !strings.Contains(name, ".") {
		return findDigest(ctx, store, name)
	}
	address, output, err := dag.ParseTarget(name)
	if err != nil {
		return found{}, &usageError{err: fmt.Errorf("artifact %q: want ADDRESS.OUTPUT or at least %d digits of a digest", name, minPrefix), hint: "femur ls lists what there is."}
	}
	record, ran, err := newest(ctx, store, string(address))
	if err != nil {
		return found{}, err
	}
	if !ran {
		return found{}, noSuchStage(ctx, store, address)
	}
	if output == "" && len(record.Outputs) == 1 {
		output = record.Outputs[0].Name
	}
	o, ok := record.Output(output)
	if !ok {
		names := make([]string, len(record.Outputs))
		for i, one := range record.Outputs {
			names[i] = address.Output(one.Name)
		}
		return found{}, &usageError{err: fmt.Errorf("%s has no output %q", address, output), hint: "It has " + strings.Join(names, ", ") + "."}
	}
	return found{Output: o, Name: address.Output(output), Address: string(address), Key: record.Key, Facts: record.Facts}, nil
}

// noSuchStage says what there is instead: the instances of the stage, when it has a matrix.
func noSuchStage(ctx context.Context, store cache.Store, a dag.Address) error {
	var instances []string
	for address, err := range store.Addresses(ctx) {
		if err != nil {
			return err
		}
		if dag.Address(address).Stage() == a.Stage() {
			instances = append(instances, "  "+address)
		}
	}
	if len(instances) == 0 {
		return &usageError{err: fmt.Errorf("the cache has nothing of %s", a), hint: "femur ls lists what there is; femur run makes what is missing."}
	}
	const some = 8
	if len(instances) > some {
		instances = append(instances[:some], fmt.Sprintf("  … and %d more", len(instances)-some))
	}
	return &usageError{err: fmt.Errorf("%s is not one instance", a), hint: "Name one of:\n" + strings.Join(instances, "\n")}
}

func isHex(s string) bool { return len(s) > 0 && strings.Trim(s, "0123456789abcdef") == "" }

func findDigest(ctx context.Context, store cache.Store, prefix string) (found, error) {
	if len(prefix) < minPrefix {
		return found{}, usagef("digest %s: give at least %d digits", prefix, minPrefix)
	}
	var matches []cache.Digest
	for d, err := range store.FindDigest(ctx, prefix) {
		if err != nil {
			return found{}, err
		}
		matches = append(matches, d)
	}
	switch {
	case len(matches) == 0:
		return found{}, usagef("the cache has no artifact whose digest begins with %s", prefix)
	case len(matches) > 1:
		return found{}, usagef("%d artifacts have digests that begin with %s; give more digits", len(matches), prefix)
	}
	for r, err := range store.Producers(ctx, matches[0]) {
		if err != nil {
			return found{}, err
		}
		for _, o := range r.Outputs {
			if o.Digest == matches[0] {
				f := found{Output: o, Name: dag.Address(r.Address).Output(o.Name), Address: r.Address, Key: r.Key, Facts: r.Facts}
				if r.Item != "" {
					f.Item = cache.Item{ID: r.Item, Patient: r.Patient, Artifact: o.Artifact}
					f.Name += " " + string(r.Item)
				}
				return f, nil
			}
		}
	}
	blobSize, err := store.Open(ctx, cache.Artifact{Digest: matches[0]})
	if err != nil {
		return found{}, err
	}
	defer func() { _ = blobSize.Close() }() // opened for reading
	a := cache.Artifact{Media: cache.MediaFile, Digest: matches[0], Size: blobSize.Size()}
	return found{Output: cache.Output{Artifact: a}, Name: matches[0].String()}, nil
}

// members reads the manifest of an output with many items.
func members(ctx context.Context, store cache.Opener, o cache.Output) (cache.Manifest, error) {
	b, err := cache.ReadAll(ctx, store, o.Artifact)
	if err != nil {
		return nil, err
	}
	return cache.DecodeManifest(b)
}

// member narrows a found artifact to one of its items.
func (f found) member(ctx context.Context, store cache.Store, id string) (found, error) {
	if !f.Many {
		return f, usagef("%s is one artifact; it has no items", f.Name)
	}
	m, err := members(ctx, store, f.Output)
	if err != nil {
		return f, fmt.Errorf("%s: %w", f.Name, err)
	}
	item, ok := m.Find(cache.ItemID(id))
	if !ok {
		return f, &usageError{err: fmt.Errorf("%s has no item %q", f.Name, id), hint: "femur show " + f.Name + " lists them."}
	}
	f.Name += " " + id
	f.Output = cache.Output{Name: f.Output.Name, Artifact: item.Artifact}
	f.Item = item
	return f, nil
}
