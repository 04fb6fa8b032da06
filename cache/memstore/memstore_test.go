package memstore

import (
	"testing"

	"femur/cache"
	"femur/cache/cachetest"
)

func TestStore(t *testing.T) {
	cachetest.Run(t, func(*testing.T) cache.Store { return New() })
}
