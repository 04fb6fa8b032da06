package annotations

import (
	"fmt"
	"path"
	"strings"
)

// A labelTable is a table with a line for each image, beside annotations that know neither label nor patient.
type labelTable struct {
	options Options
	lines   map[string]tableLine
}

// readLabels reads the table of labels, by name of the image.
func readLabels(files Files, o Options) (*labelTable, error) {
	b, err := readFile(files, o.Labels)
	if err != nil {
		return nil, err
	}
	if o.LabelKey == "" {
		o.LabelKey = "image_id"
	}
	required := []string{o.LabelKey}
	for _, column := range []string{o.Label, o.Patient} {
		if column != "" {
			required = append(required, column)
		}
	}
	t, err := readTable(o.Labels, b, required, required)
	if err != nil {
		return nil, err
	}
	l := &labelTable{options: o, lines: make(map[string]tableLine, len(t))}
	var f faults
	for _, line := range t {
		name := line.get(o.LabelKey)
		if first, ok := l.lines[name]; ok {
			f.add(line.bad(name, fmt.Sprintf("the image has a line already, %d", first.number+first.row), "Remove one of the two."))

			continue
		}
		l.lines[name] = line
	}
	return l, f.join(o.Labels)
}

// complete fills in label and patient of a record. Lines are found by the image's name, by its last
// element, or by that without its ending.
func (l *labelTable) complete(r *Record) error {
	base := path.Base(r.Name)
	for _, name := range []string{r.Name, base, strings.TrimSuffix(base, path.Ext(base))} {
		line, ok := l.lines[name]
		if !ok {
			continue
		}
		if l.options.Label != "" && r.Label == "" {
			if r.Label = line.get(l.options.Label); r.Label == "" {
				return line.bad(name, "the label is empty", "Fill in the column "+l.options.Label+".")
			}
		}
		if l.options.Patient != "" && r.Patient == "" {
			if r.Patient = line.get(l.options.Patient); r.Patient == "" {
				return line.bad(name, "the patient is empty", "Fill in the column "+l.options.Patient+": patients are the unit of splits.")
			}
		}
		return nil
	}
	return r.Bad(l.options.Labels+" has no line for it", "Add the line, or check the argument label_key.")
}
