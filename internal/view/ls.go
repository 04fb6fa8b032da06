package view

import (
	"strconv"
	"strings"
	"time"
)

// An ArtifactList is what femur ls prints.
type ArtifactList struct {
	Version   string         `json:"version"`
	Artifacts []Artifact     `json:"artifacts"`
	Bytes     int64          `json:"bytes"` // of all, items included, each blob once
	Pins      []PinnedResult `json:"pins"`  // what femur gc keeps whatever it removes
	Of        []string       `json:"-"`     // what was asked for; all where empty
}

// An Artifact is one output of one instance, as it was made last.
type Artifact struct {
	Artifact string    `json:"artifact"` // ADDRESS.OUTPUT
	Digest   string    `json:"digest"`
	Type     string    `json:"type"` // of each item, where there are several
	Items    int       `json:"items,omitempty"`
	Bytes    int64     `json:"bytes"`
	Run      string    `json:"run,omitempty"`
	Time     time.Time `json:"time,omitzero"`
	Pinned   []string  `json:"pinned,omitempty"` // names of the pins that keep it
	// Verified is the last time that its instance was made again to compare.
	Verified *Verified `json:"verified,omitempty"`
}

// A Ls prints artifacts.
type Ls interface{ Ls(ArtifactList) error }

var (
	_ Ls = (*LsHuman)(nil)
	_ Ls = (*LsJSON)(nil)
)

// NewLs returns the view that the stream asks for.
func NewLs(s Stream, long bool) Ls {
	if s.JSON {
		return &LsJSON{s}
	}
	return &LsHuman{s, long}
}

// LsJSON prints one object.
type LsJSON struct{ stream Stream }

// Ls implements [Ls].
func (v *LsJSON) Ls(l ArtifactList) error {
	l.Version = Version
	if l.Artifacts == nil {
		l.Artifacts = []Artifact{}
	}
	if l.Pins == nil {
		l.Pins = []PinnedResult{}
	}
	return v.stream.writeJSON(l)
}

// LsHuman prints a line for each artifact; the long form adds digest, media type, time
// and pins.
type LsHuman struct {
	stream Stream
	long   bool
}

// Ls implements [Ls].
func (v *LsHuman) Ls(l ArtifactList) error {
	p := v.stream.page()
	if len(l.Artifacts) == 0 {
		text := "Nothing is stored yet; femur run makes it."
		if len(l.Of) > 0 {
			text = "Nothing is stored of " + strings.Join(l.Of, ", ") + "; femur status lists the stages."
		}
		p.wrapped("", text)
		return p.to(v.stream.Out)
	}
	if v.stream.Width == 0 {
		p.width = 1 << 16 // no terminal: a program reads the names and may hand them back
	}
	shortened := false
	if v.long {
		// A line for programs such as grep: nothing is cut, whatever the width.
		for _, a := range l.Artifacts {
			p.linef("%s  %s  %9s  %-42s  %s", a.Digest[:min(12, len(a.Digest))], moment(a.Time), Bytes(a.Bytes), describe(a), a.Artifact+pinned(a.Pinned)+repeated(a.Verified))
		}
	} else {
		g := grid{columns: []column{{title: "ARTIFACT"}, {title: "TYPE", spare: true}, {title: "SIZE", right: true, spare: true}}}
		for _, a := range l.Artifacts {
			g.add(a.Artifact, describe(a), Bytes(a.Bytes))
		}
		shortened = g.print(p)
	}
	p.linef("")
	p.linef("%s, %s with their items.", Count(len(l.Artifacts), "artifact"), Bytes(l.Bytes))
	if shortened {
		p.wrapped("", "Names that are too long are shortened here; --long prints them in full.")
	}
	if v.long && len(l.Pins) > 0 {
		p.linef("")
		p.pins(l.Pins)
	}
	return p.to(v.stream.Out)
}

func pinned(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "  (pinned: " + strings.Join(names, ", ") + ")"
}

// repeated says whether an instance came out the same when it was made again; nothing where it never was.
func repeated(v *Verified) string {
	switch {
	case v == nil:
		return ""
	case v.Same:
		return "  (verified)"
	}
	return "  (differed when made again)"
}

func describe(a Artifact) string {
	if a.Items > 0 {
		return strconv.Itoa(a.Items) + " × " + TypeName(a.Type)
	}
	return TypeName(a.Type)
}

// TypeName shortens a media type to what people call it.
func TypeName(media string) string {
	names := map[string]string{
		"application/vnd.femur.manifest+json":   "manifest",
		"application/vnd.femur.items+json":      "item list",
		"application/vnd.femur.patients+json":   "patient list",
		"application/vnd.femur.radiograph":      "radiograph",
		"application/vnd.femur.annotation+json": "annotation",
		"application/vnd.femur.center+json":     "center",
		"application/vnd.femur.score+json":      "score",
		"application/vnd.femur.model":           "model",
		"application/vnd.apache.parquet":        "table",
		"application/x-npy":                     "array",
		"application/json":                      "JSON",
		"application/octet-stream":              "file",
		"image/png":                             "PNG",
		"image/svg+xml":                         "SVG",
		"text/html":                             "HTML",
		"text/plain":                            "text",
	}
	if name, ok := names[media]; ok {
		return name
	}
	return media
}
