package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseBenchmarks(t *testing.T) {
	const printed = `goos: linux
pkg: femur/x
BenchmarkPut/size=1MiB-2         	      20	   2000000 ns/op	  50.00 MB/s	     100 B/op	       3 allocs/op
BenchmarkPut/size=1MiB-2         	      20	   4000000 ns/op	  70.00 MB/s	     100 B/op	       3 allocs/op
BenchmarkPut/size=1MiB-2         	      20	   3000000 ns/op	  60.00 MB/s	     100 B/op	       3 allocs/op
BenchmarkStore/commit-now        	       1	    123456 records/s
PASS
`
	var got []string
	for _, f := range parseBenchmarks(printed, "./x/y") {
		got = append(got, f.Package+" "+f.Name+": "+f.String())
	}
	want := []string{"x/y Put/size=1MiB: 3.00 ms, 60.0 MB/s", "x/y Store/commit-now: 123456 records/s"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFormatMetric(t *testing.T) {
	for _, tt := range []struct {
		value float64
		unit  string
		want  string
	}{
		{12.345, "ns/op", "12.3 ns"}, {4567, "ns/op", "4.57 µs"}, {8.9e7, "ns/op", "89.0 ms"}, {1.5e9, "ns/op", "1.50 s"},
		{0.1234, "s", "0.123 s"}, {734.6, "MB/s", "735 MB/s"}, {0, "x", "0.000 x"},
	} {
		if got := formatMetric(tt.value, tt.unit); got != tt.want {
			t.Errorf("%g %s is %q, want %q", tt.value, tt.unit, got, tt.want)
		}
	}
}

func TestSuiteCommand(t *testing.T) {
	s := suite{"./cache/badgerstore", "Put|Get", "20x"}
	if got, want := s.command(), "go test -run '^$' -bench 'Put|Get' -benchtime 20x -count 3 ./cache/badgerstore"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Packages of the suites must exist, or make bench would fail after minutes.
func TestSuites(t *testing.T) {
	for _, s := range suites() {
		found, err := filepath.Glob(filepath.Join("..", "..", "..", filepath.FromSlash(s.Package), "*_test.go"))
		if err != nil || len(found) == 0 {
			t.Errorf("%s has no tests: %v", s.Package, err)
		}
	}
}

func example() report {
	others := 1.25
	return report{
		Machine: machine{Date: "2026-01-02", CPU: "CPU 1", Cores: 2, Memory: 8 << 30, Platform: "linux/amd64", Go: "go1.26", Backend: "xla:cpu", Others: &others},
		Command: "bench",
		Figures: []figure{
			{What: "again", Must: "0 stages run", Counted: "0 stages run", Repeats: 2, Verdict: pass, Series: []series{{"wall", seconds, []float64{0.1, 0.3}}}},
			{What: "a|b", Must: "less", Repeats: 1, Verdict: fail, Counted: "more"},
			{What: "c", Must: "less", Verdict: notMeasured, Fault: "no\nnetwork"},
			{What: "help", Repeats: 1, Counted: "x"},
		},
		Packages: []packageFigure{{Package: "p", Name: "Put", Values: []metricValue{{"ns/op", []float64{5}}}}},
	}
}

func TestFiguresMarkdown(t *testing.T) {
	const want = "Measured 2026-01-02 on CPU 1, 2 cores, 8.00 GiB of memory; xla:cpu; go1.26, linux/amd64. " +
		"**The machine was not idle**: other processes used 1.25 of its cores meanwhile, so that times are upper bounds.\n\n" +
		"`bench`: of 3 figures that are demanded, 2 fall short or were not measured.\n\n" +
		"| what | must | measured: median (least – greatest) | repeats | |\n|---|---|---|---:|---|\n" +
		"| again | 0 stages run | 0 stages run; wall 0.200 s (0.100 s – 0.300 s) | 2 | pass |\n" +
		"| a\\|b | less | more | 1 | **falls short** |\n" +
		"| c | less | no network |  | **not measured** |\n" +
		"| help |  | x | 1 |  |\n"
	r := example()
	if diff := cmp.Diff(want, r.figuresMarkdown()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := r.unmeasured(); err == nil || err.Error() != "not measured: c" {
		t.Errorf("got %v", err)
	}
	*r.Machine.Others = 0.02
	if got := r.Machine.String(); !strings.HasSuffix(got, "otherwise idle.") {
		t.Errorf("an idle machine: %s", got)
	}
}

func TestWriteDocument(t *testing.T) {
	path := filepath.Join(t.TempDir(), "benchmarks.md")
	const before = "# Title\n\n<!-- bench:figures -->\nold\n<!-- /bench:figures -->\n\nProse.\n\n<!-- bench:packages -->\nold packages\n<!-- /bench:packages -->\nEnd.\n"
	if err := os.WriteFile(path, []byte(before), 0o644); err != nil {
		t.Fatal(err)
	}
	r := example()
	if err := writeDocument(path, r); err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# Title\n\n<!-- bench:figures -->\nMeasured", "<!-- /bench:figures -->\n\nProse.\n\n<!-- bench:packages -->\n```sh\n", "| p | Put | 5.00 ns |\n<!-- /bench:packages -->\nEnd.\n"} {
		if !strings.Contains(string(first), want) {
			t.Errorf("%q is not in\n%s", want, first)
		}
	}
	if strings.Contains(string(first), "old") {
		t.Errorf("old tables stayed:\n%s", first)
	}
	r.Packages = nil // not measured: their table stays
	if err := writeDocument(path, r); err != nil {
		t.Fatal(err)
	}
	again, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(first), string(again)); diff != "" {
		t.Errorf("written again, it differs:\n%s", diff)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("files left over: %v, %v", left, err)
	}
}

func TestSplice(t *testing.T) {
	for _, text := range []string{
		"no markers",
		"<!-- bench:x -->\nopen only\n",
		"<!-- /bench:x -->\n<!-- bench:x -->\n",
		"<!-- bench:x -->\n<!-- /bench:x -->\n<!-- bench:x -->\n<!-- /bench:x -->\n",
	} {
		if got, err := splice(text, "x", "new\n"); err == nil {
			t.Errorf("%q became %q", text, got)
		}
	}
	if err := checkDocument(filepath.Join("..", "..", "..", "docs", "benchmarks.md")); err != nil {
		t.Error(err)
	}
}

func TestParseFlags(t *testing.T) {
	o, err := parseFlags([]string{"-femur", "x/femur", "-var", "a=1", "-var", "b=2"}, io.Discard)
	if err != nil || !filepath.IsAbs(o.femur) || o.vars.String() != "a=1 b=2" || o.cold != 3 {
		t.Errorf("got %+v, %v", o, err)
	}
	for _, args := range [][]string{{"-cold", "0"}, {"-files", "-1"}, {"more"}, {"-none"}} {
		if _, err := parseFlags(args, io.Discard); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
}
