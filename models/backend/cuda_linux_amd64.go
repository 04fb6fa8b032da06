package backend

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/gomlx/go-xla/installer"
)

// goXLACUDA runs go-xla's CUDA installer, which prints what it does: standard
// output, which belongs to the command's result, is standard error meanwhile.
func goXLACUDA(dir string) (err error) {
	const stdout, stderr = 1, 2
	saved, err := syscall.Dup(stdout)
	if err != nil {
		return fmt.Errorf("set standard output aside: %w", err)
	}
	defer func() {
		err = errors.Join(err, syscall.Dup3(saved, stdout, 0), syscall.Close(saved))
	}()
	if err := syscall.Dup3(stderr, stdout, 0); err != nil {
		return fmt.Errorf("set standard output aside: %w", err)
	}
	return installer.CudaInstall("cuda13", "latest", dir, true, installer.Normal)
}
