package dicom

import (
	"errors"
	"math"

	"femur/internal/geom"
)

// A PitchSource says how much a pitch can be trusted.
type PitchSource string

// The sources of a pitch, in the words of package cohort.
const (
	// Calibrated is the distance in the patient's body.
	Calibrated PitchSource = "calibrated"
	// AtDetector is the distance at the detector or film over the estimated magnification, if that is stated.
	AtDetector PitchSource = "detector"
	// Unknown is none.
	Unknown PitchSource = "unknown"
)

// squareTolerance is how far the distances between rows and between columns may be apart, relatively. Devices round
// them to three or four digits.
const squareTolerance = 1e-3

// pitch returns the distance between pixels of a frame (PS3.3 10.7.1). Pixel Spacing is calibrated unless it only
// repeats the spacing at the detector and no calibration is named. Without it, Imager Pixel Spacing, or for films
// Nominal Scanned Pixel Spacing, is divided by the Estimated Radiographic Magnification Factor. Pixels that are not
// square are an error, since a radiograph has one pitch; a spacing that is no length counts as absent.
func (f *file) pitch(frame int) (geom.Pitch, PitchSource, error) {
	a := f.attrs
	if aspect, err := a.aspect(); err == nil && len(aspect) == 2 && aspect[0] != aspect[1] && aspect[0] > 0 && aspect[1] > 0 {
		return 0, Unknown, errors.New("the pixels are not square (Pixel Aspect Ratio); resample the image first")
	}
	body := a
	if group := f.group(groupMeasures, frame); group != nil && a[pixelSpacing] == nil {
		body = group
	}
	inBody, err := body.spacing(pixelSpacing)
	if err != nil {
		return 0, Unknown, err
	}
	detector, err := a.spacing(imagerSpacing)
	if err != nil {
		return 0, Unknown, err
	}
	if detector == 0 {
		if detector, err = a.spacing(scannedSpacing); err != nil {
			return 0, Unknown, err
		}
	}
	repeats := detector != 0 && near(inBody, detector) && a.text(calibrationType) == ""
	switch {
	case inBody != 0 && !repeats:
		return checked(inBody, Calibrated)
	case detector != 0:
		if m, err := a.decimals(magnification); err == nil && len(m) > 0 && m[0] > 0 {
			detector /= m[0]
		}
		return checked(detector, AtDetector)
	}
	return 0, Unknown, nil
}

// checked drops a pitch that no device has.
func checked(v float64, source PitchSource) (geom.Pitch, PitchSource, error) {
	p := geom.Pitch(v)
	if p.Validate() != nil {
		return 0, Unknown, nil
	}
	return p, source, nil
}

// spacing returns the distance between pixels, 0 where the element is absent or holds no two positive numbers.
func (a attributes) spacing(t id) (float64, error) {
	v, err := a.decimals(t)
	if err != nil || len(v) != 2 || v[0] <= 0 || v[1] <= 0 {
		return 0, nil
	}
	if !near(v[0], v[1]) {
		return 0, errors.New("the pixels are not square (" + spacingName(t) + "); resample the image first")
	}
	return v[0], nil
}

func spacingName(t id) string {
	switch t {
	case imagerSpacing:
		return "Imager Pixel Spacing"
	case scannedSpacing:
		return "Nominal Scanned Pixel Spacing"
	}
	return "Pixel Spacing"
}

func near(a, b float64) bool { return math.Abs(a-b) <= squareTolerance*math.Max(a, b) }

// aspect returns Pixel Aspect Ratio.
func (a attributes) aspect() ([]float64, error) { return a.decimals(aspectRatio) }

// group returns the item of a functional group macro that counts for a frame: its own, else the shared one; nil
// where the file has neither (PS3.3 C.7.6.16).
func (f *file) group(macro id, frame int) attributes {
	if own := f.attrs.items(frameGroups); frame < len(own) {
		if item := own[frame].items(macro); len(item) > 0 {
			return item[0]
		}
	}
	if shared := f.attrs.items(sharedGroups); len(shared) > 0 {
		if item := shared[0].items(macro); len(item) > 0 {
			return item[0]
		}
	}
	return nil
}
