package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/go-hclog"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"femur/internal/pseudonym"
	"femur/internal/settings"
	"femur/internal/view"
	"femur/models/backend"
)

// A global is what every command is given: the program, the global flags, and the settings in force.
type global struct {
	*program
	dir      string
	vars     []string
	varFiles []string
	json     bool

	settings settings.Settings
	log      hclog.Logger
	computes *backend.Device
	book     *pseudonym.Book
}

// addFlags adds the global flags. Those that are settings too are read by their names in [global.begin].
func (g *global) addFlags(f *pflag.FlagSet) {
	f.StringVarP(&g.dir, "chdir", "C", "", "run as if started in `DIR`")
	f.StringP("file", "f", "pipeline.hcl", "the pipeline `FILE`")
	f.String("cache", "", "the cache `DIR` (default .femur beside the pipeline)")
	f.String("key-file", "", "the `FILE` with the key of identifiers (default femur/identifiers.key in your configuration folder)")
	f.StringArrayVar(&g.vars, "var", nil, "set a variable of the pipeline, `NAME=VALUE`; repeatable")
	f.StringArrayVar(&g.varFiles, "var-file", nil, "set variables from a `FILE`; repeatable")
	f.String("backend", "", "what computes: auto, go, xla, xla:cpu, xla:cuda or xla:/plugin.so")
	f.BoolVar(&g.json, "json", false, "print for programs: JSON on stdout, errors as JSON on stderr")
	f.String("log-level", "warn", "trace, debug, info, warn, error or off")
	f.String("log-format", "text", "text or json; the log goes to stderr")
	f.Bool("no-color", false, "print no colors (NO_COLOR is obeyed as well)")
	f.Bool("no-progress", false, "draw no progress bars")
}

// begin reads the settings once the flags are known.
func (g *global) begin(cmd *cobra.Command) error {
	if g.dir != "" {
		if err := os.Chdir(g.dir); err != nil {
			return usagef("-C %s: %w", g.dir, err)
		}
	}
	given := map[string]string{}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		switch f.Name {
		case "no-color":
			given["color"] = "never"
		case "no-progress":
			given["progress"] = "never"
		case "file", "cache", "key-file", "jobs", "backend", "log-level", "log-format":
			given[strings.ReplaceAll(f.Name, "-", "_")] = f.Value.String()
		}
	})
	folders := []string{"."}
	if dir, err := os.UserConfigDir(); err == nil {
		folders = append(folders, filepath.Join(dir, "femur"))
	}
	s, err := settings.Load(settings.Sources{Flags: given, Getenv: g.getenv, Folders: folders})
	if err != nil {
		return &usageError{err: err}
	}
	g.settings = s
	g.log = hclog.New(&hclog.LoggerOptions{
		Name: "femur", Level: hclog.LevelFromString(s.LogLevel), Output: g.err, JSONFormat: s.LogFormat == "json",
	})
	return nil
}

// cacheDir is the folder of the cache.
func (g *global) cacheDir() string {
	if g.settings.Cache != "" {
		return g.settings.Cache
	}
	return filepath.Join(filepath.Dir(g.settings.File), ".femur")
}

// stream is where a command's view prints.
func (g *global) stream() view.Stream { return g.streamTo(g.out, g.json) }

// errStream is where errors are printed. It works before flags were read, as for a wrong flag: then
// --json counts wherever it stands among the arguments.
func (g *global) errStream(args []string) view.Stream {
	return g.streamTo(g.err, g.json || slices.Contains(args, "--json"))
}

func (g *global) streamTo(w io.Writer, json bool) view.Stream {
	width, rows := terminal(w)
	smart := width > 0 && g.getenv("TERM") != "dumb"
	color, bars := smart && g.getenv("NO_COLOR") == "", smart && rows > 0
	switch g.settings.Color {
	case "always":
		color = true
	case "never":
		color = false
	}
	switch g.settings.Progress {
	case "always":
		bars = true
	case "never":
		bars = false
	}
	return view.Stream{Out: w, JSON: json, Color: color, Bars: bars, Width: width}
}

// device is what computes; nothing is loaded before a stage asks for it.
func (g *global) device() *backend.Device {
	if g.computes == nil {
		opts := g.backendOptions()
		if !g.json {
			opts.Progress = downloadProgress(g.err, g.now)
		}
		g.computes = backend.NewDevice(opts)
	}
	return g.computes
}

func (g *global) backendOptions() backend.Options {
	return backend.Options{
		Choice: g.settings.Backend, Dir: g.settings.Plugins, AllowInstall: g.settings.Install,
		Log: g.log.Named("backend"),
	}
}

// variables parses the --var flags.
func (g *global) variables() (map[string]string, error) {
	vars := map[string]string{}
	for _, v := range g.vars {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return nil, &usageError{err: fmt.Errorf("--var %s: no value", v), hint: "Write --var NAME=VALUE."}
		}
		vars[name] = value
	}
	return vars, nil
}
