package org.spanmatch.activations.npy;

import java.nio.file.Path;
import org.spanmatch.activations.ActivationsException;

/**
 * An entry of an archive, or a file of a folder, that is not a readable array. It matters only if
 * it is asked for.
 *
 * @param file the archive, or the file in the folder
 * @param entry the name of the entry or file
 * @param reason why it can't be used, such as "it is encrypted"
 */
public record UnusableEntry(Path file, String entry, String reason) {
  /** {@return the name that its layer would have} */
  public String name() {
    return ActivationFile.layerName(entry);
  }

  /** {@return whether it is called {@code .npy}, so that it was meant to be an array} */
  public boolean isNamedAsArray() {
    return !name().equals(entry);
  }

  /** {@return the error for those who ask for the entry, with file, name and reason} */
  public ActivationsException exception() {
    return new ActivationsException(file + ", layer '" + name() + "': " + reason);
  }
}
