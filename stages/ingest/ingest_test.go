package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
	"femur/dag"
	"femur/dag/stagetest"
	"femur/internal/cohort"
	"femur/internal/geom"
	"femur/internal/radiograph"
	"femur/internal/table"
)

// gray16 is a PNG of w × h pixels whose first pixel has the value.
func gray16(t *testing.T, w, h int, first uint16) *fstest.MapFile {
	t.Helper()
	im := image.NewGray16(image.Rect(0, 0, w, h))
	im.SetGray16(0, 0, color.Gray16{Y: first})
	var b bytes.Buffer
	if err := png.Encode(&b, im); err != nil {
		t.Fatal(err)
	}
	return &fstest.MapFile{Data: b.Bytes()}
}

func text(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }

// stageOf returns a stage that reads the source.
func stageOf(src Source) *stage {
	s := &stage{Params: defaults()}
	s.Source = src
	return s
}

func ptr[T any](v T) *T { return &v }

func TestCSV(t *testing.T) {
	files := fstest.MapFS{
		"data/list.csv": text("\xef\xbb\xbfPath,Patient,Label,X,Y,Spacing,view\na/1.png,p1,AFF,3,2.5,0.2,AP\nb.png,p2,NFF,0,0,,\n"),
		"data/a/1.png":  gray16(t, 4, 5, 777),
		"data/b.png":    gray16(t, 2, 2, 1),
	}
	s := stageOf(Source{Kind: "csv", Path: ptr("data/list.csv")})
	task := stagetest.New(s)
	if err := task.Run(t.Context(), s, stagetest.Files{FS: files}); err != nil {
		t.Fatal(err)
	}
	im, err := radiograph.DecodeContainer(task.Outputs["radiographs"]["a/1.png"], radiograph.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if im.Width != 4 || im.Height != 5 || im.Pix[0] != 777 {
		t.Errorf("a/1.png is %d×%d and begins with %d, want 4×5 and 777: 16 bit must survive", im.Width, im.Height, im.Pix[0])
	}
	a, err := cohort.DecodeAnnotation(task.Outputs["annotations"]["a/1.png"])
	if err != nil {
		t.Fatal(err)
	}
	want := cohort.Annotation{
		Patient: "p1", Label: "AFF", Center: geom.Point{X: 3, Y: 2.5}, Width: 4, Height: 5, Pitch: 0.2, PitchSource: cohort.PitchStated, View: "AP", Bits: 16, Format: "png",
	}
	if diff := cmp.Diff(want, a); diff != "" {
		t.Errorf("annotation (-want +got):\n%s", diff)
	}
	index, err := table.Read[cohort.IndexRow](task.One("index"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]cohort.IndexRow{{ID: "a/1.png", Patient: "p1", Label: "AFF", View: "AP"}, {ID: "b.png", Patient: "p2", Label: "NFF"}}, index); diff != "" {
		t.Errorf("index (-want +got):\n%s", diff)
	}
}

// A row's bytes are part of the radiograph's key: what has no meaning must not be in them.
func TestRowsHoldNoLinesAndFolders(t *testing.T) {
	rows := func(files fstest.MapFS, path string) string {
		items, err := stageOf(Source{Kind: "csv", Path: &path}).Sources(t.Context(), stagetest.Files{FS: files})
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range items {
			if it.Port == "rows" && it.ID == "1.png" {
				return string(it.Inline)
			}
		}
		t.Fatal("no row of 1.png")
		return ""
	}
	im := gray16(t, 4, 4, 1)
	one := rows(fstest.MapFS{"x/l.csv": text("path,patient,label,x,y\n1.png,p,AFF,1,1\n"), "x/1.png": im}, "x/l.csv")
	two := rows(fstest.MapFS{"y/m.csv": text("label,path,patient,y,x\nNFF,2.png,q,1,1\nAFF,1.png,p,1,1\n"), "y/1.png": im, "y/2.png": im}, "y/m.csv")
	if one != two {
		t.Errorf("the row depends on its place:\n%s\n%s", one, two)
	}
}

func TestCOCO(t *testing.T) {
	files := fstest.MapFS{
		"c.json": text(`{"images":[{"id":1,"width":10,"height":8,"file_name":"a.png"},{"id":2,"width":4,"height":4,"file_name":"b.png"}],
			"annotations":[{"id":1,"image_id":1,"bbox":[0,0,2,2]},{"id":2,"image_id":1,"bbox":[4,2,4,4]},{"id":3,"image_id":2,"bbox":[1,1,2,2]}]}`),
		"t.csv":        text("image_id,hardware\na.png,1\nb.png,0\n"),
		"images/a.png": gray16(t, 10, 8, 1),
		"images/b.png": gray16(t, 4, 4, 1),
	}
	for rule, want := range map[string]geom.Point{"largest": {X: 6, Y: 4}, "first": {X: 1, Y: 1}, "mean": {X: 3.5, Y: 2.5}} {
		s := stageOf(Source{Kind: "coco", Path: ptr("c.json"), Labels: ptr("t.csv"), LabelName: ptr("hardware"), Choose: &rule, Rename: map[string]string{"1": "yes"}})
		task := stagetest.New(s)
		if err := task.Run(t.Context(), s, stagetest.Files{FS: files}); err != nil {
			t.Fatal(err)
		}
		a, err := cohort.DecodeAnnotation(task.Outputs["annotations"]["a.png"])
		if err != nil {
			t.Fatal(err)
		}
		if a.Center != want || a.Label != "yes" || a.Patient != "a.png" {
			t.Errorf("%s: center %v, label %s, patient %s; want %v, yes, a.png", rule, a.Center, a.Label, a.Patient, want)
		}
	}
}

func TestLabelStudio(t *testing.T) {
	const name = "patient_449_CONTROL_class_1_modality_CR_scanoccasion_0_imagenumber_2.png"
	columns := fmt.Sprintf(`{"file_name":{"0":%q,"1":null},"original_width":{"0":10.0,"1":null},"original_height":{"0":20.0,"1":null},"x":{"0":50.0,"1":null},"y":{"0":25.0,"1":null}}`, name)
	tasks := fmt.Sprintf(`[{"id":7,"data":{"image":"/data/local-files/?d=x/%s"},"annotations":[{"result":[{"type":"keypointlabels","original_width":10,"original_height":20,"image_rotation":0,"value":{"x":50,"y":25}}]}]}]`, name)
	for form, content := range map[string]string{"columns": columns, "tasks": tasks} {
		files := fstest.MapFS{"d/a.json": text(content), "d/" + name: gray16(t, 10, 20, 1)}
		s := stageOf(Source{Kind: "label-studio", Path: ptr("d/a.json"), Rename: map[string]string{"CONTROL": "NFF"}})
		task := stagetest.New(s)
		if err := task.Run(t.Context(), s, stagetest.Files{FS: files}); err != nil {
			t.Fatalf("%s: %v", form, err)
		}
		a, err := cohort.DecodeAnnotation(task.Outputs["annotations"][name])
		if err != nil {
			t.Fatal(err)
		}
		if a.Patient != "449" || a.Label != "NFF" || a.Modality != "CR" || a.Center != (geom.Point{X: 5, Y: 5}) {
			t.Errorf("%s: %+v", form, a)
		}
	}
}

func TestBadInput(t *testing.T) {
	const head = "path,patient,label,x,y\n"
	good := gray16(t, 4, 4, 1)
	for name, c := range map[string]struct {
		source Source
		files  fstest.MapFS
		want   string // in the message
	}{
		"no list":             {Source{Kind: "csv", Path: ptr("l.csv")}, fstest.MapFS{}, "l.csv: the file does not exist"},
		"empty list":          {Source{Kind: "csv", Path: ptr("l.csv")}, fstest.MapFS{"l.csv": text("")}, "l.csv:1: the file is empty"},
		"no rows":             {Source{Kind: "csv", Path: ptr("l.csv")}, fstest.MapFS{"l.csv": text(head)}, "no radiograph is listed"},
		"missing column":      {Source{Kind: "csv", Path: ptr("l.csv")}, fstest.MapFS{"l.csv": text("path,patient,x,y\n")}, "l.csv:1: there is no column label"},
		"missing file":        {Source{Kind: "csv", Path: ptr("l.csv")}, fstest.MapFS{"l.csv": text(head + "a.png,p,AFF,1,1\n")}, "l.csv:2: a.png: the image a.png does not exist"},
		"not a number":        {Source{Kind: "csv", Path: ptr("l.csv")}, fstest.MapFS{"l.csv": text(head + "a.png,p,AFF,one,1\n"), "a.png": good}, `l.csv:2: a.png: column x: "one" is no number`},
		"not finite":          {Source{Kind: "csv", Path: ptr("l.csv")}, fstest.MapFS{"l.csv": text(head + "a.png,p,AFF,NaN,1\n"), "a.png": good}, `l.csv:2: a.png: column x: "NaN" is no finite number`},
		"unreadable image":    {Source{Kind: "csv", Path: ptr("l.csv")}, fstest.MapFS{"l.csv": text(head + "a.png,p,AFF,1,1\n"), "a.png": text("\x89PNG\r\n\x1a\nrubbish")}, "a.png"},
		"both labels":         {Source{Kind: "csv", Path: ptr("l.csv")}, fstest.MapFS{"l.csv": text(head + "a.png,p,AFF,1,1\nb.png,p,NFF,1,1\n"), "a.png": good, "b.png": good}, "l.csv:3: b.png: patient p is labeled NFF here and AFF at l.csv:2"},
		"twice":               {Source{Kind: "csv", Path: ptr("l.csv")}, fstest.MapFS{"l.csv": text(head + "a.png,p,AFF,1,1\na.png,p,AFF,1,1\n"), "a.png": good}, "l.csv:3: a.png: the image is listed twice with the same mark, first at l.csv:2"},
		"center outside":      {Source{Kind: "csv", Path: ptr("l.csv")}, fstest.MapFS{"l.csv": text(head + "a.png,p,AFF,4.5,1\n"), "a.png": good}, "a.png: the center (4.5, 1.0) lies outside the image of 4×4 pixels"},
		"no center":           {Source{Kind: "csv", Path: ptr("l.csv")}, fstest.MapFS{"l.csv": text(head + "a.png,p,AFF,,\n"), "a.png": good}, "l.csv:2: a.png: no center is annotated"},
		"no patient":          {Source{Kind: "csv", Path: ptr("l.csv")}, fstest.MapFS{"l.csv": text(head + "a.png,,AFF,1,1\n"), "a.png": good}, "l.csv:2: a.png: patient or label is empty"},
		"leaves the folder":   {Source{Kind: "csv", Path: ptr("d/l.csv")}, fstest.MapFS{"d/l.csv": text(head + "../a.png,p,AFF,1,1\n"), "a.png": good}, "leaves the folder"},
		"negative spacing":    {Source{Kind: "csv", Path: ptr("l.csv")}, fstest.MapFS{"l.csv": text("path,patient,label,x,y,spacing\na.png,p,AFF,1,1,-0.1\n"), "a.png": good}, "l.csv:2: a.png: invalid spacing"},
		"ragged line":         {Source{Kind: "csv", Path: ptr("l.csv")}, fstest.MapFS{"l.csv": text(head + "a.png,p,AFF\n")}, "l.csv:2"},
		"broken json":         {Source{Kind: "coco", Path: ptr("c.json"), Labels: ptr("t.csv"), LabelName: ptr("l")}, fstest.MapFS{"c.json": text("{\n\n]"), "t.csv": text("image_id,l\n")}, "c.json:3"},
		"other size":          {Source{Kind: "coco", Path: ptr("c.json"), Labels: ptr("t.csv"), LabelName: ptr("l")}, fstest.MapFS{"c.json": text(`{"images":[{"id":1,"width":9,"height":9,"file_name":"a.png"}],"annotations":[{"id":1,"image_id":1,"bbox":[0,0,2,2]}]}`), "t.csv": text("image_id,l\na.png,1\n"), "images/a.png": good}, "the annotation was made on an image of 9×9 pixels, the file has 4×4"},
		"annotated elsewhere": {Source{Kind: "coco", Path: ptr("c.json"), Labels: ptr("t.csv"), LabelName: ptr("l")}, fstest.MapFS{"c.json": text(`{"images":[],"annotations":[{"id":5,"image_id":3,"bbox":[0,0,2,2]}]}`), "t.csv": text("image_id,l\n")}, "annotation 5: image_id 3 is not among the images"},
		"clinic's names":      {Source{Kind: "label-studio", Path: ptr("a.json")}, fstest.MapFS{"a.json": text(`{"file_name":{"0":"x.png"},"original_width":{"0":4},"original_height":{"0":4},"x":{"0":1},"y":{"0":1}}`)}, "a.json: row 0 (x.png): the patient is not named"},
	} {
		t.Run(name, func(t *testing.T) {
			s := stageOf(c.source)
			err := stagetest.New(s).Run(t.Context(), s, stagetest.Files{FS: c.files})
			var bad *dag.BadInput
			if err == nil || !errors.As(err, &bad) {
				t.Fatalf("error is %v, want a *dag.BadInput", err)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("message is\n %s\nwant in it\n %s", err, c.want)
			}
		})
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	s := stageOf(Source{Kind: "csv", Path: ptr("l.csv")})
	_, err := s.Sources(t.Context(), stagetest.Files{FS: fstest.MapFS{"l.csv": text("path,patient,label,x,y\na.png,p,AFF,1,1\nb.png,p,AFF,,\n")}})
	for _, want := range []string{"l.csv:2", "l.csv:3"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want %s in it", err, want)
		}
	}
}

// Many faults are cut to a length that people read, in the order of the lines.
func TestManyFaults(t *testing.T) {
	list := "path,patient,label,x,y\n"
	for i := range 30 {
		list += fmt.Sprintf("%d.png,p,AFF,,\n", 99-i)
	}
	s := stageOf(Source{Kind: "csv", Path: ptr("l.csv")})
	_, err := s.Sources(t.Context(), stagetest.Files{FS: fstest.MapFS{"l.csv": text(list)}})
	if err == nil {
		t.Fatal("no error")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 21 || !strings.HasPrefix(lines[0], "l.csv:2: 99.png") || !strings.HasPrefix(lines[19], "l.csv:21:") || !strings.HasPrefix(lines[20], "10 more") {
		t.Errorf("%d lines:\n%s", len(lines), err)
	}
}

// What only the pixels show is found while they are read, and reported together as well.
func TestAllFaultsOfImagesAtOnce(t *testing.T) {
	s := stageOf(Source{Kind: "csv", Path: ptr("l.csv")})
	err := stagetest.New(s).Run(t.Context(), s, stagetest.Files{FS: fstest.MapFS{
		"l.csv": text("path,patient,label,x,y\na.png,p,AFF,9,1\nb.png,p,AFF,1,1\nc.png,q,NFF,1,1\n"),
		"a.png": gray16(t, 4, 4, 1), "b.png": gray16(t, 4, 4, 2), "c.png": text("no image"),
	}})
	for _, want := range []string{"a.png: the center (9.0, 1.0) lies outside", "c.png: neither PNG nor JPEG"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want %q in it", err, want)
		}
	}
	var bad *dag.BadInput
	if !errors.As(err, &bad) {
		t.Errorf("error is %v, want a *dag.BadInput", err)
	}
}

func TestUnannotatedMayBeSkipped(t *testing.T) {
	s := stageOf(Source{Kind: "csv", Path: ptr("l.csv"), Unannotated: ptr("skip")})
	items, err := s.Sources(t.Context(), stagetest.Files{FS: fstest.MapFS{
		"l.csv": text("path,patient,label,x,y\na.png,p,AFF,1,1\nb.png,p,AFF,,\n"), "a.png": gray16(t, 4, 4, 1),
	}})
	if err != nil || len(items) != 3 || items[0].ID != "a.png" || items[2].ID != "b.png" || items[2].Port != "rows" {
		t.Errorf("items %v, error %v; want row and file of a.png, and why b.png is left out", items, err)
	}
}

func TestCheckNamesWhatASourceTakes(t *testing.T) {
	for name, c := range map[string]struct {
		source    Source
		attribute string
	}{
		"unknown kind":       {Source{Kind: "dicon"}, "source"},
		"foreign":            {Source{Kind: "csv", Path: ptr("x"), Patients: ptr(3)}, "source.patients"},
		"missing":            {Source{Kind: "csv"}, "source"},
		"no patients":        {Source{Kind: "synthetic", Patients: ptr(0)}, "source.patients"},
		"share":              {Source{Kind: "synthetic", AFF: ptr(1.0)}, "source.aff"},
		"scale":              {Source{Kind: "synthetic", Scale: ptr(2.0)}, "source.scale"},
		"rule":               {Source{Kind: "coco", Path: ptr("x"), Labels: ptr("y"), LabelName: ptr("z"), Choose: ptr("best")}, "source.choose"},
		"unannotated":        {Source{Kind: "csv", Path: ptr("x"), Unannotated: ptr("drop")}, "source.unannotated"},
		"negative pitch":     {Source{Kind: "csv", Path: ptr("x"), Spacing: ptr(-1.0)}, "source.spacing"},
		"column of nothing":  {Source{Kind: "coco", Path: ptr("x"), Patient: ptr("p")}, "source"},
		"no label column":    {Source{Kind: "voc", Path: ptr("x"), Labels: ptr("y")}, "source"},
		"pattern":            {Source{Kind: "folder", Images: ptr("x"), Pattern: ptr("(")}, "source.pattern"},
		"identifiers":        {Source{Kind: "dicom", Images: ptr("x"), Identifiers: ptr("none")}, "source.identifiers"},
		"files of a drawing": {Source{Kind: "synthetic", Images: ptr("x")}, "source.images"},
	} {
		problems := stageOf(c.source).Check()
		if len(problems) != 1 || problems[0].Attribute != c.attribute {
			t.Errorf("%s: problems %+v, want one at %s", name, problems, c.attribute)
		}
	}
	if p := stageOf(Source{Kind: "synthetic"}).Check(); len(p) != 0 {
		t.Errorf("a plain synthetic source has problems: %+v", p)
	}
}

// Patients are drawn one by one, so a larger cohort must leave the rows, and so the keys, of the others alone.
func TestSyntheticRowsDoNotDependOnTheirNumber(t *testing.T) {
	list := func(n int) map[cache.ItemID]string {
		items, err := stageOf(Source{Kind: "synthetic", Patients: &n, Scale: ptr(0.1)}).Sources(t.Context(), stagetest.Files{FS: fstest.MapFS{}})
		if err != nil {
			t.Fatal(err)
		}
		out := map[cache.ItemID]string{}
		for _, it := range items {
			out[it.ID] = string(it.Inline)
		}
		return out
	}
	few, many := list(20), list(40)
	if len(few) >= len(many) {
		t.Fatalf("%d and %d rows", len(few), len(many))
	}
	for id, b := range few {
		if many[id] != b {
			t.Fatalf("row %s changed with the number of patients:\n%s\n%s", id, b, many[id])
		}
	}
}

func TestSyntheticRadiographsAreMarked(t *testing.T) {
	s := stageOf(Source{Kind: "synthetic", Patients: ptr(3), Scale: ptr(0.1)})
	task := stagetest.New(s)
	if err := task.Run(t.Context(), s, stagetest.Files{FS: fstest.MapFS{}}); err != nil {
		t.Fatal(err)
	}
	for id, b := range task.Outputs["annotations"] {
		a, err := cohort.DecodeAnnotation(b)
		if err != nil || !a.Synthetic || !a.Center.Inside(a.Width, a.Height) {
			t.Errorf("%s: %+v (%v)", id, a, err)
		}
	}
}

// Synthetic radiographs stay marked when they come back as files.
func TestExportedSyntheticRadiographsAreMarked(t *testing.T) {
	for name, want := range map[string]bool{"SYNTHETIC.txt": true, "README.txt": false} {
		files := fstest.MapFS{"d/l.csv": text("path,patient,label,x,y\na.png,p,AFF,1,1\n"), "d/a.png": gray16(t, 4, 4, 1), "d/" + name: text("x")}
		s := stageOf(Source{Kind: "csv", Path: ptr("d/l.csv")})
		task := stagetest.New(s)
		if err := task.Run(t.Context(), s, stagetest.Files{FS: files}); err != nil {
			t.Fatal(err)
		}
		a, err := cohort.DecodeAnnotation(task.Outputs["annotations"]["a.png"])
		if err != nil || a.Synthetic != want {
			t.Errorf("with %s: synthetic is %v (%v), want %v", name, a.Synthetic, err, want)
		}
	}
}

func TestRealFiles(t *testing.T) {
	shared := sharedData(t)
	for name, c := range map[string]struct {
		source Source
		rows   int
	}{
		"fracatlas": {Source{Kind: "coco", Path: ptr("fracatlas/coco.json"), Labels: ptr("fracatlas/dataset.csv"), LabelName: ptr("hardware")}, 201},
	} {
		items, err := stageOf(c.source).Sources(t.Context(), stagetest.Files{FS: os.DirFS(shared)})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(items) != 2*c.rows {
			t.Errorf("%s: %d items, want a row and a file for each of %d", name, len(items), c.rows)
		}
	}
}

// sharedData finds the folder with real data beside the module, or skips.
func sharedData(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../../shared/data")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("needs the real radiographs in ../shared/data beside the module")
	}
	return dir
}
