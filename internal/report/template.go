package report

// pageTemplate is the frame: banner, answers, sections in reading order.
const pageTemplate = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{{.Title}}</title>
<style>{{.Style}}</style>
</head>
<body>
<a class="skip" href="#answers">Skip to the answers</a>
<header>
<h1>{{.Title}}</h1>
{{- with .Notice}}
<p class="notice" role="note"><strong>Notice.</strong> {{.}}</p>
{{- end}}
<nav aria-label="Sections"><ul>
<li><a href="#answers">Answers</a></li>
{{- range .Sections}}
<li><a href="#{{.ID}}">{{.Title}}</a></li>
{{- end}}
{{- if .Examples}}
<li><a href="#examples">Examples</a></li>
{{- end}}
{{- range .Closing}}
<li><a href="#{{.ID}}">{{.Title}}</a></li>
{{- end}}
</ul></nav>
</header>
<main>
<section id="answers" aria-labelledby="answers-heading">
<h2 id="answers-heading">Answers</h2>
<div class="answers">
{{- range .Answers}}
<article class="answer">
<h3>{{.Question}}</h3>
<p class="headline">{{.Headline}}</p>
{{- with .Basis}}
<p>{{.}}</p>
{{- end}}
{{- with .Points}}
<div class="points">
{{- range .}}
<div>
<h4>{{.Title}}</h4>
<ul>
{{- range .Findings}}
<li>{{.}}</li>
{{- end}}
</ul>
</div>
{{- end}}
</div>
{{- end}}
</article>
{{- end}}
</div>
</section>
{{- range .Sections}}{{template "section" .}}{{end}}
{{- if .Examples}}{{template "gallery" .}}{{end}}
{{- range .Closing}}{{template "section" .}}{{end}}
</main>
</body>
</html>
`

// sectionTemplate has section, figure and table.
const sectionTemplate = `{{define "section"}}
<section id="{{.ID}}" aria-labelledby="{{.ID}}-heading">
<h2 id="{{.ID}}-heading">{{.Title}}</h2>
{{- range .Text}}
<p>{{.}}</p>
{{- end}}
{{- with .Terms}}
<dl>
{{- range .}}
<dt>{{.Name}}</dt><dd>{{.Text}}</dd>
{{- end}}
</dl>
{{- end}}
{{- range .Figures}}{{template "figure" .}}{{end}}
{{- range .Tables}}{{template "table" .}}{{end}}
{{- with .List}}
<ul>
{{- range .}}
<li>{{.}}</li>
{{- end}}
</ul>
{{- end}}
</section>
{{- end}}

{{define "figure"}}
<figure>
<div class="charts">
{{- range .Charts}}{{template "chart" .}}{{end}}
</div>
<figcaption>{{.Caption}}</figcaption>
{{- if .Data.Rows}}
<details{{if .Open}} open{{end}}>
<summary>The numbers of this figure</summary>
{{- template "table" .Data}}
</details>
{{- end}}
</figure>
{{- end}}

{{define "table"}}
<div class="scroll" role="region" aria-labelledby="{{.ID}}" tabindex="0">
<table{{if .Text}} class="text"{{end}}>
<caption id="{{.ID}}">{{.Caption}}</caption>
<thead><tr>
{{- range .Columns}}<th scope="col">{{.}}</th>{{end -}}
</tr></thead>
<tbody>
{{- range .Rows}}
<tr>
{{- range $i, $cell := .}}{{if $i}}<td>{{$cell}}</td>{{else}}<th scope="row">{{$cell}}</th>{{end}}{{end -}}
</tr>
{{- end}}
</tbody>
</table>
</div>
{{- range .Notes}}
<p class="note">{{.}}</p>
{{- end}}
{{- end}}
`

// chartTemplate draws a chart's marks in order.
const chartTemplate = `{{define "chart"}}
<svg class="chart{{if .Wide}} wide{{end}}" role="img" aria-labelledby="{{.ID}}-title {{.ID}}-desc" viewBox="0 0 {{.Width}} {{.Height}}" width="{{.Width}}" height="{{.Height}}">
<title id="{{.ID}}-title">{{.Title}}</title>
<desc id="{{.ID}}-desc">{{.Description}}</desc>
{{- range .Marks}}
{{- if .Text}}
<text class="{{.Class}}" x="{{.X}}" y="{{.Y}}">{{.Text}}</text>
{{- else}}
<path class="{{.Class}}" d="{{.D}}"/>
{{- end}}
{{- end}}
</svg>
{{- end}}
`

// galleryTemplate lays the overlays, in the radiograph's own pixels, over its
// thumbnail.
const galleryTemplate = `{{define "gallery"}}
<section id="examples" aria-labelledby="examples-heading">
<h2 id="examples-heading">Examples</h2>
<p>{{.GalleryNote}}</p>
<ul class="gallery">
{{- range .Examples}}
<li><figure>
<svg role="img" aria-labelledby="{{.ID}}-title {{.ID}}-desc" viewBox="0 0 {{.Width}} {{.Height}}">
<title id="{{.ID}}-title">{{.Title}}</title>
<desc id="{{.ID}}-desc">{{.Description}}</desc>
<image href="{{.Thumbnail}}" width="{{.Width}}" height="{{.Height}}"/>
{{- range .Marks}}
<path class="{{.Class}} halo" d="{{.D}}" stroke-width="{{.Halo}}"/>
<path class="{{.Class}}" d="{{.D}}" stroke-width="{{.Stroke}}"/>
{{- end}}
</svg>
{{- if .Patch}}
<img class="patch" src="{{.Patch}}" alt="{{.PatchAlt}}">
{{- end}}
<figcaption>{{.Caption}}</figcaption>
</figure></li>
{{- end}}
</ul>
</section>
{{- end}}
`
