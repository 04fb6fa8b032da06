package plugin

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// An index is a package index with one project, and the faults it is told to have.
type index struct {
	*httptest.Server
	mu    sync.Mutex
	wheel []byte
	file  string
	// listed is the digest on the project's page, which need not be the file's.
	listed string
	// html makes it an index of the old kind; deaf one that does not know ranges.
	html, deaf bool
	// cuts are how many bytes each download brings before the connection is cut.
	cuts []int
	// status is what the file is answered with, 0 for the file.
	status int
	// got are the Range headers of the downloads so far.
	got []string
}

func (x *index) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch r.URL.Path {
	case "/simple/tiny-pjrt/":
		if x.html {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w, "<html><body><a class=\"f\"\n href='../../files/%s#sha256=%s' data-x>%s</a></body></html>", x.file, x.listed, x.file)
			return
		}
		w.Header().Set("Content-Type", "application/vnd.pypi.simple.v1+json")
		fmt.Fprintf(w, `{"files":[{"filename":"other.whl","url":"/files/other.whl","hashes":{"sha256":"00"}},
			{"filename":%q,"url":"/files/%s","hashes":{"sha256":%q}}]}`, x.file, x.file, x.listed)
	case "/files/" + x.file:
		x.serveFile(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (x *index) serveFile(w http.ResponseWriter, r *http.Request) {
	x.got = append(x.got, r.Header.Get("Range"))
	if x.status != 0 {
		w.WriteHeader(x.status)
		return
	}
	body, first := x.wheel, 0
	if from, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes="); ok && !x.deaf {
		first, _ = strconv.Atoi(strings.TrimSuffix(from, "-"))
		if first >= len(body) {
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
			return
		}
		body = body[first:]
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, len(x.wheel)-1, len(x.wheel)))
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if first > 0 {
		w.WriteHeader(http.StatusPartialContent)
	}
	if len(x.cuts) > 0 {
		cut := x.cuts[0]
		x.cuts = x.cuts[1:]
		_, _ = w.Write(body[:cut])
		if err := http.NewResponseController(w).Flush(); err != nil {
			panic(err)
		}
		panic(http.ErrAbortHandler) // the connection ends here
	}
	_, _ = w.Write(body)
}

// requests are the Range headers of the downloads so far.
func (x *index) requests() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return append([]string{}, x.got...)
}

// tinyWheel is a wheel like the pinned ones, of some 300 kB, and its pins.
func tinyWheel(t *testing.T) (Wheel, []byte) {
	t.Helper()
	library := make([]byte, 300_000)
	random := rand.New(rand.NewPCG(3, 4))
	for i := range library {
		library[i] = byte(random.Uint32())
	}
	var file bytes.Buffer
	archive := zip.NewWriter(&file)
	member, err := archive.Create("tiny/plugin.so")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := member.Write(library); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return Wheel{
		Project: "tiny-pjrt", Version: "1.0", OS: "linux", Arch: "amd64",
		File: "tiny_pjrt-1.0-py3-none-any.whl", Size: int64(file.Len()), SHA256: sum(file.Bytes()),
		Member: "tiny/plugin.so", LibrarySize: int64(len(library)), LibrarySHA256: sum(library),
	}, file.Bytes()
}

func sum(content []byte) string {
	digest := sha256.Sum256(content)
	return hex.EncodeToString(digest[:])
}

// newIndex serves a wheel over HTTPS.
func newIndex(t *testing.T, w Wheel, content []byte) *index {
	t.Helper()
	x := &index{wheel: content, file: w.File, listed: w.SHA256}
	x.Server = httptest.NewTLSServer(x)
	t.Cleanup(x.Close)
	return x
}

// newTestInstaller is an installer into a new folder that trusts the index and does not wait between attempts.
func newTestInstaller(t *testing.T, dir string, indexes ...*index) *Installer {
	t.Helper()
	pip := PipConfig{Timeout: 5 * time.Second}
	for _, x := range indexes {
		pip.Indexes = append(pip.Indexes, x.URL+"/simple/")
	}
	i, err := NewInstaller(dir, pip, nil)
	if err != nil {
		t.Fatal(err)
	}
	i.pause = time.Millisecond
	if len(indexes) > 0 {
		i.client = indexes[0].Client()
	}
	return i
}

// files lists all files under dir but the lock.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && entry.Name() != ".lock" {
			name, _ := filepath.Rel(dir, path)
			found = append(found, name)
		}
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return found
}

func mustURL(text string) *url.URL {
	u, err := url.Parse(text)
	if err != nil {
		panic(err)
	}
	return u
}
