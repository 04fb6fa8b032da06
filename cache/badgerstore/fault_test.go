package badgerstore

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
)

// The test binary becomes the process that is killed, or that meets a damaged store, when this
// variable names its part.
const roleVariable = "FEMUR_BADGERSTORE_TEST"

func TestMain(m *testing.M) {
	role, dir, _ := strings.Cut(os.Getenv(roleVariable), " ")
	switch role {
	case "":
		os.Exit(m.Run())
	case "hold":
		fmt.Fprintln(os.Stderr, holdForever(dir))
	case "write":
		fmt.Fprintln(os.Stderr, writeForever(dir))
	case "damage":
		dir, trials, _ := strings.Cut(dir, " ")
		fmt.Fprintln(os.Stderr, damageTrials(dir, strings.Fields(trials)))
	}
	os.Exit(3)
}

// child starts the test binary in a role.
func child(t *testing.T, role string) (*exec.Cmd, io.Reader, *bytes.Buffer) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), roleVariable+"="+role)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	log := new(bytes.Buffer)
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, out, log
}

// task is the n-th piece of work of a process: records whose blobs follow from the number, small
// ones, ones in the value log, long ones and ones of many items.
type task struct {
	round string
	n     int
}

func (w task) blobs() [][]byte {
	sizes := []int{40, 1000, 20_000}
	if w.n%5 == 0 {
		sizes = append(sizes, 1<<20+1+w.n)
	}
	blobs := make([][]byte, len(sizes))
	for i, size := range sizes {
		blobs[i] = fmt.Appendf(nil, "%s %d %d ", w.round, w.n, i)
		blobs[i] = append(blobs[i], chacha(byte(w.n+i), size)...)
	}
	return blobs
}

// records puts the blobs and returns the records that refer to them.
func (w task) records(put func(cache.Media, []byte) cache.Artifact) (recs []cache.Record) {
	var items []cache.Item
	for i, data := range w.blobs() {
		a := put(cache.MediaNPY, data)
		rec := cache.Record{Address: "work." + w.round, Purity: cache.Exact, Recipe: cache.Recipe{Stage: "work"}}
		rec.Recipe.Add(cache.Params, "task", w.round+"-"+strconv.Itoa(w.n))
		rec.Recipe.Add(cache.Input, "part", cache.Sum([]byte{byte(i)}))
		rec.Item = cache.ItemID(fmt.Sprintf("%d/%d", w.n, i))
		rec.Key = rec.Recipe.Key()
		rec.Outputs = []cache.Output{{Name: "o", Artifact: a}}
		recs = append(recs, rec)
		items = append(items, cache.Item{ID: rec.Item, Artifact: a})
	}
	m, err := cache.NewManifest(items)
	if err != nil {
		panic(err)
	}
	whole := cache.Record{Address: "work." + w.round, Purity: cache.Exact, Recipe: cache.Recipe{Stage: "whole"}}
	whole.Recipe.Add(cache.Params, "task", w.round+"-"+strconv.Itoa(w.n))
	whole.Key = whole.Recipe.Key()
	whole.Outputs = []cache.Output{{
		Name: "o", Artifact: put(cache.MediaManifest, m.Encode()), Many: true, Items: len(items), ItemMedia: cache.MediaNPY,
	}}
	return append(recs, whole)
}

// writeForever works until it is killed, and says what was acknowledged.
func writeForever(dir string) error {
	dir, round, _ := strings.Cut(dir, " ")
	s, err := Open(dir, Options{small: true})
	if err != nil {
		return err
	}
	ctx := context.Background()
	fmt.Println("open")
	var recs []cache.Record
	for n := 0; ; n++ {
		recs = append(recs, task{round, n}.records(func(m cache.Media, data []byte) cache.Artifact {
			a, perr := s.Put(ctx, m, bytes.NewReader(data))
			err = errors.Join(err, perr)
			return a
		})...)
		if err != nil {
			return err
		}
		if n%3 > 0 {
			continue // three tasks to a commit
		}
		if err := s.Commit(ctx, recs...); err != nil {
			return err
		}
		fmt.Println("done", n)
		recs = nil
		if n%30 == 27 { // lose what nobody wants, and be killed in the middle of that too
			wanted := cache.Keep{Blob: func(a cache.Artifact) bool { return a.Digest[0]%16 > 0 }}
			if strings.HasSuffix(round, "sweep") {
				if _, err := s.Sweep(ctx, wanted); err != nil {
					return err
				}
				if n%60 == 27 { // and of what a sweep does only where Badger does not forget
					if err := errors.Join(s.gate.enterAlone(), s.renew(ctx)); err != nil {
						return err
					}
					s.gate.leaveAlone()
				}
			}
		}
	}
}

