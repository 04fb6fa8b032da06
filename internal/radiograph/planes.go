package radiograph

// fold16 maps a difference, taken modulo 2¹⁶, to a number that is small when the difference is near zero on either
// side: 0, −1, 1, −2, … become 0, 1, 2, 3, …
func fold16(d uint16) uint16   { return d<<1 ^ uint16(int16(d)>>15) }
func unfold16(f uint16) uint16 { return f>>1 ^ -(f & 1) }

func fold8(d uint8) uint8   { return d<<1 ^ uint8(int8(d)>>7) }
func unfold8(f uint8) uint8 { return f>>1 ^ -(f & 1) }

// widePlanes returns the high bytes and then the low bytes of the folded differences.
func widePlanes(im Image) []byte {
	n := len(im.Pix)
	planes := make([]byte, 2*n)
	high, low := planes[:n], planes[n:]
	var left uint16
	for x, v := range im.Row(0) {
		f := fold16(v - left)
		high[x], low[x] = byte(f>>8), byte(f)
		left = v
	}
	for y := 1; y < im.Height; y++ {
		row, above := im.Row(y), im.Row(y-1)
		h, l := high[y*im.Width:][:len(row)], low[y*im.Width:][:len(row)]
		for x, v := range row {
			f := fold16(v - above[x])
			h[x], l[x] = byte(f>>8), byte(f)
		}
	}
	return planes
}

func fromWidePlanes(im Image, planes []byte) {
	n := len(im.Pix)
	high, low := planes[:n], planes[n:]
	var left uint16
	for x := range im.Row(0) {
		left += unfold16(uint16(high[x])<<8 | uint16(low[x]))
		im.Pix[x] = left
	}
	for y := 1; y < im.Height; y++ {
		row, above := im.Row(y), im.Row(y-1)
		h, l := high[y*im.Width:][:len(row)], low[y*im.Width:][:len(row)]
		for x, v := range above {
			row[x] = v + unfold16(uint16(h[x])<<8|uint16(l[x]))
		}
	}
}

// narrowPlane is widePlanes for an image of 8-bit origin.
func narrowPlane(im Image) []byte {
	plane := make([]byte, len(im.Pix))
	var left uint8
	for x, v := range im.Row(0) {
		plane[x] = fold8(uint8(v) - left)
		left = uint8(v)
	}
	for y := 1; y < im.Height; y++ {
		row, above := im.Row(y), im.Row(y-1)
		out := plane[y*im.Width:][:len(row)]
		for x, v := range row {
			out[x] = fold8(uint8(v) - uint8(above[x]))
		}
	}
	return plane
}

func fromNarrowPlane(im Image, plane []byte) {
	var left uint8
	for x := range im.Row(0) {
		left += unfold8(plane[x])
		im.Pix[x] = uint16(left) * 257
	}
	for y := 1; y < im.Height; y++ {
		row, above := im.Row(y), im.Row(y-1)
		from := plane[y*im.Width:][:len(row)]
		for x, v := range above {
			row[x] = uint16(uint8(v)+unfold8(from[x])) * 257
		}
	}
}
