package main

import (
	"bytes"
	"fmt"
	"image"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/suyashkumar/dicom/pkg/tag"

	"femur/internal/radiograph/dicom/dicomwrite"
)

// The words that are planted, each where only it stands.
const (
	inText    = "ZWIEBELFISCH"   // every attribute of text in DICOM files
	inIDs     = "QUASTENFLOSSER" // patient, study and image identifiers
	inFolders = "MONDSCHEINTARIF"
	inNames   = "KLABAUTERMANN"    // names of files
	inDamage  = "WOLPERTINGER"     // what stands in files that are refused
	inTable   = "RAUNACHTSCHNAPPS" // columns of the table of annotations
	bornOn    = "19311103"
)

var wordsPlanted = []string{inText, inIDs, inFolders, inNames, inDamage, inTable, bornOn}

// TestNamesOfTheWholeStudy runs the whole study on DICOM files whose every text names somebody.
func TestNamesOfTheWholeStudy(t *testing.T) {
	needXLA(t)
	dir := t.TempDir()
	var table strings.Builder
	table.WriteString("path,label,x,y,annotator\n")
	texts := everyText(t)
	for i := range 24 {
		patient := fmt.Sprintf("%s-%d", inIDs, i)
		name := fmt.Sprintf("%s_%d/%s_%d", inFolders, i, inNames, i)
		writeTo(t, filepath.Join(dir, "archive", name), talkativeDICOM(t, patient, i, texts))
		fmt.Fprintf(&table, "%s,%s,20,30,%s\n", name, []string{"AFF", "NFF"}[i%2], inTable)
	}
	damaged := filepath.Join(inFolders, inNames+"_damaged")
	writeTo(t, filepath.Join(dir, "archive", damaged), append(talkativeDICOM(t, inIDs+"-99", 99, texts)[:4096], inDamage...))
	fmt.Fprintf(&table, "%s,AFF,1,1,\n", filepath.ToSlash(damaged))
	writeTo(t, filepath.Join(dir, "archive", "README.TXT"), []byte("The viewer of "+inDamage))
	writeTo(t, filepath.Join(dir, "annotations.csv"), []byte(table.String()))
	study, err := os.ReadFile("testdata/study/pipeline.hcl")
	if err != nil {
		t.Fatal(err)
	}
	before, after, _ := strings.Cut(string(study), `source "synthetic" {`)
	_, after, _ = strings.Cut(after, "}")
	writeTo(t, filepath.Join(dir, "pipeline.hcl"), []byte(before+fmt.Sprintf(`source "dicom" {
    images = "archive"
    path   = %q
  }
  max_refused = 1`, "annotations.csv")+strings.Replace(after, "folds       = 2", "folds       = 2\n  assignment  = \"balanced\"", 1)))

	h := privateHouse{t: t, dir: dir}
	h.do(0, "run", "--json", "--log-level", "info")
	h.inspect("compare.main.report", "ingest.cohort.report", "ingest.cohort.cohort", "compare.main.classification")
	mustNotLeak(t, filepath.Join(dir, ".femur"), []string{h.out()}, wordsPlanted...)

	// What is planted can be found: the way back, which is the user's alone, has the names.
	private, err := os.ReadFile(filepath.Join(dir, "keys", "id.index"))
	if err != nil || !bytes.Contains(private, []byte(inIDs)) || !bytes.Contains(private, []byte(inNames)) {
		t.Errorf("the private index does not lead back (%v)", err)
	}
}

