package ingest

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"femur/cache"
	"femur/dag"
	"femur/dag/stagetest"
	"femur/internal/cohort"
	"femur/internal/radiograph/dicom/dicomwrite"
)

// Where identifiers are hashed, nothing that is stored names a file, a patient or a site; what the person at the
// terminal is told does.
func TestHashedIdentifiers(t *testing.T) {
	const secret = "Doe"
	files := fstest.MapFS{
		"Doe/l.csv":          text("path,patient,label,x,y,site,annotator\nJane_Doe/1.png,Jane Doe,AFF,1,1,Doe Clinic,Dr. Doe\nJane_Doe/2.png,Jane Doe,AFF,1,1,,\nJohn_Doe.png,John Doe,NFF,1,1,,\n"),
		"Doe/Jane_Doe/1.png": gray16(t, 4, 4, 1), "Doe/Jane_Doe/2.png": gray16(t, 4, 5, 2), "Doe/John_Doe.png": text("Doe, no image"),
	}
	s := stageOf(Source{Kind: "csv", Path: ptr("Doe/l.csv"), Identifiers: ptr("hashed")})
	s.MaxRefused = 1
	items, err := s.Sources(t.Context(), stagetest.Files{FS: files})
	if err != nil {
		t.Fatal(err)
	}
	patients := map[cache.PatientID]int{}
	for _, it := range items {
		patients[it.Patient]++
		if strings.Contains(string(it.ID)+string(it.Patient)+string(it.Inline), secret) {
			t.Errorf("item %+v names somebody: %s", it, it.Inline)
		}
		if it.Path != "" && !it.Private {
			t.Errorf("the path %s is not private", it.Path)
		}
	}
	if len(patients) != 2 {
		t.Errorf("%d patients, want 2: one name, one pseudonym", len(patients))
	}
	task := stagetest.New(s)
	if err := task.Run(t.Context(), s, stagetest.Files{FS: files}); err != nil {
		t.Fatal(err)
	}
	for port, out := range task.Outputs {
		for id, b := range out {
			if strings.Contains(string(id), secret) || strings.Contains(string(b), secret) {
				t.Errorf("output %s, item %s names somebody", port, id)
			}
		}
	}
	if rows := cohortOf(t, task); len(rows) != 2 || !strings.HasPrefix(rows[0].ID, "r") || !strings.HasPrefix(rows[0].Patient, "p") {
		t.Errorf("rows %+v", rows)
	}
}

// Errors of such a source hold the names apart from their text.
func TestErrorsOfHashedSources(t *testing.T) {
	for name, list := range map[string]string{
		"missing image":  "path,patient,label,x,y\nDoe.png,Doe,AFF,1,1\n",
		"both labels":    "path,patient,label,x,y\na.png,Doe,AFF,1,1\nb.png,Doe,NFF,1,1\n",
		"no number":      "path,patient,label,x,y\nDoe.png,Doe,AFF,Doe,1\n",
		"leaves":         "path,patient,label,x,y\n../Doe.png,Doe,AFF,1,1\n",
		"no label":       "path,patient,label,x,y\na.png,Doe,,1,1\n",
		"missing column": "path,Doe\n",
	} {
		files := fstest.MapFS{"Doe.csv": text(list), "a.png": gray16(t, 4, 4, 1), "b.png": gray16(t, 4, 4, 1)}
		_, err := stageOf(Source{Kind: "csv", Path: ptr("Doe.csv"), Identifiers: ptr("hashed")}).Sources(t.Context(), stagetest.Files{FS: files})
		if err == nil || strings.Contains(err.Error(), "Doe") {
			t.Errorf("%s: the error is %v, want one that names nobody", name, err)
		}
		var bad *dag.BadInput
		if !errors.As(err, &bad) || !strings.Contains(bad.Origin, "Doe") {
			t.Errorf("%s: %+v does not lead back to the file", name, bad)
		}
	}
}

