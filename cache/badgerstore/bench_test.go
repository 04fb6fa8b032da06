package badgerstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"femur/cache"
)

func chacha(seed byte, n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}

// tables is text as in tables and manifests; it compresses to about a third.
func tables(seed byte, n int) []byte {
	var b bytes.Buffer
	for noise := chacha(seed, n/8+8); b.Len() < n; noise = noise[4:] {
		fmt.Fprintf(&b, `{"id":"patient_%d.png","score":0.%d}`+"\n", noise[0], binary.BigEndian.Uint32(noise))
	}
	return b.Bytes()[:n]
}

func BenchmarkPut(b *testing.B) {
	for _, bench := range []struct {
		name  string
		size  int
		media cache.Media
		fill  func(byte, int) []byte
	}{
		{"200B", 200, cache.MediaScore, tables},
		{"100kB", 100_000, cache.MediaNPY, tables},
		{"2MB-radiograph", 2_000_000, cache.MediaRadiograph, chacha},
		{"20MB-model", 20_000_000, cache.MediaModel, chacha},
		{"20MB-table", 20_000_000, cache.MediaNPY, tables},
	} {
		b.Run(bench.name, func(b *testing.B) {
			s := open(b, b.TempDir())
			data := bench.fill(1, bench.size)
			b.SetBytes(int64(bench.size))
			for i := 0; b.Loop(); i++ {
				for at := 0; at < len(data); at += chunkSize { // each chunk is new
					copy(data[at:], fmt.Sprintf("%16d", i))
				}
				if _, err := s.Put(b.Context(), bench.media, bytes.NewReader(data)); err != nil {
					b.Fatal(err)
				}
			}
			if err := s.flush(); err != nil {
				b.Fatal(err)
			}
		})
	}
}

func BenchmarkPutSame(b *testing.B) {
	s := open(b, b.TempDir())
	data := tables(1, 2_000_000)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := s.Put(b.Context(), cache.MediaNPY, bytes.NewReader(data)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGet(b *testing.B) {
	for _, size := range []int{200, 100_000, 2_000_000, 20_000_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			s := open(b, b.TempDir())
			a, err := s.Put(b.Context(), cache.MediaNPY, bytes.NewReader(tables(1, size)))
			if err != nil {
				b.Fatal(err)
			}
			if err := s.flush(); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(size))
			for b.Loop() {
				if _, err := cache.ReadAll(b.Context(), s, a); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// fillStore commits n item records, each with a blob, in batches of the size, and a whole-instance
// record per 4,300 of them. The recipe has the 60 code fields of a stage that trains networks.
func fillStore(tb testing.TB, s *Store, n, batch int) (whole []cache.Record) {
	tb.Helper()
	var recs []cache.Record
	var items []cache.Item
	ctx := context.Background()
	commit := func() {
		if err := s.Commit(ctx, recs...); err != nil {
			tb.Fatal(err)
		}
		recs = recs[:0]
	}
	address := func(i int) string { return fmt.Sprintf("score-patches.main[fold=%d]", i/4300) }
	for i := range n {
		id := cache.ItemID(fmt.Sprintf("patient_%05d/image_%d.png", i/3, i))
		a, err := s.Put(ctx, cache.MediaScore, bytes.NewReader(fmt.Appendf(nil, `{"item":%d,"score":0.123456789}`, i)))
		if err != nil {
			tb.Fatal(err)
		}
		items = append(items, cache.Item{ID: id, Patient: cache.PatientID(fmt.Sprint(i / 3)), Artifact: a})
		rec := benchRecord(address(i), fmt.Sprint(i/4300))
		rec.Item, rec.Patient = id, cache.PatientID(fmt.Sprint(i/3))
		rec.Recipe.Add(cache.Input, "patch", cache.Sum([]byte(id)))
		rec.Key = rec.Recipe.Key()
		rec.Outputs = []cache.Output{{Name: "scores", Artifact: a}}
		if recs = append(recs, rec); len(recs) == batch {
			commit()
		}
		if (i+1)%4300 == 0 || i == n-1 {
			m, err := cache.NewManifest(items)
			if err != nil {
				tb.Fatal(err)
			}
			a, err := s.Put(ctx, cache.MediaManifest, bytes.NewReader(m.Encode()))
			if err != nil {
				tb.Fatal(err)
			}
			rec := benchRecord(address(i), fmt.Sprint("whole", i/4300))
			rec.Outputs = []cache.Output{{Name: "scores", Artifact: a, Many: true, Items: len(items), ItemMedia: cache.MediaScore}}
			recs, items, whole = append(recs, rec), nil, append(whole, rec)
		}
	}
	commit()
	return whole
}

func benchRecord(address, variant string) cache.Record {
	r := cache.Recipe{Stage: "score-patches"}
	r.Add(cache.Params, "variant", variant)
	for i := range 60 {
		r.Add(cache.Code, fmt.Sprintf("models/layer/file%d.go", i), cache.Sum([]byte{byte(i)}))
	}
	return cache.Record{Address: address, Key: r.Key(), Recipe: r, Purity: cache.Pinned,
		Facts: cache.Facts{Run: "20260101-120000-abcd", Seconds: 0.25, Host: "node", Environment: map[string]string{"backend": "xla:cpu"}}}
}

const benchRecords = 50_000

func BenchmarkCommit(b *testing.B) {
	for _, batch := range []int{1, 64, 4300} {
		b.Run(fmt.Sprint("batch=", batch), func(b *testing.B) {
			n := 4300
			for b.Loop() {
				s := open(b, b.TempDir())
				fillStore(b, s, n, batch)
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

func BenchmarkStore50000(b *testing.B) {
	dir := b.TempDir()
	s := open(b, dir)
	begin := time.Now()
	whole := fillStore(b, s, benchRecords, 1024)
	filled := time.Since(begin)
	b.Run("commit", func(b *testing.B) { // once, however often the others are repeated
		for b.Loop() {
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(benchRecords/filled.Seconds(), "records/s")
	})
	b.Run("lookup-item", func(b *testing.B) {
		var keys []cache.Key
		for rec, err := range s.Producers(b.Context(), cache.Sum([]byte(`{"item":77,"score":0.123456789}`))) {
			if err != nil {
				b.Fatal(err)
			}
			keys = append(keys, rec.Key)
		}
		for b.Loop() {
			if _, err := s.Lookup(b.Context(), keys[0]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("lookup-4300-items", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, err := s.Lookup(b.Context(), whole[i%len(whole)].Key); err != nil {
				b.Fatal(err)
			}
		}
	})
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	b.Run("open-lookup-close", func(b *testing.B) {
		for b.Loop() {
			s, err := Open(dir, Options{})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := s.Lookup(b.Context(), whole[0].Key); err != nil {
				b.Fatal(err)
			}
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("open-lookup-close-readonly", func(b *testing.B) {
		for b.Loop() {
			s, err := Open(dir, Options{ReadOnly: true})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := s.Lookup(b.Context(), whole[0].Key); err != nil {
				b.Fatal(err)
			}
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkSweep removes every tenth of 43,000 items with its blobs.
func BenchmarkSweep(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		s := open(b, b.TempDir())
		fillStore(b, s, 43_000, 430)
		b.StartTimer()
		keep := cache.Keep{Blob: func(a cache.Artifact) bool { return a.Digest[0]%10 > 0 }}
		swept, err := s.Sweep(b.Context(), keep)
		if err != nil || !swept.Forgotten || swept.Blobs < 3000 {
			b.Fatalf("swept %+v, error %v", swept, err)
		}
	}
}
