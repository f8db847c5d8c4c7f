package accountdb

import "strings"

// prefixes of crypt(5), with the names that passwd(1), pam_unix(8) and login.defs(5) use.
var prefixes = []struct{ prefix, name string }{
	{"$y$", "yescrypt"},
	{"$gy$", "gost-yescrypt"},
	{"$7$", "scrypt"},
	{"$2a$", "bcrypt"}, {"$2b$", "bcrypt"}, {"$2x$", "bcrypt"}, {"$2y$", "bcrypt"},
	{"$6$", "sha512"},
	{"$5$", "sha256"},
	{"$sha1$", "sha1"},
	{"$md5$", "sunmd5"}, {"$md5,", "sunmd5"},
	{"$1$", "md5"},
	{"$3$", "nt"},
}

// What the password field of an account means.
const (
	Set     = "set"     // a hash that crypt(3) can verify
	Locked  = "locked"  // disabled with a leading "!", whether or not a hash follows
	None    = "none"    // no password, and none can match: "*"
	Blank   = "blank"   // empty: no password is asked for where the service allows it
	Invalid = "invalid" // not of any form that crypt(5) knows: no password matches
)

// Password classifies a password field: its status, and the algorithm of its hash ("" without one). A hash behind a
// lock is told too: it is valid again once the lock is taken away.
func Password(field string) (status, algorithm string) {
	switch {
	case field == "":
		return Blank, ""
	case field[0] == '!':
		return Locked, algorithmOf(strings.TrimLeft(field, "!"))
	case field[0] == '*':
		return None, ""
	}
	if a := algorithmOf(field); a != "" {
		return Set, a
	}
	return Invalid, ""
}

func algorithmOf(hash string) string {
	for _, p := range prefixes {
		if strings.HasPrefix(hash, p.prefix) {
			return p.name
		}
	}
	// crypt(5): bsdicrypt is "_" and 19 characters; descrypt has 13, bigcrypt up to 178 of the same alphabet.
	if len(hash) == 20 && hash[0] == '_' && inAlphabet(hash[1:]) {
		return "bsdicrypt"
	}
	if len(hash) >= 13 && len(hash) <= 178 && inAlphabet(hash) {
		return "des"
	}
	return ""
}

func inAlphabet(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c != '.' && c != '/' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}
