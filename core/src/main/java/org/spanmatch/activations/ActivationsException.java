package org.spanmatch.activations;

/**
 * Activations that can't be used, with one sentence that names the file, the layer and what is
 * wrong.
 *
 * <p>Thrown for files that are missing, unreadable, truncated or malformed, and for values that are
 * not finite. The message is meant for the person who supplied the file.
 */
public final class ActivationsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception with a message for the user.
   *
   * @param message one sentence for the user
   */
  public ActivationsException(String message) {
    super(message);
  }

  /**
   * {@return an exception that names a value that is not finite}
   *
   * @param layer the layer
   * @param value the value, NaN or infinite
   * @param neuron its neuron
   * @param sample its sample, from 0
   */
  public static ActivationsException notFinite(Layer layer, double value, int neuron, long sample) {
    return new ActivationsException(
        layer.description()
            + ": neuron "
            + neuron
            + " is "
            + (Double.isNaN(value) ? "NaN" : "infinite")
            + " at "
            + layer.sampleName(layer.samplePosition(sample))
            + ", expected finite activations");
  }

  /**
   * Creates an exception with a message for the user and the technical cause.
   *
   * @param message one sentence for the user
   * @param cause the technical cause
   */
  public ActivationsException(String message, Throwable cause) {
    super(message, cause);
  }
}
