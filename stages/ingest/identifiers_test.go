package ingest

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"femur/cache"
	"femur/dag"
	"femur/dag/stagetest"
	"femur/internal/cohortreport"
)

// dicomNamed is a folder of classes with DICOM files of the shared data, called as files of people are.
func dicomNamed(t *testing.T) fstest.MapFS {
	shared := sharedData(t)
	fs := fstest.MapFS{}
	for from, to := range map[string]string{"CT_small.dcm": "d/aff/Doe_1.DCM", "MR_small_RLE.dcm": "d/normal/Doe_2.dicom"} {
		b, err := os.ReadFile(shared + "/dicom/" + from)
		if err != nil {
			t.Fatal(err)
		}
		fs[to] = &fstest.MapFile{Data: b}
	}
	return fs
}

// A folder by class may hold DICOM files. Nobody said how their identifiers are to be treated, so they are hashed.
func TestFolderOfDICOM(t *testing.T) {
	s := stageOf(Source{Kind: "folder", Images: ptr("d"), Alone: ptr(true), Unannotated: ptr("keep")})
	task := stagetest.New(s)
	fs := dicomNamed(t)
	if err := task.Run(t.Context(), s, stagetest.Files{FS: fs}); err != nil {
		t.Fatal(err)
	}
	rows := cohortOf(t, task)
	if len(rows) != 2 {
		t.Fatalf("%d radiographs, want 2", len(rows))
	}
	var labels, modalities []string
	for _, r := range rows {
		labels, modalities = append(labels, r.Label), append(modalities, r.Modality)
		if !strings.HasPrefix(r.ID, "r") || !strings.HasPrefix(r.Patient, "p") || r.Format != "dicom" || len(r.StudyDate) > 4 {
			t.Errorf("%+v: want pseudonyms, the format dicom and at most the year", r)
		}
	}
	slices.Sort(labels)
	slices.Sort(modalities)
	if !slices.Equal(labels, []string{"aff", "normal"}) || !slices.Equal(modalities, []string{"CT", "MR"}) {
		t.Errorf("labels %v, modalities %v", labels, modalities)
	}
	for port, out := range task.Outputs {
		for id, b := range out {
			if strings.Contains(string(id), "Doe") || strings.Contains(string(b), "Doe") {
				t.Errorf("output %s, item %s names somebody", port, id)
			}
		}
	}
	var summary cohortreport.Summary
	if err := json.Unmarshal(task.One("summary"), &summary); err != nil || !summary.Hashed {
		t.Errorf("the summary does not say that ids are hashed (%v)", err)
	}
}

// The names of the files decide for the whole source, unless the block does.
func TestNamesOfFilesSettleIdentifiers(t *testing.T) {
	im := gray16(t, 4, 4, 1)
	const plain = "path,patient,label,x,y\na.png,1,AFF,1,1\nb.png,2,NFF,1,1\n"
	const mixed = "path,patient,label,x,y\na.png,1,AFF,1,1\nsub/b.Dcm,2,NFF,1,1\n"
	const coco = `{"images":[{"id":1,"file_name":"sub/b.dicom"}],"annotations":[{"id":1,"image_id":1,"bbox":[1,1,2,2]}]}`
	files := fstest.MapFS{
		"plain.csv": text(plain), "mixed.csv": text(mixed), "a.png": im, "b.png": im, "sub/b.Dcm": im,
		"c.json": text(coco), "images/sub/b.dicom": im, "l.csv": text("image_id,label\nb,AFF\n"),
	}
	for name, c := range map[string]struct {
		source Source
		hashed bool
	}{
		"no DICOM file":      {Source{Kind: "csv", Path: ptr("plain.csv")}, false},
		"one DICOM file":     {Source{Kind: "csv", Path: ptr("mixed.csv")}, true},
		"kept":               {Source{Kind: "csv", Path: ptr("mixed.csv"), Identifiers: ptr("kept")}, false},
		"hashed":             {Source{Kind: "csv", Path: ptr("plain.csv"), Identifiers: ptr("hashed")}, true},
		"boxes in COCO form": {Source{Kind: "coco", Path: ptr("c.json"), Labels: ptr("l.csv"), LabelName: ptr("label")}, true},
	} {
		items, err := stageOf(c.source).Sources(t.Context(), stagetest.Files{FS: files})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, it := range items {
			named := strings.ContainsAny(string(it.ID), "./")
			if named == c.hashed || it.Path != "" && it.Private != c.hashed || c.hashed != strings.HasPrefix(string(it.Patient), "p") {
				t.Errorf("%s: item %+v, want hashed: %v", name, it, c.hashed)
			}
		}
	}
}

