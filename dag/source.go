package dag

import (
	"context"
	"errors"
	"io/fs"

	"femur/cache"
)

// A SourceItem is one item of an external port: a file, or, when Path is empty, the bytes themselves.
type SourceItem struct {
	Port    string
	ID      cache.ItemID
	Patient cache.PatientID
	Path    string // slash-separated, relative to the pipeline file (or absolute, as the pipeline wrote it)
	// Private says that the path itself identifies people: it is stored nowhere in clear and stands in no
	// error's text. ID and Patient are pseudonyms then.
	Private bool
	Inline  []byte
}

// Failure is an error about the item's file, as it may be stored: with its id, and its path only when that is
// not private.
func (it SourceItem) Failure(err error) error {
	if err == nil {
		return nil
	}
	if it.Private {
		err = Conceal(err, it.Path)
	}
	var bad *BadInput
	if errors.As(err, &bad) && bad.Record == "" {
		named := *bad
		named.Record = string(it.ID)
		return &named
	}
	return err
}

// A SourcePath names a file outside the cache. Private is as in [SourceItem].
type SourcePath struct {
	Path    string
	Private bool
}

// A Derived is what was made of one file, or why nothing could be.
type Derived struct {
	Bytes []byte
	Err   error
}

// SourceFiles reads files beside the pipeline, relative to it. Contents are digested by the engine
// through an index of file stats, so listing 43,000 unchanged files reads none of them.
//
// Errors name the file; for one whose path is private, [Conceal] them before they go on. Derive conceals its own.
type SourceFiles interface {
	ReadFile(path string) ([]byte, error)
	// Walk lists regular files below dir, at any depth, sorted, as paths relative to dir. A symbolic link
	// that leaves dir is refused, and so is what is neither file nor folder.
	Walk(dir string) ([]string, error)
	Exists(path string) bool
	// Derive returns what f makes of each file's bytes, in the order of the paths; a file that cannot be
	// read, or that f refuses, has its own Err, and the others go on. The error that Derive itself returns
	// is of the whole, such as a canceled context.
	//
	// What f made is remembered by the file's content, the purpose and the code of the stage, so that an
	// unchanged file is not read again; errors are not remembered. So f must depend on the bytes alone: the
	// path is for its messages. What it returns is stored in the cache and must name nobody; it may hold
	// pseudonyms when the path is Private. Calls run in parallel, and must not keep b.
	Derive(ctx context.Context, paths []SourcePath, purpose string, f func(path string, b []byte) ([]byte, error)) ([]Derived, error)
	// Pseudonym returns the keyed hash that stands for a name: for a purpose ("radiograph", "patient",
	// "site" or "instance"), the same name under the same key always has the same one, and without the key nobody can tell
	// which. The pair is kept in the user's private index, never in the cache. May be called in parallel.
	Pseudonym(purpose, name string) (string, error)
}

// Conceal moves the file that an error is about out of its text into the Origin of a [BadInput], which
// only the user's own terminal shows. What is not a BadInput keeps the system's word alone, since its text
// may hold the path too; an error of a context is returned as it is.
func Conceal(err error, file string) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var bad *BadInput
	if errors.As(err, &bad) {
		hidden := *bad
		if hidden.Origin == "" {
			hidden.Origin = file
			if hidden.File != "" {
				hidden.Origin = hidden.File
			}
		}
		hidden.File = ""
		return &hidden
	}
	hidden := &BadInput{Origin: file, Summary: "the file cannot be read", Detail: "Make it readable."}
	var system *fs.PathError
	if errors.As(err, &system) {
		hidden.Summary += ": " + system.Err.Error()
	}
	return hidden
}
