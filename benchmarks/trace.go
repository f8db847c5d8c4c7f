package benchmarks

// entry is one value that an evaluation met on its way: a read of a fact, or an operand of a comparison.
type entry struct {
	n          node
	v          value
	pass       int32 // the iteration it belongs to, as an index into passes plus one; 0: none
	incidental bool  // the outcome does not rest on it
	local      bool  // for the evidence only
}

// pass is one iteration of a loop.
type pass struct {
	loop   *forNode
	parent int32
	class  passClass
}

// passClass tells the iterations apart that an explanation may want to show.
type passClass uint8

const (
	passOpen      passClass = iota // under way
	passIn                         // the element is in the result
	passFalse                      // its result is false
	passUndecided                  // it could not be decided
)

const (
	// keptElements is how many iterations of each class a loop's trace keeps.
	keptElements = 4
	// maxTrace bounds the trace of one control.
	maxTrace = 4096
)

// note records a value read. A trace that is full keeps what it has.
func (ev *evaluator) note(n node, v value) {
	if ev.quiet || len(ev.trace) >= maxTrace {
		return
	}
	ev.trace = append(ev.trace, entry{n: n, v: v, pass: ev.current})
}

// operand records an operand of a comparison or function, unless it is a constant or has noted itself.
func (ev *evaluator) operand(n node, v value) {
	switch n := n.(type) {
	case *literalNode, *variableNode, *localNode, *slotNode, *factNode, *factCallNode, *traversalNode, *indexNode,
		*listNode, *objectNode, *equalityNode, *orderNode, *logicNode, *notNode:
		return
	case *forNode:
		return
	case *negateNode:
		if _, ok := n.operand.(*literalNode); ok {
			return
		}
	}
	ev.note(n, v)
}

// incidental says that the outcome does not rest on what was traced between two points.
func (ev *evaluator) incidental(from, to int) {
	for i := from; i < to && i < len(ev.trace); i++ {
		ev.trace[i].incidental = true
	}
}

// beginPass starts an iteration. Close it with endPass.
func (ev *evaluator) beginPass(n *forNode) (mark passMark) {
	mark = passMark{trace: len(ev.trace), passes: len(ev.passes), outer: ev.current}
	if ev.quiet {
		return mark
	}
	ev.passes = append(ev.passes, pass{loop: n, parent: ev.current})
	ev.current = int32(len(ev.passes)) // bounded by what is kept of a trace
	return mark
}

type passMark struct {
	trace, passes int
	outer         int32
}

// endPass keeps the iteration's trace, or drops it: of thousands of elements, only the first few of each class show.
func (ev *evaluator) endPass(mark passMark, class passClass, seen *[4]int) {
	ev.current = mark.outer
	if ev.quiet {
		return
	}
	if class == passOpen || seen[class] >= keptElements {
		ev.trace, ev.passes = ev.trace[:mark.trace], ev.passes[:mark.passes]
		return
	}
	seen[class]++
	ev.passes[mark.passes].class = class
}

// localTrace adds what a local read, ahead of the trace of the iteration under way, which may be dropped.
func (ev *evaluator) localTrace(inner []entry) {
	if len(ev.kept)+len(inner) <= maxTrace {
		ev.kept = append(ev.kept, inner...)
	}
}
