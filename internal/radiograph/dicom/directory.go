package dicom

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// Directory returns the image files that a DICOMDIR refers to, in its order, as paths from its folder with slashes. A
// path that leaves the folder is an error. Name only opens the messages.
func Directory(b []byte, name string) ([]string, error) {
	f, err := parse(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	paths, err := f.listed()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return paths, nil
}

func (f *file) listed() ([]string, error) {
	if !f.directory && f.attrs[directoryRecords] == nil {
		return nil, errors.New("not a DICOMDIR; give one, or the folder of the images")
	}
	var paths []string
	for i, record := range f.attrs.items(directoryRecords) {
		if used, ok := record.int(recordInUse); ok && used == 0 {
			continue // deleted, PS3.3 F.3.2.2
		}
		if record.text(recordType) != "IMAGE" {
			continue
		}
		path, err := referenced(record.whole(fileReference))
		if err != nil {
			return nil, fmt.Errorf("record %d of the DICOMDIR %w", i+1, err)
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// referenced turns a Referenced File ID, parts between backslashes, into a path.
func referenced(reference string) (string, error) {
	if reference == "" {
		return "", errors.New("names no file; give the folder of the images instead")
	}
	parts := strings.Split(reference, `\`)
	for i, part := range parts {
		part = strings.TrimRight(part, " ")
		if part == "" || strings.ContainsAny(part, "/:") || strings.ContainsFunc(part, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return "", errors.New("has a path that is none of DICOM's; give the folder of the images instead")
		}
		parts[i] = part
	}
	path := strings.Join(parts, "/")
	if !fs.ValidPath(path) || path == "." {
		return "", errors.New("leaves the folder of the DICOMDIR; give the folder of the images instead")
	}
	return path, nil
}
