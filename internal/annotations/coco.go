package annotations

import (
	"bytes"
	"encoding/json"
	"fmt"

	"femur/dag"
	"femur/internal/geom"
)

// cocoFile is what is read of a COCO object-detection file
// (Lin et al., "Microsoft COCO", ECCV 2014; boxes are [left, top, width, height] in continuous pixels).
type cocoFile struct {
	Images []struct {
		ID       id      `json:"id"`
		Width    float64 `json:"width"`
		Height   float64 `json:"height"`
		FileName string  `json:"file_name"`
	} `json:"images"`
	Annotations []cocoAnnotation `json:"annotations"`
	Categories  []struct {
		ID   id     `json:"id"`
		Name string `json:"name"`
	} `json:"categories"`
}

type cocoAnnotation struct {
	ID           id              `json:"id"`
	ImageID      id              `json:"image_id"`
	CategoryID   id              `json:"category_id"`
	Box          []float64       `json:"bbox"`
	Segmentation json.RawMessage `json:"segmentation"`
}

// COCO reads a COCO object-detection file: the middle of each box, or of the polygons where there is no
// box, is the center of a fracture. The label comes from the table of labels, the name of the image, or the category.
func COCO(files Files, o Options) ([]Record, error) {
	n, err := newNaming(files, o)
	if err != nil {
		return nil, err
	}
	b, err := readFile(files, o.Path)
	if err != nil {
		return nil, err
	}
	var c cocoFile
	if err := decodeJSON(o.Path, b, &c); err != nil {
		return nil, err
	}
	if c.Images == nil {
		return nil, &dag.BadInput{File: o.Path, Summary: "there is no list of images", Detail: `A COCO file is an object with "images", "annotations" and "categories".`}
	}
	var f faults
	records, at := c.images(o.Path, &f)
	categories := map[id]string{}
	for _, k := range c.Categories {
		categories[k.ID] = k.Name
	}
	for _, a := range c.Annotations {
		i, ok := at[a.ImageID]
		place := Record{File: o.Path, Entry: fmt.Sprintf("annotation %s", a.ID), Frame: -1}
		if !ok {
			f.add(place.Bad(fmt.Sprintf("image_id %s is not among the images", a.ImageID), "Correct the annotation or list the image."))
			continue
		}
		place.Name = records[i].Name
		m, err := a.mark(place)
		if err != nil {
			f.add(err)
			continue
		}
		m.Class = categories[a.CategoryID]
		records[i].Marks = append(records[i].Marks, m)
	}
	o.keepClasses(records, &f)
	return n.finish(records, classOf, &f), f.join(o.Path)
}

// images lists the records and where the images' ids lead.
func (c cocoFile) images(file string, f *faults) ([]Record, map[id]int) {
	at := make(map[id]int, len(c.Images))
	records := make([]Record, 0, len(c.Images))
	for _, im := range c.Images {
		r := Record{Name: im.FileName, Frame: -1, File: file, Entry: fmt.Sprintf("image %s", im.ID)}
		if _, ok := at[im.ID]; ok {
			f.add(r.Bad("the id stands twice among the images", "Give each image an id of its own."))
			continue
		}
		var err error
		if r.Width, r.Height, err = size(im.Width, im.Height); err != nil {
			f.add(r.Bad(err.Error(), "Correct width and height, or leave them out."))
		}
		at[im.ID] = len(records)
		records = append(records, r)
	}
	return records, at
}

// mark is the box of the annotation, or that around its polygons.
func (a cocoAnnotation) mark(r Record) (Mark, error) {
	if b := a.Box; len(b) > 0 {
		if len(b) != 4 || b[2] <= 0 || b[3] <= 0 {
			return Mark{}, r.Bad("the box is empty", "A box is [left, top, width, height] in pixels, the last two positive.")
		}
		m := Mark{Center: geom.Point{X: b[0] + b[2]/2, Y: b[1] + b[3]/2}, Area: b[2] * b[3]}
		return m, nil
	}
	s := bytes.TrimSpace(a.Segmentation)
	if len(s) == 0 || string(s) == "null" {
		return Mark{}, r.Bad("there is neither a box nor a polygon", "A box is [left, top, width, height] in pixels. Add it, or remove the annotation.")
	}
	if s[0] == '{' {
		return Mark{}, r.Bad("there is a mask and no box", "Masks are not read. Export with boxes (bbox).")
	}
	var polygons [][]float64
	if err := json.Unmarshal(s, &polygons); err != nil {
		return Mark{}, r.Bad("the polygon is unreadable", "A segmentation is a list of polygons, each a list of numbers [x, y, x, y, …].")
	}
	var points []geom.Point
	for _, p := range polygons {
		if len(p) < 6 || len(p)%2 != 0 {
			return Mark{}, r.Bad(fmt.Sprintf("a polygon has %d numbers", len(p)), "A polygon has three points or more, each with x and y.")
		}
		for i := 0; i < len(p); i += 2 {
			points = append(points, geom.Point{X: p[i], Y: p[i+1]})
		}
	}
	if len(points) == 0 {
		return Mark{}, r.Bad("the polygon has no points", "Add a box (bbox), or remove the annotation.")
	}
	return boxMark(hull(points)), nil
}
