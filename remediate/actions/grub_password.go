package actions

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/holdfast-agent/holdfast/remediate"
)

// grubPasswordFile comes after 00_header, which it builds on, and before what makes entries.
const grubPasswordFile = "/etc/grub.d/07_holdfast"

var (
	grubName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)
	// grubHash is what grub-mkpasswd-pbkdf2 prints, behind words in the language of who ran it.
	grubHash = regexp.MustCompile(`(?:^|\s)(grub\.pbkdf2\.sha512\.[0-9]{1,9}\.[0-9A-Fa-f]+\.[0-9A-Fa-f]+)\s*$`)
)

// grubPassword has entries be changed with a password only. They boot without one unless it is said that they shall not: a
// host that waits for somebody at its console does not come back from a reboot.
func grubPassword(ctx context.Context, d *remediate.Draft, a grubArgs) (changed bool, err error) {
	switch {
	case !grubName.MatchString(*a.Superuser):
		return false, fmt.Errorf("%q is no name for GRUB's superuser", *a.Superuser)
	case a.PasswordFile == nil:
		return false, remediate.Refuse("there is no file with the hash of GRUB's password: write what grub-mkpasswd-pbkdf2 prints to one that only root can read, and name it as password_file")
	}
	if err := d.Claim("GRUB's superuser", *a.Superuser); err != nil {
		return false, err
	}
	hash, err := d.File(ctx, *a.PasswordFile)
	if err != nil {
		return false, err
	}
	switch {
	case hash.Type != remediate.Regular:
		return false, remediate.Refuse("%s, which is to hold the hash of GRUB's password, is %s", *a.PasswordFile, hash.Type.Words())
	case hash.UID != 0 || hash.Mode&0o077 != 0:
		return false, remediate.Refuse("%s holds the hash of GRUB's password and must be root's alone: chown root, chmod 600", *a.PasswordFile)
	}
	found := grubHash.FindStringSubmatch(strings.TrimSpace(string(hash.Content)))
	if found == nil {
		return false, remediate.Refuse("%s does not end in a hash of grub-mkpasswd-pbkdf2", *a.PasswordFile)
	}
	lines := []string{
		"#!/bin/sh", "# Written by Holdfast for " + d.Source().Control + ".", "cat <<'END'",
		fmt.Sprintf("set superusers=%q", *a.Superuser), "password_pbkdf2 " + *a.Superuser + " " + found[1],
	}
	if a.Unrestricted == nil || *a.Unrestricted {
		// Every entry that the distribution makes has this option's variable, which 00_header sets.
		lines = append(lines, `set menuentry_id_option="--unrestricted $menuentry_id_option"`)
	}
	want := remediate.File{Type: remediate.Regular, Mode: 0o700, Secret: true, Content: []byte(strings.Join(append(lines, "END", ""), "\n"))}
	now, err := d.File(ctx, grubPasswordFile)
	if err != nil || sameButFirst(string(now.Content), string(want.Content)) && now.Mode == want.Mode {
		return false, err
	}
	return true, d.SetFile(ctx, grubPasswordFile, want, remediate.Options{AtBoot: true, Affects: []string{"whoever edits GRUB's entries at the console needs the password"}})
}

// sameButFirst compares but for the line that says for which control it was written.
func sameButFirst(a, b string) bool {
	tail := func(s string) string {
		_, s, _ = strings.Cut(s, "\n")
		_, s, _ = strings.Cut(s, "\n")
		return s
	}
	return a != "" && tail(a) == tail(b)
}

// grubCmdline is a setting of the kernel's command line that is plain text.
var grubCmdline = regexp.MustCompile(`^(GRUB_CMDLINE_LINUX(?:_DEFAULT)?)=(["']?)([^"'` + "`" + `\\]*)(["']?)\s*$`)

// removeWord takes a word out of the settings that give it to the kernel.
func removeWord(ctx context.Context, d *remediate.Draft, word string) error {
	files := []string{"/etc/default/grub"}
	entries, _ := d.Tree().ReadDir(grubDefaults) // there need be none
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".cfg") {
			files = append(files, grubDefaults+"/"+e.Name())
		}
	}
	found := false
	for _, name := range files {
		f, err := d.File(ctx, name)
		if err != nil {
			return err
		}
		lines, changed := withoutWord(d, strings.Split(string(f.Content), "\n"), word)
		if !changed || f.Type != remediate.Regular {
			continue
		}
		found = true
		f.Content = []byte(strings.Join(lines, "\n"))
		if err := d.SetFile(ctx, name, f, remediate.Options{AtBoot: true}); err != nil {
			return err
		}
	}
	if !found {
		return remediate.Refuse("%s is given to the kernel in a way that is more than plain text: take it away in /etc/default/grub or beside it and run update-grub", word)
	}
	return nil
}

func withoutWord(d *remediate.Draft, lines []string, word string) (out []string, changed bool) {
	for _, l := range lines {
		m := grubCmdline.FindStringSubmatch(l)
		if m == nil || m[2] != m[4] {
			out = append(out, l)
			continue
		}
		var kept []string
		for _, w := range strings.Fields(m[3]) {
			if w != word {
				kept = append(kept, w)
			}
		}
		if len(kept) == len(strings.Fields(m[3])) {
			out = append(out, l)
			continue
		}
		changed = true
		quote := m[2]
		if quote == "" {
			quote = `"`
		}
		out = append(out, was(d, l), m[1]+"="+quote+strings.Join(kept, " ")+quote)
	}
	return out, changed
}
