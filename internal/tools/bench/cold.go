package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	coldSeconds = 300
	coldMemory  = 4 << 30
)

// coldRuns runs the study in empty caches: how long it takes and how much memory. It keeps what was compiled and
// what was made for the figures on these. The first cache becomes the base of what follows.
func (b *bench) coldRuns(ctx context.Context) ([]figure, error) {
	var wall, cpu, peak []float64
	instances := 0
	for i := range b.cold {
		cache := filepath.Join(b.temp, fmt.Sprintf("cold-%d", i+1))
		o, r, err := b.study.run(ctx, cache, "--log-level", "info", "--log-format", "json")
		if err != nil {
			return nil, err
		}
		if len(r.hit) > 0 {
			return nil, fmt.Errorf("%d instances were in an empty cache", len(r.hit))
		}
		wall, cpu, peak = append(wall, o.wall.Seconds()), append(cpu, o.cpu.Seconds()), append(peak, float64(o.peak))
		b.say("  cold run %d of %d: %s", i+1, b.cold, seconds.format(o.wall.Seconds()))
		made, err := b.study.digests(ctx, cache)
		if err != nil {
			return nil, err
		}
		b.digests = append(b.digests, made)
		if i == 0 {
			b.base, instances = cache, len(r.done)
			if b.compiles, err = parseCompiles(o.stderr); err != nil {
				return nil, err
			}
			b.compiles.trainings = trainings(r.done)
			continue
		}
		if err := os.RemoveAll(cache); err != nil {
			return nil, err
		}
	}
	cold := figure{
		What: "default `femur run`, cold", Must: "≤ 5 min, ≤ 4 GiB", Counted: count(instances, "instance"), Repeats: b.cold,
		Series: []series{{"wall", seconds, wall}, {"user + system", seconds, cpu}, {"peak memory", memory, peak}},
	}
	if len(b.vars) > 0 {
		cold.What = "`femur run` with " + strings.Join(b.vars, ", ") + ", cold"
	}
	cold.Verdict = judge(median(wall) <= coldSeconds && median(peak) <= coldMemory)
	return []figure{cold}, nil
}

// sameDigests compares the artifacts of runs.
func sameDigests(runs []map[string]string) figure {
	f := figure{What: "the same command from an empty cache again", Must: "the same artifact digests, to the byte", Repeats: len(runs)}
	if len(runs) < 2 {
		f.Verdict, f.Fault = notMeasured, "one cold run tells nothing"
		return f
	}
	other := map[string]bool{}
	for _, run := range runs[1:] {
		for _, name := range differing(runs[0], run) {
			other[name] = true
		}
	}
	f.Counted = fmt.Sprintf("%d of %s equal in all runs", len(runs[0])-len(other), count(len(runs[0]), "artifact"))
	if names := slices.Sorted(maps.Keys(other)); len(names) > 0 {
		f.Counted += ", not " + strings.Join(names[:min(3, len(names))], ", ")
	}
	f.Verdict = judge(len(other) == 0)
	return f
}

// compiles are the programs that a process compiled, by what they are for and their net.
type compiles struct {
	programs  map[string]int
	trainings int
}

// parseCompiles counts the lines of the log that say that a program was compiled.
func parseCompiles(log []byte) (compiles, error) {
	c := compiles{programs: map[string]int{}}
	lines := bufio.NewScanner(bytes.NewReader(log))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var line struct {
			Message string `json:"@message"`
			Program string `json:"program"`
		}
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Message == "compiled" {
			c.programs[line.Program]++
		}
	}
	return c, lines.Err()
}

// trainings counts the instances that train.
func trainings(addresses []string) int {
	n := 0
	for _, a := range addresses {
		if strings.HasPrefix(a, "train-") {
			n++
		}
	}
	return n
}

// figure demands that no program was compiled twice, and that trainings shared those for training.
func (c compiles) figure() figure {
	f := figure{What: "one compile of an architecture", Must: "shared by all folds and seeds of a process", Repeats: 1}
	steps, total, most := 0, 0, 0
	for program, n := range c.programs {
		total, most = total+n, max(most, n)
		if strings.HasPrefix(program, "step ") {
			steps += n
		}
	}
	if total == 0 {
		f.Verdict, f.Fault = notMeasured, "the log names no compiled program"
		return f
	}
	f.Counted = fmt.Sprintf("%d trainings share %s for training and %d for scoring; each was compiled %s",
		c.trainings, count(steps, "program"), total-steps, map[bool]string{true: "once", false: fmt.Sprintf("up to %d times", most)}[most == 1])
	f.Verdict = judge(most == 1 && steps < c.trainings)
	return f
}