// A folder of DICOM files, whatever their names, with a table beside it: patients and spacings from the headers.
func TestDICOM(t *testing.T) {
	shared := sharedData(t)
	list := "path,label,x,y,patient\n"
	fs := fstest.MapFS{}
	for i, name := range []string{"CT_small.dcm", "MR_small_RLE.dcm", "RG2_JPLL.dcm", "JPEGLossless_1s_1f_u_16_12.dcm"} {
		b, err := os.ReadFile(shared + "/dicom/" + name)
		if err != nil {
			t.Fatal(err)
		}
		fs[fmt.Sprintf("d/%d/IM%d", i, i)] = &fstest.MapFile{Data: b}
		if i == 1 {
			list += "d/" // a path from the folder of the table, not from that of the images
		}
		list += fmt.Sprintf("%d/IM%d,%s,10,20,%s\n", i, i, []string{"AFF", "NFF"}[i%2], []string{"", "", "", "Doe"}[i])
	}
	fs["d/README.TXT"] = text("viewer")
	fs["l.csv"] = text(list)
	s := stageOf(Source{Kind: "dicom", Images: ptr("d"), Path: ptr("l.csv")})
	task := stagetest.New(s)
	if err := task.Run(t.Context(), s, stagetest.Files{FS: fs}); err != nil {
		t.Fatal(err)
	}
	rows := cohortOf(t, task)
	if len(rows) != 4 || len(task.Outputs["refusals"]) != 1 {
		t.Fatalf("%d radiographs and %d left out, want 4 and 1", len(rows), len(task.Outputs["refusals"]))
	}
	modalities, calibrated := map[string]bool{}, 0
	for _, r := range rows {
		modalities[r.Modality] = true
		if r.PitchFrom == string(cohort.PitchCalibrated) {
			calibrated++
		}
		if !strings.HasPrefix(r.ID, "r") || !strings.HasPrefix(r.Patient, "p") || (r.StudyDate != "" && len(r.StudyDate) != 4) {
			t.Errorf("%+v: identifiers of DICOM files are hashed and dates cut to the year", r)
		}
	}
	if !modalities["CT"] || !modalities["MR"] || !modalities["CR"] || calibrated == 0 {
		t.Errorf("modalities %v, %d calibrated", modalities, calibrated)
	}
}

func TestDICOMNeedsLabels(t *testing.T) {
	fs := fstest.MapFS{"d/a": text("x")}
	_, err := stageOf(Source{Kind: "dicom", Images: ptr("d")}).Sources(t.Context(), stagetest.Files{FS: fs})
	var bad *dag.BadInput
	if !errors.As(err, &bad) || !strings.Contains(bad.Origin, "sop_instance_uid") {
		t.Errorf("error is %v, want what to give", err)
	}
}

// Each frame of a file is a radiograph, and an annotation must say which one it is of.
func TestFrames(t *testing.T) {
	var pixels []uint16
	for i := range 2 * 12 * 10 {
		pixels = append(pixels, uint16(i*i%4096))
	}
	f, err := dicomwrite.Image{
		Syntax: dicomwrite.ExplicitLittle, Modality: "CR", PatientID: "p", StudyUID: "1.2.3", SeriesUID: "1.2.4", InstanceUID: "1.2.5",
		StudyDate: "20200102", Number: 1, Columns: 10, Rows: 12, Stored: 12, Pixels: pixels,
	}.File()
	if err != nil {
		t.Fatal(err)
	}
	b, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	run := func(list, unannotated string) (*stagetest.Task, error) {
		s := stageOf(Source{Kind: "dicom", Images: ptr("d"), Path: ptr("l.csv"), Identifiers: ptr("kept"), Unannotated: &unannotated})
		task := stagetest.New(s)
		return task, task.Run(t.Context(), s, stagetest.Files{FS: fstest.MapFS{"d/a": {Data: b}, "l.csv": text(list)}})
	}
	if _, err := run("path,label,x,y\na,AFF,1,2\n", "skip"); err == nil || !strings.Contains(err.Error(), "holds 2 frames") {
		t.Errorf("an annotation of no frame: %v, want it refused", err)
	}
	task, err := run("path,frame,label,x,y\na,0,AFF,1,2\na,1,AFF,3,4\n", "refuse")
	if err != nil {
		t.Fatal(err)
	}
	rows := cohortOf(t, task)
	if len(rows) != 2 || rows[0].ID != "a#frame=1" || rows[1].ID != "a#frame=2" || rows[1].CenterX != 3 || rows[0].StudyDate != "20200102" {
		t.Fatalf("rows %+v", rows)
	}
	one, two := task.Outputs["radiographs"]["a#frame=1"], task.Outputs["radiographs"]["a#frame=2"]
	if len(one) == 0 || string(one) == string(two) {
		t.Error("the two frames are not two pictures")
	}
	if task, err = run("sop_instance_uid,frame,label,x,y\n1.2.5,1,AFF,3,4\n", "skip"); err != nil || len(cohortOf(t, task)) != 1 {
		t.Errorf("by UID: %v, want one radiograph", err)
	}
}
