package annotations

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"femur/dag"
)

// clinicPattern is the clinic's convention for names of files:
// patient_449_CONTROL_class_1_modality_CR_scanoccasion_0_imagenumber_2.png.
const clinicPattern = `^patient_(?P<patient>\w+?)_(?P<label>[A-Za-z]+)_class_\w+?_modality_(?P<modality>\w+?)_scanoccasion_\w+?_imagenumber_\w+?\.\w+$`

// maxPattern bounds the length of a pattern, in bytes.
const maxPattern = 4096

// A Pattern reads what the name of an image says: a regular expression in RE2 syntax with named groups.
type Pattern struct {
	re   *regexp.Regexp
	base bool // only the last element of the name is looked at
}

// patternGroups are the groups that a pattern may have.
var patternGroups = []string{"patient", "label", "view", "side", "site", "modality", "implant"}

// NewPattern compiles a pattern. It is looked for anywhere in the name of an image, which is
// slash-separated and relative to the folder of images: ^ and $ bind it to the ends. Its groups are
// (?P<patient>…), label, view, side, site, modality and implant; unnamed groups are ignored.
func NewPattern(expression string) (*Pattern, error) {
	if len(expression) > maxPattern {
		return nil, fmt.Errorf("the pattern has %d bytes, more than %d", len(expression), maxPattern)
	}
	re, err := regexp.Compile(expression)
	if err != nil {
		return nil, fmt.Errorf("the pattern is no regular expression: %w", err)
	}
	var named []string
	for _, name := range re.SubexpNames() {
		switch {
		case name == "":
		case !slices.Contains(patternGroups, name):
			return nil, fmt.Errorf("the pattern has a group %q; groups are %s", name, strings.Join(patternGroups, ", "))
		case slices.Contains(named, name):
			return nil, fmt.Errorf("the pattern has two groups %q", name)
		default:
			named = append(named, name)
		}
	}
	if len(named) == 0 {
		return nil, fmt.Errorf("the pattern has no named group, such as (?P<patient>[^_]+); groups are %s", strings.Join(patternGroups, ", "))
	}
	return &Pattern{re: re}, nil
}

// ClinicPattern is the convention patient_ID_LABEL_class_N_modality_M_scanoccasion_N_imagenumber_N.png, which is
// understood without being asked for. It looks at the last element of a name.
func ClinicPattern() *Pattern { return &Pattern{re: regexp.MustCompile(clinicPattern), base: true} }

// Match returns what a name says, by group, and whether it follows the pattern at all.
func (p *Pattern) Match(name string) (said map[string]string, ok bool) {
	if p.base {
		name = path.Base(name)
	}
	m := p.re.FindStringSubmatch(name)
	if m == nil {
		return nil, false
	}
	said = map[string]string{}
	for i, group := range p.re.SubexpNames() {
		if group != "" && m[i] != "" {
			said[group] = m[i]
		}
	}
	return said, true
}

// Has reports whether the pattern has a group.
func (p *Pattern) Has(group string) bool { return p.re.SubexpIndex(group) >= 0 }

// String is the regular expression.
func (p *Pattern) String() string { return p.re.String() }

// pattern compiles the pattern of the options; nil when there is none.
func (o Options) pattern() (*Pattern, error) {
	if o.Pattern == "" {
		return nil, nil
	}
	p, err := NewPattern(o.Pattern)
	if err != nil {
		return nil, &dag.BadInput{Summary: err.Error(), Detail: "Correct the pattern of the source."}
	}
	return p, nil
}
