package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// indexPageLimit bounds a project's page; the largest of the public index are below 10 MB.
const indexPageLimit = 32 << 20

// acceptSimple asks for the JSON form and takes HTML from older indexes.
const acceptSimple = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"

// A link is one file on a project's page.
type link struct {
	name, sha256 string
	url          *url.URL
}

// locate asks an index for a wheel and returns the URL of the file with the
// pinned digest. A page that gives no digests is believed by file name: the
// digest is checked after the download in any case.
func (i *Installer) locate(ctx context.Context, index string, w Wheel) (*url.URL, error) {
	base, err := url.Parse(strings.TrimRight(index, "/") + "/" + w.Project + "/")
	if err != nil {
		return nil, errors.New("index: not a URL") // the error of url.Parse would repeat credentials
	}
	if err := i.allowed(base); err != nil {
		return nil, err
	}
	if err := i.down[base.Host]; err != nil {
		return nil, err
	}
	links, err := i.page(ctx, base)
	if err != nil {
		return nil, err
	}
	other := ""
	for _, l := range links {
		switch {
		case strings.EqualFold(l.sha256, w.SHA256), l.sha256 == "" && l.name == w.File:
			if err := i.allowed(l.url); err != nil {
				return nil, err
			}
			if l.url.User == nil && l.url.Host == base.Host {
				l.url.User = base.User
			}
			return l.url, nil
		case l.name == w.File:
			other = l.sha256
		}
	}
	if other != "" {
		return nil, fmt.Errorf("%s: its %s has SHA-256 %s, not the pinned %s", show(base), w.File, other, w.SHA256)
	}
	return nil, fmt.Errorf("%s: no %s", show(base), w.File)
}

// page reads a project's page in either form.
func (i *Installer) page(ctx context.Context, page *url.URL) ([]link, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*i.Pip.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, page.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("%s: bad request", show(page))
	}
	request.Header.Set("Accept", acceptSimple)
	response, err := i.client.Do(request)
	if err != nil {
		err = fmt.Errorf("%s: %w", show(page), transportError(err))
		i.down[page.Host] = err
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: the index answers %s", show(page), response.Status)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, indexPageLimit))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", show(page), err)
	}
	base := response.Request.URL // after redirections
	media, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if strings.HasSuffix(media, "json") {
		return parseJSONPage(base, body)
	}
	return parseHTMLPage(base, string(body)), nil
}

// parseJSONPage reads a project's page as PEP 691 has it.
func parseJSONPage(base *url.URL, body []byte) ([]link, error) {
	var page struct {
		Files []struct {
			Filename, URL string
			Hashes        map[string]string
		}
	}
	if err := json.Unmarshal(body, &page); err != nil {
		return nil, fmt.Errorf("%s: %w", show(base), err)
	}
	var links []link
	for _, f := range page.Files {
		if target, err := base.Parse(f.URL); err == nil {
			links = append(links, link{name: f.Filename, sha256: f.Hashes["sha256"], url: target})
		}
	}
	return links, nil
}

// parseHTMLPage reads a project's page as PEP 503 has it: anchors, the digest in the fragment.
func parseHTMLPage(base *url.URL, body string) []link {
	anchor := regexp.MustCompile(`(?is)<a\s[^>]*?href\s*=\s*["']([^"']+)["'][^>]*>([^<]*)</a>`)
	var links []link
	for _, match := range anchor.FindAllStringSubmatch(body, -1) {
		target, err := base.Parse(html.UnescapeString(match[1]))
		if err != nil {
			continue
		}
		digest, _ := strings.CutPrefix(target.Fragment, "sha256=")
		if digest == target.Fragment {
			digest = "" // no digest, or another algorithm
		}
		target.Fragment = ""
		links = append(links, link{name: strings.TrimSpace(html.UnescapeString(match[2])), sha256: digest, url: target})
	}
	return links
}

// allowed refuses what is neither HTTPS nor, over plain HTTP, this machine or one of pip's trusted hosts.
func (i *Installer) allowed(u *url.URL) error {
	if u.Scheme == "https" {
		return nil
	}
	if u.Scheme != "http" {
		return fmt.Errorf("%s: %s is not a scheme to download by", show(u), u.Scheme)
	}
	ip := net.ParseIP(u.Hostname())
	if u.Hostname() == "localhost" || (ip != nil && ip.IsLoopback()) ||
		slices.Contains(i.Pip.TrustedHosts, u.Host) || slices.Contains(i.Pip.TrustedHosts, u.Hostname()) {
		return nil
	}
	return fmt.Errorf("%s: plain HTTP is refused; use HTTPS, or name the host in pip's trusted-host", show(u))
}

// show is a URL without what may be secret in it.
func show(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// transportError takes the URL, which may hold credentials, out of an http.Client's error.
func transportError(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}
