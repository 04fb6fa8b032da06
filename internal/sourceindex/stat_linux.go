package sourceindex

import (
	"os"
	"syscall"
)

// systemStat returns the time of the last change of the inode, in nanoseconds, and what identifies it.
func systemStat(info os.FileInfo) (ctime int64, inode, device uint64) {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Ctim.Nano(), s.Ino, uint64(s.Dev) //nolint:unconvert // narrower on some platforms
	}
	return 0, 0, 0
}
