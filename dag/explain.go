package dag

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"femur/cache"
)

// componentOrder is the order in which reasons are listed.
var componentOrder = []Component{
	ComponentNeverRan, ComponentCode, ComponentParams, ComponentInput, ComponentSource,
	ComponentEnvironment, ComponentForced, ComponentMissingOutput, ComponentCorrupt,
}

// reasons says why a node runs: every ingredient that differs from the newest execution under its
// address, and what else speaks against reuse.
func (s *session) reasons(ctx context.Context, ev *evaluation, forced string) ([]Reason, error) {
	old, ran, err := s.newest(ctx, ev.node.Address)
	if err != nil {
		return nil, err
	}
	var rs []Reason
	if ran {
		for _, c := range ev.recipe.Diff(old.Recipe) {
			rs = append(rs, s.changeReason(ctx, ev, c))
		}
	} else {
		rs = append(rs, neverRan)
	}
	if forced != "" {
		rs = append(rs, Reason{Component: ComponentForced, Text: forced})
	}
	switch {
	case errors.Is(ev.miss, cache.ErrCorrupt):
		rs = append(rs, Reason{Component: ComponentCorrupt, Text: "its result is damaged: " + ev.miss.Error()})
	case errors.Is(ev.miss, cache.ErrMissingBlob):
		rs = append(rs, Reason{Component: ComponentMissingOutput, Text: "a part of its result is gone: " + ev.miss.Error()})
	case len(rs) == 0:
		rs = append(rs, Reason{Component: ComponentMissingOutput, Text: "its result is gone from the cache"})
	}
	sortReasons(rs)
	return rs, nil
}

var neverRan = Reason{Component: ComponentNeverRan, Text: "never ran"}

func sortReasons(rs []Reason) {
	slices.SortStableFunc(rs, func(a, b Reason) int {
		return slices.Index(componentOrder, a.Component) - slices.Index(componentOrder, b.Component)
	})
}

func (s *session) newest(ctx context.Context, a Address) (cache.Record, bool, error) {
	for rec, err := range s.Results.History(ctx, string(a)) {
		return rec, err == nil, err
	}
	return cache.Record{}, false, nil
}

// known says, of a node whose inputs are not known yet, what has changed apart from these.
func (s *session) known(ctx context.Context, n *Node, base cache.Recipe) ([]Reason, error) {
	old, ran, err := s.newest(ctx, n.Address)
	if err != nil {
		return nil, err
	}
	if !ran {
		return []Reason{neverRan}, nil
	}
	var rs []Reason
	for _, c := range base.Diff(old.Recipe) {
		if c.Kind != cache.Input && c.Kind != cache.Source {
			rs = append(rs, s.changeReason(ctx, &evaluation{node: n, recipe: base}, c))
		}
	}
	return rs, nil
}

// changeReason puts one change into words.
func (s *session) changeReason(ctx context.Context, ev *evaluation, c cache.Change) Reason {
	r := Reason{Change: c, Component: Component(c.Kind)}
	switch c.Kind {
	case cache.Code:
		r.Text = "code: " + codeText(c)
	case cache.Params:
		r.Text = fmt.Sprintf("params.%s %s → %s", c.Label, printed(c.Old), printed(c.New))
	case cache.Environment:
		r.Text = fmt.Sprintf("environment: %s %s → %s", c.Label, printed(c.Old), printed(c.New))
	case cache.Input:
		if port, ok := strings.CutSuffix(c.Label, ".learned"); ok {
			r.Text = fmt.Sprintf("input %s: the patients behind its models changed%s", port, arrow(c))
			break
		}
		var counts string
		counts, r.Items = s.compare(ctx, ev, c, "item")
		r.Text = fmt.Sprintf("input %s changed%s%s", c.Label, arrow(c), colon(counts))
	case cache.Source:
		subject := "source"
		if len(sourceLabels(ev.recipe)) > 1 {
			subject = "source " + c.Label
		}
		var counts string
		counts, r.Items = s.compare(ctx, ev, c, ev.sourceNoun(c.Label))
		r.Text = subject + ": " + counts
		if counts == "" {
			r.Text = subject + ": changed" + arrow(c)
		}
	}
	return r
}

func codeText(c cache.Change) string {
	module, ok := strings.CutPrefix(c.Label, "module ")
	switch {
	case c.Old == "":
		return c.Label + " added"
	case c.New == "":
		return c.Label + " removed"
	case ok:
		before, _, _ := strings.Cut(c.Old, " ")
		after, _, _ := strings.Cut(c.New, " ")
		return fmt.Sprintf("module %s %s → %s", module, before, after)
	}
	return c.Label + " changed"
}

func printed(v string) string {
	if v == "" {
		return "(none)"
	}
	return v
}

// arrow shows digests by their first digits: " (abcd1234 → 5678abcd)".
func arrow(c cache.Change) string {
	short := func(v string) string {
		if len(v) == 64 {
			return v[:8]
		}
		return printed(v)
	}
	return fmt.Sprintf(" (%s → %s)", short(c.Old), short(c.New))
}

func colon(s string) string {
	if s == "" {
		return ""
	}
	return ": " + s
}

// sourceNoun is what the items of an external port are called: files, unless the stage brought their
// bytes itself.
func (ev *evaluation) sourceNoun(port string) string {
	if x := ev.port(port); x != nil && len(x.Items) > 0 && ev.external[x.Items[0].Digest].Path == "" {
		return "item"
	}
	return "file"
}

func sourceLabels(r cache.Recipe) []string {
	var labels []string
	for _, f := range r.Fields {
		if f.Kind == cache.Source {
			labels = append(labels, f.Label)
		}
	}
	return labels
}

// compare counts what differs between two manifests, "2 files added, 1 changed", and names it. Both
// are empty where either is no manifest or no longer stored.
func (s *session) compare(ctx context.Context, ev *evaluation, c cache.Change, what string) (counts string, names []string) {
	x := ev.port(c.Label)
	if x == nil || !x.Port.Many || s.load(ctx, x) != nil {
		return "", nil
	}
	d, err := cache.ParseDigest(c.Old)
	if err != nil {
		return "", nil
	}
	old, err := s.manifest(ctx, cache.Artifact{Media: cache.MediaManifest, Digest: d})
	if err != nil {
		return "", nil
	}
	var added, changed, removed int
	now := cache.Manifest(x.Items)
	for _, it := range now {
		before, ok := old.Find(it.ID)
		switch {
		case !ok:
			added++
			names = append(names, "+ "+string(it.ID))
		case before != it:
			changed++
			names = append(names, "~ "+string(it.ID))
		}
	}
	for _, it := range old {
		if _, ok := now.Find(it.ID); !ok {
			removed++
			names = append(names, "- "+string(it.ID))
		}
	}
	var parts []string
	count := func(n int, verb string) {
		switch {
		case n == 0:
		case len(parts) > 0:
			parts = append(parts, fmt.Sprintf("%d %s", n, verb))
		case n == 1:
			parts = append(parts, fmt.Sprintf("1 %s %s", what, verb))
		default:
			parts = append(parts, fmt.Sprintf("%d %ss %s", n, what, verb))
		}
	}
	count(added, "added")
	count(changed, "changed")
	count(removed, "removed")
	return strings.Join(parts, ", "), names
}
