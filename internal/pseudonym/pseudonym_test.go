package pseudonym_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"femur/dag"
	"femur/internal/pseudonym"
)

// place is a key file in a folder of its own, holding a key when one is given.
func place(t *testing.T, key []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "femur", "identifiers.key")
	if key != nil {
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, key, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return file
}

func known() []byte { return bytes.Repeat([]byte{7}, pseudonym.KeySize) }

func pseudonymOf(t *testing.T, b *pseudonym.Book, purpose, name string) string {
	t.Helper()
	id, err := b.Pseudonym(purpose, name)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// Pseudonyms stand in results, and colleagues with one key must agree on them: they never change. The values are those
// of Python's hmac module.
func TestPseudonymsAreFrozen(t *testing.T) {
	b := pseudonym.New(pseudonym.Options{KeyFile: place(t, known())})
	for _, c := range []struct{ purpose, name, want string }{
		{pseudonym.Radiograph, "Smith^John/1.dcm", "rtfbajgxlqftld7ob"},
		{pseudonym.Patient, "Smith^John", "psuqana3j5dnq3xgw"},
		{pseudonym.Site, "Smith^John", "sqdg3vyblv4ti3zs4"},
	} {
		if got := pseudonymOf(t, b, c.purpose, c.name); got != c.want || !pseudonym.IsPseudonym(got) {
			t.Errorf("%s %s is %s, want %s", c.purpose, c.name, got, c.want)
		}
	}
	if _, err := b.Pseudonym("accession", "1"); err == nil || !strings.Contains(err.Error(), `"accession" is none of radiograph, patient, site`) {
		t.Errorf("error %v", err)
	}
}

// Under another key nothing is the same, and the parts of a name cannot be shifted into its purpose.
func TestKeysAndPartsSeparate(t *testing.T) {
	a := pseudonym.New(pseudonym.Options{KeyFile: place(t, known())})
	b := pseudonym.New(pseudonym.Options{KeyFile: place(t, nil)})
	if pseudonymOf(t, a, "patient", "x") == pseudonymOf(t, b, "patient", "x") {
		t.Error("two keys, one pseudonym")
	}
	h1, err1 := a.Hash("ab", "c")
	h2, err2 := a.Hash("a", "bc")
	if err1 != nil || err2 != nil || h1 == h2 {
		t.Errorf("%v %v: one hash", err1, err2)
	}
}

func TestKeyIsMadeOnFirstNeed(t *testing.T) {
	file := place(t, nil)
	b := pseudonym.New(pseudonym.Options{KeyFile: file})
	if err := b.Flush(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Dir(file)); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("something was made before anything was asked for: %v", err)
	}
	first := pseudonymOf(t, b, "patient", "x")
	info, err := os.Stat(file)
	if err != nil || info.Mode() != 0o600 || info.Size() != pseudonym.KeySize {
		t.Fatalf("%v, error %v", info, err)
	}
	if err := b.Flush(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(pseudonym.IndexFile(file)); err != nil || info.Mode() != 0o600 {
		t.Fatalf("index: %v, error %v", info, err)
	}
	if again := pseudonymOf(t, pseudonym.New(pseudonym.Options{KeyFile: file}), "patient", "x"); again != first {
		t.Errorf("the next process makes %s of it, not %s", again, first)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(file), ".identifiers-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left over: %v, error %v", left, err)
	}
}

