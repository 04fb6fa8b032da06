package pipeline

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hcled"
)

// maxSnippetLines bounds what is shown of a fault that spans a long block.
const maxSnippetLines = 8

// A Snippet is the source around a fault.
type Snippet struct {
	Context string        `json:"context,omitempty"` // the block it stands in: stage "ingest" "cohort"
	Lines   []SnippetLine `json:"lines"`
}

// A SnippetLine is one line of source, without its line break. Start and End delimit the bytes of
// Text at fault; they are equal where the line is only shown for its neighbors' sake.
type SnippetLine struct {
	Number int    `json:"number"`
	Text   string `json:"text"`
	Start  int    `json:"start"`
	End    int    `json:"end"`
}

// A source is text that diagnostics can point into.
type source struct {
	bytes []byte
	file  *hcl.File // nil for text that is no file
}

// snippet cuts the lines of a range, widened to its context, out of the source.
func (l *loader) snippet(subject hcl.Range, context *hcl.Range) *Snippet {
	src, ok := l.sources[subject.Filename]
	whole := subject.Empty() && subject.Start.Byte == 0 // the fault is the file's, not its first line's
	if !ok || whole || subject.Start.Byte > len(src.bytes) {
		return nil
	}
	wide := subject
	if context != nil && context.Filename == subject.Filename {
		wide = hcl.RangeOver(subject, *context)
	}
	s := &Snippet{}
	if src.file != nil {
		s.Context = hcled.ContextString(src.file, subject.Start.Byte)
	}
	at := bytes.LastIndexByte(src.bytes[:min(wide.Start.Byte, len(src.bytes))], '\n') + 1
	end := min(max(subject.End.Byte, subject.Start.Byte+1), len(src.bytes)) // an empty range still marks a character
	for number := wide.Start.Line; at <= len(src.bytes) && len(s.Lines) < maxSnippetLines; number++ {
		text, _, _ := bytes.Cut(src.bytes[at:], []byte("\n"))
		next := at + len(text) + 1
		text = bytes.TrimSuffix(text, []byte("\r"))
		line := SnippetLine{Number: number, Text: string(text)}
		if from, to := max(subject.Start.Byte, at), min(end, at+len(text)); from < to {
			line.Start, line.End = from-at, to-at
		} else if trimmed := bytes.TrimRight(text, " \t"); len(s.Lines) == 0 && len(trimmed) > 0 && subject.Start.Byte >= at+len(trimmed) {
			line.Start, line.End = len(trimmed)-1, len(trimmed) // something is missing at the end of the line
		}
		s.Lines = append(s.Lines, line)
		if next >= wide.End.Byte || next > len(src.bytes) {
			break
		}
		at = next
	}
	return s
}
