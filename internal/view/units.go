package view

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Duration prints seconds the way people say them: "0.42 s", "12.3 s", "3 min 12 s", "1 h 03 min".
func Duration(seconds float64) string {
	switch {
	case seconds < 9.995:
		return fmt.Sprintf("%.2f s", seconds)
	case seconds < 99.95:
		return fmt.Sprintf("%.1f s", seconds)
	case seconds < 3599.5:
		s := int(seconds + 0.5)
		return fmt.Sprintf("%d min %02d s", s/60, s%60)
	}
	m := int(seconds/60 + 0.5)
	return fmt.Sprintf("%d h %02d min", m/60, m%60)
}

// Bytes prints a size in decimal units with three significant digits: "412 kB", "1.80 MB".
func Bytes(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	v := float64(n)
	for _, unit := range []string{"kB", "MB", "GB", "TB"} {
		v /= 1000
		if v < 999.5 || unit == "TB" {
			digits := 0
			if v < 9.995 {
				digits = 2
			} else if v < 99.95 {
				digits = 1
			}
			return strconv.FormatFloat(v, 'f', digits, 64) + " " + unit
		}
	}
	return "" // unreachable: TB always returns
}

// Count prints a number with its noun: "1 image", "3 images", "1,200 patients".
func Count(n int, noun string) string {
	if n != 1 {
		if strings.HasSuffix(noun, "y") {
			noun = strings.TrimSuffix(noun, "y") + "ie"
		}
		noun += "s"
	}
	return grouped(n) + " " + noun
}

// grouped prints an integer with a comma between thousands.
func grouped(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// moment prints a time to the second, in its own zone; the zero time is empty.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02 15:04:05")
}

// minute prints a time to the minute, where a table has no room for more.
func minute(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02 15:04")
}
