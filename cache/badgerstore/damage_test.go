package badgerstore

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
)

// TestDamagedFiles changes bits and cuts ends off files, at random, in copies of a store: what is read
// afterwards is right, or an error.
func TestDamagedFiles(t *testing.T) {
	trials := 20
	if text := os.Getenv("FEMUR_DAMAGES"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("FEMUR_DAMAGES: %v", err)
		}
		trials = n
	} else if testing.Short() {
		trials = 10
	}
	dir := t.TempDir()
	s, err := Open(dir, Options{small: true})
	if err != nil {
		t.Fatal(err)
	}
	for n := range damageTasks {
		recs := task{"d", n}.records(func(m cache.Media, data []byte) cache.Artifact {
			a, err := s.Put(t.Context(), m, bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			return a
		})
		if err := s.Commit(t.Context(), recs...); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	start := rand.IntN(1 << 30)
	var seeds []string
	for i := range trials {
		seeds = append(seeds, strconv.Itoa(start+i))
	}
	counts := make(map[string]int)
	for len(seeds) > 0 {
		cmd, out, log := child(t, "damage "+dir+" "+strings.Join(seeds, " "))
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			counts[lines.Text()]++
			seeds = seeds[1:]
		}
		err := cmd.Wait()
		if len(seeds) == 0 {
			break
		}
		if strings.Contains(log.String(), "wrong") || !slices.Contains([]int{1, 2}, cmd.ProcessState.ExitCode()) {
			t.Fatalf("damage %s: %v\n%s", seeds[0], err, log)
		}
		t.Errorf("damage %s ends the process: %v\n%.1500s", seeds[0], err, log)
		seeds = seeds[1:]
	}
	t.Logf("%d trials: %v", trials, counts)
}

const damageTasks = 40

// damageTrials damages a copy of the store once for every seed and says what became of it.
func damageTrials(dir string, seeds []string) error {
	for _, seed := range seeds {
		n, err := strconv.Atoi(seed)
		if err != nil {
			return err
		}
		result, err := damageTrial(dir, rand.New(rand.NewPCG(uint64(n), 0)))
		if err != nil {
			return fmt.Errorf("trial %s: %w", seed, err)
		}
		fmt.Println(result)
	}
	return nil
}

func damageTrial(dir string, r *rand.Rand) (result string, err error) {
	parent, err := os.MkdirTemp("", "damage")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(parent)) }()
	damaged := filepath.Join(parent, "store")
	if err := os.CopyFS(damaged, os.DirFS(dir)); err != nil {
		return "", err
	}
	files, err := filepath.Glob(filepath.Join(damaged, "badger", "*"))
	if err != nil {
		return "", err
	}
	path := files[r.IntN(len(files))]
	data, err := os.ReadFile(path)
	if err != nil || len(data) == 0 {
		return "nothing to damage", err
	}
	kind := filepath.Ext(path)
	if r.IntN(3) == 0 {
		kind = "cut " + kind
		data = data[:r.IntN(len(data))]
	} else {
		data[r.IntN(len(data))] ^= 1 << r.IntN(8)
	}
	fmt.Fprintln(os.Stderr, "damage", filepath.Base(path), kind)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		return "", err
	}
	ctx := context.Background()
	s, err := Open(damaged, Options{small: true})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return kind + ": not opened", nil
	}
	defer s.Close()
	hits, misses := 0, 0
	for n := range damageTasks {
		lost := false
		recs := task{"d", n}.records(func(m cache.Media, data []byte) cache.Artifact {
			a := cache.Artifact{Media: m, Digest: cache.Sum(data), Size: int64(len(data))}
			have, err := cache.ReadAll(ctx, s, a)
			if err == nil && !bytes.Equal(have, data) {
				panic("wrong bytes")
			}
			lost = lost || err != nil
			return a
		})
		for i, rec := range recs {
			have, err := s.Lookup(ctx, rec.Key)
			rec.Recipe = rec.Recipe.Sorted()
			switch {
			case err != nil:
				misses++
			case cmp.Diff(rec, have) != "":
				panic("wrong record")
			case i == len(recs)-1 && lost:
				panic("wrong: a hit on a manifest with an item that was found to be damaged")
			default:
				hits++
			}
		}
	}
	if misses == 0 {
		return kind + ": no harm", nil
	}
	return kind + ": misses", nil
}