// Many processes that need the key at once end up with one.
func TestOneKeyForAll(t *testing.T) {
	file := place(t, nil)
	ids := make([]string, 16)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			b := pseudonym.New(pseudonym.Options{KeyFile: file})
			ids[i], _ = b.Pseudonym("patient", "x")
			if _, err := b.Pseudonym("patient", fmt.Sprint("own ", i)); err != nil {
				t.Error(err)
			}
			if err := b.Flush(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, id := range ids {
		if id == "" || id != ids[0] {
			t.Fatalf("not one key: %v", ids)
		}
	}
	known, err := pseudonym.OpenIdentities(file)
	if err != nil {
		t.Fatal(err)
	}
	b := pseudonym.New(pseudonym.Options{KeyFile: file})
	for i := range ids {
		name := fmt.Sprint("own ", i)
		if one, err := known.Find(pseudonymOf(t, b, "patient", name)); err != nil || !cmp.Equal(one.Names, []string{name}) {
			t.Errorf("%s was lost: %+v, %v", name, one, err)
		}
	}
}

func TestKeyIsRefused(t *testing.T) {
	for _, c := range []struct {
		name, want string
		prepare    func(t *testing.T, file string) (outside []string)
	}{
		{"others can read it", "others can read or change the key of identifiers (mode 0640)", func(t *testing.T, file string) []string {
			return must(t, os.Chmod(file, 0o640))
		}},
		{"others can write it", "others can read or change the key of identifiers (mode 0602)", func(t *testing.T, file string) []string {
			return must(t, os.Chmod(file, 0o602))
		}},
		{"too short", "the key of identifiers has 31 bytes, not 32", func(t *testing.T, file string) []string {
			return must(t, os.WriteFile(file, known()[1:], 0o600))
		}},
		{"too long", "the key of identifiers has 33 bytes, not 32", func(t *testing.T, file string) []string {
			return must(t, os.WriteFile(file, append(known(), '\n'), 0o600))
		}},
		{"empty", "the key of identifiers has 0 bytes, not 32", func(t *testing.T, file string) []string {
			return must(t, os.WriteFile(file, nil, 0o600))
		}},
		{"symbolic link", "the key of identifiers is a symbolic link", func(t *testing.T, file string) []string {
			return must(t, os.Rename(file, file+".real"), os.Symlink(file+".real", file))
		}},
		{"folder", "the key of identifiers is no ordinary file", func(t *testing.T, file string) []string {
			return must(t, os.Remove(file), os.Mkdir(file, 0o700))
		}},
		{"in the cache", "the key of identifiers lies in the cache", func(_ *testing.T, file string) []string {
			return []string{filepath.Dir(filepath.Dir(file))}
		}},
		{"in the cache, by a link", "the key of identifiers lies in the cache", func(t *testing.T, file string) []string {
			link := filepath.Join(t.TempDir(), "cache")
			must(t, os.Symlink(filepath.Dir(file), link))
			return []string{link}
		}},
		{"in the cache and not made yet", "the key of identifiers lies in the cache", func(t *testing.T, file string) []string {
			must(t, os.RemoveAll(filepath.Dir(file)))
			return []string{filepath.Dir(file)}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := place(t, known())
			outside := c.prepare(t, file)
			id, err := pseudonym.New(pseudonym.Options{KeyFile: file, Outside: outside}).Pseudonym("patient", "x")
			var bad *dag.BadInput
			if id != "" || !errors.As(err, &bad) || !strings.HasPrefix(bad.Summary, c.want) || bad.Origin != file || bad.Detail == "" {
				t.Errorf("%q, error %v, want %s", id, err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), filepath.Dir(file)) {
				t.Errorf("the text that may be stored tells where the key is: %v", err)
			}
		})
	}
	// A folder beside it whose name begins alike is not around it.
	file := place(t, known())
	if _, err := pseudonym.New(pseudonym.Options{KeyFile: file, Outside: []string{filepath.Dir(file)[:len(filepath.Dir(file))-1]}}).Pseudonym("patient", "x"); err != nil {
		t.Error(err)
	}
}

func must(t *testing.T, errs ...error) []string {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	return nil
}

func TestTheWayBack(t *testing.T) {
	file := place(t, known())
	b := pseudonym.New(pseudonym.Options{KeyFile: file})
	image, other := pseudonymOf(t, b, "radiograph", "Smith/1.dcm"), pseudonymOf(t, b, "radiograph", "Smith/2.dcm")
	patient := pseudonymOf(t, b, "patient", "Smith^John")
	must(t, b.Locate(image, patient, "/data/Smith/1.dcm"))
	if err := b.Flush(); err != nil {
		t.Fatal(err)
	}
	must(t, b.Locate(other, patient, "/data/Smith/2.dcm"), b.Locate(image, patient, "/moved/Smith/1.dcm")) // seen in two places
	if err := b.Flush(); err != nil {
		t.Fatal(err)
	}
	known, err := pseudonym.OpenIdentities(file)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]pseudonym.Identity{
		image: {
			ID: image, Purpose: "radiograph", Names: []string{"Smith/1.dcm"}, Patient: patient, PatientNames: []string{"Smith^John"},
			Files: []string{"/data/Smith/1.dcm", "/moved/Smith/1.dcm"},
		},
		patient: {ID: patient, Purpose: "patient", Names: []string{"Smith^John"}, Radiographs: sorted(image, other)},
	} {
		got, err := known.Find(id)
		if err != nil {
			t.Error(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", id, d)
		}
	}
	if _, err := known.Find("paaaaaaaaaaaaaaaa"); !errors.Is(err, pseudonym.ErrUnknown) {
		t.Errorf("error %v", err)
	}
}

func sorted(a, b string) []string {
	if b < a {
		a, b = b, a
	}
	return []string{a, b}
}

// What stands in names, such as line ends and tabs of DICOM texts, comes back as it was.
func TestNamesComeBackAsTheyWere(t *testing.T) {
	file := place(t, known())
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.StringOf(rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune("\t\n\r\\nt")))).Draw(r, "name")
		b := pseudonym.New(pseudonym.Options{KeyFile: file})
		id, err := b.Pseudonym("patient", text)
		if err != nil {
			r.Fatal(err)
		}
		if err := b.Flush(); err != nil {
			r.Fatal(err)
		}
		all, err := pseudonym.OpenIdentities(file)
		if err != nil {
			r.Fatal(err)
		}
		if one, err := all.Find(id); err != nil || len(one.Names) != 1 || one.Names[0] != text {
			r.Fatalf("%q came back as %q, %v", text, one.Names, err)
		}
	})
}

