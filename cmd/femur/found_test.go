package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"femur/dag/stagetest"
	"femur/internal/annotations"
	"femur/internal/radiograph"
	"femur/internal/survey"
	"femur/internal/table"
	"femur/internal/view"
)

// openFiles is a folder in memory that survey can look at.
type openFiles struct{ stagetest.Files }

func (f openFiles) Open(name string) (io.ReadCloser, error) { return f.FS.Open(name) }

// clinicName is a name of the clinic's convention.
func clinicName(patient int, label string, number int) string {
	return fmt.Sprintf("patient_%d_%s_class_1_modality_CR_scanoccasion_0_imagenumber_%d.png", patient, label, number)
}

// What init says of a folder of each kind, and the stage that it writes for it, stand in testdata/init.
func TestFound(t *testing.T) {
	coco := `{"categories":[{"id":1,"name":"fracture"}],"images":[{"id":1,"file_name":"a.png","width":40,"height":50},{"id":2,"file_name":"b.png","width":40,"height":50},{"id":3,"file_name":"c.png"}],
		"annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[1,2,10,10]},{"id":2,"image_id":1,"category_id":1,"bbox":[1,2,5,5]},{"id":3,"image_id":2,"category_id":1,"bbox":[1,2,5,5]}]}`
	box := func(class string) string {
		return "<annotation><filename>x.jpg</filename><object><name>" + class + "</name><bndbox><xmin>3</xmin><ymin>3</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object></annotation>"
	}
	for name, c := range map[string]struct {
		ask   survey.Ask
		files map[string]string // images are those without text
	}{
		"csv": {survey.Ask{}, map[string]string{
			"list.csv": "path;patient;label;x;y;spacing\na.png;1;atypical;3;4;0.1\nb.png;2;normal;3;4;\nc.png;2;normal;;;\ngone.png;3;normal;1;1;\n",
			"x/a.png":  "", "x/b.png": "", "x/c.png": "", "x/extra.png": "", "notes.txt": "hello",
		}},
		"parquet": {survey.Ask{}, map[string]string{"t.parquet": parquetTable(t), "pics/a.png": "", "pics/b.png": ""}},
		"label-studio": {survey.Ask{}, map[string]string{
			"export.json": `[{"id":1,"data":{"image":"` + clinicName(1, "AFF", 1) + `"},"annotations":[
				{"id":1,"completed_by":1,"result":[{"id":"r","type":"keypoint","original_width":40,"original_height":50,"value":{"x":9,"y":9}}]},
				{"id":2,"completed_by":2,"result":[{"id":"r","type":"keypoint","original_width":40,"original_height":50,"value":{"x":11,"y":9}}]}]},
				{"id":2,"data":{"image":"` + clinicName(2, "CONTROL", 1) + `"},"annotations":[{"id":3,"completed_by":1,"result":[{"id":"r","type":"keypoint","original_width":40,"original_height":50,"value":{"x":9,"y":9}}]}]}]`,
			"images/" + clinicName(1, "AFF", 1): "", "images/" + clinicName(2, "CONTROL", 1): "",
		}},
		"coco":          {survey.Ask{}, map[string]string{"c.json": coco, "t.csv": "image_id,patient_id,diagnosis\na,1,AFF\nb,2,NFF\nc,3,NFF\n", "pics/a.png": "", "pics/b.png": "", "pics/c.png": ""}},
		"coco-one":      {survey.Ask{}, map[string]string{"c.json": coco, "t.csv": "image_id,hardware,hip\na.png,0,1\nb.png,1,0\nc.png,1,1\n", "images/a.png": "", "images/b.png": "", "images/c.png": ""}},
		"coco-hardware": {survey.Ask{Label: "hardware"}, map[string]string{"c.json": coco, "t.csv": "image_id,hardware,hip\na.png,0,1\nb.png,1,0\nc.png,1,1\n", "images/a.png": "", "images/b.png": "", "images/c.png": ""}},
		"voc": {survey.Ask{}, map[string]string{
			"VOC/Annotations/a.xml": box("AFF"), "VOC/Annotations/b.xml": box("non-AFF"), "VOC/JPEGImages/a.png": "", "VOC/JPEGImages/b.png": "", "VOC/JPEGImages/c.png": "",
		}},
		"yolo": {survey.Ask{}, map[string]string{
			"y/data.yaml": "names: [aff, normal]\n", "y/train/images/a.png": "", "y/train/labels/a.txt": "0 0.5 0.5 0.1 0.1\n", "y/val/images/b.png": "", "y/val/labels/b.txt": "1 0.5 0.5 0.1 0.1\n",
		}},
		"folder": {survey.Ask{}, map[string]string{
			"train/aff/a.png": "", "train/normal/b.png": "", "test/aff/c.png": "", "test/normal/d.png": "", "test/normal/broken.png": "no image",
		}},
		"folder-clinic": {survey.Ask{}, map[string]string{clinicName(1, "AFF", 1): "", clinicName(1, "AFF", 2): "", clinicName(2, "CONTROL", 1): ""}},
		"folder-plain":  {survey.Ask{Kind: annotations.KindFolder}, map[string]string{"a.png": "", "deep/b.png": ""}},
	} {
		files := fstest.MapFS{}
		for file, text := range c.files {
			files[file] = &fstest.MapFile{Data: []byte(text)}
			if annotations.IsImage(file) && text == "" {
				files[file].Data = smallPNG(t)
			}
		}
		f, err := survey.Look(t.Context(), openFiles{stagetest.Files{FS: files}}, c.ask)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var b bytes.Buffer
		w := view.Written{Path: "pipeline.hcl", Bytes: 1000, Found: foundModel(f)}
		if err := view.NewExport(view.Stream{Out: &b}).Exported(w); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > 80 {
				t.Errorf("%s: a line has %d columns: %s", name, n, line)
			}
		}
		b.WriteString("\n" + ingestBlock(f, "."))
		if f.Fill != nil {
			b.WriteString("\n" + string(f.Fill.Text))
		}
		golden(t, filepath.Join("testdata", "init", name+".golden"), b.Bytes())
	}
}

// parquetTable has numbers where a table of text has text.
func parquetTable(t *testing.T) string {
	t.Helper()
	type row struct {
		Path    string  `parquet:"path"`
		Patient int64   `parquet:"patient"`
		Label   string  `parquet:"label"`
		X       float64 `parquet:"x"`
		Y       float64 `parquet:"y"`
		Spacing float64 `parquet:"spacing"`
	}
	var b bytes.Buffer
	if err := table.Write(&b, []row{{"a.png", 1, "AFF", 3, 4, 0.1}, {"b.png", 2, "NFF", 3, 4, 0.1}}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func smallPNG(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := radiograph.WritePNG(&b, radiograph.New(40, 50)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// golden compares with a file, or writes it with UPDATE_GOLDEN=1.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.MkdirAll(path.Dir(filepath.ToSlash(file)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Errorf("%v; make golden writes it", err)
		return
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s (-want +got):\n%s", file, d)
	}
}
