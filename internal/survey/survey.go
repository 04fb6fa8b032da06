package survey

import (
	"context"
	"io"
	"path"
	"slices"
	"strings"

	"femur/dag"
	"femur/internal/annotations"
)

// A Folder is what is looked at, with paths relative to it.
type Folder interface {
	annotations.Files
	Open(path string) (io.ReadCloser, error)
}

// KindDICOM is the kind of source for DICOM files, beside those of package annotations.
const KindDICOM annotations.Kind = "dicom"

// Kinds lists the kinds that can be looked for.
func Kinds() []annotations.Kind { return append(annotations.Kinds(), KindDICOM) }

// A Source is what the block source of a pipeline would say. Empty attributes stay out of it.
type Source struct {
	Kind                    annotations.Kind
	Path, Images            string
	Labels, LabelKey, Label string // a table of labels
	Patient, Pattern        string
	PatientPerImage         bool
	Choose, Unannotated     string
	Rename                  map[string]string
}

// A Label is a label with how often it occurs.
type Label struct {
	Name             string // as the source has it; empty for none
	Images, Patients int
	Located          int // patients with a center
}

// A Finding is what lies in a folder.
type Finding struct {
	Source  Source
	Guessed bool // the kind was not asked for
	Files   int  // in the folder
	Images  Images

	Hashed     bool // identifiers are hashed, unless the source says otherwise: DICOM files are listed
	Records    int  // radiographs that the annotations list
	Located    int  // with a center
	Several    int  // with several fractures
	Annotators int  // people who marked the most annotated radiograph; 0 where the source does not tell
	Pitched    int  // with a pitch that the source states
	Patients   int  // 0 where nobody is named
	Studied    Studied
	Labels     []Label
	Splits     []string // folders of an earlier split
	Unlisted   []string // images that no record names
	Absent     []string // images of records that are not there

	// Positive and Negative are the labels of the study, after renaming; both are empty where there are not two.
	Positive, Negative string
	// AFFLike says that the positive label is one of atypical fractures and not merely the rarer one.
	AFFLike bool

	// Fill is a table to be filled in, where nothing says what the images show; nil otherwise.
	Fill *Fill
	// Faults are what the annotations' reader refuses; nil when it reads all.
	Faults error

	// Table is a table beside the annotations with a line for each image, and TwoValued those of its columns
	// that have two values, and so could be labels.
	Table     string
	TwoValued []string
}

// A Fill is a table with a line for each image, for a person to complete.
type Fill struct {
	Name string
	Text []byte
}

// Localizes reports whether a localizer can learn: there are centers.
func (f Finding) Localizes() bool { return f.Located > 0 || f.Fill != nil }

// Classifies reports whether a classifier can learn: there are two labels.
func (f Finding) Classifies() bool { return f.Positive != "" || f.Fill != nil }

// An Ask is what is known of a folder beforehand. Empty fields are found out.
type Ask struct {
	Kind annotations.Kind
	// Label is the column with the label, of a table beside annotations in COCO form.
	Label string
}

// Look looks at a folder. An error says that there is nothing of the kind that was asked for.
func Look(ctx context.Context, folder Folder, ask Ask) (Finding, error) {
	kind := ask.Kind
	all, err := folder.Walk(".")
	if err != nil {
		return Finding{}, err
	}
	c, err := sortOut(folder, all)
	if err != nil {
		return Finding{}, err
	}
	f := Finding{Guessed: kind == "", Files: len(all)}
	if kind == "" {
		kind = c.guess()
	}
	if kind == "" {
		return f, nothing("neither images nor annotations")
	}
	f.Source.Kind, f.Hashed = kind, kind == KindDICOM
	l := look{folder: folder, ask: ask, content: c, finding: &f}
	if err := l.fill(kind); err != nil {
		return f, err
	}
	f.chooseLabels()
	f.Images, err = measure(ctx, folder, l.files)
	if f.Images.Opened == 0 { // images may come later than their annotations, which tell their sizes
		f.Images.LongerSide = median(l.longer)
	}
	f.Studied = f.studied()
	return f, err
}

func nothing(what string) error {
	return &dag.BadInput{Summary: "there are " + what + " in the folder", Detail: "Name the folder that holds the data, or another kind of data (--from)."}
}

// look gathers a finding.
type look struct {
	folder  Folder
	ask     Ask
	content content
	finding *Finding
	files   []string // the images of the source
	longer  []int    // longer sides of images, as the records state them
}

func (l *look) fill(kind annotations.Kind) error {
	switch kind {
	case annotations.KindFolder:
		return l.classFolders()
	case KindDICOM:
		return l.dicom()
	}
	source := &l.finding.Source
	switch kind {
	case annotations.KindYOLO:
		if source.Path = l.content.yoloRoot(); source.Path == "" {
			return nothing("no label files (labels/a.txt beside images/a.png)")
		}
	case annotations.KindVOC:
		if len(l.content.voc) == 0 {
			return nothing("no annotations in XML")
		}
		source.Path = commonFolder(l.content.voc)
	default:
		candidates := l.content.annotated[kind]
		if len(candidates) == 0 {
			return nothing("no annotations of the kind " + string(kind))
		}
		source.Path = candidates[0]
	}
	return l.annotations(kind)
}

