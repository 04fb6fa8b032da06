package radiograph

import (
	"bytes"
	"image/png"
	"strings"
	"testing"
)

// fuzzPixels keeps what a fuzzed file may ask for small, so that many are tried.
const fuzzPixels = 1 << 14

// seed adds the sample files of a format, and the bombs.
func seed(f *testing.F, suffix string) {
	f.Helper()
	for _, file := range samples(f) {
		if strings.HasSuffix(file.name, suffix) {
			f.Add(file.b)
			f.Add(file.b[:2*len(file.b)/3])
		}
	}
	for _, bomb := range bombs(f) {
		f.Add(bomb.b)
	}
}

// decodeFuzzed decodes in both ways and checks what must hold of every file.
func decodeFuzzed(t *testing.T, b []byte) (Image, Facts, error) {
	t.Helper()
	limits := Limits{MaxPixels: fuzzPixels}
	probed, probeErr := ProbeBytes(b, "fuzz", limits)
	im, facts, err := DecodeBytes(b, "fuzz", limits)
	used, usedFacts, usedErr := DecodeWith(b, "fuzz", DecodeOptions{Limits: limits, Truncated: UseTruncated})
	for _, e := range []error{probeErr, err, usedErr} {
		if e != nil && !strings.HasPrefix(e.Error(), "fuzz: ") {
			t.Fatalf("the message does not begin with the name: %v", e)
		}
	}
	switch {
	case probeErr != nil && (err == nil || usedErr == nil):
		t.Fatalf("the probe refuses what is read: %v", probeErr)
	case err == nil && (usedErr != nil || !used.Equal(im) || usedFacts != facts || facts != probed):
		t.Fatalf("a whole file is another one where truncated ones are used: %+v, %+v, %v", facts, usedFacts, usedErr)
	case usedErr == nil && (used.Validate() != nil || used.Width != usedFacts.Width || used.Height != usedFacts.Height ||
		used.Width*used.Height > fuzzPixels):
		t.Fatalf("%d×%d, facts %+v", used.Width, used.Height, usedFacts)
	case usedErr == nil && err != nil && (!usedFacts.Truncated || usedFacts.Format != JPEG):
		t.Fatalf("used though refused: %+v", usedFacts)
	}
	return im, facts, err
}

func FuzzDecodePNG(f *testing.F) {
	seed(f, ".png")
	f.Fuzz(func(t *testing.T, b []byte) {
		im, facts, err := decodeFuzzed(t, b)
		if err != nil || facts.Format != PNG {
			return
		}
		decoded, err := png.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("image/png refuses what is read: %v", err)
		}
		want, err := toGray(decoded)
		if err != nil || !im.Equal(want.Oriented(facts.Orientation)) {
			t.Fatalf("image/png reads another image, %v", err)
		}
	})
}

func FuzzDecodeJPEG(f *testing.F) {
	seed(f, ".jpg")
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _, _ = decodeFuzzed(t, b)
	})
}

func FuzzDecodeTIFF(f *testing.F) {
	seed(f, ".tif")
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _, _ = decodeFuzzed(t, b)
	})
}
