package sourceindex

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"femur/dag"
)

// Walk implements [dag.SourceFiles]: the regular files below a folder, at any depth, sorted, as paths
// relative to it. Symbolic links are followed within the folder; one that leaves it, or leads back to a
// folder it lies in, is refused by name, and so is what is neither file nor folder.
func (x *Index) Walk(dir string) ([]string, error) {
	info, err := os.Stat(x.resolve(dir))
	if err != nil {
		if os.IsNotExist(err) {
			return nil, &dag.BadInput{File: dir, Summary: "no such folder", Detail: "Paths are relative to the folder of the pipeline file."}
		}
		return nil, missing(dir, err)
	}
	if !info.IsDir() {
		return nil, &dag.BadInput{File: dir, Summary: "is a file, not a folder", Detail: "Name the folder that the files lie in."}
	}
	w := walker{named: dir, root: x.resolve(dir)}
	if w.real, err = filepath.EvalSymlinks(w.root); err != nil {
		return nil, missing(dir, err)
	}
	if err := w.folder("", []os.FileInfo{info}); err != nil {
		return nil, err
	}
	slices.Sort(w.files)
	return w.files, nil
}

type walker struct {
	named string // the folder as the pipeline names it
	root  string
	real  string // root without symbolic links
	files []string
}

// folder lists one folder; above holds it and the folders it lies in.
func (w *walker) folder(rel string, above []os.FileInfo) error {
	entries, err := os.ReadDir(filepath.Join(w.root, filepath.FromSlash(rel)))
	if err != nil {
		return missing(path.Join(w.named, rel), err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		p := path.Join(rel, e.Name())
		mode := e.Type()
		var info os.FileInfo
		if mode&os.ModeSymlink != 0 || mode.IsDir() {
			if info, err = os.Stat(filepath.Join(w.root, filepath.FromSlash(p))); err != nil {
				return w.brokenLink(p, err)
			}
			if mode&os.ModeSymlink != 0 {
				if err := w.staysInside(p); err != nil {
					return err
				}
			}
			mode = info.Mode().Type()
		}
		switch {
		case mode.IsDir():
			if slices.ContainsFunc(above, func(a os.FileInfo) bool { return os.SameFile(a, info) }) {
				return &dag.BadInput{File: path.Join(w.named, p), Summary: "is a symbolic link to a folder that it lies in", Detail: "Remove the link: following it would never end."}
			}
			if err := w.folder(p, append(slices.Clip(above), info)); err != nil {
				return err
			}
		case mode.IsRegular():
			w.files = append(w.files, p)
		default:
			return refuse(path.Join(w.named, p), mode)
		}
	}
	return nil
}

// staysInside refuses a link to what does not lie in the folder: who could put a link there would get any
// file of the user's read and shared.
func (w *walker) staysInside(p string) error {
	target, err := filepath.EvalSymlinks(filepath.Join(w.root, filepath.FromSlash(p)))
	if err != nil {
		return w.brokenLink(p, err)
	}
	if rel, err := filepath.Rel(w.real, target); err == nil && filepath.IsLocal(rel) {
		return nil
	}
	return &dag.BadInput{
		File: path.Join(w.named, p), Summary: "is a symbolic link that leaves the folder",
		Detail: "Copy what it leads to into the folder, remove the link, or name that place as a source of its own.",
	}
}

func (w *walker) brokenLink(p string, err error) error {
	return &dag.BadInput{File: path.Join(w.named, p), Summary: "is a symbolic link that cannot be followed: " + cause(err), Detail: "Repair or remove the link."}
}

// cause is the error without the system's path, which the message has already.
func cause(err error) string {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
