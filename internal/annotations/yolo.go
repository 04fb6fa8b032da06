package annotations

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"femur/dag"
	"femur/internal/geom"
)

// maxBoxes bounds the lines of one label file of YOLO.
const maxBoxes = 10_000

// YOLO reads a folder with images/ and labels/ below it, at any depth: images/train/a.png has its boxes in
// labels/train/a.txt, and an image that lies in no folder images has them beside it. A line is the number
// of a class and either a box, as middle, width and height in fractions of the image, or the points of
// a polygon. Names in the records are relative to the folder. An image without label file has no marks.
//
// Where the images lie elsewhere (Options.Images), the folder holds the label files alone: the image
// train/a.png there has its boxes in train/a.txt here, and names are relative to the folder of images.
func YOLO(files Files, o Options) ([]Record, error) {
	n, err := newNaming(files, o)
	if err != nil {
		return nil, err
	}
	images, err := walkImages(files, o.ImagesFolder(KindYOLO))
	if err != nil {
		return nil, err
	}
	if len(images) == 0 {
		return nil, &dag.BadInput{File: o.ImagesFolder(KindYOLO), Summary: "there is no image in the folder", Detail: "Name the folder that holds images and labels (argument path), or that of the images alone (argument images)."}
	}
	classes, err := readClasses(files, o)
	if err != nil {
		return nil, err
	}
	var f faults
	records := make([]Record, 0, len(images))
	labeled := 0
	for _, name := range images {
		r := Record{Name: name, Frame: -1}
		file := path.Join(o.Path, o.labelFile(name))
		if files.Exists(file) {
			labeled++
			r.File = file
			if r.Marks, err = classes.marks(files, r); err != nil {
				f.add(err)
				continue
			}
		}
		records = append(records, r)
	}
	if labeled == 0 {
		return nil, &dag.BadInput{
			File: o.Path, Record: images[0], Summary: "no image has a label file: there is no " + o.labelFile(images[0]) + ", for instance",
			Detail: "The labels of images/a.png lie in labels/a.txt. Name the folder that holds both (argument path).",
		}
	}
	o.keepClasses(records, &f)
	return n.finish(records, classOf, &f), f.join(o.Path)
}

// labelFile is where the boxes of an image are, relative to the folder of labels.
func (o Options) labelFile(name string) string {
	if o.Images != "" {
		return stem(name) + ".txt"
	}
	return YOLOLabelFile(name)
}

// YOLOLabelFile is where the boxes of an image are: the last folder images of its name becomes labels.
func YOLOLabelFile(name string) string {
	parts := strings.Split(name, "/")
	for i := len(parts) - 2; i >= 0; i-- {
		if parts[i] == "images" {
			parts[i] = "labels"
			break
		}
	}
	return stem(strings.Join(parts, "/")) + ".txt"
}

// yoloClasses are the names of the classes.
type yoloClasses struct {
	file  string // that names them; empty without
	names map[int]string
	pose  bool // lines go on with keypoints behind the box
}

// classFiles are where names of classes are looked for.
var classFiles = []string{"data.yaml", "data.yml", "dataset.yaml", "classes.txt", "obj.names", "labels/classes.txt"}

func readClasses(files Files, o Options) (*yoloClasses, error) {
	file := o.Names
	if file == "" {
		for _, name := range classFiles {
			if p := path.Join(o.Path, name); files.Exists(p) {
				file = p
				break
			}
		}
	}
	if file == "" {
		return &yoloClasses{}, nil
	}
	b, err := readFile(files, file)
	if err != nil {
		return nil, err
	}
	if ext := strings.ToLower(path.Ext(file)); ext == ".yaml" || ext == ".yml" {
		return classesOfYAML(file, b)
	}
	c := &yoloClasses{file: file, names: map[int]string{}}
	for i, line := range strings.Split(strings.TrimRight(string(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))), " \t\r\n"), "\n") {
		c.names[i] = strings.TrimSpace(line)
	}
	return c, nil
}

