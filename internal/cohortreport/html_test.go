package cohortreport_test

import (
	"bytes"
	"errors"
	"fmt"
	"image/png"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"femur/internal/cohort"
	"femur/internal/cohortreport"
	"femur/internal/cohortreport/cohortreporttest"
	"femur/internal/radiograph"
)

func render(t testing.TB, s cohortreport.Summary, pictures []cohortreport.Picture) string {
	t.Helper()
	var b bytes.Buffer
	if err := cohortreport.HTML(&b, s, pictures); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// withoutPictures drops the bytes of pictures, which belong to the JPEG encoder.
func withoutPictures(page string) string {
	return regexp.MustCompile(`(data:image/jpeg;base64,)[A-Za-z0-9+/=&#;]+`).ReplaceAllString(page, "$1")
}

// TestGoldenPage holds a page without the style sheet and the bytes of pictures. FEMUR_LOOK names a folder to
// which the page and the contact sheet are written, to be looked at.
func TestGoldenPage(t *testing.T) {
	in := cohortreporttest.Troubled(t)
	in.Contact = 6
	s := cohortreport.Summarize(in)
	drawn := cohortreporttest.Pictures(t, in, s.Pictured())
	page := withoutPictures(render(t, s, drawn))
	golden(t, "page.golden.html", []byte(regexp.MustCompile(`(?s)<style>.*?</style>`).ReplaceAllString(page, "<style></style>")))

	dir := os.Getenv("FEMUR_LOOK")
	if dir == "" {
		return
	}
	in.Contact = 0
	s = cohortreport.Summarize(in)
	drawn = cohortreporttest.Pictures(t, in, s.Pictured())
	var sheet bytes.Buffer
	if err := cohortreport.ContactSheet(&sheet, cohortreport.Select(drawn, s.Contact)); err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"cohort.html": []byte(render(t, s, drawn)), "contact.png": sheet.Bytes()} {
		if err := os.WriteFile(dir+"/"+name, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPageIsSelfContained looks for anything that would be fetched or run, for values that must not reach a
// reader, and for what a screen reader needs.
func TestPageIsSelfContained(t *testing.T) {
	in := cohortreporttest.Troubled(t)
	in.Title = `<b>"Femur"</b>`
	s := cohortreport.Summarize(in)
	drawn := cohortreporttest.Pictures(t, in, s.Pictured()[:4])
	whole := render(t, s, drawn)
	if render(t, s, drawn) != whole {
		t.Error("two renderings differ")
	}
	page := withoutPictures(whole)
	for _, bad := range []string{"<script", "http:", "https:", "@import", "url(", "javascript", "ZgotmplZ", "NaN", "Inf", "<nil>", "%!", "<b>"} {
		if i := strings.Index(page, bad); i >= 0 {
			t.Errorf("the page contains %q: …%s…", bad, page[max(0, i-60):min(len(page), i+60)])
		}
	}
	ids := map[string]int{}
	for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]]++; ids[m[1]] > 1 {
			t.Errorf("id %q is used twice", m[1])
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
	if drawings < 16 {
		t.Errorf("%d drawings, want the charts and the pictures", drawings)
	}
	if titles, texts := count(`<title id="[^"]+-title">[^<]{10,}</title>`), count(`<desc id="[^"]+-desc">[^<]{20,}</desc>`); titles != drawings || texts != drawings {
		t.Errorf("%d titles and %d descriptions for %d drawings", titles, texts, drawings)
	}
	for i, table := range regexp.MustCompile(`(?s)<table.*?</table>`).FindAllString(page, -1) {
		columns := strings.Count(table, `scope="col"`)
		for _, r := range regexp.MustCompile(`(?s)<tr>\s*<th scope="row".*?</tr>`).FindAllString(table, -1) {
			if cells := strings.Count(r, "<td>") + 1; cells != columns {
				t.Errorf("table %d has %d columns and a row of %d cells", i, columns, cells)
			}
		}
	}
}

// TestEmptyAndOdd renders cohorts that lack something.
func TestEmptyAndOdd(t *testing.T) {
	row := cohort.CohortRow{ID: "a", Patient: "p", Width: 10, Height: 20}
	for name, c := range map[string]struct {
		in   cohortreport.Input
		want string
	}{
		"nothing":        {cohortreport.Input{Title: "T"}, "No radiograph is part of the cohort."},
		"one radiograph": {cohortreport.Input{Title: "T", Rows: []cohort.CohortRow{row}}, "1 radiograph has no label."},
		"only refusals":  {cohortreport.Input{Title: "T", Refusals: []cohortreport.Refused{{ID: "x", Refusal: cohort.Refusal{Summary: "Broken."}}}}, "1: Broken."},
		"no pixels":      {cohortreport.Input{Title: "T", Rows: []cohort.CohortRow{{ID: "a", Label: "AFF", Located: true}}}, "1 radiograph of 1 patient"},
	} {
		t.Run(name, func(t *testing.T) {
			page := render(t, cohortreport.Summarize(c.in), nil)
			if !strings.Contains(page, c.want) {
				t.Errorf("the page lacks %q", c.want)
			}
			for _, bad := range []string{"NaN", "Inf", "%!"} {
				if strings.Contains(page, bad) {
					t.Errorf("the page contains %s", bad)
				}
			}
		})
	}
}

func TestContactSheet(t *testing.T) {
	in := cohortreporttest.Troubled(t)
	chosen := cohortreport.Choose(in.Rows, 8)
	var b, again bytes.Buffer
	drawn := cohortreporttest.Pictures(t, in, chosen)
	for _, w := range []*bytes.Buffer{&b, &again} {
		if err := cohortreport.ContactSheet(w, drawn); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("two sheets of the same pictures differ")
	}
	im, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := im.Bounds().Size().String(), "(1380,648)"; got != want {
		t.Errorf("sheet of %s, want %s for two rows of six", got, want)
	}
	marked := 0
	for y := range im.Bounds().Dy() {
		for x := range im.Bounds().Dx() {
			if r, g, b, _ := im.At(x, y).RGBA(); r>>8 == 0xf0 && g>>8 == 0xe4 && b>>8 == 0x42 {
				marked++
			}
		}
	}
	if marked < 8*60 {
		t.Errorf("%d pixels of marks, want a circle in each of 8 pictures", marked)
	}
	b.Reset()
	if err := cohortreport.ContactSheet(&b, nil); err != nil {
		t.Errorf("a sheet without pictures: %v", err)
	} else if im, err := png.Decode(&b); err != nil || im.Bounds().Empty() {
		t.Errorf("a sheet without pictures is %v (%v)", im, err)
	}
	if err := cohortreport.ContactSheet(&b, []cohortreport.Picture{{ID: "bad", Image: radiograph.Image{Width: 2, Height: 2}}}); err == nil || !strings.Contains(err.Error(), "bad: ") {
		t.Errorf("error is %v, want one that names the picture", err)
	}
	full := errors.New("disk is full")
	if err := cohortreport.ContactSheet(failing{full}, drawn); !errors.Is(err, full) {
		t.Errorf("error is %v, want %v", err, full)
	}
	if err := cohortreport.HTML(failing{full}, cohortreport.Summarize(in), nil); !errors.Is(err, full) {
		t.Errorf("error is %v, want %v", err, full)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestClinicSize holds the report of 4,300 radiographs to its limits in time and bytes; pictures are noise,
// the worst for a compressor.
func TestClinicSize(t *testing.T) {
	in := cohortreport.Input{Title: "T"}
	small := cohortreporttest.Troubled(t)
	for i := range 4300 {
		r := small.Rows[i%len(small.Rows)]
		r.ID, r.Patient, r.Site = fmt.Sprintf("%064x", i*7919), fmt.Sprintf("%064x", i/3), fmt.Sprintf("%032x", i/3%72)
		r.Width, r.Height, r.CenterX, r.CenterY = 2000+int32(i%13)*50, 2500, 400+float64(i%997), 800+float64(i%1009)
		in.Rows = append(in.Rows, r)
	}
	for i := range 400 {
		a, b := in.Rows[i*5], in.Rows[i*5+4]
		in.Links = append(in.Links, cohort.LinkRow{A: a.ID, PatientA: a.Patient, B: b.ID, PatientB: b.Patient, Exact: true})
	}
	start := time.Now()
	s := cohortreport.Summarize(in)
	var drawn []cohortreport.Picture
	for i, id := range s.Pictured() {
		im := radiograph.New(260, 320)
		for k := range im.Pix {
			im.Pix[k] = uint16(hashOf(uint32(k + i*977)))
		}
		drawn = append(drawn, cohortreport.Picture{ID: id, Label: "AFF", Image: im, Located: true})
	}
	page := render(t, s, drawn)
	// It takes a second of one processor; the rest is for machines that do other work beside it, and for the
	// race detector.
	if spent := time.Since(start); spent > time.Minute {
		t.Errorf("the report took %v, want at most a minute", spent)
	}
	t.Logf("page of %d kB, summary of %d kB", len(page)/1000, len(s.Encode())/1000)
	if len(page) > 5_000_000 {
		t.Errorf("page of %d bytes, of pictures of noise: want at most 5 MB", len(page))
	}
	if without := len(withoutPictures(page)); without > 600_000 {
		t.Errorf("page of %d bytes without its pictures, want at most 600 kB", without)
	}
}

// hashOf is noise.
func hashOf(x uint32) uint32 {
	x *= 0x9e3779b1
	x ^= x >> 15
	x *= 0x85ebca77
	return x ^ x>>13
}
