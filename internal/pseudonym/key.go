package pseudonym

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"femur/dag"
)

// KeySize is the length of a key in bytes.
const KeySize = 32

// DefaultKeyFile is where the key lies unless the user says otherwise: femur/identifiers.key in the user's
// folder of settings.
func DefaultKeyFile() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("key of identifiers: no folder for it: %w; name a file with --key-file", err)
	}
	return filepath.Join(dir, "femur", "identifiers.key"), nil
}

// openKey reads the key, and makes it first when there is none. Errors are a [dag.BadInput] with the file as
// its Origin, since the place of a key is nothing to store.
func openKey(file string, outside []string) ([]byte, error) {
	for _, dir := range outside {
		if within(file, dir) {
			return nil, &dag.BadInput{
				Origin: file, Summary: "the key of identifiers lies in the cache",
				Detail: "Whoever gets the cache would get the names with it. Move the key out of there, or name another file with --key-file.",
			}
		}
	}
	key, err := readKey(file)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeKey(file); err != nil {
			return nil, fmt.Errorf("key of identifiers: %w", err)
		}
		key, err = readKey(file) // the one that is there, if another process was faster
	}
	return key, err
}

func readKey(file string) ([]byte, error) {
	info, err := os.Lstat(file)
	if err != nil {
		return nil, err
	}
	if err := private(file, "the key of identifiers", info); err != nil {
		return nil, err
	}
	if info.Size() != KeySize {
		return nil, &dag.BadInput{
			Origin: file, Summary: fmt.Sprintf("the key of identifiers has %d bytes, not %d", info.Size(), KeySize),
			Detail: "Put the right file there. Without it femur makes a new key, under which every radiograph and patient has another name.",
		}
	}
	return os.ReadFile(file)
}

// private refuses what is no ordinary file, and a file that others can read.
func private(file, what string, info os.FileInfo) error {
	switch mode := info.Mode(); {
	case mode&os.ModeSymlink != 0:
		return &dag.BadInput{Origin: file, Summary: what + " is a symbolic link", Detail: "Name the file itself with --key-file: who can change the link could put another file there."}
	case !mode.IsRegular():
		return &dag.BadInput{Origin: file, Summary: what + " is no ordinary file", Detail: "Name another file with --key-file."}
	case mode.Perm()&0o077 != 0 && runtime.GOOS != "windows":
		return &dag.BadInput{
			Origin: file, Summary: fmt.Sprintf("others can read or change %s (mode %04o)", what, mode.Perm()),
			Detail: "Run chmod 600 on the file. If others may have read it, they can tell who stands behind a pseudonym.",
		}
	}
	return nil
}

// makeKey writes a new key, which appears whole or not at all and replaces nothing.
func makeKey(file string) error {
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".identifiers-*") // of mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // it is a second name of the key by then, or of no use
	key := make([]byte, KeySize)
	_, err = rand.Read(key)
	if err == nil {
		_, err = f.Write(key)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), file); err != nil && !errors.Is(err, fs.ErrExist) {
		// Some file systems have no second names.
		if err := createKey(file, key); err != nil {
			return err
		}
	}
	return syncFolder(dir)
}

// createKey writes the key under its own name.
func createKey(file string, key []byte) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = f.Write(key)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(file))
	}
	return nil
}

// syncFolder makes a new name in a folder last. Not every system can.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// within reports whether a file, there or not, lies in a folder or below it, whatever links lead there.
func within(file, dir string) bool {
	rel, err := filepath.Rel(resolve(dir), resolve(file))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// resolve is the absolute path without symbolic links, as far as there is something.
func resolve(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	rest := ""
	for p := abs; ; p = filepath.Dir(p) {
		if r, err := filepath.EvalSymlinks(p); err == nil {
			return filepath.Join(r, rest)
		}
		if p == filepath.Dir(p) {
			return abs
		}
		rest = filepath.Join(filepath.Base(p), rest)
	}
}
