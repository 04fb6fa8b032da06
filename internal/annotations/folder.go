package annotations

import (
	"path"
	"slices"
	"strings"

	"femur/dag"
)

// splitFolders are names of folders that say which part of a split an image was in, and nothing of what it shows.
var splitFolders = []string{
	"train", "training", "trainset", "val", "valid", "validate", "validation", "dev", "test", "testing", "testset", "holdout", "hold-out", "held-out",
}

// neutralFolders are names of folders that say nothing of what an image shows.
var neutralFolders = []string{"images", "image", "imgs", "img", "radiographs", "xrays", "x-rays", "data", "dataset", "jpegimages", "png", "jpg", "jpeg", "tif", "tiff"}

// SplitFolder is the folder in an image's name, such as train, that says which part of an earlier split it was in;
// empty without. Such a split is never taken over: nothing says that it was by patient.
func SplitFolder(name string) string {
	for dir := path.Dir(name); dir != "." && dir != "/"; dir = path.Dir(dir) {
		if base := path.Base(dir); slices.Contains(splitFolders, strings.ToLower(base)) {
			return base
		}
	}
	return ""
}

// ClassFolder is the nearest folder in an image's name that says what the image shows: neither a part of
// a split, such as train, nor a word such as images. It is empty without.
func ClassFolder(name string) string {
	for dir := path.Dir(name); dir != "." && dir != "/"; dir = path.Dir(dir) {
		base := strings.ToLower(path.Base(dir))
		if !slices.Contains(splitFolders, base) && !slices.Contains(neutralFolders, base) {
			return path.Base(dir)
		}
	}
	return ""
}

// Folder reads a folder of images that are sorted by class, such as train/aff/…: the label is the
// nearest folder that is not part of a split, unless the pattern has a label. No centers are annotated.
func Folder(files Files, o Options) ([]Record, error) {
	n, err := newNaming(files, o)
	if err != nil {
		return nil, err
	}
	n.classFirst = true
	names, err := walkImages(files, o.Images)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, &dag.BadInput{File: o.Images, Summary: "there is no image in the folder", Detail: "Name the folder with the images (argument images)."}
	}
	var f faults
	records := make([]Record, len(names))
	for i, name := range names {
		records[i] = Record{Name: name, Frame: -1}
	}
	out := n.finish(records, func(r Record) (string, error) {
		if class := ClassFolder(r.Name); class != "" {
			return class, nil
		}
		return "", r.Bad("no folder says what the image shows", "Put it into a folder named after its class, or give a pattern for names of files with a group (?P<label>…).")
	}, &f)
	return out, f.join(o.Images)
}
