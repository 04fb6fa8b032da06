package stats

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// reference holds the inputs and foreign values of testdata/expected.json, which
// testdata/expected.py made with SciPy, scikit-learn and statsmodels.
type reference struct {
	Classification []struct {
		Name        string
		Positive    []bool
		A, B        []float64
		AUROCA      float64 `json:"auroc_a"`
		AUROCB      float64 `json:"auroc_b"`
		AUPRCA      float64 `json:"auprc_a"`
		AUPRCB      float64 `json:"auprc_b"`
		BrierA      float64 `json:"brier_a"`
		FPR, TPR    []float64
		Sensitivity float64 `json:"sensitivity_at_0.2"`
		Confusion   [4]int  `json:"confusion_at_half"`
		YoudenIndex float64 `json:"youden_index"`
	}
	Quantiles []struct {
		Values  []float64
		P, Want float64
	}
	Wilson []struct {
		K, N             int
		Level, Low, High float64
	}
	MannWhitney []struct {
		Name  string
		X, Y  []float64
		U, P  float64
		Exact bool
	} `json:"mann_whitney"`
	TOST []struct {
		X, Y           []float64
		Margin, P, DF  float64
		PLower, PUpper float64
	}
	McNemar []struct {
		B, C  int
		Exact float64
		MidP  float64 `json:"mid_p"`
	}
	Holm struct{ P, Adjusted []float64 }
	Boot struct {
		Values          []float64
		BCa, Percentile [2]float64
		StandardError   float64 `json:"standard_error"`
	} `json:"bootstrap_mean"`
}

// delongReference holds testdata/delong.json, which testdata/delong.R made with
// pROC and with double loops over Obuchowski's formulas.
type delongReference struct {
	Cases []struct {
		Name      string
		AUCA      float64 `json:"auc_a"`
		VarianceA float64 `json:"variance_a"`
		LowA      float64 `json:"low_a"`
		HighA     float64 `json:"high_a"`
		Z, P      float64
		Clustered float64 `json:"clustered_variance_a"`
	}
}

func readReference[T any](t *testing.T, name string) T {
	t.Helper()
	var out T
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

// near reports values that differ by more than the tolerance.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tolerance {
		t.Errorf("%s: got %.12g, want %.12g ± %g", what, got, want, tolerance)
	}
}

// value evaluates a statistic with every row once.
func value(t *testing.T, n int) func(Statistic, error) float64 {
	return func(s Statistic, err error) float64 {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		v, err := Value(s, n)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestClassificationAgainstScikitLearn(t *testing.T) {
	for _, c := range readReference[reference](t, "expected.json").Classification {
		t.Run(c.Name, func(t *testing.T) {
			value := value(t, len(c.A))
			near(t, "AUROC a", value(AUROC(c.A, c.Positive)), c.AUROCA, 1e-12)
			near(t, "AUROC b", value(AUROC(c.B, c.Positive)), c.AUROCB, 1e-12)
			near(t, "AUPRC a", value(AUPRC(c.A, c.Positive)), c.AUPRCA, 1e-12)
			near(t, "AUPRC b", value(AUPRC(c.B, c.Positive)), c.AUPRCB, 1e-12)
			near(t, "Brier a", value(Brier(c.A, c.Positive)), c.BrierA, 1e-12)
			near(t, "sensitivity at 0.2", value(SensitivityAt(0.2, c.A, c.Positive)), c.Sensitivity, 1e-12)

			curve, err := ROC(c.A, c.Positive)
			if err != nil {
				t.Fatal(err)
			}
			if len(curve) != len(c.FPR) {
				t.Fatalf("ROC has %d points, scikit-learn's has %d", len(curve), len(c.FPR))
			}
			for i, p := range curve {
				near(t, "FPR", p.FalsePositiveRate, c.FPR[i], 1e-12)
				near(t, "TPR", p.TruePositiveRate, c.TPR[i], 1e-12)
			}

			counts, err := Confuse(c.A, c.Positive, 0.5)
			if err != nil {
				t.Fatal(err)
			}
			if got := [4]int{counts.TruePositive, counts.FalsePositive, counts.TrueNegative, counts.FalseNegative}; got != c.Confusion {
				t.Errorf("confusion TP FP TN FN: got %v, want %v", got, c.Confusion)
			}

			threshold, index, err := Youden(c.A, c.Positive)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "Youden index", index, c.YoudenIndex, 1e-12)
			at, err := Confuse(c.A, c.Positive, threshold)
			if err != nil {
				t.Fatal(err)
			}
			sensitivity, _ := at.Sensitivity(0.95)
			specificity, _ := at.Specificity(0.95)
			near(t, "index at the threshold", sensitivity.Estimate+specificity.Estimate-1, index, 1e-12)
		})
	}
}

func TestDeLongAgainstPROC(t *testing.T) {
	cases := readReference[reference](t, "expected.json").Classification
	for i, want := range readReference[delongReference](t, "delong.json").Cases {
		t.Run(want.Name, func(t *testing.T) {
			c := cases[i]
			got, err := DeLong(c.A, c.Positive, nil, 0.95)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "AUC", got.Estimate, want.AUCA, 1e-12)
			near(t, "variance", got.StandardError*got.StandardError, want.VarianceA, 1e-12)
			near(t, "low", got.Low, want.LowA, 1e-9)
			near(t, "high", got.High, want.HighA, 1e-9)

			paired, err := DeLongPaired(c.A, c.B, c.Positive, nil, 0.95)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "z", paired.Z, want.Z, 1e-9)
			near(t, "p", paired.P, want.P, 1e-9)

			patient := make([]string, len(c.A))
			for row := range patient {
				patient[row] = string(rune('A' + row/2))
			}
			clustered, err := DeLong(c.A, c.Positive, patient, 0.95)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "clustered variance", clustered.StandardError*clustered.StandardError, want.Clustered, 1e-12)
		})
	}
}

