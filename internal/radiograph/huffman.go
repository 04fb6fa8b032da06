package radiograph

// A huffman is a table of a JPEG file, for reading bit by bit and for writing.
type huffman struct {
	values []byte
	// Of the codes of n bits, first[n] is the least, count[n] how many there are, and at[n] where their values begin.
	first, count, at [17]int
	codes            [256]huffmanCode
}

// A huffmanCode is the code of a symbol; length 0 where it has none.
type huffmanCode struct {
	bits   uint16
	length byte
}

// newHuffman builds a table from how many codes each length has, and their symbols in order.
func newHuffman(counts [16]byte, values []byte) (*huffman, error) {
	h := &huffman{values: append([]byte(nil), values...)}
	code, at := 0, 0
	for i, n := range counts {
		length := i + 1
		code <<= 1
		h.first[length], h.count[length], h.at[length] = code, int(n), at
		if code+int(n) > 1<<length {
			return nil, errDamagedJPEG
		}
		for range n {
			h.codes[values[at]] = huffmanCode{uint16(code), byte(length)}
			code++
			at++
		}
	}
	if at == 0 {
		return nil, errDamagedJPEG
	}
	return h, nil
}

// read reads one symbol.
func (h *huffman) read(r *bitReader) (byte, error) {
	code := 0
	for length := 1; length <= 16; length++ {
		bit, err := r.bit()
		if err != nil {
			return 0, err
		}
		code = code<<1 | int(bit)
		if i := code - h.first[length]; i >= 0 && i < h.count[length] {
			return h.values[h.at[length]+i], nil
		}
	}
	return 0, errDamagedJPEG
}

// symbolFor returns the symbol wanted where the table has it, and otherwise the one with the shortest code.
func (h *huffman) symbolFor(wanted byte) byte {
	if h.codes[wanted].length > 0 {
		return wanted
	}
	return h.values[0]
}
