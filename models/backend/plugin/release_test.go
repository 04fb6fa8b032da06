package plugin

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tarball is a release as go-xla makes them, its library in a folder.
func tarball(t *testing.T, name string, library []byte) []byte {
	t.Helper()
	var file bytes.Buffer
	zipped := gzip.NewWriter(&file)
	archive := tar.NewWriter(zipped)
	for _, member := range []struct {
		name    string
		content []byte
	}{{"README", []byte("read me")}, {name, library}} {
		header := &tar.Header{Name: member.name, Mode: 0o755, Size: int64(len(member.content)), Typeflag: tar.TypeReg}
		if err := archive.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write(member.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestInstallRelease(t *testing.T) {
	const file = "pjrt_c_api_cpu_v1_plugin.so"
	library := bytes.Repeat([]byte("library"), 20_000)
	good := tarball(t, "./lib/"+file, library)
	for _, tc := range []struct {
		name  string
		body  []byte
		cuts  []int
		code  int
		want  string
		again bool // the next call, against a whole server, succeeds
	}{
		{name: "whole", body: good},
		{name: "cut", body: good, cuts: []int{100}},
		{name: "cut archive", body: good[:len(good)-20], want: "unexpected EOF", again: true},
		{name: "damaged", body: damaged(good), want: "gzip: invalid checksum", again: true},
		{name: "no archive", body: []byte("<html>sign in</html>"), want: "gzip: invalid header", again: true},
		{name: "no library", body: tarball(t, "other.so", library), want: "no " + file, again: true},
		{name: "not there", code: http.StatusNotFound, want: "404", again: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			x := newIndex(t, Wheel{File: "release.tar.gz"}, tc.body)
			x.cuts, x.status = tc.cuts, tc.code
			i := newTestInstaller(t, t.TempDir(), x)
			path, err := i.InstallRelease(t.Context(), x.URL+"/files/release.tar.gz", file)
			if tc.want != "" {
				if err == nil || !strings.Contains(err.Error(), tc.want) {
					t.Fatalf("%v, want %q", err, tc.want)
				}
				if left := files(t, i.Dir); len(left) != 0 {
					t.Errorf("left behind: %v", left)
				}
			}
			if tc.again {
				x.wheel, x.status = good, 0
				path, err = i.InstallRelease(t.Context(), x.URL+"/files/release.tar.gz", file)
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(path)
			if err != nil || !bytes.Equal(got, library) {
				t.Errorf("the library is not what was released: %v", err)
			}
			if diff := cmp.Diff([]string{file}, files(t, i.Dir)); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
}

// damaged has a wrong checksum at its end.
func damaged(archive []byte) []byte {
	copied := slices.Clone(archive)
	copied[len(copied)-8] ^= 1
	return copied
}

func TestInstallReleaseRefusesPlainHTTP(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "go-xla")
	i := newTestInstaller(t, dir)
	if _, err := i.InstallRelease(t.Context(), "http://releases.example/x.tar.gz", "x.so"); err == nil || !strings.Contains(err.Error(), "plain HTTP") {
		t.Error(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("made %s: %v", dir, err)
	}
}
