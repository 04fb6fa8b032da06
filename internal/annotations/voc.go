package annotations

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"femur/dag"
	"femur/internal/geom"
)

// maxDepth bounds how deep elements of XML may nest.
const maxDepth = 64

// vocFile is what is read of an annotation in the form of PASCAL VOC
// (Everingham et al., "The PASCAL Visual Object Classes Challenge", IJCV 2010).
type vocFile struct {
	XMLName  xml.Name `xml:"annotation"`
	FileName string   `xml:"filename"`
	Size     struct {
		Width  string `xml:"width"`
		Height string `xml:"height"`
	} `xml:"size"`
	Objects []vocObject `xml:"object"`
}

type vocObject struct {
	Name string `xml:"name"`
	Box  *struct {
		XMin string `xml:"xmin"`
		YMin string `xml:"ymin"`
		XMax string `xml:"xmax"`
		YMax string `xml:"ymax"`
	} `xml:"bndbox"`
}

// VOC reads a folder of XML files in the form of PASCAL VOC, one for each image. Boxes count pixels
// from 1 and include the last one, so a box from xmin to xmax covers [xmin−1, xmax) in continuous pixels and
// its middle is (xmin−1+xmax)/2. Images without a file are records without marks.
func VOC(files Files, o Options) ([]Record, error) {
	n, err := newNaming(files, o)
	if err != nil {
		return nil, err
	}
	all, err := files.Walk(o.Path)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(name string) bool { return !strings.EqualFold(path.Ext(name), ".xml") })
	if len(all) == 0 {
		return nil, &dag.BadInput{File: o.Path, Summary: "there is no XML file in the folder", Detail: "Name the folder with the annotations (argument path), one XML file for each image."}
	}
	folder := o.ImagesFolder(KindVOC)
	images, err := walkImages(files, folder)
	if err != nil {
		return nil, err
	}
	byStem := map[string]string{}
	for _, name := range images {
		byStem[stem(name)] = name
	}
	var f faults
	var records []Record
	annotated := map[string]bool{}
	for _, name := range all {
		r, err := vocRecord(files, o, name, folder, byStem)
		if err != nil {
			f.add(err)
			continue
		}
		annotated[r.Name] = true
		records = append(records, r)
	}
	for _, name := range images {
		if !annotated[name] {
			records = append(records, Record{Name: name, Frame: -1})
		}
	}
	o.keepClasses(records, &f)
	return n.finish(records, classOf, &f), f.join(o.Path)
}

// stem is a name without its ending.
func stem(name string) string { return strings.TrimSuffix(name, path.Ext(name)) }

// vocRecord reads one XML file.
func vocRecord(files Files, o Options, name, folder string, byStem map[string]string) (Record, error) {
	file := path.Join(o.Path, name)
	b, err := readFile(files, file)
	if err != nil {
		return Record{}, err
	}
	r := Record{Frame: -1, File: file}
	v, err := parseVOC(file, b)
	if err != nil {
		return r, err
	}
	r.Name = vocName(files, folder, name, strings.TrimSpace(v.FileName), byStem)
	if r.Name == "" {
		return r, r.Bad("the annotation names no image, and none is called like it", "Fill in the filename, or put the image into the folder of images.")
	}
	var size0 [2]float64
	for i, text := range []string{v.Size.Width, v.Size.Height} {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		if size0[i], err = strconv.ParseFloat(text, 64); err != nil {
			return r, r.Bad(fmt.Sprintf("the size %q is no number", text), "Correct width and height, or leave the size out.")
		}
	}
	if r.Width, r.Height, err = size(size0[0], size0[1]); err != nil {
		return r, r.Bad(err.Error(), "Correct width and height, or leave the size out.")
	}
	for i, object := range v.Objects {
		m, err := object.mark(r, i+1)
		if err != nil {
			return r, err
		}
		r.Marks = append(r.Marks, m)
	}
	return r, nil
}

// vocName is the image of an annotation: what it says, where that exists, else the image that is called
// like the annotation, since tools leave old names and endings behind.
func vocName(files Files, folder, name, said string, byStem map[string]string) string {
	if said != "" {
		said = strings.ReplaceAll(said, `\`, "/")
		found := resolve(files, folder, path.Join(path.Dir(name), said), said)
		if clean, err := inside(found); err == nil && files.Exists(path.Join(folder, clean)) {
			return clean
		}
	}
	if image, ok := byStem[stem(name)]; ok {
		return image
	}
	return said
}

// parseVOC decodes an XML file. Entities of the file's own are refused by the decoder, so nothing expands.
func parseVOC(file string, b []byte) (v vocFile, err error) {
	bad := func(d *xml.Decoder, summary string) error {
		line, _ := d.InputPos()
		return &dag.BadInput{File: file, Line: line, Summary: summary, Detail: "An annotation is XML with an element annotation, as PASCAL VOC has it. Correct or remove the file."}
	}
	// The depth is checked beforehand, since decoding recurses.
	d := newXML(b)
	for depth := 0; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return v, bad(d, xmlFault(err))
		}
		switch token.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return v, bad(d, fmt.Sprintf("elements nest more than %d deep", maxDepth))
			}
		case xml.EndElement:
			depth--
		}
	}
	d = newXML(b)
	if err := d.Decode(&v); err != nil {
		return v, bad(d, xmlFault(err))
	}
	return v, nil
}

// newXML returns a decoder that also reads Latin-1, which older tools write.
func newXML(b []byte) *xml.Decoder {
	d := xml.NewDecoder(bytes.NewReader(b))
	d.CharsetReader = func(charset string, input io.Reader) (io.Reader, error) {
		switch strings.ToLower(charset) {
		case "us-ascii", "ascii":
			return input, nil
		case "iso-8859-1", "latin1", "latin-1":
			all, err := io.ReadAll(input)
			if err != nil {
				return nil, err
			}
			runes := make([]rune, len(all))
			for i, c := range all {
				runes[i] = rune(c)
			}
			return strings.NewReader(string(runes)), nil
		}
		return nil, fmt.Errorf("the encoding %.40q is not read; save the file as UTF-8", charset)
	}
	return d
}

// xmlFault is what is wrong, without the words of the decoder's own that repeat file and line.
func xmlFault(err error) string {
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return syntax.Msg
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "the file ends early"
	}
	return err.Error()
}

// mark reads the box of the number-th object.
func (v vocObject) mark(r Record, number int) (Mark, error) {
	r.Entry = fmt.Sprintf("object %d", number)
	if v.Box == nil {
		return Mark{}, r.Bad("the object has no box (bndbox)", "Give it xmin, ymin, xmax and ymax, or remove it.")
	}
	var edges [4]float64
	for i, text := range []string{v.Box.XMin, v.Box.YMin, v.Box.XMax, v.Box.YMax} {
		f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || !finite(f) {
			return Mark{}, r.Bad(fmt.Sprintf("%q is no edge of a box", text), "A box has xmin, ymin, xmax and ymax, in pixels from 1.")
		}
		edges[i] = f
	}
	if edges[2] < edges[0] || edges[3] < edges[1] {
		return Mark{}, r.Bad("the box ends before it begins", "A box has xmin ≤ xmax and ymin ≤ ymax, in pixels from 1.")
	}
	m := boxMark(geom.Rect{Min: geom.Point{X: edges[0] - 1, Y: edges[1] - 1}, Max: geom.Point{X: edges[2], Y: edges[3]}})
	m.Class = strings.TrimSpace(v.Name)
	return m, nil
}
