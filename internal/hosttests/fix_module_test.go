package hosttests

import (
	"strings"
	"testing"

	"github.com/holdfast-agent/holdfast/internal/testhost"
)

func TestFixKernelModule(t *testing.T) {
	h := testhost.Boot(t)
	f := &fixes{t: t, host: h}
	module := func(name, state string) fix {
		return fix{"kernel_module", map[string]any{"name": name, "state": state}}
	}
	const ours = "/etc/modprobe.d/60-holdfast.conf"
	deny := []fix{module("usb-storage", "disabled"), module("cramfs", "disabled"), module("freevxfs", "disabled")}

	done := f.apply(deny...)
	want := "# Written by Holdfast for 1.1, 1.2, 1.3.\ninstall usb_storage /bin/false\nblacklist usb_storage\n" +
		"install cramfs /bin/false\nblacklist cramfs\ninstall freevxfs /bin/false\nblacklist freevxfs\n"
	if got := h.ReadFile(ours); got != want {
		t.Error(got)
	}
	for _, name := range []string{"usb-storage", "cramfs", "freevxfs"} {
		r := read(t, h, key{"kernel_module", name}).object("kernel_module", strings.ReplaceAll(name, "-", "_"))
		if r["denied"] != true || r["blacklisted"] != true {
			t.Error(r)
		}
		// modprobe itself: what it would run, without running it.
		if got := h.Run("modprobe", "--showconfig").Stdout; !strings.Contains(got, "install "+strings.ReplaceAll(name, "-", "_")+" /bin/false") {
			t.Errorf("modprobe --showconfig has nothing on %s", name)
		}
	}
	f.rollback(done)
	if h.Run("test", "-e", ours).Code == 0 {
		t.Error("the file is still there")
	}

	h.WriteFile("/etc/modprobe.d/10-site.conf", 0o644, "install cramfs /sbin/modprobe --ignore-install cramfs\n")
	if got := f.refused(module("cramfs", "disabled")); !strings.Contains(got, "/etc/modprobe.d/10-site.conf:1 says how cramfs is loaded") {
		t.Error(got)
	}
	h.WriteFile("/etc/modprobe.d/10-site.conf", 0o644, "install udf /bin/true\nblacklist udf\n")
	if p := f.plan(module("udf", "disabled")); len(p.Changes) != 0 {
		t.Errorf("denied already: %v", targets(p))
	}
	if got := f.refused(module("udf", "loaded")); !strings.Contains(got, "10-site.conf:1 keeps udf from being loaded") {
		t.Error(got)
	}
	if got := f.refused(module("hfs", "disabled"), module("hfs", "loaded")); !strings.Contains(got, "tailor") {
		t.Error(got)
	}
	h.WriteFile(ours, 0o644, "# mine\n")
	if got := f.refused(module("hfs", "disabled")); !strings.Contains(got, "Holdfast did not write it") {
		t.Error(got)
	}
}
