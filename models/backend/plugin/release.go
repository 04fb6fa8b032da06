package plugin

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
)

// libraryLimit bounds an unpacked library whose size nobody has pinned.
const libraryLimit = 2 << 30

// InstallRelease puts the library named file, from the .tar.gz at source, into
// the installer's folder and returns its path. It is for releases without a
// published digest: what is checked is the transport (HTTPS) and the archive's
// own checksum. The guarantees of resuming and of whole files are Install's.
func (i *Installer) InstallRelease(ctx context.Context, source, file string) (string, error) {
	target := filepath.Join(i.Dir, file)
	err := i.release(ctx, source, file, target)
	if err != nil {
		return "", fmt.Errorf("install %s: %w", file, err)
	}
	return target, nil
}

func (i *Installer) release(ctx context.Context, source, file, target string) (err error) {
	from, err := url.Parse(source)
	if err != nil {
		return err
	}
	if err := i.allowed(from); err != nil {
		return err
	}
	unlock, err := Lock(ctx, i.Dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if _, err := os.Stat(target); err == nil {
		return nil // by the process that held the lock
	}
	part := target + ".tar.gz.part"
	if err := i.download(ctx, from, part, path.Base(from.Path), 0); err != nil {
		return err
	}
	// The whole archive is here: if it is not what it should be, the next call must not go on from it.
	err = i.untar(ctx, part, file, target)
	return errors.Join(err, os.Remove(part))
}

// untar writes the member named file to target, under another name until it is whole.
func (i *Installer) untar(ctx context.Context, archive, file, target string) (err error) {
	in, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // opened for reading
	unzipped, err := gzip.NewReader(in)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(archive), err)
	}
	members := tar.NewReader(unzipped)
	for {
		header, err := members.Next()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%s: no %s inside", filepath.Base(archive), file)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(archive), err)
		}
		if header.Typeflag == tar.TypeReg && path.Base(header.Name) == file {
			if header.Size > libraryLimit {
				return fmt.Errorf("%s: %d bytes is no library", file, header.Size)
			}
			break
		}
	}
	temp := target + ".part"
	defer func() {
		if err != nil {
			_ = os.Remove(temp)
		}
	}()
	if _, err := appendTo(temp, os.O_TRUNC, contextReader{ctx, members}); err != nil {
		return fmt.Errorf("unpack %s: %w", file, err)
	}
	// The archive's checksum is at its end.
	if _, err := io.Copy(io.Discard, unzipped); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(archive), err)
	}
	return commit(temp, target)
}
