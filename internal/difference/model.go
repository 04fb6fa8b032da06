package difference

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"femur/models/weights"
)

// compareModels compares the tensors of two safetensors files, bit by bit, and their metadata.
func compareModels(was, now []byte) ([]Part, error) {
	a, err := weights.Decode(was)
	if err != nil {
		return nil, err
	}
	b, err := weights.Decode(now)
	if err != nil {
		return nil, err
	}
	var parts []Part
	if p := compareMetadata(a.Metadata, b.Metadata); p.found() {
		parts = append(parts, p)
	}
	again := map[string]weights.Tensor{}
	for _, t := range b.Tensors {
		again[t.Name] = t
	}
	for _, t := range a.Tensors {
		p := Part{Name: "tensor " + t.Name, Elements: len(t.Data)}
		u, ok := again[t.Name]
		delete(again, t.Name)
		switch {
		case !ok:
			p.Note = "it is recorded, the new model has none"
		case !slices.Equal(t.Shape, u.Shape):
			p.Note = fmt.Sprintf("its shape is %v, in the new model %v", t.Shape, u.Shape)
		default:
			p.tensor(t.Shape, t.Data, u.Data)
		}
		if p.found() {
			parts = append(parts, p)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(again)) {
		parts = append(parts, Part{Name: "tensor " + name, Elements: len(again[name].Data), Note: "the new model has it, none is recorded"})
	}
	return parts, nil
}

func (p *Part) tensor(shape []int, was, now []float32) {
	for i, x := range was {
		y := now[i]
		if math.Float32bits(x) == math.Float32bits(y) {
			continue
		}
		p.differs(func() Place { return Place{position(shape, i), float(x), float(y)} })
		p.distance(float64(x), float64(y))
	}
}

func float(v float32) string { return strconv.FormatFloat(float64(v), 'g', -1, 32) }

// position is the index of a value in a row-major tensor.
func position(shape []int, at int) string {
	index := make([]string, len(shape))
	for d := len(shape) - 1; d >= 0; d-- {
		index[d] = strconv.Itoa(at % shape[d])
		at /= shape[d]
	}
	return "[" + strings.Join(index, ", ") + "]"
}

func compareMetadata(was, now map[string]string) Part {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(was)), maps.Keys(now))
	slices.Sort(keys)
	keys = slices.Compact(keys)
	p := Part{Name: "metadata", Elements: len(keys)}
	for _, k := range keys {
		x, inWas := was[k]
		y, inNow := now[k]
		if x == y && inWas == inNow {
			continue
		}
		if !inWas {
			x = "(none)"
		}
		if !inNow {
			y = "(none)"
		}
		p.differs(func() Place { return Place{k, x, y} })
	}
	return p
}
