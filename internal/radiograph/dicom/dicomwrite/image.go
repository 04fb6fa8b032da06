package dicomwrite

import (
	"errors"
	"fmt"
	"strconv"
)

// An Image is a gray radiograph. Texts that are empty are written as empty where the standard demands the element, and
// left out elsewhere.
type Image struct {
	Syntax string
	Class  string // SOP Class UID; DX where empty and Modality is DX, else CR

	PatientID, PatientName, BirthDate, Sex              string
	StudyUID, SeriesUID, InstanceUID                    string
	StudyDate, Accession, Institution, StudyDescription string
	Number                                              int // of the instance, from 1

	Modality   string // CR or DX
	BodyPart   string
	Laterality string // L or R
	View       string // AP, PA, LL or RL

	Columns, Rows    int
	Stored           int     // bits, 1 to 16
	Allocated        int     // 8 or 16; 0 is the least that holds Stored
	High             int     // the highest bit; 0 is Stored − 1
	Signed           bool    // two's complement
	Inverted         bool    // MONOCHROME1: the lowest value is white
	Spacing          float64 // mm, Pixel Spacing; 0 leaves it out
	DetectorSpacing  float64 // mm, Imager Pixel Spacing; 0 leaves it out
	Magnification    float64 // of the body on the detector; 0 leaves it out
	Window           *Window
	Intercept, Slope float64 // Rescale; a Slope of 0 leaves both out, but for DX, where they are 0 and 1

	// Pixels are the frames as they are stored: []uint8 or []uint16 with Rows × Columns samples of each frame, or
	// Fragments, of compressed frames.
	Pixels any
}

// A Window is the part of the values that is shown.
type Window struct {
	Center, Width float64
	Function      string // LINEAR, LINEAR_EXACT or SIGMOID; empty leaves it out
}

// File returns the file of an image. Elements may be changed before it is written.
func (im Image) File() (*File, error) {
	frames, pixels, err := im.pixels()
	if err != nil {
		return nil, fmt.Errorf("DICOM image: %w", err)
	}
	f := &File{Syntax: im.Syntax}
	add := func(t Tag, vr, value string) { f.Elements = append(f.Elements, Element{t, vr, value}) }
	given := func(t Tag, vr, value string) {
		if value != "" {
			add(t, vr, value)
		}
	}
	words := func(t Tag, v int) { f.Elements = append(f.Elements, Element{t, "US", []uint16{uint16(v)}}) }

	add(SpecificCharacterSet, "CS", "ISO_IR 192")
	add(ImageType, "CS", text("ORIGINAL", "PRIMARY"))
	add(SOPClassUID, "UI", im.class())
	add(SOPInstanceUID, "UI", im.InstanceUID)
	add(StudyDate, "DA", im.StudyDate)
	add(StudyTime, "TM", "")
	add(AccessionNumber, "SH", im.Accession)
	add(Modality, "CS", im.Modality)
	add(Manufacturer, "LO", "")
	given(InstitutionName, "LO", im.Institution)
	add(ReferringPhysicianName, "PN", "")
	given(StudyDescription, "LO", im.StudyDescription)
	add(PatientName, "PN", im.PatientName)
	add(PatientID, "LO", im.PatientID)
	add(PatientBirthDate, "DA", im.BirthDate)
	add(PatientSex, "CS", im.Sex)
	given(BodyPartExamined, "CS", im.BodyPart)
	add(StudyInstanceUID, "UI", im.StudyUID)
	add(SeriesInstanceUID, "UI", im.SeriesUID)
	add(StudyID, "SH", "")
	add(SeriesNumber, "IS", "1")
	add(InstanceNumber, "IS", strconv.Itoa(im.Number))
	add(PatientOrientation, "CS", "")
	given(ImageLaterality, "CS", im.Laterality)
	given(ViewPosition, "CS", im.View)

	words(SamplesPerPixel, 1)
	add(Photometric, "CS", im.photometric())
	if frames > 1 {
		add(NumberOfFrames, "IS", strconv.Itoa(frames))
	}
	words(Rows, im.Rows)
	words(Columns, im.Columns)
	words(BitsAllocated, im.allocated())
	words(BitsStored, im.Stored)
	words(HighBit, im.high())
	signed := 0
	if im.Signed {
		signed = 1
	}
	words(PixelRepresentation, signed)
	if im.Spacing > 0 {
		add(PixelSpacing, "DS", text(decimal(im.Spacing), decimal(im.Spacing)))
	}
	if im.DetectorSpacing > 0 {
		add(ImagerPixelSpacing, "DS", text(decimal(im.DetectorSpacing), decimal(im.DetectorSpacing)))
	}
	if im.Magnification > 0 {
		add(RadiographicMagnification, "DS", decimal(im.Magnification))
	}
	im.display(f)
	f.Elements = append(f.Elements, pixels)
	return f, nil
}

