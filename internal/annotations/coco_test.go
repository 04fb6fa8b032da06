package annotations_test

import (
	"testing"

	"femur/internal/annotations"
)

const cocoExample = `{
"categories": [{"id": 1, "name": "AFF"}, {"id": 2, "name": "metal"}],
"images": [{"id": 7, "width": 100, "height": 200, "file_name": "a.png"}, {"id": "x", "file_name": "sub/b.png"}, {"id": 9, "file_name": "c.png"}],
"annotations": [
 {"id": 1, "image_id": 7, "category_id": 1, "bbox": [10, 20, 30, 40]},
 {"id": 2, "image_id": "x", "category_id": 1, "segmentation": [[1, 1, 5, 1, 3, 9], [0, 4, 2, 4, 2, 5]]},
 {"id": "3", "image_id": 7, "category_id": 1, "bbox": [0, 0, 2, 2], "segmentation": []}
]}`

func TestCOCO(t *testing.T) {
	files := folder(map[string]string{"c.json": cocoExample, "l.csv": "image_id,kind,who\na.png,x,1\nb,y,2\nc.png,x,3\n"})
	records, err := annotations.COCO(files, annotations.Options{Path: "c.json", Labels: "l.csv", Label: "kind", Patient: "who"})
	class := func(m annotations.Mark) annotations.Mark { m.Class = "AFF"; return m }
	wantPlaces(t, records, err,
		place{"a.png", "1", "x", []annotations.Mark{class(by("", 25, 40, 1200)), class(by("", 1, 1, 4))}},
		place{"c.png", "3", "x", nil},
		// The polygons reach from (0, 1) to (5, 9).
		place{"sub/b.png", "2", "y", []annotations.Mark{class(by("", 2.5, 5, 40))}})
	if err == nil && (records[0].Width != 100 || records[0].Height != 200 || records[1].Width != 0) {
		t.Errorf("sizes %d×%d and %d, want 100×200 and none", records[0].Width, records[0].Height, records[1].Width)
	}
}

