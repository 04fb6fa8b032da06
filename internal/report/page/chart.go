package page

import (
	"fmt"
	"strconv"
	"strings"
)

// A Chart is an SVG drawing with its text for those who do not see it.
type Chart struct {
	ID, Title, Description string
	Width, Height          int
	Wide                   bool // takes a line of its own on paper
	Marks                  []Mark
}

// A Mark is a path or, if it has Text, a text at X, Y. Class names rules of [StyleSheet].
type Mark struct {
	Class, D, X, Y, Text string
}

// Path adds SVG path data in which each # stands for the next coordinate.
func (c *Chart) Path(class, d string, at ...float64) {
	var out strings.Builder
	for _, r := range d {
		if r != '#' {
			out.WriteRune(r)
			continue
		}
		out.WriteString(Coordinate(at[0]))
		at = at[1:]
	}
	c.Marks = append(c.Marks, Mark{Class: class, D: out.String()})
}

// Text adds text whose baseline begins at x, y, or has its middle or end there by the classes mid and end.
func (c *Chart) Text(class string, x, y float64, text string) {
	c.Marks = append(c.Marks, Mark{Class: class, X: Coordinate(x), Y: Coordinate(y), Text: text})
}

// Polyline connects points; with closed it returns to the first.
func (c *Chart) Polyline(class string, points [][2]float64, closed bool) {
	var d strings.Builder
	for i, p := range points {
		step := "L"
		if i == 0 {
			step = "M"
		}
		d.WriteString(step + Coordinate(p[0]) + " " + Coordinate(p[1]))
	}
	if closed {
		d.WriteString("Z")
	}
	c.Marks = append(c.Marks, Mark{Class: class, D: d.String()})
}

// Rectangle adds one by its top left corner.
func (c *Chart) Rectangle(class string, x, y, w, h float64) {
	c.Path(class, "M# #h#v#h#Z", x, y, w, h, -w)
}

// Dot is a filled circle.
func (c *Chart) Dot(class string, x, y, r float64) {
	c.Path(class, "M# #a# # 0 1 0 # 0a# # 0 1 0 # 0Z", x-r, y, r, r, 2*r, r, r, -2*r)
}

// Coordinate prints a tenth of a pixel, without trailing zeros or a negative zero.
func Coordinate(v float64) string {
	text := strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0")
	if text == "-0" {
		return "0"
	}
	return text
}

// Axes draws grid, ticks and names of a plot whose x and y run over the scales.
func (c *Chart) Axes(x, y Scale, nameX, nameY string) {
	for _, v := range x.Ticks() {
		c.Path("grid", "M# #V#", x.At(v), y.From, y.To)
		c.Text("mid soft", x.At(v), max(y.From, y.To)+17, TickText(v))
	}
	for _, v := range y.Ticks() {
		c.Path("grid", "M# #H#", x.From, y.At(v), x.To)
		c.Text("end soft", x.From-7, y.At(v)+4, TickText(v))
	}
	c.Path("axis", "M# #V#H#", x.From, y.To, y.From, x.To)
	c.Text("mid", (x.From+x.To)/2, max(y.From, y.To)+36, nameX)
	c.Text("", 4, y.To-10, nameY)
}

// Series is the class of the i-th line, in a color and a dash pattern of its own.
func Series(i int) string { return fmt.Sprintf("s s%d", i%6) }

// Fill is the class of an area in the color of [Series].
func Fill(i int) string { return fmt.Sprintf("f%d", i%6) }
