package synth

import "math"

// proximalSolids returns the bones that hang on the proximal fragment, in the frame whose origin is the fracture.
func (p *person) proximalSolids(f frame, view View) []ellipsoid {
	g, top := p.girth, -p.breakAt
	axis := func(s float64) float64 { return p.axisAt(view, s) }
	at := func(u, s, turn, a, b, d, shell, core float64) ellipsoid {
		return ellipsoid{frame: f.moved(turn, axis(s)+mul(u, g), top+s), a: a * g, b: b * g, d: d * g, shell: shell, core: core}
	}
	core := p.marrow
	if view == AP {
		return []ellipsoid{
			at(-43, 6, 0, 23, 23, 23, 1.8, 0.55*core),     // head
			at(-20, 27, -47, 16.5, 34, 14, 2.6, 0.7*core), // neck
			at(10, 27, -14, 16, 22, 18, 1.1, 0.7*core),    // greater trochanter
			at(-18, 63, 10, 8, 12, 10, 2.2, core),         // lesser trochanter
			at(0, 42, -25, 20, 28, 17, 1.5, 0.8*core),     // between them
		}
	}
	return []ellipsoid{
		at(5, 4, 0, 23, 23, 23, 1.8, 0.55*core),
		at(3, 26, 0, 14, 32, 15, 2.6, 0.7*core),
		at(-9, 22, 8, 14, 22, 17, 1.6, 0.7*core),
		at(-14, 63, -8, 8, 12, 9, 2.2, core),
	}
}

// distalSolids returns the bones that hang on the distal fragment: the condyles and what is below.
func (p *person) distalSolids(f frame, view View) []ellipsoid {
	g, knee := p.girth, p.length-p.breakAt
	end := p.axisAt(view, p.length)
	at := func(u, s, turn, a, b, d, shell, core float64) ellipsoid {
		return ellipsoid{frame: f.moved(turn, end+mul(u, g), knee+mul(s, g)), a: a * g, b: b * g, d: d * g, shell: shell, core: core}
	}
	core := p.marrow
	if view == AP {
		return []ellipsoid{
			at(20, -19, 0, 20, 19.5, 26, 1.4, core),
			at(-20, -19, 0, 21, 20, 26, 1.4, core),
			at(2, -36, 0, 18, 20, 9, 1.2, core+0.1), // patella, seen through the femur
			at(0, 21, 0, 40, 17, 24, 1.6, core),     // tibial plateau
			at(-2, 200, 0, 15, 196, 14, 5.5, 0.08),
			at(-1, 42, 0, 26, 34, 20, 2, core),
			at(34, 215, 2, 7, 190, 7, 3, 0.1), // fibula
		}
	}
	return []ellipsoid{
		at(-6, -22, 20, 26, 22, 19, 1.4, core),
		at(-12, -20, 0, 22, 20, 19, 1.4, core),
		at(39, -34, -8, 9, 22, 18, 1.4, core+0.1),
		at(-6, 21, -6, 29, 17, 36, 1.6, core),
		at(-2, 200, -2, 15, 196, 14, 5.5, 0.08),
		at(-2, 44, 0, 21, 36, 22, 2, core),
		at(-22, 215, -3, 7, 190, 7, 3, 0.1),
	}
}

// pelvis returns the bones that stay where they are.
func (p *person) pelvis(f frame, view View) []ellipsoid {
	g, top := p.girth, -p.breakAt
	axis := p.axisAt(view, 0)
	at := func(u, s, turn, a, b, d, shell, core float64) ellipsoid {
		return ellipsoid{frame: f.moved(turn, axis+mul(u, g), top+mul(s, g)), a: a * g, b: b * g, d: d * g, shell: shell, core: core}
	}
	if view == AP {
		return []ellipsoid{
			at(-48, 1, 0, 32, 32, 9, 4, 0.2),      // socket
			at(-60, -84, 22, 54, 72, 7, 2.5, 0.3), // ilium
			at(-96, 24, 68, 12, 40, 8, 2.5, 0.25), // upper branch of the pubis
			at(-72, 62, 20, 14, 36, 9, 2.5, 0.25), // ischium
			at(-104, 76, -50, 9, 34, 7, 2.5, 0.3), // lower branch
			at(-130, 46, 0, 11, 22, 10, 2.5, 0.3),
			at(-142, -90, 0, 40, 62, 10, 2, 0.35), // sacrum
		}
	}
	return []ellipsoid{
		at(4, -2, 0, 32, 32, 12, 4, 0.2),
		at(-4, -80, 0, 58, 72, 8, 3, 0.35),
		at(-34, 52, 25, 20, 44, 10, 2.5, 0.25),
		at(40, 38, -40, 13, 36, 10, 2.5, 0.25),
	}
}

// axisAt returns where the shaft's axis is at s from the trochanter, relative to the fracture. Beyond the shaft it
// goes on straight.
func (p *person) axisAt(view View, s float64) float64 {
	height := p.edgesOf(view).bow
	within := min(max(s, 12), p.length-8)
	at := func(s float64) float64 { return bow(s, p.length, height) - bow(p.breakAt, p.length, height) }
	slope := (at(within+1) - at(within-1)) / 2
	return at(within) + mul(slope, s-within)
}

// metal returns the implant's bars; the nail itself follows the canal and is not among them.
func (p *person) metal(f frame, view View, implant Implant) []bar {
	var bars []bar
	switch implant {
	case Nail:
		if view == AP {
			s := 40 - p.breakAt
			bars = append(bars, newBar(f, 24, s+22, -42, s-36, 4)) // into the head
		}
		for _, above := range []float64{62, 82} {
			s := p.length - p.breakAt - above
			bars = append(bars, newBar(f, p.axisAt(view, p.length-above)-24, s, p.axisAt(view, p.length-above)+26, s, 2.4))
		}
	case Plate:
		const half, holes = 80.0, 8
		edge := mul(17, p.girth)
		if view == LAT {
			edge = 0
		}
		bars = append(bars, newBar(f, edge, -half, edge, half, 2.6))
		if view == LAT {
			// Face on the plate is broad: three bars side by side.
			bars = append(bars, newBar(f, -5, -half, -5, half, 2.6), newBar(f, 5, -half, 5, half, 2.6))
			return bars
		}
		for i := range holes {
			s := mul(float64(i)-(holes-1)/2.0, 2*half/holes)
			if math.Abs(s) < 15 {
				continue // none through the fracture
			}
			bars = append(bars, newBar(f, edge+3, s, -mul(16, p.girth), s, 1.9))
		}
	}
	return bars
}
