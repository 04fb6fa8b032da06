package view

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"femur/dag"
)

// maxReports bounds how many reports the end of a run names.
const maxReports = 4

// summary prints how a run ended, on one screen.
func (v *RunHuman) summary(p *page) {
	p.linef("")
	if len(v.stages) > 0 && v.end.Totals.Hit < sum(v.end.Totals) {
		v.stageTable(p)
		p.linef("")
	}
	text := runSummary(v.end)
	switch {
	case v.end.Totals.Failed > 0 || v.end.Interrupted:
		p.sentence(p.bold, text)
	default:
		p.sentence(p.green, text)
	}
	p.findings(v.found)
	for i, r := range v.reports {
		if i == maxReports {
			p.linef("  … and %d more: femur ls", len(v.reports)-i)
			break
		}
		if i == 0 && len(v.found) == 0 {
			p.linef("")
		}
		file := path.Base(extension(r.artifact))
		if len(v.reports) > 1 { // one must not be written over another
			stage, _, _ := strings.Cut(strings.TrimSuffix(r.artifact, "."+strings.TrimSuffix(file, path.Ext(file))), "[")
			file = strings.ReplaceAll(stage, ".", "-") + path.Ext(file)
		}
		p.linef("  the report:   femur export %s %s  (%s)", shellQuote(r.artifact), file, Bytes(r.size))
	}
}

// sentence prints wrapped text, painted line by line.
func (p *page) sentence(paint func(string) string, text string) {
	for _, line := range wrap(text, p.width) {
		p.linef("%s", paint(line))
	}
}

func (v *RunHuman) stageTable(p *page) {
	g := grid{indent: "  ", columns: []column{
		{title: "STAGE"}, {title: "REUSED", right: true}, {title: "DONE", right: true},
		{title: "FAILED", right: true}, {title: "SKIPPED", right: true, spare: true}, {title: "TIME", right: true, spare: true},
	}}
	for _, t := range v.stages {
		spent := ""
		if t.totals.Done+t.totals.Failed > 0 {
			spent = Duration(t.seconds)
		}
		g.add(t.stage, blankZero(t.totals.Hit), blankZero(t.totals.Done), blankZero(t.totals.Failed), blankZero(t.totals.Skipped), spent)
	}
	g.print(p)
}

func blankZero(n int) string {
	if n == 0 {
		return "·"
	}
	return strconv.Itoa(n)
}

func sum(t dag.Totals) int { return t.Hit + t.Done + t.Failed + t.Skipped }

func runSummary(e dag.RunEnd) string {
	t := e.Totals
	if !e.Interrupted && t.Failed == 0 && t.Skipped == 0 && t.Done == 0 {
		return fmt.Sprintf("Nothing to do: all %d instances are in the cache (%s).", t.Hit, Duration(e.Seconds))
	}
	var parts []string
	for _, part := range []struct {
		n    int
		word string
	}{{t.Hit, "reused"}, {t.Done, "done"}, {t.Failed, "failed"}, {t.Skipped, "not started"}} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.word))
		}
	}
	word := "Done"
	switch {
	case e.Interrupted:
		word = "Interrupted"
		parts = append(parts, "what was finished is kept")
	case t.Failed > 0:
		word = "Failed"
	}
	return fmt.Sprintf("%s after %s. %s: %s.", word, Duration(e.Seconds), Count(sum(t), "instance"), strings.Join(parts, ", "))
}

// extension makes a file name of an artifact's address: its output's name, with .html.
func extension(artifact string) string {
	return artifact[strings.LastIndexByte(artifact, '.')+1:] + ".html"
}

// shellQuote quotes text that a shell would take apart, such as the brackets of a matrix.
func shellQuote(s string) string {
	if strings.ContainsAny(s, "[]* $&;()<>|'\"\\`!{}?~#") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}