// TestNamesInWrongSources holds the same of sources that are wrong in every way that quotes what they say.
func TestNamesInWrongSources(t *testing.T) {
	dir := t.TempDir()
	var table strings.Builder
	table.WriteString("path,patient,label,x,y,site,annotator\n")
	forms := []func(*testing.T, image.Image) []byte{plantedPNG, plantedJPEG, plantedTIFF}
	for i := range 24 {
		name := fmt.Sprintf("%s_%d/%s_%d.img", inFolders, i, inNames, i)
		writeTo(t, filepath.Join(dir, "archive", name), forms[i%3](t, drawn(i)))
		fmt.Fprintf(&table, "%s,%s-%d,%s,20,30,%s,%s\n", name, inIDs, i, []string{"AFF", "NFF"}[i%2], inTable, inTable)
	}
	good := table.String()
	damaged := fmt.Sprintf("%s/%s_damaged.png", inFolders, inNames)
	writeTo(t, filepath.Join(dir, "archive", damaged), plantedPNG(t, drawn(99))[:400])
	fmt.Fprintf(&table, "%s,%s-99,AFF,1,1,,\n", damaged, inIDs)
	writeTo(t, filepath.Join(dir, "annotations.csv"), []byte(table.String()))
	writeTo(t, filepath.Join(dir, "pipeline.hcl"), fmt.Appendf(nil, `pipeline {
  name = "private"
  seed = 1
}
stage "ingest" "cohort" {
  source "csv" {
    path        = %q
    images      = "archive"
    identifiers = "hashed"
  }
  max_refused = 1
}
stage "split-by-patient" "folds" {
  radiographs = ingest.cohort.radiographs
  folds       = 2
  assignment  = "balanced"
}
stage "crop-patches" "main" {
  radiographs = ingest.cohort.radiographs
  input       = "whole"
  size        = 64
}
`, "annotations.csv"))
	h := privateHouse{t: t, dir: dir}
	h.do(0, "run", "--json", "--log-level", "info")

	// Wrong sources: what the terminal says is the user's, what the cache remembers of it is not.
	for _, wrong := range []string{
		strings.Replace(good, ",20,30,", ",20,"+inTable+",", 1),
		good + fmt.Sprintf("%s/missing.png,%s-0,AFF,1,1,,\n%s/missing2.png,%s-0,AFF,1,1,,\n", inFolders, inIDs, inFolders, inIDs),
		strings.Replace(good, "-2,AFF", "-1,AFF", 1) + fmt.Sprintf("%s/missing.png,%s-0,AFF,1,1,,\n", inFolders, inIDs),
		good + fmt.Sprintf("../%s.png,%s-0,AFF,1,1,,\n", inNames, inIDs),
		strings.Replace(good, "label", inTable, 1),
	} {
		writeTo(t, filepath.Join(dir, "annotations.csv"), []byte(wrong))
		if said := h.do(2, "run", "--log-level", "off"); !slices.ContainsFunc(wordsPlanted, func(p string) bool { return strings.Contains(said, p) }) {
			t.Errorf("the terminal is not told which record is wrong:\n%s", said)
		}
	}
	h.do(0, "runs")
	h.do(0, "status", "--json")
	mustNotLeak(t, filepath.Join(dir, ".femur"), []string{h.out()}, append(slices.Clone(wordsPlanted), plantedTag)...)
}

// A privateHouse runs the program where its standard output and exports are kept for searching.
type privateHouse struct {
	t   *testing.T
	dir string
	n   int
}

// out is the folder of what the program printed on standard output and exported.
func (h *privateHouse) out() string { return filepath.Join(h.dir, "out") }

// do runs a command that ends with the exit code, and returns what it said on standard error. What it said for
// people or programs to keep goes to the folder that is searched.
func (h *privateHouse) do(code int, args ...string) string {
	h.t.Helper()
	h.n++
	var stdout, stderr bytes.Buffer
	c := exec.Command("study", args...)
	c.Dir, c.Stdout, c.Stderr = h.dir, &stdout, &stderr
	c.Env = append(append(os.Environ(), studyVariables()...), "FEMUR_KEY_FILE="+filepath.Join(h.dir, "keys", "id.key"))
	_ = c.Run() // the exit code tells
	if got := c.ProcessState.ExitCode(); got != code {
		h.t.Fatalf("%v ends with %d, want %d\n%s", args, got, code, stderr.Bytes())
	}
	if code == 0 {
		writeTo(h.t, filepath.Join(h.out(), fmt.Sprintf("%d.stdout", h.n)), stdout.Bytes())
		writeTo(h.t, filepath.Join(h.out(), fmt.Sprintf("%d.stderr", h.n)), stderr.Bytes())
	}
	return stderr.String()
}

// inspect looks at what was made in every way that leaves something to keep.
func (h *privateHouse) inspect(exports ...string) {
	h.t.Helper()
	for _, args := range [][]string{
		{"plan", "--json"}, {"status", "--json"}, {"ls", "--long"}, {"ls", "--json"}, {"logs", "ingest.cohort"}, {"runs"},
		{"explain", "ingest.cohort", "--json"}, {"lineage", "ingest.cohort.radiographs", "--json"}, {"show", "ingest.cohort.summary"},
		{"show", "ingest.cohort.refusals", "--json"}, {"graph", "--format", "json"},
		{"export", "ingest.cohort.radiographs", filepath.Join("out", "radiographs")},
		{"export", "ingest.cohort.annotations", filepath.Join("out", "annotations")},
	} {
		h.do(0, args...)
	}
	for _, name := range exports {
		h.do(0, "export", name, filepath.Join("out", name))
	}
}

