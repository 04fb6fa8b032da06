package duplicates

import "femur/internal/radiograph"

// A Verdict is what the pixels of two radiographs say.
type Verdict struct {
	Duplicate bool
	Mirror    Mirror
	Inverted  bool
	// Correlation is that of the gray levels, after alignment and with the tones of one given to the other by rank.
	Correlation float64
	// Detail is that of what is left when everything coarse is taken away and sharp edges are bounded.
	Detail float64
	// Overlap is the share of the first radiograph that the second covers.
	Overlap float64
}

// A Copy is what is compared of a radiograph: small, so that many fit in memory.
type Copy struct {
	sizes []levels // rising
	frame frame
}

// NewCopy squeezes a radiograph into a square.
func NewCopy(im radiograph.Image) Copy {
	im = radiograph.Resize(im, copySide, copySide)
	c := Copy{frame: bordersOf(im).frame()}
	for side := thumbSide; side <= copySide; side *= 2 {
		c.sizes = append(c.sizes, levels{side, stretched(radiograph.Resize(im, side, side).Pix, tones-1)})
	}
	return c
}

// What a duplicate has at least; doc.go says how these were found.
const (
	leastCorrelation = 0.95
	leastCovered     = 0.7
	// nearDistance is the distance of hashes up to which leastDetailNear will do, beyond it leastDetailFar.
	nearDistance    = 40
	leastDetailNear = 0.35
	leastDetailFar  = 0.55
	// secondLook is the correlation from which a pair that is no duplicate is aligned again, from other starts.
	secondLook = 0.8
)

// same is the verdict on equal pixels.
var same = Verdict{Duplicate: true, Correlation: 1, Detail: 1, Overlap: 1}

// Compare aligns b with a, whose hashes are at a distance, and decides whether they show the same exposure.
func Compare(a, b Copy, distance int) Verdict {
	w := coarse(a.sizes[0], b.sizes[0], a.frame, b.frame)
	v := w.refined(a, b, distance)
	if v.Duplicate || v.Correlation < secondLook {
		return v
	}
	small := b.sizes[0].mirrored(w.mirror)
	best := w
	for _, next := range w.cropped() {
		if next = next.improved(a.sizes[0], small, 15).improved(a.sizes[0], small, 15); next.correlation > best.correlation {
			best = next
		}
	}
	if second := best.refined(a, b, distance); second.Detail > v.Detail {
		return second
	}
	return v
}

// refined aligns on ever larger copies and decides.
func (w way) refined(a, b Copy, distance int) Verdict {
	last := len(a.sizes) - 1
	for i := 1; i <= last; i++ {
		w = w.improved(a.sizes[i], b.sizes[i].mirrored(w.mirror), 8)
	}
	pa, pb := w.toned(a.sizes[last], b.sizes[last].mirrored(w.mirror))
	v := Verdict{Mirror: w.mirror, Inverted: w.inverted, Overlap: w.overlap}
	v.Correlation, v.Detail = details(pa, pb, w.placement)
	least := leastDetailFar
	if distance <= nearDistance {
		least = leastDetailNear
	}
	v.Duplicate = v.Correlation >= leastCorrelation && v.Detail >= least && v.Overlap >= leastCovered
	return v
}
