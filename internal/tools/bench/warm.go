package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const warmSeconds = 0.3

// nothingChanged runs the study again on the base cache.
func (b *bench) nothingChanged(ctx context.Context) ([]figure, error) {
	f := figure{What: "again, nothing changed", Must: "0 stages run, ≤ 0.3 s"}
	ran, err := b.again(ctx, &f, b.study, b.base, b.warm, func(int) error { return nil })
	if err != nil {
		return nil, err
	}
	f.Verdict = judge(len(ran) == 0 && f.Series[0].median() <= warmSeconds)
	return []figure{f}, nil
}

// again runs a study repeatedly, each time after a change, and returns the addresses that were executed. It
// fills in how long it took and how many stages ran.
func (b *bench) again(ctx context.Context, f *figure, s study, cache string, repeats int, change func(i int) error) ([]string, error) {
	var wall []float64
	var ran []string
	for i := range repeats {
		if err := change(i); err != nil {
			return nil, err
		}
		o, r, err := s.run(ctx, cache)
		if err != nil {
			return nil, err
		}
		wall = append(wall, o.wall.Seconds())
		ran = append(ran, r.done...)
	}
	f.Counted = stagesRun(ran, repeats)
	f.Series = append(f.Series, series{Name: "wall", Unit: seconds, Values: wall})
	f.Repeats = repeats
	return ran, nil
}

// stagesRun says how many stages ran in each repeat, and which.
func stagesRun(ran []string, repeats int) string {
	text := count(len(ran)/repeats, "stage") + " run"
	if len(ran)%repeats != 0 {
		text = fmt.Sprintf("%s run in %d repeats", count(len(ran), "stage"), repeats)
	}
	names := slices.Compact(slices.Sorted(slices.Values(ran)))
	switch {
	case len(names) > 3:
		text += fmt.Sprintf(" (%s, … )", strings.Join(names[:3], ", "))
	case len(names) > 0:
		text += fmt.Sprintf(" (%s)", strings.Join(names, ", "))
	}
	return text
}

// parameterChanged gives compare another number of resamples each time.
func (b *bench) parameterChanged(ctx context.Context) ([]figure, error) {
	text, err := os.ReadFile(filepath.Join(b.study.dir, pipelineFile))
	if err != nil {
		return nil, err
	}
	changed := b.study
	changed.dir = filepath.Join(b.temp, "parameter")
	if err := os.MkdirAll(changed.dir, 0o755); err != nil {
		return nil, err
	}
	const repeats = 3
	f := figure{What: "one parameter of `compare` changed", Must: "1 instance runs"}
	ran, err := b.again(ctx, &f, changed, b.base, repeats, func(i int) error {
		edited, err := setAttribute(string(text), `stage "compare" "main"`, "resamples", fmt.Sprint(1900+i))
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(changed.dir, pipelineFile), []byte(edited), 0o644)
	})
	if err != nil {
		return nil, err
	}
	f.Verdict = judge(onlyCompare(ran, repeats))
	return []figure{f}, nil
}

// onlyCompare reports whether compare alone ran, once in each repeat.
func onlyCompare(ran []string, repeats int) bool {
	return len(ran) == repeats && !slices.ContainsFunc(ran, func(a string) bool { return a != compareMain })
}

// startUp measures commands that compute nothing.
func (b *bench) startUp(ctx context.Context) ([]figure, error) {
	var figures []figure
	for _, command := range []string{"--help", "validate", "plan", "status"} {
		var wall []float64
		for range b.warm {
			o, err := b.study.femur(ctx, b.base, command)
			if err != nil {
				return figures, err
			}
			wall = append(wall, o.wall.Seconds())
		}
		f := figure{What: "`femur " + command + "`", Repeats: b.warm, Series: []series{{Name: "wall", Unit: seconds, Values: wall}}}
		if command == "plan" || command == "status" {
			f.What += ", nothing changed"
		}
		figures = append(figures, f)
	}
	return figures, nil
}