// What is wrong with such a source names nobody either, even where it cannot be read far enough to list a file.
func TestErrorsOfSourcesThatListDICOM(t *testing.T) {
	im := gray16(t, 4, 4, 1)
	for name, c := range map[string]struct {
		source Source
		files  fstest.MapFS
		named  bool
	}{
		"a line is wrong":    {Source{Kind: "csv", Path: ptr("l.csv")}, fstest.MapFS{"l.csv": text("path,patient,label,x,y\nDoe.dcm,Doe,AFF,Doe,1\n")}, false},
		"no columns":         {Source{Kind: "csv", Path: ptr("l.csv")}, fstest.MapFS{"l.csv": text("Doe,Doe\nDoe.DCM,Doe\n")}, false},
		"files tell":         {Source{Kind: "csv", Path: ptr("l.csv")}, fstest.MapFS{"l.csv": text("Doe,Doe\n"), "Doe/1.dcm": im}, false},
		"no class":           {Source{Kind: "folder", Images: ptr("d"), Alone: ptr(true)}, fstest.MapFS{"d/Doe.dcm": im}, false},
		"image missing":      {Source{Kind: "csv", Path: ptr("l.csv")}, fstest.MapFS{"l.csv": text("path,patient,label,x,y\nDoe.dcm,1,AFF,1,1\n")}, false},
		"without DICOM file": {Source{Kind: "csv", Path: ptr("l.csv")}, fstest.MapFS{"l.csv": text("path,patient,label,x,y\nDoe.png,Doe,AFF,Doe,1\n")}, true},
	} {
		_, err := stageOf(c.source).Sources(t.Context(), stagetest.Files{FS: c.files})
		if err == nil || strings.Contains(err.Error(), "Doe") != c.named {
			t.Errorf("%s: the error is %v; want one, with names: %v", name, err, c.named)
		}
		var bad *dag.BadInput
		if !c.named && name != "no columns" && name != "files tell" && (!errors.As(err, &bad) || !strings.Contains(bad.Origin, "Doe")) {
			t.Errorf("%s: %+v does not lead back to the file", name, bad)
		}
	}
}

// Marks of other things are ignored, and an image that has no others is one without center.
func TestClasses(t *testing.T) {
	im := gray16(t, 40, 40, 1)
	const boxes = `<annotation><filename>%</filename><object><name>metal</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>30</xmax><ymax>30</ymax></bndbox></object>`
	const fracture = `<object><name>AFF</name><bndbox><xmin>3</xmin><ymin>3</ymin><xmax>6</xmax><ymax>6</ymax></bndbox></object>`
	region := func(class string) string {
		return `{"type":"keypointlabels","original_width":40,"original_height":40,"value":{"x":10,"y":10,"keypointlabels":["` + class + `"]}}`
	}
	const coco = `{"categories":[{"id":1,"name":"AFF"},{"id":2,"name":"metal"}],"images":[{"id":1,"file_name":"a.png"},{"id":2,"file_name":"b.png"}],
		"annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[2,2,4,4]},{"id":2,"image_id":1,"category_id":2,"bbox":[0,0,30,30]},{"id":3,"image_id":2,"category_id":2,"bbox":[0,0,30,30]}]}`
	files := fstest.MapFS{
		"c.json": text(coco), "images/a.png": im, "images/b.png": im,
		"v/a.xml": text(strings.Replace(boxes, "%", "a.png", 1) + fracture + "</annotation>"), "v/b.xml": text(strings.Replace(boxes, "%", "b.png", 1) + "</annotation>"),
		"v/a.png": im, "v/b.png": im,
		"y/images/a.png": im, "y/images/b.png": im, "y/data.yaml": text("names: [AFF, metal]\n"),
		"y/labels/a.txt": text("1 0.5 0.5 0.9 0.9\n0 0.1 0.1 0.1 0.1\n"), "y/labels/b.txt": text("1 0.5 0.5 0.9 0.9\n"),
		"s.json": text(`[{"id":1,"data":{"image":"a.png"},"annotations":[{"id":1,"result":[` + region("metal") + `,` + region("AFF") + `]}]},
			{"id":2,"data":{"image":"b.png"},"annotations":[{"id":2,"result":[` + region("metal") + `]}]}]`),
		"a.png": im, "b.png": im,
	}
	for _, c := range []Source{
		{Kind: "coco", Path: ptr("c.json")}, {Kind: "voc", Path: ptr("v")}, {Kind: "yolo", Path: ptr("y")}, {Kind: "label-studio", Path: ptr("s.json")},
	} {
		c.Classes, c.Alone, c.Unannotated = []string{"AFF"}, ptr(true), ptr("skip")
		items, err := stageOf(c).Sources(t.Context(), stagetest.Files{FS: files})
		if err != nil {
			t.Errorf("%s: %v", c.Kind, err)
			continue
		}
		rows := map[cache.ItemID]row{}
		for _, it := range items {
			var r row
			if it.Port == "rows" && json.Unmarshal(it.Inline, &r) == nil {
				rows[it.ID[strings.LastIndexByte(string(it.ID), '/')+1:]] = r
			}
		}
		if a, b := rows["a.png"], rows["b.png"]; len(rows) != 2 || a.Label != "AFF" || len(a.Marks) != 1 || b.Refused == nil || !b.Refused.Skipped {
			t.Errorf("%s: rows %v: %+v, want one mark AFF of a.png, and b.png without center", c.Kind, slices.Sorted(maps.Keys(rows)), rows)
		}
	}
}

func TestClassesAreChecked(t *testing.T) {
	for name, c := range map[string]struct {
		source Source
		want   string
	}{
		"good":        {Source{Kind: "coco", Path: ptr("c"), Classes: []string{"AFF", "NFF"}}, ""},
		"none":        {Source{Kind: "coco", Path: ptr("c"), Classes: []string{}}, "Empty list"},
		"without":     {Source{Kind: "voc", Path: ptr("c"), Classes: []string{"AFF", ""}}, "Empty name"},
		"twice":       {Source{Kind: "yolo", Path: ptr("c"), Classes: []string{"AFF", "AFF"}}, "Duplicate name"},
		"other kinds": {Source{Kind: "csv", Path: ptr("c"), Classes: []string{"AFF"}}, "Unsupported argument"},
	} {
		problems := stageOf(c.source).Check()
		if (c.want == "") != (len(problems) == 0) || c.want != "" && problems[0].Summary != c.want {
			t.Errorf("%s: problems %+v, want %q", name, problems, c.want)
		}
	}
}
