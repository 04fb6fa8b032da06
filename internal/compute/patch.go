package compute

import (
	"fmt"

	"femur/cache"
	"femur/dag"
	"femur/internal/npy"
)

// Patch reads a square patch and its side.
func Patch(t dag.Task, it cache.Item) (pix []uint16, side int, err error) {
	b, err := dag.ReadAll(t, it.Artifact)
	if err != nil {
		return nil, 0, err
	}
	pix, h, w, err := npy.Read(b)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", it.ID, err)
	}
	if h != w {
		return nil, 0, fmt.Errorf("%s: a patch of %d×%d pixels is not square", it.ID, w, h)
	}
	return pix, w, nil
}
