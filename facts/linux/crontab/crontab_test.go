package crontab

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	got, err := Parse([]byte(`# c
SHELL=/bin/sh
 MAILTO = "x"

17 *	* * *	root	cd / && run-parts --report /etc/cron.hourly
25 6 * * 1-5 root test -x /usr/sbin/anacron || { cd / && TOKEN=secret /opt/job --password=secret; }
@Daily backup /usr/bin/backup a%stdin text | mail
`), true)
	if err != nil || len(got) != 3 {
		t.Fatal(got, err)
	}
	for i, want := range []string{"17 * * * *|root|cd run-parts|5", "25 6 * * 1-5|root|test cd /opt/job|6", "@Daily|backup|/usr/bin/backup|7"} {
		j := got[i]
		s := strings.Join([]string{j.Schedule, j.User, strings.Join(j.Programs, " "), string(rune('0' + j.Line))}, "|")
		if s != want {
			t.Errorf("%q, want %q", s, want)
		}
	}
	if got, err = Parse([]byte("* * * * * /bin/x\n"), false); err != nil || got[0].User != "" || got[0].Programs[0] != "/bin/x" {
		t.Error(got, err)
	}
}

func TestParseErrors(t *testing.T) {
	for _, in := range []string{"* * * *\n", "* * * * ? root x\n", "@never root x\n", "* * * * * root\n", "* * * * * root x", "* * * * * root \x00\n", "hello world\n"} {
		if got, err := Parse([]byte(in), true); err == nil || got != nil {
			t.Errorf("%q was taken: %v", in, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("A=b\n* * * * * root x && (y; $(z))\n@reboot a b%c\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		jobs, _ := Parse(b, true)
		for _, j := range jobs {
			if j.Schedule == "" || j.User == "" || j.Line == 0 {
				t.Errorf("%+v", j)
			}
		}
	})
}
