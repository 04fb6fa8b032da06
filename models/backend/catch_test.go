package backend

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"k8s.io/klog/v2"
)

func TestCatch(t *testing.T) {
	var none *recorder
	for _, tc := range []struct {
		name, want, stack string
		f                 func() error
		is                error
	}{
		{name: "nothing", f: func() error { return nil }},
		{name: "an error", f: func() error { return io.EOF }, want: "build vit: EOF", is: io.EOF},
		{name: "a panic with an error", f: func() error { panic(io.EOF) }, want: "build vit: EOF", is: io.EOF, stack: "TestCatch"},
		{name: "a panic with a text", f: func() error { panic("wrong shape") }, want: "build vit: wrong shape", stack: "TestCatch"},
		{
			name: "a nil pointer", f: func() error { return errors.New(none.warnings[0]) },
			want: "build vit: internal error: runtime error: invalid memory address or nil pointer dereference", stack: "TestCatch",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := Catch("build vit", tc.f)
			if tc.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || err.Error() != tc.want {
				t.Fatalf("got %v, want %q", err, tc.want)
			}
			if tc.is != nil && !errors.Is(err, tc.is) {
				t.Errorf("%v is not %v", err, tc.is)
			}
			if !strings.Contains(Debug(err), tc.stack) || (tc.stack == "") != (Debug(err) == "") {
				t.Errorf("stack %q, want one with %q", Debug(err), tc.stack)
			}
		})
	}
}

// TestCatchGraph: GoMLX's own panic, for a product of matrices that do not fit, in one line.
func TestCatchGraph(t *testing.T) {
	e := openForTest(t, "go")
	err := Catch("build classifier", func() error {
		g := graph.NewGraph(e.Backend(), "wrong")
		x := graph.Parameter(g, "x", shapes.Make(dtypes.Float32, 2, 3))
		graph.MatMul(x, x)
		return nil
	})
	var caught *PanicError
	if !errors.As(err, &caught) {
		t.Fatalf("got %v, want a PanicError", err)
	}
	if !strings.HasPrefix(err.Error(), "build classifier: ") || strings.Contains(err.Error(), "\n") {
		t.Errorf("message %q", err)
	}
	if !strings.Contains(caught.Debug, "graph.MatMul") {
		t.Errorf("the stack does not show where: %s", caught.Debug)
	}
}

// TestKlogIsRouted: what go-xla logs ends in the logger, not on standard error.
func TestKlogIsRouted(t *testing.T) {
	log := &recorder{}
	routeKlog(log)
	defer routeKlog(silent{})
	klog.Infof("found %d plugins", 2)
	klog.Warningf("no %s here", "nvidia")
	klog.Errorf("client %q is gone", "cpu")
	if len(log.debugs) != 2 || log.debugs[0] != "found 2 plugins" || log.debugs[1] != "no nvidia here" {
		t.Errorf("debug %q", log.debugs)
	}
	if len(log.warnings) != 1 || log.warnings[0] != `client "cpu" is gone` {
		t.Errorf("warn %q", log.warnings)
	}
}
