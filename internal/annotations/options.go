package annotations

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"femur/dag"
)

// Files is what readers need of the folder that a source lies in; [dag.SourceFiles] has it. Paths are
// slash-separated, as the pipeline writes them.
type Files interface {
	ReadFile(path string) ([]byte, error)
	// Walk lists regular files below dir, at any depth, sorted, as paths relative to dir.
	Walk(dir string) ([]string, error)
	Exists(path string) bool
}

// A Kind is a form that records come in.
type Kind string

// The kinds, named like the sources of the stage ingest.
const (
	KindCSV         Kind = "csv"
	KindParquet     Kind = "parquet"
	KindCOCO        Kind = "coco"
	KindLabelStudio Kind = "label-studio"
	KindVOC         Kind = "voc"
	KindYOLO        Kind = "yolo"
	KindFolder      Kind = "folder"
)

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{KindCSV, KindParquet, KindCOCO, KindLabelStudio, KindVOC, KindYOLO, KindFolder}
}

// Options say where a source lies and how its names are to be read.
type Options struct {
	// Path is the file with the annotations or, for VOC and YOLO, the folder.
	Path string
	// Images is the folder that names of images are relative to; empty stands for [Options.ImagesFolder].
	Images string

	// Labels is a table (CSV) with a line for each image: LabelKey is its column with the name of the image
	// ("image_id" when empty), Label the one with the label, Patient the one with the patient. Label and
	// Patient may each be empty: then they come from elsewhere. CSV and Parquet sources are tables
	// themselves and take none.
	Labels, LabelKey, Label, Patient string

	// Pattern is a regular expression (RE2) for names of images; see [NewPattern]. Without one, names of
	// the clinic's convention are understood.
	Pattern string
	// EachImage says that every image whose patient is not named is a patient of its own.
	EachImage bool

	// Classes are the names of the marks that are fractures; others are ignored. Empty: all are.
	Classes []string
	// Names is the file with the names of the classes of YOLO; empty: data.yaml, classes.txt or obj.names.
	Names string
	// Partial lets a table leave out everything but the image: the rest is in the DICOM headers.
	Partial bool
}

// ImagesFolder is the folder that the names in the records are relative to.
func (o Options) ImagesFolder(kind Kind) string {
	switch {
	case o.Images != "":
		return o.Images
	case kind == KindYOLO:
		return o.Path
	case kind == KindCOCO:
		return path.Join(path.Dir(o.Path), "images")
	case kind == KindVOC && path.Base(o.Path) == "Annotations":
		return path.Join(path.Dir(o.Path), "JPEGImages")
	case kind == KindVOC:
		return o.Path
	}
	return path.Dir(o.Path)
}

// Read reads the records of a source, sorted by image.
func Read(kind Kind, files Files, o Options) ([]Record, error) {
	read := map[Kind]func(Files, Options) ([]Record, error){
		KindCSV: CSV, KindParquet: Parquet, KindCOCO: COCO, KindLabelStudio: LabelStudio,
		KindVOC: VOC, KindYOLO: YOLO, KindFolder: Folder,
	}[kind]
	if read == nil {
		return nil, fmt.Errorf("unknown kind of annotations %q", kind)
	}
	return read(files, o)
}

// maxFile bounds what is read of one file of annotations.
const maxFile = 256 << 20

// readFile returns a file of the source, with an error that names it.
func readFile(files Files, name string) ([]byte, error) {
	if !files.Exists(name) {
		return nil, &dag.BadInput{File: name, Summary: "the file does not exist", Detail: "Paths are relative to the pipeline file, or to the working directory. Correct the path of the source."}
	}
	b, err := files.ReadFile(name)
	if err != nil {
		return nil, &dag.BadInput{File: name, Summary: err.Error(), Detail: "Make the file readable."}
	}
	if len(b) > maxFile {
		return nil, &dag.BadInput{File: name, Summary: fmt.Sprintf("the file has %d MiB, more than the %d that are read", len(b)>>20, maxFile>>20), Detail: "Split it, or remove what is not annotation."}
	}
	return b, nil
}

// imageSuffixes are the endings of files that are images, whether or not they can be decoded.
var imageSuffixes = []string{
	".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".tif", ".tiff", ".dcm", ".dicom",
	".bmp", ".webp", ".gif", ".jp2", ".heic",
}

// IsImage reports whether a name ends like that of an image. That does not say that it can be decoded.
func IsImage(name string) bool {
	return slices.Contains(imageSuffixes, strings.ToLower(path.Ext(name)))
}

// NamedDICOM reports whether a name ends like that of a DICOM file. Many have no ending at all.
func NamedDICOM(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".dcm", ".dicom":
		return true
	}
	return false
}

// walkImages lists the images below a folder, as names relative to it.
func walkImages(files Files, dir string) ([]string, error) {
	all, err := files.Walk(dir)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(name string) bool { return !IsImage(name) || strings.HasPrefix(path.Base(name), ".") }), nil
}
