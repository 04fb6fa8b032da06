package synth

// glyph returns the five by seven cells of a side's letter, top row first.
func glyph(side Side) [7]string {
	if side == Left {
		return [7]string{"X....", "X....", "X....", "X....", "X....", "X....", "XXXXX"}
	}
	return [7]string{"XXXX.", "X...X", "X...X", "XXXX.", "X.X..", "X..X.", "X...X"}
}

// A marker is a letter on the film, upright for the reader.
type marker struct {
	cells       [7]string
	left, top   float64 // in pixels
	cell        float64 // side of a cell in pixels
	attenuation float64
}

// newMarker puts the letter near the border of the field, away from the fracture.
func newMarker(s *stream, spec *Spec, f field) *marker {
	m := &marker{cells: glyph(spec.Side), cell: s.between(1.5, 2.3) / float64(spec.Pitch), attenuation: s.between(1.5, 3.5)}
	wide, high := mul(5, m.cell), mul(7, m.cell)
	clear := 45 / float64(spec.Pitch)
	// A field too narrow for a letter beside the fracture keeps the last place tried.
	for range 40 {
		x0, y0 := max(f.left, 0)+m.cell, max(f.top, 0)+m.cell
		x1 := min(f.right, float64(spec.Width)) - wide - m.cell
		y1 := min(f.bottom, float64(spec.Height)) - high - m.cell
		along, edge := s.unit(), s.below(4)
		m.left, m.top = x0+mul(along, x1-x0), y0+mul(along, y1-y0)
		switch edge {
		case 0:
			m.left = x0 + mul(0.06, x1-x0)
		case 1:
			m.left = x1 - mul(0.06, x1-x0)
		case 2:
			m.top = y0 + mul(0.05, y1-y0)
		case 3:
			m.top = y1 - mul(0.05, y1-y0)
		}
		dx, dy := m.left+wide/2-spec.Center.X, m.top+high/2-spec.Center.Y
		if mul(dx, dx)+mul(dy, dy) > mul(clear, clear) {
			break
		}
	}
	return m
}

// add adds the letter's attenuation to row y.
func (m *marker) add(row []float64, y int) {
	j := (float64(y) + 0.5 - m.top) / m.cell
	if j < 0 || j >= 7 {
		return
	}
	for i, c := range m.cells[int(j)] {
		if c != 'X' {
			continue
		}
		from := int(m.left + mul(float64(i), m.cell) + 0.5)
		to := int(m.left + mul(float64(i+1), m.cell) + 0.5)
		for x := max(from, 0); x < min(to, len(row)); x++ {
			row[x] += m.attenuation
		}
	}
}
