package view

// A Checkup is what femur doctor found out about the tool and the machine.
type Checkup struct {
	Version  string      `json:"version"`
	Femur    string      `json:"femur"`
	Go       string      `json:"go"`
	Platform string      `json:"platform"`
	Cores    int         `json:"cores"`
	Modules  []Named     `json:"modules"`
	Backend  BackendInfo `json:"backend"`
	Cache    CacheInfo   `json:"cache"`
	Settings []Setting   `json:"settings"`
}

// A Named is a value with its name.
type Named struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A Setting is a setting of the tool and where it came from.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	From  string `json:"from"`
}

// BackendInfo says what computes here, and why nothing better.
type BackendInfo struct {
	Backend    string      `json:"backend,omitempty"` // empty where it was not opened
	Choice     string      `json:"choice"`
	Source     string      `json:"source,omitempty"`
	Plugin     string      `json:"plugin,omitempty"`
	PluginAPI  string      `json:"plugin_api,omitempty"`
	SHA256     string      `json:"plugin_sha256,omitempty"`
	Devices    []string    `json:"devices"`
	Candidates []Candidate `json:"candidates"`
	Error      string      `json:"error,omitempty"`
}

// A Candidate is a plugin that was considered.
type Candidate struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Path   string `json:"path,omitempty"`
	Status string `json:"status"`
	WhyNot string `json:"why_not,omitempty"`
}

// CacheInfo says how the cache stands.
type CacheInfo struct {
	Dir    string `json:"dir"`
	State  string `json:"state"` // "none yet", "ok", "in use by …"
	Bytes  int64  `json:"bytes"` // on the disk
	Runs   int    `json:"runs"`
	Stages int    `json:"stages"` // instances with a result
}

// A Doctor prints a checkup.
type Doctor interface{ Doctor(Checkup) error }

var (
	_ Doctor = (*DoctorHuman)(nil)
	_ Doctor = (*DoctorJSON)(nil)
)

// NewDoctor returns the view that the stream asks for.
func NewDoctor(s Stream) Doctor {
	if s.JSON {
		return &DoctorJSON{s}
	}
	return &DoctorHuman{s}
}

// DoctorJSON prints one object.
type DoctorJSON struct{ stream Stream }

// Doctor implements [Doctor].
func (v *DoctorJSON) Doctor(c Checkup) error {
	c.Version = Version
	return v.stream.writeJSON(c)
}

// DoctorHuman prints the program, what computes, the cache, and the settings.
type DoctorHuman struct{ stream Stream }

// Doctor implements [Doctor].
func (v *DoctorHuman) Doctor(c Checkup) error {
	p := v.stream.page()
	p.linef("%s", p.bold("Program"))
	p.linef("  femur %s, %s, %s, %s", c.Femur, c.Go, c.Platform, Count(c.Cores, "core"))
	for _, m := range c.Modules {
		p.linef("  %s %s", m.Name, m.Value)
	}
	p.linef("")
	p.linef("%s", p.bold("What computes"))
	p.backend(c.Backend)
	p.linef("")
	p.linef("%s", p.bold("Cache"))
	p.wrapped("  ", c.Cache.Dir+": "+c.Cache.State)
	if c.Cache.Bytes > 0 {
		p.linef("  %s on the disk, %s, %s with results", Bytes(c.Cache.Bytes), Count(c.Cache.Runs, "run"), Count(c.Cache.Stages, "instance"))
	}
	p.linef("")
	p.linef("%s", p.bold("Settings"))
	g := grid{indent: "  ", columns: []column{{title: "NAME"}, {title: "VALUE"}, {title: "FROM"}}}
	for _, s := range c.Settings {
		g.add(s.Name, s.Value, s.From)
	}
	g.print(p)
	return p.to(v.stream.Out)
}

func (p *page) backend(b BackendInfo) {
	switch {
	case b.Error != "":
		p.wrapped("  "+p.red("error")+" ", b.Error)
	case b.Backend != "":
		text := b.Backend
		if b.Source != "" {
			text += ", " + b.Source
		}
		p.wrapped("  ", text)
	}
	for _, one := range []Named{{"plugin", b.Plugin}, {"PJRT", b.PluginAPI}, {"SHA-256", b.SHA256}} {
		if one.Value != "" {
			p.linef("  %s %s", p.dim(pad(one.Name, 8)), one.Value)
		}
	}
	for _, d := range b.Devices {
		p.linef("  %s %s", p.dim("device  "), d)
	}
	p.candidates(b.Candidates)
}

// candidates lists what was considered, in the order of search, and why not each.
func (p *page) candidates(all []Candidate) {
	if len(all) == 0 {
		return
	}
	p.linef("  %s", p.dim("considered, in this order:"))
	for _, c := range all {
		p.linef("    %s %s", p.state(pad(c.Status, 8), c.Status), c.Name)
		if c.WhyNot != "" {
			p.wrapped("             ", c.WhyNot)
		}
	}
}

// A BackendList is what femur backend list and install print.
type BackendList struct {
	Version    string      `json:"version"`
	Candidates []Candidate `json:"candidates"`
	Installed  string      `json:"installed,omitempty"` // path, after install
}

// A Backend prints candidates.
type Backend interface{ Backends(BackendList) error }

var (
	_ Backend = (*BackendHuman)(nil)
	_ Backend = (*BackendJSON)(nil)
)

// NewBackend returns the view that the stream asks for.
func NewBackend(s Stream) Backend {
	if s.JSON {
		return &BackendJSON{s}
	}
	return &BackendHuman{s}
}

// BackendJSON prints one object.
type BackendJSON struct{ stream Stream }

// Backends implements [Backend].
func (v *BackendJSON) Backends(l BackendList) error {
	l.Version = Version
	return v.stream.writeJSON(l)
}

// BackendHuman prints a line for each candidate.
type BackendHuman struct{ stream Stream }

// Backends implements [Backend].
func (v *BackendHuman) Backends(l BackendList) error {
	p := v.stream.page()
	for _, c := range l.Candidates {
		status := c.Status
		if status == "untried" && c.Path != "" {
			status = "in place"
		}
		p.linef("%s  %s  %s", p.state(pad(status, 8), c.Status), pad(c.Kind, 4), p.bold(c.Name))
		if c.Path != "" {
			p.linef("                %s", c.Path)
		}
		if c.WhyNot != "" {
			p.wrapped("                ", c.WhyNot)
		}
	}
	return p.to(v.stream.Out)
}
