package survey

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"femur/internal/parallel"
	"femur/internal/radiograph"
	"femur/internal/radiograph/dicom"
)

// maxOpened bounds how many images are opened: enough for counts that tell, in a second or two.
const maxOpened = 2000

// Images is what images say of themselves, pixels unseen.
type Images struct {
	Count      int // of the source
	Opened     int // of those
	Formats    []Tally
	Bits       []Tally // stored per sample
	Modalities []Tally // of DICOM files
	Color      int     // with more than one channel
	Pitched    int     // with a pitch in their header
	Patients   int     // named in headers of DICOM files
	Smallest   [2]int  // width and height, by area
	Largest    [2]int
	LongerSide int // median, in pixels, also of images that are not there yet where annotations tell; 0 where unknown
	Unreadable []string
}

// A Tally counts one value.
type Tally struct {
	Value string
	Count int
}

// fact is what one image says.
type fact struct {
	format, modality, patient string
	width, height, bits       int
	color, pitched, bad       bool
}

// measure opens images, at most so many, spread evenly.
func measure(ctx context.Context, folder Folder, files []string) (Images, error) {
	opened := files
	if len(files) > maxOpened {
		opened = make([]string, maxOpened)
		for i := range opened {
			opened[i] = files[i*len(files)/maxOpened]
		}
	}
	facts := make(map[string]fact, len(opened))
	var mu sync.Mutex
	err := parallel.Each(ctx, opened, func(_ context.Context, name string) error {
		f := probe(folder, name)
		mu.Lock()
		defer mu.Unlock()
		facts[name] = f
		return nil
	})
	im := Images{Count: len(files), Opened: len(opened)}
	formats, bits, modalities, patients := map[string]int{}, map[string]int{}, map[string]int{}, map[string]bool{}
	var longer []int
	for _, name := range opened {
		f := facts[name]
		if f.bad {
			im.Unreadable = append(im.Unreadable, name)
			continue
		}
		formats[f.format]++
		if f.bits > 0 {
			bits[bitsTitle(f.bits)]++
		}
		if f.modality != "" {
			modalities[f.modality]++
		}
		if f.patient != "" {
			patients[f.patient] = true
		}
		if f.color {
			im.Color++
		}
		if f.pitched {
			im.Pitched++
		}
		longer = append(longer, max(f.width, f.height))
		area := f.width * f.height
		if im.Largest == [2]int{} || area < im.Smallest[0]*im.Smallest[1] {
			im.Smallest = [2]int{f.width, f.height}
		}
		if area > im.Largest[0]*im.Largest[1] {
			im.Largest = [2]int{f.width, f.height}
		}
	}
	im.LongerSide = median(longer)
	im.Formats, im.Bits, im.Modalities, im.Patients = tallies(formats), tallies(bits), tallies(modalities), len(patients)
	return im, err
}

// median of numbers, the upper one of two; 0 without any. It sorts them.
func median(numbers []int) int {
	if len(numbers) == 0 {
		return 0
	}
	slices.Sort(numbers)
	return numbers[len(numbers)/2]
}

func bitsTitle(bits int) string {
	if bits <= 8 {
		return "8 bit"
	}
	return "16 bit"
}

// tallies lists counts, the most frequent first.
func tallies(counts map[string]int) []Tally {
	var out []Tally
	for _, value := range sortedKeys(counts) {
		out = append(out, Tally{value, counts[value]})
	}
	slices.SortStableFunc(out, func(a, b Tally) int { return cmp.Compare(b.Count, a.Count) })
	return out
}

// probe reads as much of an image as its header takes: the beginning, or all of it where that is not enough.
func probe(folder Folder, name string) fact {
	const first = 128 << 10
	b, err := prefix(folder, name, first)
	if err != nil {
		return fact{bad: true}
	}
	if f := probeBytes(b, name); !f.bad || len(b) < first {
		return f
	}
	if b, err = folder.ReadFile(name); err != nil {
		return fact{bad: true}
	}
	return probeBytes(b, name)
}

func probeBytes(b []byte, name string) fact {
	if dicom.Is(b) {
		h, err := dicom.ReadHeader(b, name)
		if err != nil || !h.Image {
			return fact{bad: true}
		}
		return fact{
			format: "DICOM", modality: h.Modality, patient: h.PatientIssuer + "\x00" + h.PatientID, width: h.Columns, height: h.Rows,
			bits: h.BitsStored, pitched: h.Pitch.Known(),
		}
	}
	facts, err := radiograph.ProbeBytes(b, name, radiograph.Limits{})
	if err != nil {
		return fact{bad: true}
	}
	title := map[radiograph.Format]string{radiograph.PNG: "PNG", radiograph.JPEG: "JPEG", radiograph.TIFF: "TIFF"}[facts.Format]
	return fact{format: title, width: facts.Width, height: facts.Height, bits: facts.BitsStored, color: facts.Color}
}
