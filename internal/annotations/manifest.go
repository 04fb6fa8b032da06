package annotations

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"femur/dag"
	"femur/internal/geom"
)

// manifestColumns are the columns of a table of annotations. Others are ignored.
var manifestColumns = []string{
	"path", "sop_instance_uid", "frame", "patient", "label", "x", "y", "left", "top", "right", "bottom",
	"width", "height", "spacing", "view", "side", "site", "modality", "implant", "annotator",
}

// CSV reads a table of text with one line for each mark: path (or sop_instance_uid and frame), patient,
// label, and x and y in continuous oriented pixels, or a box as left, top, right and bottom. spacing is in
// mm per pixel; width and height are those of the image that was annotated. Several lines of one
// image are several fractures or, where their annotators differ, several opinions; what they say
// beside that must agree. Columns are separated by commas, semicolons or tabs.
func CSV(files Files, o Options) ([]Record, error) { return manifest(files, o, readCSV) }

// Parquet reads the same table from a Parquet file, columns by name, of any type that holds numbers or text.
func Parquet(files Files, o Options) ([]Record, error) { return manifest(files, o, readParquet) }

type tableReader func(file string, b []byte, required, known []string) ([]tableLine, error)

func manifest(files Files, o Options, read tableReader) ([]Record, error) {
	n, err := newNaming(files, o)
	if err != nil {
		return nil, err
	}
	b, err := readFile(files, o.Path)
	if err != nil {
		return nil, err
	}
	lines, err := read(o.Path, b, o.requiredColumns(n), manifestColumns)
	if err != nil {
		return nil, explainExport(err)
	}
	if err := o.checkKeys(lines); err != nil {
		return nil, err
	}
	var f faults
	m := merger{at: map[string]int{}}
	for _, l := range lines {
		r, err := l.record()
		if err == nil {
			err = m.add(r)
		}
		if err != nil {
			f.add(err)
		}
	}
	for i := range m.records {
		if err := n.completeLine(&m.records[i]); err != nil {
			f.add(err)
		}
	}
	return sorted(m.records), f.join(o.Path)
}

// requiredColumns are those that nothing else can stand in for.
func (o Options) requiredColumns(n *naming) []string {
	if o.Partial {
		return nil
	}
	required := []string{"path"}
	if !o.EachImage && (n.pattern == nil || !n.pattern.Has("patient")) {
		required = append(required, "patient")
	}
	if n.pattern == nil || !n.pattern.Has("label") {
		required = append(required, "label")
	}
	return required
}

// checkKeys makes sure that a partial table names its images at all.
func (o Options) checkKeys(lines []tableLine) error {
	if !o.Partial || len(lines) == 0 {
		return nil
	}
	for _, key := range []string{"path", "sop_instance_uid"} {
		if _, ok := lines[0].columns[key]; ok {
			return nil
		}
	}
	return &dag.BadInput{File: o.Path, Line: 1, Summary: "there is neither a column path nor a column sop_instance_uid", Detail: "One of the two says which image a line belongs to."}
}

// explainExport tells what a CSV export of Label Studio is when its columns are not those of a table.
func explainExport(err error) error {
	text := err.Error()
	if strings.Contains(text, "annotation_id") && strings.Contains(text, "lead_time") {
		return fmt.Errorf("%w. This looks like the CSV export of Label Studio: export JSON instead and use a source of kind label-studio", err)
	}
	return err
}

// record reads one line.
func (l tableLine) record() (Record, error) {
	r := Record{
		Name: l.get("path"), UID: l.get("sop_instance_uid"), Frame: -1, File: l.file, Line: l.number, Entry: l.entry(),
		Patient: l.get("patient"), Label: l.get("label"), View: l.get("view"), Side: l.get("side"),
		Site: l.get("site"), Modality: l.get("modality"), Implant: l.get("implant"),
	}
	if r.Name == "" && r.UID == "" {
		return r, r.Bad("the path is empty", "Each line needs the path of an image.")
	}
	if r.Name != "" {
		name, err := inside(r.Name)
		if err != nil {
			return r, r.Bad(err.Error(), "Give paths below the folder of images (argument images).")
		}
		r.Name = name
	}
	c := cells{line: l, record: r}
	if l.get("frame") != "" {
		r.Frame = c.whole("frame", 0)
	}
	r.Width, r.Height = c.whole("width", 1), c.whole("height", 1)
	r.Pitch = geom.Pitch(c.number("spacing"))
	if mark, ok := c.mark(); ok {
		r.Marks = []Mark{mark}
	}
	return r, c.err
}

// cells reads the numbers of a line and keeps the first fault.
type cells struct {
	line   tableLine
	record Record
	err    error
}

func (c *cells) bad(summary, detail string) {
	if c.err == nil {
		c.err = c.record.Bad(summary, detail)
	}
}

// decimalComma is a number as many spreadsheets write it.
var decimalComma = regexp.MustCompile(`^[+-]?\d*,\d+$`)

