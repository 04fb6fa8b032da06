package plugin

import (
	"encoding/hex"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// TestPins checks the pins against themselves: a typing error shows here rather than after 60 MB.
func TestPins(t *testing.T) {
	seen := map[string]bool{}
	for _, platform := range []struct {
		os, arch string
		count    int
	}{{"linux", "amd64", 2}, {"linux", "arm64", 1}, {"darwin", "arm64", 0}} {
		wheels := Wheels(platform.os, platform.arch)
		if len(wheels) != platform.count {
			t.Errorf("%s/%s: %d wheels, want %d", platform.os, platform.arch, len(wheels), platform.count)
		}
		for _, w := range wheels {
			for _, digest := range []string{w.SHA256, w.LibrarySHA256} {
				if raw, err := hex.DecodeString(digest); err != nil || len(raw) != 32 || digest != strings.ToLower(digest) || seen[digest] {
					t.Errorf("%s: digest %q", w.Name(), digest)
				}
				seen[digest] = true
			}
			if want := strings.ReplaceAll(w.Project, "-", "_") + "-" + w.Version + "-"; !strings.HasPrefix(w.File, want) {
				t.Errorf("%s: file %s", w.Name(), w.File)
			}
			if w.Size <= 0 || w.LibrarySize <= w.Size || path.Ext(w.Member) != ".so" {
				t.Errorf("%s: %+v", w.Name(), w)
			}
			// go-xla takes a library for a CPU plugin by a "cpu" in its path, and for CUDA's by a "cuda".
			under, err := filepath.Rel("/x", w.Path("/x"))
			if err != nil || !strings.Contains(under, "cpu") || strings.Contains(under, "cuda") || strings.Contains(under, ",") {
				t.Errorf("%s: path %s", w.Name(), under)
			}
		}
	}
}
