package gkeyfile

import "testing"

func TestParse(t *testing.T) {
	entries, err := Parse([]byte("# c\n[a/b]\nk = 'v' \n k=2\r\n\n[c]\nk=3\n"))
	if err != nil {
		t.Fatal(err)
	}
	e, ok := Last(entries, "a/b", "k")
	if !ok || e.Value != "2" || e.Line != 4 || entries[0].Value != "'v' " {
		t.Errorf("%+v", entries)
	}
	if _, ok := Last(entries, "a", "k"); ok {
		t.Error("found in another group")
	}
	for in, want := range map[string]string{
		"k=1\n":         "1: stands before the first group",
		"[a]\nk\n":      "2: is neither a group, a key nor a comment",
		"[a\n":          "1: is no group",
		"[a]\nk=\xff\n": "2: is not UTF-8",
	} {
		if _, err := Parse([]byte(in)); err == nil || err.Error() != want {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("[a/b]\nk=v\n"))
	f.Fuzz(func(t *testing.T, b []byte) { _, _ = Parse(b) })
}
