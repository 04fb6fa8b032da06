package report

// answersTemplate lays the answers out as articles, the headline first.
const answersTemplate = `<div class="answers">
{{- range .}}
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
</div>`
