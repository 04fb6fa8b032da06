package backend

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gomlx/go-xla/installer"

	"femur/models/backend/plugin"
)

const (
	// goXLARelease is the CPU plugin's version that go-xla v0.4.2 installs by default.
	goXLARelease = "v0.114.0"
	// releaseLookup is how long go-xla may take to find its release; without a network it must not hold up a run.
	releaseLookup = 10 * time.Second
)

// release is the candidate for the CPU plugin that go-xla releases.
func (f finder) release() Candidate {
	return Candidate{Name: "go-xla's CPU release " + goXLARelease, Kind: CPU, Status: Absent, WhyNot: "not installed", release: true}
}

// fetchRelease installs go-xla's CPU release into go-xla's own folder, where
// other programs find it too. go-xla says where the release is; the download is
// femur's, since go-xla's own cannot be canceled or resumed and draws on standard output.
func (s *sources) fetchRelease(ctx context.Context) (string, error) {
	folders := s.finder.goXLAFolders()
	if len(folders) == 0 {
		return "", errors.New("no folder for go-xla's plugins: HOME is not set")
	}
	source, err := s.locate(ctx)
	if err != nil {
		return "", err
	}
	// The release does not come from a Python index; of pip's settings, those of the connection hold.
	i, err := plugin.NewInstaller(folders[0], *s.pip, s.opts.Progress)
	if err != nil {
		return "", err
	}
	return i.InstallRelease(ctx, source, "pjrt_c_api_cpu_"+goXLARelease+"_plugin"+libraryExtension())
}

// findRelease asks go-xla for the URL of its release for this platform. go-xla's
// request knows no context: one that takes too long is left behind, it only reads.
func findRelease(ctx context.Context) (string, error) {
	type answer struct {
		url string
		err error
	}
	answers := make(chan answer, 1)
	go func() {
		var a answer
		a.err = Catch("find go-xla's release", func() (err error) {
			a.url, err = installer.CPUGetDownloadURL(runtime.GOOS+"_"+runtime.GOARCH, goXLARelease)
			return err
		})
		answers <- a
	}()
	timeout := time.NewTimer(releaseLookup)
	defer timeout.Stop()
	select {
	case a := <-answers:
		return a.url, a.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	case <-timeout.C:
		return "", fmt.Errorf("find go-xla's release: no answer in %v", releaseLookup)
	}
}

// libraryExtension is how shared libraries end on this system.
func libraryExtension() string {
	if runtime.GOOS == "darwin" {
		return ".dylib"
	}
	return ".so"
}

// goXLARoot is the folder above go-xla's, as go-xla's installer wants it.
func goXLARoot() (string, error) {
	lib, err := installer.DefaultHomeLibPath()
	if err != nil {
		return "", err
	}
	return filepath.Join(lib, "go-xla"), nil
}
