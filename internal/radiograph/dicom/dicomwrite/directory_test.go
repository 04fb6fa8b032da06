package dicomwrite

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// listed are the files of two patients: the first has two studies, the second one series of two images.
func listed(t *testing.T) []Listed {
	t.Helper()
	var out []Listed
	for i, names := range [][3]string{{"A", "1", "1"}, {"A", "2", "1"}, {"B", "1", "1"}, {"B", "1", "2"}} {
		im := sample(ExplicitLittle, 12)
		im.PatientID, im.StudyUID, im.SeriesUID, im.InstanceUID = names[0], UID(names[:2]...), UID("series", names[0], names[1]), UID(names[:]...)
		f, err := im.File()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, Listed{Path: fmt.Sprintf("DICOM/I%d", i), File: f})
	}
	return out
}

// Who follows the offsets from the root meets every record once, those below before those beside.
func TestDirectoryOffsets(t *testing.T) {
	b, err := Directory(UID("directory"), listed(t))
	if err != nil {
		t.Fatal(err)
	}
	root := strings.Index(string(b), "\x04\x00\x00\x12UL\x04\x00")
	var met []string
	var follow func(at uint32)
	follow = func(at uint32) {
		for at != 0 {
			item := b[at:]
			if binary.LittleEndian.Uint32(item) != 0xE000FFFE {
				t.Fatalf("no item at byte %d", at)
			}
			item = item[8:][:binary.LittleEndian.Uint32(item[4:])]
			// The first elements have fixed sizes: two offsets of 12 bytes around a word of 10, then the kind.
			kind := strings.TrimRight(string(item[42:][:binary.LittleEndian.Uint16(item[40:])]), " ")
			met = append(met, kind)
			follow(binary.LittleEndian.Uint32(item[30:]))
			at = binary.LittleEndian.Uint32(item[8:])
		}
	}
	follow(binary.LittleEndian.Uint32(b[root+8:]))
	want := []string{
		"PATIENT", "STUDY", "SERIES", "IMAGE", "STUDY", "SERIES", "IMAGE",
		"PATIENT", "STUDY", "SERIES", "IMAGE", "IMAGE",
	}
	if !slices.Equal(met, want) {
		t.Errorf("met %v, want %v", met, want)
	}
	if got := binary.LittleEndian.Uint32(b[root+12+8:]); got <= binary.LittleEndian.Uint32(b[root+8:]) {
		t.Errorf("the last patient is at byte %d", got)
	}
}

func TestToolReadsDirectory(t *testing.T) {
	if _, err := exec.LookPath("dcmdump"); err != nil {
		t.Skipf("%v: install dcmtk", err)
	}
	b, err := Directory(UID("directory"), listed(t))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "DICOMDIR")
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("dcmdump", path).CombinedOutput()
	if err != nil || strings.Contains(string(out), "W: ") || strings.Contains(string(out), "E: ") {
		t.Fatalf("dcmdump: %v\n%s", err, out)
	}
	for _, want := range []string{`[DICOM\I3]`, "=MediaStorageDirectoryStorage", "=DigitalXRayImageStorageForPresentation"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("dcmdump does not show %s:\n%s", want, out)
		}
	}
}

func TestDirectoryRefuses(t *testing.T) {
	files := listed(t)
	if _, err := Directory("", append(files, files[0])); err == nil || !strings.Contains(err.Error(), "the same SOP Instance UID") {
		t.Errorf("a file twice: %v", err)
	}
	if b, err := Directory(UID("none"), nil); err != nil || len(b) == 0 {
		t.Errorf("no files: %v", err)
	}
}
