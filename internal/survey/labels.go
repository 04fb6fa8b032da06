package survey

import (
	"cmp"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"femur/internal/annotations"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Names that clinics give to atypical fractures, and to those that are not. A name that denies is none of the first.
var (
	affLike = regexp.MustCompile(`(?i)(^|[^a-z])aff([^a-z]|$)|atyp`)
	denied  = regexp.MustCompile(`(?i)(^|[^a-z])(non?|not|ej|icke|utan|without)([^a-z]|$)`)
)

// isAFF reports whether a label is one of atypical fractures.
func isAFF(label string) bool { return affLike.MatchString(label) && !denied.MatchString(label) }

// chooseLabels finds the positive and the negative label, and the names that the study knows them by.
func (f *Finding) chooseLabels() {
	var named, aff, other []Label
	for _, l := range f.Labels {
		if l.Name == "" {
			continue
		}
		named = append(named, l)
		if isAFF(l.Name) {
			aff = append(aff, l)
		} else {
			other = append(other, l)
		}
	}
	if len(named) < 2 {
		f.nameUnlabeled()
		return
	}
	if f.answers(named) {
		return
	}
	if len(aff) > 0 && len(other) > 0 {
		f.AFFLike = true
		f.Positive, f.Negative = "AFF", "NFF"
		rename := map[string]string{}
		for _, l := range aff {
			rename[l.Name] = "AFF"
		}
		for _, l := range other {
			rename[l.Name] = "NFF"
		}
		maps.DeleteFunc(rename, func(from, to string) bool { return from == to })
		if len(rename) > 0 {
			f.Source.Rename = rename
		}
		return
	}
	// Nothing looks like AFF: the rarer label is what one looks for.
	byCount := slices.Clone(named)
	slices.SortStableFunc(byCount, func(a, b Label) int {
		return cmp.Or(cmp.Compare(a.Patients, b.Patients), cmp.Compare(a.Images, b.Images), cmp.Compare(b.Name, a.Name))
	})
	f.Positive, f.Negative = byCount[0].Name, byCount[1].Name
	if len(named) > 2 {
		f.Negative = "other"
	}
}

// nameUnlabeled gives a label to what is marked without a class, in a study that only localizes: each radiograph needs
// one, and a second label would say that there are two classes.
func (f *Finding) nameUnlabeled() {
	to, missing := "unlabeled", false
	for _, l := range f.Labels {
		if l.Name != "" {
			to = l.Name
		} else if l.Located > 0 {
			missing = true
		}
	}
	if missing {
		f.Source.Rename = map[string]string{"": to}
	}
}

// answers names labels that are answers to what their column asks, such as 1 and 0 in a column hardware,
// and reports whether they are.
func (f *Finding) answers(labels []Label) bool {
	column := f.Source.Label
	if column == "" || named([]string{column}, labelColumns) >= 0 && !isAFF(column) || len(labels) != 2 {
		return false
	}
	for _, pair := range [][2]string{{"0", "1"}, {"false", "true"}, {"no", "yes"}} {
		if strings.EqualFold(labels[0].Name, pair[0]) && strings.EqualFold(labels[1].Name, pair[1]) {
			f.Positive, f.Negative = column, "no "+column
			if f.AFFLike = isAFF(column); f.AFFLike {
				f.Positive, f.Negative = "AFF", "NFF"
			}
			f.Source.Rename = map[string]string{labels[1].Name: f.Positive, labels[0].Name: f.Negative}
			return true
		}
	}
	return false
}

// Columns that hold what a source itself does not say.
var (
	keyColumns     = []string{"image_id", "image", "file_name", "filename", "file", "path", "name", "id"}
	labelColumns   = []string{"label", "class", "diagnosis", "diagnos", "group", "fracture_type", "type", "aff"}
	patientColumns = []string{"patient", "patient_id", "patientid", "subject", "subject_id", "person"}
)

// findLabelTable looks for a table beside the annotations with a line for each image.
func (l *look) findLabelTable(records []annotations.Record) error {
	s := &l.finding.Source
	if len(records) == 0 {
		return nil
	}
	for _, name := range sortedKeys(l.content.tables) {
		b, err := prefix(l.folder, name, maxSniff)
		if err != nil {
			continue
		}
		columns, rows, err := annotations.ReadTable(name, b)
		if err != nil || len(rows) == 0 {
			continue
		}
		key := keyColumn(columns, rows, records)
		if key < 0 {
			continue
		}
		label, patient := named(columns, labelColumns), named(columns, patientColumns)
		if l.ask.Label != "" {
			label = named(columns, []string{l.ask.Label})
		}
		l.finding.Table, l.finding.TwoValued = name, twoValued(columns, rows)
		if label < 0 && patient < 0 {
			continue
		}
		s.Labels, s.LabelKey = name, columns[key]
		if label >= 0 {
			s.Label = columns[label]
		}
		if patient >= 0 {
			s.Patient = columns[patient]
		}
		break
	}
	if l.ask.Label != "" && s.Label == "" {
		return nothing("no table with a line for each image and a column " + l.ask.Label)
	}
	return nil
}

// named is the first column with one of several names; -1 without.
func named(columns, names []string) int {
	for _, n := range names {
		if i := slices.IndexFunc(columns, func(c string) bool { return strings.EqualFold(strings.TrimSpace(c), n) }); i >= 0 {
			return i
		}
	}
	return -1
}

// keyColumn is the column that names every image; -1 without.
func keyColumn(columns []string, rows [][]string, records []annotations.Record) int {
	for _, want := range keyColumns {
		i := named(columns, []string{want})
		if i < 0 {
			continue
		}
		said := map[string]bool{}
		for _, row := range rows {
			said[strings.TrimSpace(row[i])] = true
		}
		all := true
		for _, r := range records {
			base := path.Base(r.Name)
			all = all && (said[r.Name] || said[base] || said[strings.TrimSuffix(base, path.Ext(base))])
		}
		if all {
			return i
		}
	}
	return -1
}

// twoValued are the columns with exactly two values.
func twoValued(columns []string, rows [][]string) []string {
	var found []string
	for i, name := range columns {
		values := map[string]bool{}
		for _, row := range rows {
			if values[row[i]] = true; len(values) > 2 {
				break
			}
		}
		if len(values) == 2 {
			found = append(found, name)
		}
	}
	return found
}
