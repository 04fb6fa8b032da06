package ingest

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"femur/dag"
	"femur/internal/annotations"
	"femur/internal/radiograph/dicom"
)

// A dicomFile is what listing needs of a DICOM file: who it shows and how many pictures it holds. It is remembered
// in the cache by the file's content, so where identifiers are hashed it holds pseudonyms.
type dicomFile struct {
	Patient string `json:"patient,omitempty"`
	Site    string `json:"site,omitempty"`
	UID     string `json:"uid,omitempty"`
	Frames  int    `json:"frames,omitempty"`
	Skip    string `json:"skip,omitempty"`  // why it is no radiograph
	Fault   string `json:"fault,omitempty"` // why it cannot be read
}

// dicomRows lists a folder of DICOM files, or what a DICOMDIR refers to; each frame is a radiograph. What is known of
// them beside their headers comes from a table of annotations, by path or SOP Instance UID, or from their names.
func (l listing) dicomRows(ctx context.Context) ([]row, error) {
	folder, names, err := l.dicomNames()
	if err != nil {
		return nil, err
	}
	heads, err := l.headers(ctx, folder, names)
	if err != nil {
		return nil, err
	}
	known, err := l.known(folder, names, heads)
	if err != nil {
		return nil, err
	}
	var rows []row
	for i, name := range names {
		for frame := range max(heads[i].Frames, 1) {
			rec, ok := known.of(name, heads[i].UID, frame)
			if !ok {
				rec = annotations.Record{Name: name, Frame: -1}
			}
			unsaid := ok && l.Path != nil && rec.Frame < 0 && heads[i].Frames > 1
			rec.Frame = -1
			if heads[i].Frames > 1 {
				rec.Frame = frame
			}
			r, err := l.dicomRow(rec, name, heads[i])
			if err != nil {
				return nil, err
			}
			r.image = path.Join(folder, name)
			switch {
			case heads[i].Skip != "":
				l.skip(&r, heads[i].Skip)
			case heads[i].Fault != "":
				l.fault(&r, heads[i].Fault, "Replace the file, or remove it from the folder.")
			case unsaid:
				l.fault(&r, fmt.Sprintf("the file holds %d frames, and the annotation does not say which it is of", heads[i].Frames), "Name it in the column frame of the table, counted from 0.")
			case !ok && or(l.Unannotated, "refuse") == "skip":
				l.skip(&r, "nothing is annotated")
			case !ok:
				l.fault(&r, "nothing is annotated", `Add the image to the table of annotations (argument path), remove the file, or set unannotated = "skip".`)
			}
			rows = append(rows, r)
		}
	}
	missing, err := l.missing(known)
	return append(rows, missing...), err
}

// dicomNames lists the files, as names relative to their folder.
func (l listing) dicomNames() (folder string, names []string, err error) {
	folder = *l.Images
	if !strings.EqualFold(path.Base(folder), "DICOMDIR") {
		names, err = l.files.Walk(folder)
		return folder, names, err
	}
	b, err := l.files.ReadFile(folder)
	if err != nil {
		return "", nil, err
	}
	if names, err = dicom.Directory(b, folder); err != nil {
		return "", nil, &dag.BadInput{File: folder, Summary: strings.TrimPrefix(err.Error(), folder+": "), Detail: "Name the folder of the images instead of the DICOMDIR."}
	}
	folder = path.Dir(folder)
	for _, name := range names {
		if !l.files.Exists(path.Join(folder, name)) {
			return "", nil, &dag.BadInput{File: *l.Images, Record: name, Summary: "the DICOMDIR refers to a file that does not exist", Detail: "Copy the whole medium, or name the folder of the images instead of the DICOMDIR."}
		}
	}
	return folder, names, nil
}

// headers reads what the files say of themselves. Unchanged files are not read again.
func (l listing) headers(ctx context.Context, folder string, names []string) ([]dicomFile, error) {
	paths := make([]dag.SourcePath, len(names))
	for i, name := range names {
		paths[i] = dag.SourcePath{Path: path.Join(folder, name), Private: l.private()}
	}
	said, err := l.files.Derive(ctx, paths, "dicom headers, identifiers "+or(l.Identifiers, hashed), func(_ string, b []byte) ([]byte, error) {
		f, err := l.header(b)
		if err != nil {
			return nil, err
		}
		return json.Marshal(f)
	})
	if err != nil {
		return nil, err
	}
	heads := make([]dicomFile, len(names))
	var faults []error
	for i, s := range said {
		if s.Err == nil {
			s.Err = json.Unmarshal(s.Bytes, &heads[i])
		}
		if s.Err != nil {
			faults = append(faults, s.Err)
		}
	}
	return heads, dag.JoinFaults(faults)
}

