package linux

import (
	"context"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/aptconf"
	"github.com/holdfast-agent/holdfast/facts/linux/pgpkeys"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "apt_sources",
		Doc:   "The repositories apt is told of, an entry for each type, URI and suite, disabled ones too.",
		Reads: "/etc/apt/sources.list, /etc/apt/sources.list.d",
	}, collectAptSources))
	register(facts.Define(facts.Descriptor{
		Name:  "apt_keys",
		Doc:   "The keyrings apt trusts: those for every repository, and those that sources name.",
		Reads: "/etc/apt/trusted.gpg, /etc/apt/trusted.gpg.d, files of Signed-By",
	}, collectAptKeys))
}

// AptSource is one repository.
type AptSource struct {
	Origin facts.Origin

	Type       string   `fact:"type" doc:"deb or deb-src."`
	URI        string   `fact:"uri" doc:"Where it lies, without name and password."`
	Suite      string   `fact:"suite" doc:"Suite or code name; ends in a slash when it is a path."`
	Components []string `fact:"components" doc:"main, contrib, non-free, …"`
	SignedBy   []string `fact:"signed_by" doc:"Keyrings or fingerprints it must be signed by; embedded for a key in the file itself. Empty: any key apt trusts."`
	Trusted    bool     `fact:"trusted" doc:"Whether signatures are not asked for (trusted=yes)."`
	Insecure   bool     `fact:"insecure" doc:"Whether unsigned or weakly signed lists are taken (allow-insecure, allow-weak, allow-downgrade-to-insecure)."`
	Enabled    bool     `fact:"enabled" doc:"Whether it is switched on."`
	File       string   `fact:"file" doc:"The file that names it."`
	Line       int      `fact:"line" doc:"The line in it."`
}

// AptKeyring is one keyring.
type AptKeyring struct {
	Path     string             `fact:"path" doc:"The keyring; for a key embedded in a source the file of the source."`
	Embedded bool               `fact:"embedded" doc:"Whether the keys stand in a .sources file."`
	ForAll   bool               `fact:"for_all" doc:"Whether every repository without signed-by is trusted by it."`
	Sources  []string           `fact:"sources" doc:"Enabled repositories that name it, as URI and suite."`
	File     File               `fact:"file" doc:"The file's metadata."`
	Keys     facts.List[AptKey] `fact:"keys" doc:"Primary keys in it."`
}

// AptKey is one primary key.
type AptKey struct {
	Fingerprint string   `fact:"fingerprint" doc:"In upper-case hexadecimal."`
	Algorithm   string   `fact:"algorithm" doc:"rsa, dsa, elgamal, eddsa, ed25519, …"`
	Bits        int      `fact:"bits" doc:"Size of an RSA, DSA or ElGamal key; 0 for elliptic curves."`
	Created     string   `fact:"created" doc:"RFC 3339 in UTC."`
	Expires     string   `fact:"expires" doc:"RFC 3339 in UTC; empty when it has no end."`
	Expired     bool     `fact:"expired" doc:"Whether it has expired."`
	UserIDs     []string `fact:"user_ids" doc:"Whom it says it belongs to."`
}

func collectAptSources(ctx context.Context, r *facts.Reader, _ facts.Key) (facts.List[AptSource], error) {
	sources, err := aptSourcesOf(ctx, r)
	out := make([]AptSource, 0, len(sources))
	for _, s := range sources {
		yes := func(names ...string) bool {
			return slices.ContainsFunc(names, func(n string) bool { v, _ := aptconf.Bool(s.Options[n]); return v })
		}
		out = append(out, AptSource{
			Origin: facts.File(s.File, s.Line), Type: s.Type, URI: userInfo.ReplaceAllString(s.URI, "://"), Suite: s.Suite,
			Components: s.Components, SignedBy: signedBy(s), Trusted: yes("trusted"),
			Insecure: yes("allow-insecure", "allow-weak", "allow-downgrade-to-insecure"), Enabled: s.Enabled, File: s.File, Line: s.Line,
		})
	}
	if err != nil {
		return facts.Partial(out, facts.Origin{}, err.Error()), nil
	}
	return facts.Complete(out, facts.File(aptDir+"/sources.list.d", 0)), nil
}

