package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"femur/internal/leaksearch"
	"femur/internal/pseudonym"
	"femur/internal/radiograph/dicom/dicomwrite"
)

// What is planted: where names of people, and texts about them, stand in what hospitals hand over.
const (
	plantedTag    = "Quillfeather"  // in every text of a DICOM file, and in the metadata of pictures
	plantedFolder = "Grumbletook"   // in the names of folders
	plantedFile   = "Snorkelwhack"  // in the names of files
	plantedID     = "Mumblecrust"   // in patients' ids
	plantedSite   = "Brackenhollow" // in institutions
	plantedUID    = "2.25.9021077712345"
	plantedBirth  = "19471103"
	plantedStudy  = "20131117"
)

// planted are the markers; all but the table's name, which stands in the pipeline file.
func planted() []string {
	return []string{plantedTag, plantedFolder, plantedFile, plantedID, plantedSite, plantedUID, plantedBirth, plantedStudy}
}

// Nothing that names a person reaches the cache, its raw files, logs, reports or exports: not when all is
// well, not when files are refused, and not when the stage fails.
func TestNamesAreNotStored(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, b []byte) {
		t.Helper()
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	table := "path,label,x,y\n"
	for i := range 6 {
		name := fmt.Sprintf("%s_%d/%s_%d", plantedFolder, i/2, plantedFile, i)
		b := plantedDICOM(t, i)
		switch i {
		case 4:
			b = b[:len(b)-100] // refused
		case 5: // nothing is annotated: refused
			write("archive/"+name, b)
			continue
		}
		write("archive/"+name, b)
		table += fmt.Sprintf("%s,%s,%d,40\n", name, []string{"AFF", "NFF"}[i/2%2], 20+i)
	}
	write("archive/annotations.csv", []byte(table+fmt.Sprintf("%s/%s_gone,AFF,1,1\n", plantedFolder, plantedFile)))
	table = "path,patient,label,x,y,site\n"
	for i, encode := range []func(*testing.T, image.Image) []byte{plantedPNG, plantedJPEG, plantedTIFF} {
		name := fmt.Sprintf("%s/%s_%d%s", plantedFolder, plantedFile, i, []string{".png", ".jpg", ".tif"}[i])
		write("pictures/"+name, encode(t, drawn(40+i)))
		table += fmt.Sprintf("%s,%s-%d,AFF,%d,40,%s\n", name, plantedID, i, 20+i, plantedSite)
	}
	write("pictures/annotations.csv", []byte(table))
	write("pipeline.hcl", []byte(`pipeline {
  name = "private"
  seed = 1
}
variable "archive" {
  type    = string
  default = "archive"
}
variable "refused" {
  type    = number
  default = 0
}
stage "ingest" "archive" {
  source "dicom" {
    images = var.archive
    path   = "archive/annotations.csv"
  }
  max_refused = var.refused
}
stage "ingest" "pictures" {
  source "csv" {
    path        = "pictures/annotations.csv"
    identifiers = "hashed"
  }
}
`))
	key := filepath.Join(t.TempDir(), "identifiers.key")
	study := func(want int, args ...string) (stdout, stderr string) {
		t.Helper()
		var out, problems bytes.Buffer
		cmd := exec.Command("study", append([]string{"--key-file", key}, args...)...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &problems
		cmd.Env = append(os.Environ(), studyVariables()...)
		_ = cmd.Run() // the exit code says all
		if got := cmd.ProcessState.ExitCode(); got != want {
			t.Fatalf("femur %v: exit code %d, want %d\n%s%s", args, got, want, &out, &problems)
		}
		return out.String(), problems.String()
	}

	// It fails first: two files and a record are bad. The terminal is told which; what is stored is not.
	stdout, stderr := study(2, "run", "--keep-going")
	if !strings.Contains(stderr, plantedFile) {
		t.Errorf("the errors on the terminal name no file:\n%s", stderr)
	}
	if strings.Contains(stdout, plantedFile) {
		t.Errorf("the events name a file:\n%s", stdout)
	}
	study(0, "run", "--var", "refused=3", "--var", "archive="+filepath.Join(dir, "archive"))
	out := filepath.Join(dir, "out")
	for _, stage := range []string{"archive", "pictures"} {
		for _, output := range []string{"radiographs", "annotations", "refusals", "index", "cohort", "links", "summary", "report", "contact_sheet"} {
			study(0, "export", "ingest."+stage+"."+output, filepath.Join(out, stage, output))
		}
	}
	for i, args := range [][]string{
		{"show", "ingest.archive.summary"}, {"show", "ingest.archive.refusals"}, {"show", "ingest.pictures.cohort"},
		{"explain", "ingest.archive", "--var", "refused=3"}, {"status"}, {"runs"}, {"logs", "ingest.archive"}, {"ls", "--long"},
	} {
		text, _ := study(0, args...)
		if err := os.WriteFile(filepath.Join(out, fmt.Sprint("printed", i)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	mustNotLeak(t, filepath.Join(dir, ".femur"), []string{out}, planted()...)

	// The search is good for something: it finds each of them where they were planted.
	s, err := leaksearch.New(planted()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"archive", "pictures"} {
		if err := s.Folder(filepath.Join(dir, folder)); err != nil {
			t.Fatal(err)
		}
	}
	hits, _ := s.Hits()
	for _, marker := range planted() {
		if !slices.ContainsFunc(hits, func(h leaksearch.Hit) bool { return h.Marker == marker }) {
			t.Errorf("%s was not planted", marker)
		}
	}

	// The way back is the user's: from each radiograph to its file.
	known, err := pseudonym.OpenIdentities(key)
	if err != nil {
		t.Fatal(err)
	}
	ids, _ := study(0, "show", "--json", "ingest.archive.radiographs")
	found := 0
	for _, id := range strings.FieldsFunc(ids, func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= '2' && r <= '7') }) {
		if !pseudonym.IsPseudonym(id) || id[0] != 'r' {
			continue
		}
		if one, err := known.Find(id); err != nil || len(one.Files) != 1 || !strings.Contains(one.Files[0], plantedFile) || len(one.PatientNames) != 1 {
			t.Errorf("%s leads to %+v, %v", id, one, err)
		}
		found++
	}
	if found < 4 {
		t.Errorf("only %d of 4 radiographs are listed:\n%s", found, ids)
	}
}

// plantedDICOM is a radiograph whose every text holds a marker.
func plantedDICOM(t *testing.T, number int) []byte {
	t.Helper()
	picture := drawn(number)
	pixels := make([]uint16, 0, 64*96)
	for y := range 96 {
		for x := range 64 {
			pixels = append(pixels, picture.Gray16At(x, y).Y>>4)
		}
	}
	patient := fmt.Sprintf("%s-%d", plantedID, number/2)
	f, err := dicomwrite.Image{
		Syntax: dicomwrite.ExplicitLittle, PatientID: patient, PatientName: plantedTag + "^" + plantedTag, BirthDate: plantedBirth, Sex: "F",
		StudyUID: plantedUID + "1", SeriesUID: plantedUID + "2", InstanceUID: fmt.Sprint(plantedUID, 10+number), StudyDate: plantedStudy,
		Accession: plantedTag, Institution: plantedSite, StudyDescription: plantedTag, Number: 1, Modality: "CR", View: "AP", Laterality: "L",
		BodyPart: "FEMUR", Columns: 64, Rows: 96, Stored: 12, Pixels: pixels,
	}.File()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []struct {
		vr   string
		tags []dicomwrite.Tag
	}{
		{"PN", []dicomwrite.Tag{0x00080090, 0x00081050, 0x00081060, 0x00081070, 0x00101001, 0x00101060, 0x00321032}},
		{"LO", []dicomwrite.Tag{0x00081030, 0x0008103E, 0x00081040, 0x00081090, 0x00101000, 0x00102000, 0x00102110, 0x00180010, 0x00181000, 0x00181030, 0x00321060, 0x00090010}},
		{"SH", []dicomwrite.Tag{0x00080050, 0x00081010, 0x00102160, 0x00102180, 0x00200010, 0x00400253}},
		{"LT", []dicomwrite.Tag{0x001021B0, 0x00104000, 0x00204000, 0x00324000}},
		{"ST", []dicomwrite.Tag{0x00080081}},
		{"UT", []dicomwrite.Tag{0x0040A160, 0x00091001}},
	} {
		for _, tag := range text.tags {
			f.Set(dicomwrite.Element{Tag: tag, VR: text.vr, Value: plantedTag})
		}
	}
	f.Set(dicomwrite.Element{Tag: 0x00081140, VR: "SQ", Value: [][]dicomwrite.Element{{{Tag: 0x00081155, VR: "UI", Value: plantedUID}, {Tag: 0x00080104, VR: "LO", Value: plantedTag}}}})
	b, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// drawn is a picture that looks like no other number's.
func drawn(number int) *image.Gray16 {
	picture := image.NewGray16(image.Rect(0, 0, 64, 96))
	for y := range 96 {
		for x := range 64 {
			wave := (x*(number+3)*37 + y*(number*number+5)*23) % 251
			picture.SetGray16(x, y, color.Gray16{Y: uint16(wave * 260)})
		}
	}
	return picture
}

// plantedPNG has a marker in a text chunk before its pixels.
func plantedPNG(t *testing.T, picture image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		t.Fatal(err)
	}
	body := append([]byte("tEXtComment\x00"), plantedTag...)
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)-4))
	chunk = append(chunk, body...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(body))
	const header = 8 + 25 // signature and IHDR
	return slices.Concat(b.Bytes()[:header], chunk, b.Bytes()[header:])
}

