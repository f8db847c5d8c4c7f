// Package launch starts plugins and believes them nothing. The configuration names each with its checksum and with what
// it may offer and change; the program is opened once, judged, hashed and executed from that same descriptor; it runs in
// a sandbox, under limits, with a deadline for each call; its answers are bounded and checked against what it declared.
//
// A plugin that crashes, hangs or lies makes what was asked of it unknown, with the reason. It is started once more, and
// then is off.
//
// What plugins are written with is package plugins. Nothing here changes the host.
package launch
