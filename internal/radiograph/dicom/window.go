package dicom

import (
	"errors"
	"math"
)

// window returns one of the three VOI functions of PS3.3 C.11.2.1.2 and C.11.2.1.3, from values to brightness from 0 to 1.
func window(center, width float64, function string) (func(float64) float64, error) {
	switch function {
	case "", "LINEAR":
		if width < 1 {
			return nil, errors.New("damaged: a window narrower than 1; correct it or remove it from the file")
		}
		middle, reach := center-0.5, (width-1)/2
		return func(x float64) float64 {
			switch {
			case x <= middle-reach:
				return 0
			case x > middle+reach:
				return 1
			}
			return float64((x-middle)/(width-1)) + 0.5
		}, nil
	case "LINEAR_EXACT":
		if width <= 0 {
			return nil, errors.New("damaged: a window without width; correct it or remove it from the file")
		}
		return func(x float64) float64 {
			switch {
			case x <= center-width/2:
				return 0
			case x > center+width/2:
				return 1
			}
			return float64((x-center)/width) + 0.5
		}, nil
	case "SIGMOID":
		if width <= 0 {
			return nil, errors.New("damaged: a window without width; correct it or remove it from the file")
		}
		return func(x float64) float64 { return 1 / (1 + exp(float64(-4*(x-center))/width)) }, nil
	}
	return nil, errors.New("the file uses a VOI function that the standard does not define; correct it or remove the window from the file")
}

// exp is e to the power x, with the same bits on every machine, which math.Exp does not promise: it is written in
// assembly for some. The error is below 1e-15 relatively, far below one step of 16 bits.
func exp(x float64) float64 {
	x = min(max(x, -700), 700)
	k := math.Floor(float64(x*math.Log2E) + 0.5)
	// ln 2 in two parts, the first exact when multiplied by k (Cody and Waite).
	const high, low = 6.93147180369123816490e-01, 1.90821492927058770002e-10
	r := x - float64(k*high) - float64(k*low) // |r| ≤ ln 2 / 2
	sum := 1.0
	for n := 18.0; n >= 1; n-- { // Taylor, by Horner; the first term left out is below 1e-25
		sum = 1 + float64(float64(sum*r)/n)
	}
	return math.Ldexp(sum, int(k))
}
