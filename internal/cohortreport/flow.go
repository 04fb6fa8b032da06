package cohortreport

import (
	"fmt"
	"strings"

	"femur/internal/report/page"
)

// A FlowPart is a part that a study makes of its cohort, such as the development or the test part.
type FlowPart struct {
	Name                  string
	Patients, Radiographs int
}

// Flow draws what became of the source, after the flow diagrams of STARD: files found, refused and skipped
// with the reasons, the cohort by label, and the parts that a study makes of it, if there are any.
func Flow(s Summary, parts []FlowPart) page.Chart {
	c := page.Chart{ID: "flow", Title: "From the files found to the cohort", Width: 720, Wide: true}
	const left, width, aside, asideWidth, line = 4.0, 290.0, 366.0, 350.0, 18.0
	var told []string
	y := 4.0
	// box draws lines of text in a frame, the first and those after a gap as headings, and returns its lower edge.
	box := func(x, w float64, lines []string) float64 {
		h := line*float64(len(lines)) + 14
		c.Rectangle("frame", x, y, w, h)
		for i, text := range lines {
			class := ""
			if i == 0 || lines[i-1] == "" {
				class = "strong"
			}
			if text != "" {
				c.Text(class, x+12, y+line*float64(i)+20, text)
				told = append(told, text)
			}
		}
		return y + h
	}
	arrow := func(from, to float64) {
		c.Path("arrow", "M# #V#m-4-6l4 6l4-6", left+width/2, from, to)
	}
	lower := box(left, width, []string{count(s.Files.Found, "file") + " or frames found"})
	y = lower + 26
	if lines := leftOut(s); len(lines) > 0 {
		end := box(aside, asideWidth, lines)
		middle := (y + end) / 2
		c.Path("arrow", "M# #H#m-6-4l6 4l-6 4", left+width/2, middle, aside-2)
		y = end + 26
	}
	arrow(lower, y-2)
	lines := []string{fmt.Sprintf("%s of %s", count(s.Files.Used, "radiograph"), count(s.All.Patients, "patient"))}
	for _, x := range s.All.ByLabel {
		lines = append(lines, fmt.Sprintf("%s: %s of %s", clip(labelName(x.Label), 14), grouped(x.Radiographs), count(x.Patients, "patient")))
	}
	lower = box(left, width, lines)
	if len(parts) > 0 {
		y = lower + 26
		arrow(lower, y-2)
		lines = []string{"Parts of the study, radiographs"}
		for _, p := range parts {
			lines = append(lines, fmt.Sprintf("%s: %s of %s", clip(p.Name, 14), grouped(p.Radiographs), count(p.Patients, "patient")))
		}
		lower = box(left, width, lines)
	}
	c.Height = int(lower) + 6
	c.Description = strings.Join(told, "; ") + "."
	return c
}

// shownReasons is how many reasons fit beside the flow.
const shownReasons = 6

// leftOut lists what did not become part of the cohort, and why.
func leftOut(s Summary) []string {
	var lines []string
	add := func(what string, n int, reasons []Reason) {
		if n == 0 {
			return
		}
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, fmt.Sprintf("%s %s", grouped(n), what))
		for i, r := range reasons {
			if i == shownReasons {
				lines = append(lines, "and other reasons")
				break
			}
			lines = append(lines, fmt.Sprintf("%s: %s", grouped(r.Files), clip(r.Summary, 42)))
		}
	}
	add("refused", s.Files.Refused, s.Refusals)
	add("skipped on purpose", s.Files.Skipped, s.Skipped)
	return lines
}
