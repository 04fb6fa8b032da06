package view

import (
	"fmt"
	"slices"
	"strings"
)

// A fold is things that differ in the matrix values of their addresses alone, shown as one.
type fold[T any] struct {
	addresses []string
	members   []T
}

// foldNames folds a list, in the order in which it comes. The function tells the address that something
// begins with and what else two of them must have in common.
func foldNames[T any](list []T, of func(T) (address, like string)) []*fold[T] {
	var folds []*fold[T]
	place := map[string]*fold[T]{}
	for _, one := range list {
		address, like := of(one)
		key := foldAddress(address) + "\n" + like
		f, ok := place[key]
		if !ok {
			f = &fold[T]{}
			place[key] = f
			folds = append(folds, f)
		}
		f.members = append(f.members, one)
		f.addresses = append(f.addresses, address)
	}
	return folds
}

// name is that of a single one, or what their names have in common and how many there are.
func (f *fold[T]) name() string {
	if len(f.members) == 1 {
		return f.addresses[0]
	}
	return fmt.Sprintf("%s ×%d", commonAddress(f.addresses), len(f.members))
}

// withoutKeys drops the keys from the matrix of an address, [model=vit-nano,fold=0] → [vit-nano,0].
func withoutKeys(text string) string {
	before, rest, ok := strings.Cut(text, "[")
	matrix, after, closed := strings.Cut(rest, "]")
	if !ok || !closed || !strings.Contains(matrix, "=") {
		return text
	}
	values := strings.Split(matrix, ",")
	for i, v := range values {
		if _, value, ok := strings.Cut(v, "="); ok {
			values[i] = value
		}
	}
	return before + "[" + strings.Join(values, ",") + "]" + after
}

// foldAddress replaces the matrix of an address inside a text by […], which keeps it readable in a
// line that speaks for many instances.
func foldAddress(text string) string {
	var b strings.Builder
	for {
		open := strings.IndexByte(text, '[')
		if open < 0 {
			break
		}
		end := strings.IndexByte(text[open:], ']')
		if end < 0 || !strings.ContainsRune(text[open:open+end], '=') || open == 0 || text[open-1] == ' ' {
			b.WriteString(text[:open+1])
			text = text[open+1:]
			continue
		}
		b.WriteString(text[:open] + "[…]")
		text = text[open+end+1:]
	}
	return b.String() + text
}

// commonAddress is what addresses of one stage have in common: train-localizer.main[model=vit-nano,…].
// What follows the matrix, such as an output, is that of the first.
func commonAddress(addresses []string) string {
	stage, rest, ok := strings.Cut(addresses[0], "[")
	_, tail, closed := strings.Cut(rest, "]")
	if !ok || !closed {
		return addresses[0]
	}
	all := strings.Split(matrixOf(addresses[0]), ",")
	var common []string
	for _, value := range all {
		if !slices.ContainsFunc(addresses, func(a string) bool { return !slices.Contains(strings.Split(matrixOf(a), ","), value) }) {
			common = append(common, value)
		}
	}
	if len(common) < len(all) {
		common = append(common, "…")
	}
	return stage + "[" + strings.Join(common, ",") + "]" + tail
}

// matrixOf returns the coordinates of an address, "model=vit-tiny,fold=0", or nothing.
func matrixOf(address string) string {
	_, rest, _ := strings.Cut(address, "[")
	values, _, _ := strings.Cut(rest, "]")
	return values
}
