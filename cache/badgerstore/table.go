package badgerstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/fb"
	"github.com/dgraph-io/badger/v4/table"
)

// checkTables verifies those parts of Badger's table files that Badger reads when it opens them. It
// does so too, but damage there ends the process.
//
// Tables that the manifest of Badger's does not list were being written when a process ended; Badger
// removes them.
func (s *Store) checkTables() error {
	f, err := os.Open(filepath.Join(s.badgerDir(), badger.ManifestFilename))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // a new store
	}
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	listed, _, err := badger.ReplayManifestFile(f, 0, s.options(true))
	if err != nil {
		return err
	}
	for id := range listed.Tables {
		path := table.NewFilename(id, s.badgerDir())
		if err := checkTable(path); err != nil {
			return fmt.Errorf("table %s is damaged: %w", filepath.Base(path), err)
		}
	}
	return nil
}

var errTable = errors.New("checksum does not match")

// checkTable verifies the index and the last block. A table is its blocks, then an index of them; the
// index ends with its length, its checksum and the checksum's length.
func checkTable(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	info, err := f.Stat()
	if err != nil {
		return err
	}
	t := section{f, info.Size()}
	sum, t, err := t.checksum()
	if err != nil {
		return err
	}
	length, t, err := t.number()
	if err != nil {
		return err
	}
	data, _, err := t.last(length)
	if err != nil {
		return err
	}
	if uint64(crc32.Checksum(data, castagnoli())) != sum {
		return errTable
	}
	// The checksum holds, so the index can be read as what it says it is.
	index := fb.GetRootAsTableIndex(data, 0)
	var block fb.BlockOffset
	if n := index.OffsetsLength(); n == 0 || !index.Offsets(&block, n-1) {
		return errTable
	}
	return checkBlock(section{f, int64(block.Offset()) + int64(block.Len())}, int64(block.Len()))
}

// checkBlock verifies a block: the entries, their offsets, the number of them; then the checksum of
// all that and the checksum's length.
func checkBlock(b section, length int64) error {
	end := b.end
	sum, b, err := b.checksum()
	if err != nil {
		return err
	}
	data, _, err := b.last(length - (end - b.end))
	if err != nil {
		return err
	}
	if uint64(crc32.Checksum(data, castagnoli())) != sum || len(data) < 4 {
		return errTable
	}
	return nil
}

func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

// A section is the first end bytes of a file, read from the back.
type section struct {
	file *os.File
	end  int64
}

// last returns the last n bytes and the section before them.
func (s section) last(n int64) ([]byte, section, error) {
	if n < 0 || n > s.end {
		return nil, s, errTable
	}
	b := make([]byte, n)
	_, err := s.file.ReadAt(b, s.end-n)
	return b, section{s.file, s.end - n}, err
}

// number reads 4 bytes, big-endian.
func (s section) number() (int64, section, error) {
	b, s, err := s.last(4)
	if err != nil {
		return 0, s, err
	}
	return int64(binary.BigEndian.Uint32(b)), s, nil
}

// checksum reads a checksum and its length. It is a protocol buffer: field 1 the algorithm, where
// absent CRC-32C, field 2 the sum.
func (s section) checksum() (sum uint64, before section, err error) {
	n, s, err := s.number()
	if err != nil {
		return 0, s, err
	}
	if n > 32 {
		return 0, s, errTable
	}
	b, s, err := s.last(n)
	if err != nil {
		return 0, s, err
	}
	const sumField = 2 << 3
	if len(b) > 1 && b[0] == sumField {
		if v, used := binary.Uvarint(b[1:]); used == len(b)-1 {
			return v, s, nil
		}
	}
	if len(b) == 0 {
		return 0, s, nil // a sum of zero is left out
	}
	return 0, s, errTable
}
