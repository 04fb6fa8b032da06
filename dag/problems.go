package dag

import (
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
