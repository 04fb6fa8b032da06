package main

import (
	"strings"
	"testing"

	"femur/internal/survey"
)

// The split and the side of the inputs follow what was found.
func TestFitCohort(t *testing.T) {
	labels := func(patients, rarest, longer int) survey.Finding {
		return survey.Finding{Located: 1, Positive: "AFF", Negative: "NFF", Studied: survey.Studied{Patients: patients, Rarest: rarest}, Images: survey.Images{LongerSide: longer}}
	}
	one := labels(119, 0, 0)
	one.Positive, one.Negative = "", ""
	enough := one
	enough.Studied.Patients = 120
	for name, c := range map[string]struct {
		finding  survey.Finding
		balanced bool
		size     string
	}{
		"many":                {labels(250, 50, 0), false, "96"},
		"few of one label":    {labels(3000, 49, 0), true, "96"},
		"few":                 {labels(119, 59, 0), true, "96"},
		"as many of each":     {labels(120, 60, 0), false, "96"},
		"labels not known":    {labels(249, 0, 0), true, "96"},
		"many, not known":     {labels(250, 0, 0), false, "96"},
		"nothing known":       {labels(0, 0, 0), true, "96"},
		"only localizes":      {one, true, "96"},
		"only localizes many": {enough, false, "96"},
		"small radiographs":   {labels(300, 60, 1499), false, "96"},
		"full-size":           {labels(300, 60, 1500), false, "224"},
	} {
		text := template(c.finding, ".")
		if got := strings.Contains(text, `= "balanced"`); got != c.balanced {
			t.Errorf("%s: balanced: %v, want %v", name, got, c.balanced)
		}
		if !strings.Contains(text, "\n  size   = "+c.size+" # ") || strings.Count(text, "\n  size   = ") != 1 {
			t.Errorf("%s: the side is not %s in\n%s", name, c.size, text)
		}
		if !strings.Contains(text, "size        = local.size") {
			t.Errorf("%s: local.size is not used", name)
		}
	}
}
