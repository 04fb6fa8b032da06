package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"

	"femur/dag"
	"femur/internal/geom"
)

// clinicName is the clinic's convention for image files:
// patient_449_CONTROL_class_1_modality_CR_scanoccasion_0_imagenumber_2.png.
var clinicName = regexp.MustCompile(`^patient_(\w+?)_([A-Za-z]+)_class_\w+?_modality_(\w+?)_scanoccasion_\w+?_imagenumber_\w+?\.\w+$`)

// labelStudio reads annotations made in Label Studio, x and y in percent of the oriented image, either as a
// table column → row → value (file_name, original_width, original_height, x, y) or as the raw export, a
// list of tasks with keypoints. Patient, label and modality come from the clinic's file names.
func (s Source) labelStudio(files dag.SourceFiles) ([]row, error) {
	b, err := s.read(files, *s.Path)
	if err != nil {
		return nil, err
	}
	var points []keypoint
	if bytes.HasPrefix(bytes.TrimLeft(b, " \t\r\n"), []byte("[")) {
		points, err = tasks(*s.Path, b)
	} else {
		points, err = columns(*s.Path, b)
	}
	if err != nil {
		return nil, err
	}
	folder := s.images("")
	var rows []row
	for _, p := range points {
		r := row{id: p.name, file: *s.Path, Width: p.width, Height: p.height, empty: len(p.percent) == 0}
		m := clinicName.FindStringSubmatch(path.Base(p.name))
		if m == nil {
			return nil, r.bad("the file name does not follow the clinic's convention",
				"Expected patient_ID_LABEL_class_N_modality_M_scanoccasion_N_imagenumber_N.png. For other names use a csv source.")
		}
		r.Patient, r.Label, r.Modality = m[1], m[2], m[3]
		if r.image, err = join(folder, p.name); err != nil {
			return nil, r.bad(err.Error(), "Give file names below the folder of images (argument images).")
		}
		if !r.empty {
			c := chooseCenter(p.percent, or(s.Choose, "first"))
			r.Center = geom.Point{X: c.X / 100 * float64(p.width), Y: c.Y / 100 * float64(p.height)}
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// A keypoint is the annotation of one image: none, one or several points, in percent of its size.
type keypoint struct {
	name          string
	width, height int
	percent       []geom.Point
}

// columns reads the form column → row → value.
func columns(file string, b []byte) ([]keypoint, error) {
	var c struct {
		Name   map[string]*string  `json:"file_name"`
		Width  map[string]*float64 `json:"original_width"`
		Height map[string]*float64 `json:"original_height"`
		X      map[string]*float64 `json:"x"`
		Y      map[string]*float64 `json:"y"`
	}
	if err := json.Unmarshal(b, &c); err != nil {
		return nil, jsonFault(file, b, err)
	}
	if c.Name == nil || c.X == nil || c.Y == nil || c.Width == nil || c.Height == nil {
		return nil, &dag.BadInput{File: file, Summary: "a column is missing", Detail: "The file must have file_name, original_width, original_height, x and y, each row → value."}
	}
	var points []keypoint
	for _, key := range sortedKeys(c.Name) {
		p := keypoint{}
		if n := c.Name[key]; n != nil {
			p.name = *n
		}
		w, h, x, y := c.Width[key], c.Height[key], c.X[key], c.Y[key]
		if p.name == "" {
			if w == nil && h == nil && x == nil && y == nil {
				continue // an empty row holds nothing to lose
			}
			return nil, &dag.BadInput{File: file, Record: "row " + key, Summary: "the file name is missing", Detail: "Complete the row or remove it."}
		}
		if w != nil && h != nil {
			p.width, p.height = int(*w), int(*h)
		}
		if x != nil && y != nil {
			if p.width <= 0 || p.height <= 0 {
				return nil, sizeMissing(file, p.name)
			}
			p.percent = []geom.Point{{X: *x, Y: *y}}
		}
		points = append(points, p)
	}
	return points, nil
}

// tasks reads the raw export: a list of tasks, each with annotations whose results hold keypoints.
func tasks(file string, b []byte) ([]keypoint, error) {
	var list []struct {
		ID          int64          `json:"id"`
		FileUpload  string         `json:"file_upload"`
		Data        map[string]any `json:"data"`
		Annotations []struct {
			Canceled bool `json:"was_cancelled"`
			Result   []struct {
				Type   string  `json:"type"`
				Width  float64 `json:"original_width"`
				Height float64 `json:"original_height"`
				Rotate float64 `json:"image_rotation"`
				Value  struct {
					X *float64 `json:"x"`
					Y *float64 `json:"y"`
				} `json:"value"`
			} `json:"result"`
		} `json:"annotations"`
	}
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, jsonFault(file, b, err)
	}
	var points []keypoint
	for _, task := range list {
		record := fmt.Sprintf("task %d", task.ID)
		p := keypoint{name: taskName(task.FileUpload, task.Data)}
		if p.name == "" {
			return nil, &dag.BadInput{File: file, Record: record, Summary: "the task names no image", Detail: "Export with the image path in data.image."}
		}
		for _, a := range task.Annotations {
			if a.Canceled {
				continue
			}
			for _, r := range a.Result {
				if r.Type != "keypointlabels" && r.Type != "keypoint" {
					continue
				}
				if r.Rotate != 0 {
					return nil, &dag.BadInput{File: file, Record: record, Summary: "the image was rotated in Label Studio", Detail: "Rotate the image file itself and annotate it again, or use a csv source with oriented pixels."}
				}
				if r.Value.X == nil || r.Value.Y == nil || r.Width <= 0 || r.Height <= 0 {
					return nil, sizeMissing(file, p.name)
				}
				p.width, p.height = int(r.Width), int(r.Height)
				p.percent = append(p.percent, geom.Point{X: *r.Value.X, Y: *r.Value.Y})
			}
		}
		points = append(points, p)
	}
	return points, nil
}

// taskName is the image's name in a task; uploads carry a random prefix before the first dash.
func taskName(upload string, data map[string]any) string {
	if image, ok := data["image"].(string); ok && image != "" {
		if i := strings.LastIndex(image, "?d="); i >= 0 {
			image = image[i+3:]
		}
		base := path.Base(image)
		if upload == "" || base != upload {
			return base
		}
	}
	if _, name, ok := strings.Cut(upload, "-"); ok {
		return name
	}
	return upload
}

func sizeMissing(file, record string) error {
	return &dag.BadInput{File: file, Record: record, Summary: "the image size or the point is missing", Detail: "x and y are percent of original_width and original_height: all four are needed."}
}

// jsonFault finds the line of a JSON error.
func jsonFault(file string, b []byte, err error) error {
	line := 0
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		line = 1 + bytes.Count(b[:min(int(syntax.Offset), len(b))], []byte("\n"))
	case errors.As(err, &kind):
		line = 1 + bytes.Count(b[:min(int(kind.Offset), len(b))], []byte("\n"))
	}
	return &dag.BadInput{File: file, Line: line, Summary: err.Error(), Detail: "The file is not in the form that this kind of source reads."}
}
