package pipeline

import (
	"fmt"
	"slices"
	"strings"
)

// didYouMean ends a sentence about an unknown name: with the nearest known one if it is near enough,
// else with all that there are.
func didYouMean(name, what string, known []string) string {
	if s := nearest(name, known); s != "" {
		return fmt.Sprintf(" Did you mean %q?", s)
	}
	if len(known) == 0 {
		return fmt.Sprintf(" There are no %s.", what)
	}
	known = slices.Clone(known)
	slices.Sort(known)
	return fmt.Sprintf(" The %s are %s.", what, strings.Join(slices.Compact(known), ", "))
}

// nearest returns the known name with the smallest edit distance, if that is at most 2 or a third of
// the name, and the alphabetically first of several.
func nearest(name string, known []string) string {
	known = slices.Clone(known)
	slices.Sort(known)
	best, limit := "", max(2, len(name)/3)+1
	for _, k := range known {
		if d := editDistance(name, k); d < limit && d < max(len(name), len(k)) {
			best, limit = k, d
		}
	}
	return best
}

// editDistance is Levenshtein's, with the swap of two neighbors counted once.
func editDistance(a, b string) int {
	s, t := []rune(a), []rune(b)
	var before []int
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(s); i++ {
		next := make([]int, len(t)+1)
		next[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(t)]
}

// listed joins names for a sentence: "a", "a and b", "a, b and c"; past most of them it counts.
func listed(names []string, most int) string {
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
