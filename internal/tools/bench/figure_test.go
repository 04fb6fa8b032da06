package main

import (
	"math"
	"testing"
)

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{3}, 3},
		{[]float64{9, 1, 5}, 5},
		{[]float64{4, 1, 3, 2}, 2.5},
	} {
		before := append([]float64(nil), tt.values...)
		if got := median(tt.values); got != tt.want {
			t.Errorf("the median of %v is %g, want %g", tt.values, got, tt.want)
		}
		for i := range before {
			if tt.values[i] != before[i] {
				t.Fatalf("%v became %v", before, tt.values)
			}
		}
	}
	if got := median(nil); !math.IsNaN(got) {
		t.Errorf("the median of nothing is %g", got)
	}
}

func TestUnits(t *testing.T) {
	for _, tt := range []struct {
		unit  unit
		value float64
		want  string
	}{
		{seconds, 0.0824, "0.082 s"},
		{seconds, 12.34, "12.3 s"},
		{seconds, 215.4, "3 min 35 s"},
		{seconds, 119.7, "2 min 00 s"},
		{memory, 300 << 20, "300 MiB"},
		{memory, 1.5 * (1 << 30), "1.50 GiB"},
	} {
		if got := tt.unit.format(tt.value); got != tt.want {
			t.Errorf("%g %s is %q, want %q", tt.value, tt.unit, got, tt.want)
		}
	}
}

func TestMeasured(t *testing.T) {
	f := figure{
		Counted: "0 stages run", Verdict: pass,
		Series: []series{{"wall", seconds, []float64{0.3, 0.1, 0.2}}, {"peak", memory, []float64{1 << 30}}},
	}
	if got, want := f.Measured(), "0 stages run; wall 0.200 s (0.100 s – 0.300 s); peak 1.00 GiB"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	f.Verdict, f.Fault = notMeasured, "no network"
	if got := f.Measured(); got != "no network" {
		t.Errorf("got %q for a figure that was not measured", got)
	}
}

func TestStagesRun(t *testing.T) {
	for _, tt := range []struct {
		ran     []string
		repeats int
		want    string
	}{
		{nil, 20, "0 stages run"},
		{[]string{compareMain, compareMain}, 2, "1 stage run (compare.main)"},
		{[]string{"a.b"}, 2, "1 stage run in 2 repeats (a.b)"},
		{[]string{"d.d", "c.c", "b.b", "a.a"}, 1, "4 stages run (a.a, b.b, c.c, … )"},
	} {
		if got := stagesRun(tt.ran, tt.repeats); got != tt.want {
			t.Errorf("%v in %d is %q, want %q", tt.ran, tt.repeats, got, tt.want)
		}
	}
	if !onlyCompare([]string{compareMain, compareMain}, 2) || onlyCompare([]string{compareMain}, 2) ||
		onlyCompare([]string{compareMain, "a.b"}, 2) || onlyCompare(nil, 1) {
		t.Error("onlyCompare is wrong")
	}
}
