package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// A Stream is a place to print on and what it can do.
type Stream struct {
	Out   io.Writer
	JSON  bool // print for programs
	Color bool // escape codes are understood and wanted
	Bars  bool // lines can be redrawn, so running stages may be shown as bars
	Width int  // columns; 0 stands for 80
}

func (s Stream) width() int {
	if s.Width <= 0 {
		return 80
	}
	return max(s.Width, 40)
}

// writeJSON prints one object, indented, with a trailing newline.
func (s Stream) writeJSON(v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("print as JSON: %w", err)
	}
	_, err := s.Out.Write(b.Bytes())
	return err
}

// page starts a text that is collected and written at once.
func (s Stream) page() *page { return &page{paint: paint{on: s.Color}, width: s.width()} }

// A page collects human text for a stream of a known width.
type page struct {
	bytes.Buffer
	paint
	width int
}

// linef prints one line.
func (p *page) linef(format string, args ...any) {
	fmt.Fprintf(&p.Buffer, format, args...)
	p.WriteByte('\n')
}

// wrapped prints text after a prefix, broken at spaces, further lines indented by the prefix's width.
func (p *page) wrapped(prefix, text string) {
	indent := utf8.RuneCountInString(prefix)
	for i, line := range wrap(text, p.width-indent) {
		if i > 0 {
			prefix = strings.Repeat(" ", indent)
		}
		p.linef("%s%s", prefix, line)
	}
}

// to writes the collected text.
func (p *page) to(w io.Writer) error {
	_, err := w.Write(p.Bytes())
	return err
}

// wrap breaks text at spaces into lines of at most width runes; a longer word keeps a line to itself.
func wrap(text string, width int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		line, length := "", 0
		for word := range strings.FieldsSeq(paragraph) {
			n := utf8.RuneCountInString(word)
			if length > 0 && length+1+n > width {
				lines = append(lines, line)
				line, length = "", 0
			}
			if length > 0 {
				line += " "
				length++
			}
			line += word
			length += n
		}
		lines = append(lines, line)
	}
	return lines
}

// clip shortens text to width runes, with an ellipsis where something was cut.
func clip(text string, width int) string {
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	if width < 1 {
		return ""
	}
	return strings.TrimRight(string([]rune(text)[:width-1]), " ") + "…"
}

// clipMiddle shortens text to width runes; what is cut out of its middle becomes an ellipsis, since
// names of images and instances differ at their ends.
func clipMiddle(text string, width int) string {
	runes := []rune(text)
	if len(runes) <= width {
		return text
	}
	if width < 8 {
		return clip(text, width)
	}
	tail := (width - 1) / 2
	return string(runes[:width-1-tail]) + "…" + string(runes[len(runes)-tail:])
}

// clipName shortens a name to width runes: an address that is too long loses the keys of its matrix
// first, train-localizer.main[vit-nano,0], and its middle only where that does not do.
func clipName(text string, width int) string {
	if utf8.RuneCountInString(text) > width {
		text = withoutKeys(text)
	}
	return clipMiddle(text, width)
}

// pad fills text with spaces up to width runes, on the right.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}

// padLeft fills text with spaces up to width runes, on the left.
func padLeft(text string, width int) string {
	return strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text))) + text
}
