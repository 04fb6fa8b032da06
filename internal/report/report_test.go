package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/internal/analysis"
	"femur/internal/analysis/analysistest"
	"femur/internal/cohortreport"
	"femur/internal/cohortreport/cohortreporttest"
	"femur/internal/report"
)

// shaft draws a bright band on black, enough of a radiograph for a gallery.
func shaft(t testing.TB, width, height int) []byte {
	t.Helper()
	picture := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			distance := 2 * max(x-width/2, width/2-x)
			if v := 200 - 400*distance/width; v > 30 {
				picture.SetGray(x, y, color.Gray{Y: uint8(v)})
			} else {
				picture.SetGray(x, y, color.Gray{Y: 30})
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// sample is a full report around a result.
func sample(t testing.TB, r analysis.Result, centers []analysis.LocalizationRow) report.Report {
	t.Helper()
	out := report.Report{
		Title:    "AFF or NFF: fracture center and class from femur radiographs",
		Notice:   "These radiographs are synthetic. Nothing here was measured on a patient.",
		Analysis: r,
		Leakage:  report.Leakage{Rule: "direct", Predictions: 4308},
		Provenance: []report.Input{
			{Name: "centers", Source: "predict-centers.main[model=cnn-small]", Digest: strings.Repeat("0123456789abcdef", 4), Bytes: 81234},
			{Name: "scores", Source: "score-patches.main[model=vit-tiny,input=patch]", Digest: strings.Repeat("fedcba9876543210", 4), Bytes: 40321},
		},
		Settings: []report.Setting{{Name: "localizer head", Value: "dsnt"}, {Name: "patch", Value: "224 × 224 px, native resolution"}},
	}
	seen := map[string]bool{}
	for i, c := range centers {
		if seen[c.Image] {
			continue
		}
		seen[c.Image] = true
		out.Cohort = append(out.Cohort, report.Radiograph{
			Patient: c.Patient, Label: c.Label, Partition: string(c.Partition), Site: "synthetic", View: []string{"ap", "lateral"}[i/2%2],
		})
		if len(out.Gallery) < 4 && c.Partition == analysis.Test {
			out.Gallery = append(out.Gallery, report.Example{
				Image: c.Image, Patient: c.Patient, Label: c.Label, Arm: c.Arm, Thumbnail: shaft(t, 96, 136), Patch: shaft(t, 64, 64),
				Width: c.Width, Height: c.Height, TrueX: c.TrueX, TrueY: c.TrueY, PredX: c.PredX, PredY: c.PredY, Pitch: c.Pitch,
				PatchX0: c.PredX - 112, PatchY0: c.PredY - 112, PatchX1: c.PredX + 112, PatchY1: c.PredY + 112,
				Score: fmt.Sprintf("patch %.2f", 0.81),
			})
		}
	}
	return out
}

// TestCohortFromSummary holds what the section says where a summary of the cohort is there.
func TestCohortFromSummary(t *testing.T) {
	result, centers := study(t)
	r := sample(t, result, centers)
	summary := cohortreport.Summarize(cohortreporttest.Troubled(t))
	summary.Files.Used = len(r.Cohort) + 3
	r.Summary = &summary
	page := render(t, r)
	for _, want := range []string{
		"127 files or frames found", "8 refused", "7: JPEG 2000 needs gdcmconv", "Parts of the study",
		"since the split left them out: 3.",
		"<dt>Annotators</dt><dd>65 radiographs marked by several", "<dt>Near-duplicates</dt><dd>4 groups of 9 radiographs",
		"<dt>Pixel spacing</dt><dd>Median", `<li class="problem"><strong>Problem, near-duplicates.</strong>`, "Bits per pixel goes with the label",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, part := range []string{"development: ", "test: "} {
		if !regexp.MustCompile(part + `\d+ of \d+ patients`).MatchString(page) {
			t.Errorf("the flow lacks the part %q", part)
		}
	}
	r.Summary = nil
	if strings.Contains(render(t, r), "files or frames found") {
		t.Error("a flow without a summary")
	}
}

// study is a small result and its centers.
func study(t testing.TB) (analysis.Result, []analysis.LocalizationRow) {
	t.Helper()
	s := analysistest.Effects()
	s.Patients = 80
	centers, scores := s.Rows()
	o := analysis.Defaults()
	o.Resamples = 300
	r, err := analysis.Analyze(centers, scores, o)
	if err != nil {
		t.Fatal(err)
	}
	return r, centers
}

func render(t testing.TB, r report.Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := report.Write(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// withoutPictures drops the bytes of pictures, which belong to the PNG encoder.
func withoutPictures(page string) string {
	return regexp.MustCompile(`(data:image/png;base64,)[A-Za-z0-9+/=]+`).ReplaceAllString(page, "$1")
}

// TestGoldenPage holds a page with one arm of each kind, without the gallery's
// bytes; UPDATE_GOLDEN=1 rewrites it, and it is meant to be opened and looked at.
func TestGoldenPage(t *testing.T) {
	s := analysistest.Effects()
	s.Patients = 80
	centers, scores := s.Rows()
	centers = slices.DeleteFunc(centers, func(r analysis.LocalizationRow) bool {
		return r.Arm != analysistest.CNN || r.Partition != analysis.Test
	})
	scores = slices.DeleteFunc(scores, func(r analysis.ClassificationRow) bool {
		return r.Model != analysistest.CNN || r.Input == "oracle" || r.Partition != analysis.Test
	})
	o := analysis.Defaults()
	o.Resamples = 300
	result, err := analysis.Analyze(centers, scores, o)
	if err != nil {
		t.Fatal(err)
	}
	got := withoutPictures(render(t, sample(t, result, centers)))
	golden := filepath.Join("testdata", "report.golden.html")
	if os.Getenv("UPDATE_GOLDEN") == "1" {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("page (-golden +got), UPDATE_GOLDEN=1 accepts:\n%s", diff)
	}
}

// TestPageIsSelfContained looks for anything that would be fetched or run, and for
// values that must not reach a reader.
func TestPageIsSelfContained(t *testing.T) {
	result, centers := study(t)
	page := render(t, sample(t, result, centers))
	if again := render(t, sample(t, result, centers)); again != page {
		t.Error("two renderings differ")
	}
	page = withoutPictures(page)
	for _, bad := range []string{"<script", "http:", "https:", "//cdn", "@import", "url(", "javascript", "ZgotmplZ", "NaN", "Inf", "<nil>", "%!"} {
		if i := strings.Index(page, bad); i >= 0 {
			t.Errorf("the page contains %q: …%s…", bad, page[max(0, i-60):min(len(page), i+60)])
		}
	}
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !strings.HasPrefix(m[1], "data:image/png;base64,") && !strings.HasPrefix(m[1], "#") {
			t.Errorf("reference to %q", m[1])
		}
	}
}

// TestPageIsAccessible checks what a screen reader needs: unique ids, references
// that resolve, names for drawings and tables, headings without gaps.
func TestPageIsAccessible(t *testing.T) {
	result, centers := study(t)
	page := render(t, sample(t, result, centers))
	ids := map[string]int{}
	for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		ids[m[1]]++
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("id %q is used %d times", id, n)
		}
	}
	for _, m := range regexp.MustCompile(`(?:aria-labelledby="|href="#)([^"]*)"`).FindAllStringSubmatch(page, -1) {
		for _, id := range strings.Fields(m[1]) {
			if ids[id] == 0 {
				t.Errorf("reference to the missing id %q", id)
			}
		}
	}
	count := func(pattern string) int { return len(regexp.MustCompile(pattern).FindAllString(page, -1)) }
	drawings := count(`<svg `)
	if drawings < 10 {
		t.Errorf("%d drawings, want the study's charts and examples", drawings)
	}
	for what, n := range map[string]int{
		"titles of drawings":       count(`<title id="[^"]+-title">[^<]{10,}</title>`),
		"descriptions of drawings": count(`<desc id="[^"]+-desc">[^<]{20,}</desc>`),
		"roles of drawings":        count(`<svg [^>]*role="img" aria-labelledby=`),
	} {
		if n != drawings {
			t.Errorf("%d %s for %d drawings", n, what, drawings)
		}
	}
	if tables, captions := count(`<table`), count(`<caption id="[^"]+">[^<]+</caption>`); tables != captions {
		t.Errorf("%d captions for %d tables", captions, tables)
	}
	if n := count(`<th scope="(?:col|row)"></th>`); n > 0 {
		t.Errorf("%d empty headers", n)
	}
	if n := count(`<img `); n != count(`<img [^>]*alt="[^"]+"`) {
		t.Error("a picture without alternative text")
	}
	if count(`<main>`) != 1 || count(`<h1>`) != 1 || count(`<nav aria-label=`) != 1 || !strings.Contains(page, `<html lang="en">`) {
		t.Error("want one main, one h1, one named nav, and the language")
	}
	level := 1
	for _, m := range regexp.MustCompile(`<h([1-6])`).FindAllStringSubmatch(page, -1) {
		next := int(m[1][0] - '0')
		if next > level+1 {
			t.Errorf("heading %d follows heading %d", next, level)
		}
		level = next
	}
	for i, row := range regexp.MustCompile(`(?s)<table.*?</table>`).FindAllString(page, -1) {
		columns := strings.Count(row, `scope="col"`)
		for _, r := range regexp.MustCompile(`(?s)<tr>\s*<th scope="row".*?</tr>`).FindAllString(row, -1) {
			if cells := strings.Count(r, "<td>") + 1; cells != columns {
				t.Errorf("table %d has %d columns and a row of %d cells", i, columns, cells)
			}
		}
	}
}

// TestPageSaysWhatItMust checks the texts that a reviewer looks for.
func TestPageSaysWhatItMust(t *testing.T) {
	result, centers := study(t)
	r := sample(t, result, centers)
	r.Title = `AFF <or> "NFF"`
	page := render(t, r)
	for _, want := range []string{
		"<h1>AFF &lt;or&gt; &#34;NFF&#34;</h1>",
		`role="note"><strong>Notice.</strong> These radiographs are synthetic.`,
		"The engine checked the direct rule for 4308 predictions",
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		html.EscapeString(result.Metrics.Answers[0].Headline),
		html.EscapeString(result.Metrics.Answers[1].Headline),
		"part: development", "view: lateral", "site: synthetic",
		"Finding the center, test part", "Finding the center, out of fold",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	r.Notice = ""
	if strings.Contains(render(t, r), "Notice.") {
		t.Error("a banner without a notice")
	}
}

// TestPartialStudies renders results that lack rows of one kind or another.
func TestPartialStudies(t *testing.T) {
	centers, scores := analysistest.Effects().Rows()
	o := analysis.Defaults()
	o.Resamples = 300
	oneClass := slices.DeleteFunc(slices.Clone(scores), func(r analysis.ClassificationRow) bool { return r.Partition == analysis.Test && r.Positive })
	for _, c := range []struct {
		name    string
		centers []analysis.LocalizationRow
		scores  []analysis.ClassificationRow
		want    string
	}{
		{"nothing", nil, nil, "Cannot tell: there are no localization results."},
		{"centers only", centers, nil, "Cannot tell: no part of the cohort has scores of both classes."},
		{"a test part of one class", centers, oneClass, "This part lacks one of the classes: there is no ROC curve."},
	} {
		t.Run(c.name, func(t *testing.T) {
			result, err := analysis.Analyze(c.centers, c.scores, o)
			if err != nil {
				t.Fatal(err)
			}
			page := render(t, report.Report{Title: "T", Analysis: result, Leakage: report.Leakage{Rule: "strict", Predictions: 1}})
			if !strings.Contains(page, c.want) {
				t.Errorf("the page lacks %q", c.want)
			}
			if strings.Contains(page, "NaN") {
				t.Error("the page shows NaN")
			}
		})
	}
}

// TestRefusedReports checks the faults of the caller.
func TestRefusedReports(t *testing.T) {
	good := report.Example{Image: "a.png", Thumbnail: shaft(t, 4, 4), Width: 4, Height: 4}
	for name, r := range map[string]report.Report{
		`leakage rule ""`:                 {},
		"example a.png: thumbnail: not a": {Leakage: report.Leakage{Rule: "direct"}, Gallery: []report.Example{{Image: "a.png", Thumbnail: []byte("GIF89a"), Width: 1, Height: 1}}},
		"example a.png: size 0 × 4":       {Leakage: report.Leakage{Rule: "direct"}, Gallery: []report.Example{{Image: "a.png", Thumbnail: good.Thumbnail, Height: 4}}},
		"example a.png: patch: not a PNG": {Leakage: report.Leakage{Rule: "direct"}, Gallery: []report.Example{{Image: "a.png", Thumbnail: good.Thumbnail, Patch: []byte{1}, Width: 4, Height: 4}}},
	} {
		if err := report.Write(io.Discard, r); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v, want one with %q", err, name)
		}
	}
	full := errors.New("disk is full")
	if err := report.Write(failing{full}, report.Report{Leakage: report.Leakage{Rule: "direct"}}); !errors.Is(err, full) {
		t.Errorf("error %v, want %v", err, full)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
