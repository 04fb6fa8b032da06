package jpegll

// A code is a Huffman code of categories, for writing.
type code struct {
	counts  [17]byte // how many codes have a length
	values  []byte   // categories, from the shortest code
	bits    [maxCategory + 1]uint32
	lengths [maxCategory + 1]int
}

// newCode makes the code that is shortest for the frequencies, of at most 16 bits and without one of ones only (K.2).
func newCode(frequency [maxCategory + 1]int) *code {
	lengths := lengths(frequency)
	// Lengths beyond 16 become shorter by making two others longer (figure K.3).
	var counts [maxCategory + 3]int
	for _, n := range lengths {
		counts[n]++
	}
	for n := len(counts) - 1; n > maxCodeLength; n-- {
		for counts[n] > 0 {
			shorter := n - 2
			for counts[shorter] == 0 {
				shorter--
			}
			counts[n] -= 2
			counts[n-1]++
			counts[shorter+1] += 2
			counts[shorter]--
		}
	}
	for n := maxCodeLength; n > 0; n-- {
		if counts[n] > 0 { // the reserved symbol has the longest code
			counts[n]--
			break
		}
	}

	c := &code{}
	for n := 1; n <= maxCategory+1; n++ { // rarer categories have longer codes still, in the order of lengths
		for category := range frequency {
			if lengths[category] == n {
				c.values = append(c.values, byte(category))
			}
		}
	}
	next, k := uint32(0), 0
	for n := 1; n <= maxCodeLength; n++ {
		c.counts[n] = byte(counts[n])
		for range counts[n] {
			c.bits[c.values[k]], c.lengths[c.values[k]] = next, n
			next++
			k++
		}
		next <<= 1
	}
	return c
}

// lengths returns the length of each category's code, 0 where it does not occur, and that of a reserved symbol that is
// rarer than all (figure K.1).
func lengths(frequency [maxCategory + 1]int) [maxCategory + 2]int {
	const symbols = maxCategory + 2
	var weight, length, chain [symbols]int
	copy(weight[:], frequency[:])
	weight[symbols-1] = 1
	for i := range chain {
		chain[i] = -1
	}
	for {
		a, b := -1, -1 // the rarest, and the next; of equals the last
		for i, w := range weight {
			switch {
			case w == 0:
			case a < 0 || w <= weight[a]:
				a, b = i, a
			case b < 0 || w <= weight[b]:
				b = i
			}
		}
		if b < 0 {
			break
		}
		weight[a] += weight[b]
		weight[b] = 0
		end := -1
		for i := a; i >= 0; i = chain[i] {
			length[i]++
			end = i
		}
		chain[end] = b
		for i := b; i >= 0; i = chain[i] {
			length[i]++
		}
	}
	return length
}
