package difference

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// compareJSON compares value by value. Values that differ in nothing but their places in lists are one part.
func compareJSON(was, now []byte) ([]Part, error) {
	a, err := decodeJSON(was)
	if err != nil {
		return nil, err
	}
	b, err := decodeJSON(now)
	if err != nil {
		return nil, err
	}
	w := walker{parts: map[string]*Part{}}
	w.values("", "", a, b)
	var parts []Part
	for _, name := range w.order {
		if p := w.parts[name]; p.found() {
			parts = append(parts, *p)
		}
	}
	return parts, nil
}

func decodeJSON(b []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("JSON: there is more than one value")
	}
	return v, nil
}

// A walker goes through two documents at once.
type walker struct {
	parts map[string]*Part
	order []string
}

func (w *walker) part(group string) *Part {
	name := "value " + strings.TrimPrefix(group, ".")
	if group == "" {
		name = "the value"
	}
	p := w.parts[name]
	if p == nil {
		p = &Part{Name: name}
		w.parts[name] = p
		w.order = append(w.order, name)
	}
	return p
}

// values compares two values at a path; the group is the path without places in lists.
func (w *walker) values(path, group string, was, now any) {
	switch a := was.(type) {
	case map[string]any:
		if b, ok := now.(map[string]any); ok {
			w.objects(path, group, a, b)
			return
		}
	case []any:
		if b, ok := now.([]any); ok {
			w.lists(path, group, a, b)
			return
		}
	}
	p := w.part(group)
	p.Elements++
	x, y := encoded(was), encoded(now)
	if x == y {
		return
	}
	p.differs(func() Place { return Place{strings.TrimPrefix(path, "."), x, y} })
	a, ok1 := was.(json.Number)
	b, ok2 := now.(json.Number)
	if !ok1 || !ok2 {
		return
	}
	from, err1 := a.Float64()
	to, err2 := b.Float64()
	if err1 == nil && err2 == nil {
		p.distance(from, to)
	}
}

func (w *walker) objects(path, group string, was, now map[string]any) {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(was)), maps.Keys(now))
	slices.Sort(keys)
	for _, k := range slices.Compact(keys) {
		a, inWas := was[k]
		b, inNow := now[k]
		if inWas && inNow {
			w.values(path+"."+k, group+"."+k, a, b)
			continue
		}
		w.alone(path+"."+k, group+"."+k, a, b, inWas)
	}
}

func (w *walker) lists(path, group string, was, now []any) {
	for i := range max(len(was), len(now)) {
		at, all := path+"["+strconv.Itoa(i)+"]", group+"[]"
		switch {
		case i >= len(now):
			w.alone(at, all, was[i], nil, true)
		case i >= len(was):
			w.alone(at, all, nil, now[i], false)
		default:
			w.values(at, all, was[i], now[i])
		}
	}
}

// alone counts a value that one document alone has.
func (w *walker) alone(path, group string, was, now any, recorded bool) {
	p := w.part(group)
	p.Elements++
	p.differs(func() Place {
		at := Place{strings.TrimPrefix(path, "."), "(none)", "(none)"}
		if recorded {
			at.Was = encoded(was)
		} else {
			at.Now = encoded(now)
		}
		return at
	})
}

// encoded is a value as JSON writes it, numbers as they stood.
func encoded(v any) string {
	b, err := json.Marshal(v)
	if err != nil { // it came from JSON
		return fmt.Sprint(v)
	}
	return string(b)
}
