//go:build !linux

package sourceindex

import "os"

// systemStat knows nothing beyond what every system has: size and time of modification decide alone.
func systemStat(os.FileInfo) (ctime int64, inode, device uint64) { return 0, 0, 0 }
