package dicom

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"slices"
	"testing"

	"femur/internal/radiograph/dicom/rle"
)

func colorElements(width int, photometric string, planes int) []el {
	e := described(width, 1, 8, 8, 7, false, photometric)
	for i := range e {
		if e[i].tag == samples {
			e[i].value = 3
		}
	}
	return append(e, el{planarConfiguration, "US", planes})
}

func TestColors(t *testing.T) {
	// Red, green, blue, gray 100: by the weights of Rec. 601, times 257.
	want := []uint16{19595, 38469, 7471, 25700}
	pixels := []byte{255, 0, 0, 0, 255, 0, 0, 0, 255, 100, 100, 100}
	planes := []byte{255, 0, 0, 100, 0, 255, 0, 100, 0, 0, 255, 100}
	packed, err := rle.Encode(pixels, 1, 4, 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	lut := func(d, t id, v ...int) []el { return []el{{d, "US", []int{len(v), 0, 16}}, {t, "OW", v}} }
	tables := slices.Concat(lut(redDescriptor, redData, 65535, 0, 0, 25700), lut(greenDescriptor, greenData, 0, 65535, 0, 25700), lut(blueDescriptor, blueData, 0, 0, 65535, 25700))
	for name, file := range map[string][]byte{
		"RGB":          build(explicitLittle, append(colorElements(4, rgb, 0), el{pixelData, "OB", pixels})...),
		"RGB planes":   build(explicitLittle, append(colorElements(4, rgb, 1), el{pixelData, "OB", planes})...),
		"RGB by RLE":   append(build(rleLossless, colorElements(4, rgb, 1)...), encapsulated(nil, packed)...),
		"YBR":          build(explicitLittle, append(colorElements(4, ybrFull, 0), el{pixelData, "OB", []byte{76, 9, 9, 150, 9, 9, 29, 9, 9, 100, 9, 9}})...),
		"YBR 422":      build(explicitLittle, append(colorElements(4, ybr422, 0), el{pixelData, "OB", []byte{76, 150, 9, 9, 29, 100, 9, 9}})...),
		"palette":      build(explicitLittle, append(append(described(4, 1, 8, 8, 7, false, palette), tables...), el{pixelData, "OB", []byte{0, 1, 2, 3}})...),
		"palette BE":   build(explicitBig, append(append(described(4, 1, 8, 8, 7, false, palette), tables...), el{pixelData, "OB", []byte{0, 1, 2, 3}})...),
		"palette long": build(implicitLittle, append(append(described(4, 1, 16, 16, 15, false, palette), tables...), el{pixelData, "OW", []int{0, 1, 2, 3}})...),
	} {
		got, facts := decodeRow(t, file)
		if !facts.Color {
			t.Errorf("%s is not said to be in color", name)
		}
		for i := range want {
			tolerance := 0
			if facts.Photometric == ybrFull || facts.Photometric == ybr422 {
				tolerance = 128 // Y is rounded to 8 bits
			}
			if d := int(got[i]) - int(want[i]); d < -tolerance || d > tolerance {
				t.Errorf("%s: pixels %v, want %v", name, got, want)
				break
			}
		}
	}
}

func TestBaselineJPEG(t *testing.T) {
	gray := image.NewGray(image.Rect(0, 0, 8, 8))
	colors := image.NewRGBA(image.Rect(0, 0, 8, 8))
	for i := range 64 {
		gray.Pix[i] = 128
		colors.Set(i%8, i/8, color.RGBA{200, 100, 50, 255})
	}
	pack := func(im image.Image) []byte {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, im, &jpeg.Options{Quality: 100}); err != nil {
			t.Fatal(err)
		}
		return encapsulated(nil, b.Bytes())
	}
	square := func(e []el) []el { // 8 rows
		for i := range e {
			if e[i].tag == rows {
				e[i].value = 8
			}
		}
		return e
	}
	progressive := bytes.Replace(pack(gray), []byte{0xff, 0xc0}, []byte{0xff, 0xc2}, 1)
	large := bytes.Replace(pack(gray), []byte{8, 0, 8, 0, 8}, []byte{8, 0x1f, 0x40, 0x1f, 0x40}, 1) // 8000 × 8000
	huge := with(described(8000, 1, 8, 8, 7, false, monochrome2), rows, 8000)
	got, facts := decodeRow(t, append(build(jpegBaseline, square(described(8, 1, 8, 8, 7, false, monochrome2))...), pack(gray)...))
	if got[0] != 128*257 || !facts.Lossy {
		t.Errorf("gray is %d, %+v", got[0], facts)
	}
	got, facts = decodeRow(t, append(build(jpegBaseline, square(colorElements(8, ybr422, 0))...), pack(colors)...))
	if y := int(got[0]) / 257; y < 123 || y > 125 || !facts.Color { // 0.299·200 + 0.587·100 + 0.114·50 = 124
		t.Errorf("luminance is %d, %+v", y, facts)
	}
	for want, file := range map[string][]byte{
		"the header says RGB":      append(build(jpegBaseline, square(colorElements(8, rgb, 0))...), pack(colors)...),
		"the header says gray":     append(build(jpegBaseline, square(described(8, 1, 8, 8, 7, false, monochrome2))...), pack(colors)...),
		"compressed image is gray": append(build(jpegBaseline, square(colorElements(8, ybrFull, 0))...), pack(gray)...),
		"the compressed image 8×8": append(build(jpegBaseline, described(8, 1, 8, 8, 7, false, monochrome2)...), pack(gray)...),
		"the header says 12 in 16": append(build(jpegBaseline, square(described(8, 1, 16, 12, 11, false, monochrome2))...), pack(gray)...),
		"damaged JPEG":             append(build(jpegBaseline, square(described(8, 1, 8, 8, 7, false, monochrome2))...), encapsulated(nil, []byte{0xff, 0xd8, 0xff, 0xd9})...),
		"not baseline JPEG":        append(build(jpegBaseline, square(described(8, 1, 8, 8, 7, false, monochrome2))...), progressive...),
		"too few for 8000×8000":    append(build(jpegBaseline, huge...), large...),
		"even number of columns":   build(explicitLittle, append(colorElements(3, ybr422, 0), el{pixelData, "OB", make([]byte, 6)})...),
	} {
		_, _, err := new(Decoder).Decode(t.Context(), file, "file", 0)
		wantError(t, err, want)
	}
}
