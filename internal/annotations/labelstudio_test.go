package annotations_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"femur/internal/annotations"
	"femur/internal/geom"
)

func studio(text string, images ...string) ([]annotations.Record, error) {
	files := map[string]string{"d/ls.json": text}
	for _, name := range images {
		files["d/"+name] = ""
	}
	return annotations.LabelStudio(folder(files), annotations.Options{Path: "d/ls.json", EachImage: true})
}

// task wraps results of one annotation in a task on an image of 200 × 400 pixels.
func task(results string) string {
	return `[{"id": 3, "data": {"image": "/data/local-files/?d=x/a.png"}, "annotations": [{"id": 1, "completed_by": 5, "result": [` + results + `]}]}]`
}

func region(kind, value string) string {
	return fmt.Sprintf(`{"id": "r", "type": %q, "original_width": 200, "original_height": 400, "image_rotation": 0, "value": {%s}}`, kind, value)
}

func TestLabelStudioRegions(t *testing.T) {
	root2 := math.Sqrt2
	for name, c := range map[string]struct {
		result string
		want   geom.Point
		area   float64
	}{
		"keypoint":  {region("keypointlabels", `"x": 50, "y": 25, "width": 0.4, "keypointlabels": ["AFF"]`), at(100, 100), 0},
		"rectangle": {region("rectanglelabels", `"x": 10, "y": 20, "width": 30, "height": 10, "rotation": 0`), at(50, 100), 60 * 40},
		// The corner (20, 80) stays; a quarter turn clockwise puts the box of 60 × 40 left of and below it.
		"quarter turn": {region("rectangle", `"x": 10, "y": 20, "width": 30, "height": 10, "rotation": 90`), at(0, 110), 60 * 40},
		"half turn":    {region("rectangle", `"x": 10, "y": 20, "width": 30, "height": 10, "rotation": 180`), at(-10, 60), 60 * 40},
		"three turns":  {region("rectangle", `"x": 10, "y": 20, "width": 30, "height": 10, "rotation": -90`), at(40, 50), 60 * 40},
		// 45°: the middle (30, 20) of the box goes to ((30 − 20)/√2, (30 + 20)/√2) from the corner. In percent it would shear.
		"eighth":  {region("rectangle", `"x": 10, "y": 20, "width": 30, "height": 10, "rotation": 45`), at(20+10/root2, 80+50/root2), 60 * 40},
		"polygon": {region("polygonlabels", `"points": [[10, 10], [50, 20], [20, 40]], "closed": true`), at(60, 100), 80 * 120},
		"ellipse": {region("ellipselabels", `"x": 50, "y": 50, "radiusX": 10, "radiusY": 5, "rotation": 30`), at(100, 200), 40 * 40},
	} {
		records, err := studio(task(c.result))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := []annotations.Mark{{Center: c.want, Area: c.area, Annotator: "5"}}
		if d := cmp.Diff(want, records[0].Marks, cmpopts.EquateApprox(0, 1e-9), cmpopts.IgnoreFields(annotations.Mark{}, "Class")); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
		if records[0].Width != 200 || records[0].Height != 400 || records[0].Name != "a.png" {
			t.Errorf("%s: record %+v, want a.png of 200×400", name, records[0])
		}
	}
}

// Label Studio's own test holds that turning the view leaves results as they are, so every turn of the view
// reads the same.
func TestLabelStudioIgnoresTheViewsRotation(t *testing.T) {
	for _, degrees := range []int{0, 90, 180, 270} {
		text := task(fmt.Sprintf(`{"type": "keypoint", "original_width": 200, "original_height": 400, "image_rotation": %d, "value": {"x": 50, "y": 25}}`, degrees))
		records, err := studio(text)
		if err != nil || len(records[0].Marks) != 1 || records[0].Marks[0].Center != at(100, 100) {
			t.Errorf("%d°: %+v (%v), want (100, 100)", degrees, records, err)
		}
	}
}

