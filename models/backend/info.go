package backend

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/pjrt"
)

// Info says what an engine computes with, and why with nothing better.
type Info struct {
	// Backend is "xla:cpu", "xla:cuda" or "go:ops_sequential".
	Backend string
	// Choice is what was asked for, "auto" if nothing was.
	Choice string
	// Source says where the plugin comes from, Plugin is its path; both as in Candidate.
	Source, Plugin string
	// PluginAPI is the version of PJRT's C interface that the plugin implements.
	PluginAPI string
	// PluginAttributes are what the plugin says about itself, "name=value", sorted.
	PluginAttributes []string
	// Platform is what computes: "cpu", "cuda" or "go".
	Platform string
	// Devices has a line for each.
	Devices []string
	// Considered are all candidates in the order of search, the one in use among them.
	Considered []Candidate

	digest func() string
}

// newEngine starts to hash the plugin, unless its digest is known.
func newEngine(backend compute.Backend, choice Choice, used Candidate, considered []Candidate) *Engine {
	e := &Engine{backend: backend, choice: choice, used: used, considered: considered}
	e.digest = sync.OnceValue(func() string {
		if used.digest != "" || used.Path == "" {
			return used.digest
		}
		return fileDigest(used.Path)
	})
	return e
}

// Describe says what the engine computes with.
func (e *Engine) Describe() Info {
	info := Info{
		Backend: GoSequential, Choice: e.choice.String(), Source: e.used.Name, Plugin: e.used.Path,
		Platform: string(e.used.Kind), Considered: slices.Clone(e.considered), digest: e.digest,
	}
	for n := range e.backend.NumDevices() {
		info.Devices = append(info.Devices, e.backend.DeviceDescription(compute.DeviceNum(n)))
	}
	if e.used.Kind == Go {
		return info
	}
	info.Backend = "xla:" + string(e.used.Kind)
	// The plugin is loaded already, so this is a look-up.
	if loaded, err := pjrt.GetPlugin(e.used.Path); err == nil {
		major, minor := loaded.Version()
		info.PluginAPI = fmt.Sprintf("%d.%d", major, minor)
		for name, value := range loaded.Attributes() {
			info.PluginAttributes = append(info.PluginAttributes, fmt.Sprintf("%s=%v", name, value))
		}
		slices.Sort(info.PluginAttributes)
	}
	return info
}

// PluginDigest is the SHA-256 of the plugin in hex, "" for the Go backend. For a
// plugin that femur did not install itself the first call reads the file, which
// takes about a second.
func (i Info) PluginDigest() string { return i.digest() }

// Environment is what decides the last bits of a result besides the program and
// its input: backend, plugin, versions of the compute modules, architecture and
// number of cores. Stages record it as a fact. It holds no path and no host.
func (i Info) Environment() map[string]string {
	env := map[string]string{
		"backend": i.Backend,
		"arch":    runtime.GOOS + "/" + runtime.GOARCH,
		"cores":   strconv.Itoa(runtime.NumCPU()),
	}
	if i.Platform != string(Go) {
		env["plugin"] = i.Source
		env["plugin_api"] = i.PluginAPI
		env["plugin_sha256"] = i.PluginDigest()
	}
	if flags := recordedFlags(os.Getenv("XLA_FLAGS")); flags != "" && i.Platform != string(Go) {
		env["xla_flags"] = flags
	}
	if len(i.Devices) > 0 {
		env["device"] = i.Devices[0]
	}
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, module := range build.Deps {
			if name, ok := computeModules()[module.Path]; ok {
				env[name] = module.Version
			}
		}
	}
	return env
}

// computeModules are the modules whose version can change a result's bits.
func computeModules() map[string]string {
	return map[string]string{
		"github.com/gomlx/gomlx":   "gomlx",
		"github.com/gomlx/go-xla":  "go-xla",
		"github.com/gomlx/compute": "compute",
	}
}

// fileDigest is the SHA-256 of a file in hex, "" if it cannot be read.
func fileDigest(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer func() { _ = file.Close() }() // opened for reading
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return ""
	}
	return hex.EncodeToString(hash.Sum(nil))
}
