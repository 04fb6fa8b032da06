package survey_test

import (
	"bytes"
	"strings"
	"testing"

	"femur/internal/radiograph"
	"femur/internal/survey"
)

// Patients are counted under the study's labels, and where the rest is left out, those with a center alone.
func TestStudied(t *testing.T) {
	for name, c := range map[string]struct {
		list map[string]string
		want survey.Studied
	}{
		"named": {
			map[string]string{"l.csv": "path,patient,label,x,y\na.png,1,atypical,1,1\nb.png,1,atypical,1,1\nc.png,2,normal,1,1\nd.png,3,other,1,1\n"},
			survey.Studied{Patients: 3, Rarest: 1},
		},
		"without center": {
			map[string]string{"l.csv": "path,patient,label,x,y\na.png,1,AFF,1,1\nb.png,2,AFF,,\nc.png,3,NFF,1,1\nd.png,4,NFF,1,1\n"},
			survey.Studied{Patients: 3, Rarest: 1},
		},
		"each image a patient": {
			map[string]string{"aff/a.png": "", "aff/b.png": "", "nff/a.png": "", "nff/b.png": "", "nff/c.png": ""},
			survey.Studied{Patients: 5, Rarest: 2},
		},
		"one label": {
			map[string]string{"c.json": `{"images":[{"id":1,"file_name":"a.png"},{"id":2,"file_name":"b.png"}],
				"annotations":[{"id":1,"image_id":1,"bbox":[1,1,2,2]},{"id":2,"image_id":2,"bbox":[1,1,2,2]}]}`, "a.png": "", "b.png": ""},
			survey.Studied{Patients: 2},
		},
		"nobody knows": {map[string]string{"a.png": "", "deep/b.png": ""}, survey.Studied{}},
	} {
		if f := look(t, c.list, survey.Ask{}); f.Studied != c.want {
			t.Errorf("%s: %+v, want %+v (labels %+v)", name, f.Studied, c.want, f.Labels)
		}
	}
}

// Where nothing is classified, each radiograph that has a center and no label goes by the one that others have, or one that says so.
func TestUnlabeled(t *testing.T) {
	const box = `{"categories":[{"id":1,"name":"fracture"}],"images":[{"id":1,"file_name":"a.png"},{"id":2,"file_name":"b.png"}],"annotations":[`
	for name, c := range map[string]struct {
		text string
		want string
	}{
		"no labels":    {box + `{"id":1,"image_id":1,"bbox":[1,1,2,2]}]}`, "unlabeled"},
		"one label":    {box + `{"id":1,"image_id":1,"category_id":1,"bbox":[1,1,2,2]}]}`, ""},
		"no centers":   {box + `]}`, ""},
		"some without": {box + `{"id":1,"image_id":1,"category_id":1,"bbox":[1,1,2,2]},{"id":2,"image_id":2,"bbox":[1,1,2,2]}]}`, "fracture"},
	} {
		f := look(t, map[string]string{"c.json": c.text, "a.png": "", "b.png": ""}, survey.Ask{})
		if got := f.Source.Rename[""]; got != c.want {
			t.Errorf("%s: images without label are called %q, want %q", name, got, c.want)
		}
	}
}

// What init says of identifiers is what the stage ingest does.
func TestNoteOfIdentifiers(t *testing.T) {
	table := func(name string) map[string]string {
		return map[string]string{"l.csv": "path,patient,label,x,y\na.png,1,AFF,1,1\n" + name + ",2,NFF,1,1\n", "a.png": "", name: ""}
	}
	for name, want := range map[string]string{"b.png": "stored as they are", "b.DCM": "go by keyed hashes"} {
		if notes := strings.Join(look(t, table(name), survey.Ask{Kind: "csv"}).Notes(), "\n"); !strings.Contains(notes, want) {
			t.Errorf("%s: no %q in\n%s", name, want, notes)
		}
	}
}

// The median longer side is that of the images or, before they are there, what the annotations say.
func TestLongerSide(t *testing.T) {
	const text = `{"images":[{"id":1,"file_name":"a.png","width":10,"height":90},{"id":2,"file_name":"b.png","width":70,"height":20},{"id":3,"file_name":"c.png","width":1,"height":2}],
		"annotations":[{"id":1,"image_id":1,"bbox":[1,1,2,2]}]}`
	if got := look(t, map[string]string{"c.json": text}, survey.Ask{}).Images.LongerSide; got != 70 {
		t.Errorf("from the annotations: %d, want 70", got)
	}
	var b bytes.Buffer
	if err := radiograph.WritePNG(&b, radiograph.New(40, 50)); err != nil {
		t.Fatal(err)
	}
	if got := look(t, map[string]string{"c.json": text, "a.png": b.String(), "b.png": b.String()}, survey.Ask{}).Images.LongerSide; got != 50 {
		t.Errorf("from the images: %d, want 50", got)
	}
}
