//go:build !(linux || darwin || freebsd)

package badgerstore

import "io/fs"

// freeDisk cannot tell on this system.
func freeDisk(string) (free int64, known bool) { return 0, false }

// fileUse is how long a file is.
func fileUse(info fs.FileInfo) int64 { return info.Size() }
