package main

import (
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFileName(t *testing.T) {
	for _, c := range []struct{ id, want string }{
		{"patient_449_2.png", "patient_449_2"},
		{"a/b/c.dcm", "a_b_c"},
		{"notes.txt", "notes.txt"},
		{"../../etc/passwd", "_.._etc_passwd"},
		{"-rf", "rf"},
		{"", "item"},
		{"...", "item"},
		{"a b:c", "a_b_c"},
		{strings.Repeat("é", 200), strings.Repeat("é", 90)},
	} {
		if got := fileName(c.id); got != c.want {
			t.Errorf("fileName(%q) = %q, want %q", c.id, got, c.want)
		}
	}
}

// Whatever the ids are, each file has a name of its own, inside its folder, on file systems that fold
// case as well.
func TestFileNamesAreDistinct(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOf(rapid.StringMatching(`[aA/._~ 2-]{0,4}(\.png|\.PNG)?`)).Draw(t, "ids")
		names, taken := distinctNames{}, map[string]string{}
		for _, id := range ids {
			name := names.take(fileName(id), ".png")
			folded := strings.ToLower(name)
			if other, ok := taken[folded]; ok {
				t.Fatalf("%q and %q both became %q", id, other, name)
			}
			taken[folded] = id
			if filepath.Base(name) != name || strings.HasPrefix(name, ".") {
				t.Fatalf("%q became %q, which is no plain file name", id, name)
			}
		}
	})
}
