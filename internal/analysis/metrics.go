package analysis

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Metrics is the metrics artifact: every number of the study with its interval.
// The field names are a contract with the readers of the file.
type Metrics struct {
	// Notice is what must be known before any number is read, such as that the radiographs are synthetic.
	Notice         string      `json:"notice,omitempty"`
	Localization   []Estimate  `json:"localization"`
	Classification []Estimate  `json:"classification"`
	Comparisons    []Estimate  `json:"comparisons"`
	Thresholds     []Threshold `json:"thresholds"`
	Answers        []Answer    `json:"answers"`
	Omitted        []Omission  `json:"omitted"`
}

// An Estimate is one number with its interval. Name, Arm, Group and Partition
// identify it; see [Estimate.ID].
type Estimate struct {
	Name      string    `json:"name"`  // such as "error_mm_median", "auroc", "auroc_difference"
	Arm       string    `json:"arm"`   // for a difference "A − B"
	Group     string    `json:"group"` // "all" or a label; "per image" or "per patient"; "AFF − NFF"
	Partition Partition `json:"partition"`
	Unit      string    `json:"unit"` // "px", "mm", "% of diagonal", "" for a share or a ratio

	Estimate  float64 `json:"estimate"`
	Low       float64 `json:"low"`
	High      float64 `json:"high"`
	Level     float64 `json:"level"`
	NPatients int     `json:"n_patients"`
	NImages   int     `json:"n_images"`
	Method    string  `json:"method"`

	// Baseline is what knowing nothing would give: 0.5 for AUROC, the prevalence for
	// AUPRC, prevalence × (1 − prevalence) for Brier, the larger class for accuracy.
	Baseline *float64 `json:"baseline,omitempty"`

	// Comparison is set for comparisons only.
	*Comparison
}

// A Comparison is what a difference has beside its interval.
type Comparison struct {
	// Question is what is compared: "class", "model", "input", "centers".
	Question string `json:"question"`
	A        string `json:"a"`
	B        string `json:"b"`
	// P tests no difference by the same draws as the interval, PAdjusted by Holm
	// over Family, which counts FamilySize comparisons.
	P          float64 `json:"p"`
	PAdjusted  float64 `json:"p_adjusted"`
	Family     string  `json:"family"`
	FamilySize int     `json:"family_size"`
	// PMannWhitney compares one mean error a patient, PDeLong two areas.
	PMannWhitney *float64 `json:"p_mann_whitney,omitempty"`
	PDeLong      *float64 `json:"p_delong,omitempty"`
	// PEquivalence is that of two one-sided tests against Margin; the limits are of
	// the interval that goes with them, at level 1 − 2α.
	Margin          float64 `json:"margin"`
	PEquivalence    float64 `json:"p_equivalence"`
	EquivalenceLow  float64 `json:"equivalence_low"`
	EquivalenceHigh float64 `json:"equivalence_high"`

	// NPositive and NNegative count the patients of each class.
	NPositive  int     `json:"n_positive_patients"`
	NNegative  int     `json:"n_negative_patients"`
	Verdict    Verdict `json:"verdict"`
	Conclusion string  `json:"conclusion"`
}

// A Threshold is the score from which an arm calls positive.
type Threshold struct {
	Arm       string    `json:"arm"`
	Group     string    `json:"group"`
	Partition Partition `json:"applied_to"`
	Value     float64   `json:"value"`
	Youden    float64   `json:"youden"` // on the rows it was chosen on
	ChosenOn  string    `json:"chosen_on"`
}

// An Omission is an estimate that could not be computed, with the reason.
type Omission struct {
	Name      string    `json:"name"`
	Arm       string    `json:"arm"`
	Group     string    `json:"group"`
	Partition Partition `json:"partition"`
	Reason    string    `json:"reason"`
}

// An Answer answers one of the study's questions in words.
type Answer struct {
	Question  string    `json:"question"`
	Partition Partition `json:"partition"` // that it rests on; empty if on none
	Headline  string    `json:"headline"`
	Basis     string    `json:"basis"` // how many radiographs and patients
	Points    []Point   `json:"points"`
}

// A Point is one part of an answer: a heading and its findings.
type Point struct {
	Title    string   `json:"title"`
	Findings []string `json:"findings"`
}

// Encode is the artifact's bytes: JSON, indented, in a fixed order.
func (m Metrics) Encode() ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false) // "p < 0.001" stays readable in a viewer of text.
	e.SetIndent("", " ")
	if err := e.Encode(m); err != nil {
		return nil, fmt.Errorf("encode metrics: %w", err)
	}
	return out.Bytes(), nil
}

// ID names an estimate within its metrics: part/arm/group/name.
func (e Estimate) ID() string {
	return strings.Join([]string{string(e.Partition), e.Arm, e.Group, e.Name}, "/")
}

// significant rounds to six significant digits. The artifact is then the same where
// a processor fuses multiplication and addition and where it does not, and nobody
// reads a tenth digit as knowledge.
func significant(v float64) float64 {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return v
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 5, 64), 64)
	if err != nil {
		panic(fmt.Sprintf("rounding %v: %v", v, err)) // What FormatFloat wrote parses.
	}
	return rounded
}
