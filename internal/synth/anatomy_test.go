package synth

import (
	"math"
	"testing"
)

// TestAtypicalByTheCriteria draws many patients and checks the figures of the ASBMR task force.
func TestAtypicalByTheCriteria(t *testing.T) {
	var cortex, bowed, normalBowed []float64
	for k := range 4000 {
		p := newPerson(1, k, AFF)
		f := p.fracture
		cortex, bowed = append(cortex, p.lateral), append(bowed, p.bowLateral)
		if f.kind != Incomplete && f.kind != Transverse {
			t.Fatalf("kind %s", f.kind)
		}
		if f.steep > 8 || f.beak < 1 || f.beak > 2 || f.wedge || len(f.chips) > 0 || f.twist != 0 {
			t.Fatalf("not atypical: %+v", f)
		}
		if f.kind == Incomplete && (f.shiftLateral != 0 || f.angleLateral != 0 || f.shorten != 0) {
			t.Fatalf("an incomplete fracture is displaced: %+v", f)
		}
		n := newPerson(1, k, NFF)
		normalBowed = append(normalBowed, n.bowLateral)
		switch g := n.fracture; {
		case g.beak != 0 || g.kind == Incomplete || g.kind == Transverse:
			t.Fatalf("not normal: %+v", g)
		case g.kind != Spiral && (g.steep < 30 || g.steep > 60):
			t.Fatalf("a short oblique of %g°", g.steep)
		case (g.kind == Comminuted) != (g.wedge && len(g.chips) > 0):
			t.Fatalf("%s with wedge %v and %d chips", g.kind, g.wedge, len(g.chips))
		}
		// What is not of the disease is the same for both.
		if n.length != p.length || n.breakAt != p.breakAt || n.thigh != p.thigh || n.fracture.shiftFront != f.shiftFront || n.fracture.gap != f.gap {
			t.Fatalf("patient %d changes with the label beyond the disease", k)
		}
	}
	m, d := moments(cortex)
	if math.Abs(m-7) > 0.08 || math.Abs(d-1.3) > 0.08 {
		t.Errorf("lateral cortex %.2f ± %.2f mm, want 7.0 ± 1.3", m, d)
	}
	a, _ := moments(bowed)
	if b, _ := moments(normalBowed); a-b < 1 {
		t.Errorf("bow %.1f mm against %.1f", a, b)
	}
}

func moments(v []float64) (mean, deviation float64) {
	for _, x := range v {
		mean += x / float64(len(v))
	}
	for _, x := range v {
		deviation += (x - mean) * (x - mean) / float64(len(v))
	}
	return mean, math.Sqrt(deviation)
}

// TestIncompleteCrackBeginsLaterally looks at the gap across the shaft from the front.
func TestIncompleteCrackBeginsLaterally(t *testing.T) {
	for k := range 200 {
		p := newPerson(2, k, AFF)
		if p.fracture.kind != Incomplete {
			continue
		}
		l := p.fracture.linesOf(AP, 14)
		if l.nearGap[lineSteps] < p.fracture.gap/2-1e-9 || l.nearGap[0] != 0 {
			t.Fatalf("gap %g laterally, %g medially", l.nearGap[lineSteps], l.nearGap[0])
		}
		for i := range lineSteps {
			if l.nearGap[i] > l.nearGap[i+1]+1e-12 {
				t.Fatalf("the crack widens inward at %d", i)
			}
		}
	}
}

// TestBothViewsShowOneBreak: the plane's slopes change places between the views.
func TestBothViewsShowOneBreak(t *testing.T) {
	f := fracture{kind: Oblique, steep: 45, azimuth: 0, gap: 1}
	front, side := f.linesOf(AP, 10), f.linesOf(LAT, 10)
	middle := lineSteps / 2
	if got := front.near[lineSteps] - front.near[0]; math.Abs(got-20) > 1e-9 {
		t.Errorf("45° rises %g mm over 20", got)
	}
	if d := front.near[middle] - front.far[middle]; math.Abs(d) > 1e-9 {
		t.Errorf("seen from its edge the break opens to a loop of %g mm", d)
	}
	if d := side.far[middle] - side.near[middle]; math.Abs(d-20) > 1e-9 {
		t.Errorf("seen from its face the loop is %g mm wide, want 20", d)
	}
	if math.Abs(front.nearLie[middle]-math.Sqrt2/2) > 1e-9 {
		t.Errorf("the cosine of 45° is %g", front.nearLie[middle])
	}
}

func TestShaftSections(t *testing.T) {
	for k := range 50 {
		for _, label := range []Label{AFF, NFF} {
			p := newPerson(3, k, label)
			for _, view := range []View{AP, LAT} {
				shaft := newShaft(&p, view)
				at := shaft.at(0)
				if at == nil || math.Abs(at.axis) > 0.05 {
					t.Fatalf("the axis does not pass the fracture: %+v", at)
				}
				for i, c := range shaft.sections {
					if !(c.radius > 5 && c.canalRad > 0 && c.canalRad < c.radius && c.canalDepth < c.depth && c.dense >= 0 && c.dense <= 1) {
						t.Fatalf("patient %d, %s, section %d is no tube: %+v", k, view, i, c)
					}
					if math.Abs(c.canal-c.center)+c.canalRad > c.radius+1e-9 {
						t.Fatalf("patient %d, %s, section %d: the canal leaves the bone: %+v", k, view, i, c)
					}
				}
				if shaft.at(shaft.from-1) != nil || shaft.at(1e4) != nil {
					t.Fatal("there is bone beyond the ends")
				}
			}
		}
	}
}

func TestBeakHasItsHeight(t *testing.T) {
	f := fracture{beak: 1.5, beakReach: 5}
	for s, want := range map[float64]float64{0: 1.5, 5: 0, -5: 0, 80: 0} {
		if got := f.beakAt(s); math.Abs(got-want) > 1e-12 {
			t.Errorf("at %g mm it is %g, want %g", s, got, want)
		}
	}
	if f.beakAt(2) != f.beakAt(-2) || f.beakAt(2) <= f.beakAt(3) {
		t.Error("the beak is no peak")
	}
}