// Without a table, the category is the label.
func TestCOCOLabelsFromCategories(t *testing.T) {
	records, err := annotations.COCO(folder(map[string]string{"c.json": cocoExample}), annotations.Options{Path: "c.json", EachImage: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"AFF", "", "AFF"} {
		if records[i].Label != want {
			t.Errorf("%s: label %q, want %q", records[i].Name, records[i].Label, want)
		}
	}
}

func TestCOCOClasses(t *testing.T) {
	const text = `{"categories":[{"id":1,"name":"AFF"},{"id":2,"name":"metal"}],"images":[{"id":1,"file_name":"a.png"}],
		"annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[0,0,2,2]},{"id":2,"image_id":1,"category_id":2,"bbox":[0,0,8,8]}]}`
	files := folder(map[string]string{"c.json": text})
	_, err := annotations.COCO(files, annotations.Options{Path: "c.json", EachImage: true})
	wantFault(t, "two classes", err, "image 1 (a.png): the marks are called AFF and metal")
	records, err := annotations.COCO(files, annotations.Options{Path: "c.json", EachImage: true, Classes: []string{"AFF"}})
	if err != nil || len(records[0].Marks) != 1 || records[0].Label != "AFF" {
		t.Errorf("records %+v (%v), want one mark AFF", records, err)
	}
}

func TestCOCORefuses(t *testing.T) {
	one := func(annotation string) string {
		return `{"images":[{"id":1,"file_name":"a.png"}],"annotations":[` + annotation + `]}`
	}
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"no JSON":       {"{\n\"images\":\n x}", []string{"c.json:3", "invalid character"}},
		"no COCO":       {`{"tasks": []}`, []string{"c.json: there is no list of images"}},
		"list":          {`[]`, []string{"c.json"}},
		"unknown image": {one(`{"id":5,"image_id":2,"bbox":[0,0,1,1]}`), []string{"annotation 5: image_id 2 is not among the images"}},
		"empty box":     {one(`{"id":5,"image_id":1,"bbox":[0,0,0,1]}`), []string{"annotation 5 (a.png): the box is empty"}},
		"three numbers": {one(`{"id":5,"image_id":1,"bbox":[0,0,1]}`), []string{"the box is empty"}},
		"nothing":       {one(`{"id":5,"image_id":1}`), []string{"neither a box nor a polygon"}},
		"mask":          {one(`{"id":5,"image_id":1,"segmentation":{"counts":"abc","size":[1,1]}}`), []string{"a mask and no box"}},
		"short polygon": {one(`{"id":5,"image_id":1,"segmentation":[[1,2,3,4]]}`), []string{"a polygon has 4 numbers"}},
		"no points":     {one(`{"id":5,"image_id":1,"segmentation":[]}`), []string{"the polygon has no points"}},
		"odd polygon":   {one(`{"id":5,"image_id":1,"segmentation":"x"}`), []string{"the polygon is unreadable"}},
		"same id":       {`{"images":[{"id":1,"file_name":"a.png"},{"id":1,"file_name":"b.png"}]}`, []string{"image 1 (b.png): the id stands twice"}},
		"same file":     {`{"images":[{"id":1,"file_name":"a.png"},{"id":2,"file_name":"a.png"}]}`, []string{"image 2 (a.png): the image is listed twice, first at c.json (image 1)"}},
		"size":          {`{"images":[{"id":1,"file_name":"a.png","width":-1,"height":5}]}`, []string{"the size -1×5"}},
		"no name":       {`{"images":[{"id":1}]}`, []string{"image 1: the record names no image"}},
		"outside":       {`{"images":[{"id":1,"file_name":"../a.png"}]}`, []string{"leaves the folder"}},
	} {
		_, err := annotations.COCO(folder(map[string]string{"c.json": c.text}), annotations.Options{Path: "c.json", EachImage: true})
		wantFault(t, name, err, c.want...)
	}
	_, err := annotations.COCO(folder(map[string]string{"c.json": one(""), "l.csv": "image_id,kind\nb.png,x\nb.png,y\n"}), annotations.Options{Path: "c.json", Labels: "l.csv", Label: "kind"})
	wantFault(t, "table", err, "l.csv:3: b.png: the image has a line already, 2")
	_, err = annotations.COCO(folder(map[string]string{"c.json": one(""), "l.csv": "image_id,kind\nb.png,x\n"}), annotations.Options{Path: "c.json", Labels: "l.csv", Label: "kind"})
	wantFault(t, "table without line", err, "image 1 (a.png): l.csv has no line for it")
	_, err = annotations.COCO(folder(map[string]string{"c.json": one(""), "l.csv": "image_id,kind\na.png,x\n"}), annotations.Options{Path: "c.json", Labels: "l.csv", Label: "kind"})
	wantFault(t, "no patient", err, "the patient is not named", "argument patient")
}

// The center of every box of FracAtlas is read, and of its three doubles each is a record.
func TestCOCOOfFracAtlas(t *testing.T) {
	records, err := annotations.COCO(shared(t), annotations.Options{
		Path: "fracatlas/coco.json", Labels: "fracatlas/dataset.csv", Label: "hardware", EachImage: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	hardware := 0
	for _, r := range records {
		if len(r.Marks) == 0 || r.Width == 0 {
			t.Errorf("%s: %d marks on an image %d wide", r.Name, len(r.Marks), r.Width)
		}
		c, err := annotations.Settle(r.Marks, annotations.Largest, r.Width, r.Height)
		if err != nil || !c.Center.Inside(r.Width, r.Height) {
			t.Errorf("%s: center %v (%v)", r.Name, c.Center, err)
		}
		if r.Label == "1" {
			hardware++
		}
	}
	if len(records) != 201 || hardware != 49 {
		t.Errorf("%d records, %d with hardware; want 201 and 49", len(records), hardware)
	}
}
