package linux

import (
	"context"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/pamconf"
	"pault.ag/go/debian/version"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name: "pwhistory",
		Doc: "Whether old passwords are refused (pam_pwhistory). An option is unknown where the lines of different stacks do not " +
			"agree; lines tells them one by one.",
		Reads: "/etc/pam.d, /usr/lib/pam.d, /etc/security/pwhistory.conf (from Linux-PAM 1.5.3 on), /var/lib/dpkg/status",
	}, collectPwhistory))
	register(facts.Define(facts.Descriptor{
		Name:  "pam_unix",
		Doc:   "How pam_unix checks and stores passwords: each line of it in the services' stacks.",
		Reads: "/etc/pam.d, /usr/lib/pam.d, /etc/login.defs",
	}, collectPAMUnix))
}

// Pwhistory is pam_pwhistory's part in the password stacks.
type Pwhistory struct {
	Missing facts.Missing
	PwhistoryOptions

	Enabled     facts.V[bool]             `fact:"enabled" doc:"Whether every service that lets pam_unix set a password calls pam_pwhistory first and heeds its refusal, and at least one does."`
	Unprotected facts.List[string]        `fact:"unprotected" doc:"Services of which that does not hold."`
	Lines       facts.List[PwhistoryLine] `fact:"lines" doc:"Each line that calls pam_pwhistory, with its options."`
}

// PwhistoryOptions are the options that are in force.
type PwhistoryOptions struct {
	Remember       facts.V[int64]  `fact:"remember" doc:"Old passwords that are kept and refused; 0 for none."`
	Retry          facts.V[int64]  `fact:"retry" doc:"Times a user is asked anew."`
	EnforceForRoot facts.V[bool]   `fact:"enforce_for_root" doc:"Whether it binds root too."`
	UseAuthtok     facts.V[bool]   `fact:"use_authtok" doc:"Whether it takes the password that modules before it have vetted."`
	File           facts.V[string] `fact:"file_of_passwords" doc:"Where the old passwords' hashes are kept."`
}

// PwhistoryLine is one line with its options.
type PwhistoryLine struct {
	Origin facts.Origin
	PwhistoryOptions

	File string `fact:"file" doc:"File of the line."`
	Line int    `fact:"line" doc:"Its number, from 1."`
}

const (
	pwhistoryModule = "pam_pwhistory.so"
	pwhistoryConf   = "/etc/security/pwhistory.conf"
)

func collectPwhistory(ctx context.Context, r *facts.Reader, _ facts.Key) (Pwhistory, error) {
	uses, err := moduleUses(ctx, r, pamconf.Password, pwhistoryModule)
	if err != nil {
		return Pwhistory{}, err
	}
	var out Pwhistory
	if out.Enabled, out.Unprotected, err = gateOfPasswords(ctx, r, pwhistoryModule); err != nil {
		return Pwhistory{}, err
	}
	var lines []PwhistoryLine
	var places []string
	for _, u := range distinct(uses) {
		l := PwhistoryLine{Origin: u.origin(), File: u.entry.File, Line: u.entry.Line.Line, PwhistoryOptions: pwhistoryOptions(ctx, r, u)}
		lines, places = append(lines, l), append(places, u.origin().String())
	}
	out.Lines = facts.Complete(lines, facts.File(pamconf.Dir, 0))
	if len(lines) == 0 {
		out.Missing = "pam_pwhistory is in no password stack"
		return out, nil
	}
	out.PwhistoryOptions = PwhistoryOptions{
		Remember:       agreement(each(lines, func(l PwhistoryLine) facts.V[int64] { return l.Remember }), places),
		Retry:          agreement(each(lines, func(l PwhistoryLine) facts.V[int64] { return l.Retry }), places),
		EnforceForRoot: agreement(each(lines, func(l PwhistoryLine) facts.V[bool] { return l.EnforceForRoot }), places),
		UseAuthtok:     agreement(each(lines, func(l PwhistoryLine) facts.V[bool] { return l.UseAuthtok }), places),
		File:           agreement(each(lines, func(l PwhistoryLine) facts.V[string] { return l.PwhistoryOptions.File }), places),
	}
	return out, nil
}

