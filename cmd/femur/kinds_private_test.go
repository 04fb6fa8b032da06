package main

import (
	"bytes"
	"context"
	"encoding/json"
	"path"

	"femur/cache"
	"femur/dag"
)

// letters reads a folder of letters whose paths and texts name people: the first line is the patient's name,
// the rest is kept. Ids are pseudonyms.
type letters struct {
	Path string `hcl:"path"`
}

func (s *letters) Ports() (in, out []dag.Port) {
	return []dag.Port{{Name: "files", Media: cache.MediaFile, Many: true, External: true}},
		[]dag.Port{{Name: "texts", Media: cache.MediaText, Many: true}}
}

func (s *letters) Describe(*cache.Recipe) {}

func (s *letters) MapOver() string { return "files" }

// letterFacts is what is remembered of a letter.
type letterFacts struct{ Patient string }

func (s *letters) Sources(ctx context.Context, files dag.SourceFiles) ([]dag.SourceItem, error) {
	names, err := files.Walk(s.Path)
	if err != nil {
		return nil, dag.Conceal(err, s.Path)
	}
	paths := make([]dag.SourcePath, len(names))
	for i, name := range names {
		paths[i] = dag.SourcePath{Path: path.Join(s.Path, name), Private: true}
	}
	derived, err := files.Derive(ctx, paths, "patient", func(_ string, b []byte) ([]byte, error) {
		name, _, _ := bytes.Cut(b, []byte("\n"))
		patient, err := files.Pseudonym("patient", string(name))
		if err != nil {
			return nil, err
		}
		return json.Marshal(letterFacts{patient})
	})
	if err != nil {
		return nil, err
	}
	var items []dag.SourceItem
	for i, d := range derived {
		if d.Err != nil {
			return nil, d.Err
		}
		var facts letterFacts
		if err := json.Unmarshal(d.Bytes, &facts); err != nil {
			return nil, err
		}
		id, err := files.Pseudonym("radiograph", names[i])
		if err != nil {
			return nil, err
		}
		items = append(items, dag.SourceItem{Port: "files", ID: cache.ItemID(id), Patient: cache.PatientID(facts.Patient), Path: paths[i].Path, Private: true})
	}
	return items, nil
}

func (s *letters) Run(_ context.Context, t dag.Task) error {
	for item, err := range t.Items("files") {
		if err != nil {
			return err
		}
		b, err := dag.ReadAll(t, item.Artifact)
		if err != nil {
			return err
		}
		_, text, _ := bytes.Cut(b, []byte("\n"))
		if bytes.HasPrefix(text, []byte("bad")) {
			return &dag.BadInput{Record: string(item.ID), Summary: "the letter is bad", Detail: "Write a better one."}
		}
		t.Log().Info("read", "item", item.ID, "bytes", len(text))
		if err := dag.WriteBytes(t, "texts", cache.ItemRef{ID: item.ID, Patient: item.Patient}, text); err != nil {
			return err
		}
	}
	return nil
}
