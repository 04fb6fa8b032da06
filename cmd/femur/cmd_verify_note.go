package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"femur/cache"
	"femur/internal/view"
)

// A verifiedNote is what the cache keeps of the last time that a result was made again. It names outputs, never
// items. Like all notes it may be lost without harm.
type verifiedNote struct {
	Time    time.Time    `json:"time"`
	Same    bool         `json:"same"`
	Differ  []string     `json:"differ,omitempty"` // outputs
	Femur   string       `json:"femur"`
	Outputs cache.Digest `json:"outputs"` // of what was compared with: another result under the key was not
}

func verifiedName(k cache.Key) string { return "verified/" + k.String() }

// outputsDigest stands for the bytes of all outputs of a record.
func outputsDigest(r cache.Record) cache.Digest {
	var text []byte
	for _, o := range r.Outputs {
		text = fmt.Appendf(text, "%q %s\n", o.Name, o.Digest)
	}
	return cache.Sum(text)
}

// noteVerified keeps that a record was compared with what was made again.
func noteVerified(ctx context.Context, store cache.Store, r cache.Record, found view.Rerun, now time.Time) error {
	n := verifiedNote{Time: now.UTC(), Same: found.Same, Femur: version(), Outputs: outputsDigest(r)}
	for _, o := range found.Outputs {
		if !o.Same {
			n.Differ = append(n.Differ, o.Output)
		}
	}
	b, err := json.Marshal(n)
	if err != nil {
		return fmt.Errorf("note of %s: %w", r.Address, err)
	}
	return store.PutNotes(ctx, map[string][]byte{verifiedName(r.Key): b})
}

// lastVerified returns when a record was last made again to compare, nil where it never was.
func lastVerified(ctx context.Context, store cache.Store, r cache.Record) (*view.Verified, error) {
	b, err := store.Note(ctx, verifiedName(r.Key))
	if errors.Is(err, cache.ErrMiss) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var n verifiedNote
	if err := json.Unmarshal(b, &n); err != nil || n.Outputs != outputsDigest(r) {
		return nil, nil //nolint:nilerr // a note may be lost, or be about another result
	}
	return &view.Verified{Time: n.Time, Same: n.Same, Differ: n.Differ, Femur: n.Femur}, nil
}
