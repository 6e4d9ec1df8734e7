package org.spanmatch.kernel;

import java.util.Locale;

/** The two groups of neurons that are compared: the same layer in two networks. */
public enum Group {
  /** The neurons of the first network. */
  X,
  /** The neurons of the second network. */
  Y;

  /** {@return the group onto whose span this group's neurons are projected} */
  public Group other() {
    return this == X ? Y : X;
  }

  /** {@return "x" or "y", as results show it} */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
