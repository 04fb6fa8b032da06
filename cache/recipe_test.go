package cache

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// everything is a recipe that uses every feature of the encoding.
func everything() Recipe {
	r := Recipe{Stage: "train-localizer"}
	r.Add(Params, "model", "vit-tiny")
	r.Add(Params, "epochs", 40)
	r.Add(Params, "big", int64(-1<<62))
	r.Add(Params, "seed", uint64(1<<63))
	r.Add(Params, "rate", 3e-4)
	r.Add(Params, "third", 1.0/3)
	r.Add(Params, "whole", 2.0)
	r.Add(Params, "tiny", 5e-324)
	r.Add(Params, "augment", true)
	r.Add(Params, "names", []string{"a b", `"`, ""})
	r.Add(Params, "sizes", []int{1, -2})
	r.Add(Params, "rates", []float64{0.1, 1e21})
	r.Add(Params, "none", []string{})
	r.Add(Params, "empty", "")
	r.Add(Params, "größe", "µm 骨折")
	r.Add(Code, "models/fit/fit.go", Sum([]byte("tokens")))
	r.Add(Input, "radiographs", Sum([]byte("manifest")))
	r.Add(Source, "files", Sum([]byte("files")))
	r.Add(Environment, "backend", "xla:cpu")
	return r
}

// TestKeyFrozen holds the encoding: a change of it makes every stored result useless, so it goes
// with a new Epoch and new literals here. The keys were computed by another program from the words
// in [Recipe.Key].
func TestKeyFrozen(t *testing.T) {
	if Epoch != "femur-1" {
		t.Fatalf("epoch %q: compute the literals below anew", Epoch)
	}
	var lines []string
	for _, f := range everything().Sorted().Fields {
		lines = append(lines, fmt.Sprintf("%s %s = %s", f.Kind, f.Label, f.Value))
	}
	if d := cmp.Diff(frozenFields, lines); d != "" {
		t.Errorf("fields (-want +have):\n%s", d)
	}
	tests := []struct {
		name   string
		recipe Recipe
		want   string
	}{
		{"every feature", everything(), "7587705580eb71b30380e3bb6162da915b0977cfdc3434b82dda88aa490ca963"},
		{"one field", Recipe{Stage: "compare", Fields: []Field{{Params, "level", "0.95"}}}, "2f3afc3000c6e10c5a44e59cfb789418c48c5fc6dfd4e3267a102cda63da3049"},
		{"no field", Recipe{Stage: "compare"}, "3461d40d32f2b37b1a4bdba4143e1c11bd7c6c8a74acced9d8e53e63fc8b6865"},
	}
	for _, test := range tests {
		if k := test.recipe.Key().String(); k != test.want {
			t.Errorf("%s: key %s, want %s", test.name, k, test.want)
		}
	}
}

var frozenFields = []string{
	"code models/fit/fit.go = c51e455b41df6c017327e16001dd064b8b6733faeaa69b23d9bd79c8079237d5",
	"environment backend = xla:cpu",
	"input radiographs = 05b3abf2579a5eb66403cd78be557fd860633a1fe2103c7642030defe32c657f",
	"params augment = true",
	"params big = -4611686018427387904",
	"params empty = ",
	"params epochs = 40",
	"params größe = µm 骨折",
	"params model = vit-tiny",
	`params names = ["a b" "\"" ""]`,
	"params none = []",
	"params rate = 0.0003",
	"params rates = [0.1 1e+21]",
	"params seed = 9223372036854775808",
	"params sizes = [1 -2]",
	"params third = 0.3333333333333333",
	"params tiny = 5e-324",
	"params whole = 2",
	"source files = 3d7db37d08f9140fd09f12b9621cd0954b6d56a9d2f357fb2c7f5d62636d2fd1",
}

func TestEncodeFraming(t *testing.T) {
	// By hand: lengths as eight bytes, then the text.
	r := Recipe{Stage: "s", Fields: []Field{{Params, "l", "vv"}}}
	frame := func(s string) string { return string([]byte{0, 0, 0, 0, 0, 0, 0, byte(len(s))}) + s }
	want := frame("femur-1") + frame("s") + frame("params") + frame("l") + frame("vv")
	if d := cmp.Diff(want, string(r.encode())); d != "" {
		t.Fatalf("encoding (-want +have):\n%s", d)
	}
}

// recipes draws recipes whose texts are made of few characters, so that unframed encodings would
// collide often.
func recipes() *rapid.Generator[Recipe] {
	text := rapid.StringOfN(rapid.RuneFrom([]rune("ab\x00 é")), 0, 4, -1)
	field := rapid.Custom(func(t *rapid.T) Field {
		kind := rapid.SampledFrom([]FieldKind{Code, Params, Input, Source, Environment}).Draw(t, "kind")
		return Field{kind, text.Draw(t, "label"), text.Draw(t, "value")}
	})
	label := func(f Field) string { return string(f.Kind) + "/" + f.Label }
	return rapid.Custom(func(t *rapid.T) Recipe {
		return Recipe{
			Stage:  "s" + text.Draw(t, "stage"),
			Fields: rapid.SliceOfNDistinct(field, 0, 5, label).Draw(t, "fields"),
		}
	})
}

