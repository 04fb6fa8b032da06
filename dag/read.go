package dag

import (
	"fmt"

	"femur/cache"
)

// ReadRefs returns the item list with the id at a port.
func ReadRefs(t Task, port string, id cache.ItemID) (cache.ItemList, error) {
	for it, err := range t.Items(port) {
		if err != nil {
			return nil, err
		}
		if it.ID != id {
			continue
		}
		b, err := ReadAll(t, it.Artifact)
		if err != nil {
			return nil, err
		}
		l, err := cache.DecodeItemList(b)
		if err != nil {
			return nil, fmt.Errorf("port %s, list %s: %w", port, id, err)
		}
		return l, nil
	}
	return nil, &BadInput{Record: string(id), Summary: "the split has no such list", Detail: "Folds count from 0 to one less than the folds of split-by-patient. Correct hold_out."}
}

// ReadItems lists the items at a port by id.
func ReadItems(t Task, port string) (map[cache.ItemID]cache.Item, error) {
	out := map[cache.ItemID]cache.Item{}
	for it, err := range t.Items(port) {
		if err != nil {
			return nil, err
		}
		out[it.ID] = it
	}
	return out, nil
}
