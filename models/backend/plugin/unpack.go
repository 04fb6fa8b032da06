package plugin

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// unpack writes a wheel's library to path: under another name first, then, when
// its digest is right and it is on the disk, renamed.
func (i *Installer) unpack(ctx context.Context, w Wheel, wheel, path string) (err error) {
	archive, err := zip.OpenReader(wheel)
	if err != nil {
		return fmt.Errorf("%s: %w", w.File, err)
	}
	defer func() { _ = archive.Close() }() // opened for reading
	member, err := archive.Open(w.Member)
	if err != nil {
		return fmt.Errorf("%s: %w", w.File, err)
	}
	defer func() { _ = member.Close() }()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	temp := path + ".part"
	defer func() {
		if err != nil {
			_ = os.Remove(temp)
			_ = os.Remove(filepath.Dir(path)) // succeeds only while it is empty
		}
	}()
	hash := sha256.New()
	progress := &meter{tell: i.Progress, progress: Progress{What: filepath.Base(path), Step: "unpack", Total: w.LibrarySize}}
	limited := io.LimitReader(contextReader{ctx, member}, w.LibrarySize+1)
	size, err := appendTo(temp, os.O_TRUNC, io.TeeReader(limited, io.MultiWriter(hash, progress)))
	if err != nil {
		return fmt.Errorf("unpack %s: %w", w.Member, err)
	}
	if size != w.LibrarySize {
		return fmt.Errorf("unpack %s: its size is not the pinned %d bytes", w.Member, w.LibrarySize)
	}
	if digest := hex.EncodeToString(hash.Sum(nil)); digest != w.LibrarySHA256 {
		return fmt.Errorf("unpack %s: its SHA-256 is %s, not the pinned %s", w.Member, digest, w.LibrarySHA256)
	}
	return commit(temp, path)
}

// commit gives a complete file its final name and syncs the folders that changed.
func commit(temp, path string) error {
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	for _, dir := range []string{filepath.Dir(path), filepath.Dir(filepath.Dir(path))} {
		folder, err := os.Open(dir)
		if err != nil {
			return err
		}
		err = folder.Sync()
		if closed := folder.Close(); err == nil {
			err = closed
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkFile compares a file's SHA-256 with the pinned one.
func checkFile(path, want string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // opened for reading
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return err
	}
	if digest := hex.EncodeToString(hash.Sum(nil)); digest != want {
		return fmt.Errorf("%s: its SHA-256 is %s, not the pinned %s", filepath.Base(path), digest, want)
	}
	return nil
}

// contextReader ends with the context's error when that is done.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx)
	}
	return c.r.Read(p)
}
