package annotations

import (
	"fmt"
	"slices"
	"strings"
)

// naming finds out who and what an image shows, where the annotation itself does not say.
type naming struct {
	options Options
	pattern *Pattern // the user's; nil without
	clinic  *Pattern
	table   *labelTable // nil without
	// classFirst says that the class of the source (a folder) goes before the clinic's names.
	classFirst bool
}

// newNaming compiles the pattern and reads the table of labels.
func newNaming(files Files, o Options) (*naming, error) {
	p, err := o.pattern()
	if err != nil {
		return nil, err
	}
	n := &naming{options: o, pattern: p, clinic: ClinicPattern()}
	if o.Labels != "" {
		if n.table, err = readLabels(files, o); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// complete fills in what a record does not say itself: from the table of labels, then from the user's
// pattern, then from the clinic's convention and the class. It returns a fault, or nil.
func (n *naming) complete(r *Record, class string) error {
	if n.table != nil {
		if err := n.table.complete(r); err != nil {
			return err
		}
	}
	if n.pattern != nil {
		said, ok := n.pattern.Match(r.Name)
		if !ok {
			return r.Bad("the name does not follow the pattern "+n.pattern.String(),
				"Correct the pattern of the source, rename the file, or remove the record.")
		}
		r.fill(said)
	}
	said, byClinic := n.clinic.Match(r.Name)
	if n.classFirst && r.Label == "" {
		r.Label = class
	}
	if byClinic {
		r.fill(said)
	}
	if r.Label == "" {
		r.Label = class
	}
	if r.Patient == "" && n.options.EachImage {
		r.Patient = r.Name
	}
	if r.Patient == "" && !n.options.Partial {
		return r.Bad("the patient is not named", "Patients are the unit of splits. "+n.remedy())
	}
	return nil
}

// remedy says how patients can be named.
func (n *naming) remedy() string {
	if n.table != nil && n.options.Patient == "" {
		return fmt.Sprintf(`Name the column of %s with the patient (argument patient), give a pattern for names of files with a group (?P<patient>…), or, where each image shows another person, say patient_per_image = true.`, n.options.Labels)
	}
	return `Give a pattern for names of files with a group (?P<patient>…), or, where each image shows another person, say patient_per_image = true.`
}

// fill takes over what a name says where the record is silent.
func (r *Record) fill(said map[string]string) {
	for group, to := range map[string]*string{
		"patient": &r.Patient, "label": &r.Label, "view": &r.View, "side": &r.Side,
		"site": &r.Site, "modality": &r.Modality, "implant": &r.Implant,
	} {
		if *to == "" {
			*to = said[group]
		}
	}
}

// classOf is the class that all marks share; an error tells that they do not agree.
func classOf(r Record) (string, error) {
	var classes []string
	for _, m := range r.Marks {
		if m.Class != "" && !slices.Contains(classes, m.Class) {
			classes = append(classes, m.Class)
		}
	}
	switch len(classes) {
	case 0:
		return "", nil
	case 1:
		return classes[0], nil
	}
	slices.Sort(classes)
	return "", r.Bad("the marks are called "+strings.Join(classes, " and "),
		"A radiograph has one label. Correct the annotation, take the label from elsewhere (arguments labels and label, or pattern), or say which classes are fractures.")
}

// finish completes the records of a source whose annotations know no patients, and sorts them.
func (n *naming) finish(records []Record, class func(Record) (string, error), f *faults) []Record {
	first := make(map[string]int, len(records))
	out := make([]Record, 0, len(records))
	for i, r := range records {
		var err error
		if r.Name, err = cleanName(r); err != nil {
			f.add(err)
			continue
		}
		if before, ok := first[r.Name]; ok {
			f.add(r.Bad("the image is listed twice, first at "+records[before].Where(), "Remove one of the two records."))
			continue
		}
		first[r.Name] = i
		given, clash := class(r)
		if err := n.complete(&r, given); err != nil {
			f.add(err)
			continue
		}
		if clash != nil && r.Label == "" {
			f.add(clash)
			continue
		}
		out = append(out, r)
	}
	return sorted(out)
}

// cleanName is the record's name in the one form that items have.
func cleanName(r Record) (string, error) {
	if r.Name == "" {
		return "", r.Bad("the record names no image", "Give each record the path of an image below the folder of images.")
	}
	name, err := inside(r.Name)
	if err != nil {
		return "", r.Bad(err.Error(), "Give paths below the folder of images (argument images).")
	}
	return name, nil
}
