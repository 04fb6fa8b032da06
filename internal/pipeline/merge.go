package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// A merger collects the faults of a stage's instances, each once.
type merger struct {
	all     []*instance
	order   []string
	entries map[string]*merged
}

type merged struct {
	diagnostic *hcl.Diagnostic
	instances  []*instance
}

func newMerger(all []*instance) *merger { return &merger{all: all, entries: map[string]*merged{}} }

func (m *merger) add(i *instance, ds []*hcl.Diagnostic) {
	for _, d := range ds {
		id := fmt.Sprintf("%d %s %s %s", d.Severity, d.Summary, d.Detail, d.Subject)
		e := m.entries[id]
		if e == nil {
			e = &merged{diagnostic: d}
			m.entries[id] = e
			m.order = append(m.order, id)
		}
		if !slices.Contains(e.instances, i) {
			e.instances = append(e.instances, i)
		}
	}
}

// diagnostics says which instances have a fault that not all of them have.
func (m *merger) diagnostics() hcl.Diagnostics {
	var out hcl.Diagnostics
	for _, id := range m.order {
		e := m.entries[id]
		if len(e.instances) < len(m.all) {
			e.diagnostic.Detail += fmt.Sprintf(" This concerns %s.", concerned(e.instances))
		}
		out = append(out, e.diagnostic)
	}
	return out
}

// concerned names instances of one stage: by the matrix values they have in common, when these are
// exactly theirs, else one by one.
func concerned(instances []*instance) string {
	var addresses []string
	for _, i := range instances {
		addresses = append(addresses, string(i.address))
	}
	s := instances[0].of
	var common []string
	product := 1
	for _, k := range s.matrix {
		var values []string
		for _, i := range instances {
			if v, _ := i.coordinate(k.name); !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
		product *= len(values)
		if len(values) < len(k.texts) {
			common = append(common, fmt.Sprintf("%s = %s", k.name, strings.Join(values, " or ")))
		}
	}
	if len(instances) == 1 || product != len(instances) {
		return listed(addresses, 3)
	}
	return fmt.Sprintf("%s with %s", s.address, strings.Join(common, " and "))
}
