package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/testscript"

	"femur/cache"
	"femur/cache/badgerstore"
)

// infiles TEXT DIR: some file below the folder holds the text, as it is or within a zstd frame that a cache
// keeps; "!" wants none.
func inFiles(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: infiles TEXT DIR")
	}
	found := filesWith(ts, args[1], map[string][]byte{args[0]: []byte(args[0])})
	if neg != (len(found) == 0) {
		ts.Fatalf("files with %q: %v", args[0], found)
	}
}

// remember FILE CACHE PATIENT: writes to the file what the cache holds of a patient: the ids of their items,
// and bytes from the middle of every artifact that no other patient's have.
func remember(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: remember FILE CACHE PATIENT")
	}
	ctx := context.Background()
	store, err := badgerstore.Open(ts.MkAbs(args[1]), badgerstore.Options{ReadOnly: true})
	ts.Check(err)
	defer store.Close()
	theirs, others := map[cache.Digest]cache.Item{}, map[cache.Media][]byte{}
	for address, err := range store.Addresses(ctx) {
		ts.Check(err)
		rec, _, err := newest(ctx, store, address)
		ts.Check(err)
		for _, o := range rec.Outputs {
			if !o.Many {
				continue
			}
			m, err := members(ctx, store, o)
			ts.Check(err)
			for _, it := range m {
				if string(it.Patient) == args[2] {
					theirs[it.Digest] = it
					continue
				}
				b, err := cache.ReadAll(ctx, store, it.Artifact)
				ts.Check(err)
				others[it.Media] = append(others[it.Media], b...)
			}
		}
	}
	markers := map[string][]byte{}
	for _, it := range theirs {
		markers[string(it.ID)] = []byte(it.ID)
		b, err := cache.ReadAll(ctx, store, it.Artifact)
		ts.Check(err)
		const long = 40
		for at := len(b) / 2; at+long <= len(b); at += long / 2 {
			if mark := b[at : at+long]; !bytes.Contains(others[it.Media], mark) {
				markers[string(it.Media)+" "+string(it.ID)] = mark
				break
			}
		}
	}
	if len(markers) < 2*len(theirs)/3 {
		ts.Fatalf("%d markers of %d artifacts: too few to tell anything", len(markers), len(theirs))
	}
	text, err := json.Marshal(markers)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), text, 0o644))
	ts.Logf("%d markers of %d artifacts", len(markers), len(theirs))
}

// traces FILE DIR: all that was remembered is found in files below the folder; "!" wants none of it.
func traces(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: traces FILE DIR")
	}
	text, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	var markers map[string][]byte
	ts.Check(json.Unmarshal(text, &markers))
	found := filesWith(ts, args[1], markers)
	if neg && len(found) > 0 || !neg && (len(found) < len(markers) || len(found) == 0) {
		ts.Fatalf("%d of %d markers found: %v", len(found), len(markers), found)
	}
}

// filesWith names for every marker that is found a file below the folder that holds it.
func filesWith(ts *testscript.TestScript, dir string, markers map[string][]byte) map[string]string {
	found := map[string]string{}
	ts.Check(filepath.WalkDir(ts.MkAbs(dir), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		plain := unpacked(b)
		for name, marker := range markers {
			if bytes.Contains(plain, marker) {
				found[name] = filepath.Base(path)
			}
		}
		return err
	}))
	return found
}

// unpacked appends to a file's bytes what the zstd frames in it hold.
func unpacked(b []byte) []byte {
	b = bytes.TrimRight(b, "\x00") // a cache's files are made longer than what is in them
	all := bytes.Clone(b)
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		panic(err) // constant options
	}
	defer decoder.Close()
	magic := []byte{0x28, 0xb5, 0x2f, 0xfd}
	for at := 0; ; at++ {
		next := bytes.Index(b[at:], magic)
		if next < 0 {
			return all
		}
		at += next
		if decoder.Reset(bytes.NewReader(b[at:])) == nil {
			plain, _ := io.ReadAll(io.LimitReader(decoder, 1<<20)) // what follows the frame is none, an error
			all = append(all, plain...)
		}
	}
}