func TestLabelStudioAnnotatorsAndFractures(t *testing.T) {
	point := func(x int, class string) string {
		return fmt.Sprintf(`{"id":"p%d","type":"keypointlabels","original_width":100,"original_height":100,"value":{"x":%d,"y":10,"keypointlabels":[%q]}}`, x, x, class)
	}
	text := `[
	{"id": 1, "file_upload": "0a1b2c3d-one-two.png", "data": {"image": "/data/upload/3/0a1b2c3d-one-two.png"},
	 "annotations": [
	  {"id": 11, "completed_by": {"id": 7, "email": "x@example.org"}, "result": [` + point(10, "AFF") + `,` + point(50, "AFF") + `]},
	  {"id": 12, "completed_by": 8, "result": [` + point(12, "AFF") + `]},
	  {"id": 13, "completed_by": 8, "result": [` + point(14, "AFF") + `]},
	  {"id": 14, "completed_by": 9, "was_cancelled": true, "result": [` + point(99, "NFF") + `]}],
	 "predictions": [{"result": [` + point(98, "NFF") + `]}]},
	{"id": 2, "data": {"image": "s3://bucket/deep/er/b.png"}, "annotations": []},
	{"id": 4, "data": {"xray": "https://host.example/media/c%20d.png?token=1"}, "completions": [{"id": 5, "result": [` + point(1, "NFF") + `]}]}
	]`
	records, err := studio(text, "er/b.png")
	mark := func(who string, x float64, class string) annotations.Mark {
		return annotations.Mark{Center: at(x, 10), Annotator: who, Class: class}
	}
	wantPlaces(t, records, err,
		place{"c d.png", "c d.png", "NFF", []annotations.Mark{mark("annotation 5", 1, "NFF")}},
		place{"er/b.png", "er/b.png", "", nil},
		place{"one-two.png", "one-two.png", "AFF", []annotations.Mark{mark("7", 10, "AFF"), mark("7", 50, "AFF"), mark("8", 12, "AFF"), mark("8 again (3)", 14, "AFF")}})
}

// What the form says of the image, or of a region under another tag, is the class.
func TestLabelStudioChoices(t *testing.T) {
	shape := `{"id":"a","type":"rectangle","original_width":100,"original_height":100,"value":{"x":10,"y":10,"width":10,"height":10}}`
	tagged := `{"id":"a","type":"labels","original_width":100,"original_height":100,"value":{"x":10,"y":10,"width":10,"height":10,"labels":["AFF"]}}`
	whole := `{"id":"b","type":"choices","value":{"choices":["NFF"]}}`
	note := `{"id":"c","type":"textarea","value":{"text":["blurred"]}}`
	for name, c := range map[string]struct{ results, want string }{
		"of a region": {shape + "," + tagged + "," + whole, "AFF"}, "of the image": {whole + "," + note + "," + shape, "NFF"}, "none": {shape, ""},
	} {
		records, err := studio(task(c.results))
		if err != nil || len(records[0].Marks) != 1 || records[0].Label != c.want {
			t.Errorf("%s: %+v (%v), want one mark and label %q", name, records, err, c.want)
		}
	}
}

// The short export has an entry for each annotation.
func TestLabelStudioShortForm(t *testing.T) {
	entry := func(annotation int, x float64) string {
		return fmt.Sprintf(`{"image":"/data/upload/1/0a1b2c3d-a.png","id":1,"kp":[{"x":%g,"y":10,"width":1,"keypointlabels":["AFF"],"original_width":100,"original_height":200}],"annotator":%d,"annotation_id":%d,"lead_time":1.5}`, x, annotation+4, annotation)
	}
	records, err := studio("[" + entry(1, 10) + "," + entry(2, 20) + "," + strings.Replace(entry(2, 30), `"kp"`, `"other"`, 1) + `,{"image":"b.png","id":2,"box":[{"x":0,"y":0,"width":10,"height":10,"rotation":0,"original_width":100,"original_height":100}],"annotator":"kim"}]`)
	wantPlaces(t, records, err,
		place{"a.png", "a.png", "AFF", []annotations.Mark{{Center: at(10, 20), Annotator: "5", Class: "AFF"}, {Center: at(20, 20), Annotator: "6", Class: "AFF"}, {Center: at(30, 20), Annotator: "6 again (3)", Class: "AFF"}}},
		place{"b.png", "b.png", "", []annotations.Mark{by("kim", 5, 5, 100)}})
}

func TestLabelStudioColumns(t *testing.T) {
	clinic := "patient_449_CONTROL_class_1_modality_CR_scanoccasion_0_imagenumber_2.png"
	text := `{"file_name":{"10":"` + clinic + `","2":null,"9":"b.png"},"original_width":{"10":200.0,"2":null,"9":null},"original_height":{"10":400.0,"9":null},"x":{"10":50,"9":null},"y":{"10":25.0}}`
	records, err := studio(text)
	wantPlaces(t, records, err,
		place{"b.png", "b.png", "", nil},
		place{clinic, "449", "CONTROL", []annotations.Mark{{Center: at(100, 100)}}})
}

