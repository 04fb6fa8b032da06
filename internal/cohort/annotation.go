package cohort

import (
	"encoding/json"
	"fmt"

	"femur/cache"
	"femur/internal/geom"
)

// An Annotation is what is known of one radiograph beside its pixels. Coordinates are continuous
// oriented pixels, x right, y down; pixel (i,j) covers [i,i+1)×[j,j+1).
type Annotation struct {
	Patient cache.PatientID `json:"patient"`
	Label   string          `json:"label"`
	Center  geom.Point      `json:"center"`
	Width   int             `json:"width"`
	Height  int             `json:"height"`
	Pitch   geom.Pitch      `json:"pitch"` // mm per pixel; 0 when unknown
	// PitchSource says where the pitch comes from.
	PitchSource PitchSource `json:"pitch_source,omitempty"`
	// Unlocated says that no center is annotated; Center is then meaningless.
	Unlocated bool `json:"unlocated,omitempty"`
	// Centers are all the centers that were annotated, before one was chosen, where there are several:
	// of several fractures, each the mean over its annotators.
	Centers []geom.Point `json:"centers,omitempty"`
	// Annotators is how many people marked the chosen center; 0 where the source does not tell.
	Annotators int `json:"annotators,omitempty"`
	// AnnotatorSpread is the root mean square distance, in pixels, of the annotators' marks from their
	// mean, which is the center; 0 for one annotator.
	AnnotatorSpread float64 `json:"annotator_spread,omitempty"`
	// StudyDate is the day or, where identifiers are hashed, only the year of the examination: YYYYMMDD or YYYY.
	StudyDate string `json:"study_date,omitempty"`
	View      string `json:"view,omitempty"`
	Side      string `json:"side,omitempty"`
	Site      string `json:"site,omitempty"`
	Modality  string `json:"modality,omitempty"`
	Implant   string `json:"implant,omitempty"`
	Bits      int    `json:"bits,omitempty"`   // stored per pixel in the file
	Format    string `json:"format,omitempty"` // of the file
	// Blank says that all pixels are alike: an empty exposure, or a window of the file beside all of its values.
	Blank bool `json:"blank,omitempty"`
	// Truncated says that the file ended before the picture did, and was used all the same; MissingRows of
	// it, as the file stores them, are black.
	Truncated   bool `json:"truncated,omitempty"`
	MissingRows int  `json:"missing_rows,omitempty"`
	// Hashed says that the names of the radiograph, its patient and its site are keyed hashes.
	Hashed bool `json:"hashed,omitempty"`
	// Synthetic says that the radiograph shows no patient.
	Synthetic bool `json:"synthetic,omitempty"`
}

// A PitchSource says where a pitch comes from, the most trusted first.
type PitchSource string

// The sources of a pitch.
const (
	// PitchCalibrated is the distance in the patient's body: DICOM Pixel Spacing that differs from Imager Pixel Spacing,
	// or that stands alone or with a calibration type (PS3.3 10.7.1).
	PitchCalibrated PitchSource = "calibrated"
	// PitchDetector is the distance at the detector over the estimated magnification: Imager Pixel Spacing (PS3.3 C.8.11.4).
	PitchDetector PitchSource = "detector"
	// PitchStated is what the pipeline or a table of annotations states.
	PitchStated PitchSource = "stated"
	// PitchUnknown is none.
	PitchUnknown PitchSource = "unknown"
)

// Encode writes the annotation as JSON.
func (a Annotation) Encode() []byte { return encode(a) }

// DecodeAnnotation reads what [Annotation.Encode] wrote.
func DecodeAnnotation(b []byte) (Annotation, error) { return decode[Annotation]("annotation", b) }

// A Center is a predicted center of a fracture in oriented pixels of the radiograph.
type Center struct {
	geom.Point
	// Spread is how uncertain the networks say they are, in pixels: the mean over the predictions that were
	// averaged of what each network's head tells.
	Spread float64 `json:"spread"`
	// Disagreement is the root mean square distance, in pixels, of the predictions from their mean; 0 for one.
	Disagreement float64 `json:"disagreement"`
	Part         string  `json:"part"`   // Development or Test
	Models       int     `json:"models"` // number of predictions averaged
}

// Encode writes the center as JSON.
func (c Center) Encode() []byte { return encode(c) }

// DecodeCenter reads what [Center.Encode] wrote.
func DecodeCenter(b []byte) (Center, error) { return decode[Center]("center", b) }

// A Score is what classifiers say of one image: the probability of the positive class.
type Score struct {
	Part    string    `json:"part"` // Development or Test
	Fold    int       `json:"fold"` // that held the patient out; -1 in the test part
	Score   float64   `json:"score"`
	PerFold []float64 `json:"per_fold"` // of each model that took part, in fold order
}

// Encode writes the score as JSON.
func (s Score) Encode() []byte { return encode(s) }

// DecodeScore reads what [Score.Encode] wrote.
func DecodeScore(b []byte) (Score, error) { return decode[Score]("score", b) }

// A Refusal says why a radiograph of the source did not become part of the cohort.
type Refusal struct {
	Summary string `json:"summary"`          // what is wrong
	Detail  string `json:"detail,omitempty"` // what to do, in whole sentences
	// Skipped says that it was left out on purpose: nothing is wrong with it.
	Skipped bool `json:"skipped,omitempty"`
}

// Encode writes the refusal as JSON.
func (r Refusal) Encode() []byte { return encode(r) }

// DecodeRefusal reads what [Refusal.Encode] wrote.
func DecodeRefusal(b []byte) (Refusal, error) { return decode[Refusal]("refusal", b) }

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("cohort: encode %T: %v", v, err)) // NaN is refused where it arises
	}
	return append(b, '\n')
}

func decode[T any](what string, b []byte) (v T, err error) {
	if err := json.Unmarshal(b, &v); err != nil {
		return v, fmt.Errorf("%s: %w", what, err)
	}
	return v, nil
}
