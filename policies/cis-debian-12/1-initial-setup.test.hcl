test "1.1.1.1: denied by modprobe.d" {
  facts {
    kernel_module = { "cramfs" = { loaded = false, builtin = false, loadable = false } }
  }
  expect = { "1.1.1.1" = "pass" }
}

test "1.1.1.1: only waiting to be asked for" {
  facts {
    kernel_module = { "cramfs" = { loaded = false, builtin = false, loadable = true } }
  }
  expect = { "1.1.1.1" = "fail" }
}

test "1.1.1.1: loaded" {
  facts {
    kernel_module = { "cramfs" = { loaded = true, builtin = false, loadable = false } }
  }
  expect = { "1.1.1.1" = "fail" }
}

test "1.1.1.1: built into the kernel" {
  facts {
    kernel_module = { "cramfs" = { loaded = false, builtin = true, loadable = false } }
  }
  expect = { "1.1.1.1" = "fail" }
}

test "1.1.1.1: modprobe.d could not be read" {
  facts {
    kernel_module = { "cramfs" = { loaded = false, builtin = false } }
  }
  expect = { "1.1.1.1" = "unknown" }
}

test "1.1.1.2: denied by modprobe.d" {
  facts {
    kernel_module = { "freevxfs" = { loaded = false, builtin = false, loadable = false } }
  }
  expect = { "1.1.1.2" = "pass" }
}

test "1.1.1.2: only waiting to be asked for" {
  facts {
    kernel_module = { "freevxfs" = { loaded = false, builtin = false, loadable = true } }
  }
  expect = { "1.1.1.2" = "fail" }
}

test "1.1.1.2: loaded" {
  facts {
    kernel_module = { "freevxfs" = { loaded = true, builtin = false, loadable = false } }
  }
  expect = { "1.1.1.2" = "fail" }
}

test "1.1.1.2: built into the kernel" {
  facts {
    kernel_module = { "freevxfs" = { loaded = false, builtin = true, loadable = false } }
  }
  expect = { "1.1.1.2" = "fail" }
}

test "1.1.1.2: modprobe.d could not be read" {
  facts {
    kernel_module = { "freevxfs" = { loaded = false, builtin = false } }
  }
  expect = { "1.1.1.2" = "unknown" }
}

test "1.1.1.3: denied by modprobe.d" {
  facts {
    kernel_module = { "hfs" = { loaded = false, builtin = false, loadable = false } }
  }
  expect = { "1.1.1.3" = "pass" }
}

test "1.1.1.3: only waiting to be asked for" {
  facts {
    kernel_module = { "hfs" = { loaded = false, builtin = false, loadable = true } }
  }
  expect = { "1.1.1.3" = "fail" }
}

test "1.1.1.3: loaded" {
  facts {
    kernel_module = { "hfs" = { loaded = true, builtin = false, loadable = false } }
  }
  expect = { "1.1.1.3" = "fail" }
}

test "1.1.1.3: built into the kernel" {
  facts {
    kernel_module = { "hfs" = { loaded = false, builtin = true, loadable = false } }
  }
  expect = { "1.1.1.3" = "fail" }
}

test "1.1.1.3: modprobe.d could not be read" {
  facts {
    kernel_module = { "hfs" = { loaded = false, builtin = false } }
  }
  expect = { "1.1.1.3" = "unknown" }
}

test "1.1.1.4: denied by modprobe.d" {
  facts {
    kernel_module = { "hfsplus" = { loaded = false, builtin = false, loadable = false } }
  }
  expect = { "1.1.1.4" = "pass" }
}

test "1.1.1.4: only waiting to be asked for" {
  facts {
    kernel_module = { "hfsplus" = { loaded = false, builtin = false, loadable = true } }
  }
  expect = { "1.1.1.4" = "fail" }
}

test "1.1.1.4: loaded" {
  facts {
    kernel_module = { "hfsplus" = { loaded = true, builtin = false, loadable = false } }
  }
  expect = { "1.1.1.4" = "fail" }
}

test "1.1.1.4: built into the kernel" {
  facts {
    kernel_module = { "hfsplus" = { loaded = false, builtin = true, loadable = false } }
  }
  expect = { "1.1.1.4" = "fail" }
}

test "1.1.1.4: modprobe.d could not be read" {
  facts {
    kernel_module = { "hfsplus" = { loaded = false, builtin = false } }
  }
  expect = { "1.1.1.4" = "unknown" }
}

test "1.1.1.5: denied by modprobe.d" {
  facts {
    kernel_module = { "jffs2" = { loaded = false, builtin = false, loadable = false } }
  }
  expect = { "1.1.1.5" = "pass" }
}

test "1.1.1.5: only waiting to be asked for" {
  facts {
    kernel_module = { "jffs2" = { loaded = false, builtin = false, loadable = true } }
  }
  expect = { "1.1.1.5" = "fail" }
}

test "1.1.1.5: loaded" {
  facts {
    kernel_module = { "jffs2" = { loaded = true, builtin = false, loadable = false } }
  }
  expect = { "1.1.1.5" = "fail" }
}

test "1.1.1.5: built into the kernel" {
  facts {
    kernel_module = { "jffs2" = { loaded = false, builtin = true, loadable = false } }
  }
  expect = { "1.1.1.5" = "fail" }
}

test "1.1.1.5: modprobe.d could not be read" {
  facts {
    kernel_module = { "jffs2" = { loaded = false, builtin = false } }
  }
  expect = { "1.1.1.5" = "unknown" }
}

test "1.1.1.6: denied by modprobe.d" {
  facts {
    kernel_module = { "overlayfs" = { loaded = false, builtin = false, loadable = false } }
  }
  expect = { "1.1.1.6" = "pass" }
}

test "1.1.1.6: only waiting to be asked for" {
  facts {
    kernel_module = { "overlayfs" = { loaded = false, builtin = false, loadable = true } }
  }
  expect = { "1.1.1.6" = "fail" }
}

test "1.1.1.6: loaded" {
  facts {
    kernel_module = { "overlayfs" = { loaded = true, builtin = false, loadable = false } }
  }
  expect = { "1.1.1.6" = "fail" }
}

test "1.1.1.6: built into the kernel" {
  facts {
    kernel_module = { "overlayfs" = { loaded = false, builtin = true, loadable = false } }
  }
  expect = { "1.1.1.6" = "fail" }
}

test "1.1.1.6: modprobe.d could not be read" {
  facts {
    kernel_module = { "overlayfs" = { loaded = false, builtin = false } }
  }
  expect = { "1.1.1.6" = "unknown" }
}

test "1.1.1.7: denied by modprobe.d" {
  facts {
    kernel_module = { "squashfs" = { loaded = false, builtin = false, loadable = false } }
  }
  expect = { "1.1.1.7" = "pass" }
}

test "1.1.1.7: only waiting to be asked for" {
  facts {
    kernel_module = { "squashfs" = { loaded = false, builtin = false, loadable = true } }
  }
  expect = { "1.1.1.7" = "fail" }
}

test "1.1.1.7: loaded" {
  facts {
    kernel_module = { "squashfs" = { loaded = true, builtin = false, loadable = false } }
  }
  expect = { "1.1.1.7" = "fail" }
}

test "1.1.1.7: built into the kernel" {
  facts {
    kernel_module = { "squashfs" = { loaded = false, builtin = true, loadable = false } }
  }
  expect = { "1.1.1.7" = "fail" }
}

test "1.1.1.7: modprobe.d could not be read" {
  facts {
    kernel_module = { "squashfs" = { loaded = false, builtin = false } }
  }
  expect = { "1.1.1.7" = "unknown" }
}

test "1.1.1.8: denied by modprobe.d" {
  facts {
    kernel_module = { "udf" = { loaded = false, builtin = false, loadable = false } }
  }
  expect = { "1.1.1.8" = "pass" }
}

test "1.1.1.8: only waiting to be asked for" {
  facts {
    kernel_module = { "udf" = { loaded = false, builtin = false, loadable = true } }
  }
  expect = { "1.1.1.8" = "fail" }
}

test "1.1.1.8: loaded" {
  facts {
    kernel_module = { "udf" = { loaded = true, builtin = false, loadable = false } }
  }
  expect = { "1.1.1.8" = "fail" }
}

