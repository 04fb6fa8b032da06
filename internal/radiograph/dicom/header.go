package dicom

import (
	"errors"
	"fmt"
	"strconv"

	"femur/internal/geom"
)

// maxFrames bounds the frames of one file; each becomes a radiograph.
const maxFrames = 4096

// Photometric interpretations that are read.
const (
	monochrome1 = "MONOCHROME1"
	monochrome2 = "MONOCHROME2"
	palette     = "PALETTE COLOR"
	rgb         = "RGB"
	ybrFull     = "YBR_FULL"
	ybr422      = "YBR_FULL_422"
)

// A Header is what a file says beside its pixels. Nothing in it is checked against the pixels.
//
// SOPInstanceUID, StudyInstanceUID, PatientID, PatientIssuer and Institution are as they stand in the file and
// identify people: hash them before they go anywhere. All others are numbers or words of the standard; a code that
// the standard does not define becomes "OTHER", and what is missing is "" or 0.
type Header struct {
	SOPInstanceUID   string
	StudyInstanceUID string
	PatientID        string
	PatientIssuer    string // who gave the PatientID: two hospitals may give the same
	Institution      string
	StudyDate        string // YYYYMMDD
	Modality         string // CR, DX, …
	View             string // AP, PA, LL, …: View Position, else what View Code Sequence means
	Side             string // R, L, U (unpaired) or B (both): Image Laterality, else Laterality
	TransferSyntax   string
	Directory        bool // a DICOMDIR, which lists files and is no image
	Image            bool // there are pixels; reports, presentation states and the like have none
	Rows, Columns    int
	Frames           int // at least 1 where there are pixels
	BitsStored       int
	Photometric      string
	Pitch            geom.Pitch
	PitchSource      PitchSource
}

// ReadHeader reads what a file says beside its pixels and decodes none. It stops where the pixels begin, so the
// first part of a file is enough when it holds them that far. Name only opens the messages.
func ReadHeader(b []byte, name string) (Header, error) {
	f, err := parse(b)
	if err != nil {
		return Header{}, fmt.Errorf("%s: %w", name, err)
	}
	h, err := f.header()
	if err != nil {
		return Header{}, fmt.Errorf("%s: %w", name, err)
	}
	return h, nil
}

func (f *file) header() (Header, error) {
	a := f.attrs
	h := Header{
		SOPInstanceUID:   a.text(sopInstance),
		StudyInstanceUID: a.text(studyInstance),
		PatientID:        a.whole(patient),
		PatientIssuer:    a.whole(patientIssuer),
		Institution:      a.whole(institution),
		StudyDate:        dateTerm(a.text(studyDate)),
		Modality:         modalityTerm(a.text(modality)),
		View:             viewTerm(a.text(viewPosition)),
		Side:             sideTerm(a.text(imageLaterality)),
		TransferSyntax:   f.syntax.uid,
		Directory:        f.directory || a[directoryRecords] != nil,
		Image:            f.pixels != nil,
		Photometric:      photometricTerm(a.text(photometric)),
	}
	if h.Side == "" {
		h.Side = sideTerm(a.text(laterality))
	}
	if codes := a.items(viewCodes); h.View == "" && len(codes) > 0 {
		h.View = viewMeaning(codes[0].text(codeMeaning))
	}
	h.Rows, _ = a.int(rows)
	h.Columns, _ = a.int(columns)
	h.BitsStored, _ = a.int(bitsStored)
	var err error
	if h.Pitch, h.PitchSource, err = f.pitch(0); err != nil {
		return Header{}, err
	}
	if h.Image {
		h.Frames, err = f.frames()
	}
	return h, err
}

// frames returns how many pictures the file holds.
func (f *file) frames() (int, error) {
	text := f.attrs.text(frameCount)
	if text == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil || n < 0:
		return 0, errors.New("damaged: Number of Frames is not a number")
	case n > maxFrames:
		return 0, fmt.Errorf("%d frames are more than %d; radiographs have one, so this may be a film of another examination", n, maxFrames)
	}
	return max(n, 1), nil // 0 is against the standard; some writers mean 1
}
