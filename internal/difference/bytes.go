package difference

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// Bytes compares two artifacts that are too large for memory, byte by byte. The part tells nothing where they
// are the same. It reads both to their ends, from their beginnings, in a fixed amount of memory.
func Bytes(was, now io.Reader) (Part, error) {
	const buffer = 1 << 20
	a, b := bufio.NewReaderSize(was, buffer), bufio.NewReaderSize(now, buffer)
	p := Part{Name: "bytes"}
	for {
		x, errX := a.Peek(buffer)
		y, errY := b.Peek(buffer)
		for _, err := range []error{errX, errY} {
			if err != nil && !errors.Is(err, io.EOF) {
				return p, err
			}
		}
		n := min(len(x), len(y))
		if n == 0 {
			break
		}
		p.bytes(x[:n], y[:n])
		if err := errors.Join(discard(a, n), discard(b, n)); err != nil {
			return p, err
		}
	}
	left, errA := io.Copy(io.Discard, a)
	more, errB := io.Copy(io.Discard, b)
	if left != more {
		p.Note = sizes(int64(p.Elements)+left, int64(p.Elements)+more)
	}
	return p, errors.Join(errA, errB)
}

func discard(r *bufio.Reader, n int) error {
	_, err := r.Discard(n)
	return err
}

// compareBytes counts the bytes that differ, up to the end of the shorter one.
func compareBytes(was, now []byte) Part {
	p := Part{Name: "bytes"}
	n := min(len(was), len(now))
	p.bytes(was[:n], now[:n])
	if len(was) != len(now) {
		p.Note = sizes(int64(len(was)), int64(len(now)))
	}
	return p
}

// bytes compares the next bytes, as many of each.
func (p *Part) bytes(was, now []byte) {
	from := p.Elements
	p.Elements += len(was)
	if bytes.Equal(was, now) {
		return
	}
	for i := range was {
		if was[i] != now[i] {
			p.differs(func() Place {
				return Place{"byte " + strconv.Itoa(from+i), fmt.Sprintf("0x%02x", was[i]), fmt.Sprintf("0x%02x", now[i])}
			})
		}
	}
}

func sizes(was, now int64) string {
	return fmt.Sprintf("%d bytes are recorded, the new one has %d", was, now)
}
