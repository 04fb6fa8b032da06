package backend

import (
	"context"
	"log/slog"
	"strings"

	"k8s.io/klog/v2"
)

// A Logger takes a constant message and pairs of names and values; an hclog.Logger is one.
type Logger interface {
	Debug(msg string, pairs ...any)
	Info(msg string, pairs ...any)
	Warn(msg string, pairs ...any)
}

// silent is the Logger of Options without one.
type silent struct{}

func (silent) Debug(string, ...any) {}
func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}

// routeKlog sends what GoMLX and go-xla log through klog to log, instead of to
// standard error. Their warnings are about things this package decides itself
// (which plugin was found, what a driver check guessed), so they become debug
// lines; errors stay warnings. It changes klog's process-wide setting, as only
// that can be changed; the last engine opened wins.
func routeKlog(log Logger) {
	klog.SetSlogLogger(slog.New(klogHandler{log: log}))
}

// klogHandler is a slog.Handler that ends in a Logger.
type klogHandler struct {
	log   Logger
	pairs []any
}

var _ slog.Handler = klogHandler{}

func (h klogHandler) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelInfo
}

func (h klogHandler) Handle(_ context.Context, r slog.Record) error {
	pairs := h.pairs[:len(h.pairs):len(h.pairs)]
	r.Attrs(func(a slog.Attr) bool {
		pairs = append(pairs, a.Key, a.Value.Any())
		return true
	})
	message := strings.TrimSpace(r.Message)
	if r.Level >= slog.LevelError {
		h.log.Warn(message, pairs...)
	} else {
		h.log.Debug(message, pairs...)
	}
	return nil
}

func (h klogHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	pairs := h.pairs[:len(h.pairs):len(h.pairs)]
	for _, a := range attrs {
		pairs = append(pairs, a.Key, a.Value.Any())
	}
	return klogHandler{log: h.log, pairs: pairs}
}

func (h klogHandler) WithGroup(string) slog.Handler { return h }
