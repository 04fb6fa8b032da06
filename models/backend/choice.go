package backend

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"femur/models/backend/plugin"
)

// Environment variables that this package reads itself; the others belong to
// pip (package plugin) and to go-xla.
const (
	// EnvChoice names the backend when Options.Choice is empty; GoMLX reads the same variable.
	EnvChoice = "GOMLX_BACKEND"
	// envPluginPath replaces go-xla's own folders, as it does in go-xla.
	envPluginPath = "PJRT_PLUGIN_LIBRARY_PATH"
)

// GoSequential is the only configuration of GoMLX's Go backend that femur uses.
const GoSequential = "go:ops_sequential"

// A Kind is the family of a plugin: what it computes on.
type Kind string

// The kinds of a choice. Any stands for the best that works.
const (
	Any  Kind = ""
	CPU  Kind = "cpu"
	CUDA Kind = "cuda"
	Go   Kind = "go"
)

// A Choice is a parsed backend choice.
type Choice struct {
	// Kind is what to compute on; Any for a plugin given by its path alone.
	Kind Kind
	// Path is the plugin's absolute path, where the choice names one.
	Path string
	// Wheel is the project of a pinned wheel, where the choice names one.
	Wheel string
	// Options are go-xla's client options, as in "tf32=false,preallocate"; without the leading comma.
	Options string
}

// ParseChoice reads a choice in GoMLX's own notation: "" or "auto", "go",
// "xla", "xla:cpu", "xla:cuda", "xla:xla-cpu-pjrt" (a pinned wheel by its
// project), "xla:/abs/plugin.so", all of xla's with go-xla's options after a comma. The aliases of the xla backend (stablehlo,
// hlo, shlo) are accepted, and "cpu" and "cuda" alone.
func ParseChoice(text string) (Choice, error) {
	name, config, _ := strings.Cut(strings.TrimSpace(text), ":")
	switch name {
	case "", "auto":
		if config != "" {
			return Choice{}, choiceError(text, "name the backend before the colon, as in xla:"+config)
		}
		return Choice{}, nil
	case "cpu", "cuda":
		if config != "" {
			return Choice{}, choiceError(text, fmt.Sprintf("write xla:%s,%s", name, config))
		}
		return Choice{Kind: Kind(name)}, nil
	case "go":
		if config != "" && config != "ops_sequential" {
			return Choice{}, choiceError(text, "the Go backend runs as "+GoSequential+" only, since its parallel mode deadlocks")
		}
		return Choice{Kind: Go}, nil
	case "xla", "stablehlo", "hlo", "shlo":
		return parseXLA(text, config)
	default:
		return Choice{}, choiceError(text, "unknown backend")
	}
}

// parseXLA reads what follows "xla:".
func parseXLA(text, config string) (Choice, error) {
	name, options, _ := strings.Cut(config, ",")
	c := Choice{Options: options}
	switch {
	case name == "":
	case filepath.IsAbs(name):
		c.Path = filepath.Clean(name)
	case strings.ContainsRune(name, filepath.Separator):
		return Choice{}, choiceError(text, "give the plugin's absolute path")
	case name == "cpu", name == "cuda":
		c.Kind = Kind(name)
	case slices.ContainsFunc(plugin.Here(), func(w plugin.Wheel) bool { return w.Project == name }):
		c.Kind, c.Wheel = CPU, name
	default:
		return Choice{}, choiceError(text, fmt.Sprintf("unknown plugin %q", name))
	}
	return c, nil
}

// String is the choice in the notation that ParseChoice reads.
func (c Choice) String() string {
	text := "xla"
	switch {
	case c.Kind == Go:
		return GoSequential
	case c.Path != "":
		text += ":" + c.Path
	case c.Wheel != "":
		text += ":" + c.Wheel
	case c.Kind != Any:
		text += ":" + string(c.Kind)
	case c.Options == "":
		return "auto"
	default:
		text += ":"
	}
	if c.Options != "" {
		text += "," + c.Options
	}
	return text
}

// Explicit reports whether the choice names something; otherwise anything that works will do.
func (c Choice) Explicit() bool { return c != Choice{} }

// choiceError ends with the list of what can be chosen.
func choiceError(text, why string) error {
	return fmt.Errorf("backend %q: %s; choose auto, go, xla, xla:cpu, xla:cuda or xla:/absolute/path/plugin.so", text, why)
}
