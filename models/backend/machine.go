package backend

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"femur/models/backend/plugin"
)

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
