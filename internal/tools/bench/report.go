package main

import (
	"fmt"
	"strings"
)

// A report is everything that was measured.
type report struct {
	Machine  machine         `json:"machine"`
	Command  string          `json:"command"`
	Figures  []figure        `json:"figures"`
	Packages []packageFigure `json:"packages,omitempty"`
}

// figuresMarkdown is the first table and what must be known to read it.
func (r report) figuresMarkdown() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s\n\n", r.Machine)
	short := 0
	for _, f := range required(r.Figures) {
		if f.Verdict != pass {
			short++
		}
	}
	fmt.Fprintf(&out, "`%s`: of %d figures that are demanded, %d fall short or were not measured.\n\n", r.Command, len(required(r.Figures)), short)
	out.WriteString("| what | must | measured: median (least – greatest) | repeats | |\n|---|---|---|---:|---|\n")
	for _, f := range r.Figures {
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s |\n", cell(f.What), cell(f.Must), cell(f.Measured()), repeats(f.Repeats), mark(f.Verdict))
	}
	return out.String()
}

// packagesMarkdown is the table of the packages' benchmarks, after the commands that repeat them.
func (r report) packagesMarkdown() string {
	if len(r.Packages) == 0 {
		return ""
	}
	var out strings.Builder
	out.WriteString("```sh\n")
	for _, s := range suites() {
		out.WriteString(s.command() + "\n")
	}
	out.WriteString("```\n\n| package | benchmark | median |\n|---|---|---|\n")
	for _, f := range r.Packages {
		fmt.Fprintf(&out, "| %s | %s | %s |\n", cell(f.Package), cell(f.Name), cell(f.String()))
	}
	return out.String()
}

// unmeasured is an error where a figure could not be measured.
func (r report) unmeasured() error {
	var names []string
	for _, f := range r.Figures {
		if f.Verdict == notMeasured {
			names = append(names, f.What)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("not measured: %s", strings.Join(names, "; "))
}

// cell is text that cannot break a table: on one line, without bars.
func cell(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", "\\|")
}

func repeats(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// mark makes what is not as it must be stand out.
func mark(v verdict) string {
	if v == pass || v == none {
		return string(v)
	}
	return "**" + string(v) + "**"
}
