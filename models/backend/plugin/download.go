package plugin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

// maxStalls is how many attempts in a row may end without a single byte.
const maxStalls = 4

// errDisk marks an error of writing, after which trying again is of no use.
var errDisk = errors.New("disk")

// errRefused marks an answer of the server that will not change by asking again.
var errRefused = errors.New("refused")

// download fetches source into the file at path, going on from what is there
// already. It asks again after a cut connection as long as an attempt in four
// brings something, but not a server that could not be reached at all. A canceled or cut download leaves its part for the next call; a disk
// error leaves nothing. size is the file's, 0 where it is not known; more than
// that is never written.
func (i *Installer) download(ctx context.Context, source *url.URL, path, what string, size int64) error {
	came := false // a byte, since the call
	for stalls := 0; ; {
		before := partSize(path)
		if size > 0 && before == size {
			return nil
		}
		err := i.attempt(ctx, source, path, what, size)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, errDisk):
			_ = os.Remove(path) // frees the space; the cause is in err
			return err
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, errRefused), !came && notConnected(err):
			return err
		}
		if partSize(path) > before {
			stalls, came = 0, true
		} else if stalls++; stalls == maxStalls {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(i.pause << stalls):
		}
	}
}

// attempt makes one request for what is missing and appends what it brings.
func (i *Installer) attempt(ctx context.Context, source *url.URL, path, what string, size int64) (err error) {
	have := partSize(path)
	ctx, cancel := context.WithCancelCause(ctx)
	stall := time.AfterFunc(i.Pip.Timeout, func() {
		cancel(fmt.Errorf("%s: nothing came for %v", show(source), i.Pip.Timeout))
	})
	defer func() {
		stall.Stop()
		if cause := context.Cause(ctx); err != nil && cause != nil {
			err = cause // rather than "context canceled"
		}
		cancel(nil)
	}()

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, source.String(), nil)
	if err != nil {
		return fmt.Errorf("%s: bad request: %w", show(source), errRefused)
	}
	request.Header.Set("Accept-Encoding", "identity") // ranges count the file's own bytes
	if have > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	response, err := i.client.Do(request)
	if err != nil {
		return fmt.Errorf("%s: %w", show(source), transportError(err))
	}
	defer func() { _ = response.Body.Close() }()

	mode := os.O_APPEND
	switch response.StatusCode {
	case http.StatusPartialContent:
		var first int64
		if _, err := fmt.Sscanf(response.Header.Get("Content-Range"), "bytes %d-", &first); err != nil || first != have {
			return errors.Join(fmt.Errorf("%s: asked from byte %d, got %q", show(source), have,
				response.Header.Get("Content-Range")), os.Remove(path))
		}
	case http.StatusOK:
		have, mode = 0, os.O_TRUNC // the server sends the whole file
	case http.StatusRequestedRangeNotSatisfiable:
		return errors.Join(fmt.Errorf("%s: nothing after byte %d", show(source), have), os.Remove(path))
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return fmt.Errorf("%s: the server answers %s", show(source), response.Status)
	default:
		return fmt.Errorf("%s: the server answers %s: %w", show(source), response.Status, errRefused)
	}
	body := io.TeeReader(response.Body, kick{stall, i.Pip.Timeout})
	if size > 0 {
		body = io.LimitReader(body, size-have+1)
	}
	total := size
	if total == 0 && response.ContentLength > 0 {
		total = have + response.ContentLength
	}
	progress := &meter{tell: i.Progress, progress: Progress{What: what, Step: "download", Done: have, Total: total}, told: have}
	got, err := appendTo(path, mode, io.TeeReader(body, progress))
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", show(source), err)
	case size > 0 && have+got > size:
		return errors.Join(fmt.Errorf("%s: longer than the pinned %d bytes: %w", show(source), size, errRefused), os.Remove(path))
	case size > 0 && have+got < size:
		return fmt.Errorf("%s: ended after %d of %d bytes", show(source), have+got, size)
	}
	return nil
}

// notConnected reports whether there was no connection: no such host, no route, nobody listening.
func notConnected(err error) bool {
	var network *net.OpError
	return errors.As(err, &network) && network.Op == "dial"
}

// appendTo writes all of body to the file at path and syncs it. Errors of the file wrap errDisk.
func appendTo(path string, mode int, body io.Reader) (int64, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|mode, 0o644)
	if err != nil {
		return 0, onDisk(err)
	}
	n, err := io.Copy(diskWriter{file}, body)
	if err == nil {
		if err = file.Sync(); err != nil {
			err = onDisk(err)
		}
	}
	if closed := file.Close(); err == nil && closed != nil {
		err = onDisk(closed)
	}
	return n, err
}

// diskWriter marks the errors of a file, so that they differ from those of the connection.
type diskWriter struct{ file *os.File }

func (d diskWriter) Write(p []byte) (int, error) {
	n, err := d.file.Write(p)
	if err != nil {
		err = onDisk(err)
	}
	return n, err
}

// onDisk marks an error as one of writing.
func onDisk(err error) error { return fmt.Errorf("%w: %w", errDisk, err) }

// kick puts off the end of a connection each time something comes.
type kick struct {
	timer *time.Timer
	by    time.Duration
}

func (k kick) Write(p []byte) (int, error) {
	k.timer.Reset(k.by)
	return len(p), nil
}

// partSize is the size of what is there of a download, 0 if there is nothing.
func partSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil || info.Mode()&fs.ModeDevice != 0 {
		return 0
	}
	return info.Size()
}
