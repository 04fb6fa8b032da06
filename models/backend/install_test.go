package backend

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"femur/models/backend/plugin"
)

// A shop serves go-xla's release and a wheel on this machine.
type shop struct {
	*httptest.Server
	release, wheel []byte
	pinned         plugin.Wheel
}

// newShop's libraries are no libraries: they install, and cannot be loaded.
func newShop(t *testing.T) *shop {
	t.Helper()
	library := []byte("a library, were it one")
	hash := func(content []byte) string {
		digest := sha256.Sum256(content)
		return hex.EncodeToString(digest[:])
	}
	var wheel bytes.Buffer
	archive := zip.NewWriter(&wheel)
	member, err := archive.Create("w/cpu.so")
	if err != nil {
		t.Fatal(err)
	}
	_, err = member.Write(library)
	if err = errors.Join(err, archive.Close()); err != nil {
		t.Fatal(err)
	}
	var release bytes.Buffer
	zipped := gzip.NewWriter(&release)
	tarball := tar.NewWriter(zipped)
	name := "pjrt_c_api_cpu_" + goXLARelease + "_plugin" + libraryExtension()
	err = tarball.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(library)), Typeflag: tar.TypeReg})
	if err != nil {
		t.Fatal(err)
	}
	_, err = tarball.Write(library)
	if err = errors.Join(err, tarball.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	s := &shop{release: release.Bytes(), wheel: wheel.Bytes()}
	s.pinned = plugin.Wheel{
		Project: "w", Version: "1", File: "w-1.whl", Size: int64(wheel.Len()), SHA256: hash(wheel.Bytes()),
		Member: "w/cpu.so", LibrarySize: int64(len(library)), LibrarySHA256: hash(library),
	}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/release.tar.gz":
			_, _ = w.Write(s.release)
		case "/simple/w/":
			w.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprintf(w, `<a href="/w-1.whl#sha256=%s">w-1.whl</a>`, s.pinned.SHA256)
		case "/w-1.whl":
			_, _ = w.Write(s.wheel)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// sources of a made-up machine whose pip knows the shop alone.
func (s *shop) sources(m *machine, opts Options) *sources {
	m.env["PIP_CONFIG_FILE"], m.env["PIP_INDEX_URL"] = "/dev/null", s.URL+"/simple"
	m.finder.wheels = []plugin.Wheel{s.pinned}
	opts.Dir = m.dir
	if opts.Log == nil {
		opts.Log = silent{}
	}
	return &sources{finder: m.finder, opts: opts, locate: func(context.Context) (string, error) {
		return s.URL + "/release.tar.gz", nil
	}}
}

// TestInstallCPU: go-xla's release first, into go-xla's folder; the wheel where that cannot be had.
func TestInstallCPU(t *testing.T) {
	m := newMachine(t)
	s := newShop(t)
	from := s.sources(m, Options{})
	c, err := install(t.Context(), from, Choice{Kind: CPU})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(c.Path, m.finder.goXLAFolders()[0]) || !isFile(c.Path) {
		t.Errorf("installed %+v", c)
	}
	s.Close() // what is in place needs no network
	again, err := install(t.Context(), from, Choice{Kind: CPU})
	if err != nil || again.Path != c.Path {
		t.Errorf("again: %+v, %v", again, err)
	}

	m = newMachine(t)
	from = newShop(t).sources(m, Options{})
	from.locate = func(context.Context) (string, error) { return "", errors.New("no route") }
	c, err = install(t.Context(), from, Choice{Kind: CPU})
	if err != nil || c.Path != from.finder.wheels[0].Path(m.dir) || !isFile(c.Path) {
		t.Errorf("without go-xla's release: %+v, %v", c, err)
	}
}

// TestInstallCPUOffline: one line that gives the reason for each source, and nothing installed.
func TestInstallCPUOffline(t *testing.T) {
	m := newMachine(t)
	s := newShop(t)
	s.Close()
	from := s.sources(m, Options{})
	_, err := install(t.Context(), from, Choice{Kind: CPU})
	if err == nil || strings.Contains(err.Error(), "\n") || strings.Count(err.Error(), "connection refused") < 2 {
		t.Errorf("%v", err)
	}
	for _, c := range from.finder.find(Choice{Kind: CPU}, m.dir) {
		if c.Path != "" {
			t.Errorf("in place: %+v", c)
		}
	}
}

// TestOpenInstalls: with leave to install, what cannot be loaded or fetched is
// passed over with its reason; without it nothing is fetched.
func TestOpenInstalls(t *testing.T) {
	for _, allowed := range []bool{true, false} {
		m := newMachine(t)
		from := newShop(t).sources(m, Options{AllowInstall: allowed})
		candidates := from.finder.find(Choice{}, m.dir)
		engine, err := openFirst(t.Context(), from, Choice{}, candidates)
		if err != nil || engine != nil {
			t.Fatalf("opened a text file: %v, %v", engine, err)
		}
		for _, c := range candidates[1:] {
			if allowed && (c.Status != Failed || !strings.Contains(c.WhyNot, "file too short") || !isFile(c.Path)) {
				t.Errorf("allowed: %+v", c)
			}
			if !allowed && (c.Status != Absent || c.Path != "") {
				t.Errorf("not allowed: %+v", c)
			}
		}
	}
}

// TestOpenCanceled: a canceled installation ends the opening; it does not fall back to a slower backend.
func TestOpenCanceled(t *testing.T) {
	m := newMachine(t)
	from := newShop(t).sources(m, Options{AllowInstall: true})
	ctx, cancel := context.WithCancel(t.Context())
	from.locate = func(ctx context.Context) (string, error) {
		cancel()
		return "", ctx.Err()
	}
	engine, err := openFirst(ctx, from, Choice{}, from.finder.find(Choice{}, m.dir))
	if engine != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", engine, err)
	}
}

func TestInstallKinds(t *testing.T) {
	for _, kind := range []Kind{Go, Any, "tpu"} {
		if _, err := Install(t.Context(), kind, Options{}); err == nil || !strings.Contains(err.Error(), "install cpu or cuda") {
			t.Errorf("%q: %v", kind, err)
		}
	}
	m := newMachine(t)
	from := newShop(t).sources(m, Options{})
	if _, err := install(t.Context(), from, Choice{Kind: CUDA}); err == nil || !strings.Contains(err.Error(), "no NVIDIA device") {
		t.Errorf("cuda: %v", err)
	}
}

// TestList loads nothing, so a text file is a candidate like any other, and ends with the Go backend.
func TestList(t *testing.T) {
	t.Setenv(EnvChoice, "")
	folder := t.TempDir()
	t.Setenv(envPluginPath, folder)
	path := put(t, folder, "pjrt_c_api_cpu_v1_plugin.so")
	found, err := List(t.Context(), Options{Dir: filepath.Join(t.TempDir(), "none")})
	if err != nil {
		t.Fatal(err)
	}
	listed := false
	for _, c := range found {
		listed = listed || c.Path == path && c.Status == Untried
	}
	if last := found[len(found)-1]; !listed || last.Kind != Go {
		t.Errorf("%v", found)
	}
}