// decode reads an encoding back: that it can be done is why no two recipes share one.
func decode(t *rapid.T, b []byte) (r Recipe) {
	var parts []string
	for len(b) > 0 {
		n := int(b[7]) | int(b[6])<<8
		parts = append(parts, string(b[8:8+n]))
		b = b[8+n:]
	}
	if parts[0] != Epoch || len(parts)%3 != 2 {
		t.Fatalf("parts %q", parts)
	}
	r.Stage = parts[1]
	for p := range slices.Chunk(parts[2:], 3) {
		r.Fields = append(r.Fields, Field{FieldKind(p[0]), p[1], p[2]})
	}
	return r
}

func TestEncodingIsInjective(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := recipes().Draw(t, "recipe")
		if d := cmp.Diff(r.Sorted(), decode(t, r.encode()), cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("decoded (-want +have):\n%s", d)
		}
	})
}

func TestKeyIgnoresOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := recipes().Draw(t, "recipe")
		b := Recipe{a.Stage, slices.Clone(a.Fields)}
		seed := rapid.Uint64().Draw(t, "seed")
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(b.Fields), func(i, j int) {
			b.Fields[i], b.Fields[j] = b.Fields[j], b.Fields[i]
		})
		if a.Key() != b.Key() {
			t.Fatalf("%v and %v have different keys", a, b)
		}
	})
}

func TestDiffAgreesWithKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := recipes().Draw(t, "a"), recipes().Draw(t, "b")
		if rapid.Bool().Draw(t, "near") { // one change at most
			b = Recipe{a.Stage, slices.Clone(a.Fields)}
			if n := len(b.Fields); n > 0 && rapid.Bool().Draw(t, "changed") {
				b.Fields[rapid.IntRange(0, n-1).Draw(t, "which")].Value += rapid.SampledFrom([]string{"", "x"}).Draw(t, "by")
			}
		}
		changes := a.Diff(b)
		if (len(changes) == 0) != (a.Key() == b.Key()) {
			t.Fatalf("%v and %v: keys equal %v, changes %v", a, b, a.Key() == b.Key(), changes)
		}
		back := b.Diff(a)
		for i := range back {
			back[i].Old, back[i].New = back[i].New, back[i].Old
		}
		if d := cmp.Diff(changes, back); d != "" {
			t.Fatalf("the other way round (-forth +back):\n%s", d)
		}
	})
}

func TestDiff(t *testing.T) {
	before := Recipe{Stage: "a", Fields: []Field{{Params, "same", "1"}, {Params, "gone", "2"}, {Code, "x.go", "3"}}}
	after := Recipe{Stage: "b", Fields: []Field{{Code, "x.go", "4"}, {Input, "new", "5"}, {Params, "same", "1"}}}
	want := []Change{
		{Code, "x.go", "3", "4"}, {Input, "new", "", "5"}, {Params, "gone", "2", ""}, {Params, "stage", "a", "b"},
	}
	if d := cmp.Diff(want, after.Diff(before)); d != "" {
		t.Fatalf("changes (-want +have):\n%s", d)
	}
}

func TestAddPanics(t *testing.T) {
	tests := []struct {
		name string
		add  func(*Recipe)
	}{
		{"a label twice", func(r *Recipe) { r.Add(Params, "x", 1); r.Add(Params, "x", 1) }},
		{"a type without an encoding", func(r *Recipe) { r.Add(Params, "x", map[string]int{}) }},
		{"float32", func(r *Recipe) { r.Add(Params, "x", float32(0.1)) }},
		{"a key for a digest", func(r *Recipe) { r.Add(Input, "x", Key{}) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			test.add(&Recipe{Stage: "s"})
		})
	}
	r := Recipe{Stage: "s"}
	r.Add(Params, "x", 1)
	r.Add(Code, "x", "1") // another kind
	if v, ok := r.Get(Code, "x"); !ok || v != "1" {
		t.Errorf("have %q, %v", v, ok)
	}
	if _, ok := r.Get(Input, "x"); ok {
		t.Error("finds a field of another kind")
	}
}

func TestRecipeDigests(t *testing.T) {
	a, b, c := Sum([]byte("a")), Sum([]byte("b")), Sum([]byte("c"))
	r := Recipe{Stage: "s"}
	r.Add(Input, "one", a)
	r.Add(Input, "list", []string{b.String(), a.String()})
	r.Add(Source, "named", "folder="+c.String())
	r.Add(Params, "no input", Sum([]byte("d")))
	r.Add(Input, "longer", a.String()+"0")
	want := []Digest{a, b, c}
	slices.SortFunc(want, func(x, y Digest) int { return strings.Compare(x.String(), y.String()) })
	if d := cmp.Diff(want, r.Digests()); d != "" {
		t.Fatalf("digests (-want +have):\n%s", d)
	}
}
