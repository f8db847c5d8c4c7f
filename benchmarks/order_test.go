package benchmarks

import "testing"

// HCL turns strings into numbers where an operator wants them: "0607" <= "0644" is true, and mode 0607 is world-writable.
func TestModesAreNotComparedAsNumbers(t *testing.T) {
	wantRefused(t, map[string]string{
		`"0607" <= "0644"`:                      "<= compares numbers; this is a string. For file modes there is mode_within",
		`file("/etc/passwd").mode <= "0644"`:    "<= compares numbers",
		`sshd.maxauthtries < "4"`:               "< compares numbers",
		`sshd.x11forwarding > 0`:                "> compares numbers; this is a bool",
		`sshd.maxauthtries + "1" == 7`:          "+ takes numbers",
		`-"1" == 1`:                             "- takes a number",
		`mode_within("0644", 644)`:              "argument 2 must be a string",
		`mode_within("0648", "0644")`:           "is not a mode",
		`version_compare("1.0", 1) == 0`:        "argument 2 must be a string",
		`version_compare("", "1") == 0`:         "is not a version",
		`cidr_contains("10.0.0.1", "10.0.0.1")`: "is not a network",
		`matches("a", "(")`:                     "the pattern is wrong",
		`days_until("2026-11-30") == 1`:         "RFC 3339",
		`format("%300d", 1) == ""`:              "larger than 256",
		`length("abc") == 3`:                    "strlen",
		`contains("abc", "a")`:                  "looks into a list",
		`1 / 0 == 1`:                            "divides by zero",
	})
	wantVerdicts(t, map[string]Verdict{
		`mode_within("0607", "0644")`:                                               Fail,
		`mode_within("0640", "0644")`:                                               Pass,
		`mode_within("4755", "0755")`:                                               Fail,
		`mode_within("644", "0644")`:                                                Pass,
		`mode_within(file("/etc/passwd").mode, "0644")`:                             Pass,
		`mode_within(sshd.permitrootlogin, "0644")`:                                 Error,
		`version_compare("1:1.0", "2.0") == 1`:                                      Pass,
		`version_compare("1.0~rc1", "1.0") == -1`:                                   Pass,
		`version_compare("1.0-1", "1.0-1") == 0`:                                    Pass,
		`cidr_contains("10.0.0.0/8", "10.1.2.3")`:                                   Pass,
		`cidr_contains("10.0.0.0/8", "::ffff:10.1.2.3")`:                            Pass,
		`cidr_contains("10.0.0.0/8", "10.0.0.0/7")`:                                 Fail,
		`cidr_contains("fe80::/10", "fe80::1%eth0")`:                                Pass,
		`days_until("2026-11-23T11:00:00Z") == -1`:                                  Pass,
		`days_until("2026-11-24T11:00:00Z") == 0`:                                   Pass,
		`days_until("2026-11-24T13:00:00+01:00") == 1`:                              Pass,
		`file("/etc/passwd").size == 1152921504606846977`:                           Pass, // not rounded to a float
		`file("/etc/passwd").size == 1152921504606846976`:                           Fail,
		`sshd.maxauthtries / 4 == 1.5`:                                              Pass,
		`sshd.maxauthtries / (sshd.maxauthtries - 6) == 1`:                          Error,
		`matches("abc", "^a.c$") && !matches("abc", "^b")`:                          Pass,
		`dirname("/etc/ssh/x") == "/etc/ssh"`:                                       Pass,
		`label("role") == "ftp" && label("none") == ""`:                             Pass,
		`admits::port("tcp", 20 + 2) && !admits::port("udp", 22)`:                   Pass,
		`format("%04d-%s", 7, "x") == "0007-x"`:                                     Pass,
		`pow(10, 400) > 1`:                                                          Error,
		`split(",", "a,b") == ["a", "b"]`:                                           Pass,
		`regexall("(\\w)=", "a=1,b=2") == ["a", "b"]`:                               Pass,
		`parseint("0x", 10) == 1`:                                                   Error,
		`upper(trimspace(" ab ")) == "AB" && max(1, 3, 2) == 3`:                     Pass,
		`range(20000) == []`:                                                        Error,
		`startswith("abc", "ab") && endswith("abc", "bc")`:                          Pass,
		`merge({ for x in ["a"] : x => 1 }, { for x in ["a"] : x => 2 })["a"] == 2`: Pass,
	})
}
