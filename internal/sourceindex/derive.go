package sourceindex

import (
	"context"
	"errors"
	"io"

	"femur/cache"
	"femur/dag"
	"femur/internal/parallel"
)

// As implements [dag.Files].
func (x *Index) As(string, cache.Digest) dag.SourceFiles { return x }

// Derive implements [dag.SourceFiles].
func (x *Index) Derive(ctx context.Context, paths []dag.SourcePath, _ string, f func(path string, b []byte) ([]byte, error)) ([]dag.Derived, error) {
	all := make([]dag.Derived, len(paths))
	at := make([]int, len(paths))
	for i := range paths {
		at[i] = i
	}
	err := parallel.Each(ctx, at, func(_ context.Context, i int) error {
		file, err := x.Open(paths[i].Path)
		if err == nil {
			defer file.Close() //nolint:errcheck // nothing was written
			var b []byte
			if b, err = io.ReadAll(file); err == nil {
				b, err = f(paths[i].Path, b)
			}
			all[i].Bytes = b
		}
		if err != nil && paths[i].Private {
			err = dag.Conceal(err, paths[i].Path)
		}
		all[i].Err = err
		return nil
	})
	return all, err
}

// Pseudonym implements [dag.SourceFiles].
func (x *Index) Pseudonym(string, string) (string, error) {
	return "", errors.New("pseudonyms: there is no key of identifiers here")
}
