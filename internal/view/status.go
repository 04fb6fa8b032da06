package view

import (
	"fmt"
	"strings"
)

// A Status prints how each instance stands.
type Status interface{ Status(StageTable) error }

var (
	_ Status = (*StatusHuman)(nil)
	_ Status = (*StatusJSON)(nil)
)

// NewStatus returns the view that the stream asks for.
func NewStatus(s Stream) Status {
	if s.JSON {
		return &StatusJSON{s}
	}
	return &StatusHuman{s}
}

// StatusJSON prints a status as one object.
type StatusJSON struct{ stream Stream }

// Status implements [Status].
func (v *StatusJSON) Status(t StageTable) error {
	t.Version = Version
	return v.stream.writeJSON(t)
}

// StatusHuman prints a line for each stage, or for each part of its instances that stands alike.
type StatusHuman struct{ stream Stream }

// Status implements [Status].
func (v *StatusHuman) Status(t StageTable) error {
	p := v.stream.page()
	p.linef("Pipeline %s", p.bold(t.Pipeline))
	if t.Run != "" {
		p.wrapped("", fmt.Sprintf("Run %s is going on; states are as it last reported them.", t.Run))
	}
	p.linef("")
	table := grid{indent: "  ", columns: []column{
		{title: "STATE", fixed: true, paint: p.state}, {title: "STAGE"}, {title: "LAST RUN", fixed: true, spare: true}, {title: "TIME", right: true, spare: true},
	}}
	for _, g := range groupByState(t.Stages) {
		last := Stage{}
		seconds := 0.0
		for _, m := range g.members {
			seconds += m.Seconds
			if m.LastTime.After(last.LastTime) {
				last = m
			}
		}
		title := g.title()
		if len(g.members) > 1 {
			title = fmt.Sprintf("%s ×%d", title, len(g.members))
		}
		spent := ""
		if !last.LastTime.IsZero() {
			spent = Duration(seconds)
		}
		table.add(g.members[0].State, title, minute(last.LastTime), spent)
	}
	table.print(p)
	p.statusReasons(groupStages(t.Stages))
	p.linef("")
	p.wrapped("", statusSummary(t.Stages))
	return p.to(v.stream.Out)
}

// statusReasons says why something is stale, how far it is, or how it failed.
func (p *page) statusReasons(groups []*stageGroup) {
	open := true
	for _, g := range groups {
		first := g.members[0]
		lines := reasonLines(first)
		if first.State == "never" || first.State == "fresh" {
			lines = nil
		}
		if first.Progress != nil {
			lines = []string{progressText(*first.Progress)}
		}
		if first.Error != "" {
			lines = []string{first.Error}
			if !first.Unplanned {
				lines = append(lines, "more: femur logs '"+first.Address+"'")
			}
		}
		if len(lines) == 0 {
			continue
		}
		if open {
			p.linef("")
			open = false
		}
		title := g.title()
		if len(g.members) > 1 {
			title = fmt.Sprintf("%s ×%d", title, len(g.members))
		}
		p.linef("  %s %s", p.state(first.State, first.State), title)
		if len(g.members) > 1 && len(g.members) < g.of && !g.exact {
			p.instances("    ", g)
		}
		for _, line := range lines {
			p.wrapped("    ", line)
		}
	}
}

func statusSummary(stages []Stage) string {
	counts := map[string]int{}
	for _, s := range stages {
		counts[s.State]++
	}
	var parts []string
	for _, state := range []string{"fresh", "stale", "never", "running", "failed"} {
		if counts[state] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[state], state))
		}
	}
	return strings.Join(parts, ", ") + "."
}

// progressText prints how far a stage is: "40 of 200 steps, loss 0.123".
func progressText(p Progress) string {
	text := ""
	if p.Total > 0 {
		text = grouped(p.Done) + " of " + grouped(p.Total)
	} else if p.Done > 0 {
		text = grouped(p.Done)
	}
	if text != "" && p.Unit != "" {
		text += " " + p.Unit
	}
	if p.Text != "" {
		if text != "" {
			text += ", "
		}
		text += p.Text
	}
	return text
}