test "1.1.1.8: built into the kernel" {
  facts {
    kernel_module = { "udf" = { loaded = false, builtin = true, loadable = false } }
  }
  expect = { "1.1.1.8" = "fail" }
}

test "1.1.1.8: modprobe.d could not be read" {
  facts {
    kernel_module = { "udf" = { loaded = false, builtin = false } }
  }
  expect = { "1.1.1.8" = "unknown" }
}

test "1.1.1.9: denied by modprobe.d" {
  facts {
    kernel_module = { "usb-storage" = { loaded = false, builtin = false, loadable = false } }
  }
  expect = { "1.1.1.9" = "pass" }
}

test "1.1.1.9: only waiting to be asked for" {
  facts {
    kernel_module = { "usb-storage" = { loaded = false, builtin = false, loadable = true } }
  }
  expect = { "1.1.1.9" = "fail" }
}

test "1.1.1.9: loaded" {
  facts {
    kernel_module = { "usb-storage" = { loaded = true, builtin = false, loadable = false } }
  }
  expect = { "1.1.1.9" = "fail" }
}

test "1.1.1.9: built into the kernel" {
  facts {
    kernel_module = { "usb-storage" = { loaded = false, builtin = true, loadable = false } }
  }
  expect = { "1.1.1.9" = "fail" }
}

test "1.1.1.9: modprobe.d could not be read" {
  facts {
    kernel_module = { "usb-storage" = { loaded = false, builtin = false } }
  }
  expect = { "1.1.1.9" = "unknown" }
}

test "1.1.1.10: always for a person" {
  facts {

  }
  expect = { "1.1.1.10" = "manual" }
}

test "1.1.2.1.1: mounted and configured" {
  facts {
    mount = { "/tmp" = { mounted = true, is_configured = true, fstype = "ext4" } }
  }
  expect = { "1.1.2.1.1" = "pass" }
}

test "1.1.2.1.1: part of the file system above" {
  facts {
    mount = { "/tmp" = { mounted = false, is_configured = false, fstype = "ext4" } }
  }
  expect = { "1.1.2.1.1" = "fail" }
}

test "1.1.2.1.2: set" {
  facts {
    mount = { "/tmp" = { mounted = true, options = ["rw", "nodev"], is_configured = true, configured_options = ["nodev"] } }
  }
  expect = { "1.1.2.1.2" = "pass" }
}

test "1.1.2.1.2: not set now" {
  facts {
    mount = { "/tmp" = { mounted = true, options = ["rw"], is_configured = true, configured_options = ["nodev"] } }
  }
  expect = { "1.1.2.1.2" = "fail" }
}

test "1.1.2.1.2: lost at the next boot" {
  facts {
    mount = { "/tmp" = { mounted = true, options = ["rw", "nodev"], is_configured = true, configured_options = ["defaults"] } }
  }
  expect = { "1.1.2.1.2" = "fail" }
}

test "1.1.2.1.2: no file system of its own" {
  facts {
    mount = { "/tmp" = { mounted = false } }
  }
  expect = { "1.1.2.1.2" = "not_applicable" }
}

test "1.1.2.1.2: fstab could not be read" {
  facts {
    mount = { "/tmp" = { mounted = true, options = ["nodev"] } }
  }
  expect = { "1.1.2.1.2" = "unknown" }
}

test "1.1.2.1.3: set" {
  facts {
    mount = { "/tmp" = { mounted = true, options = ["rw", "nosuid"], is_configured = true, configured_options = ["nosuid"] } }
  }
  expect = { "1.1.2.1.3" = "pass" }
}

test "1.1.2.1.3: not set now" {
  facts {
    mount = { "/tmp" = { mounted = true, options = ["rw"], is_configured = true, configured_options = ["nosuid"] } }
  }
  expect = { "1.1.2.1.3" = "fail" }
}

test "1.1.2.1.3: lost at the next boot" {
  facts {
    mount = { "/tmp" = { mounted = true, options = ["rw", "nosuid"], is_configured = true, configured_options = ["defaults"] } }
  }
  expect = { "1.1.2.1.3" = "fail" }
}

test "1.1.2.1.3: no file system of its own" {
  facts {
    mount = { "/tmp" = { mounted = false } }
  }
  expect = { "1.1.2.1.3" = "not_applicable" }
}

test "1.1.2.1.3: fstab could not be read" {
  facts {
    mount = { "/tmp" = { mounted = true, options = ["nosuid"] } }
  }
  expect = { "1.1.2.1.3" = "unknown" }
}

test "1.1.2.1.4: set" {
  facts {
    mount = { "/tmp" = { mounted = true, options = ["rw", "noexec"], is_configured = true, configured_options = ["noexec"] } }
  }
  expect = { "1.1.2.1.4" = "pass" }
}

test "1.1.2.1.4: not set now" {
  facts {
    mount = { "/tmp" = { mounted = true, options = ["rw"], is_configured = true, configured_options = ["noexec"] } }
  }
  expect = { "1.1.2.1.4" = "fail" }
}

test "1.1.2.1.4: lost at the next boot" {
  facts {
    mount = { "/tmp" = { mounted = true, options = ["rw", "noexec"], is_configured = true, configured_options = ["defaults"] } }
  }
  expect = { "1.1.2.1.4" = "fail" }
}

test "1.1.2.1.4: no file system of its own" {
  facts {
    mount = { "/tmp" = { mounted = false } }
  }
  expect = { "1.1.2.1.4" = "not_applicable" }
}

test "1.1.2.1.4: fstab could not be read" {
  facts {
    mount = { "/tmp" = { mounted = true, options = ["noexec"] } }
  }
  expect = { "1.1.2.1.4" = "unknown" }
}

test "1.1.2.2.1: mounted and configured" {
  facts {
    mount = { "/dev/shm" = { mounted = true, is_configured = true, fstype = "ext4" } }
  }
  expect = { "1.1.2.2.1" = "pass" }
}

test "1.1.2.2.1: part of the file system above" {
  facts {
    mount = { "/dev/shm" = { mounted = false, is_configured = false, fstype = "ext4" } }
  }
  expect = { "1.1.2.2.1" = "fail" }
}

test "1.1.2.2.2: set" {
  facts {
    mount = { "/dev/shm" = { mounted = true, options = ["rw", "nodev"], is_configured = true, configured_options = ["nodev"] } }
  }
  expect = { "1.1.2.2.2" = "pass" }
}

test "1.1.2.2.2: not set now" {
  facts {
    mount = { "/dev/shm" = { mounted = true, options = ["rw"], is_configured = true, configured_options = ["nodev"] } }
  }
  expect = { "1.1.2.2.2" = "fail" }
}

test "1.1.2.2.2: lost at the next boot" {
  facts {
    mount = { "/dev/shm" = { mounted = true, options = ["rw", "nodev"], is_configured = true, configured_options = ["defaults"] } }
  }
  expect = { "1.1.2.2.2" = "fail" }
}

test "1.1.2.2.2: no file system of its own" {
  facts {
    mount = { "/dev/shm" = { mounted = false } }
  }
  expect = { "1.1.2.2.2" = "not_applicable" }
}

test "1.1.2.2.2: fstab could not be read" {
  facts {
    mount = { "/dev/shm" = { mounted = true, options = ["nodev"] } }
  }
  expect = { "1.1.2.2.2" = "unknown" }
}

test "1.1.2.2.3: set" {
  facts {
    mount = { "/dev/shm" = { mounted = true, options = ["rw", "nosuid"], is_configured = true, configured_options = ["nosuid"] } }
  }
  expect = { "1.1.2.2.3" = "pass" }
}

test "1.1.2.2.3: not set now" {
  facts {
    mount = { "/dev/shm" = { mounted = true, options = ["rw"], is_configured = true, configured_options = ["nosuid"] } }
  }
  expect = { "1.1.2.2.3" = "fail" }
}

test "1.1.2.2.3: lost at the next boot" {
  facts {
    mount = { "/dev/shm" = { mounted = true, options = ["rw", "nosuid"], is_configured = true, configured_options = ["defaults"] } }
  }
  expect = { "1.1.2.2.3" = "fail" }
}

test "1.1.2.2.3: no file system of its own" {
  facts {
    mount = { "/dev/shm" = { mounted = false } }
  }
  expect = { "1.1.2.2.3" = "not_applicable" }
}

