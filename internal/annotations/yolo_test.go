package annotations_test

import (
	"strings"
	"testing"

	"femur/internal/annotations"
)

func yolo(files map[string]string, o annotations.Options) ([]annotations.Record, error) {
	o.Path, o.EachImage = "y", true
	return annotations.YOLO(folder(files), o)
}

func rel(class string, x, y, area float64) annotations.Mark {
	return annotations.Mark{Center: at(x, y), Area: area, Relative: true, Class: class}
}

func TestYOLO(t *testing.T) {
	records, err := yolo(map[string]string{
		"y/data.yaml":          "train: images/train\nnc: 2\nnames:\n  0: AFF\n  1: 'NFF'\n",
		"y/images/train/a.png": "", "y/labels/train/a.txt": "1 0.5 0.25 0.2 0.1\n\n1 0.1 0.1 0.1 0.1\r\n",
		"y/images/train/b.png": "", "y/labels/train/b.txt": "0 0.1 0.2 0.5 0.2 0.3 0.6\n",
		"y/images/val/c.png": "", "y/labels/val/c.txt": "",
		"y/images/val/d.png": "",
	}, annotations.Options{})
	wantPlaces(t, records, err,
		place{"images/train/a.png", "images/train/a.png", "NFF", []annotations.Mark{rel("NFF", 0.5, 0.25, 0.02), rel("NFF", 0.1, 0.1, 0.01)}},
		// The polygon reaches from (0.1, 0.2) to (0.5, 0.6).
		place{"images/train/b.png", "images/train/b.png", "AFF", []annotations.Mark{rel("AFF", 0.3, 0.4, 0.16)}},
		place{"images/val/c.png", "images/val/c.png", "", nil},
		place{"images/val/d.png", "images/val/d.png", "", nil})
}

func TestYOLOLayouts(t *testing.T) {
	for image, want := range map[string]string{
		"images/a.png": "labels/a.txt", "train/images/a.JPG": "train/labels/a.txt", "images/x/images/a.b.png": "images/x/labels/a.b.txt", "a.png": "a.txt", "x/a.png": "x/a.txt",
	} {
		if got := annotations.YOLOLabelFile(image); got != want {
			t.Errorf("%s: labels at %s, want %s", image, got, want)
		}
	}
}

// Images may lie elsewhere.
func TestYOLOImagesElsewhere(t *testing.T) {
	records, err := yolo(map[string]string{
		"pictures/train/a.png": "", "y/train/a.txt": "0 0.5 0.5 0.1 0.1", "y/classes.txt": "AFF\n", "y/other.png": "",
	}, annotations.Options{Images: "pictures"})
	wantPlaces(t, records, err, place{"train/a.png", "train/a.png", "AFF", []annotations.Mark{rel("AFF", 0.5, 0.5, 0.01)}})
}

func TestYOLOClassNames(t *testing.T) {
	for name, c := range map[string]struct {
		file, text, want string
		options          annotations.Options
	}{
		"flow list":    {"y/data.yaml", "names: ['AFF', \"N, F\"]\n", "N, F", annotations.Options{}},
		"block list":   {"y/data.yml", "names:\n- AFF\n- NFF # normal\n", "NFF", annotations.Options{}},
		"text":         {"y/classes.txt", "AFF\r\nNFF\r\n", "NFF", annotations.Options{}},
		"darknet":      {"y/obj.names", "AFF\nNFF", "NFF", annotations.Options{}},
		"named file":   {"elsewhere.txt", "AFF\nNFF", "NFF", annotations.Options{Names: "elsewhere.txt"}},
		"without":      {"y/other.txt", "AFF\nNFF", "1", annotations.Options{}},
		"pose":         {"y/data.yaml", "kpt_shape: [1, 2]\nnames: [AFF, NFF]\n", "NFF", annotations.Options{}},
		"list in text": {"y/labels/classes.txt", "AFF\nNFF\n", "NFF", annotations.Options{}},
	} {
		line := "1 0.5 0.5 0.1 0.1"
		if name == "pose" {
			line += " 0.9 0.9"
		}
		records, err := yolo(map[string]string{"y/images/a.png": "", "y/labels/a.txt": line, c.file: c.text}, c.options)
		if err != nil || records[0].Label != c.want || records[0].Marks[0].Center != at(0.5, 0.5) {
			t.Errorf("%s: %+v (%v), want the label %s at (0.5, 0.5)", name, records, err, c.want)
		}
	}
}

func TestYOLORefuses(t *testing.T) {
	for name, c := range map[string]struct {
		line, names string
		want        []string
	}{
		"no number":     {"AFF 0.1 0.1 0.1 0.1", "", []string{`y/labels/a.txt:1: images/a.png: "AFF" is no number`}},
		"pixels":        {"0 0.1 0.1 0.1 0.1\n0 120 80 20 10", "", []string{"y/labels/a.txt:2", "120 is no fraction"}},
		"prediction":    {"0 0.1 0.1 0.1 0.1 0.93", "", []string{"a sixth number, as predictions have"}},
		"too few":       {"0 0.1 0.1", "", []string{"the line has 3 numbers"}},
		"odd polygon":   {"0 0.1 0.1 0.2 0.2 0.3 0.3 0.4", "", []string{"the line has 8 numbers"}},
		"empty box":     {"0 0.1 0.1 0 0.1", "", []string{"the box is empty"}},
		"class":         {"0.5 0.1 0.1 0.1 0.1", "", []string{`"0.5" is no number of a class`}},
		"negative":      {"-1 0.1 0.1 0.1 0.1", "", []string{`"-1" is no number of a class`}},
		"unknown class": {"2 0.1 0.1 0.1 0.1", "names: [AFF, NFF]", []string{"class 2 has no name in y/data.yaml"}},
		"many":          {strings.Repeat("0 0.1 0.1 0.1 0.1\n", 10_001), "", []string{"y/labels/a.txt:10001", "more than 10000 boxes"}},
		"no YAML":       {"", "names: [", []string{"y/data.yaml"}},
		"no names":      {"", "nc: 2", []string{"y/data.yaml: there are no names"}},
		"names a text":  {"", "names: AFF", []string{"names is neither a list nor a map"}},
		"names by text": {"", "names: {a: AFF}", []string{`"a" is no number of a class`}},
		"name a list":   {"", "names: [[AFF], NFF]", []string{"the name of class 0 is no text"}},
		"name a map":    {"", "names: {1: {a: b}}", []string{"the name of class 1 is no text"}},
		"two classes":   {"0 0.1 0.1 0.1 0.1\n1 0.1 0.1 0.1 0.1", "names: [AFF, NFF]", []string{"y/labels/a.txt: images/a.png: the marks are called AFF and NFF"}},
	} {
		files := map[string]string{"y/images/a.png": "", "y/labels/a.txt": c.line}
		if c.names != "" {
			files["y/data.yaml"] = c.names
		}
		_, err := yolo(files, annotations.Options{})
		wantFault(t, name, err, c.want...)
	}
	_, err := yolo(map[string]string{"y/images/a.png": ""}, annotations.Options{})
	wantFault(t, "no labels", err, "y: images/a.png: no image has a label file: there is no labels/a.txt")
	_, err = yolo(map[string]string{"y/labels/a.txt": ""}, annotations.Options{})
	wantFault(t, "no images", err, "y: there is no image in the folder")
	_, err = yolo(map[string]string{"y/images/a.png": "", "y/labels/a.txt": ""}, annotations.Options{Names: "none.txt"})
	wantFault(t, "no such names", err, "none.txt: the file does not exist")
}
