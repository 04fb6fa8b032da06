package synth

import "testing"

func benchmarkRender(b *testing.B, scale float64) {
	c, err := NewCohort(Config{Patients: 20, Seed: 1, Scale: scale})
	if err != nil {
		b.Fatal(err)
	}
	specs := c.Specs()
	pixels, i := 0, 0
	for b.Loop() {
		im, err := c.Render(specs[i%len(specs)])
		if err != nil {
			b.Fatal(err)
		}
		pixels += len(im.Pix)
		i++
	}
	b.ReportMetric(float64(pixels)/1e6/b.Elapsed().Seconds(), "MP/s")
}

func BenchmarkRenderRealSize(b *testing.B)    { benchmarkRender(b, 1) }
func BenchmarkRenderQuarterSize(b *testing.B) { benchmarkRender(b, 0.25) }

func BenchmarkNewCohort(b *testing.B) {
	for b.Loop() {
		if _, err := NewCohort(Config{Patients: 1200, Seed: 1}); err != nil {
			b.Fatal(err)
		}
	}
}
