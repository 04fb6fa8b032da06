package jpegll

// undo turns a row of differences into samples, in place, and returns all samples combined by or. above is nil where
// prediction begins: there the first sample is predicted by first and the others from the left; elsewhere the first
// sample of a row is predicted from above (H.1.2.1).
func undo(row, above []uint16, selection int, first uint16) (all uint16) {
	if above == nil {
		return undoLeft(row, first)
	}
	if selection == 1 {
		return undoLeft(row, above[0])
	}
	above = above[:len(row)]
	row[0] += above[0]
	left, corner := row[0], above[0]
	all = left
	rest, up := row[1:], above[1:]
	up = up[:len(rest)]
	switch selection {
	case 2:
		for i, b := range up {
			rest[i] += b
			all |= rest[i]
		}
	case 3:
		for i, b := range up {
			rest[i] += corner
			corner = b
			all |= rest[i]
		}
	case 4:
		for i, b := range up {
			left += rest[i] + b - corner
			corner = b
			rest[i] = left
			all |= left
		}
	case 5:
		for i, b := range up {
			left += rest[i] + uint16((int32(b)-int32(corner))>>1)
			corner = b
			rest[i] = left
			all |= left
		}
	case 6:
		for i, b := range up {
			left = rest[i] + b + uint16((int32(left)-int32(corner))>>1)
			corner = b
			rest[i] = left
			all |= left
		}
	case 7:
		for i, b := range up {
			left = rest[i] + uint16((uint32(left)+uint32(b))>>1)
			rest[i] = left
			all |= left
		}
	}
	return all
}

// undoLeft predicts every sample from the one before.
func undoLeft(row []uint16, left uint16) (all uint16) {
	for i, d := range row {
		left += d
		row[i] = left
		all |= left
	}
	return all
}

// predict is the prediction of sample x of a row, modulo 2^16: what undo adds.
func predict(row, above []uint16, x, selection int, first uint16) uint16 {
	if above == nil || x == 0 || selection == 1 {
		switch {
		case x > 0:
			return row[x-1]
		case above != nil:
			return above[0]
		}
		return first
	}
	a, b, c := int32(row[x-1]), int32(above[x]), int32(above[x-1])
	switch selection {
	case 2:
		return uint16(b)
	case 3:
		return uint16(c)
	case 4:
		return uint16(a + b - c)
	case 5:
		return uint16(a + (b-c)>>1)
	case 6:
		return uint16(b + (a-c)>>1)
	}
	return uint16((a + b) >> 1)
}
