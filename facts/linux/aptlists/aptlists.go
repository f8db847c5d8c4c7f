// Package aptlists reads what apt has downloaded: Release files and package lists, compressed or not. And it chooses
// candidate versions as apt's policy does. It reads no files itself and downloads nothing; signatures were apt's to check.
package aptlists

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

// Bounds.
const (
	maxStanza  = 1 << 20
	maxList    = 2 << 30 // bytes of one list, decompressed
	maxRelease = 1 << 16 // fields and files of a Release
)

// Extensions are those of compressed lists, in the order apt looks for them.
var Extensions = []string{"", ".zst", ".lz4", ".gz", ".xz", ".bz2"}

// FileName is the name under which apt keeps what it fetched from a URI: URItoFileName of apt-pkg. The scheme and what
// would identify a user are left out.
func FileName(uri string) string {
	if _, rest, ok := strings.Cut(uri, "://"); ok {
		uri = rest
	} else if _, rest, ok := strings.Cut(uri, ":"); ok { // file:/x, cdrom:[…]/
		uri = rest
	}
	host, rest, _ := strings.Cut(uri, "/")
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		uri = host[i+1:] + "/" + rest
	}
	var b strings.Builder
	for i := range len(uri) {
		switch c := uri[i]; {
		case c == '/':
			b.WriteByte('_')
		case c <= 0x20 || c >= 0x7f || strings.IndexByte("\\|{}[]<>\"^~_=!@#$%^&*", c) >= 0:
			fmt.Fprintf(&b, "%%%02x", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// Base is the URI below which a suite's files lie.
func Base(uri, suite string) string {
	if strings.HasSuffix(suite, "/") { // an exact path instead of a suite
		if suite == "/" {
			return uri
		}
		return uri + suite
	}
	return uri + "dists/" + suite + "/"
}

// IndexPath is the path, below Base, of the list of a component and architecture; the component is empty for an exact path.
func IndexPath(component, arch string) string {
	if component == "" {
		return "Packages"
	}
	return path.Join(component, "binary-"+arch, "Packages")
}

// Release is what a Release or InRelease file says of an archive.
type Release struct {
	Origin, Label, Suite, Codename, Version string
	Date                                    string
	Architectures                           []string
	NotAutomatic, ButAutomaticUpgrades      bool
	NoAllPackages                           bool            // lists of real architectures hold the packages for all
	Files                                   map[string]bool // paths that it vouches for; whether they hold anything
}

// ParseRelease reads a Release file, or an InRelease with its signature around it.
func ParseRelease(b []byte) (*Release, error) {
	r := &Release{Files: map[string]bool{}}
	body := string(b)
	if _, after, ok := strings.Cut(body, "-----BEGIN PGP SIGNED MESSAGE-----"); ok {
		_, after, _ = strings.Cut(after, "\n\n")
		body, _, ok = strings.Cut(after, "-----BEGIN PGP SIGNATURE-----")
		if !ok {
			return nil, errors.New("ends before its signature")
		}
	}
	section := ""
	for line := range strings.Lines(body) {
		line = strings.TrimRight(line, "\r\n")
		if strings.IndexByte(line, 0) >= 0 {
			return nil, errors.New("holds a NUL byte")
		}
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			if f := strings.Fields(line); len(f) == 3 && (section == "sha256" || section == "md5sum" || section == "sha512") {
				if len(r.Files) >= maxRelease {
					return nil, errors.New("names too many files")
				}
				r.Files[f[2]] = f[1] != "0"
			}
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		section = strings.ToLower(name)
		r.field(section, strings.TrimSpace(value))
	}
	if len(r.Files) == 0 {
		return nil, errors.New("names no files: not a Release file, or cut short")
	}
	return r, nil
}

func (r *Release) field(name, value string) {
	switch name {
	case "origin":
		r.Origin = value
	case "label":
		r.Label = value
	case "suite":
		r.Suite = value
	case "codename":
		r.Codename = value
	case "version":
		r.Version = value
	case "date":
		r.Date = value
	case "architectures":
		r.Architectures = strings.Fields(value)
	case "notautomatic":
		r.NotAutomatic = value == "yes"
	case "butautomaticupgrades":
		r.ButAutomaticUpgrades = value == "yes"
	case "no-support-for-architecture-all":
		r.NoAllPackages = value == "Packages"
	}
}

// IsSecurity tells whether the archive is one of security updates: by Debian's label, or by its suite's name.
func (r *Release) IsSecurity() bool {
	return r.Label == "Debian-Security" || strings.HasSuffix(r.Suite, "-security") || strings.HasSuffix(r.Codename, "-security")
}

// Version is one version of a package in a list.
type Version struct {
	Name, Arch, Version, Source string
	Phased                      string // Phased-Update-Percentage; Ubuntu's apt holds such updates back on some hosts
}

// Open decompresses a list by its name.
func Open(name string, r io.Reader) (io.ReadCloser, error) {
	switch path.Ext(name) {
	case ".lz4":
		z := lz4.NewReader(r)
		return io.NopCloser(z), nil
	case ".gz":
		return gzip.NewReader(r)
	case ".xz":
		z, err := xz.ReaderConfig{DictCap: 64 << 20}.NewReader(bufio.NewReaderSize(r, 1<<16))
		return io.NopCloser(z), err
	case ".bz2":
		return io.NopCloser(bzip2.NewReader(r)), nil
	case ".zst":
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	}
	return io.NopCloser(r), nil
}

// Scan gives the versions of those packages that wanted names, from a decompressed list.
func Scan(r io.Reader, wanted map[string]bool, found func(Version)) error {
	limited := &io.LimitedReader{R: r, N: maxList}
	s := bufio.NewScanner(limited)
	s.Buffer(make([]byte, 1<<17), maxStanza)
	s.Split(splitStanzas)
	for s.Scan() {
		stanza := s.Bytes()
		name := field(stanza, "Package")
		if len(name) == 0 {
			if len(bytes.TrimSpace(stanza)) > 0 {
				return fmt.Errorf("a stanza without Package: %.40q", stanza)
			}
			continue
		}
		if !wanted[string(name)] {
			continue
		}
		v := Version{Name: string(name), Arch: string(field(stanza, "Architecture")), Version: string(field(stanza, "Version")),
			Source: string(field(stanza, "Source")), Phased: string(field(stanza, "Phased-Update-Percentage"))}
		if v.Version == "" {
			return fmt.Errorf("package %s has no version", v.Name)
		}
		found(v)
	}
	if err := s.Err(); err != nil {
		return err
	}
	if limited.N <= 0 {
		return fmt.Errorf("larger than %d bytes", maxList)
	}
	return nil
}

func splitStanzas(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := bytes.Index(data, []byte("\n\n")); i >= 0 {
		return i + 2, data[:i+1], nil
	}
	if !atEOF || len(data) == 0 {
		return 0, nil, nil
	}
	if data[len(data)-1] != '\n' {
		return 0, nil, io.ErrUnexpectedEOF
	}
	return len(data), data, nil
}

// field finds "Name: value" at the start of a line, without regard to case for the common spelling only: archives write
// field names one way.
func field(stanza []byte, name string) []byte {
	for at := 0; ; {
		if rest := stanza[at:]; len(rest) > len(name) && rest[len(name)] == ':' && string(rest[:len(name)]) == name {
			line, _, _ := bytes.Cut(rest[len(name)+1:], []byte("\n"))
			return bytes.TrimSpace(line)
		}
		next := bytes.IndexByte(stanza[at:], '\n')
		if next < 0 {
			return nil
		}
		at += next + 1
	}
}
