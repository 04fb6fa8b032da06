package badgerstore

import (
	"encoding/binary"
	"slices"

	"femur/cache"
)

// FormatVersion is the version of the layout, kept under [formatKey]. A store of another version is
// refused.
const FormatVersion = 1

// The first byte of a key says what the entry is. Digests and keys follow as 32 bytes, numbers of
// receipts as 8 bytes big-endian, inverted in links so that the newest comes first.
const (
	blobPrefix     = 'b' // + digest: the header of a blob
	chunkPrefix    = 'c' // + digest: a chunk; the entry's user meta is its encoding
	receiptPrefix  = 'e' // + number: a receipt
	fieldsPrefix   = 'f' // + digest: recipe fields that many receipts share
	historyPrefix  = 'h' // + address, 0, inverted number: whole-instance receipts of an address
	consumerPrefix = 'i' // + digest, inverted number: receipts whose recipe names the digest
	memberPrefix   = 'm' // + digest of an item, digest of the manifest that lists it
	notePrefix     = 'n' // + name: a note
	producerPrefix = 'p' // + digest, inverted number: receipts with the blob among their outputs
	keyPrefix      = 'r' // + key: number of the newest receipt under the key
	formatKey      = 'v' // alone: the version of the layout, as decimal text
	wholePrefix    = 'w' // + digest of a manifest: all of its items are stored; removed before one goes
)

func digestKey(prefix byte, d cache.Digest) []byte { return append([]byte{prefix}, d[:]...) }

func receiptKey(number uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{receiptPrefix}, number)
}

func recordKey(k cache.Key) []byte { return append([]byte{keyPrefix}, k[:]...) }

func noteKey(name string) []byte { return append([]byte{notePrefix}, name...) }

// historyOf is the prefix of an address's history.
func historyOf(address string) []byte {
	return append(append([]byte{historyPrefix}, address...), 0)
}

// link appends the inverted number to a prefix.
func link(prefix []byte, number uint64) []byte {
	return binary.BigEndian.AppendUint64(slices.Clone(prefix), ^number)
}

// linked returns the number at the end of a link.
func linked(key []byte) uint64 {
	if len(key) < 8 {
		return 0
	}
	return ^binary.BigEndian.Uint64(key[len(key)-8:])
}

func memberKey(item, manifest cache.Digest) []byte {
	return append(digestKey(memberPrefix, item), manifest[:]...)
}

// digestIn returns the digest behind the first byte of a key.
func digestIn(key []byte) (d cache.Digest, ok bool) {
	return d, len(key) > len(d) && copy(d[:], key[1:]) == len(d)
}
