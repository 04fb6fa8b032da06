// Package compute holds what stages that use networks share: within a process the compiled programs, the
// description of the device, and letterboxed radiographs; in their code what a training without the
// patients of one fold reads and leaves.
//
// Guarantee: sharing saves time and changes no result. An input is the same whether it was kept or made
// again, and a compiled program holds no weights.
package compute

import (
	"cmp"
	"context"
	"fmt"
	"sync"

	"femur/cache"
	"femur/dag"
	"femur/internal/geom"
	"femur/internal/parallel"
	"femur/internal/radiograph"
	"femur/models/fit"
)

// Shared is held by every stage that uses networks.
type Shared struct {
	Programs *fit.Programs
	// Describe opens the device if need be and says what it is: backend, plugin, versions.
	Describe func(ctx context.Context) (map[string]string, error)
	Inputs   *Inputs
}

// Environment implements [dag.Accelerated] for the stages that embed Shared.
func (s *Shared) Environment(ctx context.Context) (map[string]string, error) { return s.Describe(ctx) }

// inputBytes is what Inputs keeps unless told otherwise: 4,300 radiographs at 224 × 224 take 430 MB.
const inputBytes = 512 << 20

// Inputs keeps letterboxed radiographs, so that folds and models do not decode the same file again. The
// zero value is ready to use.
type Inputs struct {
	// Limit bounds the bytes kept; 0 means 512 MiB. Inputs beyond it are made again each time.
	Limit int

	mu    sync.Mutex
	kept  map[inputKey]Input
	bytes int
}

type inputKey struct {
	digest cache.Digest
	size   int
}

// An Input is a radiograph as a network sees it: Size × Size pixels, row-major, and the way back to the
// radiograph's own pixels. Pixels must not be changed.
type Input struct {
	Pixels        []uint16
	Box           geom.Letterbox
	Width, Height int
}

// Load letterboxes the radiographs at size × size, in the order of items.
func (in *Inputs) Load(ctx context.Context, t dag.Task, items []cache.Item, size int) ([]Input, error) {
	out := make([]Input, len(items))
	index := make([]int, len(items))
	for i := range index {
		index[i] = i
	}
	progress := parallel.Counter(func(done int) {
		t.Progress(dag.Progress{Done: done, Total: len(items), Unit: "radiographs", Text: "scaling"})
	})
	err := parallel.Each(ctx, index, func(ctx context.Context, i int) (err error) {
		defer progress()
		out[i], err = in.one(t, items[i], size)
		return err
	})
	return out, err
}

func (in *Inputs) one(t dag.Task, it cache.Item, size int) (Input, error) {
	key := inputKey{it.Digest, size}
	in.mu.Lock()
	kept, ok := in.kept[key]
	in.mu.Unlock()
	if ok {
		return kept, nil
	}
	b, err := dag.ReadAll(t, it.Artifact)
	if err != nil {
		return Input{}, err
	}
	im, err := radiograph.DecodeContainer(b, radiograph.Limits{})
	if err != nil {
		return Input{}, fmt.Errorf("%s: %w", it.ID, err)
	}
	boxed, box := radiograph.Letterboxed(im, size)
	made := Input{Pixels: boxed.Pix, Box: box, Width: im.Width, Height: im.Height}
	in.keep(key, made)
	return made, nil
}

// keep remembers an input where there is room. Another goroutine may have made the same one meanwhile.
func (in *Inputs) keep(key inputKey, made Input) {
	in.mu.Lock()
	defer in.mu.Unlock()
	n := 2 * len(made.Pixels)
	if _, ok := in.kept[key]; ok || in.bytes+n > cmp.Or(in.Limit, inputBytes) {
		return
	}
	if in.kept == nil {
		in.kept = map[inputKey]Input{}
	}
	in.kept[key] = made
	in.bytes += n
}
