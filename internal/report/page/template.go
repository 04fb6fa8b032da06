package page

// frameTemplate is the page around the sections, in reading order.
const frameTemplate = `{{define "page" -}}
<!DOCTYPE html>
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
{{- with index .Sections 0}}
<a class="skip" href="#{{.ID}}">Skip to: {{.Title}}</a>
{{- end}}
<header>
<h1>{{.Title}}</h1>
{{- with .Notice}}
<p class="notice" role="note"><strong>Notice.</strong> {{.}}</p>
{{- end}}
<nav aria-label="Sections"><ul>
{{- range .Sections}}
<li><a href="#{{.ID}}">{{.Title}}</a></li>
{{- end}}
</ul></nav>
</header>
<main>
{{- range .Sections}}{{template "section" .}}{{end}}
</main>
</body>
</html>
{{end}}
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
{{- with .Body}}
{{.}}
{{- end}}
{{- if .Pictures}}
<ul class="gallery{{if .Small}} small{{end}}">
{{- range .Pictures}}{{template "picture" .}}{{end}}
</ul>
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
<div class="{{if .Packed}}packed{{else}}charts{{end}}">
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

// pictureTemplate lays the overlays, in the picture's own coordinates, over it.
const pictureTemplate = `{{define "picture"}}
<li><figure>
<svg role="img" aria-labelledby="{{.ID}}-title {{.ID}}-desc" viewBox="0 0 {{.Width}} {{.Height}}">
<title id="{{.ID}}-title">{{.Title}}</title>
<desc id="{{.ID}}-desc">{{.Description}}</desc>
<image href="{{.Image}}" width="{{.Width}}" height="{{.Height}}"/>
{{- range .Marks}}
<path class="{{.Class}} halo" d="{{.D}}" stroke-width="{{.Halo}}"/>
<path class="{{.Class}}" d="{{.D}}" stroke-width="{{.Stroke}}"/>
{{- end}}
</svg>
{{- if .Detail}}
<img class="patch" src="{{.Detail}}" alt="{{.DetailAlt}}">
{{- end}}
<figcaption>{{.Caption}}</figcaption>
</figure></li>
{{- end}}
`
