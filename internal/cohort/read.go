package cohort

import (
	"fmt"

	"femur/cache"
	"femur/dag"
)

// Annotations reads all annotations at a port, by radiograph.
func Annotations(t dag.Task, port string) (map[cache.ItemID]Annotation, error) {
	out := map[cache.ItemID]Annotation{}
	for it, err := range t.Items(port) {
		if err != nil {
			return nil, err
		}
		b, err := dag.ReadAll(t, it.Artifact)
		if err != nil {
			return nil, err
		}
		a, err := DecodeAnnotation(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", it.ID, err)
		}
		out[it.ID] = a
	}
	return out, nil
}
