// Package zoo finds a backbone by name. It decides nothing else: it holds no
// number that changes a result, since the code that enters a stage's key is the
// chosen backbone's package and not the others'.
package zoo

import (
	"fmt"
	"slices"
	"strings"

	"femur/models/backbone"
	"femur/models/backbone/cnnsmall"
	"femur/models/backbone/resnet"
	"femur/models/backbone/vit"
)

// A family is one package of backbones.
type family struct {
	path     string
	variants []backbone.Variant
}

func families() []family {
	return []family{
		{"models/backbone/cnnsmall", cnnsmall.Variants()},
		{"models/backbone/resnet", resnet.Variants()},
		{"models/backbone/vit", vit.Variants()},
	}
}

// Names lists all backbones in order of the alphabet.
func Names() []string {
	var names []string
	for _, f := range families() {
		for _, v := range f.variants {
			names = append(names, v.Name)
		}
	}
	slices.Sort(names)
	return names
}

// Lookup finds a backbone. The error for an unknown name lists the known ones
// and, where one is close, asks whether it was meant.
func Lookup(name string) (backbone.Variant, error) {
	_, v, err := find(name)
	return v, err
}

// Package returns the package of a backbone, below the module's root:
// "models/backbone/vit" for "vit-tiny".
func Package(name string) (string, error) {
	f, _, err := find(name)
	return f.path, err
}

func find(name string) (family, backbone.Variant, error) {
	for _, f := range families() {
		for _, v := range f.variants {
			if v.Name == name {
				return f, v, nil
			}
		}
	}
	return family{}, backbone.Variant{}, Unknown("model", name, Names())
}

// Unknown is the error for a name that is not on a list.
func Unknown(kind, name string, known []string) error {
	hint := ""
	if close := closest(name, known); close != "" {
		hint = fmt.Sprintf(" did you mean %q?", close)
	}
	return fmt.Errorf("no %s is called %q;%s choose one of %s", kind, name, hint, strings.Join(known, ", "))
}

// closest returns the known name fewest edits away, "" where none is close.
func closest(name string, known []string) string {
	best, least := "", 4
	for _, k := range known {
		if d := distance(strings.ToLower(name), k); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance is Levenshtein's.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}
