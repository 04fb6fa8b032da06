package pipeline

import "testing"

func TestEditDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"ingest", "ingest", 0},
		{"ingset", "ingest", 1}, // two neighbors swapped
		{"model", "modle", 1},
		{"kitten", "sitting", 3},
		{"größe", "grosse", 3},
	} {
		for _, pair := range [][2]string{{tt.a, tt.b}, {tt.b, tt.a}} {
			if got := editDistance(pair[0], pair[1]); got != tt.want {
				t.Errorf("editDistance(%q, %q) = %d, want %d", pair[0], pair[1], got, tt.want)
			}
		}
	}
}

func TestNearest(t *testing.T) {
	for _, tt := range []struct {
		name  string
		known []string
		want  string
	}{
		{"learning_rte", []string{"epochs", "learning_rate"}, "learning_rate"},
		{"xy", []string{"ab"}, ""},                   // a replacement of everything is no misspelling
		{"", []string{"a", "b"}, ""},                 // nothing was written
		{"fold", []string{"folds", "gold"}, "folds"}, // equally near: the first of the alphabet
		{"train", []string{"train-localizer"}, ""},   // too far
		{"train-localiser", []string{"train-localizer", "train-classifiers"}, "train-localizer"},
	} {
		if got := nearest(tt.name, tt.known); got != tt.want {
			t.Errorf("nearest(%q, %q) = %q, want %q", tt.name, tt.known, got, tt.want)
		}
	}
}

func TestListed(t *testing.T) {
	for _, tt := range []struct {
		names []string
		want  string
	}{
		{nil, ""},
		{[]string{"a"}, "a"},
		{[]string{"a", "b"}, "a and b"},
		{[]string{"a", "b", "c"}, "a, b and c"},
		{[]string{"a", "b", "c", "d", "e"}, "a, b, c and 2 more"},
	} {
		if got := listed(tt.names, 3); got != tt.want {
			t.Errorf("listed(%q) = %q, want %q", tt.names, got, tt.want)
		}
	}
}
