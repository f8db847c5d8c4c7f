package benchmarks

import (
	"strings"
	"testing"
)

// In HCL an absent attribute is null, and null != "x" is true. Here it is unknown, whatever it is compared with.
func TestWhatIsAbsentIsUnknownAndNeverPasses(t *testing.T) {
	wantVerdicts(t, map[string]Verdict{
		`file("/absent").exists == false`:                                           Pass,
		`file("/absent").exists`:                                                    Fail,
		`file("/absent").mode != "0777"`:                                            Unknown,
		`file("/absent").mode == "0777"`:                                            Unknown,
		`!(file("/absent").mode == "0777")`:                                         Unknown,
		`file("/absent").mode != file("/denied").mode`:                              Unknown,
		`file("/absent").mode == file("/absent").mode`:                              Unknown,
		`mode_within(file("/absent").mode, "0777")`:                                 Unknown,
		`!file("/absent").exists || file("/absent").mode == "0"`:                    Pass,
		`file("/denied").exists`:                                                    Unknown,
		`!file("/denied").exists`:                                                   Unknown,
		`sshd.env["NONE"] != "x"`:                                                   Unknown,
		`sshd.env["LANG"] == "C"`:                                                   Pass,
		`lookup(sshd.env, "NONE", "x") == "x"`:                                      Pass,
		`sshd.ciphers[9] != "x"`:                                                    Unknown,
		`alltrue([for p in ["/absent", "/etc"] : file(p).mode != "0777"])`:          Unknown,
		`{ mode = file("/absent").mode, a = 1 } == { mode = "0644", a = 2 }`:        Fail,
		`{ mode = file("/absent").mode, a = 1 } != { mode = "0644", a = 1 }`:        Unknown,
		`[file("/absent").mode] != ["0644"]`:                                        Unknown,
		`[file("/absent").mode] == ["0644", "0600"]`:                                Fail,
		`"${file("/absent").mode}" != "x"`:                                          Unknown,
		`(file("/absent").exists ? file("/absent").size : 0) == 0`:                  Pass,
		`(file("/denied").exists ? 1 : 1) == 1`:                                     Unknown,
		`contains(["0644", file("/absent").mode], "0644")`:                          Pass,
		`contains(["0600", file("/absent").mode], "0644")`:                          Unknown,
		`!contains(["0600", file("/absent").mode], "0644")`:                         Unknown,
		`anytrue([for p in ["/absent", "/etc/passwd"] : file(p).mode == "0644"])`:   Pass,
		`alltrue([for p in ["/absent", "/etc/passwd"] : file(p).mode == "0600"])`:   Fail,
		`days_until("2026-11-30T00:00:00Z") == 6 && file("/absent").mode != "0777"`: Unknown,
	})
}

func TestTheReasonNamesWhatWasNotRead(t *testing.T) {
	for expr, want := range map[string]string{
		`file("/absent").mode != "0777"`:                        `file("/absent").mode: /absent does not exist`,
		`file("/denied").exists && sshd.x11forwarding`:          `file("/denied").exists: permission denied`,
		`sshd.maxauthtries == 6 && sshd.x11forwarding`:          `sshd.x11forwarding: permission denied`,
		`length(tree.unread) == 0`:                              `tree.unread: the walk timed out`,
		`length([for d in tree.partial : d if !d.sticky]) == 0`: `tree.partial[1]: /proc/1/root: permission denied`,
		`sshd.env["NONE"] != "x"`:                               `there is no key "NONE"`,
	} {
		r := verdictOf(t, newFakeHost(), expr)
		if r.Verdict != Unknown || !strings.Contains(r.Reason, want) {
			t.Errorf("%s is %v: %q, want unknown: %q", expr, r.Verdict, r.Reason, want)
		}
	}
}