// What was derived with the help of a book is made again when the index does not know the names any more.
func TestEdition(t *testing.T) {
	file := place(t, known())
	edition := func() string {
		t.Helper()
		e, err := pseudonym.New(pseudonym.Options{KeyFile: file}).Edition()
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	first := edition()
	if edition() != first {
		t.Error("it changed by itself")
	}
	must(t, os.Remove(pseudonym.IndexFile(file)))
	second := edition()
	if second == first {
		t.Error("the index is another one, the edition is not")
	}
	must(t, os.WriteFile(file, bytes.Repeat([]byte{8}, pseudonym.KeySize), 0o600))
	if edition() == second {
		t.Error("the key is another one, the edition is not")
	}
}

func TestDamagedIndex(t *testing.T) {
	const head = "femur identifiers 1\tMARK\n"
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "the private index of identifiers is damaged"},
		{"another file", "hello\n", "the private index of identifiers is damaged"},
		{"cut", head + "paaaaaaaaaaaaaaaa\tname\tSm", "the private index of identifiers is damaged"},
		{"no pseudonym", head + "smith\tname\tSmith\n", "the private index of identifiers is damaged"},
		{"too few fields", head + "paaaaaaaaaaaaaaaa\tname\n", "the private index of identifiers is damaged"},
		{"others can read it", head, "others can read or change the private index of identifiers (mode 0644)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := place(t, known())
			mode := os.FileMode(0o600)
			if strings.HasPrefix(c.name, "others") {
				mode = 0o644
			}
			must(t, os.WriteFile(pseudonym.IndexFile(file), []byte(c.text), mode))
			b := pseudonym.New(pseudonym.Options{KeyFile: file})
			for _, err := range []error{second(b.Pseudonym("patient", "x")), b.Flush(), second(pseudonym.OpenIdentities(file)), second(b.Edition())} {
				var bad *dag.BadInput
				if !errors.As(err, &bad) || !strings.HasPrefix(bad.Summary, c.want) || bad.Origin != pseudonym.IndexFile(file) {
					t.Errorf("error %v, want %s", err, c.want)
				}
			}
			if kept, err := os.ReadFile(pseudonym.IndexFile(file)); err != nil || string(kept) != c.text {
				t.Errorf("it was changed to %q (%v)", kept, err)
			}
		})
	}
}

func second[T any](_ T, err error) error { return err }

// What every plan of 43,000 unchanged radiographs pays.
func BenchmarkUnchanged43000(b *testing.B) {
	file := filepath.Join(b.TempDir(), "k.key")
	use := func() {
		book := pseudonym.New(pseudonym.Options{KeyFile: file})
		for i := range 43000 {
			id, err := book.Pseudonym("radiograph", fmt.Sprintf("folder/patient_%d/image_%d.dcm", i/10, i))
			if err != nil {
				b.Fatal(err)
			}
			patient, err := book.Pseudonym("patient", fmt.Sprint(i/10))
			if err != nil {
				b.Fatal(err)
			}
			if err := book.Locate(id, patient, fmt.Sprintf("/data/study/folder/patient_%d/image_%d.dcm", i/10, i)); err != nil {
				b.Fatal(err)
			}
		}
		if err := book.Flush(); err != nil {
			b.Fatal(err)
		}
	}
	use()
	for b.Loop() {
		use()
	}
}
