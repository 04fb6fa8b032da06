package badgerstore

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"femur/cache"
)

// holdForever has a store open until it is killed.
func holdForever(dir string) error {
	if _, err := Open(dir, Options{}); err != nil {
		return err
	}
	fmt.Println("open")
	time.Sleep(time.Hour)
	return nil
}

func TestLockedByAnotherProcess(t *testing.T) {
	dir := t.TempDir()
	if _, held, err := HeldBy(dir); held || err != nil {
		t.Fatalf("a new folder: held %v, error %v", held, err)
	}
	cmd, out, log := child(t, "hold "+dir)
	if lines := bufio.NewScanner(out); !lines.Scan() || lines.Text() != "open" {
		t.Fatalf("the process says %q\n%s", lines.Text(), log)
	}
	for _, o := range []Options{{}, {ReadOnly: true}} {
		_, err := Open(dir, o)
		var locked *LockedError
		if !errors.Is(err, cache.ErrLocked) || !errors.As(err, &locked) {
			t.Fatalf("open with %+v: have error %v", o, err)
		}
		host, _ := os.Hostname()
		age := time.Since(locked.Holder.Since)
		if locked.Holder.PID != cmd.Process.Pid || locked.Holder.Host != host || age < -2*time.Second || age > time.Minute {
			t.Errorf("held by %+v, want process %d on %s", locked.Holder, cmd.Process.Pid, host)
		}
		for _, word := range []string{dir, fmt.Sprint("process ", cmd.Process.Pid), host} {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("error %q does not name %s", err, word)
			}
		}
	}
	if by, held, err := HeldBy(dir); !held || err != nil || by.PID != cmd.Process.Pid {
		t.Errorf("held %v by %+v, error %v", held, by, err)
	}
	// The lock of a dead process is none, though its file is still there.
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if _, held, err := HeldBy(dir); held || err != nil {
		t.Errorf("after its end: held %v, error %v", held, err)
	}
	s := open(t, dir)
	if by, held, err := HeldBy(dir); !held || err != nil || by.PID != os.Getpid() {
		t.Errorf("held %v by %+v, error %v", held, by, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "lock")); err != nil || len(text) > 0 {
		t.Errorf("after Close the lock file says %q, error %v", text, err)
	}
}

func TestReadOnly(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(dir, Options{ReadOnly: true}); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("nothing stored: have error %v", err)
	}
	s := open(t, dir)
	a, err := s.Put(t.Context(), cache.MediaText, strings.NewReader("text"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	var readers []*Store
	for range 2 { // readers admit each other
		r, err := Open(dir, Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		readers = append(readers, r)
		if data, err := cache.ReadAll(t.Context(), r, a); err != nil || string(data) != "text" {
			t.Fatalf("have %q, error %v", data, err)
		}
	}
	_, err = Open(dir, Options{})
	if !errors.Is(err, cache.ErrLocked) || strings.Contains(err.Error(), "process 0") {
		t.Fatalf("write while others read: have error %v", err)
	}
	r := readers[0]
	_, putErr := r.Put(t.Context(), cache.MediaText, strings.NewReader("x"))
	_, sweepErr := r.Sweep(t.Context(), cache.Keep{})
	for name, err := range map[string]error{
		"Put": putErr, "Sweep": sweepErr, "Commit": r.Commit(t.Context()), "PutNotes": r.PutNotes(t.Context(), nil),
	} {
		if err == nil || !strings.Contains(err.Error(), "reading only") {
			t.Errorf("%s: have error %v", name, err)
		}
	}
}

// TestEmptyLogs repairs what Badger leaves when it is stopped while making or deleting a log, and
// then refuses to open.
func TestEmptyLogs(t *testing.T) {
	for _, readOnly := range []bool{false, true} {
		dir := t.TempDir()
		s := open(t, dir)
		a, err := s.Put(t.Context(), cache.MediaText, strings.NewReader("text"))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"00099.mem", "000099.vlog"} {
			if err := os.WriteFile(filepath.Join(dir, "badger", name), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if db, err := badger.Open(s.options(readOnly)); err == nil {
			t.Fatal("Badger opens it by itself: the repair is of no use any more", db.Close())
		}
		if s, err = Open(dir, Options{ReadOnly: readOnly}); err != nil {
			t.Fatal(err)
		}
		if data, err := cache.ReadAll(t.Context(), s, a); err != nil || string(data) != "text" {
			t.Errorf("have %q, error %v", data, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOtherFormat(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	if err := s.write([]string{""}, func(string) *badger.Entry { return badger.NewEntry([]byte{formatKey}, []byte("7")) }); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the lock is given back
		_, err := Open(dir, Options{})
		if err == nil || !strings.Contains(err.Error(), `version "7"`) || errors.Is(err, cache.ErrLocked) {
			t.Fatalf("have error %v", err)
		}
	}
}
