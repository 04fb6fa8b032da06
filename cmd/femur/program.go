package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"golang.org/x/term"

	"femur/cache"
	"femur/dag"
	"femur/models/backend"
	"femur/stages/ingest"
)

// A program is the world that commands live in. Tests make their own.
type program struct {
	kinds       func(*backend.Device, ingest.Tools) []dag.Kind
	fingerprint func(*dag.Node) ([]cache.Field, error) // nil for none
	in          io.Reader
	out, err    io.Writer
	getenv      func(string) string
	now         func() time.Time

	stop     chan struct{} // closed by the first interrupt
	stopping sync.Once
}

// signals returns a context that the second interrupt cancels; the first closes stop. A termination
// request counts as an interrupt, so that a batch system's warning keeps what is finished.
func (p *program) signals() (context.Context, func()) {
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = make(chan struct{})
	got := make(chan os.Signal, 2)
	signal.Notify(got, os.Interrupt, syscall.SIGTERM)
	go func() {
		for range got {
			first := false
			p.stopping.Do(func() {
				first = true
				close(p.stop)
			})
			if !first {
				cancel()
			}
		}
	}()
	return ctx, func() {
		signal.Stop(got)
		close(got)
		cancel()
	}
}

// cancelOnStop makes the first interrupt end a command that has nothing to finish.
func (p *program) cancelOnStop(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-p.stop:
		case <-ctx.Done(): // of the whole program
		}
		cancel()
	}()
	return ctx
}

// terminal returns the size of the writer's terminal, both 0 where it is none. One that does not know
// its size, as inside some tools, has 80 columns and no rows.
func terminal(w io.Writer) (columns, rows int) {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return 0, 0
	}
	columns, rows, err := term.GetSize(int(file.Fd()))
	if err != nil || columns <= 0 {
		return 80, 0
	}
	return columns, rows
}

// version says which femur this is: the module's version, or the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "devel-" + s.Value[:12]
		}
	}
	return "devel"
}
