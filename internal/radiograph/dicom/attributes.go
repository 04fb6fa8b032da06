package dicom

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	library "github.com/suyashkumar/dicom"
	"github.com/suyashkumar/dicom/pkg/tag"
)

// maxLongValue bounds values with a length of 32 bits: a lookup table of 65,536 entries of 16 bits, or the offsets of
// all frames.
const maxLongValue = 1 << 17

// attributes are the values of the elements that are wanted, as the library reads them.
type attributes map[id]*library.Element

// readAttributes lets the library read what a scanner kept. The library panics on values that are not of the type it
// expects; this is the border where that ends.
func readAttributes(kept []byte, big bool) (a attributes, err error) {
	defer func() {
		if recover() != nil {
			a, err = nil, errors.New("damaged: the header cannot be read")
		}
	}()
	whole := io.MultiReader(bytes.NewReader(preamble(big)), bytes.NewReader(kept))
	parser, err := library.NewParser(whole, int64(len(kept)+preambleSize), nil)
	if err != nil {
		return nil, errors.New("damaged: the header cannot be read") // the library's words may quote the file
	}
	a = attributes{}
	for {
		e, err := parser.Next()
		if errors.Is(err, library.ErrorEndOfDICOM) {
			return a, nil
		}
		if err != nil {
			return nil, errors.New("damaged: the header cannot be read")
		}
		a[idOf(e.Tag)] = e
	}
}

// preambleSize is the size of what preamble returns.
const preambleSize = 132 + 12 + 8 + 20

// preamble returns the beginning of a file that names the form of what a scanner keeps. Without it the library tries
// forms, and believes lengths while it does.
func preamble(big bool) []byte {
	uid := explicitLittle + "\x00"
	if big {
		uid = explicitBig + "\x00"
	}
	var s scanner
	out := append(make([]byte, 128, preambleSize), "DICM"...)
	out = binary.LittleEndian.AppendUint32(s.appendHead(out, 0x00020000, "UL", 4), uint32(8+len(uid)))
	return append(s.appendHead(out, transferSyntax, "UI", len(uid)), uid...)
}

func idOf(t tag.Tag) id { return id(t.Group)<<16 | id(t.Element) }

// texts returns the values of a text element, without padding.
func (a attributes) texts(t id) []string {
	e := a[t]
	if e == nil || e.Value == nil {
		return nil
	}
	values, _ := e.Value.GetValue().([]string)
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = readable(strings.Trim(v, " \x00\t\r\n"))
	}
	return out
}

// readable makes text valid UTF-8. Files in other character sets are read as Latin-1: that is wrong for names in other
// scripts and exact as an identity, which is all that is asked of it.
func readable(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for _, c := range []byte(s) {
		b.WriteRune(rune(c))
	}
	return b.String()
}

// text returns the first value of a text element, "" where there is none.
func (a attributes) text(t id) string {
	if v := a.texts(t); len(v) > 0 {
		return v[0]
	}
	return ""
}

// whole returns the whole text of an element, with its backslashes.
func (a attributes) whole(t id) string { return strings.Join(a.texts(t), `\`) }

// ints returns the values of a binary integer element.
func (a attributes) ints(t id) []int {
	e := a[t]
	if e == nil || e.Value == nil {
		return nil
	}
	v, _ := e.Value.GetValue().([]int)
	return v
}

// int returns the value of an element that has one.
func (a attributes) int(t id) (v int, ok bool) {
	if v := a.ints(t); len(v) > 0 {
		return v[0], true
	}
	return 0, false
}

// signedWord returns the first word of an element as a stored value of the image is read.
func (a attributes) signedWord(t id, signed bool) (v int, ok bool) {
	v, ok = a.int(t)
	if signed {
		return int(int16(uint16(v))), ok
	}
	return int(uint16(v)), ok
}

// data returns the bytes of an element.
func (a attributes) data(t id) []byte {
	e := a[t]
	if e == nil || e.Value == nil {
		return nil
	}
	b, _ := e.Value.GetValue().([]byte)
	return b
}

// items returns the items of a sequence.
func (a attributes) items(t id) []attributes {
	e := a[t]
	if e == nil || e.Value == nil {
		return nil
	}
	values, _ := e.Value.GetValue().([]*library.SequenceItemValue)
	out := make([]attributes, len(values))
	for i, v := range values {
		out[i] = attributes{}
		elements, _ := v.GetValue().([]*library.Element)
		for _, e := range elements {
			out[i][idOf(e.Tag)] = e
		}
	}
	return out
}

// decimals returns the values of a decimal string. An empty element gives none; one that is not a number is an error
// that does not quote it.
func (a attributes) decimals(t id) ([]float64, error) {
	var out []float64
	for _, s := range a.texts(t) {
		if s == "" {
			continue
		}
		v, err := decimal(s)
		if err != nil {
			return nil, fmt.Errorf("element %v is not a number", t)
		}
		out = append(out, v)
	}
	return out, nil
}

// decimal reads a decimal string as PS3.5 6.2 defines it, but for its length.
func decimal(s string) (float64, error) {
	if strings.Trim(s, "+-.0123456789eE") != "" {
		return 0, errors.New("not a number")
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		return 0, errors.New("not a number")
	}
	return v, nil
}
