package sourceindex

import (
	"encoding/binary"
	"os"
	"time"

	"femur/cache"
)

// racyWindow is how long before its reading a file must have been left alone for its stat to be trusted.
// The coarsest clocks of file systems in use (FAT, some network servers) tick every two seconds.
const racyWindow = 2 * time.Second

// An entry is what was known of a file when it was read. Times are nanoseconds since 1970.
type entry struct {
	size, mtime, ctime int64
	inode, device      uint64
	read               int64 // when it was read
	digest             cache.Digest
}

func newEntry(info os.FileInfo) entry {
	e := entry{size: info.Size(), mtime: info.ModTime().UnixNano()}
	e.ctime, e.inode, e.device = systemStat(info)
	return e
}

func (e entry) sameFile(f entry) bool {
	return e.size == f.size && e.mtime == f.mtime && e.ctime == f.ctime && e.inode == f.inode && e.device == f.device
}

func (e entry) racy() bool {
	return max(e.mtime, e.ctime) > e.read-int64(racyWindow)
}

// entrySize is that of an encoded entry: six numbers of eight bytes, then the digest.
const entrySize = 6*8 + len(cache.Digest{})

func (e entry) encode() []byte {
	b := make([]byte, 0, entrySize)
	for _, v := range []uint64{uint64(e.size), uint64(e.mtime), uint64(e.ctime), e.inode, e.device, uint64(e.read)} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return append(b, e.digest[:]...)
}

func decodeEntry(b []byte) (e entry, ok bool) {
	if len(b) != entrySize {
		return e, false
	}
	number := func(i int) uint64 { return binary.LittleEndian.Uint64(b[8*i:]) }
	e = entry{
		size: int64(number(0)), mtime: int64(number(1)), ctime: int64(number(2)),
		inode: number(3), device: number(4), read: int64(number(5)),
	}
	copy(e.digest[:], b[6*8:])
	return e, true
}
