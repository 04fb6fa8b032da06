// Package dagtest makes graphs of fake stages that count what is asked of them: the only honest test
// of a cache is how often work was done.
//
// Words: a Fake is a stage whose outputs are text made of its parameter and of all that it reads, so that
// a changed ingredient changes its bytes; a Counter counts runs, and items, by address.
package dagtest

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"femur/cache"
	"femur/dag"
)

// A Counter counts what fakes did. The zero value is ready to use.
type Counter struct {
	mu       sync.Mutex
	runs     map[string]int
	collects map[string]int
	items    map[string]int
}

func (c *Counter) count(m *map[string]int, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if *m == nil {
		*m = map[string]int{}
	}
	(*m)[name]++
}

// Runs returns how often Run was called, by the name of the fake, and forgets it.
func (c *Counter) Runs() map[string]int { return c.take(&c.runs) }

// Collects returns how often Collect was called, by the name of the fake, and forgets it.
func (c *Counter) Collects() map[string]int { return c.take(&c.collects) }

// Items returns how often each item was made, as "name/item", and forgets it.
func (c *Counter) Items() map[string]int { return c.take(&c.items) }

func (c *Counter) take(m *map[string]int) map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	taken := maps.Clone(*m)
	*m = nil
	if taken == nil {
		taken = map[string]int{}
	}
	return taken
}

// A Fake is a stage. It writes, to every single output, its parameter and all that it read; with Const,
// that alone instead, whatever it read.
type Fake struct {
	Name    string // for the counter
	In, Out []dag.Port
	Param   string
	Const   string
	Count   *Counter
	// Body, when set, is what Run does instead.
	Body func(ctx context.Context, t dag.Task) error
	// Before, when set, is called first; its error is Run's.
	Before func(ctx context.Context, t dag.Task) error
}

var _ dag.Stage = (*Fake)(nil)

// Ports implements [dag.Stage].
func (f *Fake) Ports() (in, out []dag.Port) { return f.In, f.Out }

// Describe implements [dag.Stage].
func (f *Fake) Describe(r *cache.Recipe) {
	r.Add(cache.Params, "param", f.Param)
	r.Add(cache.Params, "const", f.Const)
}

// Run implements [dag.Stage].
func (f *Fake) Run(ctx context.Context, t dag.Task) error {
	f.Count.count(&f.Count.runs, f.Name)
	if f.Before != nil {
		if err := f.Before(ctx, t); err != nil {
			return err
		}
	}
	if f.Body != nil {
		return f.Body(ctx, t)
	}
	text, err := f.text(t)
	if err != nil {
		return err
	}
	for _, p := range f.Out {
		if !p.Many {
			if err := dag.WriteBytes(t, p.Name, cache.ItemRef{}, []byte(p.Name+": "+text)); err != nil {
				return err
			}
		}
	}
	return nil
}

// text is the parameter and the content of every input.
func (f *Fake) text(t dag.Task) (string, error) {
	if f.Const != "" {
		return f.Const, nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%q", f.Param)
	for _, p := range f.In {
		for it, err := range t.Items(p.Name) {
			if err != nil {
				return "", err
			}
			data, err := dag.ReadAll(t, it.Artifact)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&b, " %s[%s]=%s", p.Name, it.ID, cache.Sum(data).Short())
		}
	}
	return b.String(), nil
}

// A Mapping is a Fake that works item by item over its first input, and writes a table of all items to its
// single outputs.
type Mapping struct {
	Fake
	// EachItem, when set, is called before an item is written; its error ends the run.
	EachItem func(ctx context.Context, t dag.Task, it cache.Item) error
}

var (
	_ dag.Mapper    = (*Mapping)(nil)
	_ dag.Collector = (*Mapping)(nil)
)

// MapOver implements [dag.Mapper].
func (m *Mapping) MapOver() string { return m.In[0].Name }

// Run implements [dag.Stage].
func (m *Mapping) Run(ctx context.Context, t dag.Task) error {
	m.Count.count(&m.Count.runs, m.Name)
	for it, err := range t.Items(m.MapOver()) {
		if err != nil {
			return err
		}
		if m.EachItem != nil {
			if err := m.EachItem(ctx, t, it); err != nil {
				return err
			}
		}
		m.Count.count(&m.Count.items, m.Name+"/"+string(it.ID))
		data, err := dag.ReadAll(t, it.Artifact)
		if err != nil {
			return err
		}
		for _, p := range m.Out {
			if !p.Many {
				continue
			}
			err := dag.Write(t, p.Name, cache.ItemRef{ID: it.ID, Patient: it.Patient}, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "%s %s of %s", m.Param, p.Name, data)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// Collect implements [dag.Collector].
func (m *Mapping) Collect(_ context.Context, t dag.Task) error {
	m.Count.count(&m.Count.collects, m.Name)
	var b strings.Builder
	for _, p := range m.Out {
		if !p.Many {
			continue
		}
		for it, err := range t.Items(p.Name) {
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "%s %s %s\n", p.Name, it.ID, it.Digest)
		}
	}
	for _, p := range m.Out {
		if !p.Many {
			if err := dag.WriteBytes(t, p.Name, cache.ItemRef{}, []byte(b.String())); err != nil {
				return err
			}
		}
	}
	return nil
}

// A Source is a Mapping over inline rows from outside, item → content; the patient of an item is its id
// up to the first dash.
type Source struct {
	Mapping
	Rows map[string]string
}

var _ dag.Sourced = (*Source)(nil)

// Sources implements [dag.Sourced].
func (s *Source) Sources(context.Context, dag.SourceFiles) ([]dag.SourceItem, error) {
	var items []dag.SourceItem
	for _, id := range slices.Sorted(maps.Keys(s.Rows)) {
		patient, _, _ := strings.Cut(id, "-")
		items = append(items, dag.SourceItem{
			Port: s.In[0].Name, ID: cache.ItemID(id), Patient: cache.PatientID(patient), Inline: []byte(s.Rows[id]),
		})
	}
	return items, nil
}
