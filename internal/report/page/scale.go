package page

import (
	"math"
	"strconv"
	"strings"
)

// A Scale maps values to pixels, linearly or by logarithm.
type Scale struct {
	Low, High float64 // values
	From, To  float64 // pixels
	Log       bool
}

// At is the pixel of a value; values beyond an end are at that end.
func (s Scale) At(v float64) float64 {
	low, high := s.Low, s.High
	if s.Log {
		v, low, high = math.Log(max(v, s.Low)), math.Log(low), math.Log(high)
	}
	share := (v - low) / (high - low)
	return s.From + min(max(share, 0), 1)*(s.To-s.From)
}

// Ticks are round values: 1, 2 and 5 times powers of ten for a logarithm, some five
// steps of such a size else.
func (s Scale) Ticks() []float64 {
	var out []float64
	if s.Log {
		for decade := math.Floor(math.Log10(s.Low)); decade <= math.Log10(s.High); decade++ {
			for _, m := range []float64{1, 2, 5} {
				if v := m * math.Pow(10, decade); v >= s.Low*0.999 && v <= s.High*1.001 {
					out = append(out, v)
				}
			}
		}
		return out
	}
	step := math.Pow(10, math.Floor(math.Log10((s.High-s.Low)/4)))
	for _, m := range []float64{5, 2} {
		if (s.High-s.Low)/(step*m) >= 4 {
			step *= m
			break
		}
	}
	for k := math.Ceil(s.Low/step - 1e-9); k*step <= s.High*(1+1e-9)+1e-12; k++ {
		out = append(out, k*step)
	}
	return out
}

// Round125 is the nearest 1, 2 or 5 times a power of ten that is not above v, or
// not below it with up.
func Round125(v float64, up bool) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	steps := []float64{1, 2, 5, 10}
	if up {
		for _, m := range steps {
			if m*power >= v*(1-1e-9) {
				return m * power
			}
		}
	}
	for i := len(steps) - 1; i >= 0; i-- {
		if steps[i]*power <= v*(1+1e-9) {
			return steps[i] * power
		}
	}
	return power
}

// TickText prints a tick with a true minus sign.
func TickText(v float64) string {
	text := strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64)
	if text == "-0" {
		return "0"
	}
	return strings.Replace(text, "-", "−", 1)
}