// options are those that the stage ingest would read the source with.
func (s Source) options() annotations.Options {
	return annotations.Options{
		Path: s.Path, Images: s.Images, Labels: s.Labels, LabelKey: s.LabelKey, Label: s.Label,
		Patient: s.Patient, Pattern: s.Pattern, EachImage: s.PatientPerImage,
	}
}

// annotations reads what annotators left: where its images are, who they show, and what is missing.
func (l *look) annotations(kind annotations.Kind) error {
	f, s := l.finding, &l.finding.Source
	// Any names will do to find the images.
	o := s.options()
	o.EachImage = true
	records, _ := annotations.Read(kind, l.folder, o)
	if kind != annotations.KindYOLO {
		s.Images = l.content.imagesFolder(records, o.ImagesFolder(kind))
	}
	if kind == annotations.KindCOCO {
		if err := l.findLabelTable(records); err != nil {
			return err
		}
	}
	records, f.Faults = annotations.Read(kind, l.folder, s.options())
	if f.Faults != nil && !namesPatients(f.Faults) {
		s.PatientPerImage = true
		records, f.Faults = annotations.Read(kind, l.folder, s.options())
	}
	l.count(records)
	l.compare(records, s.options().ImagesFolder(kind))
	return nil
}

// namesPatients reports whether faults are other ones than that patients are not named.
func namesPatients(err error) bool { return !strings.Contains(err.Error(), "the patient is not named") }

// count fills in what records say.
func (l *look) count(records []annotations.Record) {
	f := l.finding
	f.Records = len(records)
	f.Hashed = f.Hashed || slices.ContainsFunc(records, func(r annotations.Record) bool { return annotations.NamedDICOM(r.Name) })
	patients := map[string]bool{}
	labels := map[string]*Label{}
	of, locatedOf := map[string]map[string]bool{}, map[string]map[string]bool{}
	sized := true
	for _, r := range records {
		if r.Patient != "" {
			patients[r.Patient] = true
		}
		if labels[r.Label] == nil {
			labels[r.Label] = &Label{Name: r.Label}
			of[r.Label], locatedOf[r.Label] = map[string]bool{}, map[string]bool{}
		}
		labels[r.Label].Images++
		of[r.Label][r.Patient] = true
		if longer := max(r.Width, r.Height); longer > 0 {
			l.longer = append(l.longer, longer)
		}
		if r.Pitch.Known() {
			f.Pitched++
		}
		if split := annotations.SplitFolder(path.Join(f.Source.Images, r.Name)); split != "" && !slices.Contains(f.Splits, split) {
			f.Splits = append(f.Splits, split)
		}
		if len(r.Marks) == 0 {
			continue
		}
		f.Located++
		locatedOf[r.Label][r.Patient] = true
		people := map[string]int{}
		for _, m := range r.Marks {
			people[m.Annotator]++
			sized = sized && m.Area > 0
		}
		if _, unnamed := people[""]; !unnamed || len(people) > 1 {
			f.Annotators = max(f.Annotators, len(people))
		}
		for _, n := range people {
			if n > 1 {
				f.Several++
				break
			}
		}
	}
	if !f.Source.PatientPerImage {
		f.Patients = len(patients)
	}
	for name, label := range labels {
		label.Patients, label.Located = len(of[name]), len(locatedOf[name])
		f.Labels = append(f.Labels, *label)
	}
	slices.SortFunc(f.Labels, func(a, b Label) int { return strings.Compare(a.Name, b.Name) })
	slices.Sort(f.Splits)
	if f.Several > 0 {
		if f.Source.Choose = annotations.First; sized {
			f.Source.Choose = annotations.Largest
		}
	}
	switch {
	case f.Records == 0 || f.Located == f.Records:
	case f.Located == 0:
		f.Source.Unannotated = "keep"
	default:
		f.Source.Unannotated = "skip"
	}
}

// compare holds the records against the images that are there.
func (l *look) compare(records []annotations.Record, folder string) {
	listed := map[string]bool{}
	for _, r := range records {
		name := path.Join(folder, r.Name)
		if listed[name] = true; l.content.has[name] {
			l.files = append(l.files, name)
		} else {
			l.finding.Absent = append(l.finding.Absent, r.Name)
		}
	}
	for _, name := range l.content.images {
		if !listed[name] && (folder == "." || strings.HasPrefix(name, folder+"/")) {
			l.finding.Unlisted = append(l.finding.Unlisted, name)
		}
	}
}

// Title is what a person calls what was found.
func (f Finding) Title() string {
	if f.Fill != nil && f.Source.Kind != KindDICOM {
		return "a folder of images"
	}
	return map[annotations.Kind]string{
		annotations.KindCSV: "a table of annotations", annotations.KindParquet: "a table of annotations (Parquet)",
		annotations.KindCOCO: "annotations in COCO form", annotations.KindLabelStudio: "annotations made in Label Studio",
		annotations.KindVOC: "annotations in PASCAL VOC form", annotations.KindYOLO: "annotations in YOLO form",
		annotations.KindFolder: "a folder of images", KindDICOM: "DICOM files",
	}[f.Source.Kind]
}
