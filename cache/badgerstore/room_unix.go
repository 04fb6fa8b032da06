//go:build linux || darwin || freebsd

package badgerstore

import "syscall"

// freeDisk is how many bytes the user may still write to the file system of a folder.
func freeDisk(dir string) (free int64, known bool) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return 0, false
	}
	return int64(fs.Bavail) * int64(fs.Bsize), true
}
