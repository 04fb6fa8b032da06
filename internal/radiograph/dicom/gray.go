package dicom

import (
	"errors"
	"fmt"
	"math"

	"femur/internal/radiograph"
)

// from returns the elements that hold a transformation of a frame: the data set itself, or, in files with functional
// groups, the macro that counts for the frame.
func (f *file) from(t, macro id, frame int) attributes {
	if f.attrs[t] == nil {
		if group := f.group(macro, frame); group != nil {
			return group
		}
	}
	return f.attrs
}

// value returns what the stored bits i stand for.
func (s shape) value(i int) int {
	if s.signed && i>>(s.stored-1) == 1 {
		return i - 1<<s.stored
	}
	return i
}

// grayTable returns what becomes of each value that the stored bits can hold.
func (f *file) grayTable(s shape, frame int, facts *Facts) ([]uint16, error) {
	n := 1 << s.stored
	modality, lo, hi, err := f.modalityValues(s, frame, facts)
	if err != nil {
		return nil, err
	}
	show, err := f.voi(lo, hi, frame, facts)
	if err != nil {
		return nil, err
	}
	facts.Inverted = s.photometric == monochrome1 || f.attrs.text(presentationShape) == "INVERSE"
	isPadding := f.padding(s)
	facts.Padded = isPadding != nil
	table := make([]uint16, n)
	for i := range table {
		if isPadding != nil && isPadding(s.value(i)) {
			continue // black, whichever way the image is turned
		}
		y := min(max(show(modality[i]), 0), 1)
		table[i] = uint16(math.Floor(float64(y*radiograph.MaxValue) + 0.5))
		if facts.Inverted {
			table[i] = radiograph.MaxValue - table[i]
		}
	}
	return table, nil
}

// modalityValues returns what the modality transformation (PS3.3 C.11.1) makes of each stored value, and the least
// and the greatest that it can make.
func (f *file) modalityValues(s shape, frame int, facts *Facts) (values []float64, lo, hi float64, err error) {
	values = make([]float64, 1<<s.stored)
	if item := f.attrs.table(modalityLUTs); item != nil {
		facts.Rescaled = true
		table, err := readTable(item, lutDescriptor, lutData, s.signed)
		if err != nil {
			return nil, 0, 0, fmt.Errorf("modality lookup table: %w", err)
		}
		for i := range values {
			values[i] = float64(table.at(s.value(i)))
		}
		return values, 0, float64(table.top()), nil
	}
	slope, intercept, err := f.rescale(frame)
	if err != nil {
		return nil, 0, 0, err
	}
	facts.Rescaled = slope != 1 || intercept != 0
	lo, hi = math.Inf(1), math.Inf(-1)
	for i := range values {
		values[i] = float64(slope*float64(s.value(i))) + intercept
		lo, hi = min(lo, values[i]), max(hi, values[i])
	}
	if !(hi > lo) || math.IsInf(hi-lo, 0) {
		return nil, 0, 0, errors.New("damaged: Rescale Slope and Intercept leave no range of values; correct them or leave the file out")
	}
	return values, lo, hi, nil
}

// rescale returns slope and intercept, 1 and 0 where there are none.
func (f *file) rescale(frame int) (slope, intercept float64, err error) {
	a := f.from(rescaleSlope, groupRescale, frame)
	slope = 1
	v, err := a.decimals(rescaleSlope)
	if err != nil {
		return 0, 0, fmt.Errorf("damaged: %w", err)
	}
	if len(v) > 0 {
		slope = v[0]
	}
	if v, err = a.decimals(rescaleIntercept); err != nil {
		return 0, 0, fmt.Errorf("damaged: %w", err)
	}
	if len(v) > 0 {
		intercept = v[0]
	}
	return slope, intercept, nil
}

// voi returns the VOI transformation (PS3.3 C.11.2) from values between lo and hi to brightness from 0 to 1.
func (f *file) voi(lo, hi float64, frame int, facts *Facts) (func(float64) float64, error) {
	if item := f.from(voiLUTs, groupVOI, frame).table(voiLUTs); item != nil {
		facts.VOITable = true
		table, err := readTable(item, lutDescriptor, lutData, lo < 0)
		if err != nil {
			return nil, fmt.Errorf("VOI lookup table: %w", err)
		}
		top := float64(table.top())
		return func(x float64) float64 {
			x = min(max(math.Floor(x+0.5), -1<<17), 1<<17)
			return float64(table.at(int(x))) / top
		}, nil
	}
	a := f.from(windowCenter, groupVOI, frame)
	center, err := a.decimals(windowCenter)
	if err != nil {
		return nil, fmt.Errorf("damaged: %w", err)
	}
	width, err := a.decimals(windowWidth)
	if err != nil {
		return nil, fmt.Errorf("damaged: %w", err)
	}
	switch {
	case len(center) == 0 && len(width) == 0:
		return func(x float64) float64 { return (x - lo) / (hi - lo) }, nil
	case len(center) == 0 || len(width) == 0:
		return nil, errors.New("damaged: a window has a center or a width, but not both; correct it or remove both")
	}
	facts.Window = true
	return window(center[0], width[0], a.text(voiFunction))
}

// padding returns which stored values stand for no pixel; nil where the file declares none.
func (f *file) padding(s shape) func(v int) bool {
	first, ok := f.attrs.signedWord(paddingValue, s.signed)
	if !ok {
		return nil
	}
	last, ok := f.attrs.signedWord(paddingLimit, s.signed)
	if !ok {
		last = first
	}
	first, last = min(first, last), max(first, last)
	return func(v int) bool { return v >= first && v <= last }
}
