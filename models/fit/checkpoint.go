package fit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"femur/models/nn"
	"femur/models/weights"
)

// Keys of a checkpoint's metadata.
const (
	keyKind   = "femur.kind"
	keyConfig = "femur.config"
)

// A Checkpoint is a trained network as it is stored: a safetensors file whose
// metadata says what it is and how it was configured. Equal checkpoints give
// equal bytes.
type Checkpoint struct {
	// Kind is what the network does: "localizer" or "classifier".
	Kind string
	// Config is the configuration, to be written as JSON.
	Config any
	// Tensors are the weights.
	Tensors []weights.Tensor
}

// Write encodes a checkpoint.
func (c Checkpoint) Write(w io.Writer) error {
	config, err := json.Marshal(c.Config)
	if err != nil {
		return fmt.Errorf("%s: configuration: %w", c.Kind, err)
	}
	return weights.Encode(w, weights.File{
		Metadata: map[string]string{keyKind: c.Kind, keyConfig: string(config)},
		Tensors:  c.Tensors,
	})
}

// ReadCheckpoint decodes a checkpoint of a kind and its configuration into
// config. Unknown fields of the configuration are errors: they would be from a
// version that means something else.
func ReadCheckpoint(b []byte, kind string, config any) (Checkpoint, error) {
	f, err := weights.Decode(b)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%s: %w", kind, err)
	}
	if found := f.Metadata[keyKind]; found != kind {
		return Checkpoint{}, fmt.Errorf("%s: the file holds a %q", kind, found)
	}
	d := json.NewDecoder(bytes.NewReader([]byte(f.Metadata[keyConfig])))
	d.DisallowUnknownFields()
	if err := d.Decode(config); err != nil {
		return Checkpoint{}, fmt.Errorf("%s: configuration: %w", kind, err)
	}
	return Checkpoint{Kind: kind, Config: config, Tensors: f.Tensors}, nil
}

// Unpack cuts a vector of weights into named tensors.
func Unpack(layout nn.Layout, values []float32) []weights.Tensor {
	tensors := make([]weights.Tensor, len(layout.Tensors))
	for i, t := range layout.Tensors {
		tensors[i] = weights.Tensor{Name: t.Name, Shape: t.Dims, Data: values[t.Offset : t.Offset+t.Size()]}
	}
	return tensors
}

// Pack joins named tensors into a vector. The error names every tensor that is
// missing, not of the network, or of another shape.
func Pack(layout nn.Layout, tensors []weights.Tensor) ([]float32, error) {
	values := make([]float32, layout.Size)
	var faults []error
	found := map[string]bool{}
	for _, t := range tensors {
		at, ok := layout.Lookup(t.Name)
		switch {
		case !ok:
			faults = append(faults, fmt.Errorf("tensor %q is not of this network", t.Name))
		case !slices.Equal(at.Dims, t.Shape):
			faults = append(faults, fmt.Errorf("tensor %q has shape %v where the network has %v", t.Name, t.Shape, at.Dims))
		default:
			copy(values[at.Offset:], t.Data)
		}
		found[t.Name] = true
	}
	for _, t := range layout.Tensors {
		if !found[t.Name] {
			faults = append(faults, fmt.Errorf("tensor %q is missing", t.Name))
		}
	}
	return values, errors.Join(faults...)
}
