package lineage

import (
	"fmt"
	"strings"

	"femur/cache"
	"femur/internal/view"
)

// Artifact walks from an artifact, up to the source files and down to what was made of it.
func (w *World) Artifact(artifact string, up, down bool) (view.Lineage, error) {
	g := newGraph()
	if err := w.artifacts(g, artifact, up, down); err != nil {
		return view.Lineage{}, err
	}
	g.Subject = []string{artifact}
	return g.Lineage, nil
}

// Metric walks up from a number in an artifact: the artifact is what it was read from. A number feeds
// nothing, so there is no other way.
func (w *World) Metric(id, label, artifact string) (view.Lineage, error) {
	g := newGraph()
	g.node(id, KindMetric, label)
	if err := w.artifacts(g, artifact, true, false); err != nil {
		return view.Lineage{}, err
	}
	g.edge(artifact, id, "value")
	g.Subject = []string{id}
	return g.Lineage, nil
}

func (w *World) artifacts(g *graph, artifact string, up, down bool) error {
	r, o, ok := w.find(artifact)
	if !ok {
		return fmt.Errorf("lineage: %s is not what any instance made last", artifact)
	}
	g.node(artifact, KindArtifact, artifactLabel(artifact, o))
	if up {
		if err := w.up(g, r, artifact, map[string]bool{}); err != nil {
			return err
		}
	}
	if down {
		return w.down(g, artifact)
	}
	return nil
}

// find returns the record and the output of an artifact.
func (w *World) find(artifact string) (cache.Record, cache.Output, bool) {
	for _, r := range w.records {
		for _, o := range r.Outputs {
			if name(r, o) == artifact {
				return r, o, true
			}
		}
	}
	return cache.Record{}, cache.Output{}, false
}

func artifactLabel(artifact string, o cache.Output) string {
	if o.Many {
		return fmt.Sprintf("%s (%s)", artifact, view.Count(o.Items, "item"))
	}
	return artifact
}

// up adds what an artifact's record read, and what was read for that.
func (w *World) up(g *graph, r cache.Record, artifact string, done map[string]bool) error {
	if done[artifact] {
		return nil
	}
	done[artifact] = true
	ins, err := w.inputs(r)
	if err != nil {
		return err
	}
	sources := 0
	for _, in := range ins {
		if in.from == "" {
			sources++
			continue
		}
		from, o, ok := w.find(in.from)
		if !ok {
			continue
		}
		g.node(in.from, KindArtifact, artifactLabel(in.from, o))
		g.edge(in.from, artifact, in.role)
		if err := w.up(g, from, in.from, done); err != nil {
			return err
		}
	}
	if sources > 0 {
		return w.sources(g, r, artifact)
	}
	return nil
}

// down adds what read an artifact, and what read that.
func (w *World) down(g *graph, artifact string) error {
	for _, r := range w.records {
		ins, err := w.inputs(r)
		if err != nil {
			return err
		}
		for _, in := range ins {
			if in.from != artifact {
				continue
			}
			for _, o := range r.Outputs {
				fresh := g.node(name(r, o), KindArtifact, artifactLabel(name(r, o), o))
				g.edge(artifact, name(r, o), in.role)
				if fresh {
					if err := w.down(g, name(r, o)); err != nil {
						return err
					}
				}
			}

		}
	}
	return nil
}

// maxFiles is how many source files a walk among artifacts names one by one.
const maxFiles = 8

// sources adds the files that a record read, or their number where they are many.
func (w *World) sources(g *graph, r cache.Record, artifact string) error {
	for _, f := range r.Recipe.Fields {
		if f.Kind != cache.Source {
			continue
		}
		for _, d := range (cache.Recipe{Fields: []cache.Field{f}}).Digests() {
			m, err := w.manifest(d)
			if err != nil { // one file, not a manifest of them
				id := "file:" + d.String()
				g.node(id, KindFile, f.Label)
				g.edge(id, artifact, f.Label)
				continue
			}
			if len(m) > maxFiles {
				id := "files:" + d.String()
				label, hint, err := w.many(r, m, strings.TrimSuffix(f.Label, "s"))
				if err != nil {
					return err
				}
				if g.node(id, KindFile, label) {
					g.Nodes[len(g.Nodes)-1].Members = ids(m)
				}
				g.edge(id, artifact, f.Label)
				g.Hint = hint
				continue
			}
			for _, item := range m {
				id := "file:" + string(item.ID)
				g.node(id, KindFile, string(item.ID))
				g.edge(id, artifact, f.Label)
			}
		}
	}
	return nil
}

// ids lists the items of a manifest.
func ids(m cache.Manifest) []string {
	out := make([]string, len(m))
	for i, item := range m {
		out[i] = string(item.ID)
	}
	return out
}

// many names the sources of a record where they are too many to name one by one, with the number of
// patients, and says how to follow a single one.
func (w *World) many(r cache.Record, sources cache.Manifest, noun string) (label, hint string, err error) {
	label = view.Count(len(sources), "source "+noun)
	for _, o := range r.Outputs {
		if !o.Many {
			continue
		}
		items, err := w.members(r, o)
		if err != nil {
			return "", "", err
		}
		patients := map[cache.PatientID]bool{}
		for _, item := range items {
			patients[item.Patient] = true
		}
		if len(items) == 0 || patients[""] {
			continue
		}
		label += " of " + view.Count(len(patients), "patient")
		hint = fmt.Sprintf("To follow a single patient: femur lineage patient:%s; femur show %s lists them all.", items[0].Patient, name(r, o))
		break
	}
	return label, hint, nil
}
