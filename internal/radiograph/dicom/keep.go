package dicom

import (
	"encoding/binary"
	"fmt"
)

// keep appends a wanted element, with the value representation that this package knows for it.
func (s scanner) keep(out []byte, h head, vr string) ([]byte, error) {
	value := s.b[h.at : h.at+int(h.length)]
	most := 1<<16 - 2 // what a length of 16 bits can say
	if longForm(vr) {
		most = maxLongValue
	}
	if len(value) > most {
		return nil, fmt.Errorf("element %v has %d bytes, more than %d", h.tag, len(value), most)
	}
	switch {
	case h.vr == "SS" && vr == "US", h.vr == "OB" && vr == "OW":
		vr = h.vr
	}
	if (vr == "US" || vr == "SS" || vr == "OW") && len(value)%2 != 0 {
		return nil, fmt.Errorf("element %v has %d bytes, half a word too many", h.tag, len(value))
	}
	return append(s.appendHead(out, h.tag, vr, len(value)), value...), nil
}

// appendHead writes the head of an element in explicit form, or of an item where there is no value representation.
func (s scanner) appendHead(out []byte, t id, vr string, length int) []byte {
	type appender interface {
		AppendUint16([]byte, uint16) []byte
		AppendUint32([]byte, uint32) []byte
	}
	var o appender = binary.LittleEndian
	if s.big {
		o = binary.BigEndian
	}
	out = o.AppendUint16(out, uint16(t>>16))
	out = o.AppendUint16(out, uint16(t))
	out = append(out, vr...)
	switch {
	case vr == "":
		return o.AppendUint32(out, uint32(length))
	case longForm(vr):
		return o.AppendUint32(append(out, 0, 0), uint32(length))
	}
	return o.AppendUint16(out, uint16(length))
}
