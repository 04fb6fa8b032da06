package radiograph

import (
	"bytes"
	"io"
	"testing"

	"femur/internal/geom"
)

// The size of a usual radiograph of the clinic; throughput is reported in bytes of 16-bit pixels.
const benchWidth, benchHeight = 1760, 2140

func benchImage(b *testing.B) Image {
	b.Helper()
	im := noisy(benchWidth, benchHeight, 1)
	b.SetBytes(2 * benchWidth * benchHeight)
	b.ReportAllocs()
	return im
}

func BenchmarkLetterboxed(b *testing.B) {
	im := benchImage(b)
	for b.Loop() {
		Letterboxed(im, 224)
	}
}

func BenchmarkCropMM(b *testing.B) {
	im := noisy(benchWidth, benchHeight, 1)
	w, err := geom.WindowMM(geom.CenterOf(benchWidth, benchHeight), 60, 0.2)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		Crop(im, w, 224)
	}
}

func BenchmarkEncode(b *testing.B) {
	im := benchImage(b)
	for b.Loop() {
		if err := Encode(io.Discard, im); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeContainer(b *testing.B) {
	im := benchImage(b)
	whole := encoded(b, im)
	b.ReportMetric(float64(len(whole)), "size")
	for b.Loop() {
		if _, err := DecodeContainer(whole, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOrientedRotated90(b *testing.B) {
	im := benchImage(b)
	for b.Loop() {
		im.Oriented(Rotated90)
	}
}

func BenchmarkWritePNG(b *testing.B) {
	im := benchImage(b)
	for b.Loop() {
		if err := WritePNG(io.Discard, im); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodePNG(b *testing.B) {
	im := benchImage(b)
	var file bytes.Buffer
	if err := WritePNG(&file, im); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := DecodeBytes(file.Bytes(), "a.png", Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeJPEG(b *testing.B) {
	im := benchImage(b)
	var file bytes.Buffer
	if err := WriteJPEG(&file, im, 90); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := DecodeBytes(file.Bytes(), "a.jpg", Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}
