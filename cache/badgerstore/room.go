package badgerstore

import (
	"io/fs"
	"path/filepath"
)

// DiskUse is how many bytes the files below a folder take on the disk; what cannot be read counts nothing.
// A store that is open, or that a process left in the middle of a write, has files that are longer than
// what is in them.
func DiskUse(dir string) (total int64) {
	walk := func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil //nolint:nilerr // gone in the meantime
		}
		if info, err := d.Info(); err == nil {
			total += fileUse(info)
		}
		return nil
	}
	if err := filepath.WalkDir(dir, walk); err != nil {
		return 0
	}
	return total
}
