package ingest

import (
	"encoding/json"
	"fmt"
	"strings"

	"femur/dag"
	"femur/internal/geom"
)

// cocoFile is what femur reads of a COCO object-detection file
// (Lin et al., "Microsoft COCO", ECCV 2014; boxes are [left, top, width, height] in pixels).
type cocoFile struct {
	Images []struct {
		ID       int64  `json:"id"`
		Width    int    `json:"width"`
		Height   int    `json:"height"`
		FileName string `json:"file_name"`
	} `json:"images"`
	Annotations []struct {
		ID      int64       `json:"id"`
		ImageID int64       `json:"image_id"`
		Box     *[4]float64 `json:"bbox"`
	} `json:"annotations"`
}

// coco reads a COCO file, whose boxes' centers are the fracture centers, and a CSV file with the labels.
func (s Source) coco(files dag.SourceFiles) ([]row, error) {
	b, err := s.read(files, *s.Path)
	if err != nil {
		return nil, err
	}
	var c cocoFile
	if err := json.Unmarshal(b, &c); err != nil {
		return nil, jsonFault(*s.Path, b, err)
	}
	labels, err := s.labels(files)
	if err != nil {
		return nil, err
	}
	known := make(map[int64]bool, len(c.Images))
	for _, im := range c.Images {
		known[im.ID] = true
	}
	boxes := map[int64][][4]float64{}
	for _, a := range c.Annotations {
		record := fmt.Sprintf("annotation %d", a.ID)
		if a.Box == nil || a.Box[2] <= 0 || a.Box[3] <= 0 {
			return nil, &dag.BadInput{File: *s.Path, Record: record, Summary: "the box is missing or empty", Detail: "A box is [left, top, width, height] in pixels, the last two positive."}
		}
		if !known[a.ImageID] {
			return nil, &dag.BadInput{File: *s.Path, Record: record, Summary: fmt.Sprintf("image_id %d is not among the images", a.ImageID), Detail: "Correct the annotation or list the image."}
		}
		boxes[a.ImageID] = append(boxes[a.ImageID], *a.Box)
	}
	folder := s.images("images")
	var rows []row
	for _, im := range c.Images {
		r := row{id: im.FileName, file: *s.Path, Width: im.Width, Height: im.Height}
		if r.image, err = join(folder, im.FileName); err != nil {
			return nil, r.bad(err.Error(), "Give file names below the folder of images (argument images).")
		}
		l, ok := labels[im.FileName]
		if !ok {
			return nil, r.bad(fmt.Sprintf("%s has no line for it", *s.Labels), "Add the line, or check the argument label_key.")
		}
		r.Label, r.Patient = l.get(strings.ToLower(*s.LabelName)), im.FileName
		if s.Patient != nil {
			r.Patient = l.get(strings.ToLower(*s.Patient))
		}
		r.Center, r.empty = chooseBox(boxes[im.ID], or(s.Choose, "largest"))
		rows = append(rows, r)
	}
	return rows, nil
}

// labels reads the CSV file of labels, by image name.
func (s Source) labels(files dag.SourceFiles) (map[string]csvLine, error) {
	b, err := s.read(files, *s.Labels)
	if err != nil {
		return nil, err
	}
	key := or(s.LabelKey, "image_id")
	required := []string{key, *s.LabelName}
	if s.Patient != nil {
		required = append(required, *s.Patient)
	}
	lines, err := readCSV(*s.Labels, b, required, required)
	if err != nil {
		return nil, err
	}
	out := make(map[string]csvLine, len(lines))
	for _, l := range lines {
		name := l.get(strings.ToLower(key))
		if first, ok := out[name]; ok {
			return nil, &dag.BadInput{
				File: *s.Labels, Line: l.number, Record: name,
				Summary: fmt.Sprintf("the image has a line already, %d", first.number), Detail: "Remove one of the two.",
			}
		}
		out[name] = l
	}
	return out, nil
}

// chooseBox returns the center that stands for an image with one or more boxes.
func chooseBox(boxes [][4]float64, rule string) (center geom.Point, empty bool) {
	if len(boxes) == 0 {
		return geom.Point{}, true
	}
	centers := make([]geom.Point, len(boxes))
	largest := 0
	for i, b := range boxes {
		centers[i] = geom.Point{X: b[0] + b[2]/2, Y: b[1] + b[3]/2}
		if b[2]*b[3] > boxes[largest][2]*boxes[largest][3] {
			largest = i
		}
	}
	if rule == "largest" {
		return centers[largest], false
	}
	return chooseCenter(centers, rule), false
}

// chooseCenter returns the center that stands for an image with one or more: the first or their mean.
func chooseCenter(centers []geom.Point, rule string) geom.Point {
	if rule == "first" {
		return centers[0]
	}
	var sum geom.Point
	for _, c := range centers {
		sum = sum.Add(c)
	}
	return sum.Scale(1 / float64(len(centers)))
}
