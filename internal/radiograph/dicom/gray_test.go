package dicom

import (
	"math"
	"testing"

	"femur/internal/radiograph"

	"github.com/google/go-cmp/cmp"
)

// The range that the bits can hold is the full scale; by hand.
func TestGrayByHand(t *testing.T) {
	const full = 65535
	lut := func(tag id, first, bits int, entries ...int) el {
		return el{tag, "SQ", []el{{lutDescriptor, "US", []int{len(entries), first, bits}}, {lutData, "OW", entries}}}
	}
	window := func(center, width, function string) []el {
		e := []el{{windowCenter, "DS", center}, {windowWidth, "DS", width}}
		if function != "" {
			e = append(e, el{voiFunction, "CS", function})
		}
		return e
	}
	tests := []struct {
		name        string
		stored      int
		signed      bool
		photometric string
		cells       []int
		more        []el
		want        []uint16
		facts       Facts
	}{
		{
			name: "whole range of 12 bits", stored: 12, photometric: monochrome2, cells: []int{0, 1, 2048, 4095},
			want: []uint16{0, 16, 32776, full}, // v·65535/4095
		},
		{
			name: "bits above the stored ones are ignored", stored: 12, photometric: monochrome2,
			cells: []int{0xf000, 0x1fff}, want: []uint16{0, full},
		},
		{
			name: "signed", stored: 12, signed: true, photometric: monochrome2, cells: []int{0x800, 0xfff, 0, 0x7ff, 0xf800},
			want: []uint16{0, 32759, 32776, full, 0}, facts: Facts{Signed: true},
		},
		{
			name: "MONOCHROME1", stored: 16, photometric: monochrome1, cells: []int{0, 1000, 65535},
			want: []uint16{full, full - 1000, 0}, facts: Facts{Inverted: true},
		},
		{
			name: "MONOCHROME1 and INVERSE say the same", stored: 16, photometric: monochrome1, cells: []int{0, 1000, 65535},
			more: []el{{presentationShape, "CS", "INVERSE"}}, want: []uint16{full, full - 1000, 0}, facts: Facts{Inverted: true},
		},
		{
			name: "INVERSE alone", stored: 16, photometric: monochrome2, cells: []int{0, 65535},
			more: []el{{presentationShape, "CS", "INVERSE"}}, want: []uint16{full, 0}, facts: Facts{Inverted: true},
		},
		{
			name: "IDENTITY", stored: 16, photometric: monochrome2, cells: []int{7},
			more: []el{{presentationShape, "CS", "IDENTITY"}}, want: []uint16{7},
		},
		{
			name: "rescaled without a window: the range moves along", stored: 12, photometric: monochrome2, cells: []int{0, 4095},
			more: []el{{rescaleSlope, "DS", "0.5"}, {rescaleIntercept, "DS", "-1024"}}, want: []uint16{0, full}, facts: Facts{Rescaled: true},
		},
		{
			name: "a negative slope turns the image", stored: 16, photometric: monochrome2, cells: []int{0, 65535},
			more: []el{{rescaleSlope, "DS", "-1"}, {rescaleIntercept, "DS", "65535"}}, want: []uint16{full, 0}, facts: Facts{Rescaled: true},
		},
		{ // C.11.2.1.2.1: c = 2048, w = 4096 is the identity on 0 to 4095
			name: "LINEAR window, whole", stored: 12, photometric: monochrome2, cells: []int{0, 1, 2048, 4095},
			more: window("2048", "4096", ""), want: []uint16{0, 16, 32776, full}, facts: Facts{Window: true},
		},
		{ // c = 2048, w = 1: a threshold
			name: "LINEAR window of width 1", stored: 12, photometric: monochrome2, cells: []int{2047, 2048},
			more: window("2048", "1", "LINEAR"), want: []uint16{0, full}, facts: Facts{Window: true},
		},
		{
			name: "LINEAR window of width 2", stored: 12, photometric: monochrome2, cells: []int{2046, 2047, 2048, 2049},
			more: window("2048", "2", "LINEAR"), want: []uint16{0, 0, full, full}, facts: Facts{Window: true},
		},
		{
			name: "LINEAR_EXACT window", stored: 12, photometric: monochrome2, cells: []int{0, 1000, 1500, 2000, 3000},
			more: window("1500", "1000", "LINEAR_EXACT"), want: []uint16{0, 0, 32768, full, full}, facts: Facts{Window: true},
		},
		{ // 1/(1+e^2), 1/2, 1/(1+e^-2)
			name: "SIGMOID window", stored: 12, photometric: monochrome2, cells: []int{1000, 1500, 2000},
			more: window("1500", "1000", "SIGMOID"), want: []uint16{7812, 32768, 57723}, facts: Facts{Window: true},
		},
		{
			name: "the first of several windows", stored: 12, photometric: monochrome2, cells: []int{0, 2048, 4095},
			more: window(`2048\10`, `4096\20`, ""), want: []uint16{0, 32776, full}, facts: Facts{Window: true},
		},
		{
			name: "window after rescale, inversion last", stored: 12, photometric: monochrome1, cells: []int{0, 1024, 2047},
			more: append(window("0", "2048", ""), el{rescaleIntercept, "DS", "-1024"}, el{rescaleSlope, "DS", "1"}),
			want: []uint16{full, 32751, 0}, facts: Facts{Window: true, Inverted: true, Rescaled: true},
		},
		{
			name: "VOI table before window", stored: 12, photometric: monochrome2, cells: []int{0, 10, 11, 12, 4095},
			more: append(window("2048", "4096", ""), lut(voiLUTs, 10, 12, 100, 2000, 4095)), // 100·65535/4095
			want: []uint16{1600, 1600, 32007, full, full}, facts: Facts{VOITable: true},
		},
		{
			name: "VOI table of signed values", stored: 12, signed: true, photometric: monochrome2, cells: []int{0xfff, 0},
			more: []el{lut(voiLUTs, 0xffff, 8, 51, 255)}, want: []uint16{13107, full}, facts: Facts{VOITable: true, Signed: true},
		},
		{
			name: "modality table, then its range", stored: 8, photometric: monochrome2, cells: []int{0, 1, 2},
			more: []el{lut(modalityLUTs, 0, 16, 65535, 500, 0)}, want: []uint16{full, 500, 0}, facts: Facts{Rescaled: true},
		},
		{
			name: "modality table, then a window", stored: 8, photometric: monochrome2, cells: []int{0, 1, 2},
			more: append(window("500", "1000", "LINEAR_EXACT"), lut(modalityLUTs, 0, 16, 65535, 500, 0)),
			want: []uint16{full, 32768, 0}, facts: Facts{Rescaled: true, Window: true},
		},
		{
			name: "an emptied table is none", stored: 16, photometric: monochrome2, cells: []int{5},
			more: []el{{modalityLUTs, "SQ", []el{{lutDescriptor, "US", []int{}}}}}, want: []uint16{5},
		},
		{
			name: "a window beside all values", stored: 12, photometric: monochrome2, cells: []int{3000, 4000},
			more: window("100", "50", ""), want: []uint16{full, full}, facts: Facts{Window: true, Blank: true},
		},
		{
			name: "padding is black", stored: 16, photometric: monochrome2, cells: []int{65535, 65534, 3},
			more: []el{{paddingValue, "US", 65535}}, want: []uint16{0, 65534, 3}, facts: Facts{Padded: true},
		},
		{
			name: "padding is black in MONOCHROME1 too", stored: 16, photometric: monochrome1, cells: []int{0, 1},
			more: []el{{paddingValue, "US", 0}}, want: []uint16{0, full - 1}, facts: Facts{Padded: true, Inverted: true},
		},
		{
			name: "range of padding", stored: 16, photometric: monochrome2, cells: []int{9, 10, 15, 20, 21},
			more: []el{{paddingValue, "US", 20}, {paddingLimit, "US", 10}}, want: []uint16{9, 0, 0, 0, 21}, facts: Facts{Padded: true},
		},
		{
			name: "signed padding", stored: 16, signed: true, photometric: monochrome2, cells: []int{0x8000, 0xf830, 0},
			more: []el{{paddingValue, "SS", 0xf830}}, want: []uint16{0, 0, 32768}, facts: Facts{Padded: true, Signed: true},
		},
	}
	for _, test := range tests {
		for _, uid := range []string{implicitLittle, explicitLittle, explicitBig, deflatedExplicit} {
			t.Run(test.name+"/"+uid, func(t *testing.T) {
				got, facts := decodeRow(t, gray16(uid, test.stored, test.signed, test.photometric, test.cells, test.more...))
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("pixels (-want +got):\n%s", diff)
				}
				want := test.facts
				want.TransferSyntax, want.Photometric, want.Frames, want.BitsStored = uid, test.photometric, 1, test.stored
				want.PitchSource, want.Blank = Unknown, (radiograph.Image{Pix: test.want}).Uniform()
				if diff := cmp.Diff(want, facts); diff != "" {
					t.Errorf("facts (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestGrayRefuses(t *testing.T) {
	tests := []struct {
		name string
		more []el
		want string
	}{
		{"slope of 0", []el{{rescaleSlope, "DS", "0"}}, "leave no range"},
		{"slope without end", []el{{rescaleSlope, "DS", "1e308"}}, "leave no range"},
		{"slope in words", []el{{rescaleSlope, "DS", "steep"}}, "(0028,1053) is not a number"},
		{"no number", []el{{windowCenter, "DS", "NaN"}, {windowWidth, "DS", "1"}}, "(0028,1050) is not a number"},
		{"hexadecimal", []el{{windowCenter, "DS", "0x1p4"}, {windowWidth, "DS", "1"}}, "(0028,1050) is not a number"},
		{"half a window", []el{{windowCenter, "DS", "40"}}, "but not both"},
		{"no width", []el{{windowCenter, "DS", "40"}, {windowWidth, "DS", "0"}}, "narrower than 1"},
		{"no exact width", []el{{windowCenter, "DS", "40"}, {windowWidth, "DS", "0"}, {voiFunction, "CS", "LINEAR_EXACT"}}, "without width"},
		{"sigmoid of no width", []el{{windowCenter, "DS", "40"}, {windowWidth, "DS", "-3"}, {voiFunction, "CS", "SIGMOID"}}, "without width"},
		{"own function", []el{{windowCenter, "DS", "40"}, {windowWidth, "DS", "9"}, {voiFunction, "CS", "MINE"}}, "does not define"},
		{"table too short", []el{{voiLUTs, "SQ", []el{{lutDescriptor, "US", []int{3, 0, 16}}, {lutData, "OW", []int{1, 2}}}}}, "promises 3 entries, the data have 4 bytes"},
		{"table of 0", []el{{voiLUTs, "SQ", []el{{lutDescriptor, "US", []int{0, 0, 16}}, {lutData, "OW", []int{1, 2}}}}}, "promises 65536 entries"},
		{"table of 7 bits", []el{{voiLUTs, "SQ", []el{{lutDescriptor, "US", []int{2, 0, 7}}, {lutData, "OW", []int{1, 2}}}}}, "7 bits"},
		{"table beyond its bits", []el{{voiLUTs, "SQ", []el{{lutDescriptor, "US", []int{2, 0, 8}}, {lutData, "OW", []int{1, 256}}}}}, "larger than 8 bits"},
		{"table without descriptor", []el{{modalityLUTs, "SQ", []el{{lutData, "OW", []int{1, 2}}}}}, "three numbers"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := new(Decoder).Decode(t.Context(), gray16(explicitLittle, 16, false, monochrome2, []int{1, 2}, test.more...), "file", 0)
			wantError(t, err, test.want)
		})
	}
}

// The exponential is close enough that no step of 16 bits can differ.
func TestExp(t *testing.T) {
	for x := -700.0; x <= 700; x += 0.37 {
		if got, want := exp(x), math.Exp(x); math.Abs(got-want) > 1e-14*want {
			t.Fatalf("e^%g is %g, want %g", x, got, want)
		}
	}
	if exp(-1e9) <= 0 || math.IsInf(exp(1e9), 0) {
		t.Error("the ends are not clamped")
	}
}
