package linux

import (
	"context"
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/zclconf/go-cty/cty"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "banner",
		Doc:   "What people read before and after they log in, and what it tells of the system.",
		Reads: "/etc/issue, /etc/issue.net, /etc/motd, their drop-ins, /etc/update-motd.d, os-release(5)",
	}, collectBanner))
	register(facts.Define(facts.Descriptor{
		Name:  "banner_file",
		Doc:   "One text that people read around a login, such as the one sshd shows (sshd.banner), and what it tells of the system.",
		Reads: "the file, os-release(5)",
		Args:  []facts.Arg{{Name: "path", Type: cty.String, Doc: "An absolute path."}},
	}, collectBannerFile))
}

// Banner are the texts around a login. Modes of the files are told by file(…).
type Banner struct {
	Issue    BannerFile             `fact:"issue" doc:"/etc/issue, which agetty shows on local terminals."`
	IssueNet BannerFile             `fact:"issue_net" doc:"/etc/issue.net, which telnetd shows and sshd where its Banner says so."`
	Motd     BannerFile             `fact:"motd" doc:"/etc/motd, shown after a login."`
	Others   facts.List[BannerFile] `fact:"others" doc:"What is shown besides: /etc/issue.d/*.issue, /run/issue.d/*.issue, /etc/motd.d/*, /run/motd.d/*, /run/motd.dynamic. agetty leaves issue.d out when there is no /etc/issue."`
	Scripts  facts.List[string]     `fact:"motd_scripts" doc:"Executable files of /etc/update-motd.d, whose output pam_motd shows after a login."`
}

// BannerFile is one text.
type BannerFile struct {
	Missing facts.Missing
	Origin  facts.Origin

	Path          string                 `fact:"path" doc:"The file."`
	Exists        facts.V[bool]          `fact:"exists" doc:"Whether it exists."`
	NonEmpty      facts.V[bool]          `fact:"non_empty" doc:"Whether it holds anything but blanks."`
	Leaks         facts.List[BannerLeak] `fact:"leaks" doc:"What it tells of the operating system and its version."`
	ShowsHostname facts.V[bool]          `fact:"shows_hostname" doc:"Whether it shows the host's name: \\n, \\o, \\O of agetty, %h of telnetd."`
}

// BannerLeak is one spot of a text.
type BannerLeak struct {
	Origin facts.Origin

	Name string `fact:"name" doc:"What stands there: \\m or Debian."`
	What string `fact:"what" doc:"os, architecture, kernel_name, kernel_release or kernel_version."`
	Line int    `fact:"line" doc:"Number of the line, from 1."`
}

// agetty(8) and telnetd(8) (issue.net) replace these. CIS wants none of agetty's in any of the three files, although motd
// is shown as it is.
var (
	issueEscapes = map[byte]string{'S': "os", 's': "kernel_name", 'm': "architecture", 'r': "kernel_release", 'v': "kernel_version", 'n': "", 'o': "", 'O': ""}
	netEscapes   = map[byte]string{'s': "kernel_name", 'm': "architecture", 'r': "kernel_release", 'v': "kernel_version", 'h': ""}
)

func collectBanner(_ context.Context, r *facts.Reader, _ facts.Key) (Banner, error) {
	words, unsure := osWords(r)
	read := func(name string) BannerFile { return readBanner(r, name, words, unsure) }
	b := Banner{Issue: read("/etc/issue"), IssueNet: read("/etc/issue.net"), Motd: read("/etc/motd")}
	var others []BannerFile
	var unread string
	for _, pattern := range []string{"/etc/issue.d/*.issue", "/run/issue", "/run/issue.d/*.issue", "/etc/motd.d/*", "/run/motd.d/*", "/run/motd", "/run/motd.dynamic"} {
		found, err := r.Glob(pattern)
		if err != nil {
			unread = err.Error()
		}
		for _, name := range found {
			others = append(others, read(name))
		}
	}
	b.Others = completeUnless(others, facts.Origin{}, unread)
	b.Scripts = motdScripts(r)
	return b, nil
}

