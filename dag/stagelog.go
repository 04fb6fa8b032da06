package dag

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/hashicorp/go-hclog"
)

// maxLog bounds what is kept of a stage's log with its result. The file in the run's folder is whole.
const maxLog = 4 << 20

// A stageLog is where one execution prints to: the developers' log, the run's folder, and the memory
// from which the result gets its copy.
type stageLog struct {
	hclog.Logger
	mu   sync.Mutex
	kept bytes.Buffer
	file io.WriteCloser
	err  error // of the file, once
}

func (x *run) openLog(n *runNode) (*stageLog, error) {
	l := &stageLog{}
	if x.runner.LogSink != nil {
		f, err := x.runner.LogSink(n.Address)
		if err != nil {
			return nil, fmt.Errorf("log: %w", err)
		}
		l.file = f
	}
	name := "stage." + n.Kind.Type
	logger := hclog.NewInterceptLogger(&hclog.LoggerOptions{Name: name, Level: hclog.Info, Output: l, TimeFn: x.now})
	logger.RegisterSink(forward{x.log.Named(name).With("address", n.Address)})
	l.Logger = logger
	return l, nil
}

// Write implements [io.Writer].
func (l *stageLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.kept.Len() < maxLog {
		l.kept.Write(p)
		if l.kept.Len() >= maxLog {
			l.kept.WriteString("… the rest is left out\n")
		}
	}
	if l.file != nil && l.err == nil {
		_, l.err = l.file.Write(p)
	}
	return len(p), nil
}

// failure ends the log of a stage that failed with the error and, of a panic, the stack.
func (l *stageLog) failure(err error) {
	l.Error("failed", "error", err)
	var p *PanicError
	if errors.As(err, &p) {
		_, _ = l.Write([]byte(p.Stack + "\n")) // Write keeps its error for close
	}
}

func (l *stageLog) text() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.kept.Bytes())
}

func (l *stageLog) close() error {
	if l.file == nil {
		return nil
	}
	return errors.Join(l.err, l.file.Close())
}

// forward passes a stage's log on to the developers'.
type forward struct{ to hclog.Logger }

// Accept implements [hclog.SinkAdapter].
func (f forward) Accept(_ string, level hclog.Level, msg string, args ...any) {
	f.to.Log(level, msg, args...)
}
