package survey

import (
	"bytes"
	"encoding/json"
	"io"
	"path"
	"slices"
	"strings"

	"femur/internal/annotations"
	"femur/internal/radiograph/dicom"
)

// content sorts the files of a folder by what they are.
type content struct {
	has       map[string]bool
	images    []string // that are no DICOM files
	dicoms    []string
	voc       []string                      // annotations in XML
	labeled   []string                      // images with a label file of YOLO
	annotated map[annotations.Kind][]string // files with annotations of many images
	keyed     []string                      // tables of annotations that name images by UID or path, but not patient and label
	tables    map[string][]string           // other tables, with their columns
}

// maxSniff bounds how much of a file is read to find out what it is. JSON needs all of it.
const maxSniff = 256 << 20

// sortOut opens what could be annotations or DICOM files.
func sortOut(folder Folder, all []string) (content, error) {
	c := content{has: map[string]bool{}, annotated: map[annotations.Kind][]string{}, tables: map[string][]string{}}
	for _, name := range all {
		c.has[name] = true
	}
	for _, name := range all {
		ext := strings.ToLower(path.Ext(name))
		var err error
		switch {
		case annotations.NamedDICOM(name):
			c.dicoms = append(c.dicoms, name)
		case annotations.IsImage(name):
			c.images = append(c.images, name)
			if c.has[annotations.YOLOLabelFile(name)] {
				c.labeled = append(c.labeled, name)
			}
		case ext == ".json":
			err = c.json(folder, name)
		case ext == ".csv" || ext == ".tsv" || ext == ".parquet":
			err = c.table(folder, name)
		case ext == ".xml":
			b, e := prefix(folder, name, 1024)
			if err = e; bytes.Contains(b, []byte("<annotation")) {
				c.voc = append(c.voc, name)
			}
		case strings.Trim(ext, ".0123456789") == "": // archives call files by their UID, or by nothing
			b, e := prefix(folder, name, 256)
			if err = e; path.Base(name) != "DICOMDIR" && dicom.Is(b) {
				c.dicoms = append(c.dicoms, name)
			}
		}
		if err != nil {
			return c, err
		}
	}
	return c, nil
}

// prefix reads the beginning of a file.
func prefix(folder Folder, name string, most int64) ([]byte, error) {
	r, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(r, most))
	if e := r.Close(); err == nil {
		err = e
	}
	return b, err
}

// json sorts a JSON file in by the names that stand at its top.
func (c *content) json(folder Folder, name string) error {
	b, err := prefix(folder, name, maxSniff)
	if err != nil {
		return err
	}
	add := func(kind annotations.Kind) { c.annotated[kind] = append(c.annotated[kind], name) }
	var top map[string]json.RawMessage
	var list []map[string]json.RawMessage
	has := func(keys map[string]json.RawMessage, names ...string) bool {
		return !slices.ContainsFunc(names, func(n string) bool { return keys[n] == nil })
	}
	switch {
	case json.Unmarshal(b, &top) == nil:
		if has(top, "images", "annotations") {
			add(annotations.KindCOCO)
		} else if has(top, "file_name", "x", "y") {
			add(annotations.KindLabelStudio)
		}
	case json.Unmarshal(b, &list) == nil && len(list) > 0:
		first := list[0]
		if has(first, "data", "annotations") || has(first, "data", "completions") || has(first, "annotation_id") || has(first, "image", "id") {
			add(annotations.KindLabelStudio)
		}
	}
	return nil
}

// table sorts a table in by its columns.
func (c *content) table(folder Folder, name string) error {
	b, err := prefix(folder, name, maxSniff)
	if err != nil {
		return err
	}
	columns, _, err := annotations.ReadTable(name, b)
	if err != nil {
		return nil // what is no table is none of ours
	}
	has := func(names ...string) bool {
		for _, n := range names {
			if !slices.ContainsFunc(columns, func(c string) bool { return strings.EqualFold(strings.TrimSpace(c), n) }) {
				return false
			}
		}
		return true
	}
	kind := annotations.KindCSV
	if bytes.HasPrefix(b, []byte("PAR1")) {
		kind = annotations.KindParquet
	}
	switch {
	case has("path", "patient", "label"):
		c.annotated[kind] = append(c.annotated[kind], name)
		c.keyed = append(c.keyed, name)
	case has("path") && (has("x", "y") || has("label")), has("sop_instance_uid"):
		c.keyed = append(c.keyed, name)
	default:
		c.tables[name] = columns
	}
	return nil
}

// guess is the kind that the folder looks most like: annotations tell more than images, and those that
// name patients and labels themselves most.
func (c content) guess() annotations.Kind {
	if len(c.dicoms) > 0 && len(c.dicoms) >= len(c.images) {
		return KindDICOM
	}
	for _, kind := range []annotations.Kind{annotations.KindCSV, annotations.KindParquet, annotations.KindLabelStudio, annotations.KindCOCO} {
		if len(c.annotated[kind]) > 0 {
			return kind
		}
	}
	switch {
	case len(c.voc) > 0:
		return annotations.KindVOC
	case len(c.labeled) > 0:
		return annotations.KindYOLO
	case len(c.images) > 0:
		return annotations.KindFolder
	}
	return ""
}

// commonFolder is the deepest folder that holds all of the files; "." for the top.
func commonFolder(files []string) string {
	if len(files) == 0 {
		return "."
	}
	common := path.Dir(files[0])
	for _, name := range files[1:] {
		for common != "." && !strings.HasPrefix(name, common+"/") {
			common = path.Dir(common)
		}
	}
	return common
}

// yoloRoot is the folder that holds images and labels, and names of classes where there are any; empty
// without label files.
func (c content) yoloRoot() string {
	if len(c.labeled) == 0 {
		return ""
	}
	var both []string
	for _, name := range c.labeled {
		both = append(both, name, annotations.YOLOLabelFile(name))
	}
	root := commonFolder(both)
	for dir := root; ; dir = path.Dir(dir) {
		for _, name := range []string{"data.yaml", "data.yml", "dataset.yaml", "classes.txt", "obj.names"} {
			if c.has[path.Join(dir, name)] {
				return dir
			}
		}
		if dir == "." {
			return root
		}
	}
}

// imagesFolder is the folder that the names in records are relative to: the one that most of them point
// to files from, or a default where they point nowhere.
func (c content) imagesFolder(records []annotations.Record, otherwise string) string {
	byBase := map[string][]string{}
	for name := range c.has {
		byBase[path.Base(name)] = append(byBase[path.Base(name)], name)
	}
	votes := map[string]int{}
	for _, r := range records {
		for _, name := range byBase[path.Base(r.Name)] {
			switch {
			case name == r.Name:
				votes["."]++
			case strings.HasSuffix(name, "/"+r.Name):
				votes[strings.TrimSuffix(name, "/"+r.Name)]++
			}
		}
	}
	best := otherwise
	for _, folder := range sortedKeys(votes) {
		if votes[folder] > votes[best] {
			best = folder
		}
	}
	return best
}
