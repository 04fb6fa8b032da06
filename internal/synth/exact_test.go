package synth

import (
	"math"
	"testing"
)

func TestExactFunctionsAgreeWithMath(t *testing.T) {
	for i := range 20001 {
		x := float64(i) / 100
		if got, want := expNeg(x), math.Exp(-x); math.Abs(got-want) > 1e-12*want {
			t.Fatalf("e^−%g is %g, want %g", x, got, want)
		}
		if x > 0 {
			if got, want := ln(x), math.Log(x); math.Abs(got-want) > 1e-12 {
				t.Fatalf("ln %g is %g, want %g", x, got, want)
			}
			if got, want := ln(expNeg(x)), -x; math.Abs(got-want) > 1e-9 {
				t.Fatalf("ln e^−%g is %g", x, got)
			}
		}
		degrees := float64(i-10000) / 14
		sin, cos := sinCos(degrees)
		if math.Abs(sin-math.Sin(degrees*math.Pi/180)) > 1e-10 || math.Abs(cos-math.Cos(degrees*math.Pi/180)) > 1e-10 {
			t.Fatalf("sine and cosine of %g° are %g and %g", degrees, sin, cos)
		}
	}
	if expNeg(1e6) != 0 || expNeg(0) != 1 || math.Abs(ln(1)) > 1e-15 {
		t.Error("ends are wrong")
	}
}

func TestCurveAndBlends(t *testing.T) {
	c := curve{{0, 1}, {10, 3}, {20, 2}}
	for x, want := range map[float64]float64{-5: 1, 0: 1, 5: 2, 10: 3, 15: 2.5, 20: 2, 99: 2} {
		if got := c.at(x); got != want {
			t.Errorf("at %g: %g, want %g", x, got, want)
		}
	}
	if smooth(-1) != 0 || smooth(2) != 1 || smooth(0.5) != 0.5 {
		t.Error("smooth is not what it says")
	}
}

func TestStreamDistributions(t *testing.T) {
	s := newStream(1, forPatient, 2, 3)
	const n = 200000
	var sum, square, unit float64
	counts := [3]int{}
	for range n {
		v := s.normal(5, 2)
		sum, square = sum+v, square+(v-5)*(v-5)
		u := s.unit()
		if u < 0 || u >= 1 {
			t.Fatalf("unit gave %g", u)
		}
		unit += u
		counts[s.pick([]int{1, 0, 3})]++
		if w := s.within(0, 1, -0.5, 0.5); w < -0.5 || w > 0.5 {
			t.Fatalf("within gave %g", w)
		}
		if q := s.quantile([]float64{1, 2, 9}); q < 1 || q > 9 {
			t.Fatalf("quantile gave %g", q)
		}
	}
	if math.Abs(sum/n-5) > 0.03 || math.Abs(math.Sqrt(square/n)-2) > 0.03 || math.Abs(unit/n-0.5) > 0.005 {
		t.Errorf("mean %g, deviation %g, unit mean %g", sum/n, math.Sqrt(square/n), unit/n)
	}
	if counts[1] != 0 || math.Abs(float64(counts[0])/n-0.25) > 0.01 {
		t.Errorf("picked %v of weights 1, 0, 3", counts)
	}
	table := newNoiseTable()
	sum, square = 0, 0
	for _, v := range table {
		sum, square = sum+float64(v), square+float64(v)*float64(v)
	}
	if m, d := sum/65536, math.Sqrt(square/65536); math.Abs(m) > 60 || math.Abs(d/noiseUnit-1) > 0.02 {
		t.Errorf("noise has mean %g and deviation %g", m, d)
	}
	odd := make([]int32, 7)
	state := uint64(9)
	table.fill(odd, &state)
	even := make([]int32, 8)
	state = 9
	table.fill(even, &state)
	for i, v := range odd {
		if v != even[i] {
			t.Errorf("a row's length changes its noise at %d", i)
		}
	}
}
