package synth

import "math/rand/v2"

// A noiseTable holds 2¹⁶ numbers of normal distribution with a deviation of noiseUnit. One 64-bit random number picks
// four of them, which makes noise for a pixel in about two nanoseconds.
type noiseTable [1 << 16]int32

const noiseUnit = 1 << 12

func newNoiseTable() *noiseTable {
	t := new(noiseTable)
	pcg := rand.NewPCG(0x5eed, 0x7ab1e)
	for i := range t {
		// Twelve even 16-bit numbers: mean 6·(2¹⁶−1), deviation 2¹⁶.
		sum := int64(0)
		for range 3 {
			r := pcg.Uint64()
			sum += int64(r&0xffff) + int64(r>>16&0xffff) + int64(r>>32&0xffff) + int64(r>>48)
		}
		t[i] = int32((sum - 6*0xffff) >> 4)
	}
	return t
}

// fill writes white noise to row.
func (t *noiseTable) fill(row []int32, state *uint64) {
	for x := 0; x < len(row); x += 4 {
		*state += 0x9e3779b97f4a7c15
		r := *state
		r = (r ^ r>>30) * 0xbf58476d1ce4e5b9
		r = (r ^ r>>27) * 0x94d049bb133111eb
		r ^= r >> 31
		if len(row)-x >= 4 {
			quad := row[x : x+4 : x+4]
			quad[0], quad[1] = t[r&0xffff], t[r>>16&0xffff]
			quad[2], quad[3] = t[r>>32&0xffff], t[r>>48]
			continue
		}
		for i := range row[x:] {
			row[x+i] = t[r>>(16*i)&0xffff]
		}
	}
}
