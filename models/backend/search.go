package backend

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
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

// String is the candidate in one line, for the log.
func (c Candidate) String() string {
	text := fmt.Sprintf("%s: %s", c.Name, c.Status)
	if c.WhyNot != "" {
		text += " (" + c.WhyNot + ")"
	}
	return text
}
