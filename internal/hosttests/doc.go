// Package hosttests compares Holdfast with real hosts: each fact with what the host's own tools say, and a whole audit
// with what the kernel saw it do. It holds tests alone; the hosts come from internal/testhost.
package hosttests