// classesOfYAML reads names, a list or a map from numbers, of a description of a data set.
func classesOfYAML(file string, b []byte) (*yoloClasses, error) {
	bad := func(summary string) error {
		return &dag.BadInput{File: file, Summary: summary, Detail: "names is a list of the names of the classes, or a map from their numbers: names: [AFF, NFF]."}
	}
	if len(b) > 1<<20 {
		return nil, bad("the description of the classes has more than 1 MiB")
	}
	var d struct {
		Names yaml.Node `yaml:"names"`
		Pose  []int     `yaml:"kpt_shape"`
	}
	if err := yaml.Unmarshal(b, &d); err != nil {
		return nil, bad(err.Error())
	}
	c := &yoloClasses{file: file, names: map[int]string{}, pose: len(d.Pose) > 0}
	switch d.Names.Kind {
	case yaml.SequenceNode:
		for i, item := range d.Names.Content {
			if item.Kind != yaml.ScalarNode {
				return nil, bad(fmt.Sprintf("the name of class %d is no text", i))
			}
			c.names[i] = item.Value
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(d.Names.Content); i += 2 {
			number, err := strconv.Atoi(d.Names.Content[i].Value)
			if err != nil {
				return nil, bad(fmt.Sprintf("%q is no number of a class", d.Names.Content[i].Value))
			}
			if d.Names.Content[i+1].Kind != yaml.ScalarNode {
				return nil, bad(fmt.Sprintf("the name of class %d is no text", number))
			}
			c.names[number] = d.Names.Content[i+1].Value
		}
	case 0:
		return nil, bad("there are no names of classes")
	default:
		return nil, bad("names is neither a list nor a map")
	}
	return c, nil
}

// marks reads the label file of a record.
func (c *yoloClasses) marks(files Files, r Record) ([]Mark, error) {
	b, err := readFile(files, r.File)
	if err != nil {
		return nil, err
	}
	var marks []Mark
	number := 0
	for line := range strings.Lines(string(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")))) {
		number++
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		r.Line = number
		if len(marks) == maxBoxes {
			return nil, r.Bad(fmt.Sprintf("the image has more than %d boxes", maxBoxes), "Remove what is no fracture.")
		}
		m, err := c.mark(r, fields)
		if err != nil {
			return nil, err
		}
		marks = append(marks, m)
	}
	return marks, nil
}

// mark reads one line: a class, and a box or a polygon.
func (c *yoloClasses) mark(r Record, fields []string) (Mark, error) {
	const what = "A line is a class and x, y, width and height of a box, or x and y of each point of a polygon, in fractions of the image."
	numbers := make([]float64, len(fields))
	for i, text := range fields {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || !finite(f) {
			return Mark{}, r.Bad(fmt.Sprintf("%q is no number", text), what)
		}
		numbers[i] = f
	}
	class := int(numbers[0])
	if float64(class) != numbers[0] || class < 0 || class > 1<<20 {
		return Mark{}, r.Bad(fmt.Sprintf("%q is no number of a class", fields[0]), what)
	}
	name, known := c.names[class]
	switch {
	case c.file == "":
		name = strconv.Itoa(class)
	case !known || name == "":
		return Mark{}, r.Bad(fmt.Sprintf("class %d has no name in %s", class, c.file), "Add the name, or correct the line.")
	}
	places := numbers[1:]
	if i := slices.IndexFunc(places, func(f float64) bool { return f < 0 || f > 1 }); i >= 0 && !c.pose {
		return Mark{}, r.Bad(fmt.Sprintf("%s is no fraction of the image", fields[i+1]), what)
	}
	var m Mark
	switch n := len(places); {
	case n == 4, n > 4 && c.pose:
		if places[2] <= 0 || places[3] <= 0 {
			return Mark{}, r.Bad("the box is empty", what)
		}
		m = Mark{Center: geom.Point{X: places[0], Y: places[1]}, Area: places[2] * places[3]}
	case n == 5:
		return Mark{}, r.Bad("the line has a sixth number, as predictions have", "Give the annotations of people, not the predictions of a network.")
	case n >= 6 && n%2 == 0:
		points := make([]geom.Point, n/2)
		for i := range points {
			points[i] = geom.Point{X: places[2*i], Y: places[2*i+1]}
		}
		m = boxMark(hull(points))
	default:
		return Mark{}, r.Bad(fmt.Sprintf("the line has %d numbers", len(numbers)), what)
	}
	m.Relative, m.Class = true, name
	return m, nil
}
