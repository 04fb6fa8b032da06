package annotations_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"femur/internal/annotations"
)

// 43,000 radiographs are what the clinics have in all. Their list is read before every run, however little is new.
const allRadiographs = 43_000

func BenchmarkCSV(b *testing.B) {
	var text strings.Builder
	text.WriteString("path,patient,label,x,y,spacing,view,side,site\n")
	for i := range allRadiographs {
		fmt.Fprintf(&text, "site%d/patient_%d/image_%d.png,%d,NFF,%d.25,%d.5,0.143,ap,L,%d\n", i%72, i/10, i, i/10, i%2000, i%3000, i%72)
	}
	bench(b, annotations.KindCSV, annotations.Options{Path: "l.csv"}, map[string]string{"l.csv": text.String()})
}

func BenchmarkLabelStudioColumns(b *testing.B) {
	var columns [5]strings.Builder
	for i := range allRadiographs {
		name := fmt.Sprintf("patient_%d_CONTROL_class_1_modality_CR_scanoccasion_0_imagenumber_%d.png", i/10, i)
		for j, value := range []string{fmt.Sprintf("%q", name), "2000", "3000", "51.5", "47.25"} {
			fmt.Fprintf(&columns[j], `,"%d":%s`, i, value)
		}
	}
	var text strings.Builder
	for j, column := range []string{"file_name", "original_width", "original_height", "x", "y"} {
		fmt.Fprintf(&text, "%s%q:{%s}", "{,"[min(j, 1):1+min(j, 1)], column, columns[j].String()[1:])
	}
	text.WriteString("}")
	bench(b, annotations.KindLabelStudio, annotations.Options{Path: "l.json"}, map[string]string{"l.json": text.String()})
}

func BenchmarkFolder(b *testing.B) {
	var l listing
	for i := range allRadiographs {
		l.names = append(l.names, fmt.Sprintf("train/aff/patient_%d/image_%d.png", i/10, i))
	}
	benchFiles(b, annotations.KindFolder, annotations.Options{Images: "d", Pattern: `(?P<label>[a-z]+)/patient_(?P<patient>\d+)/`}, l)
}

// listing is a folder that is already listed: a folder in memory would take longer to list than to read.
type listing struct {
	annotations.Files
	names []string
}

func (l listing) Walk(string) ([]string, error) { return slices.Clone(l.names), nil }

func bench(b *testing.B, kind annotations.Kind, o annotations.Options, list map[string]string) {
	benchFiles(b, kind, o, folder(list))
}

func benchFiles(b *testing.B, kind annotations.Kind, o annotations.Options, files annotations.Files) {
	b.ReportAllocs()
	for b.Loop() {
		records, err := annotations.Read(kind, files, o)
		if err != nil || len(records) != allRadiographs {
			b.Fatalf("%d records: %v", len(records), err)
		}
	}
}
