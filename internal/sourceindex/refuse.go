package sourceindex

import (
	"fmt"
	"os"

	"femur/dag"
)

// missing names a file that cannot be read as the pipeline does.
func missing(path string, err error) error {
	if os.IsNotExist(err) {
		return &dag.BadInput{File: path, Summary: "no such file", Detail: "Paths are relative to the folder of the pipeline file."}
	}
	if os.IsPermission(err) {
		return &dag.BadInput{File: path, Summary: "may not be read: permission denied", Detail: "Make it readable for you, or remove it from the source's folder."}
	}
	return fmt.Errorf("file %s: %w", path, err)
}

func refuse(path string, mode os.FileMode) error {
	what := "no regular file"
	switch {
	case mode.IsDir():
		what = "a folder, not a file"
	case mode&os.ModeNamedPipe != 0:
		what = "a FIFO, not a file"
	case mode&os.ModeSocket != 0:
		what = "a socket, not a file"
	case mode&os.ModeDevice != 0:
		what = "a device, not a file"
	}
	return &dag.BadInput{File: path, Summary: "is " + what, Detail: "Remove it from the source's folder, or point the source elsewhere."}
}
