package annotations

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"femur/dag"
)

// LabelStudio reads what Label Studio exports: the list of tasks (JSON), its short form (JSON-MIN), or a table
// column → row → value with file_name, original_width, original_height, x and y.
//
// Places are in percent of original_width and original_height, of the image as a browser shows it, which
// is the oriented image. Turning the view (image_rotation) turns neither of them: the editor maps what
// is clicked back to the image that was not turned (its stage is rotated as a whole, and its own tests
// hold that a turn leaves results as they are), so the field is ignored. A box's own rotation counts.
func LabelStudio(files Files, o Options) ([]Record, error) {
	n, err := newNaming(files, o)
	if err != nil {
		return nil, err
	}
	b, err := readFile(files, o.Path)
	if err != nil {
		return nil, err
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	var f faults
	var records []Record
	switch first := bytes.TrimLeft(b, " \t\r\n"); {
	case bytes.HasPrefix(first, []byte("[")):
		records, err = studioTasks(files, o, b, &f)
	case bytes.HasPrefix(first, []byte("{")):
		records, err = studioColumns(o.Path, b, &f)
	default:
		return nil, &dag.BadInput{File: o.Path, Line: 1, Summary: "the file is no JSON", Detail: "Export from Label Studio as JSON. CSV, TSV, COCO, YOLO and VOC exports are other kinds of source, or cannot be read."}
	}
	if err != nil {
		return nil, err
	}
	o.keepClasses(records, &f)
	return n.finish(records, classOf, &f), f.join(o.Path)
}

// A studioTask is a task of the raw export; its annotations were called completions once.
type studioTask struct {
	ID          id                         `json:"id"`
	InnerID     id                         `json:"inner_id"`
	FileUpload  string                     `json:"file_upload"`
	Data        map[string]json.RawMessage `json:"data"`
	Annotations []studioAnnotation         `json:"annotations"`
	Completions []studioAnnotation         `json:"completions"`
}

type studioAnnotation struct {
	ID          id              `json:"id"`
	CompletedBy json.RawMessage `json:"completed_by"`
	Canceled    bool            `json:"was_cancelled"`
	Result      []studioResult  `json:"result"`
}

// annotator names who made the annotation: a number, an object with an id, or, where nobody is named, the
// annotation itself, since two annotations of a task are two opinions.
func (a studioAnnotation) annotator() string {
	var by id
	if len(a.CompletedBy) > 0 && json.Unmarshal(a.CompletedBy, &by) == nil && by != "" {
		return string(by)
	}
	var person struct {
		ID    id     `json:"id"`
		Email string `json:"email"`
	}
	if len(a.CompletedBy) > 0 && json.Unmarshal(a.CompletedBy, &person) == nil {
		if by := cmp.Or(string(person.ID), person.Email); by != "" {
			return by
		}
	}
	if a.ID != "" {
		return "annotation " + string(a.ID)
	}
	return ""
}

// studioTasks reads a list of tasks, in the long or the short form.
func studioTasks(files Files, o Options, b []byte, f *faults) ([]Record, error) {
	var raw []json.RawMessage
	if err := decodeJSON(o.Path, b, &raw); err != nil {
		return nil, err
	}
	if short, err := isShort(o.Path, raw); err != nil {
		return nil, err
	} else if short {
		return studioShort(files, o, raw, f)
	}
	folder := o.ImagesFolder(KindLabelStudio)
	var records []Record
	for i, part := range raw {
		var task studioTask
		r := Record{File: o.Path, Frame: -1, Entry: fmt.Sprintf("task number %d", i+1)}
		if err := json.Unmarshal(part, &task); err != nil {
			f.add(r.Bad(err.Error(), "The task is not in the form of Label Studio's JSON export."))
			continue
		}
		if task.ID != "" {
			r.Entry = "task " + string(task.ID)
		}
		names := imageNames(task.FileUpload, task.Data)
		if len(names) == 0 {
			f.add(r.Bad("the task names no image", "Export with the image's path in data.image."))
			continue
		}
		r.Name = resolve(files, folder, names...)
		if err := task.marks(&r); err != nil {
			f.add(err)
			continue
		}
		records = append(records, r)
	}
	return records, nil
}

// marks adds the marks of all annotations that were not canceled.
func (t studioTask) marks(r *Record) error {
	annotations := t.Annotations
	if annotations == nil {
		annotations = t.Completions
	}
	var opinions []string
	for _, a := range annotations {
		if a.Canceled {
			continue
		}
		if err := readResults(r, a.Result, another(&opinions, a.annotator())); err != nil {
			return err
		}
	}
	return nil
}

// another adds the name of an annotator to those of one image. One person's second annotation is a second
// opinion, not a second fracture, and gets a name of its own.
func another(opinions *[]string, by string) string {
	if slices.Contains(*opinions, by) {
		by = fmt.Sprintf("%s again (%d)", by, len(*opinions)+1)
	}
	*opinions = append(*opinions, by)
	return by
}

// isShort reports whether a list is the JSON-MIN export, whose entries have neither data nor annotations.
func isShort(file string, raw []json.RawMessage) (bool, error) {
	if len(raw) == 0 {
		return false, nil
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(raw[0], &keys); err != nil {
		return false, &dag.BadInput{File: file, Record: "entry 1", Summary: "the entry is no object", Detail: "Export from Label Studio as JSON: a list of tasks."}
	}
	for _, key := range []string{"data", "annotations", "completions"} {
		if _, ok := keys[key]; ok {
			return false, nil
		}
	}
	return true, nil
}

// studioShort reads JSON-MIN: an entry for each annotation, with a list of regions under the name of each tag.
func studioShort(files Files, o Options, raw []json.RawMessage, f *faults) ([]Record, error) {
	folder := o.ImagesFolder(KindLabelStudio)
	var records []Record
	at := map[string]int{}
	opinions := map[string]*[]string{}
	for i, part := range raw {
		r := Record{File: o.Path, Frame: -1, Entry: fmt.Sprintf("entry %d", i+1)}
		var entry map[string]json.RawMessage
		if err := json.Unmarshal(part, &entry); err != nil {
			f.add(r.Bad(err.Error(), "The entry is not in the form of Label Studio's JSON-MIN export."))
			continue
		}
		names := imageNames("", entry)
		if len(names) == 0 {
			f.add(r.Bad("the entry names no image", "Export JSON (not JSON-MIN) from Label Studio, with the image's path in data.image."))
			continue
		}
		r.Name = resolve(files, folder, names...)
		if opinions[r.Name] == nil {
			opinions[r.Name] = new([]string)
		}
		by := another(opinions[r.Name], cmp.Or(text(entry["annotator"]), text(entry["annotation_id"])))
		var results []studioResult
		for _, tag := range slices.Sorted(maps.Keys(entry)) {
			var regions []studioValue
			if json.Unmarshal(entry[tag], &regions) != nil || !slices.ContainsFunc(regions, studioValue.hasPlace) {
				continue
			}
			for _, v := range regions {
				results = append(results, studioResult{Type: v.kind(), Width: v.OriginalWidth, Height: v.OriginalHeight, Value: v})
			}
		}
		before, again := at[r.Name]
		if again {
			r.Marks, r.Width, r.Height = records[before].Marks, records[before].Width, records[before].Height
		}
		if err := readResults(&r, results, by); err != nil {
			f.add(err)
			continue
		}
		if again {
			records[before].Marks, records[before].Width, records[before].Height = r.Marks, r.Width, r.Height
			continue
		}
		at[r.Name] = len(records)
		records = append(records, r)
	}
	return records, nil
}

// text is a number or a text as text.
func text(raw json.RawMessage) string {
	var v id
	if len(raw) == 0 || json.Unmarshal(raw, &v) != nil {
		return ""
	}
	return string(v)
}

// uploadPrefix is what Label Studio puts before the names of uploaded files.
var uploadPrefix = regexp.MustCompile(`^[0-9a-f]{8}-`)

// imageNames are the names that an image may have below the folder of images, the likeliest first.
func imageNames(upload string, data map[string]json.RawMessage) []string {
	var names []string
	add := func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, key := range []string{"image", "img", "file_name", "filename"} {
		names = append(names, namesIn(text(data[key]))...)
	}
	if len(names) == 0 {
		for _, key := range slices.Sorted(maps.Keys(data)) {
			if said := namesIn(text(data[key])); len(said) > 0 && IsImage(said[0]) {
				names = append(names, said...)
				break
			}
		}
	}
	if base := path.Base(upload); upload != "" {
		add(uploadPrefix.ReplaceAllString(base, ""))
		if _, rest, ok := strings.Cut(base, "-"); ok {
			add(rest)
		}
		add(base)
	}
	return names
}

// namesIn are the names in the address of an image: /data/upload/3/1a2b3c4d-name.png,
// /data/local-files/?d=folder/name.png, s3://bucket/folder/name.png or a plain path.
func namesIn(address string) []string {
	if address == "" || strings.HasPrefix(address, "data:") {
		return nil
	}
	uploaded := strings.Contains(address, "/upload/")
	name := address
	if u, err := url.Parse(address); err == nil && (u.Scheme != "" || u.RawQuery != "" || strings.HasPrefix(address, "/data/")) {
		name = u.Path
		if d := u.Query().Get("d"); d != "" {
			name = d
		}
	}
	name = strings.Trim(strings.ReplaceAll(name, `\`, "/"), "/")
	base := path.Base(name)
	if uploaded {
		// The upload's own name has a prefix; the file that was uploaded had none.
		return []string{uploadPrefix.ReplaceAllString(base, ""), base}
	}
	if name == base {
		return []string{base}
	}
	return []string{base, name}
}
