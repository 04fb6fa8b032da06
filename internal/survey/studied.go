package survey

// A Studied is who takes part in the study, as far as it is known beforehand.
type Studied struct {
	Patients int // 0 where it is not known
	Rarest   int // of them, those with the rarest label; 0 where there are no labels, or not known
}

// studied counts the patients that [Finding.count] saw, once it is known whether those without center take part.
// DICOM files and images that are patients of their own name nobody in the annotations: then images count, and for
// the former their share of the patients that headers name.
func (f Finding) studied() Studied {
	named := map[string]int{}
	all := 0
	for _, l := range f.Labels {
		n := l.Patients
		if f.Source.Unannotated == "skip" && f.Located > 0 {
			n = l.Located
		}
		if f.Source.Kind == KindDICOM && f.Records > 0 {
			n = l.Images * f.Images.Patients / f.Records
		}
		all += n
		if l.Name == "" || n == 0 {
			continue
		}
		name := l.Name
		if to, ok := f.Source.Rename[name]; ok {
			name = to
		}
		named[name] += n
	}
	s := Studied{Patients: all}
	if f.Fill != nil {
		s.Patients = f.Images.Patients
	}
	if len(named) < 2 {
		return s
	}
	for _, n := range named {
		if s.Rarest == 0 || n < s.Rarest {
			s.Rarest = n
		}
	}
	return s
}
