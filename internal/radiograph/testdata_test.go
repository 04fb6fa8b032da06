package radiograph

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// shared returns a path below ../shared of the module, or skips the test.
func shared(t testing.TB, path string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	found := filepath.Join(dir, "..", "shared", path)
	if _, err := os.Stat(found); err != nil {
		t.Skipf("needs ../shared/%s, which is not here", path)
	}
	return found
}

// noisy is a smooth picture with noise, like a radiograph's statistics.
func noisy(width, height int, seed uint64) Image {
	r := rand.New(rand.NewPCG(seed, 1))
	im := New(width, height)
	for y := range height {
		for x := range width {
			im.Pix[y*width+x] = uint16(20000 + 3*x + 5*y + int(r.NormFloat64()*400))
		}
	}
	return im
}
