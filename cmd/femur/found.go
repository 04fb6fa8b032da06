package main

import (
	"fmt"
	"strings"

	"femur/internal/survey"
	"femur/internal/view"
)

// foundModel says what was found, for people and programs.
func foundModel(f survey.Finding) *view.Found {
	m := &view.Found{
		Kind: string(f.Source.Kind), Title: f.Title(), Guessed: f.Guessed,
		Labels: []view.FoundLabel{}, Notes: f.Notes(), Faults: []string{},
	}
	fact := func(name, text string) {
		if text != "" {
			m.Facts = append(m.Facts, view.FoundFact{Name: name, Text: text})
		}
	}
	s := f.Source
	if s.Path != "" && f.Fill == nil {
		fact("annotations", annotationsFact(f))
	}
	fact("images", imagesFact(f))
	fact("sizes", sizesFact(f.Images))
	fact("patients", patientsFact(f))
	if s.Labels != "" {
		fact("labels", "from "+s.Labels)
	}
	if f.Positive != "" || len(f.Labels) > 1 {
		for _, l := range f.Labels {
			m.Labels = append(m.Labels, foundLabel(f, l))
		}
	}
	if f.Faults != nil {
		m.Faults = strings.Split(f.Faults.Error(), "\n")
	}
	if m.Notes == nil {
		m.Notes = []string{}
	}
	return m
}

func annotationsFact(f survey.Finding) string {
	text := fmt.Sprintf("%s: %s", f.Source.Path, view.Count(f.Records, "image"))
	if f.Located == f.Records && f.Located > 0 {
		text += ", each with a center"
	} else if f.Located > 0 {
		text += ", " + strings.TrimSuffix(view.Count(f.Located, "image"), "s")
		text = strings.TrimSuffix(text, " image") + " with a center"
	}
	if f.Several > 0 {
		text += fmt.Sprintf(", %d with several", f.Several)
	}
	if f.Annotators > 0 {
		text += ", up to " + view.Count(f.Annotators, "annotator") + " an image"
	}
	return text
}

func imagesFact(f survey.Finding) string {
	im := f.Images
	if im.Count == 0 {
		return "none in the folder"
	}
	folder := f.Source.Images
	parts := []string{view.Count(im.Count, "image")}
	if folder != "" && folder != "." {
		parts[0] += " in " + folder
	}
	if im.Opened < im.Count {
		parts = append(parts, fmt.Sprintf("%s opened", view.Count(im.Opened, "image")))
	}
	for _, list := range [][]survey.Tally{im.Formats, im.Modalities, im.Bits} {
		if text := tallied(list); text != "" {
			parts = append(parts, text)
		}
	}
	if im.Color > 0 {
		parts = append(parts, fmt.Sprintf("%d in color", im.Color))
	}
	return strings.Join(parts, "; ")
}

// tallied is one value alone, or each with its count.
func tallied(list []survey.Tally) string {
	if len(list) == 1 {
		return list[0].Value
	}
	var parts []string
	for _, t := range list {
		parts = append(parts, fmt.Sprintf("%s (%d)", t.Value, t.Count))
	}
	return strings.Join(parts, ", ")
}

func sizesFact(im survey.Images) string {
	size := func(s [2]int) string { return fmt.Sprintf("%d×%d", s[0], s[1]) }
	switch {
	case im.Largest == [2]int{}:
		return ""
	case im.Largest == im.Smallest:
		return size(im.Largest) + " pixels"
	}
	return size(im.Smallest) + " to " + size(im.Largest) + " pixels"
}

func patientsFact(f survey.Finding) string {
	switch {
	case f.Fill != nil && f.Images.Patients == 0:
		return ""
	case f.Images.Patients > 0:
		return fmt.Sprintf("%d, by the headers", f.Images.Patients)
	case f.Patients > 0 && f.Source.Pattern == "":
		return fmt.Sprintf("%d", f.Patients)
	case f.Patients > 0:
		return fmt.Sprintf("%d, by names of files", f.Patients)
	}
	return "not named"
}

func foundLabel(f survey.Finding, l survey.Label) view.FoundLabel {
	out := view.FoundLabel{Name: l.Name, Images: l.Images}
	if f.Patients > 0 {
		out.Patients = l.Patients
	}
	name := l.Name
	if to, ok := f.Source.Rename[name]; ok {
		name = to
	}
	switch {
	case l.Name == "":
		out.Name = "(none)"
	case f.Positive == "":
	case name == f.Positive:
		out.Role = "positive"
	default:
		out.Role = "negative"
	}
	if out.Role != "" && name != l.Name {
		out.Role += ", " + name
	}
	return out
}
