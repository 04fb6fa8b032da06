package ingest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"femur/dag"
)

// Params are the attributes of the block.
type Params struct {
	Source        Source `hcl:"source,block"`
	MaxMegapixels int    `hcl:"max_megapixels,optional" doc:"Larger images are refused before memory is spent on them."`
	MaxRefused    int    `hcl:"max_refused,optional" doc:"How many radiographs may be refused. One more, and the stage fails with the list of all; what was read is kept."`
	Truncated     string `hcl:"truncated,optional" doc:"A JPEG file that ends too early: refuse, or use what is left of it, the rest black."`
	Pictures      int    `hcl:"pictures,optional" doc:"Radiographs on the contact sheet of the cohort report."`
}

// A Source says where radiographs come from. Attributes that do not belong to its kind are refused.
type Source struct {
	Kind string `hcl:"kind,label" doc:"synthetic, csv, parquet, coco, label-studio, voc, yolo, folder or dicom."`

	Patients    *int              `hcl:"patients,optional" doc:"synthetic: number of patients."`
	AFF         *float64          `hcl:"aff,optional" doc:"synthetic: share of patients with an atypical fracture."`
	Radiographs *int              `hcl:"radiographs,optional" doc:"synthetic: greatest number of radiographs of a patient; each number from 1 on is equally likely. Default: the fitted distribution, 1 to 9 and three on average."`
	Scale       *float64          `hcl:"scale,optional" doc:"synthetic: 1 renders at real sizes, 0.25 at a quarter of the width and height with a pitch four times as coarse."`
	Cohort      *int              `hcl:"cohort,optional" doc:"synthetic: number of the cohort; another number gives other patients."`
	Path        *string           `hcl:"path,optional" doc:"csv, parquet, coco, label-studio, dicom: the file with the annotations; voc, yolo: the folder of annotation files. Relative to the pipeline file."`
	Images      *string           `hcl:"images,optional" doc:"The folder that image names are relative to; folder, dicom: the folder that is read whole (dicom: or a DICOMDIR). Default: the folder of path; coco: images beside path; yolo: path itself; voc: JPEGImages beside path where that is called Annotations, else path itself."`
	Labels      *string           `hcl:"labels,optional" doc:"coco, voc, yolo: a CSV file with a label for each image. Default: the category of the annotation."`
	LabelKey    *string           `hcl:"label_key,optional" doc:"coco, voc, yolo: the column of labels with the image's name. Default: image_id."`
	LabelName   *string           `hcl:"label,optional" doc:"coco, voc, yolo: the column of labels with the label."`
	Patient     *string           `hcl:"patient,optional" doc:"coco, voc, yolo: the column of labels with the patient."`
	Names       *string           `hcl:"names,optional" doc:"yolo: the file with the names of the classes. Default: data.yaml, classes.txt or obj.names beside the annotations."`
	Classes     []string          `hcl:"classes,optional" doc:"coco, label-studio, voc, yolo: the names of the marks that are fractures; others are ignored, and an image with no other is one without center. Default: all are."`
	Pattern     *string           `hcl:"pattern,optional" doc:"A regular expression (RE2) on the image's path, with the named groups patient, label, view, side, site or modality: (?P<patient>[^_/]+)_. Default: the clinic's file names."`
	Alone       *bool             `hcl:"patient_per_image,optional" doc:"true: nothing tells which images are of one patient, so each counts as a patient of its own (coco: the default where neither patient nor pattern tells). Intervals are then too narrow, and splits may leak, where that is wrong."`
	Choose      *string           `hcl:"choose,optional" doc:"The fracture that counts when an image has several: first, largest, mean, or only, which refuses it. Default: largest for coco, voc and yolo, else first. All are kept in the table of the cohort. Several annotators of one fracture are always averaged."`
	Spacing     *float64          `hcl:"spacing,optional" doc:"Pitch in mm per pixel of every image that states none itself. Default: unknown."`
	Rename      map[string]string `hcl:"rename,optional" doc:"New names for labels, such as { CONTROL = \"NFF\" }."`
	Unannotated *string           `hcl:"unannotated,optional" doc:"What to do with a radiograph without an annotated center: refuse (default), skip, or keep: it is classified, and does not count for localization."`
	Identifiers *string           `hcl:"identifiers,optional" doc:"hashed: images, patients and sites go by keyed hashes, and no path or name is stored (default for dicom, and wherever a listed file ends in .dcm or .dicom); kept: by the names they have, which must be pseudonyms (default elsewhere)."`
	StudyDates  *string           `hcl:"study_dates,optional" doc:"Study dates of DICOM files: year (default where identifiers are hashed), full (default where they are kept) or none."`
}

