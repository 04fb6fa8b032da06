package report

import (
	"fmt"
	"strconv"

	"femur/internal/analysis"
	"femur/internal/report/page"
)

// methodsSection says what was computed, with the options that were used.
func methodsSection(r Report) page.Section {
	o := r.Analysis.Options
	level := levelText(r.Analysis)
	s := page.Section{ID: "methods", Title: "Methods", Terms: []page.Term{
		{Name: "Unit", Text: fmt.Sprintf("Patients were resampled, with all their radiographs, %d times within each class, from a fixed seed; intervals are two-sided at %s. Quantiles and differences have percentile intervals, other estimates BCa intervals. Quantiles are of type 7 (Hyndman and Fan).", o.Resamples, level)},
		{Name: "Localization", Text: "The error is the Euclidean distance in pixels of the oriented radiograph, in millimeters where the pixel spacing is known, and in percent of the image diagonal. The classes are compared by the difference of their median errors, two networks by the difference on the same radiographs."},
		{Name: "Discrimination", Text: fmt.Sprintf("AUROC counts ties as one half. DeLong's interval uses midranks (Sun and Xu) and, a radiograph a row, the clustered variance of Obuchowski. A perfect area has the exact bound (α/2)^(1/m) with m the patients of the smaller class, since resampling shows no spread there. AUPRC is average precision. %s is the positive class.", o.Positive)},
		{Name: "Thresholds", Text: "The threshold with the largest sensitivity + specificity − 1 was chosen on out-of-fold scores and applied to the test part; for out-of-fold rows, on the other folds. Rates a patient a row have Wilson's interval, a radiograph a row the patient bootstrap. A patient's score is the mean over the radiographs."},
		{Name: "Comparisons", Text: fmt.Sprintf("The p-value of no difference comes from the same resamples as the interval, so the two agree; p-values are adjusted by Holm within each family. Equivalence was tested by two one-sided tests at margins of %s mm, %s %% of the diagonal and %s in AUROC; these are not adjusted. With fewer than %d patients in a class no conclusion is drawn.",
			page.TickText(o.MarginMM), page.TickText(o.MarginPercent), page.TickText(o.MarginAUROC), o.MinPatients)},
		{Name: "Limits", Text: "The intervals hold the trained networks fixed: another training run would differ. They speak of patients like these, not of another hospital. In simulated studies with 25 patients in the smaller class, nominal 95 % intervals covered the truth in 92 to 93 % of studies. Out-of-fold rows come from networks that share training patients."},
	}}
	if len(r.Analysis.Metrics.Thresholds) > 0 {
		t := page.Table{ID: "thresholds", Caption: "Thresholds", Columns: []string{"network · input", "unit", "applied to", "threshold", "Youden's index there", "chosen on"}, Text: true}
		for _, h := range r.Analysis.Metrics.Thresholds {
			if h.Partition != analysis.Test {
				continue
			}
			t.Rows = append(t.Rows, []string{h.Arm, h.Group, partName(h.Partition), short(h.Value), short(h.Youden), h.ChosenOn})
		}
		if len(t.Rows) > 0 {
			s.Tables = append(s.Tables, t)
		}
	}
	if len(r.Settings) > 0 {
		t := page.Table{ID: "settings", Caption: "Settings", Columns: []string{"setting", "value"}, Text: true}
		for _, x := range r.Settings {
			t.Rows = append(t.Rows, []string{x.Name, x.Value})
		}
		s.Tables = append(s.Tables, t)
	}
	return s
}

// leakageSection states the rule that was checked, and what it does not cover.
func leakageSection(l Leakage) (page.Section, error) {
	s := page.Section{ID: "leakage", Title: "Leakage"}
	checked := fmt.Sprintf("The engine checked the %s rule for %s before any was stored.", l.Rule, analysis.FormatCount(l.Predictions, "prediction"))
	switch l.Rule {
	case "direct":
		s.Text = []string{
			checked + " Direct: no network on the path to a radiograph's prediction was itself fitted on that patient.",
			"Direct does not exclude that a classifier learned from patches which were placed by localizers that had seen the patient. Out-of-fold numbers are open to that; numbers on the held-out test part are not, since no network of any kind saw its patients.",
		}
	case "strict":
		s.Text = []string{checked + " Strict: no network on the path to a radiograph's prediction was fitted on that patient, nor on anything made by a network that was."}
	default:
		return page.Section{}, fmt.Errorf("leakage rule %q: want \"direct\" or \"strict\"", l.Rule)
	}
	return s, nil
}

// omittedSection lists what could not be computed.
func omittedSection(r analysis.Result) (page.Section, bool) {
	if len(r.Metrics.Omitted) == 0 {
		return page.Section{}, false
	}
	t := page.Table{ID: "omitted-table", Caption: "Estimates that the data do not determine", Columns: []string{"estimate", "network", "rows", "part", "reason"}, Text: true}
	for _, o := range r.Metrics.Omitted {
		t.Rows = append(t.Rows, []string{o.Name, o.Arm, o.Group, partName(o.Partition), o.Reason})
	}
	return page.Section{ID: "omitted", Title: "Not computed", Tables: []page.Table{t}}, true
}

// provenanceSection lists the artifacts that the numbers were computed from.
func provenanceSection(inputs []Input) page.Section {
	s := page.Section{ID: "provenance", Title: "Provenance", Text: []string{
		"The numbers above are a function of these artifacts and of the analysis's own parameters and code. An artifact is named by the SHA-256 digest of its bytes.",
	}}
	t := page.Table{ID: "provenance-table", Caption: "Input artifacts", Columns: []string{"input", "made by", "bytes", "SHA-256"}, Text: true}
	for _, in := range inputs {
		t.Rows = append(t.Rows, []string{in.Name, in.Source, strconv.FormatInt(in.Bytes, 10), in.Digest})
	}
	if len(t.Rows) > 0 {
		s.Tables = append(s.Tables, t)
	}
	return s
}
