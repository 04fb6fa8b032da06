package main

import "testing"

func TestParseBusy(t *testing.T) {
	// user nice system idle iowait irq softirq steal guest guest_nice
	const stat = "cpu  1000 10 200 5000 70 3 7 80 40 5\ncpu0 1 2 3 4 5 6 7 8 9 10\n"
	if got, ok := parseBusy(stat); !ok || got != 13 {
		t.Errorf("got %g, %v, want 13 seconds", got, ok)
	}
	for _, bad := range []string{"", "cpu 1 2 3\n", "intr 1 2 3 4 5 6 7 8 9\n", "cpu a 2 3 4 5 6 7 8 9 10\n"} {
		if got, ok := parseBusy(bad); ok {
			t.Errorf("%q gave %g", bad, got)
		}
	}
}

func TestField(t *testing.T) {
	const text = "processor\t: 0\nmodel name\t: A CPU: fast\nmodel name\t: another\n"
	if got := field(text, "model name", "?"); got != "A CPU: fast" {
		t.Errorf("got %q", got)
	}
	if got := field(text, "flags", "?"); got != "?" {
		t.Errorf("got %q for what is not there", got)
	}
}

func TestThisMachine(t *testing.T) {
	m := thisMachine()
	if m.Cores < 1 || m.CPU == "" || m.Date == "" {
		t.Errorf("got %+v", m)
	}
	if n := startWatch().others(); n != nil && (*n < 0 || *n > 2*float64(m.Cores)) {
		t.Errorf("others use %g of %d cores", *n, m.Cores)
	}
}
