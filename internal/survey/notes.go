package survey

import (
	"fmt"
	"strconv"
	"strings"

	"femur/internal/annotations"
)

// Notes say, in whole sentences, what is missing, what was assumed, and what to do about it.
func (f Finding) Notes() []string {
	var notes []string
	add := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	s := f.Source
	if f.Fill != nil {
		who := "who it is (patient), "
		if s.Kind == KindDICOM {
			who = ""
		}
		add("Nothing says what the images show: %s was written with a line for each. Fill in %swhat it shows (label: AFF or NFF), and where the fracture is (x and y, in pixels from the top left).", f.Fill.Name, who)
	}
	if n := len(f.Images.Unreadable); n > 0 {
		add("%s cannot be read, such as %s: femur run names all such files and says why.", images(n), f.Images.Unreadable[0])
	}
	if n := len(f.Absent); n > 0 {
		add("%s that %s annotated %s not in the folder, such as %s. Put such images below %s, or let them be refused (max_refused = %d in the stage ingest).", images(n), are(n), are(n), f.Absent[0], folderTitle(s), n)
	}
	if n := len(f.Unlisted); n > 0 {
		add("%s %s not annotated, such as %s, and %s out of the study.", images(n), are(n), f.Unlisted[0], stay(n))
	}
	notes = append(notes, f.centerNotes()...)
	notes = append(notes, f.labelNotes()...)
	if s.PatientPerImage {
		add("No patients are named, so each image counts as one (patient_per_image). If a patient has several images, some would be learned from and others tested on: name patients, for instance with a pattern for names of files.")
	}
	if len(f.Splits) > 0 {
		add("The folders %s are an earlier split. It is not used: nothing says that it kept each patient on one side.", list(f.Splits))
	}
	if f.Fill == nil && f.Pitched == 0 && f.Images.Pitched == 0 {
		add("No spacing is known, so errors are in pixels. If all images share one, give it in mm per pixel: spacing = 0.15 in the source.")
	}
	switch {
	case s.Kind == KindDICOM:
	case f.Hashed:
		add("DICOM files are listed, so all images and patients go by keyed hashes. Where their names are pseudonyms already, identifiers = \"kept\" in the source keeps them.")
	default:
		add("Names of images and patients are stored as they are. Where they identify people, add identifiers = \"hashed\" to the source.")
	}
	return notes
}

// centerNotes are about what a localizer learns from.
func (f Finding) centerNotes() []string {
	var notes []string
	if f.Fill != nil || f.Records == 0 {
		return nil
	}
	switch missing := f.Records - f.Located; {
	case f.Located == 0:
		notes = append(notes, "No centers of fractures are annotated, so nothing can learn to find them: the study compares the whole image with its middle.")
	case missing > 0:
		notes = append(notes, fmt.Sprintf("%s %s no center and %s left out (unannotated = %q).", images(missing), has(missing), are(missing), f.Source.Unannotated))
	}
	if f.Several > 0 {
		notes = append(notes, fmt.Sprintf("%s %s several fractures: the %s counts (choose).", images(f.Several), has(f.Several), f.Source.Choose))
	}
	return notes
}

// labelNotes are about what a classifier learns from.
func (f Finding) labelNotes() []string {
	var notes []string
	named := 0
	for _, l := range f.Labels {
		if l.Name != "" {
			named++
		} else if f.Source.Unannotated != "skip" || f.Located == 0 {
			notes = append(notes, fmt.Sprintf("%s %s no label.", images(l.Images), has(l.Images)))
		}
	}
	switch {
	case f.Fill != nil:
	case f.Positive == "":
		note := "There is no second label, so nothing can learn to tell classes apart: the study only localizes."
		if named == 0 {
			note = "There are no labels, so nothing can learn to tell classes apart: the study only localizes."
		}
		if len(f.TwoValued) > 0 {
			note += fmt.Sprintf(" Columns of %s with two values are %s: femur init --label COLUMN takes one as the label.", f.Table, list(f.TwoValued))
		}
		notes = append(notes, note)
	case !f.AFFLike && f.Source.Rename == nil:
		notes = append(notes, fmt.Sprintf("No label looks like atypical fractures: the rarer, %s, is the positive one. Change positive and negative where another is meant.", f.Positive))
	}
	if to := f.Source.Rename[""]; to != "" {
		notes = append(notes, fmt.Sprintf("Images without a label go by the label %s (rename).", to))
	} else if len(f.Source.Rename) > 0 {
		var renamed []string
		for _, from := range sortedKeys(f.Source.Rename) {
			renamed = append(renamed, from+" as "+f.Source.Rename[from])
		}
		notes = append(notes, fmt.Sprintf("Labels are read under the study's names: %s (rename).", list(renamed)))
	}
	return notes
}

// folderTitle names the folder of images.
func folderTitle(s Source) string {
	if dir := s.options().ImagesFolder(s.Kind); dir != "." {
		return dir
	}
	return "the folder"
}

func images(n int) string {
	if n == 1 {
		return "1 image"
	}
	return grouped(n) + " images"
}

// grouped prints a number with commas between thousands.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func are(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func stay(n int) string {
	if n == 1 {
		return "stays"
	}
	return "stay"
}

func has(n int) string {
	if n == 1 {
		return "has"
	}
	return "have"
}

// list joins words as a sentence does.
func list(words []string) string {
	const most = 8
	if len(words) > most {
		words = append(words[:most:most], fmt.Sprintf("%d more", len(words)-most))
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// ImagesFolder is the folder of images, where the block must name it; empty where it is what would be assumed.
func (s Source) ImagesFolder() string {
	if s.Images == "" || s.Kind == annotations.KindYOLO {
		return ""
	}
	without := s.options()
	without.Images = ""
	if s.Kind != annotations.KindFolder && s.Kind != KindDICOM && without.ImagesFolder(s.Kind) == s.Images {
		return ""
	}
	return s.Images
}
