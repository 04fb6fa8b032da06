package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// child makes the test binary another program: the value says which.
const child = "BENCH_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(child) {
	case "":
		os.Exit(m.Run())
	case "prints":
		held := make([]byte, 64<<20)
		for i := range held {
			held[i] = byte(i)
		}
		fmt.Println(strings.Join(os.Args[1:], " "), held[77])
		fmt.Fprintln(os.Stderr, "told")
	case "fails":
		fmt.Fprintln(os.Stderr, "no such stage")
		os.Exit(2)
	case "waits":
		time.Sleep(time.Minute)
	}
}

func TestExecute(t *testing.T) {
	t.Setenv(child, "prints")
	o, err := execute(t.Context(), t.TempDir(), os.Args[0], "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	if string(o.stdout) != "a b 77\n" || string(o.stderr) != "told\n" {
		t.Errorf("printed %q and %q", o.stdout, o.stderr)
	}
	if o.wall <= 0 || o.cpu <= 0 || o.peak < 64<<20 || o.peak > 8<<30 {
		t.Errorf("used %v, %v, %d bytes; it held 64 MiB", o.wall, o.cpu, o.peak)
	}

	t.Setenv(child, "fails")
	if _, err := execute(t.Context(), t.TempDir(), os.Args[0], "run"); err == nil || !strings.Contains(err.Error(), "exit status 2\nno such stage") {
		t.Errorf("got %v", err)
	}

	t.Setenv(child, "waits")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	begin := time.Now()
	if _, err := execute(ctx, t.TempDir(), os.Args[0]); err == nil || !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(begin); took > 20*time.Second {
		t.Errorf("an end took %v", took)
	}
}

func TestPeakBytes(t *testing.T) {
	if got := peakBytes(2048, "linux"); got != 2<<20 {
		t.Errorf("2048 KiB are %d bytes", got)
	}
	if got := peakBytes(2048, "darwin"); got != 2048 {
		t.Errorf("2048 bytes are %d bytes", got)
	}
}

func TestEnvironment(t *testing.T) {
	got := environment([]string{"PATH=/bin", "FEMUR_JOBS=9", "FEMUR_BACKEND=go", "FEMUR_CACHE=mine", "FEMURS=2"})
	if want := []string{"PATH=/bin", "FEMUR_BACKEND=go", "FEMURS=2"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTail(t *testing.T) {
	if got := tail([]byte("a\nb\nc\n"), 2); got != "b\nc" {
		t.Errorf("got %q", got)
	}
	if got := tail(nil, 2); got != "" {
		t.Errorf("got %q of nothing", got)
	}
}
