package annotations_test

import (
	"bytes"
	"testing"

	"femur/internal/annotations"
	"femur/internal/table"
)

// fuzz reads hostile bytes as a file of a source and holds what every caller relies on: records have clean
// names and finite marks, they come sorted, and reading again gives them again.
func fuzz(f *testing.F, kind annotations.Kind, o annotations.Options, name string, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		files := folder(map[string]string{"d/images/a.png": "", "d/a.png": "", name: string(b)})
		records, err := annotations.Read(kind, files, o)
		if err != nil {
			return
		}
		for i, r := range records {
			if r.Name == "" && r.UID == "" {
				t.Fatalf("record %d names no image: %+v", i, r)
			}
			if r.Name != "" {
				if again, err := annotations.Join("", r.Name); err != nil || again != r.Name {
					t.Fatalf("the name %q is not clean: %q, %v", r.Name, again, err)
				}
			}
			if i > 0 && records[i-1].Name > r.Name {
				t.Fatalf("%q stands before %q", records[i-1].Name, r.Name)
			}
			if r.Width < 0 || r.Height < 0 || (r.Width == 0) != (r.Height == 0) && kind != annotations.KindCSV && kind != annotations.KindParquet {
				t.Fatalf("%s: size %d×%d", r.Name, r.Width, r.Height)
			}
			if len(r.Marks) == 0 {
				continue
			}
			// Points need not lie in the image, which only its pixels tell, but they must be numbers.
			if c, err := annotations.Settle(r.Marks, annotations.First, 100, 100); err == nil {
				if d := c.Center.Distance(c.Center); d != 0 || c.Spread < 0 || len(c.Centers) > len(r.Marks) {
					t.Fatalf("%s: %+v of %d marks", r.Name, c, len(r.Marks))
				}
			}
			_ = r.Bad("summary", "detail").Error() + r.Where()
		}
		again, err := annotations.Read(kind, files, o)
		if err != nil || len(again) != len(records) {
			t.Fatalf("read again: %d records (%v), were %d", len(again), err, len(records))
		}
	})
}

func FuzzCSV(f *testing.F) {
	fuzz(f, annotations.KindCSV, annotations.Options{Path: "d/l.csv"}, "d/l.csv",
		"path,patient,label,x,y,annotator\na.png,1,AFF,1,2,kim\na.png,1,AFF,2,2,sam\n",
		"sep=;\r\npath;patient;label;x;y;left;top;right;bottom;width;height;spacing\r\na.png;1;AFF;1;2;0;0;3;3;9;9;0.1\r\n",
		"path,patient,label\n\"a\"\"b.png\",1,\"AFF\n\"\n")
}

func FuzzCSVByUID(f *testing.F) {
	fuzz(f, annotations.KindCSV, annotations.Options{Path: "d/l.csv", Partial: true}, "d/l.csv",
		"sop_instance_uid,frame,x,y\n1.2,0,1,2\n1.2,1,1,2\n", "path,sop_instance_uid\na.png,1.2\n")
}

func FuzzParquet(f *testing.F) {
	type row struct {
		Path    string   `parquet:"path"`
		Patient int64    `parquet:"patient"`
		Label   string   `parquet:"label,dict"`
		X       float64  `parquet:"x"`
		Y       *float32 `parquet:"y,optional"`
	}
	y := float32(2)
	var b bytes.Buffer
	if err := table.Write(&b, []row{{"a.png", 1, "AFF", 1, &y}, {"b.png", 2, "NFF", 1, nil}}); err != nil {
		f.Fatal(err)
	}
	fuzz(f, annotations.KindParquet, annotations.Options{Path: "d/l.parquet"}, "d/l.parquet", b.String(), b.String()[:b.Len()/2])
}

func FuzzCOCO(f *testing.F) {
	fuzz(f, annotations.KindCOCO, annotations.Options{Path: "d/c.json", EachImage: true}, "d/c.json",
		cocoExample, `{"images":[{"id":1,"file_name":"a.png"}],"annotations":[{"image_id":1,"segmentation":[[1e308,0,-1e308,1,2,2]]}]}`)
}

func FuzzLabelStudio(f *testing.F) {
	seeds := []string{
		task(region("keypointlabels", `"x": 50, "y": 25, "keypointlabels": ["AFF"]`)),
		task(region("rectangle", `"x": 10, "y": 20, "width": 30, "height": 10, "rotation": 45`)),
		task(region("polygon", `"points": [[10, 10], [50, 20], [20, 40]]`)),
		`{"file_name":{"0":"a"},"original_width":{"0":1},"original_height":{"0":1},"x":{"0":1},"y":{"0":1}}`,
		`[{"image":"a.png","kp":[{"x":1,"y":1,"original_width":9,"original_height":9}],"annotator":1}]`,
	}
	fuzz(f, annotations.KindLabelStudio, annotations.Options{Path: "d/ls.json", EachImage: true}, "d/ls.json", seeds...)
}

func FuzzVOC(f *testing.F) {
	fuzz(f, annotations.KindVOC, annotations.Options{Path: "d", EachImage: true}, "d/a.xml",
		vocExample, "<annotation><filename>../a.png</filename></annotation>", `<!DOCTYPE x [<!ENTITY a "b">]><annotation>&a;</annotation>`)
}

func FuzzYOLO(f *testing.F) {
	fuzz(f, annotations.KindYOLO, annotations.Options{Path: "d", EachImage: true}, "d/labels/a.txt",
		"0 0.5 0.5 0.1 0.1\n", "0 0.1 0.1 0.2 0.2 0.3 0.9\n", "1e300 0 0 1 1")
}

func FuzzYOLONames(f *testing.F) {
	for _, s := range []string{"names: [AFF, NFF]\n", "names:\n  0: AFF\n", "kpt_shape: [1, 2]\nnames: &a [x]\nb: *a\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		files := folder(map[string]string{"d/images/a.png": "", "d/labels/a.txt": "0 0.5 0.5 0.1 0.1", "d/data.yaml": string(b)})
		records, err := annotations.YOLO(files, annotations.Options{Path: "d", EachImage: true})
		if err == nil && (len(records) != 1 || records[0].Label == "") {
			t.Fatalf("records %+v, want one with a label", records)
		}
	})
}

// A pattern comes from the pipeline and a name from a folder: neither may stop the program.
func FuzzPattern(f *testing.F) {
	f.Add(`(?P<patient>\d+)_(?P<view>[a-z]+)`, "12_ap.png")
	f.Add(annotations.ClinicPattern().String(), "patient_449_CONTROL_class_1_modality_CR_scanoccasion_0_imagenumber_2.png")
	f.Fuzz(func(t *testing.T, expression, name string) {
		p, err := annotations.NewPattern(expression)
		if err != nil {
			return
		}
		said, ok := p.Match(name)
		for group := range said {
			if !ok || !p.Has(group) {
				t.Fatalf("%q in %q says %s, which it does not have", expression, name, group)
			}
		}
	})
}
