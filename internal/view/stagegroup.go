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

// foldAddress replaces the matrix of an address inside a text by […], which keeps it readable in a
// line that speaks for many instances.
func foldAddress(text string) string {
	var b strings.Builder
	for {
		open := strings.IndexByte(text, '[')
		if open < 0 {
			break
		}
		end := strings.IndexByte(text[open:], ']')
		if end < 0 || !strings.ContainsRune(text[open:open+end], '=') || open == 0 || text[open-1] == ' ' {
			b.WriteString(text[:open+1])
			text = text[open+1:]
			continue
		}
		b.WriteString(text[:open] + "[…]")
		text = text[open+end+1:]
	}
	return b.String() + text
}

// matrixOf returns the coordinates of an address, "model=vit-tiny,fold=0", or nothing.
func matrixOf(address string) string {
	_, rest, _ := strings.Cut(address, "[")
	return strings.TrimSuffix(rest, "]")
}

// title names a group: the address of a single instance, else the stage.
func (g *stageGroup) title() string {
	if len(g.members) == 1 {
		return g.members[0].Address
	}
	return g.stage
}
