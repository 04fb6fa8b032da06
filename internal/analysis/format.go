package analysis

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Text is the estimate with its interval as it is printed, "6.1 mm (95 % CI 5.2 to
// 7.3)", rounded to what the interval supports.
func (e Estimate) Text() string {
	d := e.decimals()
	return fmt.Sprintf("%s (%s %% CI %s to %s)", withUnit(fixed(e.Estimate, d), e.Unit), trim(100*e.Level), fixed(e.Low, d), fixed(e.High, d))
}

// Value is the estimate alone, rounded as in [Estimate.Text] and with its unit.
func (e Estimate) Value() string { return withUnit(fixed(e.Estimate, e.decimals()), e.Unit) }

// Numbers are estimate and limits rounded as in [Estimate.Text], without units.
func (e Estimate) Numbers() (estimate, low, high string) {
	d := e.decimals()
	return fixed(e.Estimate, d), fixed(e.Low, d), fixed(e.High, d)
}

// decimals shows the first significant digit of the interval's width, and at least
// what the unit is usually given with. The limits of a difference get as many more
// as keep them from being printed as a zero that they are not.
func (e Estimate) decimals() int {
	usual := map[string]int{"px": 0, "mm": 1, "% of diagonal": 1}
	d, ok := usual[e.Unit]
	if !ok {
		d = 2
	}
	if width := e.High - e.Low; width > 0 {
		d = min(max(-int(math.Floor(math.Log10(width))), d), maxDecimals)
	}
	if e.Comparison == nil {
		return d
	}
	for d < maxDecimals && (isHiddenZero(e.Low, d) || isHiddenZero(e.High, d)) {
		d++
	}
	return d
}

const maxDecimals = 4

// isHiddenZero reports whether v is printed as 0 with d decimals without being 0.
func isHiddenZero(v float64, d int) bool {
	return v != 0 && strings.Trim(strconv.FormatFloat(v, 'f', d, 64), "-0.") == ""
}

// FormatP is a p-value as it is printed: "= 0.034", "< 0.001".
func FormatP(p float64) string {
	switch {
	case p < 0.001:
		return "< 0.001"
	case p < 0.1:
		return "= " + fixed(p, 3)
	}
	return "= " + fixed(p, 2)
}

// FormatCount is a number of something with its noun: "1 patient", "3 patients".
func FormatCount(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// fixed prints v with d decimals, a true minus sign, and no minus before a zero.
func fixed(v float64, d int) string {
	text := strconv.FormatFloat(v, 'f', d, 64)
	if strings.Trim(text, "-0.") == "" {
		return strings.TrimPrefix(text, "-")
	}
	return strings.Replace(text, "-", "−", 1)
}

// trim prints v without trailing zeros.
func trim(v float64) string { return strconv.FormatFloat(significant(v), 'f', -1, 64) }

func withUnit(number, unit string) string {
	if unit == "" {
		return number
	}
	return number + " " + unit
}
