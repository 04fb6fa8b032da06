package npy

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRoundTrip(t *testing.T) {
	pix := []uint16{0, 1, 2, 65535, 256, 7}
	var b bytes.Buffer
	if err := Write(&b, pix, 2, 3); err != nil {
		t.Fatal(err)
	}
	if at := b.Len() - 2*len(pix); at%alignment != 0 {
		t.Errorf("array begins at byte %d, not a multiple of %d", at, alignment)
	}
	got, h, w, err := Read(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if h != 2 || w != 3 || !cmp.Equal(got, pix) {
		t.Errorf("read %v of %d×%d, want %v of 2×3", got, h, w, pix)
	}
}

func TestNumPyReadsIt(t *testing.T) {
	if err := exec.Command("python3", "-c", "import numpy").Run(); err != nil {
		t.Skip("needs python3 with numpy")
	}
	var b bytes.Buffer
	if err := Write(&b, []uint16{5, 6, 7, 65535}, 2, 2); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", "-c", "import numpy,sys,io; print(numpy.load(io.BytesIO(sys.stdin.buffer.read())).tolist())")
	cmd.Stdin = &b
	out, err := cmd.CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "[[5, 6], [7, 65535]]" {
		t.Errorf("numpy read %s (%v)", out, err)
	}
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := Write(&b, []uint16{1, 2}, 1, 2); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(magic + "\x02\x00{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if pix, h, w, err := Read(b); err == nil && len(pix) != h*w {
			t.Errorf("%d pixels for %d×%d", len(pix), h, w)
		}
	})
}
