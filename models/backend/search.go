package backend

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"femur/models/backend/plugin"
)

// A Status says what became of a candidate.
type Status string

// The statuses of a candidate. Untried stands for one that a better one made unnecessary.
const (
	Used     Status = "used"
	Untried  Status = "untried"
	Absent   Status = "absent"
	Rejected Status = "rejected"
	Failed   Status = "failed"
)

// A Candidate is one plugin, or one way to get a plugin, in the order of search.
type Candidate struct {
	// Name says where it comes from: "JAX plugin for CUDA 13", "wheel xla-cpu-pjrt 0.0.1".
	Name string
	Kind Kind
	// Path is the library's, "" where there is none yet.
	Path   string
	Status Status
	// WhyNot is why it is not the one in use, in a clause; "" for the one in use.
	WhyNot string

	// wheel is the project of the pinned wheel that holds the library.
	wheel string
	// digest is the library's SHA-256 where it is known without reading it.
	digest string
	// release marks the CPU plugin that go-xla releases.
	release bool
	// nvidiaLibraries is the folder of NVIDIA's CUDA libraries, "" if the plugin finds them itself.
	nvidiaLibraries string
}

// A finder knows the machine that plugins are looked for on. Tests make their own.
type finder struct {
	env    func(string) string
	home   string
	system []string // go-xla's folders for all users
	wheels []plugin.Wheel
	// nvidia reports whether an NVIDIA device is present.
	nvidia func() bool
	// python lists the folders that Python packages are imported from.
	python func() []string
}

// thisMachine is the finder of the machine that the program runs on.
func thisMachine(ctx context.Context) finder {
	home, _ := os.UserHomeDir() // without a home, its folders are not searched
	return finder{
		env:    os.Getenv,
		home:   home,
		system: []string{"/usr/local/lib/go-xla", "/usr/local/lib/go-xla/nvidia"},
		wheels: plugin.Here(),
		nvidia: func() bool { return hasNVIDIA(ctx) },
		python: func() []string { return pythonFolders(ctx, home, os.Getenv) },
	}
}

// find lists the candidates for a choice in the order of search: on a machine
// with an NVIDIA device those for CUDA come first, then those for the CPU.
func (f finder) find(choice Choice, dir string) []Candidate {
	if choice.Path != "" {
		return []Candidate{explicit(choice)}
	}
	var found []Candidate
	if choice.Kind == Any || choice.Kind == CUDA {
		found = append(found, f.cuda()...)
	}
	if choice.Kind == Any || choice.Kind == CPU {
		found = append(found, f.cpu(dir)...)
	}
	if choice.Wheel != "" {
		found = slices.DeleteFunc(found, func(c Candidate) bool { return c.wheel != choice.Wheel })
	}
	return found
}

// explicit is the candidate of a choice that names a path.
func explicit(choice Choice) Candidate {
	kind := CPU
	if strings.Contains(strings.ToLower(filepath.Base(choice.Path)), "cuda") {
		kind = CUDA
	}
	c := Candidate{Name: "the plugin asked for", Kind: kind, Path: choice.Path, Status: Untried}
	if kind == CUDA {
		// JAX's plugin lies two folders below those of NVIDIA's libraries.
		packages := filepath.Dir(filepath.Dir(filepath.Dir(choice.Path)))
		c.nvidiaLibraries = cmp.Or(nvidiaLibraries(packages, "13"), nvidiaLibraries(packages, "12"))
	}
	return c
}

// cuda lists the CUDA plugins: go-xla's, then JAX's.
func (f finder) cuda() []Candidate {
	var found []Candidate
	for _, path := range f.installed("pjrt_c_api_cuda*_plugin.so") {
		found = append(found, Candidate{Name: "go-xla's CUDA plugin", Kind: CUDA, Path: path, Status: Untried})
	}
	if !f.nvidia() {
		for i := range found {
			found[i].Status, found[i].WhyNot = Rejected, "no NVIDIA device is present"
		}
		return append(found, Candidate{Name: "CUDA", Kind: CUDA, Status: Absent, WhyNot: "no NVIDIA device is present"})
	}
	for _, version := range []string{"13", "12"} {
		for _, folder := range f.python() {
			path := filepath.Join(folder, "jax_plugins", "xla_cuda"+version, "xla_cuda_plugin.so")
			if isFile(path) {
				found = append(found, Candidate{
					Name: "JAX's plugin for CUDA " + version, Kind: CUDA, Path: path, Status: Untried,
					nvidiaLibraries: nvidiaLibraries(folder, version),
				})
			}
		}
	}
	if len(found) == 0 {
		found = append(found, Candidate{
			Name: "CUDA", Kind: CUDA, Status: Absent,
			WhyNot: `an NVIDIA device is present, but no CUDA plugin: "femur backend install cuda" gets one`,
		})
	}
	return found
}

