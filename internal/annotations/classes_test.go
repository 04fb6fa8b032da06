package annotations_test

import (
	"errors"
	"strings"
	"testing"

	"femur/dag"
	"femur/internal/annotations"
)

// A class that no mark has is no fault while another has marks; that none is left of all is one.
func TestClassesThatNothingHas(t *testing.T) {
	box := func(class string) string {
		return "<annotation><filename>a.png</filename><object><name>" + class + "</name><bndbox><xmin>3</xmin><ymin>3</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object></annotation>"
	}
	region := `[{"id":1,"data":{"image":"a.png"},"annotations":[{"id":1,"result":[{"type":"keypointlabels","original_width":40,"original_height":40,"value":{"x":1,"y":1,"keypointlabels":["AFF"]}}]}]}]`
	coco := `{"categories":[{"id":1,"name":"AFF"}],"images":[{"id":1,"file_name":"a.png"}],"annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[0,0,2,2]}]}`
	list := map[string]string{
		"v/a.xml": box("AFF"), "v/a.png": "", "y/images/a.png": "", "y/labels/a.txt": "0 0.5 0.5 0.1 0.1\n", "y/data.yaml": "names: [AFF]\n",
		"s.json": region, "a.png": "", "c.json": coco, "none.json": `{"images":[{"id":1,"file_name":"a.png"}],"annotations":[]}`,
		"two/a.xml": box("metal"), "two/b.xml": strings.Replace(box("NFF"), "a.png", "b.png", 1), "two/a.png": "", "two/b.png": "",
	}
	for _, c := range []struct {
		kind    annotations.Kind
		path    string
		classes []string
		want    string
	}{
		{annotations.KindVOC, "v", []string{"AFF", "NFF"}, ""},
		{annotations.KindVOC, "v", []string{"aff"}, `no mark is called "aff"; marks are called "AFF"`},
		{annotations.KindVOC, "two", []string{"a", "b", "c"}, `no mark is called "a", "b" or "c"; marks are called "NFF" and "metal"`},
		{annotations.KindYOLO, "y", []string{"0"}, `no mark is called "0"`},
		{annotations.KindLabelStudio, "s.json", []string{"fracture"}, `no mark is called "fracture"`},
		{annotations.KindCOCO, "c.json", []string{"fracture"}, `no mark is called "fracture"`},
		{annotations.KindCOCO, "none.json", []string{"fracture"}, ""},
	} {
		_, err := annotations.Read(c.kind, folder(list), annotations.Options{Path: c.path, EachImage: true, Classes: c.classes})
		if c.want == "" {
			if err != nil {
				t.Errorf("%s %s, classes %q: %v", c.kind, c.path, c.classes, err)
			}
			continue
		}
		var bad *dag.BadInput
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) || bad.File != c.path {
			t.Errorf("%s %s, classes %q: error %v, want %q", c.kind, c.path, c.classes, err, c.want)
		}
	}
}
