package difference

import (
	"bytes"
	"fmt"
	"strconv"
)

// compareLines compares line by line, by their numbers.
func compareLines(was, now []byte) []Part {
	a, b := bytes.Split(was, []byte("\n")), bytes.Split(now, []byte("\n"))
	p := Part{Name: "lines", Elements: max(len(a), len(b))}
	for i := range p.Elements {
		x, y := line(a, i), line(b, i)
		if i < len(a) && i < len(b) && x == y {
			continue
		}
		p.differs(func() Place { return differing("line "+strconv.Itoa(i+1), x, y) })
	}
	if len(a) != len(b) {
		p.Note = fmt.Sprintf("%d lines are recorded, the new text has %d", len(a), len(b))
	}
	return []Part{p}
}

func line(lines [][]byte, i int) string {
	if i >= len(lines) {
		return "(none)"
	}
	return string(bytes.ToValidUTF8(lines[i], []byte("\uFFFD")))
}

// differing tells two texts from where they begin to differ, since a long line is cut.
func differing(where, was, now string) Place {
	a, b := []rune(was), []rune(now)
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	const before = 20
	if n <= 2*before {
		return Place{where, was, now}
	}
	from := n - before
	return Place{fmt.Sprintf("%s, column %d", where, n+1), "…" + string(a[from:]), "…" + string(b[from:])}
}
