package view

import (
	"slices"
	"strings"

	"femur/dag"
)

// A stageGroup is the instances of one stage that stand alike, shown as one entry.
type stageGroup struct {
	stage   string // KIND.NAME
	of      int    // instances of the stage in all
	members []Stage
	like    string // what the members share
}

// groupStages folds instances of one stage that are in one state for the same reasons, in the
// order in which they come.
func groupStages(stages []Stage) []*stageGroup {
	var groups []*stageGroup
	count := map[string]int{}
	for _, s := range stages {
		name := dag.Address(s.Address).Stage()
		count[name]++
		like := s.State + "\n" + strings.Join(reasonLines(s), "\n")
		if s.Error != "" || s.Progress != nil {
			like += "\n" + s.Address
		}
		i := slices.IndexFunc(groups, func(g *stageGroup) bool { return g.stage == name && g.like == like })
		if i < 0 {
			groups = append(groups, &stageGroup{stage: name, like: like})
			i = len(groups) - 1
		}
		groups[i].members = append(groups[i].members, s)
	}
	// Entries of one stage stand together, where its first instance stands.
	place := map[string]int{}
	for i, g := range groups {
		g.of = count[g.stage]
		if _, ok := place[g.stage]; !ok {
			place[g.stage] = i
		}
	}
	slices.SortStableFunc(groups, func(a, b *stageGroup) int { return place[a.stage] - place[b.stage] })
	return groups
}

// reasonLines lists the texts of an instance's reasons, each once. Values of the matrix do not
// belong in them, or no two instances would be alike.
func reasonLines(s Stage) []string {
	var lines []string
	for _, r := range s.Reasons {
		text := r.Text
		if text == "" {
			text = r.Component + " " + r.Subject
		}
		if cut := foldAddress(text); !slices.Contains(lines, cut) {
			lines = append(lines, cut)
		}
	}
	return lines
}

// title names a group: the address of a single instance, else the stage.
func (g *stageGroup) title() string {
	if len(g.members) == 1 {
		return g.members[0].Address
	}
	return g.stage
}
