package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"femur/cache"
	"femur/internal/radiograph"
	"femur/internal/table/cells"
	"femur/internal/view"
)

// A reading says how much of an artifact is wanted.
type reading struct {
	rows int  // of a table; 0 for all
	all  bool // every part of metrics
	// size is how small a picture must be.
	size func(width, height int) (across, down int)
}

// readContent reads an artifact into the model that femur show prints.
func readContent(ctx context.Context, store cache.Store, f found, want reading) (view.Content, error) {
	c := view.Content{Artifact: artifactModel(f)}
	b, err := cache.ReadAll(ctx, store, f.Artifact)
	if err != nil {
		return c, fmt.Errorf("%s: %w", f.Name, err)
	}
	if err := fillContent(&c, f, b, want); err != nil {
		return c, fmt.Errorf("%s: %w", f.Name, err)
	}
	return c, nil
}

func fillContent(c *view.Content, f found, b []byte, want reading) (err error) {
	switch f.Media {
	case cache.MediaManifest:
		return fillManifest(c, b)
	case cache.MediaParquet:
		t, err := cells.Read(b, want.rows)
		if err != nil {
			return err
		}
		c.Table = tableModel(t)
		return nil
	case cache.MediaModel:
		c.Model, err = readModel(b)
		return err
	case cache.MediaRadiograph:
		im, err := radiograph.DecodeContainer(b, radiograph.Limits{})
		if err != nil {
			return err
		}
		c.Picture = shrink(im, want)
		return nil
	case cache.MediaPNG:
		im, _, err := radiograph.DecodeBytes(b, f.Name, radiograph.Limits{})
		if err != nil {
			return err
		}
		c.Picture = shrink(im, want)
		return nil
	case cache.MediaHTML, cache.MediaSVG:
		c.Note = fmt.Sprintf("To open it in a browser: femur export '%s' %s%s", f.Name, f.Output.Name, extension(f.Media))
		return nil
	case cache.MediaNPY:
		c.Note = fmt.Sprintf("%s To write it out: femur export '%s' %s.npy", npyShape(b), f.Name, f.Output.Name)
		return nil
	}
	switch {
	case json.Valid(b):
		c.JSON = b
		c.Metrics, c.All = readMetrics(b), want.all
		c.Document = readDocument(b)
	case utf8.Valid(b):
		c.Text = string(b)
	default:
		c.Note = fmt.Sprintf("It cannot be printed. To write it out: femur export '%s' FILE", f.Name)
	}
	return nil
}

func fillManifest(c *view.Content, b []byte) error {
	m, err := cache.DecodeManifest(b)
	if err != nil {
		return err
	}
	c.Members = make([]view.Member, len(m))
	for i, item := range m {
		c.Members[i] = view.Member{
			ID: string(item.ID), Patient: string(item.Patient), Digest: item.Digest.String(), Type: string(item.Media), Bytes: item.Size,
		}
	}
	if len(m) == 0 {
		c.Note = "It has no items."
	}
	return nil
}

func tableModel(t cells.Table) *view.Table {
	m := &view.Table{Rows: t.Rows, Total: t.Total}
	for _, c := range t.Columns {
		m.Columns = append(m.Columns, view.TableColumn(c))
	}
	return m
}

// shrink makes the few pixels that a terminal can show.
func shrink(im radiograph.Image, want reading) *view.Picture {
	across, down := want.size(im.Width, im.Height)
	small := radiograph.Resize(im, across, down)
	p := &view.Picture{Width: im.Width, Height: im.Height, Across: across, Small: make([]byte, len(small.Pix))}
	for i, v := range small.Pix {
		p.Small[i] = radiograph.To8(v)
	}
	return p
}

// readModel reads the header of a safetensors file: its length in 8 bytes, then JSON.
func readModel(b []byte) (*view.Model, error) {
	if len(b) < 8 {
		return nil, fmt.Errorf("model of %d bytes has no header", len(b))
	}
	n := binary.LittleEndian.Uint64(b)
	if n > uint64(len(b)-8) {
		return nil, fmt.Errorf("model: its header of %d bytes is cut off", n)
	}
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(b[8:8+n], &entries); err != nil {
		return nil, fmt.Errorf("model: header: %w", err)
	}
	m := &view.Model{Metadata: map[string]string{}, Tensors: []view.Tensor{}}
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		if name == "__metadata__" {
			if err := json.Unmarshal(entries[name], &m.Metadata); err != nil {
				return nil, fmt.Errorf("model: metadata: %w", err)
			}
			continue
		}
		t := view.Tensor{Name: name}
		if err := json.Unmarshal(entries[name], &t); err != nil {
			return nil, fmt.Errorf("model: tensor %s: %w", name, err)
		}
		t.Name = name
		m.Tensors = append(m.Tensors, t)
	}
	return m, nil
}

// npyShape says what the header of a NumPy file says.
func npyShape(b []byte) string {
	if len(b) < 10 || !bytes.HasPrefix(b, []byte("\x93NUMPY")) {
		return "It is no NumPy file."
	}
	header, _, _ := strings.Cut(string(b[10:min(len(b), 10+256)]), "\n")
	return "A NumPy array: " + strings.TrimSpace(header) + "."
}
