package sourceindex

import (
	"bytes"
	"encoding/binary"
	"slices"
	"sort"

	"femur/cache"
)

// tableMagic opens an encoded table; its number is that of the layout.
const tableMagic = "femur-files-2\n"

// A table maps digests to bytes, as one note holds them. It is used as it is stored, sorted and searched by
// halving, so that 43,000 entries need no decoding; what is new lies beside it until it is encoded again.
//
// Each entry has the day on which it was last asked for. Nobody can say that an entry is of no use any
// more, since other pipelines may share the cache; one that was not asked for in keepDays is dropped.
type table struct {
	rows   []byte // of rowSize: key, day, end of the value in values
	values []byte
	asked  []bool // by row
	fresh  map[cache.Digest]fact
	// changed says that the stored form is not what the table holds.
	changed bool
}

// A fact is a value and the day it was last asked for, since 1970.
type fact struct {
	value []byte
	day   uint32
}

const (
	rowSize = len(cache.Digest{}) + 4 + 4

	keepDays   = 90
	renewAfter = 7 // days after which being asked for is worth a rewrite
)

func newTable() *table { return &table{fresh: map[cache.Digest]fact{}} }

func (t *table) len() int { return len(t.rows) / rowSize }

func (t *table) row(i int) (key []byte, day uint32, value []byte) {
	r := t.rows[i*rowSize:][:rowSize]
	const dayAt = len(cache.Digest{})
	begin := uint32(0)
	if i > 0 {
		begin = binary.LittleEndian.Uint32(t.rows[i*rowSize-4:])
	}
	return r[:dayAt], binary.LittleEndian.Uint32(r[dayAt:]), t.values[begin:binary.LittleEndian.Uint32(r[dayAt+4:])]
}

// get returns the value under a key; nobody may change it.
func (t *table) get(key cache.Digest, today uint32) ([]byte, bool) {
	if f, ok := t.fresh[key]; ok {
		return f.value, true
	}
	i, ok := sort.Find(t.len(), func(i int) int { return bytes.Compare(key[:], t.rows[i*rowSize:][:len(key)]) })
	if !ok {
		return nil, false
	}
	_, day, value := t.row(i)
	t.asked[i] = true
	if day+renewAfter < today {
		t.put(key, value, today)
	}
	return value, true
}

func (t *table) put(key cache.Digest, value []byte, today uint32) {
	t.fresh[key], t.changed = fact{value, today}, true
}

// prune drops what was neither asked for nor put since the table was read.
func (t *table) prune() (dropped int) {
	kept := map[cache.Digest]fact{}
	for i := range t.len() {
		key, day, value := t.row(i)
		if _, ok := t.fresh[cache.Digest(key)]; ok {
			continue
		}
		if t.asked[i] {
			kept[cache.Digest(key)] = fact{value, day}
		} else {
			dropped++
		}
	}
	if dropped > 0 {
		for key, f := range kept {
			t.fresh[key] = f
		}
		t.rows, t.values, t.asked, t.changed = nil, nil, nil, true
	}
	return dropped
}

// encode writes the table under a salt: the magic, the salt, the number of rows, the rows sorted by key, the
// values, and the digest of it all. It returns nothing when nothing is left. The table is then as if it were
// read from that.
func (t *table) encode(salt cache.Digest, today uint32) []byte {
	all := make(map[cache.Digest]fact, t.len()+len(t.fresh))
	for i := range t.len() {
		if key, day, value := t.row(i); day+keepDays >= today {
			all[cache.Digest(key)] = fact{value, day}
		}
	}
	size := 0
	for key, f := range t.fresh {
		all[key] = f
	}
	keys := make([]cache.Digest, 0, len(all))
	for key, f := range all {
		keys, size = append(keys, key), size+rowSize+len(f.value)
	}
	if len(keys) == 0 {
		return nil
	}
	slices.SortFunc(keys, func(a, b cache.Digest) int { return bytes.Compare(a[:], b[:]) })
	b := make([]byte, 0, len(tableMagic)+2*len(salt)+4+size)
	b = append(append(b, tableMagic...), salt[:]...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(keys)))
	end := uint32(0)
	for _, key := range keys {
		end += uint32(len(all[key].value))
		b = append(b, key[:]...)
		b = binary.LittleEndian.AppendUint32(b, all[key].day)
		b = binary.LittleEndian.AppendUint32(b, end)
	}
	for _, key := range keys {
		b = append(b, all[key].value...)
	}
	sum := cache.Sum(b)
	return append(b, sum[:]...)
}

// decodeTable reads what encode wrote under the same salt. What is damaged, of another layout or under
// another salt is as good as none.
func decodeTable(b []byte, salt cache.Digest) *table {
	t := newTable()
	end := len(b) - len(salt)
	head := len(tableMagic) + len(salt) + 4
	if end < head || !bytes.HasPrefix(b, []byte(tableMagic)) || cache.Digest(b[len(tableMagic):][:len(salt)]) != salt ||
		cache.Sum(b[:end]) != cache.Digest(b[end:]) {
		return t
	}
	count := int(binary.LittleEndian.Uint32(b[head-4:]))
	body := b[head:end]
	if count > len(body)/rowSize {
		return t
	}
	rows, values := body[:count*rowSize], body[count*rowSize:]
	last, before := uint32(0), []byte(nil)
	for i := range count {
		r := rows[i*rowSize:][:rowSize]
		next := binary.LittleEndian.Uint32(r[rowSize-4:])
		if next < last || i > 0 && bytes.Compare(before, r[:len(salt)]) >= 0 {
			return t
		}
		last, before = next, r[:len(salt)]
	}
	if int(last) != len(values) {
		return t
	}
	t.rows, t.values, t.asked = rows, values, make([]bool, count)
	return t
}
