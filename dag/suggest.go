package dag

import (
	"fmt"
	"slices"
	"strings"
)

// didYouMean ends a message about an unknown name: with the nearest known one when it is near, else
// with all that there are, up to a number that still can be read.
func didYouMean(name, what string, known []string) string {
	known = slices.Clone(known)
	slices.Sort(known)
	known = slices.Compact(known)
	best, nearest := max(3, len(name)/3+1), ""
	for _, k := range known {
		if d := distance(name, k); d < best {
			best, nearest = d, k
		}
	}
	const most = 12
	switch {
	case nearest != "":
		return fmt.Sprintf(" Did you mean %s?", nearest)
	case len(known) == 0:
		return fmt.Sprintf(" There are no %s.", what)
	case len(known) > most:
		return fmt.Sprintf(" There are %d %s, such as %s.", len(known), what, strings.Join(known[:3], ", "))
	}
	return fmt.Sprintf(" The %s are %s.", what, strings.Join(known, ", "))
}

// distance counts the letters to insert, delete or replace that turn a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
