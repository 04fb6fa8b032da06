package backend

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"
)

// envTrain makes TestTrainChild train a conv net on the backend that it names,
// and write the weights' bits to the file that envBits names.
const (
	envTrain = "FEMUR_TEST_TRAIN"
	envBits  = "FEMUR_TEST_BITS"
)

// TestTrainChild is what the child processes of TestSameBitsInEveryProcess do.
func TestTrainChild(t *testing.T) {
	choice := os.Getenv(envTrain)
	if choice == "" {
		t.Skip("runs as a child of TestSameBitsInEveryProcess only")
	}
	n := newConvNet(t, openForTest(t, choice), 8, 32, 8)
	for range 6 {
		n.train(t)
	}
	if err := os.WriteFile(os.Getenv(envBits), []byte(n.bits()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestSameBitsInEveryProcess trains the same net in two processes, the second on
// a machine that is kept busy, and compares every bit of the weights.
func TestSameBitsInEveryProcess(t *testing.T) {
	engine := openForTest(t, "xla")
	choice := "xla:" + engine.Describe().Plugin
	calm := trainInChild(t, choice)

	var stop atomic.Bool
	done := make(chan struct{})
	for range runtime.NumCPU() {
		go func() {
			for !stop.Load() {
				runtime.Gosched()
			}
			done <- struct{}{}
		}()
	}
	busy := trainInChild(t, choice)
	stop.Store(true)
	for range runtime.NumCPU() {
		<-done
	}

	if calm != busy {
		t.Errorf("the same training gave %s, then on a busy machine %s", calm, busy)
	}
	// The digest must depend on what was learned, else the comparison shows nothing.
	n := newConvNet(t, engine, 8, 32, 8)
	if untrained := n.bits(); untrained == calm {
		t.Error("six steps of training changed no weight")
	}
	for range 6 {
		n.train(t)
	}
	if here := n.bits(); here != calm {
		t.Errorf("the same training gave %s in a child, %s here", calm, here)
	}
}

// trainInChild runs TestTrainChild in a process of its own.
func trainInChild(t *testing.T, choice string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "bits")
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTrainChild$")
	cmd.Env = append(os.Environ(), envTrain+"="+choice, envBits+"="+file)
	var noise strings.Builder
	cmd.Stderr = &noise
	if out, err := cmd.Output(); err != nil {
		t.Fatalf("train in a child: %v\n%s%s", err, out, &noise)
	}
	if noise.Len() > 0 {
		t.Errorf("training writes to standard error: %s", &noise)
	}
	bits, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(bits)
}

// TestGoFallback opens an engine where there is no plugin, and trains on it.
func TestGoFallback(t *testing.T) {
	t.Setenv(EnvChoice, "")
	t.Setenv(envPluginPath, t.TempDir())
	log := &recorder{}
	e, err := Open(t.Context(), Options{Dir: t.TempDir(), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	defer closeEngine(t, e)
	info := e.Describe()
	if info.Platform == "cuda" {
		t.Skip("a CUDA plugin of an installed JAX is here")
	}
	if info.Backend != "go:ops_sequential" || info.Platform != "go" {
		t.Fatalf("opened %q on %q", info.Backend, info.Platform)
	}
	if len(log.warnings) != 1 || !strings.Contains(log.warnings[0], "Go backend") {
		t.Errorf("warnings %q, want one that names the Go backend", log.warnings)
	}
	for _, other := range []string{"", "ops_parallel"} {
		unsafe, err := gobackend.New(other)
		if err != nil {
			t.Fatal(err)
		}
		if got := executionType(e.Backend()); got == executionType(unsafe) {
			t.Errorf("the Go backend runs like go:%s, which deadlocks", other)
		}
	}
	n := newConvNet(t, e, 4, 16, 4)
	first := n.train(t)
	var last float32
	for range 4 {
		last = n.train(t)
	}
	if !(last < first) {
		t.Errorf("loss went from %v to %v", first, last)
	}
	for _, c := range info.Considered {
		if (c.Status == Used) != (c.WhyNot == "") {
			t.Errorf("%s: status %s, why not %q", c.Name, c.Status, c.WhyNot)
		}
	}
}

// TestGoAgreesWithXLA: the fallback computes the same, up to rounding.
func TestGoAgreesWithXLA(t *testing.T) {
	slow, fast := openForTest(t, "go"), openForTest(t, "xla")
	a, b := newConvNet(t, slow, 4, 16, 4), newConvNet(t, fast, 4, 16, 4)
	for step := range 3 {
		x, y := a.train(t), b.train(t)
		if math.Abs(float64(x-y)) > 1e-4*math.Abs(float64(y)) {
			t.Errorf("step %d: loss %v on Go, %v on XLA", step, x, y)
		}
	}
}

func TestDescribe(t *testing.T) {
	e := openForTest(t, "xla")
	info := e.Describe()
	if info.Plugin == "" || info.PluginAPI == "" || len(info.Devices) == 0 || !strings.HasPrefix(info.Backend, "xla:") {
		t.Errorf("%+v", info)
	}
	env := info.Environment()
	for _, name := range []string{"backend", "arch", "cores", "plugin", "plugin_api", "plugin_sha256", "device"} {
		if env[name] == "" {
			t.Errorf("environment has no %s: %v", name, env)
		}
	}
	for name, value := range env {
		if strings.Contains(value, filepath.Dir(info.Plugin)) {
			t.Errorf("environment's %s holds a path: %s", name, value)
		}
	}
	if got := fileDigest(info.Plugin); got != env["plugin_sha256"] {
		t.Errorf("plugin_sha256 is %s, the file's is %s", env["plugin_sha256"], got)
	}
}

// TestExplicitIsNotReplaced: what was asked for opens or is an error.
func TestExplicitIsNotReplaced(t *testing.T) {
	text := filepath.Join(t.TempDir(), "pjrt_c_api_cpu_plugin.so")
	if err := os.WriteFile(text, []byte("not a library"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ choice, want string }{
		{"xla:" + text, "file too short"},
		{"xla:" + filepath.Join(t.TempDir(), "absent.so"), "no such file"},
		{"xla:cpu", "not installed"},
		{"tpu", "unknown backend"},
	} {
		t.Run(tc.choice, func(t *testing.T) {
			t.Setenv(envPluginPath, t.TempDir())
			e, err := Open(t.Context(), Options{Choice: tc.choice, Dir: t.TempDir()})
			if err == nil {
				closeEngine(t, e)
				t.Fatalf("opened %s", e.Describe().Backend)
			}
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %q does not say %q", err, tc.want)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("error of several lines: %q", err)
			}
		})
	}
}

// TestBrokenPluginIsPassedOver: without an explicit choice a library that cannot be loaded costs nothing but a reason.
func TestBrokenPluginIsPassedOver(t *testing.T) {
	t.Setenv(EnvChoice, "")
	folder := t.TempDir()
	t.Setenv(envPluginPath, folder)
	path := filepath.Join(folder, "pjrt_c_api_cpu_v9_plugin.so")
	if err := os.WriteFile(path, []byte("not a library"), 0o644); err != nil {
		t.Fatal(err)
	}
	e, err := Open(t.Context(), Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer closeEngine(t, e)
	for _, c := range e.Describe().Considered {
		if c.Path == path {
			if c.Status != Failed || c.WhyNot == "" {
				t.Errorf("%+v", c)
			}
			return
		}
	}
	t.Errorf("%s was not considered: %v", path, e.Describe().Considered)
}

// executionType reads how a Go backend runs its operations; its type is internal to compute.
func executionType(b compute.Backend) int64 {
	return reflect.ValueOf(b).Elem().FieldByName("OpsExecutionType").Int()
}

func closeEngine(t *testing.T, e *Engine) {
	t.Helper()
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}

// recorder is a Logger that keeps what it is told.
type recorder struct{ warnings, debugs []string }

func (r *recorder) Debug(msg string, _ ...any) { r.debugs = append(r.debugs, msg) }
func (r *recorder) Info(string, ...any)        {}
func (r *recorder) Warn(msg string, _ ...any)  { r.warnings = append(r.warnings, msg) }