func (l listing) header(b []byte) (dicomFile, error) {
	if !dicom.Is(b) {
		return dicomFile{Skip: "no DICOM file"}, nil
	}
	const unnamed = "file"
	h, err := dicom.ReadHeader(b, unnamed)
	switch {
	case err != nil:
		return dicomFile{Fault: strings.TrimPrefix(err.Error(), unnamed+": ")}, nil
	case h.Directory:
		return dicomFile{Skip: "a DICOMDIR"}, nil
	case !h.Image:
		return dicomFile{Skip: "DICOM without pixels"}, nil
	}
	f := dicomFile{Frames: h.Frames}
	for _, x := range []struct {
		to            *string
		purpose, from string
	}{{&f.Patient, "patient", h.PatientID}, {&f.Site, "site", h.Institution}, {&f.UID, "instance", h.SOPInstanceUID}} {
		if *x.to, err = l.pseudonym(x.purpose, x.from); err != nil {
			return f, err
		}
	}
	return f, nil
}

// dicomRow makes the row of one frame; what the record does not say, the header may.
func (l listing) dicomRow(rec annotations.Record, name string, head dicomFile) (row, error) {
	r, err := l.row(rec, name)
	if err != nil {
		return r, err
	}
	if r.Patient == "" {
		r.Patient = head.Patient
	}
	if r.Site == "" {
		r.Site = head.Site
	}
	return r, nil
}

// known is what is annotated, by the name of the file or the UID of the image.
type known struct {
	byName, byUID map[string]annotations.Record
	used          map[string]bool
}

// key tells the frames of a file apart; without a frame, a record is of a file with one.
func key(name string, frame int) string { return fmt.Sprintf("%s#%d", name, max(frame, 0)) }

// of returns what is annotated on a frame.
func (k *known) of(name, uid string, frame int) (annotations.Record, bool) {
	at, by := key(name, frame), k.byName
	r, ok := by[at]
	if !ok {
		at = key(uid, frame)
		r, ok = k.byUID[at]
	}
	if ok {
		k.used[at] = true
	}
	return r, ok
}

// known reads the table of annotations or, without one, what the names of the files say. Paths in the table are
// relative to the folder of the images or, where that has no such file, to the folder of the table.
func (l listing) known(folder string, names []string, heads []dicomFile) (*known, error) {
	k := &known{byName: map[string]annotations.Record{}, byUID: map[string]annotations.Record{}, used: map[string]bool{}}
	if l.Path == nil {
		return k, l.fromNames(k, names, heads)
	}
	kind := annotations.KindCSV
	if strings.EqualFold(path.Ext(*l.Path), ".parquet") {
		kind = annotations.KindParquet
	}
	o := l.options()
	o.Images = ""
	records, err := annotations.Read(kind, l.files, o)
	if err != nil {
		return nil, err
	}
	listed := make(map[string]bool, len(names))
	for _, name := range names {
		listed[name] = true
	}
	for _, r := range records {
		if r.Name != "" {
			name := r.Name
			if beside, ok := strings.CutPrefix(path.Join(path.Dir(*l.Path), name), folder+"/"); ok && !listed[name] && listed[beside] {
				name = beside
			}
			k.byName[key(name, r.Frame)] = r
			continue
		}
		uid, err := l.pseudonym("instance", r.UID)
		if err != nil {
			return nil, err
		}
		k.byUID[key(uid, r.Frame)] = r
	}
	return k, nil
}

// fromNames reads labels out of the names of files.
func (l listing) fromNames(k *known, names []string, heads []dicomFile) error {
	if l.Pattern == nil {
		return &dag.BadInput{
			File: *l.Images, Summary: "nothing says what the radiographs show: DICOM headers hold no label",
			Detail: "Give a table with the columns path (or sop_instance_uid), label, x and y (argument path), or a pattern on the names of the files with a group (?P<label>…).",
		}
	}
	p, err := annotations.NewPattern(*l.Pattern)
	if err != nil {
		return &dag.BadInput{Summary: err.Error(), Detail: "Correct the pattern of the source."}
	}
	for i, name := range names {
		said, ok := p.Match(name)
		if !ok {
			continue
		}
		for frame := range max(heads[i].Frames, 1) {
			k.byName[key(name, frame)] = annotations.Record{
				Name: name, Frame: -1, Patient: said["patient"], Label: said["label"], View: said["view"], Side: said["side"],
				Site: said["site"], Modality: said["modality"], Implant: said["implant"],
			}
		}
	}
	return nil
}

// missing are the rows of annotations whose image is not there.
func (l listing) missing(k *known) ([]row, error) {
	var rows []row
	for _, by := range []map[string]annotations.Record{k.byName, k.byUID} {
		for at, rec := range by {
			if k.used[at] {
				continue
			}
			name := rec.Name
			if name == "" {
				name = rec.UID
			}
			r, err := l.row(rec, name)
			if err != nil {
				return nil, err
			}
			l.fault(&r, "the image of the annotation does not exist", "Put the file into the folder (argument images), correct its path or frame, or remove the record.")
			rows = append(rows, r)
		}
	}
	return rows, nil
}
