package view_test

import (
	"fmt"
	"strings"
	"testing"

	"femur/internal/view"
)

func TestReruns(t *testing.T) {
	long := strings.Repeat("patient_with_a_long_name/", 4)
	score := view.PartDiffer{
		Part: "column score", Elements: 4300, Differ: 1204, MaxAbs: 1.19e-7, MaxRel: 3.4e-6,
		Places: []view.PlaceDiffer{
			{Where: "row 12 (patient_7_a)", Was: "0.51", Now: "0.51000001"},
			{Where: "row 13 (" + long + "b)", Was: "0.1234567890123", Now: "0.1234567890124"},
			{Where: "row 14 (patient_8_a)", Was: "", Now: "NaN"},
		},
	}
	same := view.Rerun{
		Address: "crop-patches.main[input=patch]", Key: strings.Repeat("ab", 32), Purity: "exact", Same: true, Seconds: 12.3, Run: "20260102-030405", Time: start,
		Outputs: []view.RerunOutput{
			{Output: "patches", Type: "application/x-npy", Same: true, Was: strings.Repeat("1a", 32), Now: strings.Repeat("1a", 32), Bytes: 560_000_000, Items: 4300},
			{Output: "table", Type: "application/vnd.apache.parquet", Same: true, Bytes: 400_000},
		},
	}
	differs := view.Rerun{
		Address: "train-classifiers.main[model=vit-tiny,input=patch,fold=0]", Key: strings.Repeat("cd", 32), Purity: "pinned", Seconds: 3000, Run: "20260102-030405", Time: start,
		Accepted:    "only a comment changed",
		Environment: []view.ValueChange{{Name: "device", Was: "cuda:0", Now: "cpu"}, {Name: "plugin", Was: strings.Repeat("9f", 32), Now: ""}},
		Outputs: []view.RerunOutput{
			{Output: "classifier", Type: "application/vnd.femur.model", Was: strings.Repeat("1a", 32), Now: strings.Repeat("2b", 32), Bytes: 22_000_000},
			{Output: "table", Type: "application/vnd.apache.parquet", Parts: []view.PartDiffer{score, {Part: "rows", Elements: 12, Note: "12 rows are recorded, the new table has 11"}}},
			{Output: "scores", Type: "application/vnd.femur.score+json", Items: 4300, Note: "how they differ is told of the first 100"},
			{Output: "log", Type: "text/plain", Parts: []view.PartDiffer{{Part: "lines", Elements: 1, Differ: 1, Places: []view.PlaceDiffer{{Where: "line 1", Was: "a\tb\x1b[0m", Now: strings.Repeat("long text ", 9)}}}}},
			{Output: "config", Type: "application/json", Same: true},
		},
	}
	for i := range 11 {
		differs.Outputs[0].Parts = append(differs.Outputs[0].Parts, view.PartDiffer{
			Part: fmt.Sprintf("tensor body.block_%d.attention.key.weights", i), Elements: 147456, Differ: 100 + i, MaxAbs: 0.25, MaxRel: 2,
			Places: []view.PlaceDiffer{{Where: "[0, 3]", Was: "1", Now: "-1"}},
		})
	}
	for i := range 7 {
		differs.Outputs[2].Differ = append(differs.Outputs[2].Differ, view.RerunItem{ID: fmt.Sprintf("%s%d", long, i), Parts: []view.PartDiffer{{
			Part: "value scores.aff", Elements: 1, Differ: 1, MaxAbs: 0.5, MaxRel: 1, Places: []view.PlaceDiffer{{Where: "scores.aff", Was: "0", Now: "0.5"}},
		}}})
	}
	differs.Outputs[2].Differ[1] = view.RerunItem{ID: "gone", Note: "it is recorded, and was not made again"}
	print := func(same bool, r ...view.Rerun) func(view.Stream) error {
		return func(s view.Stream) error {
			return view.NewVerify(s).Rerun(view.Reruns{Same: same, Instances: r})
		}
	}
	golden(t, "verify_rerun_same.txt", print(true, same))
	golden(t, "verify_rerun_several.txt", print(true, same, same, differs))
	golden(t, "verify_rerun.json", print(false, same, view.Rerun{Address: "texts.src"}, differs))
}

func TestExplainVerified(t *testing.T) {
	e := view.Explanation{Address: "compare.main", State: "hit", Last: &view.LastRun{Run: "20260102-030405", Time: start, Seconds: 3, Host: "here", Purity: "exact"}}
	golden(t, "explain_never_verified.txt", func(s view.Stream) error { return view.NewExplain(s, false).Explain(e) })
	e.Last.Verified = &view.Verified{Time: start.AddDate(0, 0, 1), Same: true, Femur: "v1.2.0"}
	golden(t, "explain_verified.json", func(s view.Stream) error { return view.NewExplain(s, false).Explain(e) })
	e.Last.Verified = &view.Verified{Time: start.AddDate(0, 0, 1), Differ: []string{"metrics", "report"}, Femur: "v1.2.0"}
	golden(t, "explain_differed.txt", func(s view.Stream) error { return view.NewExplain(s, false).Explain(e) })
}
