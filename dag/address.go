package dag

import (
	"fmt"
	"strings"
)

// An Address names a stage instance the way users type it: KIND.NAME, or KIND.NAME[k=v,…] for one
// combination of its matrix, keys in the order written in the pipeline, strings unquoted.
type Address string

// A MatrixValue is one coordinate of an instance in its stage's matrix. Value is the printed form.
type MatrixValue struct{ Key, Value string }

// NewAddress builds the address of an instance.
func NewAddress(kind, name string, matrix []MatrixValue) Address {
	a := kind + "." + name
	if len(matrix) == 0 {
		return Address(a)
	}
	parts := make([]string, len(matrix))
	for i, m := range matrix {
		parts[i] = m.Key + "=" + m.Value
	}
	return Address(a + "[" + strings.Join(parts, ",") + "]")
}

// Stage returns the address without its matrix: KIND.NAME.
func (a Address) Stage() string {
	s, _, _ := strings.Cut(string(a), "[")
	return s
}

// Kind returns the kind of work: KIND.
func (a Address) Kind() string {
	s, _, _ := strings.Cut(string(a), ".")
	return s
}

// Output returns the address of an output: KIND.NAME[…].OUTPUT.
func (a Address) Output(name string) string { return string(a) + "." + name }

// ParseTarget reads an address, with or without matrix, optionally followed by .OUTPUT.
func ParseTarget(s string) (a Address, output string, err error) {
	bad := fmt.Errorf("address %q: want KIND.NAME, KIND.NAME[k=v,…] or one of these with .OUTPUT", s)
	head, rest, hasMatrix := strings.Cut(s, "[")
	kind, name, ok := strings.Cut(head, ".")
	if !ok || kind == "" || name == "" {
		return "", "", bad
	}
	if !hasMatrix {
		name, output, _ = strings.Cut(name, ".")
		return Address(kind + "." + name), output, nil
	}
	matrix, tail, ok := strings.Cut(rest, "]")
	if !ok || (tail != "" && !strings.HasPrefix(tail, ".")) || strings.Contains(name, ".") {
		return "", "", bad
	}
	return Address(head + "[" + matrix + "]"), strings.TrimPrefix(tail, "."), nil
}
