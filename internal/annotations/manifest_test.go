package annotations_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/internal/annotations"
	"femur/internal/table"
)

func readCSV(text string, o annotations.Options) ([]annotations.Record, error) {
	o.Path = "d/l.csv"
	return annotations.CSV(folder(map[string]string{"d/l.csv": text}), o)
}

func TestCSV(t *testing.T) {
	const head = "path,patient,label,x,y,spacing,view,side,site,modality,implant,annotator,width,height,comment\n"
	records, err := readCSV("\xef\xbb\xbf"+head+
		"b.png,2,NFF,,,,,,,,,,,,\n"+
		"a\\a.png , 1,AFF,10.5,20,0.14,ap,L,7,CR,nail,,100,200,\"a, b\"\n", annotations.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []annotations.Record{
		{
			Name: "a/a.png", Frame: -1, Patient: "1", Label: "AFF", View: "ap", Side: "L", Site: "7", Modality: "CR", Implant: "nail",
			Width: 100, Height: 200, Pitch: 0.14, Marks: []annotations.Mark{{Center: at(10.5, 20)}}, File: "d/l.csv", Line: 3,
		},
		{Name: "b.png", Frame: -1, Patient: "2", Label: "NFF", File: "d/l.csv", Line: 2},
	}
	if d := cmp.Diff(want, records); d != "" {
		t.Errorf("records (-want +got):\n%s", d)
	}
}

// The separator is seen in the first line, and what spreadsheets put before it is understood.
func TestCSVSeparators(t *testing.T) {
	want := place{"a.png", "1", "A,B", []annotations.Mark{{Center: at(1, 2)}}}
	for name, text := range map[string]string{
		"semicolon":    "path;patient;label;x;y\r\na.png;1;A,B;1;2\r\n",
		"tab":          "path\tpatient\tlabel\tx\ty\na.png\t1\tA,B\t1\t2\n",
		"comma":        "PATH, Patient ,label,x,y\na.png,1,\"A,B\",1,2\n",
		"sep line":     "sep=;\r\npath;patient;label;x;y\r\na.png;1;A,B;1;2\r\n",
		"no last line": "path;patient;label;x;y\na.png;1;A,B;1;2",
	} {
		records, err := readCSV(text, annotations.Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff([]place{want}, places(records)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	_, err := readCSV("sep=;\npath;patient;label;x;y\na.png;1;A;x;2\n", annotations.Options{})
	wantFault(t, "line behind sep=", err, "d/l.csv:3: a.png: column x")
}

func TestCSVSeveralLinesOfAnImage(t *testing.T) {
	records, err := readCSV("path,patient,label,x,y,annotator,view\na.png,1,AFF,1,2,,\na.png,1,AFF,5,6,,ap\nb.png,2,NFF,1,1,kim,\nb.png,,,3,1,sam,\n", annotations.Options{})
	wantPlaces(t, records, err,
		place{"a.png", "1", "AFF", []annotations.Mark{{Center: at(1, 2)}, {Center: at(5, 6)}}},
		place{"b.png", "2", "NFF", []annotations.Mark{by("kim", 1, 1, 0), by("sam", 3, 1, 0)}})
	if err == nil && records[0].View != "ap" {
		t.Errorf("view %q, want that of the second line", records[0].View)
	}
}

func TestCSVBoxes(t *testing.T) {
	records, err := readCSV("path,patient,label,x,y,left,top,right,bottom\na.png,1,AFF,,,10,20,20,50\nb.png,1,AFF,11,22,10,20,20,50\n", annotations.Options{})
	wantPlaces(t, records, err,
		place{"a.png", "1", "AFF", []annotations.Mark{{Center: at(15, 35), Area: 300}}},
		place{"b.png", "1", "AFF", []annotations.Mark{{Center: at(11, 22), Area: 300}}})
}

// For DICOM files, the headers know the rest.
func TestCSVByUID(t *testing.T) {
	records, err := readCSV("sop_instance_uid,frame,x,y\n1.2.3,0,1,2\n1.2.3,1,3,4\n1.2.4,,5,6\n", annotations.Options{Partial: true})
	if err != nil {
		t.Fatal(err)
	}
	want := []annotations.Record{
		{UID: "1.2.3", Frame: 0, Marks: []annotations.Mark{{Center: at(1, 2)}}, File: "d/l.csv", Line: 2},
		{UID: "1.2.3", Frame: 1, Marks: []annotations.Mark{{Center: at(3, 4)}}, File: "d/l.csv", Line: 3},
		{UID: "1.2.4", Frame: -1, Marks: []annotations.Mark{{Center: at(5, 6)}}, File: "d/l.csv", Line: 4},
	}
	if d := cmp.Diff(want, records); d != "" {
		t.Errorf("records (-want +got):\n%s", d)
	}
	_, err = readCSV("name,x,y\na,1,2\n", annotations.Options{Partial: true})
	wantFault(t, "no key", err, "d/l.csv:1", "neither a column path nor a column sop_instance_uid")
}

func TestCSVNamesFromPattern(t *testing.T) {
	records, err := readCSV("path,x,y\naff/p7.png,1,2\n", annotations.Options{Pattern: `^(?P<label>\w+)/p(?P<patient>\d+)`})
	wantPlaces(t, records, err, place{"aff/p7.png", "7", "aff", []annotations.Mark{{Center: at(1, 2)}}})
	records, err = readCSV("path,label,x,y\na.png,AFF,1,2\n", annotations.Options{EachImage: true})
	wantPlaces(t, records, err, place{"a.png", "a.png", "AFF", []annotations.Mark{{Center: at(1, 2)}}})
}

func TestCSVRefuses(t *testing.T) {
	const head = "path,patient,label,x,y,left,top,right,bottom,width,height,spacing,frame,annotator\n"
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"empty":              {"", []string{"d/l.csv:1: the file is empty"}},
		"no column":          {"path,patient,x,y\n", []string{"d/l.csv:1: there is no column label", "path, patient, x, y"}},
		"column twice":       {"path,patient,label,x,y,x\n", []string{"d/l.csv:1: the column x stands twice"}},
		"fields":             {"path,patient,label,x,y\na.png,1\n", []string{"d/l.csv:2", "wrong number of fields"}},
		"decimal comma":      {"path;patient;label;x;y\na.png;1;AFF;1,5;2\n", []string{`d/l.csv:2: a.png: column x: "1,5" has a decimal comma`, "12.5"}},
		"no number":          {head + "a.png,1,AFF,one,2,,,,,,,,,\n", []string{`column x: "one" is no number`}},
		"infinite":           {head + "a.png,1,AFF,Inf,2,,,,,,,,,\n", []string{"no finite number"}},
		"half a point":       {head + "a.png,1,AFF,1,,,,,,,,,,\n", []string{"only one of x and y"}},
		"half a box":         {head + "a.png,1,AFF,,,1,2,,,,,,,\n", []string{"the box is incomplete"}},
		"empty box":          {head + "a.png,1,AFF,,,5,2,5,9,,,,,\n", []string{"from (5, 2) to (5, 9) is empty"}},
		"size":               {head + "a.png,1,AFF,1,2,,,,,10.5,3,,,\n", []string{"column width: 10.5 is not a whole number"}},
		"frame":              {head + "a.png,1,AFF,1,2,,,,,,,,-1,\n", []string{"column frame: -1"}},
		"no path":            {head + ",1,AFF,1,2,,,,,,,,,\n", []string{"d/l.csv:2: the path is empty"}},
		"outside":            {head + "../a.png,1,AFF,1,2,,,,,,,,,\n", []string{"leaves the folder"}},
		"absolute":           {head + "/a.png,1,AFF,1,2,,,,,,,,,\n", []string{"leaves the folder"}},
		"two labels":         {head + "a.png,1,AFF,1,2,,,,,,,,,kim\na.png,1,NFF,1,2,,,,,,,,,sam\n", []string{"d/l.csv:3: a.png: label is NFF here and AFF at d/l.csv:2"}},
		"two sizes":          {head + "a.png,1,AFF,1,2,,,,,9,9,,,\na.png,1,AFF,1,2,,,,,8,9,,,\n", []string{"the size is 8×9 here and 9×9 at d/l.csv:2"}},
		"two spacings":       {head + "a.png,1,AFF,1,2,,,,,,,1,,\na.png,1,AFF,1,2,,,,,,,2,,\n", []string{"spacing is 2 here and 1 at d/l.csv:2"}},
		"twice without mark": {head + "a.png,1,AFF,1,2,,,,,,,,,\na.png,1,AFF,,,,,,,,,,,\n", []string{"d/l.csv:3: a.png: the image is listed twice, first at d/l.csv:2"}},
		"UTF-16":             {"\xff\xfep\x00", []string{"UTF-16", "CSV UTF-8"}},
		"Latin-1":            {"path,patient,label,x,y\na.png,1,AFF,1,1\n\xe5.png,1,AFF,1,1\n", []string{"d/l.csv:3: the text is not UTF-8"}},
		"Label Studio":       {"image,id,label,annotator,annotation_id,created_at,updated_at,lead_time\n", []string{"CSV export of Label Studio", "export JSON"}},
		"all faults":         {head + "a.png,1,AFF,x,2,,,,,,,,,\n,1,AFF,1,2,,,,,,,,,\n", []string{"d/l.csv:2", "d/l.csv:3"}},
	} {
		_, err := readCSV(c.text, annotations.Options{})
		wantFault(t, name, err, c.want...)
	}
	_, err := annotations.CSV(folder(nil), annotations.Options{Path: "no.csv"})
	wantFault(t, "no file", err, "no.csv: the file does not exist")
}

// A Parquet file says the same as a CSV file, whatever the types of its columns.
func TestParquet(t *testing.T) {
	type floats struct {
		Path    string  `parquet:"path"`
		Patient int64   `parquet:"patient"`
		Label   string  `parquet:"label,dict"`
		X       float64 `parquet:"x"`
		Y       float32 `parquet:"y"`
		Spacing float64 `parquet:"spacing,optional"`
		Width   int32   `parquet:"Width"`
		Height  uint16  `parquet:"height"`
		Other   []byte  `parquet:"other"`
	}
	type texts struct {
		Path    *string `parquet:"path,optional"`
		Patient []byte  `parquet:"patient"`
		Label   string  `parquet:"label"`
		X       *int32  `parquet:"x,optional"`
		Y       string  `parquet:"y"`
	}
	path, x := "a.png", int32(7)
	want := place{"a.png", "12", "AFF", []annotations.Mark{{Center: at(7, 1.25)}}}
	exact := want
	exact.Marks = []annotations.Mark{{Center: at(1234.567890123, 1.25)}}
	for name, c := range map[string]struct {
		file []byte
		want place
	}{
		"numbers": {parquetFile(t, []floats{{Path: path, Patient: 12, Label: "AFF", X: 1234.567890123, Y: 1.25, Width: 2000, Height: 3000}}), exact},
		"texts":   {parquetFile(t, []texts{{Path: &path, Patient: []byte("12"), Label: "AFF", X: &x, Y: "1.25"}}), want},
	} {
		records, err := annotations.Parquet(folder(map[string]string{"l.parquet": string(c.file)}), annotations.Options{Path: "l.parquet"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff([]place{c.want}, places(records)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
		if name == "numbers" && (records[0].Width != 2000 || records[0].Height != 3000 || records[0].Pitch != 0) {
			t.Errorf("record %+v, want 2000×3000 without spacing", records[0])
		}
	}
}

func TestParquetRefuses(t *testing.T) {
	type lists struct {
		Path    string    `parquet:"path"`
		Patient string    `parquet:"patient"`
		Label   string    `parquet:"label"`
		X       []float64 `parquet:"x"`
	}
	type short struct {
		Path    string `parquet:"path"`
		Patient string `parquet:"patient"`
	}
	type bad struct {
		Path    string `parquet:"path"`
		Patient string `parquet:"patient"`
		Label   string `parquet:"label"`
		X       string `parquet:"x"`
		Y       string `parquet:"y"`
	}
	whole := parquetFile(t, []short{{"a", "b"}})
	for name, c := range map[string]struct {
		file []byte
		want []string
	}{
		"lists":     {parquetFile(t, []lists{{Path: "a.png"}}), []string{"l.parquet", "column x holds lists"}},
		"no column": {whole, []string{"l.parquet: there is no column label", "path, patient"}},
		"cut":       {whole[:len(whole)/2], []string{"l.parquet"}},
		"no table":  {[]byte("path,patient"), []string{"l.parquet"}},
		"row":       {parquetFile(t, []bad{{"a.png", "1", "AFF", "1", "1"}, {"b.png", "1", "AFF", "one", "1"}}), []string{`l.parquet: row 2 (b.png): column x: "one" is no number`}},
	} {
		_, err := annotations.Parquet(folder(map[string]string{"l.parquet": string(c.file)}), annotations.Options{Path: "l.parquet"})
		wantFault(t, name, err, c.want...)
		if err != nil && strings.Contains(err.Error(), "goroutine") {
			t.Errorf("%s: the error has a stack: %v", name, err)
		}
	}
}

func parquetFile[T any](t *testing.T, rows []T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := table.Write(&b, rows); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
