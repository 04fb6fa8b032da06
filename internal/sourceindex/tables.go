package sourceindex

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"femur/cache"
)

// parts is the number of notes that an index is spread over, by key: of 43,000 files each holds some
// 80 KB, and a changed file rewrites one.
const parts = 64

// tables is one index: notes under a prefix, read when they are first needed.
type tables struct {
	prefix string
	salt   cache.Digest // what the values were made under; those under another are forgotten
	notes  Notes
	today  uint32
	parts  [parts]part
}

type part struct {
	mu    sync.Mutex
	table *table
}

func newTables(notes Notes, prefix string, salt cache.Digest, today uint32) *tables {
	return &tables{prefix: prefix, salt: salt, notes: notes, today: today}
}

func (t *tables) name(i int) string { return fmt.Sprintf("%s/%02d", t.prefix, i) }

// at locks the part of a number, read from its note, and returns how to let go of it.
func (t *tables) at(ctx context.Context, i int) (*table, func(), error) {
	p := &t.parts[i]
	p.mu.Lock()
	if p.table == nil {
		note, err := t.notes.Note(ctx, t.name(i))
		switch {
		case err == nil:
			p.table = decodeTable(note, t.salt)
		case errors.Is(err, cache.ErrMiss):
			p.table = newTable()
		default:
			p.mu.Unlock()
			return nil, nil, fmt.Errorf("index of files: %w", err)
		}
	}
	return p.table, p.mu.Unlock, nil
}

func (t *tables) get(ctx context.Context, key cache.Digest) ([]byte, bool, error) {
	table, done, err := t.at(ctx, int(key[0])%parts)
	if err != nil {
		return nil, false, err
	}
	defer done()
	value, ok := table.get(key, t.today)
	return value, ok, nil
}

func (t *tables) put(ctx context.Context, key cache.Digest, value []byte) error {
	table, done, err := t.at(ctx, int(key[0])%parts)
	if err != nil {
		return err
	}
	defer done()
	table.put(key, value, t.today)
	return nil
}

// save writes the parts that changed.
func (t *tables) save(ctx context.Context) error {
	notes := map[string][]byte{}
	for i := range t.parts {
		p := &t.parts[i]
		p.mu.Lock()
		if p.table != nil && p.table.changed {
			notes[t.name(i)] = p.table.encode(t.salt, t.today)
			p.table.changed = false
		}
		p.mu.Unlock()
	}
	if len(notes) == 0 {
		return nil
	}
	if err := t.notes.PutNotes(ctx, notes); err != nil {
		return fmt.Errorf("index of files: %w", err)
	}
	return nil
}

// prune drops what nobody asked for since the tables were made.
func (t *tables) prune(ctx context.Context) (dropped int, err error) {
	for i := range t.parts {
		table, done, err := t.at(ctx, i)
		if err != nil {
			return dropped, err
		}
		dropped += table.prune()
		done()
	}
	return dropped, t.save(ctx)
}
