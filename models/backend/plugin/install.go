package plugin

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// ErrUnreachable says that no configured source of wheels could be used; the error around it says why for each.
var ErrUnreachable = errors.New("no source has the file")

// An Installer puts libraries under a folder. It is for one goroutine at a time.
type Installer struct {
	// Dir is the folder; it is made when needed.
	Dir string
	// Pip says where wheels come from.
	Pip PipConfig
	// Progress is told how far an installation is; it may be nil.
	Progress ProgressFunc

	client *http.Client
	pause  time.Duration // before a download is asked for again; doubled with each failure
	// down remembers the indexes that could not be connected to, so that the next wheel does not wait for them again.
	down map[string]error
}

// NewInstaller returns an installer into dir. It fails where pip's cert or proxy cannot be used.
func NewInstaller(dir string, pip PipConfig, progress ProgressFunc) (*Installer, error) {
	transport := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		ForceAttemptHTTP2:     true,
		DialContext:           (&net.Dialer{Timeout: pip.Timeout}).DialContext,
		TLSHandshakeTimeout:   pip.Timeout,
		ResponseHeaderTimeout: pip.Timeout,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
	}
	if pip.Proxy != "" {
		proxy, err := url.Parse(pip.Proxy)
		if err != nil {
			return nil, errors.New("pip's proxy: not a URL")
		}
		transport.Proxy = http.ProxyURL(proxy)
	}
	if pip.Cert != "" {
		pem, err := os.ReadFile(pip.Cert)
		if err != nil {
			return nil, fmt.Errorf("pip's cert: %w", err)
		}
		roots, err := x509.SystemCertPool()
		if err != nil {
			roots = x509.NewCertPool()
		}
		if !roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("pip's cert: %s holds no certificate", pip.Cert)
		}
		transport.TLSClientConfig.RootCAs = roots
	}
	return &Installer{
		Dir: dir, Pip: pip, Progress: progress,
		client: &http.Client{Transport: transport}, pause: time.Second, down: map[string]error{},
	}, nil
}

// Install puts a wheel's library in place and returns its path. It returns at
// once where the library is installed; where another process is installing, it
// waits for it. Canceling ctx keeps what was downloaded for the next call.
func (i *Installer) Install(ctx context.Context, w Wheel) (string, error) {
	path := w.Path(i.Dir)
	if w.Installed(i.Dir) {
		return path, nil
	}
	if err := i.install(ctx, w, path); err != nil {
		return "", fmt.Errorf("install %s: %w", w.Name(), err)
	}
	return path, nil
}

func (i *Installer) install(ctx context.Context, w Wheel, path string) (err error) {
	unlock, err := Lock(ctx, i.Dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if w.Installed(i.Dir) {
		return nil // by the process that held the lock
	}
	wheel, downloaded, err := i.obtain(ctx, w)
	if err != nil {
		return err
	}
	if err := i.unpack(ctx, w, wheel, path); err != nil {
		return err
	}
	if downloaded {
		return os.Remove(wheel)
	}
	return nil
}

// Lock takes the lock of an installation folder, which it makes, and returns how to give it back.
func Lock(ctx context.Context, dir string) (unlock func() error, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(dir, ".lock"))
	if _, err := lock.TryLockContext(ctx, 100*time.Millisecond); err != nil {
		return nil, fmt.Errorf("lock %s: %w", lock.Path(), err)
	}
	return lock.Unlock, nil
}

// obtain returns the path of a wheel with the pinned digest: one in a folder of
// pip's find-links, or one downloaded from the first index that has it.
func (i *Installer) obtain(ctx context.Context, w Wheel) (path string, downloaded bool, err error) {
	var why []error
	for _, folder := range i.Pip.FindLinks {
		path := filepath.Join(folder, w.File)
		if _, err := os.Stat(path); err != nil {
			continue // most folders of wheels do not hold this one
		}
		if err := checkFile(path, w.SHA256); err != nil {
			why = append(why, err)
			continue
		}
		return path, false, nil
	}
	part := filepath.Join(i.Dir, w.SHA256[:16]+".whl.part")
	indexes := i.Pip.Indexes
	if i.Pip.NoIndex {
		indexes, why = nil, append(why, errors.New("pip's no-index forbids to ask an index"))
	}
	for _, index := range indexes {
		err := i.fromIndex(ctx, index, w, part)
		if err == nil {
			return part, true, nil
		}
		if ctx.Err() != nil {
			return "", false, context.Cause(ctx)
		}
		if errors.Is(err, errDisk) {
			return "", false, err
		}
		why = append(why, err)
	}
	return "", false, fmt.Errorf("%w: %w", ErrUnreachable, oneLine(why))
}

// fromIndex downloads a wheel from one index and checks it. A file that was put
// together from parts and is wrong is fetched once more as a whole.
func (i *Installer) fromIndex(ctx context.Context, index string, w Wheel, part string) error {
	source, err := i.locate(ctx, index, w)
	if err != nil {
		return err
	}
	resumed := partSize(part) > 0
	for {
		if err := i.download(ctx, source, part, w.File, w.Size); err != nil {
			return err
		}
		wrong := checkFile(part, w.SHA256)
		if wrong == nil {
			return nil
		}
		if err := os.Remove(part); err != nil {
			return errors.Join(wrong, err)
		}
		if !resumed {
			return fmt.Errorf("%s: %w", show(source), wrong)
		}
		resumed = false
	}
}

// joined is several errors in one line.
type joined []error

// oneLine joins errors for a message of one line; errors.Join takes a line for each.
func oneLine(errs []error) error { return joined(errs) }

func (j joined) Error() string {
	text := ""
	for n, err := range j {
		if n > 0 {
			text += "; "
		}
		text += err.Error()
	}
	return text
}

// Unwrap lets errors.Is and errors.As see each.
func (j joined) Unwrap() []error { return j }
