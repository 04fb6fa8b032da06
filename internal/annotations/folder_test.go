package annotations_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"femur/dag/stagetest"
	"femur/internal/annotations"
)

// folder is a folder of files; those that end with a slash-less image name may be empty.
func folder(files map[string]string) stagetest.Files {
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return stagetest.Files{FS: m}
}

// A place is what tests compare of a record: who, what and where, without the place in the file.
type place struct {
	Name, Patient, Label string
	Marks                []annotations.Mark
}

func places(records []annotations.Record) []place {
	var out []place
	for _, r := range records {
		out = append(out, place{r.Name, r.Patient, r.Label, r.Marks})
	}
	return out
}

func wantPlaces(t *testing.T, records []annotations.Record, err error, want ...place) {
	t.Helper()
	if err != nil {
		t.Error(err)
		return
	}
	if d := cmp.Diff(want, places(records), cmpopts.EquateApprox(0, 1e-9), cmpopts.EquateEmpty()); d != "" {
		t.Errorf("records (-want +got):\n%s", d)
	}
}

// wantFault asks for an error with all of several texts.
func wantFault(t *testing.T, name string, err error, texts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error, want %q", name, texts)
		return
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%s: error is\n%v\nwant %q in it", name, err, text)
		}
	}
}

// shared finds the folder with real data beside the module, or skips.
func shared(t *testing.T) stagetest.Files {
	t.Helper()
	dir, err := filepath.Abs("../../../shared/data")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("needs the real data in ../shared/data beside the module")
	}
	return stagetest.Files{FS: os.DirFS(dir)}
}

func TestFolderTakesTheNearestClass(t *testing.T) {
	files := folder(map[string]string{
		"d/train/aff/a.png": "", "d/train/nff/images/b.JPG": "", "d/nff/val/c.tif": "", "d/notes.txt": "", "d/aff/.hidden.png": "",
	})
	records, err := annotations.Folder(files, annotations.Options{Images: "d", EachImage: true})
	wantPlaces(t, records, err,
		place{"nff/val/c.tif", "nff/val/c.tif", "nff", nil},
		place{"train/aff/a.png", "train/aff/a.png", "aff", nil},
		place{"train/nff/images/b.JPG", "train/nff/images/b.JPG", "nff", nil},
	)
}

func TestFolderNames(t *testing.T) {
	clinic := "patient_449_CONTROL_class_1_modality_CR_scanoccasion_0_imagenumber_2.png"
	records, err := annotations.Folder(folder(map[string]string{"d/normal/" + clinic: ""}), annotations.Options{Images: "d"})
	wantPlaces(t, records, err, place{"normal/" + clinic, "449", "normal", nil})
	if len(records) == 1 && records[0].Modality != "CR" {
		t.Errorf("modality %q, want CR", records[0].Modality)
	}

	pattern := `^(?P<site>[^/]+)/(?P<label>[^/]+)/p(?P<patient>\d+)_(?P<view>[a-z]+)_(?P<side>[LR])\.png$`
	records, err = annotations.Folder(folder(map[string]string{"d/umea/AFF/p12_ap_L.png": ""}), annotations.Options{Images: "d", Pattern: pattern})
	wantPlaces(t, records, err, place{"umea/AFF/p12_ap_L.png", "12", "AFF", nil})
	if len(records) == 1 && (records[0].Site != "umea" || records[0].View != "ap" || records[0].Side != "L") {
		t.Errorf("record %+v, want site umea, view ap, side L", records[0])
	}
}

func TestFolderRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		files   map[string]string
		options annotations.Options
		want    []string
	}{
		"no patients":     {map[string]string{"d/aff/a.png": ""}, annotations.Options{}, []string{"aff/a.png: the patient is not named", "patient_per_image = true", "(?P<patient>"}},
		"no class":        {map[string]string{"d/train/a.png": ""}, annotations.Options{EachImage: true}, []string{"train/a.png: no folder says what", "(?P<label>"}},
		"no image":        {map[string]string{"d/a.txt": ""}, annotations.Options{}, []string{"d: there is no image"}},
		"foreign name":    {map[string]string{"d/aff/a.png": ""}, annotations.Options{Pattern: `p(?P<patient>\d+)`}, []string{"aff/a.png: the name does not follow"}},
		"bad pattern":     {map[string]string{"d/aff/a.png": ""}, annotations.Options{Pattern: `(?P<patient>`}, []string{"no regular expression"}},
		"unknown group":   {map[string]string{"d/aff/a.png": ""}, annotations.Options{Pattern: `(?P<person>.*)`}, []string{`group "person"`, "patient, label"}},
		"no group":        {map[string]string{"d/aff/a.png": ""}, annotations.Options{Pattern: `p(\d+)`}, []string{"no named group"}},
		"one group twice": {map[string]string{"d/aff/a.png": ""}, annotations.Options{Pattern: `(?P<patient>a)(?P<patient>b)`}, []string{"patient"}},
	} {
		c.options.Images = "d"
		_, err := annotations.Folder(folder(c.files), c.options)
		wantFault(t, name, err, c.want...)
	}
}

func TestSplitFolder(t *testing.T) {
	for name, want := range map[string][2]string{
		"train/aff/a.png": {"train", "aff"}, "aff/Test/a.png": {"Test", "aff"}, "aff/a.png": {"", "aff"}, "a.png": {"", ""},
		"valid/a.png": {"valid", ""}, "images/train/a.png": {"train", ""}, "a/b/c.png": {"", "b"},
	} {
		if got := [2]string{annotations.SplitFolder(name), annotations.ClassFolder(name)}; got != want {
			t.Errorf("%s: split and class %q, want %q", name, got, want)
		}
	}
}

func TestJoinStaysInside(t *testing.T) {
	for name, want := range map[string]string{
		"a.png": "d/a.png", "x/../a.png": "d/a.png", `x\a.png`: "d/x/a.png", "./a.png": "d/a.png",
		"../a.png": "", "x/../../a.png": "", "/etc/passwd": "", `..\a.png`: "", "": "", ".": "", "a\x00.png": "",
	} {
		got, err := annotations.Join("d", name)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("Join(%q) = %q, %v; want %q", name, got, err, want)
		}
	}
}

// Many faults are cut to a length that people read.
func TestManyFaults(t *testing.T) {
	files := map[string]string{}
	for _, a := range "abcdefghij" {
		for _, b := range "klm" {
			files["d/aff/"+string(a)+string(b)+".png"] = ""
		}
	}
	_, err := annotations.Folder(folder(files), annotations.Options{Images: "d"})
	if err == nil {
		t.Fatal("no error")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 21 || !strings.HasPrefix(lines[0], "aff/ak.png: ") || !strings.HasPrefix(lines[20], "d: 10 more records are wrong") {
		t.Errorf("%d lines:\n%s", len(lines), err)
	}
}
