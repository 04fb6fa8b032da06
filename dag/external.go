package dag

import (
	"context"
	"fmt"

	"femur/cache"
)

// external lists what a Sourced stage reads from outside the cache, digested, by port.
func (s *session) external(ctx context.Context, n *Node, in []Port) ([]*bound, map[cache.Digest]SourceItem, error) {
	sourced, ok := n.Stage.(Sourced)
	if !ok {
		return nil, nil, nil
	}
	if s.Files == nil {
		return nil, nil, fmt.Errorf("sources: no files can be read here")
	}
	code, err := s.itemCode(n)
	if err != nil {
		return nil, nil, err
	}
	listed, err := sourced.Sources(ctx, s.Files.As(n.Kind.Type, code))
	if err != nil {
		return nil, nil, fmt.Errorf("sources: %w", err)
	}
	var files []SourceItem
	for _, it := range listed {
		if it.Path != "" {
			files = append(files, it)
		}
	}
	digested, err := s.Files.Digests(ctx, files)
	if err != nil {
		return nil, nil, fmt.Errorf("sources: %w", err)
	}
	where := make(map[cache.Digest]SourceItem, len(listed))
	items := map[string][]cache.Item{}
	for _, it := range listed {
		a := cache.Artifact{Digest: cache.Sum(it.Inline), Size: int64(len(it.Inline))}
		if it.Path != "" {
			a, digested = digested[0], digested[1:]
		}
		where[a.Digest] = it
		items[it.Port] = append(items[it.Port], cache.Item{ID: it.ID, Patient: it.Patient, Artifact: a})
	}
	var ports []*bound
	for _, p := range in {
		if !p.External || p.Ignored {
			continue
		}
		x := &bound{Input: Input{Port: p}, loaded: true}
		if err := x.bindExternal(items[p.Name]); err != nil {
			return nil, nil, fmt.Errorf("sources: port %s: %w", p.Name, err)
		}
		delete(items, p.Name)
		if len(x.fields) > 0 {
			ports = append(ports, x)
		}
	}
	for name := range items {
		return nil, nil, fmt.Errorf("sources: the stage has no external port %q", name)
	}
	return ports, where, nil
}

func (x *bound) bindExternal(items []cache.Item) error {
	media := x.Port.Media
	if media == "" {
		media = cache.MediaFile
	}
	for i := range items {
		items[i].Media = media
	}
	if !x.Port.Many {
		if len(items) == 0 && x.Port.Optional {
			return nil
		}
		if len(items) != 1 {
			return fmt.Errorf("takes one artifact, not %d", len(items))
		}
		items[0].ID = ""
		x.Items = items
		x.fields = []ingredient{{x.Port.Name, items[0].Digest}}
	} else {
		m, err := cache.NewManifest(items)
		if err != nil {
			return err
		}
		encoded := m.Encode()
		x.Items, x.made = m, []cache.Manifest{m}
		x.manifest = cache.Artifact{Media: cache.MediaManifest, Digest: cache.Sum(encoded), Size: int64(len(encoded))}
		x.fields = []ingredient{{x.Port.Name, x.manifest.Digest}}
	}
	x.learned = make([]cache.Digest, len(x.Items))
	x.fitted = make([]cache.Digest, len(x.Items))
	return nil
}
