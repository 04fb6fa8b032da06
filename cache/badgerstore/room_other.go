//go:build !(linux || darwin || freebsd)

package badgerstore

// freeDisk cannot tell on this system.
func freeDisk(string) (free int64, known bool) { return 0, false }
