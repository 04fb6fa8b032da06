package pseudonym

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"

	"femur/dag"
)

// Fields of a line of the private index.
const (
	fieldName    = "name"    // what was hashed
	fieldFile    = "file"    // of a radiograph: absolute path of its file
	fieldPatient = "patient" // of a radiograph: its patient's pseudonym
)

// indexHeader opens the file; what follows it in the first line says which index it is.
const indexHeader = "femur identifiers 1\t"

// A line says one thing of a pseudonym. It is kept as it stands in the file, so that 129,000 of them are
// compared without taking them apart.
type line string

func newLine(id, field, value string) line {
	if strings.ContainsAny(value, "\\\n\r\t") {
		value = escaper.Replace(value)
	}
	return line(id + "\t" + field + "\t" + value)
}

// parts takes a line apart; ok is false for what is none.
func (l line) parts() (id, field, value string, ok bool) {
	id, rest, ok1 := strings.Cut(string(l), "\t")
	field, value, ok2 := strings.Cut(rest, "\t")
	if !ok1 || !ok2 || !IsPseudonym(id) || strings.IndexByte(value, '\t') >= 0 {
		return "", "", "", false
	}
	if strings.IndexByte(value, '\\') >= 0 {
		value = unescaper.Replace(value)
	}
	return id, field, value, true
}

// IndexFile is the private index beside a key.
func IndexFile(keyFile string) string {
	return strings.TrimSuffix(keyFile, filepath.Ext(keyFile)) + ".index"
}

// An index is the private index, and what is to be added to it.
type index struct {
	file string

	mu      sync.Mutex
	read    bool
	err     error             // of reading
	known   map[line]struct{} // as read from the file
	pending map[line]struct{}
	marked  string // empty while there is no file
}

// open reads the file once, if there is one.
func (x *index) open() error {
	if !x.read {
		x.read, x.pending = true, map[line]struct{}{}
		x.marked, x.known, x.err = readIndex(x.file)
		if errors.Is(x.err, fs.ErrNotExist) {
			x.err = nil
		}
	}
	return x.err
}

func (x *index) add(l line) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.open(); err != nil {
		return err
	}
	if _, ok := x.known[l]; !ok {
		x.pending[l] = struct{}{}
	}
	return nil
}

// mark identifies the file; the first call makes it, if there is none.
func (x *index) mark() (string, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	err := x.open()
	if err == nil && x.marked == "" {
		err = x.write()
	}
	return x.marked, err
}

// flush adds the pending lines to the file.
func (x *index) flush() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.pending) == 0 {
		return x.err
	}
	return x.write()
}

// lockPatience is how long another process is waited for. Rewriting 13 MB takes it some 50 ms.
const lockPatience = 30 * time.Second

// write merges the pending lines with what the file holds by now, and replaces it.
func (x *index) write() (err error) {
	if err := os.MkdirAll(filepath.Dir(x.file), 0o700); err != nil {
		return fmt.Errorf("private index: %w", err)
	}
	lock := flock.New(x.file+".lock", flock.SetPermissions(0o600))
	ctx, cancel := context.WithTimeout(context.Background(), lockPatience)
	defer cancel()
	if _, err := lock.TryLockContext(ctx, 10*time.Millisecond); err != nil {
		return fmt.Errorf("private index %s: lock: %w", x.file, err)
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	mark, lines, err := readIndex(x.file)
	if errors.Is(err, fs.ErrNotExist) {
		mark, lines, err = rand.Text(), map[line]struct{}{}, nil
	}
	if err != nil {
		return err
	}
	maps.Copy(lines, x.pending)
	if err := renameio.WriteFile(x.file, encodeIndex(mark, lines), 0o600); err != nil {
		return fmt.Errorf("private index: %w", err)
	}
	x.marked, x.known = mark, lines
	clear(x.pending)
	return nil
}

func encodeIndex(mark string, lines map[line]struct{}) []byte {
	var b bytes.Buffer
	b.WriteString(indexHeader + mark + "\n")
	for _, l := range slices.Sorted(maps.Keys(lines)) {
		b.WriteString(string(l) + "\n")
	}
	return b.Bytes()
}

var (
	escaper   = strings.NewReplacer("\\", `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`)
	unescaper = strings.NewReplacer(`\\`, "\\", `\n`, "\n", `\r`, "\r", `\t`, "\t")
)

// readIndex reads the whole index; an error that is [fs.ErrNotExist] says that there is none.
func readIndex(file string) (mark string, lines map[line]struct{}, err error) {
	info, err := os.Lstat(file)
	if err != nil {
		return "", nil, err
	}
	if err := private(file, "the private index of identifiers", info); err != nil {
		return "", nil, err
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", nil, fmt.Errorf("private index: %w", err)
	}
	mark, lines, bad := decodeIndex(string(b))
	if bad > 0 {
		return "", nil, &dag.BadInput{
			Origin: file, Line: bad, Summary: "the private index of identifiers is damaged",
			Detail: "Restore it from a backup. If you move it away, femur begins a new one, which knows what the next runs read.",
		}
	}
	return mark, lines, nil
}

// decodeIndex reads what encodeIndex wrote; bad is the number of the first line that is wrong, or 0.
func decodeIndex(text string) (mark string, lines map[line]struct{}, bad int) {
	first, rest, ok := strings.Cut(text, "\n")
	mark, head := strings.CutPrefix(first, indexHeader)
	if !ok || !head || mark == "" {
		return "", nil, 1
	}
	lines = make(map[line]struct{}, strings.Count(rest, "\n"))
	for number := 2; rest != ""; number++ {
		first, rest, ok = strings.Cut(rest, "\n")
		l := line(first)
		if _, _, _, whole := l.parts(); !ok || !whole { // not ok: the last line is cut
			return "", nil, number
		}
		lines[l] = struct{}{}
	}
	return mark, lines, 0
}
