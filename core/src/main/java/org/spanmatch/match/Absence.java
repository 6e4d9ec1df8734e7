package org.spanmatch.match;

/** Why a neuron has no minimal match. */
public enum Absence {
  /** The layer has no neuron at this position. */
  NO_SUCH_NEURON,
  /** The neuron is dead, or was removed from the table. */
  DEAD,
  /** The neuron is not in the maximum match at this ε. */
  UNMATCHED
}
