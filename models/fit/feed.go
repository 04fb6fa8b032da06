package fit

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
)

// A feed prepares batches ahead of the device. Epoch after epoch it walks
// through fresh permutations of the examples, joined into one stream that is
// cut into batches; so all batches are full, and after any number of steps two
// examples were drawn equally often, give or take one.
type feed struct {
	net    Net
	source Source
	size   int
	seed   uint64

	order   []int
	next    int
	epoch   uint64
	shuffle *rand.Rand
}

func newFeed(net Net, source Source, size int, seed uint64) *feed {
	return &feed{net: net, source: source, size: size, seed: seed, shuffle: rand.New(rand.NewPCG(seed, streamOrder))}
}

// Second words of the generators' seeds, which keep their streams apart.
const (
	streamOrder   = 0x6f72646572 // "order"
	streamAugment = 0x6175676d65 // "augme"
)

// A drawing is one example in one batch, with the epoch that tells its
// augmentation from that of other epochs.
type drawing struct {
	example int
	epoch   uint64
}

func (f *feed) draw() drawing {
	if f.next == len(f.order) {
		f.order = f.shuffle.Perm(f.source.Len())
		f.next = 0
		f.epoch++
	}
	d := drawing{f.order[f.next], f.epoch}
	f.next++
	return d
}

// batches sends n batches and closes the channel; it stops early when ctx is done.
func (f *feed) batches(ctx context.Context, n int) <-chan *batch {
	out := make(chan *batch, 1)
	go func() {
		defer close(out)
		for range n {
			drawings := make([]drawing, f.size)
			for i := range drawings {
				drawings[i] = f.draw()
			}
			select {
			case out <- f.fill(drawings):
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// fill draws the examples of a batch in parallel. Each has a generator of its
// own, so the result does not depend on who draws what.
func (f *feed) fill(drawings []drawing) *batch {
	b := newBatch(f.net, f.size)
	var wait sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), len(drawings))
	for w := range workers {
		wait.Go(func() {
			for i := w; i < len(drawings); i += workers {
				d := drawings[i]
				rng := rand.New(rand.NewPCG(f.seed^streamAugment, d.epoch<<32|uint64(d.example)))
				b.weights[i] = f.source.Draw(d.example, rng, b.image(f.net, i), b.target(f.net, i))
			}
		})
	}
	wait.Wait()
	return b
}
