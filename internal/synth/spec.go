package synth

import (
	"fmt"

	"femur/internal/geom"
)

// A Label is the class of a fracture.
type Label string

// The classes.
const (
	AFF Label = "AFF" // atypical
	NFF Label = "NFF" // normal; the clinic's file names say CONTROL
)

// A View is the direction of the beam.
type View string

// The views.
const (
	AP  View = "AP"  // from the front; the lateral cortex is seen in profile
	LAT View = "LAT" // from the side
)

// A Side is that of the patient's body.
type Side string

// The sides.
const (
	Left  Side = "L"
	Right Side = "R"
)

// An Implant is metal in the picture.
type Implant string

// The implants.
const (
	NoImplant Implant = "none"
	Nail      Implant = "nail"  // in the medulla
	Plate     Implant = "plate" // on the lateral cortex, with screws
)

// A Kind is the form of the fracture. It belongs to the truth, as the label does.
type Kind string

// The kinds; the first two are atypical.
const (
	Incomplete Kind = "incomplete transverse"
	Transverse Kind = "complete transverse"
	Oblique    Kind = "short oblique"
	Spiral     Kind = "spiral"
	Comminuted Kind = "comminuted"
)

// A Spec describes one synthetic radiograph before it is drawn. Lengths in pixels and the center are in the oriented
// pixels of the rendered image.
type Spec struct {
	ID      string // the clinic's file name without its extension; unique in the cohort
	Patient string // the number in the ID
	Label   Label
	Kind    Kind

	Width, Height int
	Center        geom.Point // of the fracture: the truth a localizer is measured against
	Pitch         geom.Pitch // at which it is drawn, mm per pixel
	SpacingKnown  bool       // whether the file would tell the pitch

	View     View
	Side     Side
	Modality string // CR or DX
	Site     int    // hospital, from 0; decides nothing but habits of exposure and marking
	Occasion int    // of the examination, from 0
	Number   int    // of the radiograph, unique within the patient

	Exposure   float64 // shift of the gray scale, about −0.6 to 0.6 of an attenuation length
	Contrast   float64 // slope of the gray scale, about 0.8 to 1.25
	Dose       float64 // quanta relative to the usual number; noise goes with its root
	Marker     bool    // a lead letter L or R lies on the detector
	Collimated bool    // borders of the field are visible
	Implant    Implant
}

// Known returns the pitch a reader of the file would know: 0 where the spacing is not told.
func (s Spec) Known() geom.Pitch {
	if !s.SpacingKnown {
		return 0
	}
	return s.Pitch
}

// fileName follows the clinic's convention.
func (s Spec) fileName() string {
	class := "CONTROL"
	if s.Label == AFF {
		class = "AFF"
	}
	return fmt.Sprintf("patient_%s_%s_class_1_modality_%s_scanoccasion_%d_imagenumber_%d",
		s.Patient, class, s.Modality, s.Occasion, s.Number)
}