// cpu lists the CPU plugins: go-xla's, femur's own, and those that could be fetched.
func (f finder) cpu(dir string) []Candidate {
	var found, missing []Candidate
	for _, path := range f.installed("pjrt_c_api_cpu*_plugin.so", "pjrt_c_api_cpu*_plugin.dylib") {
		found = append(found, Candidate{Name: "go-xla's CPU plugin", Kind: CPU, Path: path, Status: Untried})
	}
	if len(found) == 0 {
		missing = append(missing, f.release())
	}
	for _, w := range f.wheels {
		c := Candidate{Name: "wheel " + w.Name(), Kind: CPU, digest: w.LibrarySHA256, wheel: w.Project}
		if dir != "" && w.Installed(dir) {
			c.Path, c.Status = w.Path(dir), Untried
			found = append(found, c)
			continue
		}
		c.Status, c.WhyNot = Absent, "not installed"
		missing = append(missing, c)
	}
	return append(found, missing...)
}

// goXLAFolders lists where go-xla itself keeps plugins, the user's own first.
func (f finder) goXLAFolders() []string {
	if paths := f.env(envPluginPath); paths != "" {
		return slices.DeleteFunc(filepath.SplitList(paths), func(p string) bool { return p == "" })
	}
	var folders []string
	if f.home != "" {
		own := filepath.Join(f.home, ".local", "lib", "go-xla")
		if runtime.GOOS == "darwin" {
			own = filepath.Join(f.home, "Library", "Application Support", "go-xla")
		}
		folders = append(folders, own, filepath.Join(own, "nvidia"))
	}
	return append(folders, f.system...)
}

// installed lists the libraries in go-xla's folders that match a pattern: folder
// by folder, the highest name first (v0.114.0 before v0.83.1), each file once
// even where a link without a version points at it.
func (f finder) installed(patterns ...string) []string {
	var paths []string
	seen := map[string]bool{}
	for _, folder := range f.goXLAFolders() {
		var here []string
		for _, pattern := range patterns {
			matches, _ := filepath.Glob(filepath.Join(folder, pattern)) // errs on a bad pattern only
			here = append(here, matches...)
		}
		slices.SortFunc(here, compareVersions)
		for _, path := range slices.Backward(here) {
			target, err := filepath.EvalSymlinks(path)
			if err != nil || seen[target] || !isFile(target) {
				continue
			}
			seen[target] = true
			paths = append(paths, path)
		}
	}
	return paths
}

// compareVersions orders names by the numbers in them where they differ in a number.
func compareVersions(a, b string) int {
	for a != "" && b != "" {
		na, restA := leadingNumber(a)
		nb, restB := leadingNumber(b)
		if na >= 0 && nb >= 0 {
			if na != nb {
				return na - nb
			}
			a, b = restA, restB
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

// leadingNumber cuts the digits off the front of s; -1 if there are none.
func leadingNumber(s string) (int, string) {
	n, i := 0, 0
	for i < len(s) && i < 9 && s[i] >= '0' && s[i] <= '9' {
		n = n*10 + int(s[i]-'0')
		i++
	}
	if i == 0 {
		return -1, s
	}
	return n, s[i:]
}

// isFile reports whether path is a regular file, links followed.
func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// hasNVIDIA reports whether an NVIDIA device is present: a device file, or, where
// the devices have other names (WSL), a driver that lists one.
func hasNVIDIA(ctx context.Context) bool {
	if devices, _ := filepath.Glob("/dev/nvidia[0-9]*"); len(devices) > 0 {
		return true
	}
	tool, err := exec.LookPath("nvidia-smi")
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, tool, "-L").Output()
	return err == nil && strings.Contains(string(out), "GPU ")
}

// pythonFolders lists the folders that Python imports packages from: those of an
// active environment, the user's, the system's, then what python3 itself says.
func pythonFolders(ctx context.Context, home string, env func(string) string) []string {
	var folders []string
	for _, root := range []string{env("VIRTUAL_ENV"), env("CONDA_PREFIX"), filepath.Join(home, ".local"), "/usr/local", "/usr"} {
		if !filepath.IsAbs(root) {
			continue
		}
		for _, kind := range []string{"site-packages", "dist-packages"} {
			matches, _ := filepath.Glob(filepath.Join(root, "lib", "python3*", kind))
			slices.SortFunc(matches, compareVersions)
			slices.Reverse(matches)
			folders = append(folders, matches...)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "python3", "-c", "import sys; print('\\n'.join(sys.path))").Output()
	if err == nil {
		for line := range strings.Lines(string(out)) {
			if folder := strings.TrimSpace(line); filepath.IsAbs(folder) {
				folders = append(folders, folder)
			}
		}
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(folders, func(folder string) bool {
		again := seen[folder]
		seen[folder] = true
		return again
	})
}

// nvidiaLibraries is the folder with ptxas and libdevice that JAX's CUDA wheels put beside its plugin.
func nvidiaLibraries(folder, version string) string {
	for _, name := range []string{"cu" + version, "cuda_nvcc"} {
		path := filepath.Join(folder, "nvidia", name)
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return path
		}
	}
	return ""
}

// String is the candidate in one line, for the log.
func (c Candidate) String() string {
	text := fmt.Sprintf("%s: %s", c.Name, c.Status)
	if c.WhyNot != "" {
		text += " (" + c.WhyNot + ")"
	}
	return text
}
