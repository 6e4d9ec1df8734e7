package org.spanmatch.match;

/** Why there is no minimal match of a neuron. */
public enum Absence {
  /** The layer has no neuron of this position. */
  NO_SUCH_NEURON,
  /** The neuron is dead, or was removed from the table. */
  DEAD,
  /** The neuron is not in the maximum match at this ε. */
  UNMATCHED
}
