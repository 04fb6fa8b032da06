package page

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// luminance is the relative luminance of WCAG 2 of a #rrggbb color.
func luminance(t *testing.T, color string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v, err := strconv.ParseUint(color[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatalf("color %q: %v", color, err)
		}
		c := float64(v) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

// TestContrast checks each palette: text against its ground by WCAG AA (4.5, and 7
// for the body), lines of charts by 3.
func TestContrast(t *testing.T) {
	palettes := regexp.MustCompile(`:root\{([^}]*)\}`).FindAllStringSubmatch(string(StyleSheet), -1)
	if len(palettes) != 3 {
		t.Fatalf("%d palettes, want light, dark and paper", len(palettes))
	}
	for i, p := range palettes {
		colors := map[string]string{}
		for _, m := range regexp.MustCompile(`--(\w+):(#[0-9a-f]{6})`).FindAllStringSubmatch(p[1], -1) {
			colors[m[1]] = m[2]
		}
		for _, c := range []struct {
			front, ground string
			least         float64
		}{
			{"ink", "paper", 7}, {"ink", "faint", 7}, {"ink", "warn", 7}, {"soft", "paper", 4.5}, {"soft", "faint", 4.5},
			{"accent", "paper", 4.5}, {"warnline", "paper", 3},
			{"c0", "paper", 3}, {"c1", "paper", 3}, {"c2", "paper", 3}, {"c3", "paper", 3}, {"c4", "paper", 3}, {"c5", "paper", 3}, {"none", "paper", 3},
		} {
			a, b := luminance(t, colors[c.front]), luminance(t, colors[c.ground])
			if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < c.least {
				t.Errorf("palette %d: %s on %s has contrast %.2f, want %.1f", i, c.front, c.ground, ratio, c.least)
			}
		}
	}
}

// TestClassesAreStyled finds classes that templates and charts use and the style
// sheet does not have.
func TestClassesAreStyled(t *testing.T) {
	for _, class := range []string{"axis", "grid", "zero", "chance", "margin", "band", "box", "whisker", "median", "bar", "hatch", "s", "truth", "guess", "crop", "halo", "frame", "arrow", "open", "dots", "crosses", "packed", "pairs", "findings", "wide", "mid", "end", "soft", "strong"} {
		if !regexp.MustCompile(`\.` + class + `[\s{,]`).MatchString(string(StyleSheet)) {
			t.Errorf("class %q has no style", class)
		}
	}
	for i := range 6 {
		for _, class := range strings.Fields(Series(i) + " " + Fill(i)) {
			if !strings.Contains(string(StyleSheet), "."+class+"{") {
				t.Errorf("class %q has no style", class)
			}
		}
	}
}

func TestScale(t *testing.T) {
	linear := Scale{Low: 0, High: 10, From: 100, To: 200}
	if got := linear.At(5); got != 150 {
		t.Errorf("middle at %v, want 150", got)
	}
	if got := linear.At(50); got != 200 {
		t.Errorf("beyond the end at %v, want 200", got)
	}
	logarithm := Scale{Low: 1, High: 100, From: 0, To: 100, Log: true}
	if got := logarithm.At(10); math.Abs(got-50) > 1e-9 {
		t.Errorf("10 of 1 to 100 at %v, want 50", got)
	}
	if got := logarithm.At(0); got != 0 {
		t.Errorf("0 on a logarithm at %v, want the start", got)
	}
	for _, c := range []struct {
		s    Scale
		want string
	}{
		{Scale{Low: 0, High: 1}, "0 0.2 0.4 0.6 0.8 1"},
		{Scale{Low: 0, High: 100}, "0 20 40 60 80 100"},
		{Scale{Low: -6.5, High: 6.5}, "−6 −4 −2 0 2 4 6"},
		{Scale{Low: -0.3, High: 0.3}, "−0.3 −0.2 −0.1 0 0.1 0.2 0.3"},
		{Scale{Low: 0.5, High: 20, Log: true}, "0.5 1 2 5 10 20"},
	} {
		var texts []string
		for _, v := range c.s.Ticks() {
			texts = append(texts, TickText(v))
		}
		if got := strings.Join(texts, " "); got != c.want {
			t.Errorf("ticks from %v to %v: %s, want %s", c.s.Low, c.s.High, got, c.want)
		}
	}
	for v, want := range map[float64][2]float64{0.7: {0.5, 1}, 3: {2, 5}, 50: {50, 50}, 101: {100, 200}} {
		if down, up := Round125(v, false), Round125(v, true); math.Abs(down-want[0]) > 1e-9 || math.Abs(up-want[1]) > 1e-9 {
			t.Errorf("%v rounds to %v and %v, want %v", v, down, up, want)
		}
	}
	for v, want := range map[float64]string{-0.04: "0", 1.25: "1.2", 3: "3", -7.06: "-7.1"} {
		if got := Coordinate(v); got != want {
			t.Errorf("coordinate %v is %q, want %q", v, got, want)
		}
	}
}
