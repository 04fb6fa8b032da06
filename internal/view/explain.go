package view

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// An Explanation is why an instance runs, or why it does not have to.
type Explanation struct {
	Version string   `json:"version"`
	Address string   `json:"address"`
	State   string   `json:"state"`
	Key     string   `json:"key,omitempty"`
	OldKey  string   `json:"old_key,omitempty"` // of the last execution, where it is another
	Changes []Change `json:"changes"`
	// Waits lists the instances upstream that have to run before this one can be decided.
	Waits []string `json:"waits,omitempty"`
	Last  *LastRun `json:"last,omitempty"`
	// Ingredients counts what the key is made of, by component.
	Ingredients []Ingredient `json:"ingredients"`
}

// A Change is a reason with what is known beyond it.
type Change struct {
	Reason
	// From is the artifact at an input.
	From string `json:"from,omitempty"`
}

// An Ingredient is one field of a recipe.
type Ingredient struct {
	Component string `json:"component"`
	Label     string `json:"label"`
	Value     string `json:"value"`
}

// LastRun is when an instance was executed last, and where.
type LastRun struct {
	Run         string            `json:"run"`
	Time        time.Time         `json:"time"`
	Seconds     float64           `json:"seconds"`
	Host        string            `json:"host"`
	Environment map[string]string `json:"environment"`
	Accepted    string            `json:"accepted,omitempty"`
	Purity      string            `json:"purity"`             // what its stage promises: exact, pinned or varies
	Verified    *Verified         `json:"verified,omitempty"` // the last time it was made again to compare
}

// An Explain prints an explanation.
type Explain interface{ Explain(Explanation) error }

var (
	_ Explain = (*ExplainHuman)(nil)
	_ Explain = (*ExplainJSON)(nil)
)

// NewExplain returns the view that the stream asks for; long lists every ingredient of the key.
func NewExplain(s Stream, long bool) Explain {
	if s.JSON {
		return &ExplainJSON{s}
	}
	return &ExplainHuman{s, long}
}

// ExplainJSON prints one object.
type ExplainJSON struct{ stream Stream }

// Explain implements [Explain].
func (v *ExplainJSON) Explain(e Explanation) error {
	e.Version = Version
	if e.Changes == nil {
		e.Changes = []Change{}
	}
	if e.Ingredients == nil {
		e.Ingredients = []Ingredient{}
	}
	return v.stream.writeJSON(e)
}

// ExplainHuman prints a line for each change, old → new, and what it was compared with.
type ExplainHuman struct {
	stream Stream
	long   bool
}

// Explain implements [Explain].
func (v *ExplainHuman) Explain(e Explanation) error {
	p := v.stream.page()
	p.linef("%s: %s", p.bold(e.Address), p.state(e.State, e.State))
	p.wrapped("", explainSummary(e))
	for _, c := range e.Changes {
		if len(e.Waits) > 0 && c.Component == "input" && c.New == "" {
			continue // below, as what it waits for
		}
		p.linef("")
		p.change(c)
	}
	if len(e.Waits) > 0 {
		p.linef("")
		for i, w := range e.Waits {
			if i == 12 {
				p.linef("  … and %d more", len(e.Waits)-i)
				break
			}
			p.linef("  waits for  %s", w)
		}
	}
	if e.Last != nil {
		p.linef("")
		p.lastRun(*e.Last)
	}
	if v.long {
		p.linef("")
		g := grid{columns: []column{{title: "COMPONENT"}, {title: "INGREDIENT", fixed: true}, {title: "VALUE"}}}
		for _, i := range e.Ingredients {
			g.add(i.Component, i.Label, shortHash(i.Value)) // in full with --json
		}
		g.print(p)
	} else if len(e.Ingredients) > 0 {
		p.wrapped("", ingredientCount(e.Ingredients))
	}
	return p.to(v.stream.Out)
}

func explainSummary(e Explanation) string {
	switch {
	case e.State == "hit":
		return "Nothing that decides its result has changed, so the result in the cache is used."
	case e.State == "depends":
		return "Whether it has to run is known when what it reads is there."
	case len(e.Changes) == 0:
		return "It runs."
	}
	return fmt.Sprintf("It runs, for %s:", Count(len(e.Changes), "reason"))
}

func (p *page) change(c Change) {
	head := fmt.Sprintf("  %s  %s", p.yellow(pad(c.Component, 11)), p.bold(c.Subject))
	p.linef("%s", strings.TrimRight(head, " "))
	indent := strings.Repeat(" ", 15)
	if c.From != "" {
		p.wrapped(indent, "from "+c.From)
	}
	switch {
	case c.Old == "" && c.New == "":
		p.wrapped(indent, c.Text)
	default:
		p.oldNew(indent, shortHash(c.Old), shortHash(c.New))
	}
	for i, item := range c.Items {
		if i == maxChangedItems {
			p.linef("%s… and %d more", indent, len(c.Items)-i)
			break
		}
		p.linef("%s%s", indent, clipMiddle(item, p.width-len(indent)))
	}
}

// maxChangedItems is how many items of an input are named; JSON has them all.
const maxChangedItems = 12

// oldNew prints two values on one line where they fit, else on two.
func (p *page) oldNew(indent, before, after string) {
	if before == "" {
		before = "(nothing)"
	}
	if after == "" {
		after = "(nothing)"
	}
	if len([]rune(indent+before+" → "+after)) <= p.width {
		p.linef("%s%s → %s", indent, p.red(before), p.green(after))
		return
	}
	p.wrapped(indent+"- ", before)
	p.wrapped(indent+"+ ", after)
}

// shortHash cuts a digest to 12 digits; other text stays.
func shortHash(s string) string {
	if len(s) == 64 && strings.Trim(s, "0123456789abcdef") == "" {
		return s[:12]
	}
	return s
}

func (p *page) lastRun(l LastRun) {
	text := fmt.Sprintf("Last executed %s in %s, run %s, on %s.", moment(l.Time), Duration(l.Seconds), l.Run, l.Host)
	p.wrapped("", text)
	if l.Accepted != "" {
		p.wrapped("", "Taken over under its key by the user: "+l.Accepted)
	}
	p.wrapped("", strings.TrimSpace(promise(l.Purity)+" "+verified(l.Verified)))
	var names []string
	for name := range l.Environment {
		names = append(names, name)
	}
	slices.Sort(names)
	var parts []string
	for _, name := range names {
		parts = append(parts, name+" "+shortHash(l.Environment[name]))
	}
	if len(parts) > 0 {
		p.wrapped("", "There (no part of the key): "+strings.Join(parts, ", ")+".")
	}
}

func ingredientCount(all []Ingredient) string {
	counts := map[string]int{}
	var order []string
	for _, i := range all {
		if counts[i.Component] == 0 {
			order = append(order, i.Component)
		}
		counts[i.Component]++
	}
	parts := make([]string, len(order))
	for i, c := range order {
		parts[i] = fmt.Sprintf("%d %s", counts[c], c)
	}
	return "Ingredients of its key: " + strings.Join(parts, ", ") + " (--long lists them)."
}