// check reads everything that a process acknowledged, and everything else that is there.
func check(t *testing.T, s *Store, acknowledged map[string]int, swept bool) {
	t.Helper()
	for round, last := range acknowledged {
		for n := range last + 1 {
			var wrong error
			recs := task{round, n}.records(func(m cache.Media, data []byte) cache.Artifact {
				a := cache.Artifact{Media: m, Digest: cache.Sum(data), Size: int64(len(data))}
				have, err := cache.ReadAll(t.Context(), s, a)
				if err == nil && !bytes.Equal(have, data) {
					t.Fatalf("task %s %d: wrong bytes", round, n)
				}
				if !swept {
					wrong = errors.Join(wrong, err)
				}
				return a
			})
			if wrong != nil {
				t.Fatalf("task %s %d: %v", round, n, wrong)
			}
			for _, rec := range recs {
				have, err := s.Lookup(t.Context(), rec.Key)
				if swept && errors.Is(err, cache.ErrMiss) {
					continue
				}
				if err != nil {
					t.Fatalf("task %s %d of %d: %v", round, n, last, err)
				}
				rec.Recipe = rec.Recipe.Sorted()
				if d := cmp.Diff(rec, have); d != "" {
					t.Fatalf("task %s %d (-want +have):\n%s", round, n, d)
				}
			}
		}
	}
	// What was not acknowledged may be there or not, but never in part.
	for key, err := range s.keys(t.Context(), []byte{keyPrefix}) {
		if err != nil {
			t.Fatal(err)
		}
		rec, err := s.Lookup(t.Context(), cache.Key(key[1:]))
		if swept && errors.Is(err, cache.ErrMissingBlob) {
			continue
		}
		if err != nil {
			t.Fatalf("a record without its blobs: %v", err)
		}
		for _, o := range rec.Outputs {
			data, err := cache.ReadAll(t.Context(), s, o.Artifact)
			if err != nil || cache.Sum(data) != o.Digest {
				t.Fatalf("record %s: output %s: %v", rec.Name(), o.Name, err)
			}
		}
	}
}

// TestKilled kills a process in the middle of its work, again and again in the same store.
// FEMUR_KILLS says how often; the default keeps the test short.
func TestKilled(t *testing.T) {
	kills := 20
	if text := os.Getenv("FEMUR_KILLS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("FEMUR_KILLS: %v", err)
		}
		kills = n
	} else if testing.Short() {
		kills = 4
	}
	for _, swept := range []bool{false, true} {
		t.Run(fmt.Sprintf("sweep=%v", swept), func(t *testing.T) {
			dir := t.TempDir()
			acknowledged := make(map[string]int)
			for i := range kills / 2 {
				round := fmt.Sprint("r", i)
				if swept {
					round += "sweep"
				}
				// Every other process lives until it has acknowledged something, however slow the machine.
				when := [...]string{"open", "done 0"}[i%2]
				if last, ok := workAndKill(t, dir, round, when, time.Duration(1+rand.IntN(200))*time.Millisecond); ok {
					acknowledged[round] = last
				}
				if i%3 == 2 {
					continue // repair a store that was not repaired before
				}
				readOnly, err := Open(dir, Options{ReadOnly: true, small: true})
				if err != nil && !errors.Is(err, fs.ErrNotExist) {
					t.Fatalf("round %d: open for reading: %v", i, err)
				} else if err == nil {
					check(t, readOnly, map[string]int{}, swept)
					if err := readOnly.Close(); err != nil {
						t.Fatal(err)
					}
				}
			}
			s, err := Open(dir, Options{small: true})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			check(t, s, acknowledged, swept)
			t.Logf("%d rounds had acknowledged work", len(acknowledged))
			if len(acknowledged) == 0 {
				t.Error("no process was left the time to do anything")
			}
		})
	}
}

// workAndKill lets a process work for a while after it said a line ("open" when it has the store, "done 0"
// for its first task), and returns the last task that it acknowledged.
func workAndKill(t *testing.T, dir, round, when string, after time.Duration) (last int, ok bool) {
	t.Helper()
	cmd, out, log := child(t, "write "+dir+" "+round)
	lines := bufio.NewScanner(out)
	early := when == "open" && rand.IntN(3) == 0 // even while it opens the store
	if early {
		time.AfterFunc(after/8, func() { _ = cmd.Process.Kill() })
	}
	for lines.Scan() {
		if lines.Text() == when && !early {
			time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
		if lines.Text() == "open" {
			continue
		}
		n, err := strconv.Atoi(strings.TrimPrefix(lines.Text(), "done "))
		if err != nil {
			t.Fatalf("the process says %q", lines.Text())
		}
		last, ok = n, true
	}
	if err := cmd.Wait(); err == nil || log.Len() > 0 {
		t.Fatalf("the process ended by itself: %v\n%s", err, log)
	}
	return last, ok
}
