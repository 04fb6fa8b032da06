package main

import (
	"strings"
	"testing"

	"femur"
)

// The templates differ from the default study only in where the radiographs come from.
func TestTemplatesKeepTheStudy(t *testing.T) {
	_, study, ok := strings.Cut(femur.DefaultPipeline, `stage "split-by-patient"`)
	if !ok {
		t.Fatal("the default pipeline has no split")
	}
	for _, from := range []dataForm{fromFolder, fromCSV, fromLabelStudio, fromCOCO} {
		text := template(from)
		if !strings.HasSuffix(text, study) {
			t.Errorf("%s: the study behind the split is another one", from)
		}
		for _, gone := range []string{"var.patients", "var.scale", `source "synthetic"`, "synthetic"} {
			if strings.Contains(text, gone) {
				t.Errorf("%s: %q is left from the synthetic template", from, gone)
			}
		}
	}
}
