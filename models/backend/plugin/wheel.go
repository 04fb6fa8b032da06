package plugin

import (
	"os"
	"path/filepath"
	"runtime"
)

// A Wheel is a file of a Python index with a PJRT plugin inside, pinned to the byte.
type Wheel struct {
	Project, Version string
	// OS and Arch are Go's names of the platform that the library runs on.
	OS, Arch string
	// File is the wheel's file name, which every index and mirror keeps.
	File   string
	Size   int64
	SHA256 string
	// Member is the library's path inside the wheel; LibrarySize and LibrarySHA256 are its own.
	Member        string
	LibrarySize   int64
	LibrarySHA256 string
}

// Wheels returns the wheels for a platform (Go's names), the preferred one first.
//
// The first is built by the OpenXLA authors, so it stays first; the second, from
// the newer XLA of jaxlib 0.11.2, is somewhat faster. Measured on 2 cores (AMD
// EPYC), best of three: a conv net's training step 243 ms against 199, its
// compilation 0.71 s against 0.53, attention's gradient 78 ms against 59, a
// 1×1 convolution's 64 ms against 70, matrix products 130 GFLOP/s against 136.
// Both need glibc 2.27.
func Wheels(goos, goarch string) []Wheel {
	all := []Wheel{
		{
			Project: "xla-cpu-pjrt", Version: "0.0.1", OS: "linux", Arch: "amd64",
			File:          "xla_cpu_pjrt-0.0.1-py3-none-manylinux_2_27_x86_64.whl",
			Size:          63461052,
			SHA256:        "55837b6b7b47daa717f2d9a5a03563ea0ceaa338d06a81a1e2d3f060d960decc",
			Member:        "xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so",
			LibrarySize:   259284552,
			LibrarySHA256: "88c3f28c5900f48ad4a82cab9e79bba9537809743395e341485f8794268820dc",
		},
		{
			Project: "lammps-jax-pjrt-cpu", Version: "0.11.2", OS: "linux", Arch: "amd64",
			File:          "lammps_jax_pjrt_cpu-0.11.2-py3-none-manylinux_2_27_x86_64.whl",
			Size:          62711338,
			SHA256:        "1319390d948b39f69f7dade496b7c385149d9ca6097a6b62114da113216d9ad1",
			Member:        "lammps_jax_pjrt_cpu/pjrt_c_api_cpu_plugin.so",
			LibrarySize:   201600336,
			LibrarySHA256: "ad1309ac822b1b24d51b7f9947c7c9fa9ef5d67f390584cbc3d1fa2428fed9c2",
		},
		{
			Project: "xla-cpu-pjrt", Version: "0.0.1", OS: "linux", Arch: "arm64",
			File:          "xla_cpu_pjrt-0.0.1-py3-none-manylinux_2_27_aarch64.whl",
			Size:          49514947,
			SHA256:        "8f613be6e891858f40d64f9799319502fff42689661944fc18a6ffd8210b30c9",
			Member:        "xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so",
			LibrarySize:   200328224,
			LibrarySHA256: "fcf411f3e8ff635c2b2cf87215aa7016f460e66d236c3db08309e7486583532d",
		},
	}
	var fit []Wheel
	for _, w := range all {
		if w.OS == goos && w.Arch == goarch {
			fit = append(fit, w)
		}
	}
	return fit
}

// Here returns the wheels for the platform this program was built for.
func Here() []Wheel { return Wheels(runtime.GOOS, runtime.GOARCH) }

// Name is the wheel as a user names it: project and version.
func (w Wheel) Name() string { return w.Project + " " + w.Version }

// Path is where the library lies when installed under dir. The path holds a part
// of the digest, so another build of the same version is another file.
func (w Wheel) Path(dir string) string {
	return filepath.Join(dir, w.Project+"-"+w.Version+"-"+w.LibrarySHA256[:12], filepath.Base(w.Member))
}

// Installed reports whether the library lies under dir. It looks at the size
// alone: whatever stands at that path was hashed before it was put there.
func (w Wheel) Installed(dir string) bool {
	info, err := os.Stat(w.Path(dir))
	return err == nil && info.Mode().IsRegular() && info.Size() == w.LibrarySize
}

// DefaultDir is femur's own folder for plugins, in the user's cache directory:
// everything in it can be downloaded again.
func DefaultDir() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, "femur", "plugins"), nil
}
