package annotations

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"femur/internal/geom"
)

// A studioResult is one region, or one answer, of an annotation.
type studioResult struct {
	ID     string      `json:"id"`
	Type   string      `json:"type"`
	Width  float64     `json:"original_width"`
	Height float64     `json:"original_height"`
	Value  studioValue `json:"value"`
}

// A studioValue is the shape of a region in percent of the image, with what it is called.
type studioValue struct {
	X        *float64     `json:"x"`
	Y        *float64     `json:"y"`
	Width    *float64     `json:"width"`
	Height   *float64     `json:"height"`
	RadiusX  *float64     `json:"radiusX"`
	RadiusY  *float64     `json:"radiusY"`
	Rotation float64      `json:"rotation"`
	Points   [][2]float64 `json:"points"`

	Labels          []string        `json:"labels"`
	KeypointLabels  []string        `json:"keypointlabels"`
	RectangleLabels []string        `json:"rectanglelabels"`
	PolygonLabels   []string        `json:"polygonlabels"`
	EllipseLabels   []string        `json:"ellipselabels"`
	Choices         []string        `json:"choices"`
	RLE             json.RawMessage `json:"rle"`

	// JSON-MIN has the size of the image here.
	OriginalWidth  float64 `json:"original_width"`
	OriginalHeight float64 `json:"original_height"`
}

// hasPlace reports whether the value is a region at all.
func (v studioValue) hasPlace() bool {
	return v.X != nil || v.Points != nil || v.RLE != nil
}

// kind is the type of a region that does not state one.
func (v studioValue) kind() string {
	switch {
	case v.RLE != nil:
		return "brush"
	case v.Points != nil:
		return "polygon"
	case v.RadiusX != nil:
		return "ellipse"
	case v.Height != nil:
		return "rectangle"
	}
	return "keypoint"
}

// class is what the region is called.
func (v studioValue) class() string {
	for _, labels := range [][]string{v.KeypointLabels, v.RectangleLabels, v.PolygonLabels, v.EllipseLabels, v.Labels, v.Choices} {
		if len(labels) > 0 {
			return labels[0]
		}
	}
	return ""
}

// answers are the types of results that are no regions: a form's answers and links between regions.
var answers = []string{"choices", "textarea", "number", "rating", "datetime", "taxonomy", "relation", "pairwise", "ranker", "text", "labels"}

// readResults adds the regions of one annotation as marks. What the form says of a region, or of the
// whole image, under a tag of its own names the marks that have no name.
func readResults(r *Record, results []studioResult, annotator string) error {
	var marks []Mark
	at := map[string]int{} // by the region's id
	called := map[string]string{}
	overall := ""
	for _, result := range results {
		kind := strings.ToLower(result.Type)
		switch shape := strings.TrimSuffix(kind, "labels"); {
		case slices.Contains(answers, kind):
			if class := result.Value.class(); class != "" && result.Value.hasPlace() {
				called[result.ID] = class
			} else if class != "" {
				overall = class
			}
		case slices.Contains([]string{"keypoint", "rectangle", "polygon", "ellipse"}, shape):
			if _, ok := at[result.ID]; ok && result.ID != "" {
				continue // one region under two tags
			}
			m, err := result.mark(*r, shape)
			if err != nil {
				return err
			}
			if err := claim(r, result); err != nil {
				return err
			}
			m.Annotator = annotator
			at[result.ID] = len(marks)
			marks = append(marks, m)
		default:
			return r.Bad(fmt.Sprintf("a region of type %q", result.Type),
				"Only keypoints, rectangles, polygons and ellipses have a center that is read. Mark the center of the fracture with one of them.")
		}
	}
	for regionID, i := range at {
		if marks[i].Class == "" {
			marks[i].Class = called[regionID]
		}
	}
	for i := range marks {
		if marks[i].Class == "" {
			marks[i].Class = overall
		}
	}
	r.Marks = append(r.Marks, marks...)
	return nil
}

// claim takes over the size of the image that a region was drawn on.
func claim(r *Record, result studioResult) error {
	w, h, err := size(result.Width, result.Height)
	if err != nil {
		return r.Bad(err.Error(), "original_width and original_height are the pixels of the image.")
	}
	if r.Width != 0 && (r.Width != w || r.Height != h) {
		return r.Bad(fmt.Sprintf("one region was drawn on an image of %d×%d pixels and another on one of %d×%d", r.Width, r.Height, w, h),
			"The image was replaced while it was annotated. Annotate it again.")
	}
	r.Width, r.Height = w, h
	return nil
}

// mark is the middle of the region in pixels.
func (s studioResult) mark(r Record, shape string) (Mark, error) {
	v := s.Value
	if s.Width <= 0 || s.Height <= 0 {
		return Mark{}, r.Bad("the image size is missing", "x and y are percent of original_width and original_height: export with both.")
	}
	missing := func(what string) error {
		return r.Bad(fmt.Sprintf("the %s has no %s", shape, what), "Remove the region or draw it again.")
	}
	at := func(x, y float64) geom.Point { return geom.Point{X: x / 100 * s.Width, Y: y / 100 * s.Height} }
	var m Mark
	switch {
	case shape == "polygon":
		if len(v.Points) == 0 {
			return m, missing("points")
		}
		points := make([]geom.Point, len(v.Points))
		for i, p := range v.Points {
			points[i] = at(p[0], p[1])
		}
		m = boxMark(hull(points))
	case v.X == nil || v.Y == nil:
		return m, missing("place")
	case shape == "keypoint":
		m = Mark{Center: at(*v.X, *v.Y)}
	case shape == "ellipse":
		if v.RadiusX == nil || v.RadiusY == nil {
			return m, missing("radius")
		}
		// An upright box of the same middle: what an ellipse that was not turned has around it.
		extent := at(2**v.RadiusX, 2**v.RadiusY)
		m = Mark{Center: at(*v.X, *v.Y), Area: extent.X * extent.Y}
	default:
		if v.Width == nil || v.Height == nil {
			return m, missing("size")
		}
		extent := at(*v.Width, *v.Height)
		m = Mark{Center: turned(at(*v.X, *v.Y), extent.X, extent.Y, v.Rotation), Area: extent.X * extent.Y}
	}
	m.Class = v.class()
	return m, nil
}