func defaults() Params {
	return Params{MaxMegapixels: 64, Truncated: "refuse", Pictures: 36}
}

// What a source is, and how its identifiers are treated.
const (
	kindSynthetic   = "synthetic"
	kindCSV         = "csv"
	kindParquet     = "parquet"
	kindCOCO        = "coco"
	kindLabelStudio = "label-studio"
	kindVOC         = "voc"
	kindYOLO        = "yolo"
	kindFolder      = "folder"
	kindDICOM       = "dicom"

	hashed = "hashed"
	kept   = "kept"
)

// kinds in the order of the documentation.
var kinds = []string{kindSynthetic, kindCSV, kindParquet, kindCOCO, kindLabelStudio, kindVOC, kindYOLO, kindFolder, kindDICOM}

// common is what all sources of files accept.
var common = []string{"images", "choose", "spacing", "rename", "unannotated", "identifiers", "study_dates", "pattern", "patient_per_image"}

// attributes lists what each kind of source accepts beside what is common.
var attributes = map[string][]string{
	kindSynthetic:   {"patients", "aff", "radiographs", "scale", "cohort"},
	kindCSV:         {"path"},
	kindParquet:     {"path"},
	kindCOCO:        {"path", "labels", "label_key", "label", "patient", "classes"},
	kindLabelStudio: {"path", "classes"},
	kindVOC:         {"path", "labels", "label_key", "label", "patient", "classes"},
	kindYOLO:        {"path", "labels", "label_key", "label", "patient", "names", "classes"},
	kindFolder:      {},
	kindDICOM:       {"path"},
}

// required lists what a kind of source cannot do without.
var required = map[string][]string{
	kindCSV: {"path"}, kindParquet: {"path"}, kindCOCO: {"path"}, kindLabelStudio: {"path"},
	kindVOC: {"path"}, kindYOLO: {"path"}, kindFolder: {"images"}, kindDICOM: {"images"},
}

// accepts lists the attributes of a kind.
func accepts(kind string) []string {
	if kind == kindSynthetic {
		return attributes[kind]
	}
	return append(slices.Clone(attributes[kind]), common...)
}

// choice is the rule of choice among several fractures.
func (s Source) choice() string {
	switch s.Kind {
	case kindCOCO, kindVOC, kindYOLO:
		return or(s.Choose, "largest")
	}
	return or(s.Choose, "first")
}

// dates says how much of a study date is kept.
func (s Source) dates() string {
	if s.private() {
		return or(s.StudyDates, "year")
	}
	return or(s.StudyDates, "full")
}

// set names the attributes that the block states.
func (s Source) set() []string {
	var names []string
	add := func(name string, present bool) {
		if present {
			names = append(names, name)
		}
	}
	add("patients", s.Patients != nil)
	add("aff", s.AFF != nil)
	add("radiographs", s.Radiographs != nil)
	add("scale", s.Scale != nil)
	add("cohort", s.Cohort != nil)
	add("path", s.Path != nil)
	add("images", s.Images != nil)
	add("labels", s.Labels != nil)
	add("label_key", s.LabelKey != nil)
	add("label", s.LabelName != nil)
	add("patient", s.Patient != nil)
	add("names", s.Names != nil)
	add("classes", s.Classes != nil)
	add("pattern", s.Pattern != nil)
	add("patient_per_image", s.Alone != nil)
	add("choose", s.Choose != nil)
	add("spacing", s.Spacing != nil)
	add("rename", len(s.Rename) > 0)
	add("unannotated", s.Unannotated != nil)
	add("identifiers", s.Identifiers != nil)
	add("study_dates", s.StudyDates != nil)
	return names
}

