// Package benchmarks is the policy language: HCL that says what must be true of a host. It loads and type-checks
// benchmarks, evaluates their controls over facts, explains each verdict with what was read, and applies waivers.
//
// It does not look at a host itself (facts are handed in), runs nothing, and reaches no network.
package benchmarks
