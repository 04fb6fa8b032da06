package cohortreport

import (
	"bytes"
	"fmt"
	"html/template"
	"io"

	"femur/internal/radiograph"
	"femur/internal/report/page"
)

// HTML writes the report as one page with nothing to fetch. Of the pictures, those are shown that
// [Summary.Pictured] lists. It wraps w's error, and refuses a picture without pixels.
func HTML(w io.Writer, s Summary, pictures []Picture) error {
	contact, err := contactSection(s, pictures)
	if err != nil {
		return fmt.Errorf("cohort report: %w", err)
	}
	copies, err := duplicatesSection(s, pictures)
	if err != nil {
		return fmt.Errorf("cohort report: %w", err)
	}
	findings, err := findingsSection(s)
	if err != nil {
		return fmt.Errorf("cohort report: %w", err)
	}
	d := page.Document{Title: s.Title, Notice: s.Notice, Sections: []page.Section{
		overviewSection(s), findings, contact, compositionSection(s), shortcutSection(s), sizesSection(s), spacingSection(s),
		centersSection(s), annotatorsSection(s), copies, refusalsSection(s), methodsSection(),
	}}
	if err := page.Write(w, d); err != nil {
		return fmt.Errorf("cohort report: %w", err)
	}
	return nil
}

// findingsTemplate lists warnings, the level as a word and not as a color alone.
const findingsTemplate = `<ul class="findings">
{{- range .}}
<li class="{{.Level}}"><strong>{{if eq .Level "problem"}}Problem{{else}}Caution{{end}}, {{.Topic}}.</strong> {{.Text}}</li>
{{- end}}
</ul>`

func findingsSection(s Summary) (page.Section, error) {
	out := page.Section{ID: "findings", Title: "What to look at first"}
	if len(s.Warnings) == 0 {
		out.Text = []string{"Nothing: no contradiction was found, nothing is missing, and no property of the acquisition goes with the label."}
		return out, nil
	}
	out.Text = []string{"Problems are contradictions in the data, to be mended at their source. Cautions limit what can be concluded, and belong in the study's text."}
	body, err := s.Findings()
	out.Body = body
	return out, err
}

// Findings are the warnings as a list for a section of a page; empty where there are none.
func (s Summary) Findings() (template.HTML, error) {
	if len(s.Warnings) == 0 {
		return "", nil
	}
	return page.Render(findingsTemplate, s.Warnings)
}

func contactSection(s Summary, pictures []Picture) (page.Section, error) {
	out := page.Section{ID: "contact", Title: "Contact sheet", Small: true}
	shown := Select(pictures, s.Contact)
	if len(shown) == 0 {
		out.Text = []string{"No radiograph is pictured."}
		return out, nil
	}
	out.Text = []string{fmt.Sprintf("%d of %s, the same number of each label as far as there are so many, each of another patient as far as there are; chosen by a hash of their ids, so not by their looks. Circle: annotated center. Grays are stretched to be looked at.",
		len(shown), count(s.Files.Used, "radiograph"))}
	for i, p := range shown {
		drawn, err := drawnPicture(fmt.Sprintf("contact-%d", i), p)
		if err != nil {
			return out, err
		}
		out.Pictures = append(out.Pictures, drawn)
	}
	return out, nil
}

// jpegQuality keeps a picture at some ten kilobytes.
const jpegQuality = 78

// drawnPicture makes a picture of the page, its center in a circle.
func drawnPicture(id string, p Picture) (page.Picture, error) {
	if err := p.Image.Validate(); err != nil {
		return page.Picture{}, fmt.Errorf("picture %s: %w", p.ID, err)
	}
	p = p.within(PictureSide)
	var b bytes.Buffer
	if err := radiograph.WriteJPEG(&b, stretched(p.Image), jpegQuality); err != nil {
		return page.Picture{}, fmt.Errorf("picture %s: %w", p.ID, err)
	}
	url, err := page.DataURL(b.Bytes())
	if err != nil {
		return page.Picture{}, fmt.Errorf("picture %s: %w", p.ID, err)
	}
	width, height := float64(p.Image.Width), float64(p.Image.Height)
	out := page.Picture{
		ID: id, Image: url, Width: page.Coordinate(width), Height: page.Coordinate(height),
		Title: fmt.Sprintf("Radiograph %s, %s", p.ID, labelName(p.Label)), Description: "No center of a fracture is annotated.",
		Caption: labelName(p.Label) + " · " + p.ID,
	}
	if !p.Located {
		out.Caption += " · no center"
		return out, nil
	}
	out.Description = fmt.Sprintf("The annotated center is at %.0f percent of the width and %.0f percent of the height.", 100*p.Center.X/width, 100*p.Center.Y/height)
	var c page.Chart
	c.Dot("truth", p.Center.X, p.Center.Y, 0.035*max(width, height))
	out.Marks = c.Overlays(1.6 * max(width, height))
	return out, nil
}

// pairsTemplate sets two pictures side by side, with what is known of them below.
const pairsTemplate = `<ul class="pairs">
{{- range .}}
<li>
<p><strong>{{.Title}}</strong></p>
<ul class="gallery small">
{{- template "picture" .A}}{{template "picture" .B}}
</ul>
<p class="note">{{.Text}}</p>
</li>
{{- end}}
</ul>`

// A pairDrawn is a pair as its template sees it.
type pairDrawn struct {
	Title, Text string
	A, B        page.Picture
}

// drawnPairs draws the pairs of which both pictures are there.
func drawnPairs(s Summary, pictures []Picture) (template.HTML, error) {
	var drawn []pairDrawn
	for i, p := range s.Duplicates.Pairs {
		both := Select(pictures, []string{p.A, p.B})
		if len(both) != 2 {
			continue
		}
		d := pairDrawn{Title: p.title(), Text: p.text()}
		for k, side := range []*page.Picture{&d.A, &d.B} {
			drawn, err := drawnPicture(fmt.Sprintf("pair-%d-%d", i, k), both[k])
			if err != nil {
				return "", err
			}
			drawn.Caption += " · patient " + []string{p.PatientA, p.PatientB}[k]
			*side = drawn
		}
		drawn = append(drawn, d)
	}
	if len(drawn) == 0 {
		return "", nil
	}
	return page.Render(pairsTemplate, drawn)
}

// title says what the pair is, in short.
func (p Pair) title() string {
	of := "The same patient"
	if p.PatientA != p.PatientB {
		of = "Two patients"
	}
	if p.Conflict != "" {
		of += ", another " + p.Conflict
	}
	return of
}

// text says how alike the two are.
func (p Pair) text() string {
	if p.Exact {
		return "Equal pixels."
	}
	how := ""
	if p.Mirrored != "" {
		how += ", mirrored (" + p.Mirrored + ")"
	}
	if p.Inverted {
		how += ", bright and dark exchanged"
	}
	return fmt.Sprintf("The same exposure%s: %d of 256 bits of the hashes differ, correlation of the aligned pixels %s.", how, p.Distance, correlationText(p.Correlation))
}

// correlationText keeps the digits in which a correlation near 1 differs from it.
func correlationText(r float64) string {
	if r > 0.99 && r < 0.99995 {
		return fmt.Sprintf("%.4f", r)
	}
	return fmt.Sprintf("%.2f", r)
}
