package codeid

import (
	"fmt"
	"io/fs"
	"strings"
)

// A module is what go.mod and go.sum say.
type module struct {
	path     string
	requires []requirement
}

// A requirement is another module in the version that is built in.
type requirement struct {
	path, version, sum string
	replaced           string // by this path and version
}

func (r requirement) identity() string {
	id := r.version
	if r.replaced != "" {
		id += " => " + r.replaced
	}
	return id + " " + r.sum
}

// readModule understands the directives module, require and replace of go.mod, as the go command writes
// them, with and without parentheses.
func readModule(files fs.FS) (module, error) {
	var m module
	mod, err := fs.ReadFile(files, "go.mod")
	if err != nil {
		return m, err
	}
	sums, err := fs.ReadFile(files, "go.sum")
	if err != nil {
		return m, err
	}
	replaced := map[string]string{}
	block := ""
	for line := range strings.Lines(string(mod)) {
		line, _, _ = strings.Cut(line, "//")
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
			continue
		case words[0] == ")":
			block = ""
			continue
		case block != "":
			words = append([]string{block}, words...)
		case len(words) == 2 && words[1] == "(":
			block = words[0]
			continue
		}
		switch {
		case words[0] == "module" && len(words) == 2:
			m.path = words[1]
		case words[0] == "require" && len(words) == 3:
			m.requires = append(m.requires, requirement{path: words[1], version: words[2]})
		case words[0] == "replace":
			from, to, ok := strings.Cut(strings.Join(words[1:], " "), " => ")
			if !ok {
				return m, fmt.Errorf("go.mod: %q is no replacement", line)
			}
			p, _, _ := strings.Cut(from, " ")
			replaced[p] = to
		}
	}
	if m.path == "" {
		return m, fmt.Errorf("go.mod: no module path")
	}
	sum := map[string]string{}
	for line := range strings.Lines(string(sums)) {
		if w := strings.Fields(line); len(w) == 3 {
			sum[w[0]+" "+w[1]] = w[2]
		}
	}
	for i, r := range m.requires {
		by := replaced[r.path]
		m.requires[i].replaced = by
		m.requires[i].sum = sum[r.path+" "+r.version]
		if by != "" {
			m.requires[i].sum = sum[by]
		}
	}
	return m, nil
}

// within returns the folder of a package of the module itself.
func (m module) within(imp string) (string, bool) {
	if imp == m.path {
		return ".", true
	}
	return strings.CutPrefix(imp, m.path+"/")
}

// owner returns the required module with the longest path that the import path lies in.
func (m module) owner(imp string) (requirement, bool) {
	var best requirement
	for _, r := range m.requires {
		if (imp == r.path || strings.HasPrefix(imp, r.path+"/")) && len(r.path) > len(best.path) {
			best = r
		}
	}
	return best, best.path != ""
}
