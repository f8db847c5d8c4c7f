// Package pluginpb is the protocol of plugins in protobuf, generated from plugin.proto by make proto, and nothing else.
package pluginpb