func writeTo(t *testing.T, file string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// noise is a picture that no other seed has.
func noise(seed int) *image.Gray {
	rng := rand.New(rand.NewPCG(uint64(seed), 7))
	im := image.NewGray(image.Rect(0, 0, 60+seed%7, 80))
	for i := range im.Pix {
		im.Pix[i] = uint8(rng.Uint32())
	}
	return im
}

// talkativeDICOM is a radiograph with a marker in every attribute of text that the standard knows, standard or
// private, and in a nested item; only what decoding needs is as it must be.
func talkativeDICOM(t *testing.T, patient string, seed int, texts []dicomwrite.Element) []byte {
	t.Helper()
	pixels := noise(seed)
	f, err := dicomwrite.Image{
		Syntax: dicomwrite.ExplicitLittle, Modality: "DX", PatientID: patient, PatientName: inText + "^" + inText, BirthDate: bornOn,
		StudyUID: "1.2.3." + fmt.Sprint(seed), SeriesUID: "1.2.4." + fmt.Sprint(seed), InstanceUID: "1.2.5." + fmt.Sprint(seed),
		StudyDate: "20190304", Number: 1, Laterality: "L", Columns: pixels.Rect.Dx(), Rows: pixels.Rect.Dy(), Stored: 8, Spacing: 0.2,
		Pixels: pixels.Pix,
	}.File()
	if err != nil {
		t.Fatal(err)
	}
	needed := map[dicomwrite.Tag]bool{}
	for _, e := range f.Elements {
		switch e.Tag {
		case dicomwrite.AccessionNumber, dicomwrite.StudyID, dicomwrite.Manufacturer, dicomwrite.ReferringPhysicianName, dicomwrite.PatientName:
		default:
			needed[e.Tag] = true
		}
	}
	elements := slices.DeleteFunc(slices.Clone(texts), func(e dicomwrite.Element) bool { return needed[e.Tag] })
	elements = append(elements,
		dicomwrite.Element{Tag: 0x00091001, VR: "LO", Value: inText}, // private
		dicomwrite.Element{Tag: 0x00081140, VR: "SQ", Value: [][]dicomwrite.Element{{{Tag: dicomwrite.PatientName, VR: "PN", Value: inText}}}})
	for _, e := range elements {
		f.Set(e)
	}
	slices.SortStableFunc(f.Elements, func(a, b dicomwrite.Element) int { return int(int64(a.Tag) - int64(b.Tag)) })
	b, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// everyText has a marker in every attribute of text, and a birthday in every date, that the standard knows.
func everyText(t *testing.T) []dicomwrite.Element {
	t.Helper()
	var elements []dicomwrite.Element
	for _, group := range []uint16{
		0x0008, 0x0010, 0x0012, 0x0014, 0x0018, 0x0020, 0x0022, 0x0024, 0x0032, 0x0038, 0x003A, 0x0040, 0x0042, 0x0044, 0x0046, 0x0048,
		0x0054, 0x0070, 0x0088, 0x0100, 0x0400, 0x2000, 0x2050, 0x2100, 0x3002, 0x300A, 0x4008, 0x4010,
	} {
		for element := range 0x10000 {
			info, err := tag.Find(tag.Tag{Group: group, Element: uint16(element)})
			at := dicomwrite.Tag(uint32(group)<<16 | uint32(element))
			if err != nil || len(info.VRs) == 0 || decides(at) {
				continue
			}
			switch vr := info.VRs[0]; vr {
			case "AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT":
				elements = append(elements, dicomwrite.Element{Tag: at, VR: vr, Value: inText})
			case "DA":
				elements = append(elements, dicomwrite.Element{Tag: at, VR: vr, Value: bornOn})
			}
		}
	}
	if len(elements) < 800 {
		t.Fatalf("only %d attributes are planted", len(elements))
	}
	return elements
}

// decides says which attributes change what the pixels mean, so that text in them makes a file unreadable.
func decides(at dicomwrite.Tag) bool {
	switch {
	case at>>16 == 0x0028, at>>16 == 0x0004, at == dicomwrite.SpecificCharacterSet, at == dicomwrite.PresentationLUTShape:
		return true
	}
	return false
}
