package view

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Rerun implements [Verify].
func (v *VerifyJSON) Rerun(m Reruns) error {
	m.Version = Version
	for i := range m.Instances {
		r := &m.Instances[i]
		if r.Environment == nil {
			r.Environment = []ValueChange{}
		}
		if r.Outputs == nil {
			r.Outputs = []RerunOutput{}
		}
		for _, o := range r.Outputs {
			withPlaces(o.Parts)
			for _, item := range o.Differ {
				withPlaces(item.Parts)
			}
		}
	}
	return v.stream.writeJSON(m)
}

// withPlaces makes lists without places empty ones: programs are promised a list.
func withPlaces(parts []PartDiffer) {
	for i := range parts {
		if parts[i].Places == nil {
			parts[i].Places = []PlaceDiffer{}
		}
	}
}

// How much of what differs is printed; JSON has more.
const (
	maxRerunItems = 5
	maxRerunParts = 8
)

// Rerun implements [Verify]: a line for each instance, and what differs below it.
func (v *VerifyHuman) Rerun(m Reruns) error {
	p := v.stream.page()
	for i, r := range m.Instances {
		if i > 0 && !(r.Same && m.Instances[i-1].Same) {
			p.linef("")
		}
		p.rerun(r)
	}
	if n := len(m.Instances); n > 1 {
		p.linef("")
		same := 0
		for _, r := range m.Instances {
			if r.Same {
				same++
			}
		}
		p.wrapped("", fmt.Sprintf("%d of %s the same, to the byte.", same, Count(n, "instance")))
	}
	return p.to(v.stream.Out)
}

func (p *page) rerun(r Rerun) {
	if r.Same {
		var bytes int64
		for _, o := range r.Outputs {
			bytes += o.Bytes
		}
		p.linef("%s: %s", p.bold(r.Address), p.green("the same, to the byte"))
		p.wrapped("  ", fmt.Sprintf("%s, %s, made again in %s.", Count(len(r.Outputs), "output"), Bytes(bytes), Duration(r.Seconds)))
		return
	}
	differ := 0
	for _, o := range r.Outputs {
		if !o.Same {
			differ++
		}
	}
	p.linef("%s: %s", p.bold(r.Address), p.red(fmt.Sprintf("%d of %s %s", differ, Count(len(r.Outputs), "output"), verb(differ))))
	for _, o := range r.Outputs {
		if !o.Same {
			p.linef("")
			p.rerunOutput(o)
		}
	}
	p.linef("")
	p.wrapped("", rerunContext(r))
	for _, e := range r.Environment {
		p.wrapped("  ", fmt.Sprintf("%s: there %s, here %s", e.Name, orNone(shortHash(e.Was)), orNone(shortHash(e.Now))))
	}
}

// rerunContext says what may be behind a difference.
func rerunContext(r Rerun) string {
	text := "Recorded"
	if !r.Time.IsZero() {
		text += " " + moment(r.Time)
	}
	if r.Run != "" {
		text += ", run " + r.Run
	}
	text += "; made again in " + Duration(r.Seconds) + ". The cache keeps what is recorded."
	if r.Accepted != "" {
		text += " It was taken over under its key by the user: " + r.Accepted + "."
	}
	text += " " + promise(r.Purity)
	if len(r.Environment) > 0 {
		text += " What differs between there and here:"
	}
	return text
}

// promise says how far a stage is expected to repeat.
func promise(purity string) string {
	switch purity {
	case "exact":
		return "Its stage promises the same bytes everywhere."
	case "pinned":
		return "Its stage promises the same bytes on the same backend, plugin and device."
	case "varies":
		return "Its stage does not promise the same bytes."
	}
	return ""
}

func orNone(text string) string {
	if text == "" {
		return "(nothing)"
	}
	return text
}

// verb is that of a number of things that differ.
func verb(n int) string {
	if n == 1 {
		return "differs"
	}
	return "differ"
}

func (p *page) rerunOutput(o RerunOutput) {
	head := TypeName(o.Type)
	if o.Items > 0 {
		head = fmt.Sprintf("%d of %s %s", len(o.Differ), Count(o.Items, "item"), verb(len(o.Differ)))
	}
	p.linef("  %s  %s", p.bold(o.Output), head)
	if o.Note != "" {
		p.wrapped("    ", o.Note)
	}
	p.parts("    ", o.Parts)
	for i, item := range o.Differ {
		if i == maxRerunItems {
			p.linef("    … and %s more (--json names them)", Count(len(o.Differ)-i, "item"))
			break
		}
		p.linef("    %s", clipMiddle(item.ID, p.width-4))
		if item.Note != "" {
			p.wrapped("      ", item.Note)
		}
		p.parts("      ", item.Parts)
	}
}

func (p *page) parts(indent string, parts []PartDiffer) {
	for i, d := range parts {
		if i == maxRerunParts {
			p.linef("%s… and %s more (--json names them)", indent, Count(len(parts)-i, "part"))
			break
		}
		p.wrapped(indent, d.Part+": "+d.summary())
		for _, at := range d.Places {
			p.element(indent+"  ", at)
		}
		if more := d.Differ - len(d.Places); more > 0 && len(d.Places) > 0 {
			p.linef("%s  … and %s more", indent, grouped(more))
		}
	}
}

func (d PartDiffer) summary() string {
	var told []string
	if d.Note != "" {
		told = append(told, d.Note)
	}
	switch {
	case d.Elements == 1 && d.MaxAbs > 0:
		told = append(told, fmt.Sprintf("differs by %s, relatively by %s", figures(d.MaxAbs), figures(d.MaxRel)))
	case d.Elements == 1 && d.Differ > 0:
		told = append(told, "differs")
	case d.Differ > 0:
		told = append(told, fmt.Sprintf("%s of %s %s", grouped(d.Differ), grouped(d.Elements), verb(d.Differ)))
	}
	if d.Elements != 1 && d.MaxAbs > 0 {
		told = append(told, "at most by "+figures(d.MaxAbs), "relatively by "+figures(d.MaxRel))
	}
	return strings.Join(told, ", ")
}

// figures prints a distance with three significant digits.
func figures(v float64) string { return strconv.FormatFloat(v, 'g', 3, 64) }

// element prints one that differs, on a line where it fits, else on three.
func (p *page) element(indent string, at PlaceDiffer) {
	where := at.Where
	if where != "" {
		where += ": "
	}
	was, now := orNone(oneLine(at.Was)), orNone(oneLine(at.Now))
	if len([]rune(indent+where+was+" → "+now)) <= p.width {
		p.linef("%s%s%s → %s", indent, where, p.red(was), p.green(now))
		return
	}
	p.linef("%s%s", indent, clipMiddle(at.Where, p.width-len(indent)))
	for _, line := range []string{"- " + was, "+ " + now} {
		p.linef("%s  %s", indent, clip(line, p.width-len(indent)-2))
	}
}

// oneLine makes control characters of a file's text visible.
func oneLine(text string) string {
	if !slices.ContainsFunc([]rune(text), func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return text
	}
	return strings.Trim(strconv.QuoteToGraphic(text), `"`)
}

// verified says when a result was made again last, in a sentence.
func verified(v *Verified) string {
	switch {
	case v == nil:
		return "It was never made again to compare (femur verify ADDRESS --rerun)."
	case v.Same:
		return fmt.Sprintf("Made again %s by femur %s: the same, to the byte.", moment(v.Time), v.Femur)
	}
	return fmt.Sprintf("Made again %s by femur %s: %s differed.", moment(v.Time), v.Femur, strings.Join(v.Differ, ", "))
}
