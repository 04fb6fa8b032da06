package view

import (
	"fmt"
	"strings"
)

// ramp prints brightness where there is no color, dark to bright.
const ramp = " .:-=+*#%@"

// PictureSize is how small a picture must be to be printed on the stream: a character is as wide as
// one pixel and as high as two, and a page of a terminal has some forty lines.
func (s Stream) PictureSize(width, height int) (across, down int) {
	across = min(width, s.width()-2)
	down = height * across / width
	if limit := 80; down > limit {
		down = limit
		across = max(1, width*down/height)
	}
	return across, max(2, down-down%2)
}

// picture prints two rows of pixels a line: as half blocks in two grays, or as characters.
func (p *page) picture(pic Picture) {
	rows := 0
	if pic.Across > 0 {
		rows = len(pic.Small) / pic.Across
	}
	for y := 0; y+1 < rows; y += 2 {
		top := pic.Small[y*pic.Across : (y+1)*pic.Across]
		bottom := pic.Small[(y+1)*pic.Across : (y+2)*pic.Across]
		if p.on {
			p.linef("%s\x1b[0m", halfBlocks(top, bottom))
		} else {
			p.linef("%s", strings.TrimRight(characters(top, bottom), " "))
		}
	}
	p.linef("")
	p.linef("%d × %d pixels.", pic.Width, pic.Height)
}

func halfBlocks(top, bottom []byte) string {
	var b strings.Builder
	for x := range top {
		if x == 0 || top[x] != top[x-1] || bottom[x] != bottom[x-1] {
			fmt.Fprintf(&b, "\x1b[38;2;%[1]d;%[1]d;%[1]dm\x1b[48;2;%[2]d;%[2]d;%[2]dm", top[x], bottom[x])
		}
		b.WriteString("▀")
	}
	return b.String()
}

func characters(top, bottom []byte) string {
	var b strings.Builder
	for x := range top {
		b.WriteByte(ramp[(int(top[x])+int(bottom[x]))*len(ramp)/511])
	}
	return b.String()
}
