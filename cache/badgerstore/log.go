package badgerstore

import (
	"fmt"
	"strings"

	"github.com/hashicorp/go-hclog"
)

// badgerLog hands Badger's messages on, one level lower than Badger thinks of itself: what it calls
// information is of interest only to who debugs the store.
type badgerLog struct{ log hclog.Logger }

func (l badgerLog) Errorf(format string, a ...any)   { l.log.Warn(line(format, a)) }
func (l badgerLog) Warningf(format string, a ...any) { l.log.Info(line(format, a)) }

func (l badgerLog) Infof(format string, a ...any) {
	if l.log.IsDebug() {
		l.log.Debug(line(format, a))
	}
}

func (l badgerLog) Debugf(format string, a ...any) {
	if l.log.IsTrace() {
		l.log.Trace(line(format, a))
	}
}

func line(format string, a []any) string {
	return strings.TrimSpace(fmt.Sprintf(format, a...))
}
