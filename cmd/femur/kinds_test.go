package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"femur/cache"
	"femur/dag"
	"femur/internal/table"
)

// fakeKinds are kinds of work on text files: texts reads them, shout changes them one by one, report
// makes something of all of them, and wait takes its time.
func fakeKinds() []dag.Kind {
	return []dag.Kind{
		{Type: "texts", Package: "stages/texts", New: func() (dag.Stage, any) { s := &texts{}; return s, s }},
		{Type: "letters", Package: "stages/letters", New: func() (dag.Stage, any) { s := &letters{}; return s, s }},
		{Type: "shout", Package: "stages/shout", New: func() (dag.Stage, any) { s := &shout{Mark: "!"}; return s, s }},
		{Type: "report", Package: "stages/report", New: func() (dag.Stage, any) { s := &report{Title: "Report"}; return s, s }},
		{Type: "dice", Package: "stages/dice", New: func() (dag.Stage, any) { s := &dice{}; return s, s }},
		{Type: "wait", Package: "stages/wait", New: func() (dag.Stage, any) { s := &wait{}; return s, s }},
	}
}

// texts reads the files of a folder; the patient is what stands before the first "_" of the name. A
// file that begins with "bad" is bad input.
type texts struct {
	Path string `hcl:"path"`
}

func (s *texts) Ports() (in, out []dag.Port) {
	return []dag.Port{{Name: "files", Media: cache.MediaFile, Many: true, External: true}},
		[]dag.Port{{Name: "texts", Media: cache.MediaText, Many: true}, {Name: "index", Media: cache.MediaParquet}}
}

func (s *texts) Describe(r *cache.Recipe) { r.Add(cache.Params, "path", s.Path) }

func (s *texts) MapOver() string { return "files" }

func (s *texts) Sources(_ context.Context, files dag.SourceFiles) ([]dag.SourceItem, error) {
	if !files.Exists(s.Path) {
		return nil, &dag.BadInput{File: s.Path, Summary: "the folder does not exist", Detail: "Correct path."}
	}
	names, err := files.Walk(s.Path)
	if err != nil {
		return nil, err
	}
	var items []dag.SourceItem
	for _, name := range names {
		patient, _, _ := strings.Cut(name, "_")
		items = append(items, dag.SourceItem{Port: "files", ID: cache.ItemID(name), Patient: cache.PatientID(patient), Path: path.Join(s.Path, name)})
	}
	return items, nil
}

func (s *texts) Run(_ context.Context, t dag.Task) error {
	for item, err := range t.Items("files") {
		if err != nil {
			return err
		}
		b, err := dag.ReadAll(t, item.Artifact)
		if err != nil {
			return err
		}
		if bytes.HasPrefix(b, []byte("bad")) {
			return &dag.BadInput{File: path.Join(s.Path, string(item.ID)), Line: 1, Record: string(item.ID), Summary: "the text is bad", Detail: "Write a better one."}
		}
		t.Log().Info("read", "bytes", len(b))
		if err := dag.WriteBytes(t, "texts", cache.ItemRef{ID: item.ID, Patient: item.Patient}, b); err != nil {
			return err
		}
	}
	return nil
}

type indexRow struct {
	ID      string `parquet:"id"`
	Patient string `parquet:"patient"`
	Bytes   int64  `parquet:"bytes"`
}

func (s *texts) Collect(_ context.Context, t dag.Task) error {
	var rows []indexRow
	for item, err := range t.Items("texts") {
		if err != nil {
			return err
		}
		rows = append(rows, indexRow{string(item.ID), string(item.Patient), item.Size})
	}
	return dag.Write(t, "index", cache.ItemRef{}, func(w io.Writer) error { return table.Write(w, rows) })
}

// shout writes each text in capitals, with a mark.
type shout struct {
	Mark string `hcl:"mark,optional"`
}

func (s *shout) Ports() (in, out []dag.Port) {
	return []dag.Port{{Name: "texts", Media: cache.MediaText, Many: true}}, []dag.Port{{Name: "texts", Media: cache.MediaText, Many: true}}
}

func (s *shout) Describe(r *cache.Recipe) { r.Add(cache.Params, "mark", s.Mark) }

func (s *shout) MapOver() string { return "texts" }

func (s *shout) Run(_ context.Context, t dag.Task) error {
	for item, err := range t.Items("texts") {
		if err != nil {
			return err
		}
		b, err := dag.ReadAll(t, item.Artifact)
		if err != nil {
			return err
		}
		loud := append(bytes.ToUpper(bytes.TrimSpace(b)), s.Mark...)
		if err := dag.WriteBytes(t, "texts", cache.ItemRef{ID: item.ID, Patient: item.Patient}, append(loud, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// report counts lines, as a page and as metrics. With fail it says so in its log and fails.
type report struct {
	Title string `hcl:"title,optional"`
	Fail  bool   `hcl:"fail,optional"`
}

func (s *report) Ports() (in, out []dag.Port) {
	return []dag.Port{{Name: "texts", Media: cache.MediaText, Many: true}},
		[]dag.Port{{Name: "report", Media: cache.MediaHTML}, {Name: "metrics", Media: cache.MediaJSON}}
}

func (s *report) Describe(r *cache.Recipe) {
	r.Add(cache.Params, "title", s.Title)
	r.Add(cache.Params, "fail", s.Fail)
}

func (s *report) Check() []dag.Problem {
	if s.Title == "" {
		return []dag.Problem{{Attribute: "title", Summary: "Empty title", Detail: "Give the report a title."}}
	}
	return nil
}

func (s *report) Run(_ context.Context, t dag.Task) error {
	lines := 0
	for item, err := range t.Items("texts") {
		if err != nil {
			return err
		}
		b, err := dag.ReadAll(t, item.Artifact)
		if err != nil {
			return err
		}
		for words := bufio.NewScanner(bytes.NewReader(b)); words.Scan(); {
			lines++
		}
	}
	t.Log().Info("counted", "lines", lines)
	if s.Fail {
		t.Log().Error("about to fail")
		return errors.New("it was told to fail")
	}
	if err := dag.WriteBytes(t, "report", cache.ItemRef{}, fmt.Appendf(nil, "<h1>%s</h1>%d lines\n", s.Title, lines)); err != nil {
		return err
	}
	metrics := map[string]any{"localization": []map[string]any{{
		"name": "lines", "arm": "all", "group": "all", "estimate": lines, "low": 0, "high": 2 * lines, "level": 0.95,
		"n_patients": 2, "n_images": 3, "method": "counted",
	}}, "classification": []any{}, "comparisons": []any{}}
	b, err := json.Marshal(metrics)
	if err != nil {
		return err
	}
	return dag.WriteBytes(t, "metrics", cache.ItemRef{}, b)
}

// wait takes its time, and says how far it is.
type wait struct {
	Steps int    `hcl:"steps"`
	Text  string `hcl:"text,optional"`
}

func (s *wait) Ports() (in, out []dag.Port) {
	return []dag.Port{{Name: "index", Media: cache.MediaParquet, Optional: true}}, []dag.Port{{Name: "text", Media: cache.MediaText}}
}

func (s *wait) Describe(r *cache.Recipe) {
	r.Add(cache.Params, "steps", s.Steps)
	r.Add(cache.Params, "text", s.Text)
}

func (s *wait) Run(ctx context.Context, t dag.Task) error {
	for i := range s.Steps {
		t.Progress(dag.Progress{Done: i, Total: s.Steps, Unit: "steps", Text: "waiting"})
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(20 * time.Millisecond):
		}
	}
	return dag.WriteBytes(t, "text", cache.ItemRef{}, []byte(s.Text))
}
