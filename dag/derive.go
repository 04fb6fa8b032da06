package dag

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Derive returns a seed for a purpose, such as fold 3, from a stage's seed. It hangs on its arguments
// alone: never on a key, since a changed parameter must not change the luck, and never on a clock.
func Derive(seed uint64, purpose string, number int) uint64 {
	h := sha256.Sum256(fmt.Appendf(nil, "%d %d %s %d", seed, len(purpose), purpose, number))
	return binary.BigEndian.Uint64(h[:])
}
