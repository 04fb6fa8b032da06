package analysis_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/internal/analysis"
	"femur/internal/analysis/analysistest"
)

var nullStudies = flag.Int("null-studies", 24, "studies without effects to simulate in TestNoEffectIsNotCalledOne")

// quick are the default options with fewer resamples.
func quick() analysis.Options {
	o := analysis.Defaults()
	o.Resamples = 500
	return o
}

func analyze(t *testing.T, s analysistest.Study, o analysis.Options) analysis.Result {
	t.Helper()
	centers, scores := s.Rows()
	r, err := analysis.Analyze(centers, scores, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func encode(t *testing.T, r analysis.Result) string {
	t.Helper()
	text, err := r.Metrics.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// find returns the estimate of that id (part/arm/group/name).
func find(t *testing.T, r analysis.Result, id string) analysis.Estimate {
	t.Helper()
	for _, e := range slices.Concat(r.Metrics.Localization, r.Metrics.Classification, r.Metrics.Comparisons) {
		if e.ID() == id {
			return e
		}
	}
	t.Fatalf("no estimate %q; omitted are %v", id, r.Metrics.Omitted)
	return analysis.Estimate{}
}

// TestGoldenMetrics holds the artifact's form: names, order, rounding.
func TestGoldenMetrics(t *testing.T) {
	s := analysistest.Effects()
	s.Patients = 80
	centers, scores := s.Rows()
	keepCenters := slices.DeleteFunc(centers, func(r analysis.LocalizationRow) bool { return r.Arm != analysistest.CNN })
	keepScores := slices.DeleteFunc(scores, func(r analysis.ClassificationRow) bool {
		return r.Model != analysistest.CNN || r.Input == "oracle"
	})
	r, err := analysis.Analyze(keepCenters, keepScores, quick())
	if err != nil {
		t.Fatal(err)
	}
	got := encode(t, r)
	golden := filepath.Join("testdata", "metrics.golden.json")
	if os.Getenv("UPDATE_GOLDEN") == "1" {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("metrics (-golden +got), UPDATE_GOLDEN=1 accepts:\n%s", diff)
	}
}

// TestRowOrderIsIrrelevant shuffles the rows and wants the same bytes.
func TestRowOrderIsIrrelevant(t *testing.T) {
	s := analysistest.Effects()
	s.Patients = 60
	centers, scores := s.Rows()
	want := encode(t, analyze(t, s, quick()))
	random := rand.New(rand.NewPCG(8, 8))
	random.Shuffle(len(centers), func(i, j int) { centers[i], centers[j] = centers[j], centers[i] })
	random.Shuffle(len(scores), func(i, j int) { scores[i], scores[j] = scores[j], scores[i] })
	r, err := analysis.Analyze(centers, scores, quick())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, encode(t, r)); diff != "" {
		t.Errorf("shuffled rows (-want +got):\n%s", diff)
	}
	other := quick()
	other.Seed = 2
	if encode(t, analyze(t, s, other)) == want {
		t.Error("another seed gave the same bytes: the seed is not used")
	}
}

// TestEffectsAreFound checks that a large study finds what was put into it.
func TestEffectsAreFound(t *testing.T) {
	s := analysistest.Effects()
	s.Patients = 360
	r := analyze(t, s, quick())
	for id, want := range map[string]analysis.Verdict{
		"test/cnn-small · patch − cnn-small · whole/per image/auroc_difference":    analysis.Higher,
		"test/vit-tiny · patch − vit-tiny · whole/per image/auroc_difference":      analysis.Higher,
		"development/vit-tiny/AFF − NFF/median_error_difference":                   analysis.Higher,
		"development/cnn-small − vit-tiny/all/median_error_difference":             analysis.Lower,
		"validate/cnn-small · patch − vit-tiny · patch/per image/auroc_difference": analysis.Equivalent,
	} {
		if got := find(t, r, id); got.Verdict != want {
			t.Errorf("%s: verdict %q, want %q: %s", id, got.Verdict, want, got.Conclusion)
		}
	}
	if head := r.Metrics.Answers[1].Headline; !strings.HasPrefix(head, "The patch is better. Difference in AUROC: cnn-small 0.") {
		t.Errorf("headline %q", head)
	}
	if ratio := find(t, r, "test/cnn-small/all/median_error_ratio_to_constant_mean"); ratio.High >= 0.5 {
		t.Errorf("ratio to the constant mean %s, want well below 1", ratio.Text())
	}
}

// TestNoEffectIsNotCalledOne simulates studies in which nothing differs. The family
// error is held at 5 %, so of 24 studies more than 5 with a false finding have a
// chance below 0.2 %. With -null-studies=300 it was 7 %, from percentile intervals
// being a little narrow at twenty positive development patients; in larger studies,
// with about 30 of some 80, it was 4 %.
func TestNoEffectIsNotCalledOne(t *testing.T) {
	falseFindings := 0
	for i := range *nullStudies {
		s := analysistest.Study{
			Seed: uint64(100 + i), Patients: 80, PositiveShare: 0.4, ErrorMM: 5, SecondModelFactor: 1, PositiveFactor: 1,
			Separation: map[string]float64{"patch": 1, "whole": 1, "oracle": 1},
		}
		_, scores := s.Rows()
		scores = slices.DeleteFunc(scores, func(r analysis.ClassificationRow) bool { return r.Partition == analysis.Test })
		o := quick()
		o.Resamples = 300
		r, err := analysis.Analyze(nil, scores, o)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, e := range r.Metrics.Comparisons {
			if e.Verdict == analysis.Higher || e.Verdict == analysis.Lower {
				found = true
			}
		}
		if found {
			falseFindings++
		}
	}
	t.Logf("%d of %d studies without effects have a false finding", falseFindings, *nullStudies)
	if limit := 2 + *nullStudies/8; falseFindings > limit {
		t.Errorf("%d of %d studies without effects have a false finding, want at most %d", falseFindings, *nullStudies, limit)
	}
}

// TestWordsFollowIntervals reads every conclusion of studies with effects of many
// sizes: what it claims must be in its numbers.
func TestWordsFollowIntervals(t *testing.T) {
	o := quick()
	o.Resamples = 300
	seen := map[analysis.Verdict]int{}
	for i := range 9 {
		s := analysistest.Effects()
		s.Seed, s.Patients = uint64(i), 30+20*i
		s.PositiveFactor = 1 + float64(i%4)/3
		r := analyze(t, s, o)
		for _, e := range r.Metrics.Comparisons {
			seen[e.Verdict]++
			claims := strings.Contains(e.Conclusion, " better than ") || strings.Contains(e.Conclusion, " worse than ") ||
				strings.Contains(e.Conclusion, "more accurate") && !strings.HasPrefix(e.Conclusion, "Cannot tell") ||
				strings.Contains(e.Conclusion, "less accurate")
			excludes := e.Low > 0 || e.High < 0
			switch e.Verdict {
			case analysis.Higher, analysis.Lower:
				if !excludes || e.PAdjusted > 0.05 || !claims || (e.Low > 0) != (e.Verdict == analysis.Higher) {
					t.Errorf("%s: verdict %q for %s, adjusted p %v", e.Conclusion, e.Verdict, e.Text(), e.PAdjusted)
				}
			case analysis.Equivalent:
				if e.EquivalenceLow < -e.Margin || e.EquivalenceHigh > e.Margin || claims || !strings.Contains(e.Conclusion, "to within the margin") {
					t.Errorf("%s: equivalent with limits %v to %v of margin %v", e.Conclusion, e.EquivalenceLow, e.EquivalenceHigh, e.Margin)
				}
			case analysis.Undecided, analysis.TooFew:
				if claims || !strings.HasPrefix(e.Conclusion, "Cannot tell ") {
					t.Errorf("%s: verdict %q", e.Conclusion, e.Verdict)
				}
				if e.Verdict == analysis.TooFew && !strings.Contains(e.Conclusion, "too few patients") {
					t.Errorf("%s: does not say too few patients", e.Conclusion)
				}
			default:
				t.Errorf("%s: no verdict", e.ID())
			}
			if e.P > e.PAdjusted+1e-9 || e.Estimate < e.Low || e.Estimate > e.High {
				t.Errorf("%s: p %v, adjusted %v, estimate %s", e.ID(), e.P, e.PAdjusted, e.Text())
			}
		}
	}
	for _, v := range []analysis.Verdict{analysis.Higher, analysis.Lower, analysis.Equivalent, analysis.Undecided, analysis.TooFew} {
		if seen[v] == 0 {
			t.Errorf("no study gave the verdict %q: it was not tested", v)
		}
	}
}

// TestFewPatients checks that a small study answers "cannot tell".
func TestFewPatients(t *testing.T) {
	s := analysistest.Effects()
	s.Patients = 20 // All in the test part, six of them AFF.
	r := analyze(t, s, quick())
	for _, e := range r.Metrics.Comparisons {
		if e.Question != "model" && e.Verdict != analysis.TooFew {
			t.Errorf("%s: verdict %q with %d AFF patients", e.ID(), e.Verdict, e.NPositive)
		}
	}
	if head := r.Metrics.Answers[1].Headline; !strings.HasPrefix(head, "Cannot tell: too few patients.") {
		t.Errorf("headline %q", head)
	}
}

// TestFewTestPatients checks that a small test part adds what the larger development
// part says, under its own heading, and does not let it into the headline.
func TestFewTestPatients(t *testing.T) {
	s := analysistest.Effects()
	s.Patients = 60 // 20 in the test part, six of them AFF.
	r := analyze(t, s, quick())
	for _, a := range r.Metrics.Answers {
		last := a.Points[len(a.Points)-1]
		if a.Partition != analysis.Test || last.Title != "Out of fold, where there are more patients" || len(last.Findings) != 2 {
			t.Errorf("answered from %q with last point %+v", a.Partition, last)
		}
	}
	if head := r.Metrics.Answers[1].Headline; !strings.HasPrefix(head, "Cannot tell: too few patients.") {
		t.Errorf("headline %q", head)
	}
}

// TestNothingToAnswerFrom checks empty and one-sided inputs.
func TestNothingToAnswerFrom(t *testing.T) {
	empty, err := analysis.Analyze(nil, nil, quick())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range empty.Metrics.Answers {
		if !strings.HasPrefix(a.Headline, "Cannot tell") {
			t.Errorf("without rows: headline %q", a.Headline)
		}
	}
	if text := encode(t, empty); strings.Contains(text, "null") {
		t.Errorf("without rows the artifact has null in it:\n%s", text)
	}

	// A test part of one class: the answer comes from the out-of-fold rows.
	s := analysistest.Effects()
	centers, scores := s.Rows()
	scores = slices.DeleteFunc(scores, func(r analysis.ClassificationRow) bool {
		return r.Partition == analysis.Test && r.Positive
	})
	r, err := analysis.Analyze(centers, scores, quick())
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Metrics.Answers[1]; got.Partition != analysis.Validate || !strings.Contains(got.Basis, "out-of-fold") {
		t.Errorf("answered from %q: %s", got.Partition, got.Basis)
	}
	if !slices.ContainsFunc(r.Metrics.Omitted, func(o analysis.Omission) bool {
		return o.Partition == analysis.Test && o.Name == "auroc" && strings.Contains(o.Reason, "only one class")
	}) {
		t.Errorf("the test part's AUROC is not listed as omitted: %v", r.Metrics.Omitted)
	}
	find(t, r, "test/cnn-small · patch/per image/specificity")
}

// TestPerfectScoresAreNotCertain checks the exact bound where resampling shows no
// spread.
func TestPerfectScoresAreNotCertain(t *testing.T) {
	var scores []analysis.ClassificationRow
	for p := range 40 {
		for _, input := range []string{"patch", "whole"} {
			for _, part := range []analysis.Partition{analysis.Validate, analysis.Test} {
				scores = append(scores, analysis.ClassificationRow{
					Image: fmt.Sprintf("%s-%02d", part, p), Patient: fmt.Sprintf("%s-%02d", part, p), Positive: p%4 == 0,
					Arm: "cnn · " + input, Model: "cnn", Input: input, Fold: p % 3, Partition: part, Score: map[bool]float64{true: 0.9, false: 0.1}[p%4 == 0],
				})
			}
		}
	}
	r, err := analysis.Analyze(nil, scores, quick())
	if err != nil {
		t.Fatal(err)
	}
	area := find(t, r, "test/cnn · patch/per image/auroc")
	if area.Estimate != 1 || area.High != 1 || area.Low < 0.69 || area.Low > 0.70 { // 0.025^(1/10) = 0.6915
		t.Errorf("perfect area %s, want the exact bound 0.69", area.Text())
	}
	difference := find(t, r, "test/cnn · patch − cnn · whole/per image/auroc_difference")
	if difference.Estimate != 0 || difference.Low > -0.3 || difference.High < 0.3 || difference.Verdict != analysis.Undecided {
		t.Errorf("two perfect arms: %s, verdict %q", difference.Text(), difference.Verdict)
	}
	if sensitivity := find(t, r, "test/cnn · patch/per image/sensitivity"); sensitivity.Low > 0.9 {
		t.Errorf("ten of ten: %s, want Wilson's lower limit", sensitivity.Text())
	}
}
