package actions

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts/linux/pamconf"
	"github.com/holdfast-agent/holdfast/remediate"
)

// stillLetsIn refuses a change of PAM after which a service would refuse those whom it lets in now, however well they
// authenticate; whose modules are not installed; or in which no new password could be set.
func stillLetsIn(before, after *view) error {
	files, err := after.Glob(pamconf.Dir + "/*")
	if err != nil {
		return err
	}
	for _, file := range files {
		service := path.Base(file)
		if strings.HasPrefix(service, "common-") || strings.Contains(service, ".dpkg-") || strings.HasSuffix(service, "~") {
			continue
		}
		for _, typ := range []string{pamconf.Auth, pamconf.Account, pamconf.Session, pamconf.Password} {
			will, err := pamconf.Load(after, service, typ)
			if err != nil {
				return remediate.Refuse("%v", err)
			}
			was, err := pamconf.Load(before, service, typ)
			if err != nil {
				continue // nobody can use it now
			}
			if err := stillWorks(after, was, will); err != nil {
				return remediate.Refuse("%s, %s: %v", service, typ, err)
			}
		}
	}
	return nil
}

func stillWorks(v *view, was, will *pamconf.Stack) error {
	had := map[string]bool{}
	for _, e := range was.Entries() {
		had[e.Module()+e.Broken] = true
	}
	for _, e := range will.Entries() {
		switch {
		case e.Broken != "" && !had[e.Module()+e.Broken]:
			return fmt.Errorf("%s:%d: %s", e.File, e.Line.Line, e.Broken)
		case !had[e.Module()] && !e.Quiet && !hasModule(v, e.Target):
			return fmt.Errorf("%s is not installed", e.Module())
		}
	}
	for _, who := range []func(int, pamconf.Entry) string{pamconf.LocalUser, rootAnswers} {
		if _, let := was.Run(who); !let {
			continue
		}
		if _, lets := will.Run(who); !lets {
			return fmt.Errorf("nobody would be let in any more, not with the right password either")
		}
	}
	if will.Type == pamconf.Password && !asksNothing(was) && asksNothing(will) {
		return fmt.Errorf("no new password could be set: the first module would take one over that none has asked for")
	}
	return nil
}

// rootAnswers are those to root.
func rootAnswers(i int, e pamconf.Entry) string {
	if e.Module() == "pam_rootok.so" {
		return "success"
	}
	return pamconf.LocalUser(i, e)
}

// asksNothing tells whether the first module that deals with a new password only takes over what another asked for.
func asksNothing(s *pamconf.Stack) bool {
	askers := []string{"pam_unix.so", "pam_pwquality.so", "pam_cracklib.so", "pam_passwdqc.so", "pam_pwhistory.so"}
	for _, e := range s.Entries() {
		if slices.Contains(askers, e.Module()) {
			return slices.Contains(e.Args, "use_authtok")
		}
	}
	return false
}

// hasModule tells whether a module is installed.
func hasModule(v *view, target string) bool {
	patterns := []string{target}
	if !path.IsAbs(target) {
		patterns = []string{"/lib/*/security/" + target, "/usr/lib/*/security/" + target, "/lib/security/" + target, "/usr/lib/security/" + target}
	}
	return slices.ContainsFunc(patterns, func(p string) bool {
		found, err := v.Glob(p)
		return err == nil && len(found) > 0
	})
}