// plantedJPEG has a marker in a comment.
func plantedJPEG(t *testing.T, picture image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, nil); err != nil {
		t.Fatal(err)
	}
	comment := binary.BigEndian.AppendUint16([]byte{0xFF, 0xFE}, uint16(2+len(plantedTag)))
	return slices.Concat(b.Bytes()[:2], append(comment, plantedTag...), b.Bytes()[2:])
}

// plantedTIFF has a marker as description and as artist.
func plantedTIFF(t *testing.T, picture image.Image) []byte {
	t.Helper()
	gray := picture.(*image.Gray16)
	w, h := uint32(gray.Rect.Dx()), uint32(gray.Rect.Dy())
	const entries = 11
	text := uint32(8 + 2 + 12*entries + 4)
	pixels := text + uint32(len(plantedTag)) + 1
	b := []byte("MM\x00*\x00\x00\x00\x08\x00")
	b = append(b, entries)
	for _, e := range [entries]struct{ tag, kind, count, value uint32 }{
		{256, 4, 1, w}, {257, 4, 1, h}, {258, 3, 1, 16 << 16}, {259, 3, 1, 1 << 16}, {262, 3, 1, 1 << 16},
		{270, 2, uint32(len(plantedTag)) + 1, text}, {273, 4, 1, pixels}, {277, 3, 1, 1 << 16}, {278, 4, 1, h}, {279, 4, 1, 2 * w * h},
		{315, 2, uint32(len(plantedTag)) + 1, text},
	} {
		b = binary.BigEndian.AppendUint16(b, uint16(e.tag))
		b = binary.BigEndian.AppendUint16(b, uint16(e.kind))
		b = binary.BigEndian.AppendUint32(b, e.count)
		b = binary.BigEndian.AppendUint32(b, e.value)
	}
	b = binary.BigEndian.AppendUint32(b, 0)
	b = append(append(b, plantedTag...), 0)
	return append(b, gray.Pix...)
}
