package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"

	"femur/cache"
	"femur/internal/radiograph"
	"femur/internal/view"
)

// An exporter writes artifacts out as ordinary files.
type exporter struct {
	store cache.Store
	raw   bool
}

// extension is what files of a media type are called by other tools.
func extension(m cache.Media) string {
	switch m {
	case cache.MediaRadiograph, cache.MediaPNG:
		return ".png"
	case cache.MediaModel:
		return ".safetensors"
	case cache.MediaParquet:
		return ".parquet"
	case cache.MediaNPY:
		return ".npy"
	case cache.MediaSVG:
		return ".svg"
	case cache.MediaHTML:
		return ".html"
	case cache.MediaText:
		return ".txt"
	}
	if strings.HasSuffix(string(m), "json") {
		return ".json"
	}
	return ".bin"
}

func (e exporter) extension(m cache.Media) string {
	if e.raw && m == cache.MediaRadiograph {
		return ".radiograph"
	}
	return extension(m)
}

// file writes one artifact: to a file beside the destination first, then by a rename.
func (e exporter) file(ctx context.Context, f found, dest string) (view.Written, error) {
	if err := os.MkdirAll(filepath.Dir(dest), 0o755); err != nil {
		return view.Written{}, err
	}
	pending, err := renameio.NewPendingFile(dest, renameio.WithPermissions(0o644))
	if err != nil {
		return view.Written{}, err
	}
	defer pending.Cleanup() //nolint:errcheck // nothing is left to clean up after the rename
	n, err := e.copy(ctx, f.Artifact, pending)
	if err != nil {
		return view.Written{}, err
	}
	if err := pending.CloseAtomicallyReplace(); err != nil {
		return view.Written{}, err
	}
	return view.Written{Artifact: f.Name, Path: dest, Files: 1, Bytes: n}, nil
}

// folder writes a manifest: to a folder beside the destination first, then by a rename.
func (e exporter) folder(ctx context.Context, f found, dest string) (w view.Written, err error) {
	m, err := members(ctx, e.store, f.Output)
	if err != nil {
		return w, err
	}
	if err := os.MkdirAll(filepath.Dir(dest), 0o755); err != nil {
		return w, err
	}
	temporary, err := os.MkdirTemp(filepath.Dir(dest), ".femur-export-")
	if err != nil {
		return w, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temporary)) }()
	inside := filepath.Join(temporary, "files") // the temporary folder itself is private; what is inside is not
	if err := os.Mkdir(inside, 0o755); err != nil {
		return w, err
	}
	w = view.Written{Artifact: f.Name, Path: dest, Folder: true}
	var list bytes.Buffer
	table := csv.NewWriter(&list)
	rows := [][]string{{"file", "id", "patient", "sha256"}}
	names := distinctNames{}
	for _, item := range m {
		if err := ctx.Err(); err != nil {
			return w, err
		}
		name := names.take(fileName(string(item.ID)), e.extension(item.Media))
		n, err := e.create(ctx, item.Artifact, filepath.Join(inside, name))
		if err != nil {
			return w, fmt.Errorf("item %s: %w", item.ID, err)
		}
		rows = append(rows, []string{name, string(item.ID), string(item.Patient), item.Digest.String()})
		w.Files++
		w.Bytes += n
	}
	if err := table.WriteAll(rows); err != nil {
		return w, err
	}
	if err := os.WriteFile(filepath.Join(inside, names.take("items", ".csv")), list.Bytes(), 0o644); err != nil {
		return w, err
	}
	return w, replaceFolder(inside, dest, filepath.Join(temporary, "old"))
}

// replaceFolder moves a finished folder to its place; what is there moves aside first.
func replaceFolder(from, dest, aside string) error {
	if _, err := os.Lstat(dest); err == nil {
		if err := os.Rename(dest, aside); err != nil {
			return err
		}
		if err := os.Rename(from, dest); err != nil {
			return errors.Join(err, os.Rename(aside, dest))
		}
		return nil
	}
	return os.Rename(from, dest)
}

func (e exporter) create(ctx context.Context, a cache.Artifact, path string) (n int64, err error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return 0, err
	}
	defer closing(&err, file)
	return e.copy(ctx, a, file)
}

// copy writes the bytes of an artifact; a radiograph becomes a PNG.
func (e exporter) copy(ctx context.Context, a cache.Artifact, w io.Writer) (n int64, err error) {
	if a.Media == cache.MediaRadiograph && !e.raw {
		b, err := cache.ReadAll(ctx, e.store, a)
		if err != nil {
			return 0, err
		}
		im, err := radiograph.DecodeContainer(b, radiograph.Limits{})
		if err != nil {
			return 0, err
		}
		var png bytes.Buffer
		if err := radiograph.WritePNG(&png, im); err != nil {
			return 0, err
		}
		return png.WriteTo(w)
	}
	blob, err := e.store.Open(ctx, a)
	if err != nil {
		return 0, err
	}
	defer closing(&err, blob)
	return io.Copy(w, io.NewSectionReader(blob, 0, blob.Size()))
}

// fileName makes a file name of an item's id: what other systems refuse becomes "_", and an extension
// of an image, which the id of a file has, is dropped.
func fileName(id string) string {
	switch ext := strings.ToLower(filepath.Ext(id)); ext {
	case ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".dcm":
		id = id[:len(id)-len(ext)]
	}
	name := strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || strings.ContainsRune(`/\:*?"<>| `, c) {
			return '_'
		}
		return c
	}, id)
	name = strings.TrimLeft(name, ".-")
	const long = 180 // below the 255 bytes of file systems, with room for a number and an extension
	if len(name) > long {
		name = strings.ToValidUTF8(name[:long], "")
	}
	if name == "" {
		return "item"
	}
	return name
}

// distinctNames remembers which names are taken, in the way of file systems that fold case.
type distinctNames map[string]bool

// take returns the name with the extension, with a number where that is taken.
func (d distinctNames) take(name, ext string) string {
	try := name + ext
	for n := 2; d[strings.ToLower(try)]; n++ {
		try = fmt.Sprintf("%s~%d%s", name, n, ext)
	}
	d[strings.ToLower(try)] = true
	return try
}
