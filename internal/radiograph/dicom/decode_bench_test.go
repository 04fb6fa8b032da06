package dicom

import "testing"

func BenchmarkDecode(b *testing.B) {
	d := complete(b)
	for _, name := range []string{"RG2_JPLL.dcm", "JPEGLosslessP14SV1_1s_1f_u_16_16.dcm", "MR_small_RLE.dcm", "CT_small.dcm", "RG2_JLSL.dcm"} {
		file := readFile(b, shared(b, "data/dicom/"+name))
		h, err := ReadHeader(file, name)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(h.Rows * h.Columns)) // MB/s are megapixels per second
			for b.Loop() {
				if _, _, err := d.Decode(b.Context(), file, name, 0); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
