package view

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A column of a printed table.
type column struct {
	title string
	right bool                           // numbers stand to the right, and are never cut
	fixed bool                           // never cut either
	end   bool                           // cut at its end, where others are cut in their middle
	least int                            // never cut to less, nor to less than 8
	spare bool                           // left out where the page is too narrow for all
	paint func(text, cell string) string // colors the padded text; nil leaves it
	width int                            // of the widest cell
}

// A grid prints rows under titles, columns aligned, two spaces between them. Where the page is too
// narrow, addresses lose the keys of their matrix, a very narrow one loses columns that can be spared, and
// then the widest columns that are not numbers are cut with an ellipsis; where even that does not do, lines are longer than the page.
type grid struct {
	columns []column
	rows    [][]string
	indent  string
}

func (g *grid) add(cells ...string) { g.rows = append(g.rows, cells) }

// print lays the grid out on the page and reports whether something had to be cut.
func (g *grid) print(p *page) (cut bool) {
	room := p.width - utf8.RuneCountInString(g.indent)
	if g.measure() > room {
		cut = g.dropKeys()
	}
	for room < narrow && g.measure() > room && g.leaveOut() {
		cut = true
	}
	if total := g.measure(); total > room {
		g.shrink(total, room)
		cut = true
	}
	titles := make([]string, len(g.columns))
	titled := false
	for i, c := range g.columns {
		titles[i] = c.title
		titled = titled || c.title != ""
	}
	if titled {
		p.linef("%s", p.dim(g.indent+g.line(titles, false)))
	}
	for _, row := range g.rows {
		p.linef("%s%s", g.indent, g.line(row, p.on))
	}
	return cut
}

// measure finds the width of each column, and of a line.
func (g *grid) measure() (total int) {
	total = 2 * (len(g.columns) - 1)
	for i := range g.columns {
		c := &g.columns[i]
		c.width = utf8.RuneCountInString(c.title)
		for _, row := range g.rows {
			c.width = max(c.width, utf8.RuneCountInString(row[i]))
		}
		total += c.width
	}
	return total
}

// narrow is the width below which cutting names would leave nothing to read, so columns go first.
const narrow = 60

// leaveOut drops the last column that can be spared, and reports whether there was one.
func (g *grid) leaveOut() bool {
	for i := len(g.columns) - 1; i >= 0; i-- {
		if !g.columns[i].spare {
			continue
		}
		g.columns = slices.Delete(slices.Clone(g.columns), i, i+1)
		rows := make([][]string, len(g.rows))
		for r, row := range g.rows {
			rows[r] = slices.Delete(slices.Clone(row), i, i+1)
		}
		g.rows = rows
		return true
	}
	return false
}

// dropKeys shortens addresses the way [withoutKeys] does, all of a column alike.
func (g *grid) dropKeys() (cut bool) {
	g.rows = slices.Clone(g.rows) // they can be the caller's
	for r, row := range g.rows {
		row = slices.Clone(row)
		for i, c := range g.columns {
			if short := withoutKeys(row[i]); !c.fixed && short != row[i] {
				row[i], cut = short, true
			}
		}
		g.rows[r] = row
	}
	return cut
}

// shrink narrows the widest text columns until the line fits.
func (g *grid) shrink(total, room int) {
	for total > room {
		widest := -1
		for i, c := range g.columns {
			if !c.right && !c.fixed && c.width > max(c.least, 8) && (widest < 0 || c.width > g.columns[widest].width) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		g.columns[widest].width--
		total--
	}
}

func (g *grid) line(cells []string, color bool) string {
	parts := make([]string, len(cells))
	for i, cell := range cells {
		c := g.columns[i]
		text := clipMiddle(cell, c.width)
		if c.end {
			text = clip(cell, c.width)
		}
		if c.right {
			text = padLeft(text, c.width)
		} else if i < len(cells)-1 {
			text = pad(text, c.width)
		}
		if color && c.paint != nil {
			text = c.paint(text, cell)
		}
		parts[i] = text
	}
	return strings.TrimRight(strings.Join(parts, "  "), " ")
}
