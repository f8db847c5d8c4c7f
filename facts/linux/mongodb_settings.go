package linux

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
)

func (o mongoOptions) text(name, otherwise string) facts.V[string] {
	if o.broken != "" {
		return facts.Unknown[string](o.broken)
	}
	v, ok := o.options[name]
	switch {
	case !ok:
		return facts.Known(otherwise, facts.From("default of MongoDB"))
	case v.Line == 0:
		return facts.Known(v.Value, facts.From(o.source))
	}
	return facts.Known(v.Value, facts.File(o.file, v.Line))
}

func (o mongoOptions) on(name string, otherwise bool) facts.V[bool] {
	v := o.text(name, strconv.FormatBool(otherwise))
	text, known := v.Get()
	switch {
	case !known:
		return facts.Unknown[bool](v.Reason())
	case text == "true" || text == "false":
		return facts.Known(text == "true", v.Origin())
	case (text == "1" || text == "0") && strings.HasPrefix(name, "setParameter."):
		return facts.Known(text == "1", v.Origin())
	}
	return facts.Unknown[bool](v.Origin().String() + ": " + name + " must be true or false")
}

func (o mongoOptions) choice(name, otherwise string, words ...string) facts.V[string] {
	v := o.text(name, otherwise)
	if text, known := v.Get(); known && !slices.Contains(words, text) {
		return facts.Unknown[string](v.Origin().String() + ": " + name + " must be one of " + strings.Join(words, ", "))
	}
	return v
}

func (o mongoOptions) list(name, otherwise string) facts.List[string] {
	v := o.text(name, otherwise)
	text, known := v.Get()
	if !known {
		return facts.UnknownList[string](v.Reason())
	}
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return facts.Complete(out, v.Origin())
}

func (o mongoOptions) settings() MongoDBSettings {
	var s MongoDBSettings
	s.Port = facts.Unknown[int](o.broken)
	if v := o.text("net.port", "27017"); o.broken == "" {
		n, err := strconv.Atoi(v.Or(""))
		s.Port = facts.Known(n, v.Origin())
		if err != nil || n < 0 || n > 65535 {
			s.Port = facts.Unknown[int](v.Origin().String() + ": net.port must be a port")
		}
	}
	s.Bind = o.list("net.bindIp", "127.0.0.1")
	s.TLS = MongoDBTLS{
		Mode:        o.tlsMode(),
		Certificate: o.text("net.tls.certificateKeyFile", ""), CAFile: o.text("net.tls.CAFile", ""),
		Disabled: o.list("net.tls.disabledProtocols", "TLS1_0,TLS1_1"), AllowInvalid: o.on("net.tls.allowInvalidCertificates", false), FIPS: o.on("net.tls.FIPSMode", false),
	}
	s.Javascript = o.on("security.javascriptEnabled", true)
	s.LocalhostBypass = o.on("setParameter.enableLocalhostAuthBypass", true)
	s.AuditDestination = o.text("auditLog.destination", "")
	s.KeyFile = o.text("security.keyFile", "")
	s.ClusterAuthMode = o.choice("security.clusterAuthMode", "keyFile", "keyFile", "sendKeyFile", "sendX509", "x509")
	s.Quiet, s.LogAppend = o.on("systemLog.quiet", false), o.on("systemLog.logAppend", false)
	s.LogDestination = o.text("systemLog.destination", "")
	s.DBPath = o.text("storage.dbPath", "/data/db")
	o.authorization(&s)
	o.reach(&s)
	return s
}

// tlsMode: the old names of the modes are taken as well.
func (o mongoOptions) tlsMode() facts.V[string] {
	v := o.choice("net.tls.mode", "disabled", "disabled", "allowTLS", "preferTLS", "requireTLS", "allowSSL", "preferSSL", "requireSSL")
	if text, known := v.Get(); known {
		return facts.Known(strings.Replace(text, "SSL", "TLS", 1), v.Origin())
	}
	return v
}

// authorization is also on by a key file, or by the cluster's certificates. mongos has no such option: it checks users
// where its cluster does.
func (o mongoOptions) authorization(s *MongoDBSettings) {
	s.Clustered = facts.Unknown[bool](o.broken)
	if o.broken == "" {
		set := o.options["replication.replSetName"].Value != "" || o.options["sharding.clusterRole"].Value != "" || o.program == "mongos"
		s.Clustered = facts.Known(set, o.text("replication.replSetName", "").Origin())
	}
	v := o.choice("security.authorization", "disabled", "enabled", "disabled")
	text, known := v.Get()
	mode := s.ClusterAuthMode.Or("")
	key, keyKnown := s.KeyFile.Get()
	switch {
	case !known:
		s.Authorization = facts.Unknown[bool](v.Reason())
	case !keyKnown || mode == "":
		s.Authorization = facts.Unknown[bool](cmp.Or(s.KeyFile.Reason(), s.ClusterAuthMode.Reason()))
	case o.options["security.transitionToAuth"].Value == "true":
		s.Authorization = facts.Known(false, o.text("security.transitionToAuth", "").Origin())
	case key != "" || mode == "x509" || mode == "sendX509":
		s.Authorization = facts.Known(true, s.KeyFile.Origin())
	default:
		s.Authorization = facts.Known(text == "enabled", v.Origin())
	}
}

func (o mongoOptions) reach(s *MongoDBSettings) {
	all := o.on("net.bindIpAll", false)
	everything, known := all.Get()
	if !known || !s.Bind.IsComplete() {
		why := cmp.Or(all.Reason(), s.Bind.Reason())
		s.Wildcard, s.Remote = facts.Unknown[bool](why), facts.Unknown[bool](why)
		return
	}
	wildcard, remote := everything, everything
	for _, b := range s.Bind.Items() {
		addr, err := netip.ParseAddr(b)
		any := b == "*" || err == nil && addr.IsUnspecified()
		wildcard = wildcard || any
		remote = remote || any || b != "localhost" && !strings.HasPrefix(b, "/") && (err != nil || !addr.IsLoopback())
	}
	origin := o.text("net.bindIp", "").Origin()
	if everything {
		origin = all.Origin()
	}
	s.Wildcard, s.Remote = facts.Known(wildcard, origin), facts.Known(remote, origin)
}
