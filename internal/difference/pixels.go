package difference

import (
	"bytes"
	"fmt"
	"image/png"
	"strconv"
	"strings"

	"femur/internal/npy"
	"femur/internal/radiograph"
)

// A picture is pixels of one or four channels, row-major, of 16 bits each.
type picture struct {
	width, height, channels int
	values                  []uint16
}

func decodeRadiograph(b []byte) (picture, error) {
	im, err := radiograph.DecodeContainer(b, radiograph.Limits{})
	return picture{im.Width, im.Height, 1, im.Pix}, err
}

func decodeNPY(b []byte) (picture, error) {
	pix, height, width, err := npy.Read(b)
	return picture{width, height, 1, pix}, err
}

// decodePNG reads colors as the picture shows them: red, green, blue, each with its share of alpha, and alpha.
func decodePNG(b []byte) (picture, error) {
	im, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return picture{}, err
	}
	r := im.Bounds()
	p := picture{r.Dx(), r.Dy(), 4, make([]uint16, 0, 4*r.Dx()*r.Dy())}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			red, green, blue, alpha := im.At(x, y).RGBA()
			p.values = append(p.values, uint16(red), uint16(green), uint16(blue), uint16(alpha))
		}
	}
	return p, nil
}

// compareImages compares pixel by pixel; distances are of 16-bit values.
func compareImages(was, now []byte, decode func([]byte) (picture, error)) ([]Part, error) {
	a, err := decode(was)
	if err != nil {
		return nil, err
	}
	b, err := decode(now)
	if err != nil {
		return nil, err
	}
	p := Part{Name: "pixels", Elements: a.width * a.height}
	if a.width != b.width || a.height != b.height {
		p.Note = fmt.Sprintf("%d × %d are recorded, the new picture has %d × %d", a.width, a.height, b.width, b.height)
		return []Part{p}, nil
	}
	for i := range p.Elements {
		x, y := a.pixel(i), b.pixel(i)
		differ := false
		for c := range x {
			if x[c] != y[c] {
				differ = true
				p.distance(float64(x[c]), float64(y[c]))
			}
		}
		if differ {
			p.differs(func() Place {
				return Place{fmt.Sprintf("x %d, y %d", i%a.width, i/a.width), channels(x), channels(y)}
			})
		}
	}
	if !p.found() {
		return nil, nil
	}
	return []Part{p}, nil
}

func (p picture) pixel(i int) []uint16 { return p.values[i*p.channels : (i+1)*p.channels] }

func channels(values []uint16) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = strconv.Itoa(int(v))
	}
	return strings.Join(parts, " ")
}
