package pipeline

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// defaultText writes a default as it would stand in the file; what has none is a dash.
func defaultText(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return "–"
		}
		return defaultText(v.Elem())
	case reflect.Slice, reflect.Map:
		if v.Len() == 0 {
			return "–"
		}
	}
	return code(literal(v))
}

// literal writes a Go value as HCL. Maps are written in the order of their keys.
func literal(v reflect.Value) string {
	switch v.Kind() {
	case reflect.String:
		return strconv.Quote(v.String())
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Float32, reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case reflect.Slice, reflect.Array:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = literal(v.Index(i))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case reflect.Map:
		var parts []string
		for _, k := range sortedKeys(v) {
			parts = append(parts, fmt.Sprintf("%s = %s", k, literal(v.MapIndex(reflect.ValueOf(k)))))
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	}
	return fmt.Sprint(v.Interface())
}

func sortedKeys(m reflect.Value) []string {
	keys := make([]string, 0, m.Len())
	for _, k := range m.MapKeys() {
		keys = append(keys, k.String())
	}
	slices.Sort(keys)
	return keys
}
