package main

import (
	"context"
	"fmt"
	"sync"

	"femur"
	"femur/cache"
	"femur/dag"
	"femur/internal/codeid"
	"femur/internal/compute"
	"femur/internal/executor/inprocess"
	"femur/internal/radiograph/dicom"
	"femur/internal/radiograph/dicom/gdcm"
	"femur/internal/sourceindex"
	"femur/models/backend"
	"femur/models/fit"
	"femur/stages"
	"femur/stages/ingest"
)

// studyKinds are the kinds of the study. What computes is opened when a stage first needs it.
func studyKinds(device *backend.Device, tools ingest.Tools) []dag.Kind {
	return stages.Kinds(&compute.Shared{
		Programs: fit.NewPrograms(device), Inputs: &compute.Inputs{},
		Describe: func(ctx context.Context) (map[string]string, error) {
			engine, err := device.Engine(ctx)
			if err != nil {
				return nil, err
			}
			return engine.Describe().Environment(), nil
		},
	}, tools)
}

// sourceFingerprint returns the code fields of stages, from the program's own embedded source.
func sourceFingerprint() func(*dag.Node) ([]cache.Field, error) {
	open := sync.OnceValues(func() (*codeid.Source, error) { return codeid.New(femur.Source) })
	return func(n *dag.Node) ([]cache.Field, error) {
		source, err := open()
		if err != nil {
			return nil, err
		}
		var chosen []string
		if c, ok := n.Stage.(dag.Chooser); ok {
			chosen = c.Chosen()
		}
		fields, err := source.Fields(n.Kind.Package, chosen, n.Kind.Collects)
		if err != nil {
			return nil, fmt.Errorf("code of %s: %w", n.Address, err)
		}
		return fields, nil
	}
}

// sourceFiles reads what lies beside the pipeline, through an index kept in the cache.
func (g *global) sourceFiles(store cache.Store) dag.Files {
	index := sourceindex.New(g.pipelineDir(), ".", store, g.identifiers())
	index.OtherKey = func() {
		g.log.Warn("identifiers are hashed under another key than before, so every id is another one and everything is made anew; --key-file names the earlier key")
	}
	return index
}

// tools are the programs of others that stages may need.
func (g *global) tools() ingest.Tools {
	return ingest.Tools{Converter: func() (dicom.Converter, error) { return gdcm.Find(g.settings.GDCMConv) }}
}

// executor runs stages in this process.
func (g *global) executor(results dag.Results, files dag.Files) dag.Executor {
	return &inprocess.Executor{Results: results, Files: files}
}
