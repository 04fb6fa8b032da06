package runlog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"femur/cache"
	"femur/dag"
)

// maxLogName keeps names below the 255 bytes that file systems allow.
const maxLogName = 200

// logPath is the file that an instance of a run prints to. Two addresses never share one.
func logPath(runDir string, a dag.Address) string {
	var b strings.Builder
	for _, c := range []byte(string(a)) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-_.,=[]", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	name := b.String()
	if len(name) > maxLogName {
		name = name[:maxLogName-9] + "%" + cache.Sum([]byte(a)).Short()
	}
	return filepath.Join(runDir, "logs", name+".log")
}

// Log reads what an instance printed in a run; an error that is [fs.ErrNotExist] says that it
// printed nothing there.
func (f Folder) Log(id string, a dag.Address) ([]byte, error) {
	name, err := f.resolve(id)
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(logPath(filepath.Join(f.dir, name), a))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("log of %s in run %s: %w", a, name, fs.ErrNotExist)
	}
	return b, err
}
