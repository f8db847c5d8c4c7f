package authkeys

import (
	"fmt"
	"strings"
	"testing"
)

// Public keys made for this test; nobody holds their other half.
const (
	ed = "AAAAC3NzaC1lZDI1NTE5AAAAIMm30DlPuZHfF/xtF7N12VlmY6RfQ/3LdysN7UxAKXWv"
	rs = "AAAAB3NzaC1yc2EAAAADAQABAAABAQCfo00hS5/57Wx6BIwUGgn4oi4nwWUad0aXYNT0HC++X9sWbzJfUS+1o5hbtdTw2ZWcJAHol6Eh/Kgo0M3X8HKmjCZTCV2AQKZ5l9Ec6iQOaZsweUvAqQWkp7U2efJkzDxsePax0OJzYvH4M3pO2JNWeV9VQzLkhcq8o9Wf2WIC8mc65I6TzCRdFI2tHxhEU3IT2njLN2FM9GIezYX7DRyYOz27g7DLemmZi/p9An6hOexKBBthc1wyiw7K5SHMpgNfdONb5hVfFjsMh2msFmHAmxZpIcSv3hP5OH0gsaxUJGmj4d1CXR6sC07jUwRDug2DfERE/GoYAmjZLR62TESz"
)

func TestParse(t *testing.T) {
	keys, malformed, complete := Parse([]byte(strings.Join([]string{
		"# comment",
		"ssh-ed25519 " + ed + " me@here",
		"",
		"  ssh-rsa " + rs,
		`restrict,From="10.0.0.0/8,192.0.2.1",command="echo \"a b\", c" ssh-ed25519 ` + ed,
		"cert-authority ssh-rsa " + rs,
		"ssh-rsa " + ed, // the name inside the key differs
		"ssh-rsa",
		"ssh-ed25519 not*base64",
		"ssh-ed25519 " + ed + "\r",
	}, "\n")))
	want := "[{2 ssh-ed25519 256 [] false} {4 ssh-rsa 2048 [] false} {5 ssh-ed25519 256 [restrict from command] false} {6 ssh-rsa 2048 [cert-authority] true} {10 ssh-ed25519 256 [] false}]"
	if got := fmt.Sprint(keys); got != want {
		t.Errorf("keys\n%s, want\n%s", got, want)
	}
	if got := fmt.Sprint(malformed, complete); got != "[7 8 9] true" {
		t.Error(got)
	}
}

func TestParseIsBounded(t *testing.T) {
	keys, _, complete := Parse([]byte(strings.Repeat("ssh-ed25519 "+ed+"\n", Limit+1)))
	if len(keys) != Limit || complete {
		t.Error(len(keys), complete)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("ssh-rsa " + rs + " x\n"))
	f.Add([]byte("a=\"b\\\" c\",d ssh-ed25519 " + ed))
	f.Fuzz(func(t *testing.T, b []byte) { Parse(b) })
}
