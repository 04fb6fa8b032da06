package badgerstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"femur/cache"
)

// A Holder says which process has a store open for writing.
type Holder struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

// A LockedError says that a store is open in another process. It is a [cache.ErrLocked].
type LockedError struct {
	Dir    string
	Holder Holder // zero while the other process only reads
}

// Error implements error: which cache, and who holds it.
func (e *LockedError) Error() string {
	if e.Holder.PID == 0 {
		return fmt.Sprintf("cache %s: %v by another process; try again when it has ended", e.Dir, cache.ErrLocked)
	}
	return fmt.Sprintf("cache %s: %v by process %d on %s since %s; wait for it, or end it",
		e.Dir, cache.ErrLocked, e.Holder.PID, e.Holder.Host, e.Holder.Since.Format(time.DateTime))
}

// Unwrap makes it a [cache.ErrLocked].
func (e *LockedError) Unwrap() error { return cache.ErrLocked }

// A hold is the lock on a store's folder. The operating system lets go of it when the process ends,
// however it ends, so a lock file that is left behind locks nobody out.
type hold struct {
	lock   *flock.Flock
	path   string
	shared bool
}

// patience is how long a lock is waited for.
const patience = 50 * time.Millisecond

// acquire takes the lock, shared for readers, and writes down who has it.
func acquire(dir string, shared bool) (*hold, error) {
	h := &hold{path: filepath.Join(dir, "lock"), shared: shared}
	h.lock = flock.New(h.path)
	try := h.lock.TryLockContext
	if shared {
		try = h.lock.TryRLockContext
	}
	// [HeldBy] holds the lock for a moment.
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ok, err := try(ctx, patience/10)
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("cache %s: lock: %w", dir, err)
	case !ok:
		return nil, &LockedError{Dir: dir, Holder: readHolder(h.path)}
	}
	if shared {
		return h, nil
	}
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	if err := h.write(Holder{PID: os.Getpid(), Host: host, Since: time.Now().UTC().Truncate(time.Second)}); err != nil {
		_ = h.lock.Unlock()
		return nil, fmt.Errorf("cache %s: lock: %w", dir, err)
	}
	return h, nil
}

// write changes the file in place: a new file would be another lock.
func (h *hold) write(by Holder) error {
	b, err := json.Marshal(by)
	if err != nil {
		return err
	}
	return os.WriteFile(h.path, append(b, '\n'), 0o644)
}

func (h *hold) release() error {
	if !h.shared {
		if err := os.Truncate(h.path, 0); err != nil {
			_ = h.lock.Unlock()
			return err
		}
	}
	return h.lock.Unlock()
}

// readHolder returns the zero Holder where the file says nothing.
func readHolder(path string) (h Holder) {
	if b, err := os.ReadFile(path); err == nil {
		if json.Unmarshal(b, &h) != nil {
			return Holder{}
		}
	}
	return h
}

// HeldBy reports which process writes to the store in dir at this moment, without opening it.
func HeldBy(dir string) (Holder, bool, error) {
	if _, err := os.Stat(filepath.Join(dir, "lock")); err != nil {
		return Holder{}, false, nil // never opened
	}
	h, err := acquire(dir, true)
	if err == nil {
		return Holder{}, false, h.release()
	}
	if locked := (*LockedError)(nil); errors.As(err, &locked) {
		return locked.Holder, true, nil
	}
	return Holder{}, false, err
}
