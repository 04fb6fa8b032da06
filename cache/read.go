package cache

import (
	"context"
	"fmt"
	"io"
)

// An Opener hands out the bytes of artifacts: a [Store], or the part of one that the engine needs.
type Opener interface {
	Open(ctx context.Context, a Artifact) (Blob, error)
}

// ReadAll returns the bytes of an artifact that fits in memory.
func ReadAll(ctx context.Context, s Opener, a Artifact) ([]byte, error) {
	b, err := s.Open(ctx, a)
	if err != nil {
		return nil, err
	}
	defer b.Close() //nolint:errcheck // nothing was written
	data := make([]byte, b.Size())
	if _, err := io.ReadFull(io.NewSectionReader(b, 0, b.Size()), data); err != nil {
		return nil, fmt.Errorf("blob %s: %w", a.Digest.Short(), err)
	}
	return data, nil
}