test "1.1.2.2.3: fstab could not be read" {
  facts {
    mount = { "/dev/shm" = { mounted = true, options = ["nosuid"] } }
  }
  expect = { "1.1.2.2.3" = "unknown" }
}

test "1.1.2.2.4: set" {
  facts {
    mount = { "/dev/shm" = { mounted = true, options = ["rw", "noexec"], is_configured = true, configured_options = ["noexec"] } }
  }
  expect = { "1.1.2.2.4" = "pass" }
}

test "1.1.2.2.4: not set now" {
  facts {
    mount = { "/dev/shm" = { mounted = true, options = ["rw"], is_configured = true, configured_options = ["noexec"] } }
  }
  expect = { "1.1.2.2.4" = "fail" }
}

test "1.1.2.2.4: lost at the next boot" {
  facts {
    mount = { "/dev/shm" = { mounted = true, options = ["rw", "noexec"], is_configured = true, configured_options = ["defaults"] } }
  }
  expect = { "1.1.2.2.4" = "fail" }
}

test "1.1.2.2.4: no file system of its own" {
  facts {
    mount = { "/dev/shm" = { mounted = false } }
  }
  expect = { "1.1.2.2.4" = "not_applicable" }
}

test "1.1.2.2.4: fstab could not be read" {
  facts {
    mount = { "/dev/shm" = { mounted = true, options = ["noexec"] } }
  }
  expect = { "1.1.2.2.4" = "unknown" }
}

test "1.1.2.3.1: mounted and configured" {
  facts {
    mount = { "/home" = { mounted = true, is_configured = true, fstype = "ext4" } }
  }
  expect = { "1.1.2.3.1" = "pass" }
}

test "1.1.2.3.1: part of the file system above" {
  facts {
    mount = { "/home" = { mounted = false, is_configured = false, fstype = "ext4" } }
  }
  expect = { "1.1.2.3.1" = "fail" }
}

test "1.1.2.3.2: set" {
  facts {
    mount = { "/home" = { mounted = true, options = ["rw", "nodev"], is_configured = true, configured_options = ["nodev"] } }
  }
  expect = { "1.1.2.3.2" = "pass" }
}

test "1.1.2.3.2: not set now" {
  facts {
    mount = { "/home" = { mounted = true, options = ["rw"], is_configured = true, configured_options = ["nodev"] } }
  }
  expect = { "1.1.2.3.2" = "fail" }
}

test "1.1.2.3.2: lost at the next boot" {
  facts {
    mount = { "/home" = { mounted = true, options = ["rw", "nodev"], is_configured = true, configured_options = ["defaults"] } }
  }
  expect = { "1.1.2.3.2" = "fail" }
}

test "1.1.2.3.2: no file system of its own" {
  facts {
    mount = { "/home" = { mounted = false } }
  }
  expect = { "1.1.2.3.2" = "not_applicable" }
}

test "1.1.2.3.2: fstab could not be read" {
  facts {
    mount = { "/home" = { mounted = true, options = ["nodev"] } }
  }
  expect = { "1.1.2.3.2" = "unknown" }
}

test "1.1.2.3.3: set" {
  facts {
    mount = { "/home" = { mounted = true, options = ["rw", "nosuid"], is_configured = true, configured_options = ["nosuid"] } }
  }
  expect = { "1.1.2.3.3" = "pass" }
}

test "1.1.2.3.3: not set now" {
  facts {
    mount = { "/home" = { mounted = true, options = ["rw"], is_configured = true, configured_options = ["nosuid"] } }
  }
  expect = { "1.1.2.3.3" = "fail" }
}

test "1.1.2.3.3: lost at the next boot" {
  facts {
    mount = { "/home" = { mounted = true, options = ["rw", "nosuid"], is_configured = true, configured_options = ["defaults"] } }
  }
  expect = { "1.1.2.3.3" = "fail" }
}

test "1.1.2.3.3: no file system of its own" {
  facts {
    mount = { "/home" = { mounted = false } }
  }
  expect = { "1.1.2.3.3" = "not_applicable" }
}

test "1.1.2.3.3: fstab could not be read" {
  facts {
    mount = { "/home" = { mounted = true, options = ["nosuid"] } }
  }
  expect = { "1.1.2.3.3" = "unknown" }
}

test "1.1.2.6.1: mounted and configured" {
  facts {
    mount = { "/var/log" = { mounted = true, is_configured = true, fstype = "ext4" } }
  }
  expect = { "1.1.2.6.1" = "pass" }
}

test "1.1.2.6.1: part of the file system above" {
  facts {
    mount = { "/var/log" = { mounted = false, is_configured = false, fstype = "ext4" } }
  }
  expect = { "1.1.2.6.1" = "fail" }
}

test "1.1.2.7.1: mounted and configured" {
  facts {
    mount = { "/var/log/audit" = { mounted = true, is_configured = true, fstype = "ext4" } }
  }
  expect = { "1.1.2.7.1" = "pass" }
}

test "1.1.2.7.1: part of the file system above" {
  facts {
    mount = { "/var/log/audit" = { mounted = false, is_configured = false, fstype = "ext4" } }
  }
  expect = { "1.1.2.7.1" = "fail" }
}

test "1.2.1.1: always for a person" {
  facts {

  }
  expect = { "1.2.1.1" = "manual" }
}

test "1.2.1.2: always for a person" {
  facts {

  }
  expect = { "1.2.1.2" = "manual" }
}

test "1.2.2.1: always for a person" {
  facts {

  }
  expect = { "1.2.2.1" = "manual" }
}

test "1.3.1.1: installed" {
  facts {
    package = { "apparmor" = { installed = true }, "apparmor-utils" = { installed = true } }
  }
  expect = { "1.3.1.1" = "pass" }
}

test "1.3.1.1: not installed" {
  facts {
    package = { "apparmor" = { installed = false }, "apparmor-utils" = { installed = false } }
  }
  expect = { "1.3.1.1" = "fail" }
}

test "1.3.1.1: dpkg could not be read" {
  facts {

  }
  expect = { "1.3.1.1" = "unknown" }
}

test "1.3.1.1: as far as the profiles go" {
  facts {
    package = { "apparmor" = { installed = true }, "apparmor-utils" = { installed = false } }
  }
  expect = { "1.3.1.1" = "fail" }
}

test "1.3.1.2: told" {
  facts {
    boot = { exists = true, effective_running = ["apparmor=1", "security=apparmor"], common_arguments = ["apparmor=1", "security=apparmor"] }
  }
  expect = { "1.3.1.2" = "pass" }
}

test "1.3.1.2: one entry is not" {
  facts {
    boot = { exists = true, effective_running = ["apparmor=1", "security=apparmor"], common_arguments = [] }
  }
  expect = { "1.3.1.2" = "fail" }
}

test "1.3.1.2: not yet" {
  facts {
    boot = { exists = true, effective_running = [], common_arguments = ["apparmor=1", "security=apparmor"] }
  }
  expect = { "1.3.1.2" = "fail" }
}

test "1.3.1.2: another boot loader" {
  facts {
    boot = { exists = false, effective_running = ["apparmor=1", "security=apparmor"] }
  }
  expect = { "1.3.1.2" = "unknown" }
}

test "1.3.1.2: grub.cfg could not be read" {
  facts {
    boot = { exists = true, effective_running = ["apparmor=1", "security=apparmor"] }
  }
  expect = { "1.3.1.2" = "unknown" }
}

test "1.3.1.3: enforced" {
  facts {
    apparmor = { enabled = true, profiles = [{ name = "/usr/sbin/ntpd", mode = "enforce" }], unconfined_with_profile = [] }
  }
  expect = { "1.3.1.3" = "pass" }
}

test "1.3.1.3: complaining" {
  facts {
    apparmor = { enabled = true, profiles = [{ name = "/usr/sbin/ntpd", mode = "complain" }], unconfined_with_profile = [] }
  }
  expect = { "1.3.1.3" = "pass" }
}

test "1.3.1.3: loaded and not in force" {
  facts {
    apparmor = { enabled = true, profiles = [{ name = "/usr/sbin/ntpd", mode = "unconfined" }], unconfined_with_profile = [] }
  }
  expect = { "1.3.1.3" = "fail" }
}

