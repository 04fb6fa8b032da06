package compute

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
	"femur/dag"
	"femur/dag/stagetest"
	"femur/internal/geom"
	"femur/internal/npy"
	"femur/internal/radiograph"
)

// ports is a stage that a task can be made for.
type ports struct{ dag.Stage }

func (ports) Ports() (in, out []dag.Port) {
	return nil, []dag.Port{{Name: "network"}, {Name: "curve"}}
}

// opened counts the artifacts that a task opens.
type opened struct {
	*stagetest.Task
	mu sync.Mutex
	n  int
}

func (o *opened) Open(a cache.Artifact) (cache.Blob, error) {
	o.mu.Lock()
	o.n++
	o.mu.Unlock()
	return o.Task.Open(a)
}

// task has n radiographs of different sizes and gray values.
func task(t *testing.T, n int) (*opened, []cache.Item) {
	t.Helper()
	o := &opened{Task: stagetest.New(ports{})}
	for i := range n {
		im := radiograph.New(20+i, 40-i)
		for k := range im.Pix {
			im.Pix[k] = uint16(1000 * (i + 1))
		}
		var b bytes.Buffer
		if err := radiograph.Encode(&b, im); err != nil {
			t.Fatal(err)
		}
		o.Add("radiographs", cache.MediaRadiograph, cache.ItemID(fmt.Sprintf("r%02d", i)), "p", b.Bytes())
	}
	return o, o.Inputs["radiographs"]
}

// Inputs come in the order that was asked for, each with the way back to its own pixels.
func TestLoadKeepsOrder(t *testing.T) {
	o, items := task(t, 12)
	items = append(items[5:], items[:5]...)
	got, err := new(Inputs).Load(t.Context(), o, items, 16)
	if err != nil {
		t.Fatal(err)
	}
	for k, in := range got {
		i := (k + 5) % 12
		if in.Width != 20+i || in.Height != 40-i || in.Box != geom.NewLetterbox(20+i, 40-i, 16) {
			t.Errorf("input %d is of %d×%d in box %+v, want %d×%d", k, in.Width, in.Height, in.Box, 20+i, 40-i)
		}
		if center := in.Pixels[8*16+8]; center != uint16(1000*(i+1)) {
			t.Errorf("input %d has gray value %d, want %d", k, center, 1000*(i+1))
		}
	}
}

// What is kept is decoded once for each side, what is not is made again, and both are the same.
func TestLoadDecodesOnceWithinTheLimit(t *testing.T) {
	const side = 16
	for _, tt := range []struct {
		name         string
		limit        int
		again, bytes int // radiographs decoded by a second call; bytes kept
	}{
		{"all fit", 0, 0, 4 * 2 * side * side},
		{"two fit", 2*2*side*side + 1, 2, 2 * 2 * side * side},
		{"none fits", 1, 4, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o, items := task(t, 4)
			in := &Inputs{Limit: tt.limit}
			first, err := in.Load(t.Context(), o, items, side)
			if err != nil {
				t.Fatal(err)
			}
			if o.n != 4 || in.bytes != tt.bytes {
				t.Errorf("%d radiographs decoded and %d bytes kept, want 4 and %d", o.n, in.bytes, tt.bytes)
			}
			second, err := in.Load(t.Context(), o, items, side)
			if err != nil {
				t.Fatal(err)
			}
			if o.n != 4+tt.again {
				t.Errorf("the second call decoded %d, want %d", o.n-4, tt.again)
			}
			if diff := cmp.Diff(first, second); diff != "" {
				t.Errorf("kept inputs differ from fresh ones:\n%s", diff)
			}
			before := o.n
			if _, err := in.Load(t.Context(), o, items, 2*side); err != nil || o.n != before+4 {
				t.Errorf("another side decoded %d (%v), want 4", o.n-before, err)
			}
		})
	}
}

func TestLoadCountsAnInputOnce(t *testing.T) {
	o, items := task(t, 1)
	same := make([]cache.Item, 50)
	for i := range same {
		same[i] = items[0]
	}
	in := &Inputs{}
	if _, err := in.Load(t.Context(), o, same, 16); err != nil {
		t.Fatal(err)
	}
	if in.bytes != 2*16*16 || len(in.kept) != 1 {
		t.Errorf("%d bytes of %d inputs are counted for one input", in.bytes, len(in.kept))
	}
}

func TestDamagedRadiographIsNamed(t *testing.T) {
	o, items := task(t, 3)
	o.Add("radiographs", cache.MediaRadiograph, "broken", "p", []byte("no radiograph"))
	items = append(items, o.Inputs["radiographs"][3])
	if _, err := new(Inputs).Load(t.Context(), o, items, 16); err == nil || !strings.HasPrefix(err.Error(), "broken: ") {
		t.Errorf("error is %v, want it to name the radiograph", err)
	}
}

func TestPatch(t *testing.T) {
	o := stagetest.New(ports{})
	add := func(id cache.ItemID, h, w int) cache.Item {
		var b bytes.Buffer
		if err := npy.Write(&b, make([]uint16, h*w), h, w); err != nil {
			t.Fatal(err)
		}
		o.Add("patches", cache.MediaNPY, id, "p", b.Bytes())
		return o.Inputs["patches"][len(o.Inputs["patches"])-1]
	}
	if pix, side, err := Patch(o, add("square", 5, 5)); err != nil || side != 5 || len(pix) != 25 {
		t.Errorf("%d pixels of side %d (%v), want 25 of side 5", len(pix), side, err)
	}
	if _, _, err := Patch(o, add("wide", 4, 6)); err == nil || err.Error() != "wide: a patch of 6×4 pixels is not square" {
		t.Errorf("error is %v", err)
	}
}