func collectBannerFile(_ context.Context, r *facts.Reader, key facts.Key) (BannerFile, error) {
	if !path.IsAbs(key.Subject) {
		return BannerFile{Path: key.Subject, Missing: facts.Missing(fmt.Sprintf("%q is no absolute path", key.Subject))}, nil
	}
	words, unsure := osWords(r)
	return readBanner(r, key.Subject, words, unsure), nil
}

func motdScripts(r *facts.Reader) facts.List[string] {
	const dir = "/etc/update-motd.d"
	found, err := r.Glob(dir + "/*")
	if err != nil {
		return facts.UnknownList[string](err.Error())
	}
	var scripts []string
	var unread string
	for _, name := range found {
		st, err := r.Stat(name)
		switch {
		case facts.IsAbsent(err):
		case err != nil:
			unread = err.Error()
		case st.Mode().IsRegular() && st.Mode()&0o111 != 0:
			scripts = append(scripts, name)
		}
	}
	return completeUnless(scripts, facts.File(dir, 0), unread)
}

// osWords are the words that name the operating system; unsure says why there may be more.
func osWords(r *facts.Reader) (words []string, unsure string) {
	os := hostOS(r)
	if os.Missing != "" {
		return nil, string(os.Missing)
	}
	for _, v := range []facts.V[string]{os.ID, os.Name, os.VersionCodename} {
		if w := v.Or(""); w != "" && !strings.EqualFold(w, "linux") {
			words = append(words, w)
		}
	}
	return words, ""
}

func readBanner(r *facts.Reader, name string, words []string, unsure string) BannerFile {
	at := facts.File(name, 0)
	f := BannerFile{Path: name, Origin: at}
	b, err := r.ReadFileMax(name, 64<<10)
	if facts.IsAbsent(err) {
		f.Exists, f.NonEmpty = facts.Known(false, at), facts.Known(false, at)
		f.Leaks, f.ShowsHostname = facts.Complete[BannerLeak](nil, at), facts.Known(false, at)
		return f
	}
	if err != nil {
		f.Missing = facts.Missing(err.Error())
		return f
	}
	f.Exists, f.NonEmpty = facts.Known(true, at), facts.Known(strings.TrimSpace(string(b)) != "", at)
	f.ShowsHostname = facts.Known(false, at)
	var leaks []BannerLeak
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		if len(leaks) > 1000 {
			unsure = fmt.Sprintf("%s leaks more than 1000 times", name)
			break
		}
		here := facts.File(name, n)
		found, hostname := escapes(line, '\\', issueEscapes)
		if name == "/etc/issue.net" {
			more, host := escapes(line, '%', netEscapes)
			found, hostname = append(found, more...), hostname || host
		}
		if hostname {
			f.ShowsHostname = facts.Known(true, here)
		}
		for _, w := range words {
			if hasWord(line, w) {
				found = append(found, BannerLeak{Name: w, What: "os"})
			}
		}
		for _, l := range found {
			l.Origin, l.Line = here, n
			leaks = append(leaks, l)
		}
	}
	f.Leaks = completeUnless(leaks, at, unsure)
	return f
}

// escapes finds what a line has replaced; a doubled lead is itself and no escape.
func escapes(line string, lead byte, table map[byte]string) (leaks []BannerLeak, hostname bool) {
	for i := 0; i+1 < len(line); i++ {
		if line[i] != lead {
			continue
		}
		i++
		what, ok := table[line[i]]
		switch {
		case ok && what == "":
			hostname = true
		case ok:
			leaks = append(leaks, BannerLeak{Name: line[i-1 : i+1], What: what})
		}
	}
	return leaks, hostname
}

// hasWord finds a word in any case. A short one ("ol", "sid") must stand alone, or it would be found inside others.
func hasWord(line, word string) bool {
	line, word = strings.ToLower(line), strings.ToLower(word)
	for at := 0; ; {
		i := strings.Index(line[at:], word)
		if i < 0 {
			return false
		}
		start, end := at+i, at+i+len(word)
		if len(word) >= 5 || (!letterBefore(line[:start]) && !letterAfter(line[end:])) {
			return true
		}
		at = end
	}
}

func letterBefore(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsLetter(r)
}

func letterAfter(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r)
}
