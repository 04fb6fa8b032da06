package survey_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"femur/dag"
	"femur/dag/stagetest"
	"femur/internal/annotations"
	"femur/internal/survey"
)

type folder struct{ stagetest.Files }

func (f folder) Open(name string) (io.ReadCloser, error) { return f.FS.Open(name) }

func files(list map[string]string) folder {
	m := fstest.MapFS{}
	for name, text := range list {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return folder{stagetest.Files{FS: m}}
}

func look(t *testing.T, list map[string]string, ask survey.Ask) survey.Finding {
	t.Helper()
	f, err := survey.Look(t.Context(), files(list), ask)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Labels that clinics use for the two kinds of fractures, and what the study calls them.
func TestPositiveAndNegative(t *testing.T) {
	for _, c := range []struct {
		labels             [2]string
		positive, negative string
		aff                bool
		rename             map[string]string
	}{
		{[2]string{"AFF", "NFF"}, "AFF", "NFF", true, nil},
		{[2]string{"aff", "normal"}, "AFF", "NFF", true, map[string]string{"aff": "AFF", "normal": "NFF"}},
		{[2]string{"Atypical fracture", "Typical fracture"}, "AFF", "NFF", true, map[string]string{"Atypical fracture": "AFF", "Typical fracture": "NFF"}},
		{[2]string{"atypisk", "ej atypisk"}, "AFF", "NFF", true, map[string]string{"atypisk": "AFF", "ej atypisk": "NFF"}},
		{[2]string{"class_AFF", "non-AFF"}, "AFF", "NFF", true, map[string]string{"class_AFF": "AFF", "non-AFF": "NFF"}},
		// The second has one image less, below.
		{[2]string{"staff", "affected"}, "affected", "staff", false, nil},
		{[2]string{"0", "1"}, "1", "0", false, nil},
	} {
		text := "path,patient,label,x,y\n"
		for i, name := range []string{c.labels[0], c.labels[0], c.labels[1]} {
			text += string(rune('a'+i)) + ".png," + string(rune('1'+i)) + "," + name + ",1,1\n"
		}
		f := look(t, map[string]string{"l.csv": text}, survey.Ask{})
		got := survey.Finding{Positive: f.Positive, Negative: f.Negative, AFFLike: f.AFFLike, Source: survey.Source{Rename: f.Source.Rename}}
		want := survey.Finding{Positive: c.positive, Negative: c.negative, AFFLike: c.aff, Source: survey.Source{Rename: c.rename}}
		if d := cmp.Diff(want.Source.Rename, got.Source.Rename); d != "" || got.Positive != want.Positive || got.Negative != want.Negative || got.AFFLike != want.AFFLike {
			t.Errorf("%q: positive %q, negative %q, AFF %v, rename %v; want %+v", c.labels, got.Positive, got.Negative, got.AFFLike, got.Source.Rename, want)
		}
	}
}

// What lies in a folder decides the kind: annotations before images, DICOM where it is the most.
func TestGuess(t *testing.T) {
	const table = "path,patient,label,x,y\na.png,1,AFF,1,1\n"
	dicom := string(make([]byte, 128)) + "DICM"
	for name, c := range map[string]struct {
		list map[string]string
		want annotations.Kind
	}{
		"table":                {map[string]string{"l.csv": table, "x/aff/a.png": "", "x/nff/b.png": ""}, annotations.KindCSV},
		"another table":        {map[string]string{"prices.csv": "a,b\n1,2\n", "aff/a.png": "", "nff/b.png": ""}, annotations.KindFolder},
		"COCO":                 {map[string]string{"c.json": `{"images":[],"annotations":[]}`, "a.png": ""}, annotations.KindCOCO},
		"other JSON":           {map[string]string{"package.json": `{"name":"x"}`, "aff/a.png": "", "nff/b.png": ""}, annotations.KindFolder},
		"Label Studio columns": {map[string]string{"c.json": `{"file_name":{},"x":{},"y":{},"original_width":{},"original_height":{}}`}, annotations.KindLabelStudio},
		"JSON-MIN":             {map[string]string{"c.json": `[{"image":"a.png","id":1,"annotation_id":1}]`}, annotations.KindLabelStudio},
		"VOC":                  {map[string]string{"a.xml": "<annotation/>", "a.png": ""}, annotations.KindVOC},
		"other XML":            {map[string]string{"a.xml": "<html/>", "aff/a.png": "", "nff/b.png": ""}, annotations.KindFolder},
		"YOLO":                 {map[string]string{"images/a.png": "", "labels/a.txt": ""}, annotations.KindYOLO},
		"DICOM":                {map[string]string{"IM1": dicom, "1.2.840": dicom, "l.csv": table}, survey.KindDICOM},
		"one DICOM file":       {map[string]string{"aff/x.dcm": dicom, "aff/a.png": "", "nff/b.png": ""}, annotations.KindFolder},
		"broken table":         {map[string]string{"l.csv": "path,patient,label\n\"a", "aff/a.png": "", "nff/b.png": ""}, annotations.KindFolder},
	} {
		if f := look(t, c.list, survey.Ask{}); f.Source.Kind != c.want || !f.Guessed {
			t.Errorf("%s: %s (guessed: %v), want %s", name, f.Source.Kind, f.Guessed, c.want)
		}
	}
}

func TestLookRefuses(t *testing.T) {
	coco := map[string]string{"c.json": `{"images":[{"id":1,"file_name":"a.png"}],"annotations":[]}`, "a.png": "", "t.csv": "image_id,hip\na.png,1\n"}
	for name, c := range map[string]struct {
		list map[string]string
		ask  survey.Ask
		want string
	}{
		"nothing":   {map[string]string{"a.txt": ""}, survey.Ask{}, "neither images nor annotations"},
		"no COCO":   {map[string]string{"a.png": ""}, survey.Ask{Kind: annotations.KindCOCO}, "no annotations of the kind coco"},
		"no VOC":    {map[string]string{"a.png": ""}, survey.Ask{Kind: annotations.KindVOC}, "no annotations in XML"},
		"no YOLO":   {map[string]string{"a.png": ""}, survey.Ask{Kind: annotations.KindYOLO}, "no label files"},
		"no images": {map[string]string{"a.txt": ""}, survey.Ask{Kind: annotations.KindFolder}, "no images"},
		"no DICOM":  {map[string]string{"a.png": ""}, survey.Ask{Kind: survey.KindDICOM}, "no DICOM files"},
		"no column": {coco, survey.Ask{Label: "hardware"}, "a column hardware"},
	} {
		_, err := survey.Look(t.Context(), files(c.list), c.ask)
		var bad *dag.BadInput
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want bad input with %q", name, err, c.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := survey.Look(ctx, files(map[string]string{"aff/a.png": "", "nff/b.png": ""}), survey.Ask{}); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: error %v", err)
	}
}

// The folder of images is the one that most names lead to a file from.
func TestImagesFolder(t *testing.T) {
	const table = "path,patient,label,x,y\ns/a.png,1,AFF,1,1\ns/b.png,2,NFF,1,1\nc.png,2,NFF,1,1\n"
	for name, c := range map[string]struct {
		images []string
		want   string
	}{
		"beside the table":  {[]string{"t/s/a.png", "t/s/b.png"}, ""},
		"in another folder": {[]string{"x/y/s/a.png", "x/y/s/b.png", "t/s/b.png"}, "x/y"},
		"at the top":        {[]string{"s/a.png", "s/b.png"}, "."},
		"nowhere":           {nil, ""},
	} {
		list := map[string]string{"t/l.csv": table}
		for _, image := range c.images {
			list[image] = ""
		}
		f := look(t, list, survey.Ask{})
		if got := f.Source.ImagesFolder(); got != c.want {
			t.Errorf("%s: images in %q, want %q", name, got, c.want)
		}
	}
}

// Folders that are too many to be classes are taken for patients in the table to be filled in.
func TestFoldersOfPatients(t *testing.T) {
	list := map[string]string{}
	for _, p := range "abcdefghij" {
		list["p"+string(p)+"/1.png"] = ""
	}
	f := look(t, list, survey.Ask{})
	if f.Fill == nil || !strings.Contains(string(f.Fill.Text), "\npa/1.png,pa,,,,\n") {
		t.Fatalf("fill %+v, want a table with the folders as patients", f.Fill)
	}
	if !f.Localizes() || !f.Classifies() {
		t.Error("what is filled in can be learned from")
	}
}

// DICOM files in folders named after classes get a pattern that ingest reads the class by.
func TestDICOMByFolders(t *testing.T) {
	dicom := string(make([]byte, 128)) + "DICM"
	f := look(t, map[string]string{"d/aff/1": dicom, "d/a.f/2": dicom}, survey.Ask{})
	if want := `(?:^|/)(?P<label>a\.f|aff)/`; f.Source.Pattern != want || f.Source.Images != "d" || f.Source.Unannotated != "keep" {
		t.Errorf("source %+v, want the pattern %s", f.Source, want)
	}
	if _, err := annotations.NewPattern(f.Source.Pattern); err != nil {
		t.Error(err)
	}
}