// pwhistoryOptions: defaults, the file where the installed version reads one, arguments.
func pwhistoryOptions(ctx context.Context, r *facts.Reader, u moduleUse) PwhistoryOptions {
	byDefault := facts.From("default of pam_pwhistory")
	o := PwhistoryOptions{Remember: facts.Known(int64(10), byDefault), Retry: facts.Known(int64(1), byDefault),
		EnforceForRoot: facts.Known(false, byDefault), UseAuthtok: facts.Known(false, byDefault),
		File: facts.Known("/etc/security/opasswd", byDefault)}
	args := argumentSettings(u)
	conf := pwhistoryConf
	for _, a := range args {
		if a.name == "conf" && a.hasValue {
			conf = a.value
		}
	}
	b, err := r.ReadFile(conf)
	if !facts.IsAbsent(err) {
		reads, why := pwhistoryReadsFile(ctx, r)
		switch {
		case why == "" && reads && err != nil:
			why = err.Error()
		case why == "" && reads:
			args = append(parsePAMSettings(conf, b), args...)
		}
		if why != "" {
			return PwhistoryOptions{Remember: facts.Unknown[int64](why), Retry: facts.Unknown[int64](why), EnforceForRoot: facts.Unknown[bool](why),
				UseAuthtok: facts.Unknown[bool](why), File: facts.Unknown[string](why)}
		}
	}
	for _, s := range args {
		o.set(s)
	}
	return o
}

// pwhistoryReadsFile tells whether the installed module knows of pwhistory.conf.
func pwhistoryReadsFile(ctx context.Context, r *facts.Reader) (reads bool, unknown string) {
	db, err := packagesOf(ctx, r)
	if err != nil {
		return false, "whether pam_pwhistory reads " + pwhistoryConf + " depends on its version: " + err.Error()
	}
	for _, p := range db.find("libpam-modules", "") {
		v, err := version.Parse(p.Version)
		if err == nil {
			return version.Compare(v, version.Version{Version: "1.5.3"}) >= 0, ""
		}
	}
	return false, "whether pam_pwhistory reads " + pwhistoryConf + " depends on its version: libpam-modules is not among the packages"
}

func (o *PwhistoryOptions) set(s pamSetting) {
	n, numeric := scanNumber(s.value, true)
	switch s.name {
	case "remember":
		if numeric {
			o.Remember = facts.Known(min(max(n, 0), 400), s.origin)
		}
	case "retry":
		if numeric {
			o.Retry = facts.Known(n, s.origin)
		}
	case "enforce_for_root":
		o.EnforceForRoot = facts.Known(true, s.origin)
	case "use_authtok":
		o.UseAuthtok = facts.Known(true, s.origin)
	case "file":
		o.File = facts.Known(s.value, s.origin)
	}
}

// PAMUnix are the lines that call pam_unix.
type PAMUnix struct {
	Missing facts.Missing

	Nullok        facts.V[bool]           `fact:"nullok" doc:"Whether any line lets accounts with an empty password in."`
	HashAlgorithm facts.V[string]         `fact:"hash_algorithm" doc:"How new passwords are hashed: yescrypt, sha512, … in every password stack; unknown when they differ."`
	Remember      facts.V[int64]          `fact:"remember" doc:"The largest remember= of any line; 0 for none."`
	UseAuthtok    facts.V[bool]           `fact:"use_authtok" doc:"Whether every line that sets passwords behind another module takes that module's."`
	Lines         facts.List[PAMUnixLine] `fact:"lines" doc:"Each line that calls pam_unix."`
}

// PAMUnixLine is one line that calls pam_unix.
type PAMUnixLine struct {
	Origin facts.Origin

	Type          string          `fact:"type" doc:"auth, account, password or session."`
	Nullok        bool            `fact:"nullok" doc:"Whether an empty password lets in."`
	Remember      int64           `fact:"remember" doc:"remember=; 0 when it is not there."`
	UseAuthtok    bool            `fact:"use_authtok" doc:"Whether it takes the password that modules before it have vetted."`
	HashAlgorithm facts.V[string] `fact:"hash_algorithm" doc:"How new passwords are hashed; empty for other types than password."`
	Arguments     []string        `fact:"arguments" doc:"The arguments."`
	File          string          `fact:"file" doc:"File of the line."`
	Line          int             `fact:"line" doc:"Its number, from 1."`
}

