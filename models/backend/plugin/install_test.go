package plugin

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// mustInstall installs and checks that the library is whole and alone.
func mustInstall(t *testing.T, i *Installer, w Wheel) {
	t.Helper()
	path, err := i.Install(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	if path != w.Path(i.Dir) || !w.Installed(i.Dir) {
		t.Errorf("installed at %s", path)
	}
	if err := checkFile(path, w.LibrarySHA256); err != nil {
		t.Error(err)
	}
	want, _ := filepath.Rel(i.Dir, path)
	if diff := cmp.Diff([]string{want}, files(t, i.Dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestInstall(t *testing.T) {
	for _, html := range []bool{false, true} {
		w, content := tinyWheel(t)
		x := newIndex(t, w, content)
		x.html = html
		i := newTestInstaller(t, t.TempDir(), x)
		var steps []Progress
		i.Progress = func(p Progress) { steps = append(steps, p) }
		mustInstall(t, i, w)
		mustInstall(t, i, w)
		if n := len(x.requests()); n != 1 {
			t.Errorf("html %v: %d downloads, want 1", html, n)
		}
		want := []Progress{
			{What: w.File, Step: "download", Done: w.Size, Total: w.Size},
			{What: "plugin.so", Step: "unpack", Done: w.LibrarySize, Total: w.LibrarySize},
		}
		if diff := cmp.Diff(want, steps); diff != "" {
			t.Errorf("progress (-want +got):\n%s", diff)
		}
	}
}

// TestResume cuts the connection twice: each new request asks for what is missing and no more.
func TestResume(t *testing.T) {
	w, content := tinyWheel(t)
	x := newIndex(t, w, content)
	x.cuts = []int{100_000, 50_000}
	mustInstall(t, newTestInstaller(t, t.TempDir(), x), w)
	if diff := cmp.Diff([]string{"", "bytes=100000-", "bytes=150000-"}, x.requests()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// TestResumeInAnotherProcess: a canceled download leaves its part, and the next installer goes on from it.
func TestResumeInAnotherProcess(t *testing.T) {
	w, content := tinyWheel(t)
	x := newIndex(t, w, content)
	x.cuts = []int{100_000}
	dir := t.TempDir()
	first := newTestInstaller(t, dir, x)
	first.pause = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for len(x.requests()) == 0 || partSize(filepath.Join(dir, w.SHA256[:16]+".whl.part")) < 100_000 {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	if _, err := first.Install(ctx, w); !errors.Is(err, context.Canceled) {
		t.Fatalf("canceled: %v", err)
	}
	if w.Installed(dir) || len(files(t, dir)) != 1 {
		t.Fatalf("after cancel: %v", files(t, dir))
	}
	mustInstall(t, newTestInstaller(t, dir, x), w)
	if diff := cmp.Diff([]string{"", "bytes=100000-"}, x.requests()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// TestResumeFromGarbage: a part that is not the file's beginning is noticed, and the whole file fetched.
func TestResumeFromGarbage(t *testing.T) {
	w, content := tinyWheel(t)
	for _, size := range []int{1000, len(content), len(content) + 1} {
		x := newIndex(t, w, content)
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, w.SHA256[:16]+".whl.part"), make([]byte, size), 0o644); err != nil {
			t.Fatal(err)
		}
		mustInstall(t, newTestInstaller(t, dir, x), w)
	}
}

// TestServerWithoutRanges sends the whole file each time; it replaces the part.
func TestServerWithoutRanges(t *testing.T) {
	w, content := tinyWheel(t)
	x := newIndex(t, w, content)
	x.deaf, x.cuts = true, []int{100_000}
	mustInstall(t, newTestInstaller(t, t.TempDir(), x), w)
}

// TestRefused: what is wrong is named, and nothing is left but what the next call can use.
func TestRefused(t *testing.T) {
	for _, tc := range []struct {
		name  string
		fault func(x *index, w *Wheel, i *Installer)
		want  string
	}{
		{"wrong file", func(x *index, w *Wheel, _ *Installer) { x.wheel[1000] ^= 1 }, "not the pinned"},
		{"longer file", func(x *index, w *Wheel, _ *Installer) { x.wheel = append(x.wheel, 0) }, "longer than the pinned"},
		{"other file of the same name", func(x *index, w *Wheel, _ *Installer) { x.listed = strings.Repeat("0", 64) }, "has SHA-256 000"},
		{"wrong library", func(_ *index, w *Wheel, _ *Installer) { w.LibrarySHA256 = strings.Repeat("0", 64) }, "unpack tiny/plugin.so: its SHA-256"},
		{"longer library", func(_ *index, w *Wheel, _ *Installer) { w.LibrarySize-- }, "unpack tiny/plugin.so: its size"},
		{"no library", func(_ *index, w *Wheel, _ *Installer) { w.Member = "tiny/other.so" }, "other.so"},
		{"no project", func(_ *index, w *Wheel, _ *Installer) { w.Project = "absent" }, "404 Not Found"},
		{"no file", func(x *index, w *Wheel, _ *Installer) { x.status = http.StatusNotFound }, "404 Not Found"},
		{"forbidden", func(x *index, w *Wheel, _ *Installer) { x.status = http.StatusForbidden }, "403 Forbidden"},
		{"server in trouble", func(x *index, w *Wheel, _ *Installer) { x.status = http.StatusBadGateway }, "502 Bad Gateway"},
		{"no network", func(x *index, w *Wheel, _ *Installer) { x.Close() }, "connection refused"},
		{"plain HTTP", func(_ *index, _ *Wheel, i *Installer) { i.Pip.Indexes = []string{"http://mirror.example/simple"} }, "plain HTTP is refused"},
		{"no index", func(_ *index, _ *Wheel, i *Installer) { i.Pip.NoIndex = true }, "no-index"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w, content := tinyWheel(t)
			x := newIndex(t, w, content)
			i := newTestInstaller(t, filepath.Join(t.TempDir(), "plugins"), x)
			tc.fault(x, &w, i)
			_, err := i.Install(t.Context(), w)
			if err == nil {
				t.Fatal("installed")
			}
			if !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q, want one line with %q", err, tc.want)
			}
			if !strings.HasPrefix(err.Error(), "install "+w.Name()) {
				t.Errorf("error %q does not begin with the wheel", err)
			}
			left := files(t, i.Dir)
			left = slices.DeleteFunc(left, func(name string) bool {
				return strings.HasSuffix(name, ".whl.part") && strings.Contains(tc.name, "library")
			})
			if len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// TestDiskFull writes onto a device that is always full.
func TestDiskFull(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full on this system")
	}
	w, content := tinyWheel(t)
	for _, name := range []string{
		w.SHA256[:16] + ".whl.part",
		filepath.Join(filepath.Base(filepath.Dir(w.Path("/"))), "plugin.so.part"),
	} {
		x := newIndex(t, w, content)
		dir := t.TempDir()
		full := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("/dev/full", full); err != nil {
			t.Fatal(err)
		}
		i := newTestInstaller(t, dir, x)
		_, err := i.Install(t.Context(), w)
		if err == nil || !strings.Contains(err.Error(), "no space left on device") {
			t.Fatalf("%s: %v", name, err)
		}
		if w.Installed(dir) {
			t.Errorf("%s: counts as installed", name)
		}
		if _, err := os.Lstat(full); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", name, err)
		}
		if n := len(x.requests()); n != 1 {
			t.Errorf("%s: asked %d times, want 1: a full disk stays full", name, n)
		}
		mustInstall(t, i, w)
	}
}

// TestTwoAtOnce: installers that start together download once, and both find the library.
func TestTwoAtOnce(t *testing.T) {
	w, content := tinyWheel(t)
	x := newIndex(t, w, content)
	dir := t.TempDir()
	var done sync.WaitGroup
	for range 6 {
		i := newTestInstaller(t, dir, x)
		done.Go(func() {
			path, err := i.Install(t.Context(), w)
			if err != nil {
				t.Error(err)
				return
			}
			if err := checkFile(path, w.LibrarySHA256); err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	if n := len(x.requests()); n != 1 {
		t.Errorf("%d downloads, want 1", n)
	}
}

// TestWaitsForLock: while another process installs, a canceled call ends.
func TestWaitsForLock(t *testing.T) {
	w, content := tinyWheel(t)
	x := newIndex(t, w, content)
	dir := t.TempDir()
	unlock, err := Lock(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	i := newTestInstaller(t, dir, x)
	if _, err := i.Install(ctx, w); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while locked: %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	mustInstall(t, i, w)
}

// TestSources: a folder of wheels is taken before any index, the second index where the first has nothing.
func TestSources(t *testing.T) {
	w, content := tinyWheel(t)
	empty, full := newIndex(t, w, content), newIndex(t, w, content)
	empty.file, empty.listed = "other.whl", sum(nil)
	i := newTestInstaller(t, t.TempDir(), empty, full)
	mustInstall(t, i, w)
	if n := len(full.requests()); n != 1 {
		t.Errorf("the second index was asked %d times", n)
	}

	wheels, bad := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(wheels, w.File), content, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bad, w.File), content[1:], 0o644); err != nil {
		t.Fatal(err)
	}
	i = newTestInstaller(t, t.TempDir())
	i.Pip.FindLinks = []string{t.TempDir(), bad, wheels}
	mustInstall(t, i, w)
	if err := checkFile(filepath.Join(wheels, w.File), w.SHA256); err != nil {
		t.Errorf("the folder's own file: %v", err)
	}
}

// TestSilentServer: a connection on which nothing comes is given up, and the message says so.
func TestSilentServer(t *testing.T) {
	w, content := tinyWheel(t)
	x := newIndex(t, w, content)
	hang := make(chan struct{})
	slow := newIndex(t, w, content)
	slow.Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/simple") {
			x.ServeHTTP(rw, r)
			return
		}
		rw.Header().Set("Content-Length", "1000")
		_ = http.NewResponseController(rw).Flush()
		<-hang
	})
	defer close(hang)
	i := newTestInstaller(t, t.TempDir(), slow)
	i.Pip.Timeout = 50 * time.Millisecond
	_, err := i.Install(t.Context(), w)
	if err == nil || !strings.Contains(err.Error(), "nothing came for 50ms") {
		t.Errorf("%v", err)
	}
}

// TestNoSecretsInErrors: credentials in the index's URL stay out of messages.
func TestNoSecretsInErrors(t *testing.T) {
	w, _ := tinyWheel(t)
	for _, index := range []string{"https://token:secret@127.0.0.1:1/simple", "https://secret@host.invalid/simple", "https://secret@%zz/"} {
		i := newTestInstaller(t, t.TempDir())
		i.Pip.Indexes = []string{index}
		_, err := i.Install(t.Context(), w)
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v", err)
		}
		if !errors.Is(err, ErrUnreachable) {
			t.Errorf("%v is not ErrUnreachable", err)
		}
	}
}
