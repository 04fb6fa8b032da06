package backend

// release is the candidate for the CPU plugin that go-xla releases.
func (f finder) release() Candidate {
	return Candidate{Name: "go-xla's CPU release", Kind: CPU, Status: Absent, WhyNot: "not installed"}
}