test "1.3.1.3: a process that started before" {
  facts {
    apparmor = { enabled = true, profiles = [{ name = "/usr/sbin/ntpd", mode = "enforce" }], unconfined_with_profile = [{ pid = 12, exe = "/usr/sbin/ntpd" }] }
  }
  expect = { "1.3.1.3" = "fail" }
}

test "1.3.1.3: no AppArmor" {
  facts {
    apparmor = { enabled = false, profiles = [], unconfined_with_profile = [] }
  }
  expect = { "1.3.1.3" = "fail" }
}

test "1.3.1.3: the profiles could not be read" {
  facts {
    apparmor = { enabled = true }
  }
  expect = { "1.3.1.3" = "unknown" }
}

test "1.3.1.3: no profile is loaded" {
  facts {
    apparmor = { enabled = true, profiles = [], unconfined_with_profile = [] }
  }
  expect = { "1.3.1.3" = "fail" }
}

test "1.3.1.4: enforced" {
  facts {
    apparmor = { enabled = true, profiles = [{ name = "/usr/sbin/ntpd", mode = "enforce" }], unconfined_with_profile = [] }
  }
  expect = { "1.3.1.4" = "pass" }
}

test "1.3.1.4: complaining" {
  facts {
    apparmor = { enabled = true, profiles = [{ name = "/usr/sbin/ntpd", mode = "complain" }], unconfined_with_profile = [] }
  }
  expect = { "1.3.1.4" = "fail" }
}

test "1.3.1.4: no AppArmor" {
  facts {
    apparmor = { enabled = false, profiles = [], unconfined_with_profile = [] }
  }
  expect = { "1.3.1.4" = "fail" }
}

test "1.3.1.4: the profiles could not be read" {
  facts {
    apparmor = { enabled = true }
  }
  expect = { "1.3.1.4" = "unknown" }
}

test "1.3.1.4: no profile is loaded" {
  facts {
    apparmor = { enabled = true, profiles = [], unconfined_with_profile = [] }
  }
  expect = { "1.3.1.4" = "fail" }
}

test "1.4.1: set and hashed" {
  facts {
    boot = { exists = true, superusers = ["root"], password_hashed = true }
  }
  expect = { "1.4.1" = "pass" }
}

test "1.4.1: none" {
  facts {
    boot = { exists = true, superusers = [], password_hashed = false }
  }
  expect = { "1.4.1" = "fail" }
}

test "1.4.1: in the clear" {
  facts {
    boot = { exists = true, superusers = ["root"], password_hashed = false }
  }
  expect = { "1.4.1" = "fail" }
}

test "1.4.1: no boot loader" {
  facts {
    boot = { exists = false }
  }
  expect = { "1.4.1" = "not_applicable" }
}

test "1.4.1: grub.cfg could not be read" {
  facts {
    boot = { exists = true }
  }
  expect = { "1.4.1" = "unknown" }
}

test "1.4.2: as demanded" {
  facts {
    boot = { exists = true, config = { mode = "0600", uid = 0, gid = 0 } }
  }
  expect = { "1.4.2" = "pass" }
}

test "1.4.2: readable" {
  facts {
    boot = { exists = true, config = { mode = "0644", uid = 0, gid = 0 } }
  }
  expect = { "1.4.2" = "fail" }
}

test "1.4.2: of a user" {
  facts {
    boot = { exists = true, config = { mode = "0600", uid = 1000, gid = 0 } }
  }
  expect = { "1.4.2" = "fail" }
}

test "1.4.2: no boot loader" {
  facts {
    boot = { exists = false }
  }
  expect = { "1.4.2" = "not_applicable" }
}

test "1.5.1: set and kept" {
  facts {
    sysctl = {
      "kernel.randomize_va_space" = { running = "2", is_configured = true, configured = "2" }
    }
  }
  expect = { "1.5.1" = "pass" }
}

test "1.5.1: not set now" {
  facts {
    sysctl = {
      "kernel.randomize_va_space" = { running = "0", is_configured = true, configured = "2" }
    }
  }
  expect = { "1.5.1" = "fail" }
}

test "1.5.1: lost at the next boot" {
  facts {
    sysctl = {
      "kernel.randomize_va_space" = { running = "2", is_configured = false }
    }
  }
  expect = { "1.5.1" = "fail" }
}

test "1.5.1: configured to something else" {
  facts {
    sysctl = {
      "kernel.randomize_va_space" = { running = "2", is_configured = true, configured = "0" }
    }
  }
  expect = { "1.5.1" = "fail" }
}

test "1.5.1: the kernel does not say" {
  facts {
    sysctl = {
      "kernel.randomize_va_space" = { is_configured = true, configured = "2" }
    }
  }
  expect = { "1.5.1" = "unknown" }
}

test "1.5.2: set and kept" {
  facts {
    sysctl = {
      "kernel.yama.ptrace_scope" = { running = "1", is_configured = true, configured = "1" }
    }
  }
  expect = { "1.5.2" = "pass" }
}

test "1.5.2: not set now" {
  facts {
    sysctl = {
      "kernel.yama.ptrace_scope" = { running = "0", is_configured = true, configured = "1" }
    }
  }
  expect = { "1.5.2" = "fail" }
}

test "1.5.2: lost at the next boot" {
  facts {
    sysctl = {
      "kernel.yama.ptrace_scope" = { running = "1", is_configured = false }
    }
  }
  expect = { "1.5.2" = "fail" }
}

test "1.5.2: configured to something else" {
  facts {
    sysctl = {
      "kernel.yama.ptrace_scope" = { running = "1", is_configured = true, configured = "0" }
    }
  }
  expect = { "1.5.2" = "fail" }
}

test "1.5.2: the kernel does not say" {
  facts {
    sysctl = {
      "kernel.yama.ptrace_scope" = { is_configured = true, configured = "1" }
    }
  }
  expect = { "1.5.2" = "unknown" }
}

test "1.5.3: none" {
  facts {
    package = { "systemd-coredump" = { installed = false } }
    limits  = { entries = [], exempt = [] }
    sysctl  = { "fs.suid_dumpable" = { running = "0", is_configured = true, configured = "0" } }
    fact "limit" {
      args  = ["*", "hard", "core"]
      value = { exists = true, value = "0" }
    }
  }
  expect = { "1.5.3" = "pass" }
}

test "1.5.3: unlimited" {
  facts {
    package = { "systemd-coredump" = { installed = false } }
    limits  = { entries = [], exempt = [] }
    sysctl  = { "fs.suid_dumpable" = { running = "0", is_configured = true, configured = "0" } }
    fact "limit" {
      args  = ["*", "hard", "core"]
      value = { exists = true, value = "unlimited" }
    }
  }
  expect = { "1.5.3" = "fail" }
}

test "1.5.3: setuid programs dump" {
  facts {
    package = { "systemd-coredump" = { installed = false } }
    limits  = { entries = [], exempt = [] }
    sysctl  = { "fs.suid_dumpable" = { running = "2", is_configured = true, configured = "0" } }
    fact "limit" {
      args  = ["*", "hard", "core"]
      value = { exists = true, value = "0" }
    }
  }
  expect = { "1.5.3" = "fail" }
}

test "1.5.3: no limit" {
  facts {
    package = { "systemd-coredump" = { installed = false } }
    limits  = { entries = [], exempt = [] }
    sysctl  = { "fs.suid_dumpable" = { running = "0", is_configured = true, configured = "0" } }
    fact "limit" {
      args  = ["*", "hard", "core"]
      value = { exists = false }
    }
  }
  expect = { "1.5.3" = "fail" }
}

test "1.5.3: limits.conf could not be read" {
  facts {
    package = { "systemd-coredump" = { installed = false } }
    limits  = { entries = [], exempt = [] }
    sysctl  = { "fs.suid_dumpable" = { running = "0", is_configured = true, configured = "0" } }
  }
  expect = { "1.5.3" = "unknown" }
}

