package cohort

// The rows of the tables that stages exchange, as Parquet.

// An IndexRow is what splitting needs to know of a radiograph, and no more: a new decoder or a moved
// center leaves the index as it was.
type IndexRow struct {
	ID      string `parquet:"id"`
	Patient string `parquet:"patient"`
	Label   string `parquet:"label"`
	View    string `parquet:"view"`
}

// A CohortRow is a radiograph with all that is known of it, for people and for compare.
type CohortRow struct {
	ID        string  `parquet:"id"`
	Patient   string  `parquet:"patient"`
	Label     string  `parquet:"label"`
	View      string  `parquet:"view"`
	Side      string  `parquet:"side"`
	Site      string  `parquet:"site"`
	Modality  string  `parquet:"modality"`
	Implant   string  `parquet:"implant"`
	Width     int32   `parquet:"width"`
	Height    int32   `parquet:"height"`
	Pitch     float64 `parquet:"pitch_mm"`     // 0 when unknown
	PitchFrom string  `parquet:"pitch_source"` // calibrated, detector, stated or unknown
	Located   bool    `parquet:"located"`      // a center is annotated
	CenterX   float64 `parquet:"center_x"`
	CenterY   float64 `parquet:"center_y"`
	Centers   int32   `parquet:"centers"`    // annotated fractures
	Annotator int32   `parquet:"annotators"` // people who marked the center; 0 when not told
	// Spread is the root mean square distance of the annotators' marks from their mean.
	Spread    float64 `parquet:"annotator_spread_px"`
	StudyDate string  `parquet:"study_date"` // YYYYMMDD or YYYY
	Bits      int32   `parquet:"bits"`
	Format    string  `parquet:"format"`
	Blank     bool    `parquet:"blank"`
	Truncated bool    `parquet:"truncated"`
	Missing   int32   `parquet:"missing_rows"`
	Synthetic bool    `parquet:"synthetic"`
}

// A LinkRow says that two radiographs show the same exposure, though they are different items. A sorts before B.
type LinkRow struct {
	A        string `parquet:"a"`
	PatientA string `parquet:"patient_a"`
	B        string `parquet:"b"`
	PatientB string `parquet:"patient_b"`
	Exact    bool   `parquet:"exact"`    // equal pixels; else a re-export, re-windowing, resizing or the like
	Mirrored string `parquet:"mirrored"` // how B lies on A: "", "left-right", "top-bottom" or "half-turn"
	Inverted bool   `parquet:"inverted"` // B has bright and dark exchanged
	// Distance is that of the perceptual hashes, in bits of 256.
	Distance int32 `parquet:"distance"`
	// Correlation is that of the pixels after alignment, one side with the tones of the other, which it takes by rank; 1 is
	// the same up to a re-windowing.
	Correlation float64 `parquet:"correlation"`
	// Conflict says what the two contradict each other in: "", "label", "center" or "label and center".
	Conflict string `parquet:"conflict"`
}

// A SplitRow says where a radiograph stands.
type SplitRow struct {
	ID      string `parquet:"id"`
	Patient string `parquet:"patient"`
	Label   string `parquet:"label"`
	Part    string `parquet:"part"` // Test or Development
	Fold    int32  `parquet:"fold"` // that holds the patient out; -1 in the test part
}

// A CenterRow is a predicted center, in oriented pixels.
type CenterRow struct {
	ID      string  `parquet:"id"`
	Patient string  `parquet:"patient"`
	Part    string  `parquet:"part"`
	X       float64 `parquet:"x"`
	Y       float64 `parquet:"y"`
	Spread  float64 `parquet:"spread_px"` // the networks' own uncertainty, averaged
	// Disagreement is that between the networks; 0 where one predicted.
	Disagreement float64 `parquet:"disagreement_px"`
	Models       int32   `parquet:"models"`
}

// A ScoreRow is a classifier's score of one image.
type ScoreRow struct {
	ID      string  `parquet:"id"`
	Patient string  `parquet:"patient"`
	Part    string  `parquet:"part"`
	Fold    int32   `parquet:"fold"`
	Score   float64 `parquet:"score"`
	Models  int32   `parquet:"models"`
}

// A WindowRow says which part of a radiograph a patch shows: Left, Top and Side in oriented pixels.
type WindowRow struct {
	ID      string  `parquet:"id"`
	Patient string  `parquet:"patient"`
	Left    float64 `parquet:"left"`
	Top     float64 `parquet:"top"`
	Width   float64 `parquet:"width"`
	Height  float64 `parquet:"height"`
	Outside float64 `parquet:"outside"` // share of the patch that lies outside the radiograph
	Scale   float64 `parquet:"scale"`   // patch pixels per radiograph pixel; 1 is native resolution
}
