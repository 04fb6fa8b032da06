package dag

import (
	"errors"
	"strconv"
	"strings"
)

// Problems turns the error of a Validate method, whose parts each begin with the name of a field and a
// colon ("size: at least 16, not 3"), into problems of the attributes of these names.
func Problems(err error) []Problem {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var out []Problem
		for _, e := range joined.Unwrap() {
			out = append(out, Problems(e)...)
		}
		return out
	}
	attribute, rule, ok := strings.Cut(err.Error(), ": ")
	if !ok || strings.ContainsAny(attribute, " \t") {
		return []Problem{{Summary: "Invalid parameter", Detail: sentence(err.Error())}}
	}
	return []Problem{{Attribute: attribute, Summary: "Invalid " + strings.ReplaceAll(attribute, "_", " "), Detail: sentence(rule)}}
}

func sentence(s string) string {
	if s == "" {
		return s
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "?") {
		s += "."
	}
	return s
}

// mostFaults is how many faults in data people read at once.
const mostFaults = 20

// moreFaults ends the fault that stands for those left out.
const moreFaults = " more records are wrong"

// JoinFaults makes one error of the faults of a source, as many of them as people read, and one that counts the rest.
func JoinFaults(faults []error) error {
	n := len(faults) - mostFaults
	if n <= 0 {
		return errors.Join(faults...)
	}
	rest := &BadInput{Summary: strconv.Itoa(n) + moreFaults, Detail: "Correct these first, then run again, or let them be refused (max_refused)."}
	return errors.Join(append(faults[:mostFaults:mostFaults], rest)...)
}

// Counts reports whether a fault only counts others, as that of [JoinFaults] does, and so names nothing.
func (e *BadInput) Counts() bool {
	return e.File == "" && e.Record == "" && strings.HasSuffix(e.Summary, moreFaults)
}