test "1.5.3: one user is excepted" {
  facts {
    package = { "systemd-coredump" = { installed = false } }
    limits  = { entries = [{ domain = "ann", type = "hard", item = "core", value = "unlimited", path = "/etc/security/limits.conf", line = 9 }], exempt = [] }
    sysctl  = { "fs.suid_dumpable" = { running = "0", is_configured = true, configured = "0" } }
    fact "limit" {
      args  = ["*", "hard", "core"]
      value = { exists = true, value = "0" }
    }
  }
  expect = { "1.5.3" = "fail" }
}

test "1.5.3: systemd-coredump keeps nothing" {
  facts {
    limits  = { entries = [], exempt = [] }
    sysctl  = { "fs.suid_dumpable" = { running = "0", is_configured = true, configured = "0" } }
    package = { "systemd-coredump" = { installed = true } }
    fact "limit" {
      args  = ["*", "hard", "core"]
      value = { exists = true, value = "0" }
    }
    systemd_conf = { "coredump.conf" = { options = { "Coredump.Storage" = "none", "Coredump.ProcessSizeMax" = "0" } } }
  }
  expect = { "1.5.3" = "pass" }
}

test "1.5.3: systemd-coredump keeps dumps, as it does by default" {
  facts {
    limits  = { entries = [], exempt = [] }
    sysctl  = { "fs.suid_dumpable" = { running = "0", is_configured = true, configured = "0" } }
    package = { "systemd-coredump" = { installed = true } }
    fact "limit" {
      args  = ["*", "hard", "core"]
      value = { exists = true, value = "0" }
    }
    systemd_conf = { "coredump.conf" = { options = {} } }
  }
  expect = { "1.5.3" = "fail" }
}

test "1.5.3: systemd-coredump still takes them" {
  facts {
    limits  = { entries = [], exempt = [] }
    sysctl  = { "fs.suid_dumpable" = { running = "0", is_configured = true, configured = "0" } }
    package = { "systemd-coredump" = { installed = true } }
    fact "limit" {
      args  = ["*", "hard", "core"]
      value = { exists = true, value = "0" }
    }
    systemd_conf = { "coredump.conf" = { options = { "Coredump.Storage" = "none" } } }
  }
  expect = { "1.5.3" = "fail" }
}

test "1.5.3: coredump.conf could not be read" {
  facts {
    limits  = { entries = [], exempt = [] }
    sysctl  = { "fs.suid_dumpable" = { running = "0", is_configured = true, configured = "0" } }
    package = { "systemd-coredump" = { installed = true } }
    fact "limit" {
      args  = ["*", "hard", "core"]
      value = { exists = true, value = "0" }
    }
  }
  expect = { "1.5.3" = "unknown" }
}

test "1.6.1: says nothing" {
  facts {
    banner = { motd = { exists = true, leaks = [] } }
  }
  expect = { "1.6.1" = "pass" }
}

test "1.6.1: names the system" {
  facts {
    banner = { motd = { exists = true, leaks = [{ name = "Debian", what = "os", line = 1 }] } }
  }
  expect = { "1.6.1" = "fail" }
}

test "1.6.1: could not be read" {
  facts {

  }
  expect = { "1.6.1" = "unknown" }
}

test "1.6.2: set" {
  facts {
    banner = { issue = { exists = true, non_empty = true, leaks = [] } }
  }
  expect = { "1.6.2" = "pass" }
}

test "1.6.2: empty" {
  facts {
    banner = { issue = { exists = true, non_empty = false, leaks = [] } }
  }
  expect = { "1.6.2" = "fail" }
}

test "1.6.2: absent" {
  facts {
    banner = { issue = { exists = false } }
  }
  expect = { "1.6.2" = "fail" }
}

test "1.6.2: names the system" {
  facts {
    banner = { issue = { exists = true, non_empty = true, leaks = [{ name = "\\m", what = "architecture", line = 1 }] } }
  }
  expect = { "1.6.2" = "fail" }
}

test "1.6.2: could not be read" {
  facts {

  }
  expect = { "1.6.2" = "unknown" }
}

test "1.6.3: set" {
  facts {
    banner = { issue_net = { exists = true, non_empty = true, leaks = [] } }
  }
  expect = { "1.6.3" = "pass" }
}

test "1.6.3: empty" {
  facts {
    banner = { issue_net = { exists = true, non_empty = false, leaks = [] } }
  }
  expect = { "1.6.3" = "fail" }
}

test "1.6.3: absent" {
  facts {
    banner = { issue_net = { exists = false } }
  }
  expect = { "1.6.3" = "fail" }
}

test "1.6.3: names the system" {
  facts {
    banner = { issue_net = { exists = true, non_empty = true, leaks = [{ name = "\\m", what = "architecture", line = 1 }] } }
  }
  expect = { "1.6.3" = "fail" }
}

test "1.6.3: could not be read" {
  facts {

  }
  expect = { "1.6.3" = "unknown" }
}