func signedBy(s aptconf.Source) []string {
	value := s.Options["signed-by"]
	if strings.Contains(value, "BEGIN PGP") {
		return []string{"embedded"}
	}
	return strings.Fields(value)
}

func collectAptKeys(ctx context.Context, r *facts.Reader, _ facts.Key) (facts.List[AptKeyring], error) {
	var out []AptKeyring
	sources, failed := aptSourcesOf(ctx, r)
	parts, err := aptParts(r, aptDir+"/trusted.gpg.d", ".gpg", ".asc")
	if err != nil && failed == nil {
		failed = err
	}
	for _, name := range append([]string{aptDir + "/trusted.gpg"}, parts...) {
		if _, err := r.Lstat(name); facts.IsAbsent(err) {
			continue
		}
		out = append(out, AptKeyring{Path: name, ForAll: true})
	}
	for _, s := range sources {
		if s.Enabled {
			out = useKeyring(out, s)
		}
	}
	for i := range out {
		k := &out[i]
		k.File = statFile(ctx, r, k.Path)
		if !k.Embedded {
			k.Keys = keysIn(r, k.Path)
			continue
		}
		for _, s := range sources {
			if s.File == k.Path && sourceName(s) == k.Sources[0] {
				k.Keys = keysOf(r, []byte(unfold(s.Options["signed-by"])), k.Path)
			}
		}
	}
	if failed != nil {
		return facts.Partial(out, facts.Origin{}, failed.Error()), nil
	}
	return facts.Complete(out, facts.File(aptDir, 0)), nil
}

// useKeyring notes that a source is signed by keyrings; fingerprints choose among those trusted for all.
func useKeyring(rings []AptKeyring, s aptconf.Source) []AptKeyring {
	use := sourceName(s)
	for _, by := range signedBy(s) {
		name := by
		if by == "embedded" {
			name = s.File
		} else if !path.IsAbs(by) {
			continue
		}
		i := slices.IndexFunc(rings, func(k AptKeyring) bool {
			return k.Path == name && (by != "embedded" || k.Embedded && slices.Contains(k.Sources, use))
		})
		if i < 0 {
			rings = append(rings, AptKeyring{Path: name, Embedded: by == "embedded"})
			i = len(rings) - 1
		}
		if !slices.Contains(rings[i].Sources, use) {
			rings[i].Sources = append(rings[i].Sources, use)
		}
	}
	return rings
}

// unfold gives an embedded block its empty lines back, which deb822 writes as a dot.
func unfold(s string) string { return strings.ReplaceAll(s, "\n.\n", "\n\n") }

func keysIn(r *facts.Reader, name string) facts.List[AptKey] {
	b, err := r.ReadFile(name)
	if err != nil {
		return facts.UnknownList[AptKey](err.Error())
	}
	return keysOf(r, b, name)
}

func keysOf(r *facts.Reader, b []byte, name string) facts.List[AptKey] {
	if len(b) == 0 {
		return facts.Complete[AptKey](nil, facts.File(name, 0))
	}
	keys, err := pgpkeys.Parse(b)
	out := make([]AptKey, 0, len(keys))
	for _, k := range keys {
		a := AptKey{Fingerprint: k.Fingerprint, Algorithm: k.Algorithm, Bits: k.Bits, Created: k.Created.Format(time.RFC3339), UserIDs: k.UserIDs}
		if !k.Expires.IsZero() {
			a.Expires, a.Expired = k.Expires.Format(time.RFC3339), k.Expires.Before(r.Now())
		}
		out = append(out, a)
	}
	if err != nil {
		return facts.Partial(out, facts.File(name, 0), name+": "+err.Error())
	}
	return facts.Complete(out, facts.File(name, 0))
}

func sourceName(s aptconf.Source) string {
	return userInfo.ReplaceAllString(s.URI, "://") + " " + s.Suite
}