func collectPAMUnix(ctx context.Context, r *facts.Reader, _ facts.Key) (PAMUnix, error) {
	var out PAMUnix
	var lines []PAMUnixLine
	var hashes []facts.V[string]
	var places []string
	none := facts.From("no line of pam_unix says otherwise")
	out.Nullok, out.Remember, out.UseAuthtok = facts.Known(false, none), facts.Known(int64(0), none), facts.Known(true, none)
	for _, kind := range []string{pamconf.Auth, pamconf.Account, pamconf.Password, pamconf.Session} {
		uses, err := moduleUses(ctx, r, kind, "pam_unix.so")
		if err != nil {
			return PAMUnix{}, err
		}
		for _, u := range distinct(uses) {
			l := pamUnixLine(r, u, kind)
			lines = append(lines, l)
			if kind == pamconf.Password {
				hashes, places = append(hashes, l.HashAlgorithm), append(places, u.origin().String())
				if !l.UseAuthtok && u.position > 0 {
					out.UseAuthtok = facts.Known(false, u.origin())
				}
			}
			if l.Nullok {
				out.Nullok = facts.Known(true, u.origin())
			}
			if have, _ := out.Remember.Get(); l.Remember > have {
				out.Remember = facts.Known(l.Remember, u.origin())
			}
		}
	}
	out.Lines = facts.Complete(lines, facts.File(pamconf.Dir, 0))
	if out.HashAlgorithm = agreement(hashes, places); len(hashes) == 0 {
		out.Missing = "pam_unix is in no password stack"
		out.UseAuthtok = facts.V[bool]{}
	}
	return out, nil
}

// pamUnixHashes are the arguments that choose a hash, as pam_unix(8) names them.
var pamUnixHashes = []string{"md5", "bigcrypt", "sha256", "sha512", "blowfish", "gost_yescrypt", "yescrypt"}

func pamUnixLine(r *facts.Reader, u moduleUse, kind string) PAMUnixLine {
	l := PAMUnixLine{Origin: u.origin(), Type: kind, Arguments: u.entry.Args, File: u.entry.File, Line: u.entry.Line.Line,
		HashAlgorithm: facts.Known("", u.origin())}
	hash := facts.V[string]{}
	for _, a := range argumentSettings(u) {
		switch {
		case a.name == "nullok" || a.name == "nullok_secure":
			l.Nullok = true
		case a.name == "remember":
			n, _ := scanNumber(a.value, true)
			l.Remember = min(n, 400)
		case a.name == "use_authtok":
			l.UseAuthtok = true
		case slices.Contains(pamUnixHashes, a.name) && !a.hasValue:
			hash = facts.Known(a.name, a.origin)
		}
	}
	if kind == pamconf.Password {
		if _, chosen := hash.Get(); !chosen {
			hash = loginDefsHash(r)
		}
		l.HashAlgorithm = hash
	}
	return l
}

// loginDefsHash is what pam_unix takes without an argument: ENCRYPT_METHOD of login.defs(5), else crypt(3)'s oldest.
func loginDefsHash(r *facts.Reader) facts.V[string] {
	const file = "/etc/login.defs"
	b, err := r.ReadFile(file)
	if err != nil && !facts.IsAbsent(err) {
		return facts.Unknown[string](err.Error())
	}
	for i, line := range strings.Split(string(b), "\n") {
		// pam_modutil_search_key: the first line with the name.
		text, _, _ := strings.Cut(line, "#")
		fields := strings.Fields(strings.Replace(text, "=", " ", 1))
		if len(fields) < 2 || !strings.EqualFold(fields[0], "ENCRYPT_METHOD") {
			continue
		}
		method := strings.ToLower(fields[1])
		if !slices.Contains(pamUnixHashes, method) {
			method = "des"
		}
		return facts.Known(method, facts.File(file, i+1))
	}
	return facts.Known("des", facts.From("default of pam_unix"))
}
