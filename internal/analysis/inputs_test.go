package analysis_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/internal/analysis"
	"femur/internal/analysis/analysistest"
)

// withInputs is a study whose inputs go by other names; those without one are left out.
func withInputs(t *testing.T, names map[string]string) analysis.Result {
	t.Helper()
	s := analysistest.Effects()
	s.Patients = 360
	_, all := s.Rows()
	var scores []analysis.ClassificationRow
	for _, r := range all {
		if name := names[r.Input]; name != "" && r.Model == analysistest.CNN {
			r.Input, r.Arm = name, r.Model+" · "+name
			scores = append(scores, r)
		}
	}
	r, err := analysis.Analyze(nil, scores, quick())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The second answer is about the inputs that there are, and calls none of them a patch that is not.
func TestAnswerNamesItsInputs(t *testing.T) {
	const better = " is better. Difference in AUROC: cnn-small 0."
	for name, c := range map[string]struct {
		names                     map[string]string // what stands for the patch, the whole image and the oracle
		question, headline, title string
	}{
		"patch": {
			map[string]string{"patch": "patch", "whole": "whole", "oracle": "oracle"},
			"from a native-resolution patch or from", "The patch" + better, "Patch against other inputs",
		},
		"patch before the middle": {
			map[string]string{"patch": "patch", "whole": "whole", "oracle": "center"},
			"from a native-resolution patch or from", "The patch" + better, "Patch against other inputs",
		},
		"middle": {
			map[string]string{"patch": "center", "whole": "whole"},
			"from the middle of the image at native resolution or from", "The middle of the image" + better, "Middle of the image against other inputs",
		},
		"middle before the oracle": {
			map[string]string{"patch": "center", "whole": "whole", "oracle": "oracle"},
			"from the middle of the image at native resolution or from", "The middle of the image" + better, "Middle of the image against other inputs",
		},
		"oracle": {
			map[string]string{"oracle": "oracle", "whole": "whole"},
			"from a native-resolution patch around the annotated center or from", "The patch around the annotated center" + better, "Input against input",
		},
		"another": {
			map[string]string{"patch": "left half", "whole": "whole"},
			`from the input "left half" or from`, `The input "left half"` + better, "Input against input",
		},
		"worse": {
			map[string]string{"patch": "whole", "whole": "center"},
			"from the middle of the image", "The whole image is better. Difference in AUROC: cnn-small −0.", "Middle of the image against other inputs",
		},
		"no whole image": {
			map[string]string{"patch": "center", "oracle": "oracle"},
			"from the middle of the image", `Cannot tell: no network was trained on both "center" and "whole".`, "Middle of the image against other inputs",
		},
		"only the whole image": {
			map[string]string{"whole": "whole"},
			"from a native-resolution patch or from", `Cannot tell: no network was trained on both "patch" and "whole".`, "",
		},
	} {
		answer := withInputs(t, c.names).Metrics.Answers[1]
		if !strings.Contains(answer.Question, c.question) || !strings.HasSuffix(answer.Question, " or from the whole image?") {
			t.Errorf("%s: question %q, want one %q", name, answer.Question, c.question)
		}
		if !strings.HasPrefix(answer.Headline, c.headline) {
			t.Errorf("%s: headline %q, want %q", name, answer.Headline, c.headline)
		}
		said := slices.ContainsFunc(answer.Points, func(p analysis.Point) bool { return p.Title == c.title })
		if said != (c.title != "") {
			t.Errorf("%s: points %+v, want one titled %q", name, answer.Points, c.title)
		}
		if _, local := c.names["oracle"]; c.names["patch"] != "patch" && !local {
			if b, err := json.Marshal(answer); err != nil || name != "only the whole image" && strings.Contains(strings.ToLower(string(b)), "patch") {
				t.Errorf("%s: a patch is spoken of where there is none (%v): %s", name, err, b)
			}
		}
	}
}

// TestGoldenCenterAnswer holds the whole answer of a study without centers.
func TestGoldenCenterAnswer(t *testing.T) {
	const file = "testdata/center_answer.golden.json"
	b, err := json.MarshalIndent(withInputs(t, map[string]string{"patch": "center", "whole": "whole"}).Metrics.Answers[1], "", " ")
	if err != nil {
		t.Fatal(err)
	}
	got := string(b) + "\n"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; UPDATE_GOLDEN=1 writes it", err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("answer (-want +got):\n%s", d)
	}
}
