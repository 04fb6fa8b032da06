package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The sections of the document that are written here; all else is prose that stays.
const (
	figuresSection  = "figures"
	packagesSection = "packages"
)

// checkDocument finds out before anything is measured whether the document can be written.
func checkDocument(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for _, section := range []string{figuresSection, packagesSection} {
		if _, err := splice(string(text), section, ""); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// writeDocument replaces the sections, in one step. Without figures of packages theirs stays as it is.
func writeDocument(path string, r report) error {
	read, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text, err := splice(string(read), figuresSection, r.figuresMarkdown())
	if err == nil && len(r.Packages) > 0 {
		text, err = splice(text, packagesSection, r.packagesMarkdown())
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".bench-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) //nolint:errcheck // it is gone after the renaming
	if _, err := temp.WriteString(text); err != nil {
		return err
	}
	if err := temp.Chmod(0o644); err != nil {
		return err
	}
	if err := temp.Close(); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

// splice replaces what stands between the markers of a section.
func splice(text, section, with string) (string, error) {
	open, end := "<!-- bench:"+section+" -->\n", "<!-- /bench:"+section+" -->"
	if strings.Count(text, open) != 1 || strings.Count(text, end) != 1 {
		return "", fmt.Errorf("there must be one line %q and one %q", strings.TrimSpace(open), end)
	}
	before, rest, _ := strings.Cut(text, open)
	_, after, ok := strings.Cut(rest, end)
	if !ok {
		return "", fmt.Errorf("%q stands before %q", end, strings.TrimSpace(open))
	}
	return before + open + with + end + after, nil
}
