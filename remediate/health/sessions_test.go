package health

import "testing"

func TestSessionsAreReadAsLogindWritesThem(t *testing.T) {
	for text, want := range map[string]string{
		"UID=0\nUSER=root\nACTIVE=1\nSTATE=active\nREMOTE=1\nREMOTE_HOST=192.0.2.7\nSERVICE=sshd\nTTY=pts/0\nCLASS=user\n": "root from 192.0.2.7 (pts/0)",
		"USER=alice\nSTATE=active\nSERVICE=sshd\nCLASS=user\n":                                                             "alice (sshd)",
		"USER=alice\nSTATE=closing\nSERVICE=sshd\nCLASS=user\n":                                                            "",
		"USER=gdm\nSTATE=active\nCLASS=greeter\n":                                                                          "",
		"": "",
	} {
		if got := session(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