// display adds what says how values are shown.
func (im Image) display(f *File) {
	slope, intercept := im.Slope, im.Intercept
	if im.class() == DigitalXRay {
		if slope == 0 {
			slope, intercept = 1, 0
		}
		shape, sign := "IDENTITY", int16(-1) // brighter means less radiation
		if im.Inverted {
			shape, sign = "INVERSE", 1
		}
		f.Elements = append(f.Elements,
			Element{PresentationIntentType, "CS", "FOR PRESENTATION"},
			Element{BurnedInAnnotation, "CS", "NO"},
			Element{PixelIntensity, "CS", "LOG"},
			Element{PixelIntensitySign, "SS", []int16{sign}},
			Element{LossyCompression, "CS", "00"},
			Element{PresentationLUTShape, "CS", shape})
	}
	if slope != 0 {
		f.Elements = append(f.Elements,
			Element{RescaleIntercept, "DS", decimal(intercept)},
			Element{RescaleSlope, "DS", decimal(slope)},
			Element{RescaleType, "LO", "US"})
	}
	if w := im.Window; w != nil {
		f.Elements = append(f.Elements,
			Element{WindowCenter, "DS", decimal(w.Center)},
			Element{WindowWidth, "DS", decimal(w.Width)})
		if w.Function != "" {
			f.Elements = append(f.Elements, Element{WindowFunction, "CS", w.Function})
		}
	}
}

// pixels returns the number of frames and their element.
func (im Image) pixels() (frames int, e Element, err error) {
	one := im.Rows * im.Columns
	if im.Rows < 1 || im.Columns < 1 || im.Rows > longestShort || im.Columns > longestShort {
		return 0, e, fmt.Errorf("%d rows and %d columns", im.Rows, im.Columns)
	}
	e = Element{PixelData, "OW", im.Pixels}
	var n int
	switch v := im.Pixels.(type) {
	case Fragments:
		e.VR = "OB"
		return len(v.Frames), e, nil
	case []uint8:
		n = len(v)
		if im.Syntax != ImplicitLittle { // which knows OW only, where a word of two bytes is the same
			e.VR = "OB"
		}
		if im.allocated() != 8 {
			return 0, e, errors.New("pixels of 8 bits where others are allocated")
		}
	case []uint16:
		n = len(v)
		if im.allocated() != 16 {
			return 0, e, errors.New("pixels of 16 bits where others are allocated")
		}
	default:
		return 0, e, fmt.Errorf("pixels of type %T", v)
	}
	if n == 0 || n%one != 0 {
		return 0, e, fmt.Errorf("%d samples for frames of %d × %d", n, im.Columns, im.Rows)
	}
	return n / one, e, nil
}

func (im Image) class() string {
	switch {
	case im.Class != "":
		return im.Class
	case im.Modality == "DX":
		return DigitalXRay
	}
	return ComputedRadiography
}

func (im Image) photometric() string {
	if im.Inverted {
		return "MONOCHROME1"
	}
	return "MONOCHROME2"
}

func (im Image) allocated() int {
	switch {
	case im.Allocated != 0:
		return im.Allocated
	case im.Stored <= 8:
		return 8
	}
	return 16
}

func (im Image) high() int {
	if im.High != 0 {
		return im.High
	}
	return im.Stored - 1
}

// decimal writes a number as a decimal string, which has at most 16 characters.
func decimal(v float64) string {
	const longest, digits = 16, 15
	s := strconv.FormatFloat(v, 'g', -1, 64)
	for n := digits; len(s) > longest; n-- {
		s = strconv.FormatFloat(v, 'g', n, 64)
	}
	return s
}
