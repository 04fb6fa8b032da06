package sourceindex

import (
	"context"
	"errors"
	"strings"

	"femur/cache"
)

// Prune drops what the index holds of files, and of facts, that was not asked for since New. After a plan of
// a pipeline it forgets every file that the pipeline does not read; what other pipelines in the same cache
// read is read again by them. It returns how many entries it dropped.
func (x *Index) Prune(ctx context.Context) (dropped int, err error) {
	if dropped, err = x.files.prune(ctx); err != nil {
		return dropped, err
	}
	slots, err := x.slots(ctx)
	if err != nil {
		return dropped, err
	}
	var kept []string
	empty := map[string][]byte{}
	for _, slot := range slots {
		x.mu.Lock()
		t := x.derived[slot]
		x.mu.Unlock()
		if t == nil { // no stage asked for this purpose
			for i := range parts {
				empty[newTables(x.notes, factsNote+"/"+slot, cache.Digest{}, 0).name(i)] = nil
			}
			continue
		}
		kept = append(kept, slot)
		n, err := t.prune(ctx)
		dropped += n
		if err != nil {
			return dropped, err
		}
	}
	if len(empty) == 0 {
		return dropped, nil
	}
	empty[factsNote] = []byte(strings.Join(kept, "\n"))
	return dropped, x.notes.PutNotes(ctx, empty)
}

// slots lists the purposes that facts are kept for.
func (x *Index) slots(ctx context.Context) ([]string, error) {
	b, err := x.notes.Note(ctx, factsNote)
	if errors.Is(err, cache.ErrMiss) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return strings.Split(string(b), "\n"), nil
}
