package view

// A paint adds escape codes to text where the stream understands them.
type paint struct{ on bool }

func (p paint) code(code, text string) string {
	if !p.on || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p paint) bold(text string) string   { return p.code("1", text) }
func (p paint) dim(text string) string    { return p.code("2", text) }
func (p paint) red(text string) string    { return p.code("1;31", text) }
func (p paint) green(text string) string  { return p.code("32", text) }
func (p paint) yellow(text string) string { return p.code("33", text) }
func (p paint) cyan(text string) string   { return p.code("36", text) }

// state colors a word of a plan, a status or a run by what it means; spaces around it stay.
func (p paint) state(text, state string) string {
	switch state {
	case "hit", "fresh", "done", "used", "ok":
		return p.green(text)
	case "run", "stale", "running", "warning":
		return p.yellow(text)
	case "failed", "corrupt", "error", "missing":
		return p.red(text)
	default:
		return p.dim(text)
	}
}
