// Package settings holds what the user chose about the tool itself, never about a study: where the
// cache is, how many stages run at once, what computes, how messages look. It is the only importer of
// viper.
//
// Words: a setting has one name ("log_level"), which is also its key in femur.yaml; its flag
// (--log-level) and its variable (FEMUR_LOG_LEVEL) follow from it. Its origin is where its value came
// from. The order is: flag, variable, femur.yaml beside the pipeline, femur.yaml in the user's
// configuration folder, default.
//
// Guarantee: nothing here can reach a key of the cache, since stages never see a [Settings]. A name or
// value that is not known is an error that lists what is.
//
// Limits: lists and nested values are not needed and not supported.
package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/viper"
)

// FileName is the name of the file that settings may stand in.
const FileName = "femur.yaml"

// Settings are the values in force.
type Settings struct {
	File      string // the pipeline file
	Cache     string // the cache folder; empty for .femur beside the pipeline
	KeyFile   string // the key of identifiers; empty for the one in the user's configuration folder
	Jobs      int    // stages that run at once; 0 for one per two processors
	Backend   string // what computes, in the notation of models/backend; empty for the best
	Install   bool   // a missing CPU plugin may be downloaded when a run needs it
	Plugins   string // femur's own folder for plugins; empty for the user's cache folder
	GDCMConv  string // the program gdcmconv; empty to look for it on PATH
	LogLevel  string
	LogFormat string // text or json
	Color     string // auto, always or never
	Progress  string // auto, always or never

	// Origins says of each setting where it came from, in the order of the names.
	Origins []Origin
}

// An Origin is a setting's value and where it came from.
type Origin struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	From  string `json:"from"` // "--jobs", "FEMUR_JOBS", a file, or [Default]
}

// Default is the origin of a value that nobody chose.
const Default = "default"

// A setting is the one description of a name.
type setting struct {
	name     string
	fallback string
	check    func(value string) error
	set      func(s *Settings, value string)
}

// all lists the settings in the order in which doctor shows them.
func all() []setting {
	when := oneOf("auto", "always", "never")
	return []setting{
		{"file", "pipeline.hcl", anything, func(s *Settings, v string) { s.File = v }},
		{"cache", "", anything, func(s *Settings, v string) { s.Cache = v }},
		{"key_file", "", anything, func(s *Settings, v string) { s.KeyFile = v }},
		{"jobs", "0", count, func(s *Settings, v string) { s.Jobs, _ = strconv.Atoi(v) }},
		{"backend", "", anything, func(s *Settings, v string) { s.Backend = v }},
		{"install", "true", truth, func(s *Settings, v string) { s.Install, _ = strconv.ParseBool(v) }},
		{"plugins", "", anything, func(s *Settings, v string) { s.Plugins = v }},
		{"gdcmconv", "", anything, func(s *Settings, v string) { s.GDCMConv = v }},
		{"log_level", "warn", oneOf("trace", "debug", "info", "warn", "error", "off"), func(s *Settings, v string) { s.LogLevel = v }},
		{"log_format", "text", oneOf("text", "json"), func(s *Settings, v string) { s.LogFormat = v }},
		{"color", "auto", when, func(s *Settings, v string) { s.Color = v }},
		{"progress", "auto", when, func(s *Settings, v string) { s.Progress = v }},
	}
}

// Sources are the places that values come from. The zero value has none, so every default holds.
type Sources struct {
	Flags   map[string]string   // values given on the command line, by setting; the flags that were not given are absent
	Getenv  func(string) string // may be nil
	Folders []string            // where femur.yaml is looked for, the strongest first
}

// Load finds the value of every setting. All that is wrong is reported together.
func Load(from Sources) (Settings, error) {
	var s Settings
	var faults []error
	files, err := readFiles(from.Folders)
	if err != nil {
		faults = append(faults, err)
	}
	for _, one := range all() {
		value, origin := lookup(one, from, files)
		if err := one.check(value); err != nil {
			faults = append(faults, fmt.Errorf("%s (%s): %w", one.name, origin, err))
		}
		one.set(&s, value)
		s.Origins = append(s.Origins, Origin{one.name, value, origin})
	}
	return s, errors.Join(faults...)
}

func lookup(one setting, from Sources, files []file) (value, origin string) {
	if v, ok := from.Flags[one.name]; ok {
		return v, "--" + strings.ReplaceAll(one.name, "_", "-")
	}
	if from.Getenv != nil {
		variable := Variable(one.name)
		if v := from.Getenv(variable); v != "" {
			return v, variable
		}
	}
	for _, f := range files {
		if f.values.InConfig(one.name) {
			return f.values.GetString(one.name), f.path
		}
	}
	return one.fallback, Default
}

// Variable is the environment variable of a setting.
func Variable(name string) string { return "FEMUR_" + strings.ToUpper(name) }

// A file is one femur.yaml.
type file struct {
	path   string
	values *viper.Viper
}

func readFiles(folders []string) ([]file, error) {
	var files []file
	var faults []error
	for _, folder := range folders {
		path := filepath.Join(folder, FileName)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		v := viper.New()
		v.SetConfigFile(path)
		if err := v.ReadInConfig(); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", path, err))
			continue
		}
		if err := known(v.AllKeys()); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", path, err))
		}
		files = append(files, file{path, v})
	}
	return files, errors.Join(faults...)
}

// known refuses names that are no settings.
func known(keys []string) error {
	var names []string
	for _, one := range all() {
		names = append(names, one.name)
	}
	slices.Sort(keys)
	var faults []error
	for _, key := range keys {
		if !slices.Contains(names, key) {
			faults = append(faults, fmt.Errorf("unknown setting %q; there are %s", key, strings.Join(names, ", ")))
		}
	}
	return errors.Join(faults...)
}

func anything(string) error { return nil }

func count(v string) error {
	if n, err := strconv.Atoi(v); err != nil || n < 0 {
		return fmt.Errorf("%q is no number of jobs; give 1 or more, or 0 to let femur choose", v)
	}
	return nil
}

func truth(v string) error {
	if _, err := strconv.ParseBool(v); err != nil {
		return fmt.Errorf("%q is neither true nor false", v)
	}
	return nil
}

func oneOf(words ...string) func(string) error {
	return func(v string) error {
		if !slices.Contains(words, v) {
			return fmt.Errorf("%q is none of %s", v, strings.Join(words, ", "))
		}
		return nil
	}
}
