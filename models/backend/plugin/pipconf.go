package plugin

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// publicIndex is the index that pip uses where nothing else is configured.
const publicIndex = "https://pypi.org/simple"

// A PipConfig is the part of pip's configuration that says where wheels come from.
type PipConfig struct {
	// Indexes are the URLs of the simple API, index-url first, then extra-index-url.
	Indexes []string
	// FindLinks are folders that hold wheels; pip's other uses of the option (pages) are left out.
	FindLinks []string
	// NoIndex forbids to ask an index.
	NoIndex bool
	// Cert is a PEM file of further certificate authorities, "" for the system's alone.
	Cert string
	// Proxy is a proxy's URL, "" for what HTTPS_PROXY and its like say.
	Proxy string
	// TrustedHosts may be asked over plain HTTP.
	TrustedHosts []string
	// Timeout is how long a connection may stand still.
	Timeout time.Duration
}

// ReadPipConfig reads pip's configuration as pip does: the files for all users,
// the user's, the virtual environment's, the one that PIP_CONFIG_FILE names, then
// the PIP_* variables; each overrides those before it.
func ReadPipConfig(env func(string) string, home string) (PipConfig, error) {
	return readPipConfig(env, pipFiles(env, home))
}

// readPipConfig reads these files, then the variables.
func readPipConfig(env func(string) string, files []string) (PipConfig, error) {
	values := map[string]string{}
	for _, path := range files {
		if err := readPipFile(path, values); err != nil {
			return PipConfig{}, err
		}
	}
	for _, key := range []string{"index-url", "extra-index-url", "find-links", "no-index", "cert", "proxy", "trusted-host"} {
		if value := env("PIP_" + strings.ToUpper(strings.ReplaceAll(key, "-", "_"))); value != "" {
			values[key] = value
		}
	}
	if value := env("PIP_DEFAULT_TIMEOUT"); value != "" {
		values["timeout"] = value
	}
	if value := env("PIP_TIMEOUT"); value != "" {
		values["timeout"] = value
	}
	return pipConfig(values)
}

// pipConfig turns pip's values into a configuration.
func pipConfig(values map[string]string) (PipConfig, error) {
	config := PipConfig{
		Cert: values["cert"], Proxy: values["proxy"],
		TrustedHosts: strings.Fields(values["trusted-host"]),
		Timeout:      15 * time.Second, // pip's own default
	}
	index := strings.TrimSpace(values["index-url"])
	if index == "" {
		index = publicIndex
	}
	config.Indexes = append([]string{index}, strings.Fields(values["extra-index-url"])...)
	for _, link := range strings.Fields(values["find-links"]) {
		if folder, ok := strings.CutPrefix(link, "file://"); ok {
			link = folder
		}
		if filepath.IsAbs(link) {
			config.FindLinks = append(config.FindLinks, link)
		}
	}
	switch strings.ToLower(values["no-index"]) {
	case "1", "true", "yes", "on", "y", "t":
		config.NoIndex = true
	}
	if text := values["timeout"]; text != "" {
		seconds, err := time.ParseDuration(text + "s")
		if err != nil || seconds <= 0 {
			return config, fmt.Errorf("pip's timeout %q: not a number of seconds", text)
		}
		config.Timeout = seconds
	}
	return config, nil
}

// pipFiles lists pip's configuration files, the weakest first.
func pipFiles(env func(string) string, home string) []string {
	named := env("PIP_CONFIG_FILE")
	if named == os.DevNull {
		return nil // pip's way to ignore all files
	}
	var files []string
	if runtime.GOOS == "darwin" {
		files = append(files, "/Library/Application Support/pip/pip.conf")
	}
	shared := env("XDG_CONFIG_DIRS")
	if shared == "" {
		shared = "/etc/xdg"
	}
	for _, folder := range filepath.SplitList(shared) {
		files = append(files, filepath.Join(folder, "pip", "pip.conf"))
	}
	files = append(files, "/etc/pip.conf")
	if home != "" {
		own := env("XDG_CONFIG_HOME")
		if own == "" {
			own = filepath.Join(home, ".config")
		}
		files = append(files, filepath.Join(home, ".pip", "pip.conf"), filepath.Join(own, "pip", "pip.conf"))
		if runtime.GOOS == "darwin" {
			files = append(files, filepath.Join(home, "Library", "Application Support", "pip", "pip.conf"))
		}
	}
	if active := env("VIRTUAL_ENV"); active != "" {
		files = append(files, filepath.Join(active, "pip.conf"))
	}
	if named != "" {
		files = append(files, named)
	}
	return files
}

// readPipFile adds the values of an INI file to values: those of [global], and
// over them those of [install]. A file that is not there adds nothing.
func readPipFile(path string, values map[string]string) error {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil // pip passes over both
	}
	if err != nil {
		return fmt.Errorf("pip's configuration: %w", err)
	}
	defer func() { _ = file.Close() }() // opened for reading
	sections := map[string]map[string]string{"global": {}, "install": {}}
	var section, key string
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		line := lines.Text()
		text := strings.TrimSpace(line)
		switch {
		case text == "" || text[0] == '#' || text[0] == ';':
		case text[0] == '[' && strings.HasSuffix(text, "]"):
			section, key = strings.TrimSpace(text[1:len(text)-1]), ""
		case line[0] == ' ' || line[0] == '\t':
			if kept, ok := sections[section]; ok && key != "" {
				kept[key] += "\n" + text // a value's next line
			}
		default:
			cut := strings.IndexAny(text, "=:")
			if cut < 0 {
				return fmt.Errorf("pip's configuration %s: line %q is neither a section nor a value", path, text)
			}
			key = strings.ToLower(strings.ReplaceAll(strings.TrimSpace(text[:cut]), "_", "-"))
			if kept, ok := sections[section]; ok {
				kept[key] = strings.TrimSpace(text[cut+1:])
			}
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("pip's configuration %s: %w", path, err)
	}
	for _, name := range []string{"global", "install"} {
		for key, value := range sections[name] {
			values[key] = value
		}
	}
	return nil
}
