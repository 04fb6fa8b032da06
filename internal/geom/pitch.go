package geom

import (
	"fmt"
	"math"
)

// A Pitch is the distance between the centers of neighboring pixels in millimeters per pixel. Zero means that it
// is not known, which is the rule and not the exception for scanned films and exported PNG files.
type Pitch float64

// Known reports whether the pitch is a usable length.
func (p Pitch) Known() bool { return p > 0 && !math.IsInf(float64(p), 0) }

// Validate returns an error when p is neither unknown (0) nor a plausible detector pitch. The bounds, 1 µm and
// 100 mm, are wide on purpose: they catch swapped units and garbage, not unusual devices.
func (p Pitch) Validate() error {
	v := float64(p)
	if v == 0 {
		return nil
	}
	if math.IsNaN(v) || v < 0.001 || v > 100 {
		return fmt.Errorf("pixel pitch %g mm is not between 0.001 and 100; leave it empty where the spacing is not known", v)
	}
	return nil
}

// MM converts a length in pixels to millimeters; ok is false where the pitch is unknown.
func (p Pitch) MM(px float64) (mm float64, ok bool) {
	if !p.Known() {
		return 0, false
	}
	return px * float64(p), true
}

// PX converts a length in millimeters to pixels; ok is false where the pitch is unknown.
func (p Pitch) PX(mm float64) (px float64, ok bool) {
	if !p.Known() {
		return 0, false
	}
	return mm / float64(p), true
}
