package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// changedFile is the file of which a line is changed.
const changedFile = "stages/compare/compare.go"

// sourceChanged rebuilds the program from edited copies of its source and runs it on the base cache: first with
// other comments and formatting in every stage, then with another line of code in compare.
func (b *bench) sourceChanged(ctx context.Context) ([]figure, error) {
	same, err := b.rebuild(ctx, "same")
	if err != nil {
		return nil, err
	}
	if _, r, err := same.run(ctx, b.base); err != nil {
		return nil, err
	} else if len(r.done) > 0 {
		return nil, fmt.Errorf("%s is not built from the source as it is: %s ran with a new build; build it again", b.femur, r.done[0])
	}

	edited, err := b.editStages()
	if err != nil {
		return nil, err
	}
	formatted, err := b.rebuild(ctx, "formatted")
	if err != nil {
		return nil, err
	}
	comment := figure{What: "comment or formatting changed in a stage's source, rebuilt", Must: "0 stages run"}
	ran, err := b.again(ctx, &comment, formatted, b.base, 1, func(int) error { return nil })
	if err != nil {
		return nil, err
	}
	comment.Counted += fmt.Sprintf(", after edits of %s of all kinds", count(edited, "file"))
	comment.Verdict = judge(len(ran) == 0 && edited > 0)

	line, err := b.lineChanged(ctx)
	if err != nil {
		return []figure{comment}, err
	}
	return []figure{comment, line}, nil
}

func (b *bench) lineChanged(ctx context.Context) (figure, error) {
	f := figure{What: "a line of code changed in `stages/compare`, rebuilt", Must: "`compare` only, and `explain` names the file"}
	path := filepath.Join(b.source, filepath.FromSlash(changedFile))
	text, err := os.ReadFile(path)
	if err != nil {
		return f, err
	}
	changed, err := changeLine(string(text))
	if err != nil {
		return f, fmt.Errorf("%s: %w", changedFile, err)
	}
	if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
		return f, err
	}
	s, err := b.rebuild(ctx, "changed")
	if err != nil {
		return f, err
	}
	o, err := s.femur(ctx, b.base, "explain", compareMain)
	if err != nil {
		return f, err
	}
	named, err := parseExplained(o.stdout)
	if err != nil {
		return f, err
	}
	ran, err := b.again(ctx, &f, s, b.base, 1, func(int) error { return nil })
	if err != nil {
		return f, err
	}
	f.Counted += fmt.Sprintf("; explain names %s", strings.Join(named, ", "))
	f.Verdict = judge(onlyCompare(ran, 1) && len(named) == 1 && named[0] == changedFile)
	return f, nil
}

// parseExplained lists what femur explain --json gives as changed.
func parseExplained(explained []byte) ([]string, error) {
	var model struct {
		Changes []struct{ Component, Subject string }
	}
	if err := json.Unmarshal(explained, &model); err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	var subjects []string
	for _, c := range model.Changes {
		if c.Component == "code" {
			subjects = append(subjects, c.Subject)
		} else {
			subjects = append(subjects, c.Component+" "+c.Subject)
		}
	}
	if len(subjects) == 0 {
		return nil, errors.New("explain: it names no change")
	}
	return subjects, nil
}

// rebuild builds the copied source and returns the study with the new program.
func (b *bench) rebuild(ctx context.Context, name string) (study, error) {
	s := b.study
	s.program = filepath.Join(b.temp, "femur-"+name)
	_, err := execute(ctx, b.source, "go", "build", "-o", s.program, "./cmd/femur")
	return s, err
}

// editStages reformats every file of every stage, tests left out, and returns how many there were.
func (b *bench) editStages() (int, error) {
	files, err := filepath.Glob(filepath.Join(b.source, "stages", "*", "*.go"))
	if err != nil {
		return 0, err
	}
	edited := 0
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return edited, err
		}
		if text, err = reformat(text); err != nil {
			return edited, err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return edited, err
		}
		edited++
	}
	return edited, nil
}

// copySource copies a module without what was built and what is hidden.
func copySource(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		hidden := name != "." && strings.HasPrefix(d.Name(), ".")
		switch {
		case d.IsDir() && (hidden || name == "bin" || name == "tools" || name == "shared"):
			return filepath.SkipDir
		case d.IsDir():
			return os.MkdirAll(target, 0o755)
		case hidden, !d.Type().IsRegular():
			return nil
		}
		return copyFile(path, target, 0o644)
	})
}

func copyFile(from, to string, mode os.FileMode) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, mode)
}
