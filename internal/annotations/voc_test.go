package annotations_test

import (
	"strings"
	"testing"

	"femur/internal/annotations"
)

const vocExample = `<?xml version="1.0"?>
<annotation>
  <folder>x</folder><filename>a.jpg</filename><path>/home/someone/a.jpg</path>
  <size><width>100</width><height>200</height><depth>1</depth></size>
  <object><name>AFF</name><pose>Unspecified</pose><bndbox><xmin>11</xmin><ymin>21</ymin><xmax>20</xmax><ymax>40</ymax></bndbox></object>
  <object><name>AFF</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>1</xmax><ymax>1</ymax></bndbox></object>
</annotation>
`

// A box of the pixels 11 to 20, counted from 1, covers 10 to 20 in continuous pixels; one of pixel 1 alone, 0 to 1.
func TestVOC(t *testing.T) {
	files := folder(map[string]string{
		"v/Annotations/a.xml": vocExample, "v/JPEGImages/a.jpg": "", "v/JPEGImages/b.jpg": "", "v/Annotations/readme.txt": "",
	})
	records, err := annotations.VOC(files, annotations.Options{Path: "v/Annotations", EachImage: true})
	aff := func(x, y, area float64) annotations.Mark {
		return annotations.Mark{Center: at(x, y), Area: area, Class: "AFF"}
	}
	wantPlaces(t, records, err,
		place{"a.jpg", "a.jpg", "AFF", []annotations.Mark{aff(15, 30, 200), aff(0.5, 0.5, 1)}},
		place{"b.jpg", "b.jpg", "", nil})
	if err == nil && (records[0].Width != 100 || records[0].Height != 200 || records[0].File != "v/Annotations/a.xml") {
		t.Errorf("record %+v, want 100×200 at v/Annotations/a.xml", records[0])
	}
}

// Tools leave old names behind: then the image that is called like the annotation is meant.
func TestVOCFindsTheImage(t *testing.T) {
	for name, c := range map[string]struct{ said, image, want string }{
		"as said":         {"a.jpg", "d/a.jpg", "a.jpg"},
		"beside":          {"a.jpg", "d/s/a.jpg", "s/a.jpg"},
		"old path":        {`C:\data\a.jpg`, "d/a.jpg", "a.jpg"},
		"other ending":    {"a.jpg", "d/s/a.png", "s/a.png"},
		"renamed":         {"old.jpg", "d/s/a.png", "s/a.png"},
		"nothing is said": {"", "d/s/a.png", "s/a.png"},
		"it is missing":   {"x.jpg", "d/other.png", "x.jpg"},
	} {
		files := folder(map[string]string{"d/s/a.xml": "<annotation><filename>" + c.said + "</filename></annotation>", c.image: ""})
		records, err := annotations.VOC(files, annotations.Options{Path: "d", EachImage: true})
		if err != nil || len(records) == 0 {
			t.Errorf("%s: %v", name, err)
			continue
		}
		found := false
		for _, r := range records {
			found = found || r.Name == c.want && r.File == "d/s/a.xml"
		}
		if !found {
			t.Errorf("%s: records %+v, want %s", name, records, c.want)
		}
	}
}

func TestVOCEncodings(t *testing.T) {
	text := "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><annotation><filename>a.jpg</filename><object><name>L\xe5r</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></object></annotation>"
	records, err := annotations.VOC(folder(map[string]string{"d/a.xml": text, "d/a.jpg": ""}), annotations.Options{Path: "d", EachImage: true})
	if err != nil || records[0].Label != "Lår" {
		t.Errorf("%+v (%v), want the label Lår", records, err)
	}
}

func TestVOCRefuses(t *testing.T) {
	box := func(edges string) string {
		return "<annotation><filename>a.jpg</filename><object><name>AFF</name>\n<bndbox>" + edges + "</bndbox></object></annotation>"
	}
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"no XML":       {"AFF 1 2 3 4", []string{"d/a.xml", "the file ends early"}},
		"cut":          {vocExample[:200], []string{"d/a.xml:5"}},
		"another root": {"<html></html>", []string{"d/a.xml", "annotation"}},
		"entities":     {`<!DOCTYPE x [<!ENTITY a "b">]><annotation><filename>&a;</filename></annotation>`, []string{"d/a.xml:1", "entity"}},
		"deep":         {"<annotation>" + strings.Repeat("<a>", 100_000), []string{"nest more than 64 deep"}},
		"encoding":     {`<?xml version="1.0" encoding="UTF-7"?><annotation/>`, []string{`"UTF-7" is not read`}},
		"no box":       {"<annotation><filename>a.jpg</filename><object><name>AFF</name></object></annotation>", []string{"d/a.xml: object 1 (a.jpg): the object has no box"}},
		"no number":    {box("<xmin>1</xmin><ymin>1</ymin><xmax>b</xmax><ymax>2</ymax>"), []string{`"b" is no edge`}},
		"infinite":     {box("<xmin>1</xmin><ymin>1</ymin><xmax>Inf</xmax><ymax>2</ymax>"), []string{`"Inf" is no edge`}},
		"missing edge": {box("<xmin>1</xmin><ymin>1</ymin><xmax>2</xmax>"), []string{`"" is no edge`}},
		"inside out":   {box("<xmin>5</xmin><ymin>1</ymin><xmax>4</xmax><ymax>2</ymax>"), []string{"ends before it begins"}},
		"size":         {"<annotation><filename>a.jpg</filename><size><width>x</width></size></annotation>", []string{`the size "x"`}},
		"odd size":     {"<annotation><filename>a.jpg</filename><size><width>0.5</width><height>1</height></size></annotation>", []string{"the size 0.5×1"}},
		"no name":      {"<annotation></annotation>", []string{"names no image, and none is called like it"}},
		"outside":      {"<annotation><filename>../../b.jpg</filename></annotation>", []string{"leaves the folder"}},
	} {
		_, err := annotations.VOC(folder(map[string]string{"d/a.xml": c.text}), annotations.Options{Path: "d", EachImage: true})
		wantFault(t, name, err, c.want...)
	}
	_, err := annotations.VOC(folder(map[string]string{"d/a.jpg": ""}), annotations.Options{Path: "d"})
	wantFault(t, "nothing", err, "d: there is no XML file")
	twice := map[string]string{"d/a.xml": vocExample, "d/b.xml": vocExample, "d/a.jpg": ""}
	_, err = annotations.VOC(folder(twice), annotations.Options{Path: "d", EachImage: true})
	wantFault(t, "twice", err, "d/b.xml: a.jpg: the image is listed twice, first at d/a.xml")
}
