package ingest

import (
	"fmt"
	"slices"
	"strings"

	"femur/dag"
)

// Params are the attributes of the block.
type Params struct {
	Source        Source `hcl:"source,block"`
	MaxMegapixels int    `hcl:"max_megapixels,optional" doc:"Larger images are refused before memory is spent on them."`
}

// A Source says where radiographs come from. Attributes that do not belong to its kind are refused.
type Source struct {
	Kind string `hcl:"kind,label" doc:"synthetic, csv, coco or label-studio."`

	Patients    *int              `hcl:"patients,optional" doc:"synthetic: number of patients."`
	AFF         *float64          `hcl:"aff,optional" doc:"synthetic: share of patients with an atypical fracture."`
	Radiographs *int              `hcl:"radiographs,optional" doc:"synthetic: greatest number of radiographs of a patient; each number from 1 on is equally likely. Default: the fitted distribution, 1 to 9 and three on average."`
	Scale       *float64          `hcl:"scale,optional" doc:"synthetic: 1 renders at real sizes, 0.25 at a quarter of the width and height with a pitch four times as coarse."`
	Cohort      *int              `hcl:"cohort,optional" doc:"synthetic: number of the cohort; another number gives other patients."`
	Path        *string           `hcl:"path,optional" doc:"csv, coco, label-studio: the file with the annotations, relative to the pipeline file."`
	Images      *string           `hcl:"images,optional" doc:"csv, coco, label-studio: the folder that image names are relative to. Default: the folder of path (coco: images beside it)."`
	Labels      *string           `hcl:"labels,optional" doc:"coco: a CSV file with a label for each image."`
	LabelKey    *string           `hcl:"label_key,optional" doc:"coco: the column of labels with the image's name. Default: image_id."`
	LabelName   *string           `hcl:"label,optional" doc:"coco: the column of labels with the label."`
	Patient     *string           `hcl:"patient,optional" doc:"coco: the column of labels with the patient. Default: every image is a patient of its own."`
	Choose      *string           `hcl:"choose,optional" doc:"coco, label-studio: the rule when an image has several annotations: largest (coco only), first or mean."`
	Spacing     *float64          `hcl:"spacing,optional" doc:"Pitch in mm per pixel of every image that states none itself. Default: unknown."`
	Rename      map[string]string `hcl:"rename,optional" doc:"New names for labels, such as { CONTROL = \"NFF\" }."`
	// Unannotated is what to do with a radiograph that has no center.
	Unannotated *string `hcl:"unannotated,optional" doc:"What to do with a record without center: refuse (default) or skip."`
}

func defaults() Params { return Params{MaxMegapixels: 64} }

// attributes lists what each kind of source accepts beside rename and unannotated.
var attributes = map[string][]string{
	"synthetic":    {"patients", "aff", "radiographs", "scale", "cohort"},
	"csv":          {"path", "images", "spacing", "rename", "unannotated"},
	"coco":         {"path", "images", "labels", "label_key", "label", "patient", "choose", "spacing", "rename", "unannotated"},
	"label-studio": {"path", "images", "choose", "spacing", "rename", "unannotated"},
}

// required lists what a kind of source cannot do without.
var required = map[string][]string{
	"csv": {"path"}, "coco": {"path", "labels", "label"}, "label-studio": {"path"},
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
	add("choose", s.Choose != nil)
	add("spacing", s.Spacing != nil)
	add("rename", len(s.Rename) > 0)
	add("unannotated", s.Unannotated != nil)
	return names
}

// Check implements [dag.Checked].
func (s *stage) Check() []dag.Problem {
	var problems []dag.Problem
	bad := func(attribute, summary, detail string, args ...any) {
		problems = append(problems, dag.Problem{Attribute: attribute, Summary: summary, Detail: fmt.Sprintf(detail, args...)})
	}
	src := s.Source
	known, ok := attributes[src.Kind]
	if !ok {
		kinds := []string{"synthetic", "csv", "coco", "label-studio"}
		bad("source", "Unknown kind of source", "%q is no kind of source. Use one of %s.", src.Kind, strings.Join(kinds, ", "))
		return problems
	}
	set := src.set()
	for _, name := range set {
		if !slices.Contains(known, name) {
			bad("source."+name, "Unsupported argument", "A source of kind %q has no argument %q. It takes %s.", src.Kind, name, strings.Join(known, ", "))
		}
	}
	for _, name := range required[src.Kind] {
		if !slices.Contains(set, name) {
			bad("source", "Missing argument", "A source of kind %q needs the argument %q.", src.Kind, name)
		}
	}
	if n := or(src.Patients, 96); n < 1 {
		bad("source.patients", "Invalid number of patients", "A cohort needs at least one patient, not %d.", n)
	}
	if f := or(src.AFF, 0.2); f <= 0 || f >= 1 {
		bad("source.aff", "Invalid share", "The share of atypical fractures must lie between 0 and 1, not at %g.", f)
	}
	if n := or(src.Radiographs, 1); n < 1 || n > 100 {
		bad("source.radiographs", "Invalid number of radiographs", "A patient has 1 to 100 radiographs, not %d.", n)
	}
	if f := or(src.Scale, 1); f < 0.02 || f > 1 {
		bad("source.scale", "Invalid scale", "The scale must lie between 0.02 and 1, not at %g.", f)
	}
	if f := or(src.Spacing, 1); f <= 0 {
		bad("source.spacing", "Invalid spacing", "The pitch in mm per pixel must be positive, not %g. Leave it out when it is unknown.", f)
	}
	rules := []string{"largest", "first", "mean"}
	if src.Kind == "label-studio" {
		rules = rules[1:]
	}
	if c := or(src.Choose, "first"); !slices.Contains(rules, c) {
		bad("source.choose", "Unknown rule", "%q is no rule of choice. Use one of %s.", c, strings.Join(rules, ", "))
	}
	if u := or(src.Unannotated, "refuse"); u != "refuse" && u != "skip" {
		bad("source.unannotated", "Unknown choice", "%q is neither refuse nor skip.", u)
	}
	if s.MaxMegapixels < 1 {
		bad("max_megapixels", "Invalid limit", "The limit must be at least 1 megapixel, not %d.", s.MaxMegapixels)
	}
	return problems
}

// or returns what p points at, or a default.
func or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}
