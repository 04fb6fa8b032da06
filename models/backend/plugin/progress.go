package plugin

// A Progress says how far an installation is. Total is 0 where it is not known.
type Progress struct {
	// What is the file, Step what is done to it: "download" or "unpack".
	What, Step string
	// Done and Total count bytes.
	Done, Total int64
}

// A ProgressFunc is told of progress, from one goroutine at a time. A nil one is told nothing.
type ProgressFunc func(Progress)

// tell calls f unless it is nil.
func (f ProgressFunc) tell(p Progress) {
	if f != nil {
		f(p)
	}
}

// meter is a writer that tells how many bytes have passed, at most every step bytes.
type meter struct {
	tell     ProgressFunc
	progress Progress
	told     int64
}

// meterStep is the distance between two reports: some fifteen a second at 60 MB/s.
const meterStep = 4 << 20

func (m *meter) Write(p []byte) (int, error) {
	m.progress.Done += int64(len(p))
	if m.progress.Done-m.told >= meterStep || m.progress.Done == m.progress.Total {
		m.told = m.progress.Done
		m.tell.tell(m.progress)
	}
	return len(p), nil
}
