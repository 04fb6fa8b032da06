package annotations

import (
	"path"
	"strings"
)

// resolve finds the image that a source means: the first of several names that is a file below the
// folder, each also without its leading folders; otherwise the first name.
func resolve(files Files, folder string, names ...string) string {
	for _, name := range names {
		clean, err := inside(name)
		if err != nil {
			continue
		}
		for {
			if files.Exists(path.Join(folder, clean)) {
				return clean
			}
			_, rest, ok := strings.Cut(clean, "/")
			if !ok {
				break
			}
			clean = rest
		}
	}
	return names[0]
}
