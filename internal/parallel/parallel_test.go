package parallel

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

func TestEachVisitsEveryItemOnce(t *testing.T) {
	items := make([]int, 1000)
	for i := range items {
		items[i] = i
	}
	var mu sync.Mutex
	var seen []int
	err := Each(t.Context(), items, func(_ context.Context, i int) error {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, i)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(seen)
	if !slices.Equal(seen, items) {
		t.Errorf("visited %d items, want each of %d once", len(seen), len(items))
	}
}

func TestEachStopsAtTheFirstError(t *testing.T) {
	bad := errors.New("bad")
	var calls atomic.Int64
	err := Each(t.Context(), make([]int, 100_000), func(context.Context, int) error {
		if calls.Add(1) == 10 {
			return bad
		}
		return nil
	})
	if !errors.Is(err, bad) {
		t.Errorf("error is %v, want %v", err, bad)
	}
	if n := calls.Load(); n > 1000 {
		t.Errorf("%d calls although the tenth failed", n)
	}
}

func TestEachHonorsCancellation(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Each(ctx, []int{1}, func(context.Context, int) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want %v", err, context.Canceled)
	}
}

func TestMemoMakesOnce(t *testing.T) {
	var m Memo[string, int]
	var made atomic.Int64
	items := make([]int, 100)
	err := Each(t.Context(), items, func(context.Context, int) error {
		v, err := m.Get("k", func() (int, error) { made.Add(1); return 7, nil })
		if v != 7 {
			t.Errorf("value is %d, want 7", v)
		}
		return err
	})
	if err != nil || made.Load() != 1 {
		t.Errorf("made %d times (%v), want once", made.Load(), err)
	}
}

func TestCounterReportsInOrder(t *testing.T) {
	var got []int
	c := Counter(func(done int) { got = append(got, done) })
	for range 3 {
		c()
	}
	if !slices.Equal(got, []int{1, 2, 3}) {
		t.Errorf("reported %v", got)
	}
}
