package benchmarks

import "testing"

// HCL compares across types (a string never equals a number, so != is true) and lets null in.
func TestEqualityNeedsOneTypeOnBothSides(t *testing.T) {
	wantRefused(t, map[string]string{
		`sshd.permitrootlogin != 4`:                "the left is a string and the right is a number",
		`file("/absent").mode != 644`:              "the left is a string and the right is a number",
		`sshd.maxauthtries == "6"`:                 "the left is a number and the right is a string",
		`sshd.x11forwarding == "no"`:               "the left is a bool and the right is a string",
		`sshd.ciphers == "x"`:                      "the left is list(string) and the right is a string",
		`sshd.ciphers != [1]`:                      "the right is list(number)",
		`sshd.permitrootlogin != null`:             "null is refused",
		`sshd == null`:                             "null is refused",
		`{ a = 1 } == { b = 1 }`:                   "an object",
		`sshd.permitrootlogin == (true ? 1 : "a")`: "of one type",
		`contains(sshd.ciphers, 3)`:                "the value is a number",
		`["a", 1] == ["a", "1"]`:                   "of one type",
	})
}

func TestAListThatWasNotReadDiffersFromNothing(t *testing.T) {
	wantVerdicts(t, map[string]Verdict{
		`tree.unread != []`:  Unknown,
		`tree.unread == []`:  Unknown,
		`tree.partial != []`: Pass, // it has an element for certain
		`tree.partial == []`: Fail,
		`tree.empty == []`:   Pass,
		`tree.empty != []`:   Fail,
		`tree.dirs != []`:    Pass,
		`[] == tree.empty`:   Pass,
		`sshd.ciphers == ["aes256-gcm@openssh.com", "3des-cbc"]`: Pass,
		`sshd.ciphers != ["aes256-gcm@openssh.com"]`:             Pass,
		`sshd.listen[0].port == 22`:                              Pass,
		`sshd.listen[1].port != 22`:                              Unknown,
	})
}

// What a list that goes on unread has at its end is not an element, and must not be counted as one.
func TestAnUnreadEndOfAListIsNotCounted(t *testing.T) {
	wantVerdicts(t, map[string]Verdict{
		`length(tree.partial) == 2`:                                    Unknown,
		`length(tree.partial) != 2`:                                    Unknown,
		`length(tree.partial) > 0`:                                     Unknown,
		`length(tree.dirs) == 4`:                                       Pass,
		`length(tree.empty) == 0`:                                      Pass,
		`length(tree.unread) == 0`:                                     Unknown,
		`complete(tree.partial)`:                                       Fail,
		`complete(tree.unread)`:                                        Fail,
		`complete(tree.dirs) && complete(tree.empty)`:                  Pass,
		`contains(tree.partial[*].path, "/tmp")`:                       Pass,
		`contains(tree.partial[*].path, "/x")`:                         Unknown,
		`!contains(tree.partial[*].path, "/x")`:                        Unknown,
		`alltrue(tree.partial[*].sticky)`:                              Unknown,
		`alltrue([for d in tree.partial : d.path != "/tmp"])`:          Fail,
		`anytrue(tree.partial[*].sticky)`:                              Pass,
		`anytrue([for d in tree.partial : d.path == "/x"])`:            Unknown,
		`tree.partial[0].path == "/tmp"`:                               Pass,
		`tree.partial[1].path == "/tmp"`:                               Unknown,
		`join(",", tree.partial[*].path) == "/tmp"`:                    Unknown,
		`sort(tree.partial[*].path) == ["/tmp"]`:                       Unknown,
		`sort(tree.partial[*].path)[0] == "/tmp"`:                      Unknown,
		`concat(tree.partial, tree.empty) == tree.partial`:             Unknown,
		`length(concat(tree.partial, tree.dirs)) == 6`:                 Unknown,
		`concat(tree.partial, tree.dirs)[1].path == "/tmp"`:            Unknown,
		`distinct(tree.partial[*].owner) == ["root"]`:                  Unknown,
		`length([for d in tree.partial : 1]) == 2`:                     Unknown,
		`[for d in tree.partial : 1] == [1]`:                           Unknown,
		`length([for d in tree.dirs : d if d.sticky]) == 1`:            Unknown, // one could not be asked
		`length([for d in tree.dirs : d if d.path != "/tmp"]) == 3`:    Pass,
		`keys({ for d in tree.partial : d.path => 1 }) == ["/tmp"]`:    Unknown,
		`{ for d in tree.dirs : d.path => d.owner }["/tmp"] == "root"`: Pass,
		`flatten([tree.partial[*].path, ["/a"]])[1] == "/a"`:           Unknown,
		`setsubtract(["/tmp"], tree.partial[*].path) == []`:            Unknown,
		`length(at_least(tree.dirs, 4)) == 4`:                          Pass,
		`alltrue([for d in at_least(tree.empty, 1) : d.sticky])`:       Unknown,
		`alltrue([for d in tree.empty : d.sticky])`:                    Pass,
		`at_least(tree.partial, 2) == []`:                              Unknown,
		`alltrue([for d in at_least([for x in tree.dirs : x if x.sticky && x.path == "/mnt/y"], 1) : true])`: Unknown,
	})
}
