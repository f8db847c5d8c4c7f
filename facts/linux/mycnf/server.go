package mycnf

import "slices"

// ServerFiles are the option files that a server reads where its command line names none, before the ones of its
// account's home.
var ServerFiles = []string{"/etc/my.cnf", "/etc/mysql/my.cnf"}

// ServerGroups are the groups of option files that a server reads (load_default_groups of its mysqld.cc), given mariadb
// or mysql, its series (10.11, 8.0; may be empty) and the suffix of --defaults-group-suffix.
func ServerGroups(flavour, series, suffix string) []string {
	groups := []string{"mysqld", "server"}
	if series != "" {
		groups = append(groups, "mysqld-"+series)
	}
	if flavour != "mysql" {
		groups = append(groups, "mariadb", "mariadbd", "client-server", "galera")
		if series != "" {
			groups = append(groups, "mariadb-"+series, "mariadbd-"+series)
		}
	}
	if suffix != "" {
		for _, g := range slices.Clone(groups) {
			groups = append(groups, g+suffix)
		}
	}
	return groups
}
