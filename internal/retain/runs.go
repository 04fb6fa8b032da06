package retain

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"femur/cache"
)

// A Run is one run of the cache and what it used or made.
type Run struct {
	ID       string
	Pipeline string
	Done     bool // it came to its end without a failure
	Started  time.Time
	Used     []Used
}

// Used is a result that a run made, or found in the cache.
type Used struct {
	Address string
	Key     cache.Key
}

// Keys lists the keys of what a run used, each once.
func (r Run) Keys() []cache.Key {
	keys := []cache.Key{}
	for _, u := range r.Used {
		if !slices.Contains(keys, u.Key) {
			keys = append(keys, u.Key)
		}
	}
	return keys
}

// Reasons to keep a run.
const (
	WhyNewest = "newest"
	WhyYoung  = "young"
	WhyPinned = "pinned"
)

// A Rule says which runs are kept besides the pinned ones.
type Rule struct {
	// Newest is how many runs that came to their end are kept of each pipeline; those that failed or were
	// interrupted since then are kept too.
	Newest int
	// Since keeps the runs that started later; zero for none.
	Since time.Time
}

// Choose returns why each run is kept, by id; those to drop are not in it. The runs are given newest first.
func Choose(runs []Run, rule Rule, pins Pins) map[string]string {
	why := map[string]string{}
	done := map[string]int{}
	for _, r := range runs {
		switch {
		case pins.Run(r.ID):
			why[r.ID] = WhyPinned
		case done[r.Pipeline] < rule.Newest:
			why[r.ID] = WhyNewest
		case !rule.Since.IsZero() && r.Started.After(rule.Since):
			why[r.ID] = WhyYoung
		}
		if r.Done {
			done[r.Pipeline]++
		}
	}
	return why
}

// ParseAge reads an age such as 30d: a whole number of minutes (m), hours (h), days (d) or weeks (w).
func ParseAge(text string) (time.Duration, error) {
	units := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}
	if len(text) > 1 {
		unit, known := units[text[len(text)-1:]]
		n, err := strconv.ParseInt(strings.TrimSpace(text[:len(text)-1]), 10, 32)
		if err == nil && known && n >= 0 && n < 1e6 {
			return time.Duration(n) * unit, nil
		}
	}
	return 0, fmt.Errorf("age %q: want a number and one of m, h, d, w, such as 30d", text)
}