func TestQuantileAgainstNumPy(t *testing.T) {
	for _, c := range readReference[reference](t, "expected.json").Quantiles {
		near(t, "quantile", value(t, len(c.Values))(Quantile(c.Values, c.P)), c.Want, 1e-12)
		sorted := slices.Sorted(slices.Values(c.Values))
		near(t, "quantile of sorted values", QuantileSorted(sorted, c.P), c.Want, 1e-12)
	}
}

func TestWilsonAgainstStatsmodels(t *testing.T) {
	for _, c := range readReference[reference](t, "expected.json").Wilson {
		got, err := Wilson(c.K, c.N, c.Level)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "low", got.Low, c.Low, 1e-9)
		near(t, "high", got.High, c.High, 1e-9)
	}
}

func TestMannWhitneyAgainstSciPy(t *testing.T) {
	for _, c := range readReference[reference](t, "expected.json").MannWhitney {
		t.Run(c.Name, func(t *testing.T) {
			got, err := MannWhitney(c.X, c.Y)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "U", got.U, c.U, 1e-12)
			near(t, "p", got.P, c.P, 1e-9)
			if got.Exact != c.Exact {
				t.Errorf("exact: got %t, want %t", got.Exact, c.Exact)
			}
		})
	}
}

func TestEquivalentMeansAgainstStatsmodels(t *testing.T) {
	for _, c := range readReference[reference](t, "expected.json").TOST {
		got, err := EquivalentMeans(c.X, c.Y, c.Margin)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "p", got.P, c.P, 1e-9)
		near(t, "degrees of freedom", got.DegreesOfFreedom, c.DF, 1e-9)
	}
}

func TestMcNemarAgainstStatsmodels(t *testing.T) {
	for _, c := range readReference[reference](t, "expected.json").McNemar {
		exact, midP, err := McNemar(c.B, c.C)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "exact", exact, c.Exact, 1e-9)
		near(t, "mid-p", midP, c.MidP, 1e-9)
	}
}

func TestHolmAgainstStatsmodels(t *testing.T) {
	c := readReference[reference](t, "expected.json").Holm
	got, err := Holm(c.P)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		near(t, "adjusted p", got[i], c.Adjusted[i], 1e-12)
	}
}

// The draws differ from SciPy's, so the limits agree up to the Monte Carlo error:
// of 20,000 draws, about 0.03 standard errors at the 2.5 % quantile.
func TestBootstrapAgainstSciPy(t *testing.T) {
	c := readReference[reference](t, "expected.json").Boot
	patient := make([]string, len(c.Values))
	for i := range patient {
		patient[i] = string(rune('a' + i))
	}
	clusters, err := NewClusters(patient, nil)
	if err != nil {
		t.Fatal(err)
	}
	mean, err := Mean(c.Values)
	if err != nil {
		t.Fatal(err)
	}
	for method, want := range map[Method][2]float64{Percentile: c.Percentile, BCa: c.BCa} {
		got, err := Bootstrap{Resamples: 20_000, Level: 0.95, Method: method, Seed: 7}.Interval(clusters, mean)
		if err != nil {
			t.Fatal(err)
		}
		if got.Method != method {
			t.Errorf("method %s fell back to %s", method, got.Method)
		}
		tolerance := 0.12 * c.StandardError
		near(t, string(method)+" low", got.Low, want[0], tolerance)
		near(t, string(method)+" high", got.High, want[1], tolerance)
		near(t, "standard error", got.StandardError, c.StandardError, 0.03*c.StandardError)
	}
}
