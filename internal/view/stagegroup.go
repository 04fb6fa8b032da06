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
	exact   bool   // a part of the instances, and all that have the values which these have in common
}

// groupStages folds instances of one stage that are in one state for the same reasons, in the
// order in which they come.
func groupStages(stages []Stage) []*stageGroup {
	return groupBy(stages, func(s Stage) string { return s.State + "\n" + strings.Join(reasonLines(s), "\n") })
}

// groupByState folds instances of one stage that are in one state, whatever the reasons.
func groupByState(stages []Stage) []*stageGroup {
	return groupBy(stages, func(s Stage) string { return s.State })
}

// groupBy folds instances of one stage that are alike; one that failed or runs has something of its own
// to say and stays alone.
func groupBy(stages []Stage, alike func(Stage) string) []*stageGroup {
	var groups []*stageGroup
	count := map[string]int{}
	for _, s := range stages {
		name := dag.Address(s.Address).Stage()
		count[name]++
		like := alike(s)
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
		if len(g.members) > 1 && len(g.members) < g.of {
			common, having := g.common(), 0
			for _, s := range stages {
				if dag.Address(s.Address).Stage() == g.stage && hasAll(s.Address, common) {
					having++
				}
			}
			g.exact = having == len(g.members)
		}
		if _, ok := place[g.stage]; !ok {
			place[g.stage] = i
		}
	}
	slices.SortStableFunc(groups, func(a, b *stageGroup) int { return place[a.stage] - place[b.stage] })
	return groups
}

// reasonLines lists the texts of an instance's reasons, each once, what it waits for in one line at the
// end, and files that changed alike in one. Values of the matrix do not belong in them, or no two
// instances would be alike.
func reasonLines(s Stage) []string {
	var lines, waits []string
	type files struct {
		line  int
		names []string
	}
	changed := map[string]*files{} // by what happened to them
	for _, r := range s.Reasons {
		if stage, _, _ := strings.Cut(r.Subject, "["); r.Component == "input" && r.New == "" && stage != "" {
			if !slices.Contains(waits, stage) {
				waits = append(waits, stage)
			}
			continue
		}
		text := r.Text
		if text == "" {
			text = r.Component + " " + r.Subject
		}
		if verb, ok := strings.CutPrefix(text, "code: "+r.Subject+" "); ok {
			if f, ok := changed[verb]; ok {
				f.names = append(f.names, r.Subject)
				lines[f.line] = "code: " + some(f.names, maxFiles, "file") + " " + verb
				continue
			}
			changed[verb] = &files{len(lines), []string{r.Subject}}
		}
		if cut := foldAddress(text); !slices.Contains(lines, cut) {
			lines = append(lines, cut)
		}
	}
	if len(waits) > 0 {
		lines = append(lines, "waits for "+strings.Join(waits, ", "))
	}
	return lines
}

// maxFiles is how many files of one reason are named; femur explain names them all.
const maxFiles = 4

// some joins the first names of a list, and says how many more there are.
func some(names []string, limit int, noun string) string {
	if len(names) <= limit+1 {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:limit], ", ") + " and " + Count(len(names)-limit, "more "+noun)
}

// title names a group: the address of a single instance, else the stage with the values that its members
// have in common.
func (g *stageGroup) title() string {
	return strings.Replace(g.common(), "[…]", "", 1)
}

func (g *stageGroup) common() string {
	addresses := make([]string, len(g.members))
	for i, m := range g.members {
		addresses[i] = m.Address
	}
	return commonAddress(addresses)
}

// hasAll reports whether an address has all values that are common to others, as [commonAddress] gives
// them.
func hasAll(address, common string) bool {
	values := strings.Split(matrixOf(address), ",")
	for value := range strings.SplitSeq(matrixOf(common), ",") {
		if value != "…" && !slices.Contains(values, value) {
			return false
		}
	}
	return true
}
