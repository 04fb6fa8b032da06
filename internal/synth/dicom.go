package synth

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"time"

	"femur/internal/radiograph"
	"femur/internal/radiograph/dicom/dicomwrite"
	"femur/internal/radiograph/dicom/jpegll"
	"femur/internal/radiograph/dicom/rle"
)

// DICOMFolder holds the images of an export as DICOM files, and DirectoryFile beside it lists them.
const (
	DICOMFolder   = "DICOM"
	DirectoryFile = "DICOMDIR"
)

// A dicomHabit is how the devices of a hospital store their images. The window covers exactly the values from Low on
// that a full scale of gray becomes, so that a viewer shows the radiograph as it was drawn, but for the rounding to the
// levels there are.
type dicomHabit struct {
	syntax    string
	stored    int  // bits
	low, span int  // the stored values of black and white
	inverted  bool // MONOCHROME1: low is white
	detector  bool // the spacing is told at the detector, with the magnification
}

// magnification is that of a femur some way before the detector, where a hospital tells the detector's spacing.
const magnification = 1.125

// habit returns that of a site. 12 bits are what most detectors store; half of the hospitals compress by lossless
// JPEG, as archives do.
func habit(site int) dicomHabit {
	const full12 = 1<<12 - 1
	habits := [sites]dicomHabit{
		{syntax: dicomwrite.JPEGLosslessSV1, stored: 12, span: full12},
		{syntax: dicomwrite.ExplicitLittle, stored: 12, span: full12, detector: true},
		{syntax: dicomwrite.JPEGLosslessSV1, stored: 12, span: full12, inverted: true},
		{syntax: dicomwrite.ImplicitLittle, stored: 14, low: 1200, span: 9000, detector: true},
		{syntax: dicomwrite.JPEGLosslessSV1, stored: 15, low: 500, span: 25000, inverted: true, detector: true},
		{syntax: dicomwrite.RLE, stored: 12, span: full12},
		{syntax: dicomwrite.JPEGLossless, stored: 12, span: full12, detector: true},
		{syntax: dicomwrite.ExplicitBig, stored: 16, span: 1<<16 - 1},
	}
	return habits[site%sites]
}

// selection is the predictor of files that may have any (transfer syntax .57).
const selection = 6

// dicomPath is where a radiograph lies in an export, without a word that tells whose it is or what it shows. Its parts
// have at most eight characters, as media demand.
func (c *Cohort) dicomPath(s Spec) string {
	at := c.index[s.ID]
	return fmt.Sprintf("%s/P%07d/ST%06d/SE000001/IM%06d", DICOMFolder, at.patient+1, s.Occasion+1, at.radiograph+1)
}

// dicomFile returns the file of a rendered radiograph. Pixels run through the steps of a viewer backwards: what a reader
// shows after window and photometric interpretation is the image.
func (c *Cohort) dicomFile(s Spec, drawn radiograph.Image) (*dicomwrite.File, error) {
	h := habit(s.Site)
	stored := make([]uint16, len(drawn.Pix))
	for i, v := range drawn.Pix {
		level := (int(v)*h.span + 1<<15) / (1<<16 - 1)
		if h.inverted {
			level = h.span - level
		}
		stored[i] = uint16(h.low + level)
	}
	im := c.dicomImage(s, h)
	switch h.syntax {
	case dicomwrite.RLE:
		b := make([]byte, 0, 2*len(stored))
		for _, v := range stored {
			b = binary.LittleEndian.AppendUint16(b, v)
		}
		frame, err := rle.Encode(b, s.Height, s.Width, 1, 2)
		if err != nil {
			return nil, err
		}
		im.Pixels = dicomwrite.Frame(frame)
	case dicomwrite.JPEGLosslessSV1, dicomwrite.JPEGLossless:
		var o jpegll.Options
		if h.syntax == dicomwrite.JPEGLossless {
			o.Selection = selection
		}
		frame, err := jpegll.Encode(jpegll.Image{Width: s.Width, Height: s.Height, Precision: h.stored, Pix: stored}, o)
		if err != nil {
			return nil, err
		}
		im.Pixels = dicomwrite.Frame(frame)
	default:
		im.Pixels = stored
	}
	f, err := im.File()
	if err != nil {
		return nil, err
	}
	f.Set(dicomwrite.Element{Tag: dicomwrite.ImageType, VR: "CS", Value: `DERIVED\PRIMARY`}) // no detector made it
	return f, nil
}

// dicomImage returns all but the pixels. Persons and hospitals are made up of numbers; no text tells the class.
func (c *Cohort) dicomImage(s Spec, h dicomHabit) dicomwrite.Image {
	at := c.index[s.ID]
	// Days are numbers like any other: patients come in the order of the cohort, and again some months later.
	first := time.Date(2012, time.January, 2, 0, 0, 0, 0, time.UTC)
	studied := first.AddDate(0, 0, at.patient%3000+100*s.Occasion)
	born := first.AddDate(-60-at.patient*7%30, 0, at.patient*37%365)
	view := map[View]string{AP: "AP", LAT: "LL"}[s.View]
	if s.View == LAT && s.Side == Right {
		view = "RL"
	}
	sex := "F"
	if at.patient*5%7 == 3 {
		sex = "M"
	}
	im := dicomwrite.Image{
		Syntax:    h.syntax,
		PatientID: s.Patient, PatientName: "Synthetic^" + s.Patient, BirthDate: day(born), Sex: sex,
		StudyUID: c.uid(at.patient, s.Occasion), SeriesUID: c.uid(at.patient, s.Occasion, 1), InstanceUID: c.uid(at.patient, s.Occasion, 1, at.radiograph),
		StudyDate: day(studied), Accession: fmt.Sprintf("S%d-%d", at.patient+1, s.Occasion+1),
		Institution: fmt.Sprintf("Synthetic hospital %d", s.Site+1), StudyDescription: "SYNTHETIC RADIOGRAPH OF NOBODY",
		Number: at.radiograph + 1, Modality: s.Modality, BodyPart: "FEMUR", Laterality: string(s.Side), View: view,
		Columns: s.Width, Rows: s.Height, Stored: h.stored, Inverted: h.inverted,
		// The window LINEAR shows black from center − 0.5 − (width − 1)/2 (PS3.3, C.11.2.1.2).
		Window: &dicomwrite.Window{Center: float64(h.low) + 0.5 + float64(h.span)/2, Width: float64(h.span + 1)},
	}
	switch {
	case !s.SpacingKnown:
	case h.detector:
		im.DetectorSpacing, im.Magnification = float64(s.Pitch)*magnification, magnification
	default:
		im.Spacing = float64(s.Pitch)
	}
	return im
}

// uid names something of this cohort by numbers; without any, the cohort.
func (c *Cohort) uid(numbers ...int) string {
	names := []string{
		"synthetic radiographs", strconv.FormatUint(c.config.Seed, 10), number(c.config.Scale), number(c.config.AFF),
		strconv.Itoa(c.config.MinImages), strconv.Itoa(c.config.MaxImages),
	}
	for _, n := range numbers {
		names = append(names, strconv.Itoa(n))
	}
	return dicomwrite.UID(names...)
}

// day writes a date as DICOM does.
func day(t time.Time) string { return t.Format("20060102") }
