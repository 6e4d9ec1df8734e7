package org.spanmatch.activations.torch;

/** A pickle that is damaged, or that asks for what is never done. */
final class PickleException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param reason what is wrong, which follows "its pickle can't be read: "
   */
  PickleException(String reason) {
    super(reason);
  }
}