func TestLabelStudioRefuses(t *testing.T) {
	column := func(w, x, y string) string {
		return `{"file_name":{"0":"a.png"},"original_width":{"0":` + w + `},"original_height":{"0":9},"x":{"0":` + x + `},"y":{"0":` + y + `}}`
	}
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"CSV":            {"image,id\n", []string{"d/ls.json:1: the file is no JSON", "Export from Label Studio as JSON"}},
		"broken":         {"[\n{", []string{"d/ls.json:2"}},
		"brush":          {task(region("brushlabels", `"format": "rle", "rle": [1,2]`)), []string{`task 3 (a.png): a region of type "brushlabels"`, "keypoints, rectangles, polygons and ellipses"}},
		"video":          {task(region("videorectangle", `"x": 1`)), []string{`"videorectangle"`}},
		"no size":        {task(`{"type": "keypoint", "value": {"x": 1, "y": 1}}`), []string{"the image size is missing"}},
		"odd size":       {task(`{"type": "keypoint", "original_width": 10.5, "original_height": 10, "value": {"x": 1, "y": 1}}`), []string{"the size 10.5×10"}},
		"no place":       {task(region("keypoint", `"width": 1`)), []string{"the keypoint has no place"}},
		"no extent":      {task(region("rectangle", `"x": 1, "y": 1`)), []string{"the rectangle has no size"}},
		"no radius":      {task(region("ellipse", `"x": 1, "y": 1`)), []string{"the ellipse has no radius"}},
		"no points":      {task(region("polygon", `"points": []`)), []string{"the polygon has no points"}},
		"replaced":       {task(`{"id":"1","type":"keypoint","original_width":9,"original_height":9,"value":{"x":1,"y":1}},{"id":"2","type":"keypoint","original_width":8,"original_height":9,"value":{"x":1,"y":1}}`), []string{"9×9 pixels and another on one of 8×9"}},
		"no image":       {`[{"id": 3, "data": {"text": "hello"}}]`, []string{"task 3: the task names no image"}},
		"inline image":   {`[{"id": 3, "data": {"image": "data:image/png;base64,AAAA"}}]`, []string{"task 3: the task names no image"}},
		"task of text":   {`[{"id": 3, "data": "x"}]`, []string{"task number 1"}},
		"two tasks":      {`[{"id": 3, "data": {"image": "a.png"}}, {"id": 4, "data": {"image": "a.png"}}]`, []string{"task 4 (a.png): the image is listed twice, first at d/ls.json (task 3)"}},
		"entry":          {`[5]`, []string{"entry 1: the entry is no object"}},
		"short no image": {`[{"id": 5, "kp": []}]`, []string{"entry 1: the entry names no image"}},
		"columns":        {`{"file_name":{}}`, []string{"d/ls.json: a column is missing"}},
		"column size":    {column("null", "1", "1"), []string{"row 0 (a.png): the image size is missing"}},
		"column half":    {column("9", "1", "null"), []string{"row 0 (a.png): only one of x and y"}},
		"column odd":     {column("9.5", "1", "1"), []string{"row 0 (a.png): the size 9.5×9"}},
		"classes":        {task(`{"id":"1","type":"keypoint","original_width":9,"original_height":9,"value":{"x":1,"y":1,"labels":["AFF"]}},{"id":"2","type":"keypoint","original_width":9,"original_height":9,"value":{"x":1,"y":1,"labels":["NFF"]}}`), []string{"the marks are called AFF and NFF"}},
	} {
		_, err := studio(c.text)
		wantFault(t, name, err, c.want...)
	}
}

// The clinic's 1,400 annotations: 189 AFF of 59 patients, 1,211 CONTROL of 367, and one image without center.
func TestLabelStudioOfTheClinic(t *testing.T) {
	records, err := annotations.LabelStudio(shared(t), annotations.Options{Path: "liu-femur/annotations.json"})
	if err != nil {
		t.Fatal(err)
	}
	type group struct{ Images, Patients int }
	got := map[string]group{}
	seen := map[string]bool{}
	empty := 0
	for _, r := range records {
		if len(r.Marks) == 0 {
			empty++
			continue
		}
		c, err := annotations.Settle(r.Marks, annotations.Only, r.Width, r.Height)
		if err != nil || !c.Center.Inside(r.Width, r.Height) || c.Annotators != 0 {
			t.Errorf("%s: %+v (%v)", r.Name, c, err)
		}
		g := got[r.Label]
		g.Images++
		if !seen[r.Label+r.Patient] {
			seen[r.Label+r.Patient] = true
			g.Patients++
		}
		got[r.Label] = g
		if r.Modality != "CR" && r.Modality != "DX" {
			t.Errorf("%s: modality %q", r.Name, r.Modality)
		}
	}
	if d := cmp.Diff(map[string]group{"AFF": {189, 59}, "CONTROL": {1211, 367}}, got); d != "" || empty != 1 {
		t.Errorf("%d without center, want 1; groups (-want +got):\n%s", empty, d)
	}
}