test "1.6.4: as demanded" {
  facts {
    file = { "/etc/motd" = { exists = true, mode = "0644", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "1.6.4" = "pass" }
}

test "1.6.4: stricter" {
  facts {
    file = { "/etc/motd" = { exists = true, mode = "0400", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "1.6.4" = "pass" }
}

test "1.6.4: open to others" {
  facts {
    file = { "/etc/motd" = { exists = true, mode = "0646", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "1.6.4" = "fail" }
}

test "1.6.4: owned by a user" {
  facts {
    file = { "/etc/motd" = { exists = true, mode = "0644", uid = 1000, gid = 0, group = "root" } }
  }
  expect = { "1.6.4" = "fail" }
}

test "1.6.4: of a users' group" {
  facts {
    file = { "/etc/motd" = { exists = true, mode = "0644", uid = 0, gid = 1000, group = "users" } }
  }
  expect = { "1.6.4" = "fail" }
}

test "1.6.4: absent" {
  facts {
    file = { "/etc/motd" = { exists = false } }
  }
  expect = { "1.6.4" = "not_applicable" }
}

test "1.6.5: as demanded" {
  facts {
    file = { "/etc/issue" = { exists = true, mode = "0644", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "1.6.5" = "pass" }
}

test "1.6.5: stricter" {
  facts {
    file = { "/etc/issue" = { exists = true, mode = "0400", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "1.6.5" = "pass" }
}

test "1.6.5: open to others" {
  facts {
    file = { "/etc/issue" = { exists = true, mode = "0646", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "1.6.5" = "fail" }
}

test "1.6.5: owned by a user" {
  facts {
    file = { "/etc/issue" = { exists = true, mode = "0644", uid = 1000, gid = 0, group = "root" } }
  }
  expect = { "1.6.5" = "fail" }
}

test "1.6.5: of a users' group" {
  facts {
    file = { "/etc/issue" = { exists = true, mode = "0644", uid = 0, gid = 1000, group = "users" } }
  }
  expect = { "1.6.5" = "fail" }
}

test "1.6.5: could not be looked at" {
  facts {

  }
  expect = { "1.6.5" = "unknown" }
}

test "1.6.5: there is none" {
  facts {
    file = { "/etc/issue" = { exists = false } }
  }
  expect = { "1.6.5" = "not_applicable" }
}

test "1.6.6: as demanded" {
  facts {
    file = { "/etc/issue.net" = { exists = true, mode = "0644", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "1.6.6" = "pass" }
}

test "1.6.6: stricter" {
  facts {
    file = { "/etc/issue.net" = { exists = true, mode = "0400", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "1.6.6" = "pass" }
}

test "1.6.6: open to others" {
  facts {
    file = { "/etc/issue.net" = { exists = true, mode = "0646", uid = 0, gid = 0, group = "root" } }
  }
  expect = { "1.6.6" = "fail" }
}

test "1.6.6: owned by a user" {
  facts {
    file = { "/etc/issue.net" = { exists = true, mode = "0644", uid = 1000, gid = 0, group = "root" } }
  }
  expect = { "1.6.6" = "fail" }
}

test "1.6.6: of a users' group" {
  facts {
    file = { "/etc/issue.net" = { exists = true, mode = "0644", uid = 0, gid = 1000, group = "users" } }
  }
  expect = { "1.6.6" = "fail" }
}

test "1.6.6: could not be looked at" {
  facts {

  }
  expect = { "1.6.6" = "unknown" }
}

test "1.6.6: there is none" {
  facts {
    file = { "/etc/issue.net" = { exists = false } }
  }
  expect = { "1.6.6" = "not_applicable" }
}

test "1.7.1: not installed" {
  facts {
    package = { "gdm3" = { installed = false } }
  }
  expect = { "1.7.1" = "pass" }
}

test "1.7.1: installed" {
  facts {
    package = { "gdm3" = { installed = true } }
  }
  expect = { "1.7.1" = "fail" }
}

test "1.7.1: dpkg could not be read" {
  facts {

  }
  expect = { "1.7.1" = "unknown" }
}

test "1.7.3: hidden" {
  facts {
    gdm   = { installed = true }
    dconf = { "org/gnome/login-screen/disable-user-list" = { set = true, bool = true } }
  }
  expect = { "1.7.3" = "pass" }
}

test "1.7.3: shown" {
  facts {
    gdm   = { installed = true }
    dconf = { "org/gnome/login-screen/disable-user-list" = { set = true, bool = false } }
  }
  expect = { "1.7.3" = "fail" }
}

test "1.7.3: no GDM" {
  facts {
    gdm = { installed = false }
  }
  expect = { "1.7.3" = "not_applicable" }
}

test "1.7.3: not set" {
  facts {
    gdm   = { installed = true }
    dconf = { "org/gnome/login-screen/disable-user-list" = { set = false } }
  }
  expect = { "1.7.3" = "fail" }
}

test "1.7.3: the dconf databases could not be read" {
  facts {
    gdm = { installed = true }
  }
  expect = { "1.7.3" = "unknown" }
}

test "1.7.5: locked" {
  facts {
    gdm   = { installed = true }
    dconf = { "org/gnome/desktop/session/idle-delay" = { locked = true }, "org/gnome/desktop/screensaver/lock-delay" = { locked = true } }
  }
  expect = { "1.7.5" = "pass" }
}

test "1.7.5: one is not" {
  facts {
    gdm   = { installed = true }
    dconf = { "org/gnome/desktop/session/idle-delay" = { locked = true }, "org/gnome/desktop/screensaver/lock-delay" = { locked = false } }
  }
  expect = { "1.7.5" = "fail" }
}

test "1.7.5: no GDM" {
  facts {
    gdm = { installed = false }
  }
  expect = { "1.7.5" = "not_applicable" }
}

test "1.7.5: the locks could not be read" {
  facts {
    gdm = { installed = true }
  }
  expect = { "1.7.5" = "unknown" }
}

test "1.7.10: off" {
  facts {
    gdm = { installed = true, xdmcp = false }
  }
  expect = { "1.7.10" = "pass" }
}

test "1.7.10: on" {
  facts {
    gdm = { installed = true, xdmcp = true }
  }
  expect = { "1.7.10" = "fail" }
}

test "1.7.10: no GDM" {
  facts {
    gdm = { installed = false }
  }
  expect = { "1.7.10" = "not_applicable" }
}

test "1.7.10: daemon.conf could not be read" {
  facts {
    gdm = { installed = true }
  }
  expect = { "1.7.10" = "unknown" }
}

test "1.1.2.4.1: mounted and configured" {
  facts {
    mount = { "/var" = { mounted = true, is_configured = true } }
  }
  expect = { "1.1.2.4.1" = "pass" }
}

test "1.1.2.4.1: part of the file system above" {
  facts {
    mount = { "/var" = { mounted = false, is_configured = false } }
  }
  expect = { "1.1.2.4.1" = "fail" }
}

test "1.1.2.4.1: gone at the next boot" {
  facts {
    mount = { "/var" = { mounted = true, is_configured = false } }
  }
  expect = { "1.1.2.4.1" = "fail" }
}

test "1.1.2.4.1: fstab could not be read" {
  facts {
    mount = { "/var" = { mounted = true } }
  }
  expect = { "1.1.2.4.1" = "unknown" }
}

test "1.1.2.4.2: set" {
  facts {
    mount = { "/var" = { mounted = true, options = ["rw", "nodev"], is_configured = true, configured_options = ["nodev"] } }
  }
  expect = { "1.1.2.4.2" = "pass" }
}

test "1.1.2.4.2: not set now" {
  facts {
    mount = { "/var" = { mounted = true, options = ["rw"], is_configured = true, configured_options = ["nodev"] } }
  }
  expect = { "1.1.2.4.2" = "fail" }
}

test "1.1.2.4.2: lost at the next boot" {
  facts {
    mount = { "/var" = { mounted = true, options = ["rw", "nodev"], is_configured = true, configured_options = ["defaults"] } }
  }
  expect = { "1.1.2.4.2" = "fail" }
}

test "1.1.2.4.2: no file system of its own" {
  facts {
    mount = { "/var" = { mounted = false } }
  }
  expect = { "1.1.2.4.2" = "not_applicable" }
}

test "1.1.2.4.2: fstab could not be read" {
  facts {
    mount = { "/var" = { mounted = true, options = ["nodev"] } }
  }
  expect = { "1.1.2.4.2" = "unknown" }
}

test "1.1.2.4.3: set" {
  facts {
    mount = { "/var" = { mounted = true, options = ["rw", "nosuid"], is_configured = true, configured_options = ["nosuid"] } }
  }
  expect = { "1.1.2.4.3" = "pass" }
}

test "1.1.2.4.3: not set now" {
  facts {
    mount = { "/var" = { mounted = true, options = ["rw"], is_configured = true, configured_options = ["nosuid"] } }
  }
  expect = { "1.1.2.4.3" = "fail" }
}

test "1.1.2.4.3: lost at the next boot" {
  facts {
    mount = { "/var" = { mounted = true, options = ["rw", "nosuid"], is_configured = true, configured_options = ["defaults"] } }
  }
  expect = { "1.1.2.4.3" = "fail" }
}

test "1.1.2.4.3: no file system of its own" {
  facts {
    mount = { "/var" = { mounted = false } }
  }
  expect = { "1.1.2.4.3" = "not_applicable" }
}

test "1.1.2.4.3: fstab could not be read" {
  facts {
    mount = { "/var" = { mounted = true, options = ["nosuid"] } }
  }
  expect = { "1.1.2.4.3" = "unknown" }
}

test "1.1.2.5.1: mounted and configured" {
  facts {
    mount = { "/var/tmp" = { mounted = true, is_configured = true } }
  }
  expect = { "1.1.2.5.1" = "pass" }
}

test "1.1.2.5.1: part of the file system above" {
  facts {
    mount = { "/var/tmp" = { mounted = false, is_configured = false } }
  }
  expect = { "1.1.2.5.1" = "fail" }
}

test "1.1.2.5.1: gone at the next boot" {
  facts {
    mount = { "/var/tmp" = { mounted = true, is_configured = false } }
  }
  expect = { "1.1.2.5.1" = "fail" }
}

test "1.1.2.5.1: fstab could not be read" {
  facts {
    mount = { "/var/tmp" = { mounted = true } }
  }
  expect = { "1.1.2.5.1" = "unknown" }
}

test "1.1.2.5.2: set" {
  facts {
    mount = { "/var/tmp" = { mounted = true, options = ["rw", "nodev"], is_configured = true, configured_options = ["nodev"] } }
  }
  expect = { "1.1.2.5.2" = "pass" }
}

test "1.1.2.5.2: not set now" {
  facts {
    mount = { "/var/tmp" = { mounted = true, options = ["rw"], is_configured = true, configured_options = ["nodev"] } }
  }
  expect = { "1.1.2.5.2" = "fail" }
}

test "1.1.2.5.2: lost at the next boot" {
  facts {
    mount = { "/var/tmp" = { mounted = true, options = ["rw", "nodev"], is_configured = true, configured_options = ["defaults"] } }
  }
  expect = { "1.1.2.5.2" = "fail" }
}

test "1.1.2.5.2: no file system of its own" {
  facts {
    mount = { "/var/tmp" = { mounted = false } }
  }
  expect = { "1.1.2.5.2" = "not_applicable" }
}

test "1.1.2.5.2: fstab could not be read" {
  facts {
    mount = { "/var/tmp" = { mounted = true, options = ["nodev"] } }
  }
  expect = { "1.1.2.5.2" = "unknown" }
}

test "1.1.2.5.3: set" {
  facts {
    mount = { "/var/tmp" = { mounted = true, options = ["rw", "nosuid"], is_configured = true, configured_options = ["nosuid"] } }
  }
  expect = { "1.1.2.5.3" = "pass" }
}

test "1.1.2.5.3: not set now" {
  facts {
    mount = { "/var/tmp" = { mounted = true, options = ["rw"], is_configured = true, configured_options = ["nosuid"] } }
  }
  expect = { "1.1.2.5.3" = "fail" }
}

test "1.1.2.5.3: lost at the next boot" {
  facts {
    mount = { "/var/tmp" = { mounted = true, options = ["rw", "nosuid"], is_configured = true, configured_options = ["defaults"] } }
  }
  expect = { "1.1.2.5.3" = "fail" }
}

test "1.1.2.5.3: no file system of its own" {
  facts {
    mount = { "/var/tmp" = { mounted = false } }
  }
  expect = { "1.1.2.5.3" = "not_applicable" }
}

test "1.1.2.5.3: fstab could not be read" {
  facts {
    mount = { "/var/tmp" = { mounted = true, options = ["nosuid"] } }
  }
  expect = { "1.1.2.5.3" = "unknown" }
}

test "1.1.2.5.4: set" {
  facts {
    mount = { "/var/tmp" = { mounted = true, options = ["rw", "noexec"], is_configured = true, configured_options = ["noexec"] } }
  }
  expect = { "1.1.2.5.4" = "pass" }
}

test "1.1.2.5.4: not set now" {
  facts {
    mount = { "/var/tmp" = { mounted = true, options = ["rw"], is_configured = true, configured_options = ["noexec"] } }
  }
  expect = { "1.1.2.5.4" = "fail" }
}

test "1.1.2.5.4: lost at the next boot" {
  facts {
    mount = { "/var/tmp" = { mounted = true, options = ["rw", "noexec"], is_configured = true, configured_options = ["defaults"] } }
  }
  expect = { "1.1.2.5.4" = "fail" }
}

test "1.1.2.5.4: no file system of its own" {
  facts {
    mount = { "/var/tmp" = { mounted = false } }
  }
  expect = { "1.1.2.5.4" = "not_applicable" }
}

test "1.1.2.5.4: fstab could not be read" {
  facts {
    mount = { "/var/tmp" = { mounted = true, options = ["noexec"] } }
  }
  expect = { "1.1.2.5.4" = "unknown" }
}

test "1.1.2.6.2: set" {
  facts {
    mount = { "/var/log" = { mounted = true, options = ["rw", "nodev"], is_configured = true, configured_options = ["nodev"] } }
  }
  expect = { "1.1.2.6.2" = "pass" }
}

test "1.1.2.6.2: not set now" {
  facts {
    mount = { "/var/log" = { mounted = true, options = ["rw"], is_configured = true, configured_options = ["nodev"] } }
  }
  expect = { "1.1.2.6.2" = "fail" }
}

test "1.1.2.6.2: lost at the next boot" {
  facts {
    mount = { "/var/log" = { mounted = true, options = ["rw", "nodev"], is_configured = true, configured_options = ["defaults"] } }
  }
  expect = { "1.1.2.6.2" = "fail" }
}

test "1.1.2.6.2: no file system of its own" {
  facts {
    mount = { "/var/log" = { mounted = false } }
  }
  expect = { "1.1.2.6.2" = "not_applicable" }
}

test "1.1.2.6.2: fstab could not be read" {
  facts {
    mount = { "/var/log" = { mounted = true, options = ["nodev"] } }
  }
  expect = { "1.1.2.6.2" = "unknown" }
}

test "1.1.2.6.3: set" {
  facts {
    mount = { "/var/log" = { mounted = true, options = ["rw", "nosuid"], is_configured = true, configured_options = ["nosuid"] } }
  }
  expect = { "1.1.2.6.3" = "pass" }
}

test "1.1.2.6.3: not set now" {
  facts {
    mount = { "/var/log" = { mounted = true, options = ["rw"], is_configured = true, configured_options = ["nosuid"] } }
  }
  expect = { "1.1.2.6.3" = "fail" }
}

test "1.1.2.6.3: lost at the next boot" {
  facts {
    mount = { "/var/log" = { mounted = true, options = ["rw", "nosuid"], is_configured = true, configured_options = ["defaults"] } }
  }
  expect = { "1.1.2.6.3" = "fail" }
}

test "1.1.2.6.3: no file system of its own" {
  facts {
    mount = { "/var/log" = { mounted = false } }
  }
  expect = { "1.1.2.6.3" = "not_applicable" }
}

test "1.1.2.6.3: fstab could not be read" {
  facts {
    mount = { "/var/log" = { mounted = true, options = ["nosuid"] } }
  }
  expect = { "1.1.2.6.3" = "unknown" }
}

test "1.1.2.6.4: set" {
  facts {
    mount = { "/var/log" = { mounted = true, options = ["rw", "noexec"], is_configured = true, configured_options = ["noexec"] } }
  }
  expect = { "1.1.2.6.4" = "pass" }
}

test "1.1.2.6.4: not set now" {
  facts {
    mount = { "/var/log" = { mounted = true, options = ["rw"], is_configured = true, configured_options = ["noexec"] } }
  }
  expect = { "1.1.2.6.4" = "fail" }
}

test "1.1.2.6.4: lost at the next boot" {
  facts {
    mount = { "/var/log" = { mounted = true, options = ["rw", "noexec"], is_configured = true, configured_options = ["defaults"] } }
  }
  expect = { "1.1.2.6.4" = "fail" }
}

test "1.1.2.6.4: no file system of its own" {
  facts {
    mount = { "/var/log" = { mounted = false } }
  }
  expect = { "1.1.2.6.4" = "not_applicable" }
}

test "1.1.2.6.4: fstab could not be read" {
  facts {
    mount = { "/var/log" = { mounted = true, options = ["noexec"] } }
  }
  expect = { "1.1.2.6.4" = "unknown" }
}

test "1.1.2.7.2: set" {
  facts {
    mount = { "/var/log/audit" = { mounted = true, options = ["rw", "nodev"], is_configured = true, configured_options = ["nodev"] } }
  }
  expect = { "1.1.2.7.2" = "pass" }
}

test "1.1.2.7.2: not set now" {
  facts {
    mount = { "/var/log/audit" = { mounted = true, options = ["rw"], is_configured = true, configured_options = ["nodev"] } }
  }
  expect = { "1.1.2.7.2" = "fail" }
}

test "1.1.2.7.2: lost at the next boot" {
  facts {
    mount = { "/var/log/audit" = { mounted = true, options = ["rw", "nodev"], is_configured = true, configured_options = ["defaults"] } }
  }
  expect = { "1.1.2.7.2" = "fail" }
}

test "1.1.2.7.2: no file system of its own" {
  facts {
    mount = { "/var/log/audit" = { mounted = false } }
  }
  expect = { "1.1.2.7.2" = "not_applicable" }
}

test "1.1.2.7.2: fstab could not be read" {
  facts {
    mount = { "/var/log/audit" = { mounted = true, options = ["nodev"] } }
  }
  expect = { "1.1.2.7.2" = "unknown" }
}

test "1.1.2.7.3: set" {
  facts {
    mount = { "/var/log/audit" = { mounted = true, options = ["rw", "nosuid"], is_configured = true, configured_options = ["nosuid"] } }
  }
  expect = { "1.1.2.7.3" = "pass" }
}

test "1.1.2.7.3: not set now" {
  facts {
    mount = { "/var/log/audit" = { mounted = true, options = ["rw"], is_configured = true, configured_options = ["nosuid"] } }
  }
  expect = { "1.1.2.7.3" = "fail" }
}

test "1.1.2.7.3: lost at the next boot" {
  facts {
    mount = { "/var/log/audit" = { mounted = true, options = ["rw", "nosuid"], is_configured = true, configured_options = ["defaults"] } }
  }
  expect = { "1.1.2.7.3" = "fail" }
}

test "1.1.2.7.3: no file system of its own" {
  facts {
    mount = { "/var/log/audit" = { mounted = false } }
  }
  expect = { "1.1.2.7.3" = "not_applicable" }
}

test "1.1.2.7.3: fstab could not be read" {
  facts {
    mount = { "/var/log/audit" = { mounted = true, options = ["nosuid"] } }
  }
  expect = { "1.1.2.7.3" = "unknown" }
}

test "1.1.2.7.4: set" {
  facts {
    mount = { "/var/log/audit" = { mounted = true, options = ["rw", "noexec"], is_configured = true, configured_options = ["noexec"] } }
  }
  expect = { "1.1.2.7.4" = "pass" }
}

test "1.1.2.7.4: not set now" {
  facts {
    mount = { "/var/log/audit" = { mounted = true, options = ["rw"], is_configured = true, configured_options = ["noexec"] } }
  }
  expect = { "1.1.2.7.4" = "fail" }
}

test "1.1.2.7.4: lost at the next boot" {
  facts {
    mount = { "/var/log/audit" = { mounted = true, options = ["rw", "noexec"], is_configured = true, configured_options = ["defaults"] } }
  }
  expect = { "1.1.2.7.4" = "fail" }
}

test "1.1.2.7.4: no file system of its own" {
  facts {
    mount = { "/var/log/audit" = { mounted = false } }
  }
  expect = { "1.1.2.7.4" = "not_applicable" }
}

test "1.1.2.7.4: fstab could not be read" {
  facts {
    mount = { "/var/log/audit" = { mounted = true, options = ["noexec"] } }
  }
  expect = { "1.1.2.7.4" = "unknown" }
}

test "1.7.2: set" {
  facts {
    gdm   = { installed = true }
    dconf = { "org/gnome/login-screen/banner-message-enable" = { set = true, bool = true }, "org/gnome/login-screen/banner-message-text" = { set = true, text = "Private." } }
  }
  expect = { "1.7.2" = "pass" }
}

test "1.7.2: not shown" {
  facts {
    gdm   = { installed = true }
    dconf = { "org/gnome/login-screen/banner-message-enable" = { set = true, bool = false }, "org/gnome/login-screen/banner-message-text" = { set = true, text = "Private." } }
  }
  expect = { "1.7.2" = "fail" }
}

test "1.7.2: says nothing" {
  facts {
    gdm   = { installed = true }
    dconf = { "org/gnome/login-screen/banner-message-enable" = { set = true, bool = true }, "org/gnome/login-screen/banner-message-text" = { set = true, text = " " } }
  }
  expect = { "1.7.2" = "fail" }
}

test "1.7.2: not set" {
  facts {
    gdm   = { installed = true }
    dconf = { "org/gnome/login-screen/banner-message-enable" = { set = false }, "org/gnome/login-screen/banner-message-text" = { set = false } }
  }
  expect = { "1.7.2" = "fail" }
}

test "1.7.2: the dconf databases could not be read" {
  facts {
    gdm = { installed = true }
  }
  expect = { "1.7.2" = "unknown" }
}

test "1.7.2: no GDM" {
  facts {
    gdm = { installed = false }
  }
  expect = { "1.7.2" = "not_applicable" }
}

test "1.7.4: set" {
  facts {
    gdm   = { installed = true }
    dconf = { "org/gnome/desktop/screensaver/lock-delay" = { set = true, number = 5 }, "org/gnome/desktop/session/idle-delay" = { set = true, number = 900 } }
  }
  expect = { "1.7.4" = "pass" }
}

test "1.7.4: never idle" {
  facts {
    gdm   = { installed = true }
    dconf = { "org/gnome/desktop/screensaver/lock-delay" = { set = true, number = 5 }, "org/gnome/desktop/session/idle-delay" = { set = true, number = 0 } }
  }
  expect = { "1.7.4" = "fail" }
}

test "1.7.4: locks late" {
  facts {
    gdm   = { installed = true }
    dconf = { "org/gnome/desktop/screensaver/lock-delay" = { set = true, number = 60 }, "org/gnome/desktop/session/idle-delay" = { set = true, number = 900 } }
  }
  expect = { "1.7.4" = "fail" }
}

test "1.7.4: not set" {
  facts {
    gdm   = { installed = true }
    dconf = { "org/gnome/desktop/screensaver/lock-delay" = { set = false }, "org/gnome/desktop/session/idle-delay" = { set = false } }
  }
  expect = { "1.7.4" = "fail" }
}

test "1.7.4: the dconf databases could not be read" {
  facts {
    gdm = { installed = true }
  }
  expect = { "1.7.4" = "unknown" }
}

test "1.7.4: no GDM" {
  facts {
    gdm = { installed = false }
  }
  expect = { "1.7.4" = "not_applicable" }
}

test "1.7.6: as demanded" {
  facts {
    gdm   = { installed = true }
    dconf = { "org/gnome/desktop/media-handling/automount" = { set = true, bool = false }, "org/gnome/desktop/media-handling/automount-open" = { set = true, bool = false } }
  }
  expect = { "1.7.6" = "pass" }
}

test "1.7.6: the other way" {
  facts {
    gdm   = { installed = true }
    dconf = { "org/gnome/desktop/media-handling/automount" = { set = true, bool = false }, "org/gnome/desktop/media-handling/automount-open" = { set = true, bool = true } }
  }
  expect = { "1.7.6" = "fail" }
}

test "1.7.6: not set" {
  facts {
    gdm   = { installed = true }
    dconf = { "org/gnome/desktop/media-handling/automount" = { set = false }, "org/gnome/desktop/media-handling/automount-open" = { set = false } }
  }
  expect = { "1.7.6" = "fail" }
}

test "1.7.6: the dconf databases could not be read" {
  facts {
    gdm = { installed = true }
  }
  expect = { "1.7.6" = "unknown" }
}

test "1.7.6: no GDM" {
  facts {
    gdm = { installed = false }
  }
  expect = { "1.7.6" = "not_applicable" }
}

test "1.7.7: locked" {
  facts {
    gdm   = { installed = true }
    dconf = { "org/gnome/desktop/media-handling/automount" = { locked = true }, "org/gnome/desktop/media-handling/automount-open" = { locked = true } }
  }
  expect = { "1.7.7" = "pass" }
}

test "1.7.7: one is not" {
  facts {
    gdm   = { installed = true }
    dconf = { "org/gnome/desktop/media-handling/automount" = { locked = true }, "org/gnome/desktop/media-handling/automount-open" = { locked = false } }
  }
  expect = { "1.7.7" = "fail" }
}

test "1.7.7: the dconf databases could not be read" {
  facts {
    gdm = { installed = true }
  }
  expect = { "1.7.7" = "unknown" }
}

test "1.7.7: no GDM" {
  facts {
    gdm = { installed = false }
  }
  expect = { "1.7.7" = "not_applicable" }
}

test "1.7.8: as demanded" {
  facts {
    gdm   = { installed = true }
    dconf = { "org/gnome/desktop/media-handling/autorun-never" = { set = true, bool = true } }
  }
  expect = { "1.7.8" = "pass" }
}

test "1.7.8: the other way" {
  facts {
    gdm   = { installed = true }
    dconf = { "org/gnome/desktop/media-handling/autorun-never" = { set = true, bool = false } }
  }
  expect = { "1.7.8" = "fail" }
}

test "1.7.8: not set" {
  facts {
    gdm   = { installed = true }
    dconf = { "org/gnome/desktop/media-handling/autorun-never" = { set = false } }
  }
  expect = { "1.7.8" = "fail" }
}

test "1.7.8: the dconf databases could not be read" {
  facts {
    gdm = { installed = true }
  }
  expect = { "1.7.8" = "unknown" }
}

test "1.7.8: no GDM" {
  facts {
    gdm = { installed = false }
  }
  expect = { "1.7.8" = "not_applicable" }
}

test "1.7.9: locked" {
  facts {
    gdm   = { installed = true }
    dconf = { "org/gnome/desktop/media-handling/autorun-never" = { locked = true } }
  }
  expect = { "1.7.9" = "pass" }
}

test "1.7.9: one is not" {
  facts {
    gdm   = { installed = true }
    dconf = { "org/gnome/desktop/media-handling/autorun-never" = { locked = false } }
  }
  expect = { "1.7.9" = "fail" }
}

test "1.7.9: the dconf databases could not be read" {
  facts {
    gdm = { installed = true }
  }
  expect = { "1.7.9" = "unknown" }
}

test "1.7.9: no GDM" {
  facts {
    gdm = { installed = false }
  }
  expect = { "1.7.9" = "not_applicable" }
}
