package annotations

import (
	"fmt"
	"slices"
	"strings"

	"femur/dag"
)

// keepClasses drops the marks whose class is none of those asked for. That none is left of all is a fault: it is a
// name that was mistyped, and the source would otherwise be one without centers.
func (o Options) keepClasses(records []Record, f *faults) {
	if len(o.Classes) == 0 {
		return
	}
	var called []string
	left := false
	for i := range records {
		for _, m := range records[i].Marks {
			called = append(called, m.Class)
		}
		records[i].Marks = slices.DeleteFunc(records[i].Marks, func(m Mark) bool { return !slices.Contains(o.Classes, m.Class) })
		left = left || len(records[i].Marks) > 0
	}
	if left || len(called) == 0 {
		return
	}
	slices.Sort(called)
	f.add(&dag.BadInput{
		File:    o.Path,
		Summary: fmt.Sprintf("no mark is called %s; marks are called %s", listed(o.Classes, " or "), listed(slices.Compact(called), " and ")),
		Detail:  "Name classes as the annotations do (argument classes), upper and lower case included.",
	})
}

// listed joins quoted names, as many of them as people read.
func listed(names []string, last string) string {
	const most = 8
	quoted := make([]string, 0, most+1)
	for _, name := range names[:min(len(names), most)] {
		quoted = append(quoted, fmt.Sprintf("%q", name))
	}
	if more := len(names) - most; more > 0 {
		quoted = append(quoted, fmt.Sprintf("%d more", more))
	}
	end := len(quoted) - 1
	if end == 0 {
		return quoted[0]
	}
	return strings.Join(quoted[:end], ", ") + last + quoted[end]
}