// Check implements [dag.Checked].
func (s *stage) Check() []dag.Problem {
	var problems []dag.Problem
	bad := func(attribute, summary, detail string, args ...any) {
		problems = append(problems, dag.Problem{Attribute: attribute, Summary: summary, Detail: fmt.Sprintf(detail, args...)})
	}
	src := s.Source
	if !slices.Contains(kinds, src.Kind) {
		bad("source", "Unknown kind of source", "%q is no kind of source. Use one of %s.", src.Kind, strings.Join(kinds, ", "))
		return problems
	}
	src.checkAttributes(bad)
	src.checkValues(bad)
	if s.MaxMegapixels < 1 {
		bad("max_megapixels", "Invalid limit", "The limit must be at least 1 megapixel, not %d.", s.MaxMegapixels)
	}
	if s.MaxRefused < 0 {
		bad("max_refused", "Invalid limit", "The number of refused radiographs cannot be negative, as %d is.", s.MaxRefused)
	}
	if s.Truncated != "refuse" && s.Truncated != "use" {
		bad("truncated", "Unknown choice", "%q is neither refuse nor use.", s.Truncated)
	}
	if s.Pictures < 1 || s.Pictures > 400 {
		bad("pictures", "Invalid number of pictures", "A contact sheet has 1 to 400 pictures, not %d.", s.Pictures)
	}
	return problems
}

// checkAttributes holds what is set against what the kind takes and needs.
func (s Source) checkAttributes(bad func(attribute, summary, detail string, args ...any)) {
	set, known := s.set(), accepts(s.Kind)
	for _, name := range set {
		if !slices.Contains(known, name) {
			bad("source."+name, "Unsupported argument", "A source of kind %q has no argument %q. It takes %s.", s.Kind, name, strings.Join(known, ", "))
		}
	}
	for _, name := range required[s.Kind] {
		if !slices.Contains(set, name) {
			bad("source", "Missing argument", "A source of kind %q needs the argument %q.", s.Kind, name)
		}
	}
	if s.Labels == nil && (s.LabelName != nil || s.LabelKey != nil || s.Patient != nil) {
		bad("source", "Missing argument", "label, label_key and patient are columns of the file labels, which is not given.")
	}
	if s.Labels != nil && s.LabelName == nil && s.Patient == nil {
		bad("source", "Missing argument", "label or patient must name the column of labels that holds it.")
	}
}

// checkValues holds the values against what they may be.
func (s Source) checkValues(bad func(attribute, summary, detail string, args ...any)) {
	if n := or(s.Patients, 96); n < 1 {
		bad("source.patients", "Invalid number of patients", "A cohort needs at least one patient, not %d.", n)
	}
	if f := or(s.AFF, 0.2); f <= 0 || f >= 1 {
		bad("source.aff", "Invalid share", "The share of atypical fractures must lie between 0 and 1, not at %g.", f)
	}
	if n := or(s.Radiographs, 1); n < 1 || n > 100 {
		bad("source.radiographs", "Invalid number of radiographs", "A patient has 1 to 100 radiographs, not %d.", n)
	}
	if f := or(s.Scale, 1); f < 0.02 || f > 1 {
		bad("source.scale", "Invalid scale", "The scale must lie between 0.02 and 1, not at %g.", f)
	}
	if f := or(s.Spacing, 1); f <= 0 {
		bad("source.spacing", "Invalid spacing", "The pitch in mm per pixel must be positive, not %g. Leave it out when it is unknown.", f)
	}
	one := func(attribute string, value *string, allowed ...string) {
		if v := or(value, allowed[0]); !slices.Contains(allowed, v) {
			bad("source."+attribute, "Unknown choice", "%q is none of %s.", v, strings.Join(allowed, ", "))
		}
	}
	one("choose", s.Choose, "first", "largest", "mean", "only")
	one("unannotated", s.Unannotated, "refuse", "skip", "keep")
	one("identifiers", s.Identifiers, hashed, kept)
	one("study_dates", s.StudyDates, "year", "full", "none")
	if s.Classes != nil && len(s.Classes) == 0 {
		bad("source.classes", "Empty list", "No mark would be a fracture. Name the classes that are, or leave the argument out: then all are.")
	}
	for i, c := range s.Classes {
		switch {
		case c == "":
			bad("source.classes", "Empty name", "A class without a name matches nothing. Remove it, or name the class as the annotations do.")
		case slices.Contains(s.Classes[:i], c):
			bad("source.classes", "Duplicate name", "The class %q is named twice. Remove one of the two.", c)
		}
	}
	if s.Pattern != nil {
		if _, err := regexp.Compile(*s.Pattern); err != nil {
			bad("source.pattern", "Invalid regular expression", "%s. The syntax is RE2; a named group is (?P<patient>…).", err)
		}
	}
}

// or returns what p points at, or a default.
func or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}
