package linux

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/unitfile"
)

func init() {
	register(facts.Define(facts.Descriptor{
		Name:  "journald",
		Doc:   "What systemd-journald does with the journal: journald.conf with its drop-ins and the defaults behind them.",
		Reads: "journald.conf(5) and its drop-ins, /var/log/journal",
	}, collectJournald))
}

// Journald is the effective configuration of the journal.
type Journald struct {
	Missing facts.Missing

	Storage           facts.V[string]    `fact:"storage" doc:"auto, persistent, volatile or none."`
	Persistent        facts.V[bool]      `fact:"persistent" doc:"Whether logs survive a reboot: storage is persistent, or auto and /var/log/journal exists."`
	Compress          facts.V[bool]      `fact:"compress" doc:"Whether large objects are compressed."`
	Seal              facts.V[bool]      `fact:"seal" doc:"Whether the journal is sealed, where a sealing key exists."`
	SplitMode         facts.V[string]    `fact:"split_mode" doc:"uid or none."`
	ForwardToSyslog   facts.V[bool]      `fact:"forward_to_syslog" doc:"Whether messages go to a syslog daemon's socket too."`
	ForwardToKMsg     facts.V[bool]      `fact:"forward_to_kmsg" doc:"Whether messages go to the kernel log too."`
	ForwardToConsole  facts.V[bool]      `fact:"forward_to_console" doc:"Whether messages go to the console too."`
	ForwardToWall     facts.V[bool]      `fact:"forward_to_wall" doc:"Whether messages go to logged-in users too."`
	MaxLevelStore     facts.V[string]    `fact:"max_level_store" doc:"Lowest importance that is stored."`
	SystemMaxUse      facts.V[string]    `fact:"system_max_use" doc:"As set, with K, M, G; empty when not set (a tenth of the file system, 4G at most)."`
	SystemKeepFree    facts.V[string]    `fact:"system_keep_free" doc:"As set; empty when not set (15 % of the file system, 4G at most)."`
	SystemMaxFileSize facts.V[string]    `fact:"system_max_file_size" doc:"As set; empty when not set."`
	RuntimeMaxUse     facts.V[string]    `fact:"runtime_max_use" doc:"As set; empty when not set."`
	RuntimeKeepFree   facts.V[string]    `fact:"runtime_keep_free" doc:"As set; empty when not set."`
	MaxFileSec        facts.V[string]    `fact:"max_file_sec" doc:"As set; 1month by default."`
	MaxRetentionSec   facts.V[string]    `fact:"max_retention_sec" doc:"As set; 0, the default, keeps entries until space runs out."`
	Directory         File               `fact:"directory" doc:"/var/log/journal, where the persistent journal lies."`
	Files             facts.List[string] `fact:"files" doc:"Configuration files in the order they are applied."`
	Explicit          facts.List[string] `fact:"explicit" doc:"Names of the options that a file sets."`
}

var (
	journalSize = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?\s*[KMGTPE]?B?$`)
	journalSpan = regexp.MustCompile(`^([0-9]+(\.[0-9]+)?\s*[a-zA-Z]*\s*)+$|^infinity$`)
	logLevel    = regexp.MustCompile(`^([0-7]|emerg|alert|crit|err|warning|notice|info|debug)$`)
)

func collectJournald(ctx context.Context, r *facts.Reader, _ facts.Key) (Journald, error) {
	j := Journald{Directory: statFile(ctx, r, "/var/log/journal")}
	c, err := systemdConfOf(ctx, r, "journald.conf")
	if err != nil {
		j.Missing = facts.Missing(err.Error())
		return j, nil
	}
	const from = "default of systemd-journald"
	oneOf := func(names ...string) func(string) bool {
		return func(s string) bool { return slices.Contains(names, s) }
	}
	size := func(key string) facts.V[string] { return c.text("Journal", key, "", from, journalSize.MatchString) }
	on := func(key string, otherwise bool) facts.V[bool] { return c.bool("Journal", key, otherwise, from) }
	j.Storage = c.text("Journal", "Storage", "auto", from, oneOf("auto", "persistent", "volatile", "none"))
	j.Persistent = j.persistent()
	j.Compress = journalCompress(c)
	j.Seal = on("Seal", true)
	j.SplitMode = c.text("Journal", "SplitMode", "uid", from, oneOf("uid", "none", "login"))
	j.ForwardToSyslog = forwardToSyslog(r, c)
	j.ForwardToKMsg, j.ForwardToConsole, j.ForwardToWall = on("ForwardToKMsg", false), on("ForwardToConsole", false), on("ForwardToWall", true)
	j.MaxLevelStore = c.text("Journal", "MaxLevelStore", "debug", from, logLevel.MatchString)
	j.SystemMaxUse, j.SystemKeepFree, j.SystemMaxFileSize = size("SystemMaxUse"), size("SystemKeepFree"), size("SystemMaxFileSize")
	j.RuntimeMaxUse, j.RuntimeKeepFree = size("RuntimeMaxUse"), size("RuntimeKeepFree")
	j.MaxFileSec = c.text("Journal", "MaxFileSec", "1month", from, journalSpan.MatchString)
	j.MaxRetentionSec = c.text("Journal", "MaxRetentionSec", "0", from, journalSpan.MatchString)
	j.Files = facts.Complete(c.files, facts.Origin{})
	var explicit []string
	for name := range c.options() {
		if key, ok := strings.CutPrefix(name, "Journal."); ok {
			explicit = append(explicit, key)
		}
	}
	slices.Sort(explicit)
	j.Explicit = facts.Complete(explicit, facts.Origin{})
	return j, nil
}

func (j *Journald) persistent() facts.V[bool] {
	storage, _ := j.Storage.Get()
	if storage != "auto" {
		return facts.Known(storage == "persistent", j.Storage.Origin())
	}
	there, known := j.Directory.Exists.Get()
	if !known {
		return facts.Unknown[bool](string(j.Directory.Missing))
	}
	return facts.Known(there && j.Directory.Type.Or("") == "directory", facts.File("/var/log/journal", 0))
}

// journalCompress: besides a truth value, a size from which on objects are compressed.
func journalCompress(c *systemdConf) facts.V[bool] {
	s, ok := c.valid("Journal", "Compress", func(s string) bool {
		_, isBool := unitfile.Bool(s)
		return isBool || s == "" || journalSize.MatchString(s)
	})
	if !ok {
		return facts.Known(true, facts.From("default of systemd-journald"))
	}
	on, isBool := unitfile.Bool(s.Value)
	return facts.Known(on || !isBool, facts.File(s.File, s.Line))
}

// forwardToSyslog is off by default, but on in the journald that Debian up to 12 builds. Of other releases and relatives of
// Debian the default is not known.
func forwardToSyslog(r *facts.Reader, c *systemdConf) facts.V[bool] {
	v := c.bool("Journal", "ForwardToSyslog", false, "default of systemd-journald")
	if v.Origin() != facts.From("default of systemd-journald") {
		return v
	}
	os := hostOS(r)
	id, known := os.ID.Get()
	version := os.VersionID.Or("")
	switch {
	case !known:
		return facts.Unknown[bool]("the default depends on the distribution: " + string(os.Missing))
	case id == "debian" && slices.Contains([]string{"9", "10", "11", "12"}, version):
		return facts.Known(true, facts.From("default of Debian "+version))
	case id == "debian" || id == "ubuntu" || slices.Contains(os.IDLike.Items(), "debian"):
		return facts.Unknown[bool]("the default of ForwardToSyslog on " + id + " " + version + " is not known: set it")
	}
	return v
}
