package cohortreport

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"slices"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"femur/internal/radiograph"
)

// Lengths of a contact sheet, in its pixels.
const (
	cellWidth    = 216
	cellPicture  = 270 // height
	cellText     = 36  // two lines
	sheetGap     = 12
	sheetColumns = 6
	markRadius   = 9
	lineHeight   = 15
)

// Entries of the contact sheet's palette; below are grays.
const (
	grays   = 240
	sheetBG = grays + iota - 1
	sheetInk
	sheetSoft
	sheetMark
	sheetHalo
	sheetLabel0 // and five more
)

// ContactSheet writes the pictures as one PNG, six in a row: each stretched to its own range of grays, its
// annotated center in a circle, label and id below. The pictures come in the order given; a sheet without any
// says so.
func ContactSheet(w io.Writer, pictures []Picture) error {
	columns := max(1, min(sheetColumns, len(pictures)))
	rows := max(1, (len(pictures)+columns-1)/columns)
	sheet := image.NewPaletted(image.Rect(0, 0, sheetGap+columns*(cellWidth+sheetGap), sheetGap+rows*(cellPicture+cellText+sheetGap)), sheetPalette())
	fill(sheet, sheet.Bounds(), sheetBG)
	if len(pictures) == 0 {
		write(sheet, sheetGap, sheetGap+lineHeight, "No radiograph.", sheetInk)
	}
	labels := pictureLabels(pictures)
	for i, p := range pictures {
		if err := p.Image.Validate(); err != nil {
			return fmt.Errorf("contact sheet: %s: %w", p.ID, err)
		}
		at := image.Pt(sheetGap+i%columns*(cellWidth+sheetGap), sheetGap+i/columns*(cellPicture+cellText+sheetGap))
		drawCell(sheet, at, p, slices.Index(labels, p.Label))
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(w, sheet); err != nil {
		return fmt.Errorf("contact sheet: %w", err)
	}
	return nil
}

// sheetPalette has grays, then the colors of Okabe and Ito for labels, in the order of the page's series.
func sheetPalette() color.Palette {
	p := make(color.Palette, 0, 256)
	for i := range grays {
		p = append(p, color.Gray{Y: uint8(math.Round(float64(i) * 255 / (grays - 1)))})
	}
	for _, c := range []uint32{0x14181d, 0xe8ecf0, 0xb2bcc6, 0xf0e442, 0x000000, 0x56b4e9, 0xf08a4b, 0x2fbf95, 0xe39cc4, 0xe6b94a, 0x9fc9e6} {
		p = append(p, color.RGBA{R: uint8(c >> 16), G: uint8(c >> 8), B: uint8(c), A: 0xff})
	}
	return p
}

func pictureLabels(pictures []Picture) []string {
	var labels []string
	for _, p := range pictures {
		if !slices.Contains(labels, p.Label) {
			labels = append(labels, p.Label)
		}
	}
	slices.SortFunc(labels, statedFirst)
	return labels
}

func drawCell(sheet *image.Paletted, at image.Point, p Picture, series int) {
	scale := min(cellWidth/float64(p.Image.Width), cellPicture/float64(p.Image.Height))
	across, down := max(1, int(scale*float64(p.Image.Width))), max(1, int(scale*float64(p.Image.Height)))
	small := stretched(radiograph.Resize(p.Image, across, down))
	fill(sheet, image.Rect(at.X, at.Y, at.X+cellWidth, at.Y+cellPicture), sheetHalo)
	left, top := at.X+(cellWidth-across)/2, at.Y+(cellPicture-down)/2
	for y := range down {
		for x := range across {
			sheet.SetColorIndex(left+x, top+y, uint8(uint32(small.At(x, y))*(grays-1)/radiograph.MaxValue))
		}
	}
	if p.Located {
		cx := float64(left) + p.Center.X*float64(across)/float64(p.Image.Width)
		cy := float64(top) + p.Center.Y*float64(down)/float64(p.Image.Height)
		area := image.Rect(left, top, left+across, top+down)
		ring(sheet, area, cx, cy, markRadius, 3.6, sheetHalo)
		ring(sheet, area, cx, cy, markRadius, 1.8, sheetMark)
	}
	name := uint8(sheetLabel0 + series%6)
	fill(sheet, image.Rect(at.X, at.Y+cellPicture+6, at.X+8, at.Y+cellPicture+14), name)
	label := labelName(p.Label)
	if !p.Located {
		label += ", no center"
	}
	write(sheet, at.X+13, at.Y+cellPicture+lineHeight, label, name)
	write(sheet, at.X, at.Y+cellPicture+2*lineHeight, p.ID, sheetSoft)
}

func fill(sheet *image.Paletted, area image.Rectangle, index uint8) {
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			sheet.SetColorIndex(x, y, index)
		}
	}
}

// ring draws a circle of a line width, within an area.
func ring(sheet *image.Paletted, area image.Rectangle, cx, cy, radius, width float64, index uint8) {
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if d := math.Hypot(float64(x)+0.5-cx, float64(y)+0.5-cy); math.Abs(d-radius) <= width/2 {
				sheet.SetColorIndex(x, y, index)
			}
		}
	}
}

// write sets a line of text on the cell's width; a longer one loses its middle, since ids differ at their ends.
func write(sheet *image.Paletted, x, baseline int, text string, index uint8) {
	face := basicfont.Face7x13
	text = clipMiddle(text, (cellWidth-13)/face.Advance)
	drawer := font.Drawer{Dst: sheet, Src: image.NewUniform(sheet.Palette[index]), Face: face, Dot: fixed.P(x, baseline)}
	drawer.DrawString(text)
}

// clipMiddle shortens text to a number of runes with two dots, which every bitmap font has.
func clipMiddle(text string, room int) string {
	runes := []rune(text)
	if len(runes) <= room {
		return text
	}
	tail := (room - 2) / 2
	return string(runes[:room-2-tail]) + ".." + string(runes[len(runes)-tail:])
}

// stretched maps the grays between the 0.5 and the 99.5 percent quantile to the full range: a picture of
// twelve bits in sixteen would be black else. It is for looking, not for measuring.
func stretched(im radiograph.Image) radiograph.Image {
	var counts [radiograph.MaxValue + 1]int
	for _, v := range im.Pix {
		counts[v]++
	}
	// rank is the value that k pixels are below, at most.
	rank := func(k int) uint16 {
		v := 0
		for k >= counts[v] {
			k -= counts[v]
			v++
		}
		return uint16(v)
	}
	last := len(im.Pix) - 1
	low, high := rank(last/200), rank(last*199/200)
	if low == high {
		low, high = rank(0), rank(last)
	}
	if low == high {
		return im
	}
	out := radiograph.New(im.Width, im.Height)
	for i, v := range im.Pix {
		out.Pix[i] = uint16(uint32(min(max(v, low), high)-low) * radiograph.MaxValue / uint32(high-low))
	}
	return out
}
