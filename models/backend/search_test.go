package backend

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"femur/models/backend/plugin"

	"github.com/google/go-cmp/cmp"
)

// A machine is a made-up one to look for plugins on.
type machine struct {
	home, python, dir string
	env               map[string]string
	finder            finder
}

// newMachine has one Python and two wheels that fit it, nothing installed and no NVIDIA device.
func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{home: t.TempDir(), python: t.TempDir(), dir: t.TempDir(), env: map[string]string{}}
	m.finder = finder{
		env:  func(name string) string { return m.env[name] },
		home: m.home,
		wheels: []plugin.Wheel{
			{Project: "one", Version: "1", Member: "one/cpu.so", LibrarySize: 1, LibrarySHA256: strings.Repeat("1", 64)},
			{Project: "two", Version: "2", Member: "two/cpu.so", LibrarySize: 1, LibrarySHA256: strings.Repeat("2", 64)},
		},
		nvidia: func() bool { return false },
		python: func() []string { return []string{m.python} },
	}
	return m
}

// put makes a file of one byte.
func put(t *testing.T, parts ...string) string {
	t.Helper()
	path := filepath.Join(parts...)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestFind: the order of search. Each row makes a machine and lists the
// candidates as "name: status", in the order they are tried.
func TestFind(t *testing.T) {
	const release = "go-xla's CPU release " + goXLARelease + ": absent"
	goXLA := func(m *machine) string { return m.finder.goXLAFolders()[0] }
	for _, tc := range []struct {
		name, choice string
		make         func(m *machine)
		want         []string
	}{
		{"nothing installed", "", func(*machine) {}, []string{"CUDA: absent", release, "wheel one 1: absent", "wheel two 2: absent"}},
		{"a wheel installed", "", func(m *machine) { put(t, m.finder.wheels[1].Path(m.dir)) }, []string{
			"CUDA: absent", "wheel two 2: untried", release, "wheel one 1: absent",
		}},
		{"go-xla's before a wheel's", "", func(m *machine) {
			put(t, m.finder.wheels[0].Path(m.dir))
			put(t, goXLA(m), "pjrt_c_api_cpu_v0.114.0_plugin.so")
		}, []string{"CUDA: absent", "go-xla's CPU plugin: untried", "wheel one 1: untried", "wheel two 2: absent"}},
		{"CUDA without a device", "", func(m *machine) {
			put(t, goXLA(m), "nvidia", "pjrt_c_api_cuda_plugin.so")
			put(t, m.python, "jax_plugins", "xla_cuda13", "xla_cuda_plugin.so")
		}, []string{"go-xla's CUDA plugin: rejected", "CUDA: absent", release, "wheel one 1: absent", "wheel two 2: absent"}},
		{"CUDA with a device", "", func(m *machine) {
			m.finder.nvidia = func() bool { return true }
			put(t, goXLA(m), "nvidia", "pjrt_c_api_cuda_plugin.so")
			put(t, m.python, "jax_plugins", "xla_cuda12", "xla_cuda_plugin.so")
			put(t, m.python, "jax_plugins", "xla_cuda13", "xla_cuda_plugin.so")
			put(t, m.finder.wheels[0].Path(m.dir))
		}, []string{
			"go-xla's CUDA plugin: untried", "JAX's plugin for CUDA 13: untried", "JAX's plugin for CUDA 12: untried",
			"wheel one 1: untried", release, "wheel two 2: absent",
		}},
		{"a device without CUDA", "cuda", func(m *machine) { m.finder.nvidia = func() bool { return true } }, []string{"CUDA: absent"}},
		{"cpu on a machine with a device", "xla:cpu", func(m *machine) { m.finder.nvidia = func() bool { return true } }, []string{
			release, "wheel one 1: absent", "wheel two 2: absent",
		}},
		{"a path", "xla:/a/b.so", func(*machine) {}, []string{"the plugin asked for: untried"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := newMachine(t)
			tc.make(m)
			choice, err := ParseChoice(tc.choice)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range m.finder.find(choice, m.dir) {
				got = append(got, c.Name+": "+string(c.Status))
				if (c.Status == Untried) != (c.WhyNot == "") || (c.Status == Absent) != (c.Path == "") {
					t.Errorf("%+v", c)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestFindWheelByName: only that wheel, and nothing in its stead.
func TestFindWheelByName(t *testing.T) {
	m := newMachine(t)
	put(t, m.finder.wheels[0].Path(m.dir))
	found := m.finder.find(Choice{Kind: CPU, Wheel: "two"}, m.dir)
	if len(found) != 1 || found[0].Name != "wheel two 2" {
		t.Errorf("%v", found)
	}
}

// TestInstalled: the newest version first, a link and its target once, broken links and other files not at all.
func TestInstalled(t *testing.T) {
	m := newMachine(t)
	a, b := t.TempDir(), t.TempDir()
	m.env[envPluginPath] = a + ":" + ":" + b
	put(t, a, "pjrt_c_api_cpu_v0.83.1_plugin.so")
	put(t, a, "pjrt_c_api_cpu_v0.114.0_plugin.so")
	put(t, a, "pjrt_c_api_tpu_plugin.so")
	put(t, b, "pjrt_c_api_cpu_v9.0.0_plugin.so")
	for link, target := range map[string]string{
		"pjrt_c_api_cpu_plugin.so":     "pjrt_c_api_cpu_v0.114.0_plugin.so",
		"pjrt_c_api_cpu_v99_plugin.so": "gone.so",
	} {
		if err := os.Symlink(target, filepath.Join(a, link)); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, path := range m.finder.installed("pjrt_c_api_cpu*_plugin.so") {
		got = append(got, filepath.Base(path))
	}
	want := []string{"pjrt_c_api_cpu_v0.114.0_plugin.so", "pjrt_c_api_cpu_v0.83.1_plugin.so", "pjrt_c_api_cpu_v9.0.0_plugin.so"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestPythonFolders: an active environment before the user's folder, the newer Python before the older.
func TestPythonFolders(t *testing.T) {
	home, active := t.TempDir(), t.TempDir()
	want := []string{
		filepath.Join(active, "lib", "python3.12", "site-packages"),
		filepath.Join(home, ".local", "lib", "python3.12", "site-packages"),
		filepath.Join(home, ".local", "lib", "python3.9", "site-packages"),
	}
	for _, folder := range want {
		put(t, folder, "x")
	}
	got := pythonFolders(t.Context(), home, func(name string) string {
		return map[string]string{"VIRTUAL_ENV": active, "CONDA_PREFIX": "relative"}[name]
	})
	if diff := cmp.Diff(want, got[:min(3, len(got))]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	seen := slices.Clone(got)
	slices.Sort(seen)
	if len(slices.Compact(seen)) != len(got) {
		t.Errorf("twice in the list: %v", got)
	}
}

// TestNVIDIALibraries: JAX's wheels for CUDA 13 and 12 keep the tools in different folders.
func TestNVIDIALibraries(t *testing.T) {
	packages := t.TempDir()
	library := put(t, packages, "jax_plugins", "xla_cuda12", "xla_cuda_plugin.so")
	put(t, packages, "nvidia", "cuda_nvcc", "bin", "ptxas")
	want := filepath.Join(packages, "nvidia", "cuda_nvcc")
	if got := explicit(Choice{Path: library}); got.Kind != CUDA || got.nvidiaLibraries != want {
		t.Errorf("%+v", got)
	}
	put(t, packages, "nvidia", "cu13", "bin", "ptxas")
	if got := nvidiaLibraries(packages, "13"); got != filepath.Join(packages, "nvidia", "cu13") {
		t.Errorf("CUDA 13: %s", got)
	}
	if got := explicit(Choice{Path: "/opt/cpu.so"}); got.Kind != CPU || got.nvidiaLibraries != "" {
		t.Errorf("%+v", got)
	}
}

// TestPrepareEnvironment: what the user has set stays.
func TestPrepareEnvironment(t *testing.T) {
	t.Setenv("TF_CPP_MIN_LOG_LEVEL", "")
	t.Setenv("GOPJRT_CUDA_CHECKS", "")
	t.Setenv("XLA_FLAGS", "--xla_gpu_deterministic_ops=false --xla_x=1")
	if err := prepareEnvironment(Candidate{Kind: CPU}); err != nil {
		t.Fatal(err)
	}
	if got := os.Getenv("TF_CPP_MIN_LOG_LEVEL"); got != "3" {
		t.Errorf("log level %q", got)
	}
	if got := os.Getenv("XLA_FLAGS"); got != "--xla_gpu_deterministic_ops=false --xla_x=1" {
		t.Errorf("flags for the CPU %q", got)
	}
	if err := prepareEnvironment(Candidate{Kind: CUDA, nvidiaLibraries: "/n/cu13"}); err != nil {
		t.Fatal(err)
	}
	want := "--xla_gpu_deterministic_ops=false --xla_x=1 --xla_gpu_cuda_data_dir=/n/cu13"
	if got := os.Getenv("XLA_FLAGS"); got != want || recordedFlags(got) != "--xla_gpu_deterministic_ops=false --xla_x=1" {
		t.Errorf("flags %q, recorded %q", got, recordedFlags(got))
	}
	t.Setenv("XLA_FLAGS", "")
	if err := prepareEnvironment(Candidate{Kind: CUDA}); err != nil {
		t.Fatal(err)
	}
	if got := os.Getenv("XLA_FLAGS"); got != "--xla_gpu_deterministic_ops=true" {
		t.Errorf("flags for CUDA %q", got)
	}
}

// TestRelease: the version that femur fetches is the one that go-xla installs by default.
func TestRelease(t *testing.T) {
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/gomlx/go-xla").Output()
	if err != nil {
		t.Skipf("go-xla's source is not here: %v", err)
	}
	source, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "internal", "utils", "utils.go"))
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(`DefaultCPUVersion = "([^"]+)"`).FindSubmatch(source)
	if match == nil || string(match[1]) != goXLARelease {
		t.Errorf("go-xla installs %q, femur %q", match, goXLARelease)
	}
}
