package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A chart is an SVG drawing with its text for those who do not see it.
type chart struct {
	ID, Title, Description string
	Width, Height          int
	Wide                   bool // takes a line of its own on paper
	Marks                  []mark
}

// A mark is a path or, if it has Text, a text at X, Y.
type mark struct {
	Class, D, X, Y, Text string
}

// path adds SVG path data in which each # stands for the next coordinate.
func (c *chart) path(class, d string, at ...float64) {
	var out strings.Builder
	for _, r := range d {
		if r != '#' {
			out.WriteRune(r)
			continue
		}
		out.WriteString(coordinate(at[0]))
		at = at[1:]
	}
	c.Marks = append(c.Marks, mark{Class: class, D: out.String()})
}

func (c *chart) text(class string, x, y float64, text string) {
	c.Marks = append(c.Marks, mark{Class: class, X: coordinate(x), Y: coordinate(y), Text: text})
}

// polyline connects points; with closed it returns to the first.
func (c *chart) polyline(class string, points [][2]float64, closed bool) {
	var d strings.Builder
	for i, p := range points {
		step := "L"
		if i == 0 {
			step = "M"
		}
		d.WriteString(step + coordinate(p[0]) + " " + coordinate(p[1]))
	}
	if closed {
		d.WriteString("Z")
	}
	c.Marks = append(c.Marks, mark{Class: class, D: d.String()})
}

func (c *chart) rectangle(class string, x, y, w, h float64) {
	c.path(class, "M# #h#v#h#Z", x, y, w, h, -w)
}

// dot is a filled circle.
func (c *chart) dot(class string, x, y, r float64) {
	c.path(class, "M# #a# # 0 1 0 # 0a# # 0 1 0 # 0Z", x-r, y, r, r, 2*r, r, r, -2*r)
}

// coordinate prints a tenth of a pixel, without trailing zeros or a negative zero.
func coordinate(v float64) string {
	text := strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0")
	if text == "-0" {
		return "0"
	}
	return text
}

// A scale maps values to pixels, linearly or by logarithm.
type scale struct {
	low, high float64 // values
	from, to  float64 // pixels
	log       bool
}

func (s scale) at(v float64) float64 {
	low, high := s.low, s.high
	if s.log {
		v, low, high = math.Log(max(v, s.low)), math.Log(low), math.Log(high)
	}
	share := (v - low) / (high - low)
	return s.from + min(max(share, 0), 1)*(s.to-s.from)
}

// ticks are round values: 1, 2 and 5 times powers of ten for a logarithm, some five
// steps of such a size else.
func (s scale) ticks() []float64 {
	var out []float64
	if s.log {
		for decade := math.Floor(math.Log10(s.low)); decade <= math.Log10(s.high); decade++ {
			for _, m := range []float64{1, 2, 5} {
				if v := m * math.Pow(10, decade); v >= s.low*0.999 && v <= s.high*1.001 {
					out = append(out, v)
				}
			}
		}
		return out
	}
	step := math.Pow(10, math.Floor(math.Log10((s.high-s.low)/4)))
	for _, m := range []float64{5, 2} {
		if (s.high-s.low)/(step*m) >= 4 {
			step *= m
			break
		}
	}
	for k := math.Ceil(s.low/step - 1e-9); k*step <= s.high*(1+1e-9)+1e-12; k++ {
		out = append(out, k*step)
	}
	return out
}

// round125 is the nearest 1, 2 or 5 times a power of ten that is not above v, or
// not below it with up.
func round125(v float64, up bool) float64 {
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

// tickText prints a tick with a true minus sign.
func tickText(v float64) string {
	text := strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64)
	if text == "-0" {
		return "0"
	}
	return strings.Replace(text, "-", "−", 1)
}

// axes draws grid, ticks and names of a plot whose x and y run over the scales.
func (c *chart) axes(x, y scale, nameX, nameY string) {
	for _, v := range x.ticks() {
		c.path("grid", "M# #V#", x.at(v), y.from, y.to)
		c.text("mid soft", x.at(v), max(y.from, y.to)+17, tickText(v))
	}
	for _, v := range y.ticks() {
		c.path("grid", "M# #H#", x.from, y.at(v), x.to)
		c.text("end soft", x.from-7, y.at(v)+4, tickText(v))
	}
	c.path("axis", "M# #V#H#", x.from, y.to, y.from, x.to)
	c.text("mid", (x.from+x.to)/2, max(y.from, y.to)+36, nameX)
	c.text("", 4, y.to-10, nameY)
}

// series is the class of the i-th line, its fill the class of the i-th area.
func series(i int) string { return fmt.Sprintf("s s%d", i%6) }
func fill(i int) string   { return fmt.Sprintf("f%d", i%6) }
