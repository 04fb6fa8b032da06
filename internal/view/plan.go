package view

import (
	"fmt"
	"strings"
)

// A Plan prints what would run, and why.
type Plan interface{ Plan(StageTable) error }

var (
	_ Plan = (*PlanHuman)(nil)
	_ Plan = (*PlanJSON)(nil)
)

// NewPlan returns the view that the stream asks for.
func NewPlan(s Stream) Plan {
	if s.JSON {
		return &PlanJSON{s}
	}
	return &PlanHuman{s}
}

// PlanJSON prints a plan as one object.
type PlanJSON struct{ stream Stream }

// Plan implements [Plan].
func (v *PlanJSON) Plan(t StageTable) error {
	t.Version = Version
	return v.stream.writeJSON(t)
}

// PlanHuman prints an entry for each stage with its reasons; instances that stand alike share one.
type PlanHuman struct{ stream Stream }

// Plan implements [Plan].
func (v *PlanHuman) Plan(t StageTable) error {
	p := v.stream.page()
	p.linef("Pipeline %s: %s in %s.", p.bold(t.Pipeline), Count(len(t.Stages), "instance"), Count(stageCount(t.Stages), "stage"))
	if t.NoCache {
		p.linef("There is no cache yet; the first run makes it.")
	}
	p.linef("")
	groups := groupStages(t.Stages)
	for i, g := range groups {
		p.planGroup(g)
		if i < len(groups)-1 && len(g.members[0].Reasons) > 0 {
			p.linef("")
		}
	}
	p.linef("")
	p.wrapped("", planSummary(t.Totals))
	return p.to(v.stream.Out)
}

func (p *page) planGroup(g *stageGroup) {
	first := g.members[0]
	right := ""
	if g.of > 1 {
		right = fmt.Sprintf("%d of %d", len(g.members), g.of)
	}
	if hit, total := itemTotals(g.members); total > 0 && first.State == "run" && hit > 0 {
		right += fmt.Sprintf("  %s of %s items cached", grouped(hit), grouped(total))
	}
	if right = strings.TrimSpace(right); right != "" {
		right = "  " + p.dim(right)
	}
	p.linef("  %s  %s%s", p.state(pad(first.State, 7), first.State), p.bold(g.title()), right)
	if len(g.members) > 1 && len(g.members) < g.of && !g.exact {
		p.instances("           ", g)
	}
	for _, line := range reasonLines(first) {
		p.wrapped("           ", line)
	}
}

// instances lists the coordinates of a group's members.
func (p *page) instances(indent string, g *stageGroup) {
	parts := make([]string, len(g.members))
	for i, m := range g.members {
		parts[i] = "[" + matrixOf(m.Address) + "]"
	}
	p.wrapped(indent, strings.Join(parts, " "))
}

func itemTotals(stages []Stage) (hit, total int) {
	for _, s := range stages {
		if s.Items != nil {
			hit += s.Items.Hit
			total += s.Items.Total
		}
	}
	return hit, total
}

func stageCount(stages []Stage) int {
	names := map[string]bool{}
	for _, s := range stages {
		name, _, _ := strings.Cut(s.Address, "[")
		names[name] = true
	}
	return len(names)
}

func planSummary(t PlanTotals) string {
	switch {
	case t.Run == 0 && t.Depends == 0:
		return fmt.Sprintf("Nothing to do: all %d instances are in the cache.", t.Hit)
	case t.Depends == 0:
		return fmt.Sprintf("Plan: %d reused, %d to run.", t.Hit, t.Run)
	}
	return fmt.Sprintf("Plan: %d reused, %d to run, %d that depend on what those produce.", t.Hit, t.Run, t.Depends)
}