// number reads a finite number; 0 where the cell is empty.
func (c *cells) number(column string) float64 {
	v := c.line.get(column)
	if v == "" {
		return 0
	}
	f, err := strconv.ParseFloat(v, 64)
	switch {
	case decimalComma.MatchString(v):
		c.bad(fmt.Sprintf("column %s: %q has a decimal comma", column, v), "Write a decimal point: 12.5. In a spreadsheet, choose a language with points before saving.")
	case err != nil:
		c.bad(fmt.Sprintf("column %s: %q is no number", column, v), "Write a decimal number with a point.")
	case !finite(f):
		c.bad(fmt.Sprintf("column %s: %q is no finite number", column, v), "Leave the cell empty where nothing is known.")
	}
	return f
}

// whole reads a whole number that is not below a least value; 0 where the cell is empty.
func (c *cells) whole(column string, least int) int {
	v := c.number(column)
	if c.line.get(column) == "" || c.err != nil {
		return 0
	}
	const most = 1 << 20
	if v != float64(int(v)) || v < float64(least) || v > most {
		c.bad(fmt.Sprintf("column %s: %g is not a whole number from %d to %d", column, v, least, most), "Correct the cell, or leave it empty.")
		return 0
	}
	return int(v)
}

// mark reads the place of a fracture: a point, or a box, whose middle is the place where no point is given.
func (c *cells) mark() (Mark, bool) {
	given := func(columns ...string) int {
		n := 0
		for _, column := range columns {
			if c.line.get(column) != "" {
				n++
			}
		}
		return n
	}
	point, box := given("x", "y"), given("left", "top", "right", "bottom")
	m := Mark{Annotator: c.line.get("annotator")}
	if point == 1 {
		c.bad("only one of x and y is given", "Fill in both, or leave both empty.")
	}
	if box > 0 && box < 4 {
		c.bad("the box is incomplete", "A box has left, top, right and bottom, in pixels; or leave all four empty.")
	}
	if box == 4 {
		left, top, right, bottom := c.number("left"), c.number("top"), c.number("right"), c.number("bottom")
		if c.err == nil && (right <= left || bottom <= top) {
			c.bad(fmt.Sprintf("the box from (%g, %g) to (%g, %g) is empty", left, top, right, bottom), "Right lies right of left, and bottom below top; y grows downward.")
		}
		m.Area = (right - left) * (bottom - top)
		m.Center = geom.Point{X: (left + right) / 2, Y: (top + bottom) / 2}
	}
	if point == 2 {
		m.Center = geom.Point{X: c.number("x"), Y: c.number("y")}
	}
	return m, point == 2 || box == 4
}

// merger joins the lines of one image.
type merger struct {
	records []Record
	at      map[string]int
}

// add puts a line's record to the one of the same image, with which it must agree.
func (m *merger) add(r Record) error {
	key := fmt.Sprintf("%s\x00%s\x00%d", r.Name, r.UID, r.Frame)
	i, ok := m.at[key]
	if !ok {
		m.at[key] = len(m.records)
		m.records = append(m.records, r)
		return nil
	}
	first := &m.records[i]
	for _, p := range []struct {
		column string
		a, b   *string
	}{
		{"patient", &first.Patient, &r.Patient}, {"label", &first.Label, &r.Label}, {"view", &first.View, &r.View},
		{"side", &first.Side, &r.Side}, {"site", &first.Site, &r.Site}, {"modality", &first.Modality, &r.Modality},
		{"implant", &first.Implant, &r.Implant},
	} {
		if *p.a != "" && *p.b != "" && *p.a != *p.b {
			return r.Bad(fmt.Sprintf("%s is %s here and %s at %s", p.column, *p.b, *p.a, first.Where()),
				"Lines of one image are its fractures or the opinions of its annotators: all else must agree. Settle it before the study.")
		}
		if *p.a == "" {
			*p.a = *p.b
		}
	}
	if clash := sizeClash(first, r); clash != "" {
		return r.Bad(clash+" at "+first.Where(), "Lines of one image must agree in it. Correct one of them.")
	}
	if len(r.Marks) == 0 || len(first.Marks) == 0 {
		return r.Bad("the image is listed twice, first at "+first.Where(), "Remove one of the two lines; several lines of one image each need x and y.")
	}
	if slices.Contains(first.Marks, r.Marks[0]) {
		return r.Bad("the image is listed twice with the same mark, first at "+first.Where(), "Remove one of the two lines.")
	}
	first.Marks = append(first.Marks, r.Marks...)
	return nil
}

// sizeClash tells where two records of an image contradict each other in a number, and fills in what
// only the second says.
func sizeClash(first *Record, r Record) string {
	if first.Width == 0 && first.Height == 0 {
		first.Width, first.Height = r.Width, r.Height
	}
	if first.Pitch == 0 {
		first.Pitch = r.Pitch
	}
	switch {
	case (r.Width != 0 || r.Height != 0) && (r.Width != first.Width || r.Height != first.Height):
		return fmt.Sprintf("the size is %d×%d here and %d×%d", r.Width, r.Height, first.Width, first.Height)
	case r.Pitch != 0 && r.Pitch != first.Pitch:
		return fmt.Sprintf("spacing is %g here and %g", float64(r.Pitch), float64(first.Pitch))
	}
	return ""
}

// completeLine completes a record of a table, which says most things itself.
func (n *naming) completeLine(r *Record) error {
	if r.Name == "" {
		return nil // keyed by UID: the file is known to the headers only
	}
	if n.pattern == nil {
		if r.Patient == "" && n.options.EachImage {
			r.Patient = r.Name
		}
		return nil
	}
	return n.complete(r, "")
}
