package jpegll

import (
	"errors"
	"fmt"
	"math/bits"
)

// scan reads the scan header (B.2.3) and the samples behind it.
func (d *decoder) scan(b []byte) error {
	if !d.framed {
		return errors.New("has a scan before its frame header")
	}
	if len(b) != 6 || b[0] != 1 {
		return fmt.Errorf("scan header of %d bytes: one component makes 6", len(b))
	}
	selection, pointTransform := int(b[3]), int(b[5]&15)
	id := b[2] >> 4
	switch {
	case b[1] != d.component:
		return fmt.Errorf("scan of component %d: the frame has component %d", b[1], d.component)
	case id >= maxTables || d.tables[id] == nil:
		return fmt.Errorf("scan with code table %d, which is not defined", id)
	case selection < 1 || selection > 7:
		return fmt.Errorf("selection value %d: 1 to 7 exist", selection)
	case pointTransform >= d.im.Precision:
		return fmt.Errorf("point transform of %d bits of %d", pointTransform, d.im.Precision)
	case d.interval%d.im.Width != 0:
		return fmt.Errorf("restart interval of %d samples is no number of rows of %d", d.interval, d.im.Width)
	}
	// A sample takes one bit at least, so a short file cannot claim a large image.
	pixels := int64(d.im.Width) * int64(d.im.Height)
	if 8*int64(len(d.src)-d.pos) < pixels {
		return fmt.Errorf("%d bytes cannot hold %d × %d samples", len(d.src)-d.pos, d.im.Width, d.im.Height)
	}
	d.im.Pix = make([]uint16, pixels)
	if err := d.samples(d.tables[id], selection, d.im.Precision-pointTransform); err != nil {
		return err
	}
	if pointTransform > 0 {
		for i := range d.im.Pix {
			d.im.Pix[i] <<= pointTransform
		}
	}
	return nil
}

// samples decodes all rows, whose samples have the given number of bits.
func (d *decoder) samples(t *table, selection, precision int) error {
	r := bitReader{src: d.src, pos: d.pos}
	w, rows := d.im.Width, d.interval/d.im.Width
	restarts := 0
	var above []uint16
	for y := range d.im.Height {
		if rows > 0 && y > 0 && y%rows == 0 {
			if !r.finish() {
				return fmt.Errorf("row %d: bytes that belong to no sample", y)
			}
			d.pos = r.pos
			marker, err := d.marker()
			if err != nil {
				return fmt.Errorf("row %d: %w", y, err)
			}
			if want := markerRST0 + byte(restarts%8); marker != want {
				return fmt.Errorf("row %d: marker %02X where restart marker %02X belongs", y, marker, want)
			}
			restarts++
			r.pos = d.pos
			above = nil
		}
		row := d.im.Pix[y*w : (y+1)*w]
		if err := r.differences(t, row); err != nil {
			return fmt.Errorf("row %d: %w", y, err)
		}
		all := undo(row, above, selection, 1<<(precision-1))
		if n := bits.Len16(all); n > precision {
			return fmt.Errorf("row %d: a sample of %d bits where there are %d", y, n, precision)
		}
		above = row
	}
	if !r.finish() {
		return fmt.Errorf("row %d: bytes that belong to no sample", d.im.Height)
	}
	d.pos = r.pos
	return nil
}
