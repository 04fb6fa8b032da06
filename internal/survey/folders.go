package survey

import (
	"bytes"
	"encoding/csv"
	"path"
	"regexp"
	"slices"
	"strings"

	"femur/internal/annotations"
)

// maxClasses is how many folders can be classes; more are patients, or hospitals.
const maxClasses = 8

// FillName is the table that is written where nothing says what images show.
const FillName = "annotations.csv"

// classFolders reads a folder of images without annotations.
func (l *look) classFolders() error {
	f, s := l.finding, &l.finding.Source
	if len(l.content.images) == 0 {
		return nothing("no images (PNG, JPEG or TIFF)")
	}
	var records []annotations.Record
	for _, s.Images = range []string{commonFolder(l.content.images), "."} {
		s.PatientPerImage = false
		if records, f.Faults = annotations.Folder(l.folder, s.options()); f.Faults != nil && !namesPatients(f.Faults) {
			s.PatientPerImage = true
			records, f.Faults = annotations.Folder(l.folder, s.options())
		}
		if f.Faults == nil && plausible(records) {
			l.count(records)
			l.compare(records, s.Images)
			return nil
		}
	}
	// Nothing says what the images show: a person must.
	*s = Source{Kind: annotations.KindCSV, Path: FillName}
	f.Faults = nil
	f.Fill = fillIn(l.content.images, []string{"path", "patient", "label", "x", "y", "spacing"})
	f.Records = len(l.content.images)
	l.files = l.content.images
	return nil
}

// plausible reports whether labels look like classes.
func plausible(records []annotations.Record) bool {
	labels := map[string]bool{}
	for _, r := range records {
		labels[r.Label] = true
	}
	return len(labels) >= 2 && len(labels) <= maxClasses
}

// fillIn is a table with a line for each image and, where folders are too many to be classes, their names as patients.
func fillIn(images, columns []string) *Fill {
	folders := map[string]bool{}
	for _, name := range images {
		folders[annotations.ClassFolder(name)] = true
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{columns}
	for _, name := range images {
		row := make([]string, len(columns))
		row[0] = name
		if i := slices.Index(columns, "patient"); i >= 0 && len(folders) > maxClasses {
			row[i] = annotations.ClassFolder(name)
		}
		rows = append(rows, row)
	}
	if err := w.WriteAll(rows); err != nil {
		panic("survey: a buffer refuses a table: " + err.Error()) // writing to memory cannot fail
	}
	return &Fill{Name: FillName, Text: b.Bytes()}
}

// dicom reads a folder of DICOM files, whose headers know patients and pitches, and looks for what they do not know.
func (l *look) dicom() error {
	f, s := l.finding, &l.finding.Source
	if len(l.content.dicoms) == 0 {
		return nothing("no DICOM files")
	}
	s.Images = commonFolder(l.content.dicoms)
	l.files = l.content.dicoms
	f.Records = len(l.content.dicoms)
	if len(l.content.keyed) > 0 {
		s.Path = l.content.keyed[0]
		o := s.options()
		o.Partial = true
		read := annotations.CSV
		if strings.EqualFold(path.Ext(s.Path), ".parquet") {
			read = annotations.Parquet
		}
		var records []annotations.Record
		records, f.Faults = read(l.folder, o)
		// Names in the table are relative to the folder of images, which must hold all DICOM files.
		if from := l.content.imagesFolder(records, s.Images); from == "." || strings.HasPrefix(s.Images+"/", from+"/") {
			s.Images = from
		}
		l.count(records)
		if n := len(l.content.dicoms); n > f.Records { // files without a line in the table
			f.Records = n
			if f.Located > 0 {
				s.Unannotated = "skip"
			}
		}
		return nil
	}
	var records []annotations.Record
	classes := map[string]bool{}
	for _, name := range l.content.dicoms {
		name = strings.TrimPrefix(name, s.Images+"/")
		class := annotations.ClassFolder(name)
		classes[class] = true
		records = append(records, annotations.Record{Name: name, Label: class})
	}
	if delete(classes, ""); plausible(records) && len(classes) == countLabels(records) {
		names := sortedKeys(classes)
		for i, n := range names {
			names[i] = regexp.QuoteMeta(n)
		}
		s.Pattern = "(?:^|/)(?P<label>" + strings.Join(names, "|") + ")/"
		l.count(records)
		f.Patients = 0 // the headers know
		return nil
	}
	s.Path = FillName
	var images []string
	for _, r := range records {
		images = append(images, r.Name)
	}
	f.Fill = fillIn(images, []string{"path", "label", "x", "y"})
	return nil
}

func countLabels(records []annotations.Record) int {
	labels := map[string]bool{}
	for _, r := range records {
		labels[r.Label] = true
	}
	return len(labels)
}
