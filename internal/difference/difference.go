// Package difference says how two artifacts that should be the same differ, in the terms of what they hold.
//
// Words: the recorded artifact is what the cache has, the other one was made again. A Part is what is
// counted together: a column of a table, a tensor of a model, the pixels of a picture, the values of JSON
// that have one path but for their places in lists, the lines of a text, else the bytes. A Place is one
// element of a part that differs.
//
// Guarantee: artifacts of other bytes have at least one part, whatever they hold, since what cannot be
// decoded is compared as bytes; equal bytes have none. Numbers are compared by their value in full: by all
// bits in a model, and by all digits that tell them apart in a table.
//
// Limits: [Compare] holds both artifacts in memory, whole; [Bytes] is for what is too large. Columns of lists in tables are compared as text with six
// digits. Where a part has no numbers, only the count of elements is told.
package difference

import (
	"bytes"
	"math"

	"femur/cache"
)

// MaxPlaces is how many places of a part are told; the others are counted.
const MaxPlaces = 3

// A Part is what differs of two artifacts, counted together.
type Part struct {
	Name     string // "column score", "tensor head.bias", "pixels"
	Elements int    // compared
	Differ   int    // of them
	// MaxAbs is the greatest distance of two numbers, and MaxRel the greatest distance relative to the larger of
	// the two in magnitude. Both are 0 where no two finite numbers differ.
	MaxAbs, MaxRel float64
	Note           string // what no element tells, such as another shape
	Places         []Place
}

// A Place is an element that differs.
type Place struct {
	Where    string // "row 12 (R0007)", "[0, 3]", "x 10, y 4"
	Was, Now string // recorded, and made again; cut where long
}

// Compare says how two artifacts of one media type differ. Equal bytes give none.
func Compare(media cache.Media, was, now []byte) []Part {
	if bytes.Equal(was, now) {
		return nil
	}
	parts, err := compareContent(media, was, now)
	whole := compareBytes(was, now)
	switch {
	case err != nil:
		whole.Note = join(whole.Note, "they are compared as bytes: "+err.Error())
		return []Part{whole}
	case len(parts) == 0:
		whole.Note = join(whole.Note, "what they hold is the same, only the encoding differs")
		return []Part{whole}
	}
	return parts
}

// compareContent decodes both; an error says why that cannot be done.
func compareContent(media cache.Media, was, now []byte) ([]Part, error) {
	switch media {
	case cache.MediaParquet:
		return compareTables(was, now)
	case cache.MediaModel:
		return compareModels(was, now)
	case cache.MediaRadiograph:
		return compareImages(was, now, decodeRadiograph)
	case cache.MediaNPY:
		return compareImages(was, now, decodeNPY)
	case cache.MediaPNG:
		return compareImages(was, now, decodePNG)
	case cache.MediaHTML, cache.MediaSVG, cache.MediaText:
		return compareLines(was, now), nil
	case cache.MediaFile:
		return []Part{compareBytes(was, now)}, nil
	}
	return compareJSON(was, now) // all other media are JSON
}

// differs counts an element, and keeps its place while there is room.
func (p *Part) differs(place func() Place) {
	p.Differ++
	if len(p.Places) >= MaxPlaces {
		return
	}
	at := place()
	at.Was, at.Now = cut(at.Was), cut(at.Now)
	p.Places = append(p.Places, at)
}

// distance keeps the greatest distance. What is not finite has none.
func (p *Part) distance(was, now float64) {
	d := math.Abs(was - now)
	if math.IsNaN(d) || math.IsInf(d, 0) {
		return
	}
	p.MaxAbs = max(p.MaxAbs, d)
	if larger := max(math.Abs(was), math.Abs(now)); larger > 0 {
		p.MaxRel = max(p.MaxRel, d/larger)
	}
}

// found reports whether a part has anything to tell.
func (p *Part) found() bool { return p.Differ > 0 || p.Note != "" }

// cut shortens a value, so that no text of a patient's file becomes a page.
func cut(text string) string {
	const longest = 80
	if r := []rune(text); len(r) > longest {
		return string(r[:longest-1]) + "…"
	}
	return text
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}
