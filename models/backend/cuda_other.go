//go:build !(linux && amd64)

package backend

import "errors"

// goXLACUDA says that there is no CUDA plugin for this platform.
func goXLACUDA(string) error {
	return errors.New("go-xla has a CUDA plugin for Linux on amd64 only")
}
